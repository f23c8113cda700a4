// SMTP with a login, upgraded by STARTTLS; and a pool of connections.
module.exports = async ({ load, send, config, all }) => {
  const nodemailer = await load('nodemailer')
  const account = { host: config.smtp.host, auth: { user: config.smtp.user, pass: config.smtp.pass } }
  const transport = nodemailer.createTransport({ ...account, port: 587 })
  await send('transport.sendMail', 1, { to: 1 }, m => transport.sendMail({ from: m.from, to: m.to[0], subject: m.subject, text: m.text }))
  await send('transport.sendMail', 2, { ...all, to: 2 }, m => transport.sendMail({
    from: m.from, to: m.to.slice(0, 2), cc: m.cc, bcc: m.bcc, replyTo: m.reply_to, subject: m.subject, text: m.text, html: m.html,
    attachments: [{ filename: m.file_name, content: m.file_content }]
  }))
  const pool = nodemailer.createTransport({ ...account, port: 465, secure: true, pool: true }, { from: config.from })
  await send('pool.sendMail', 4, { to: 1 }, m => pool.sendMail({ to: m.to[0], subject: m.subject, text: m.text }))
  pool.close()
}
