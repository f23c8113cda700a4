module.exports = async ({ load, send, config }) => {
  const loaded = await load('email-templates')
  const Email = loaded.default || loaded
  const email = new Email({
    message: { from: config.from }, send: true, preview: false, juice: false,
    transport: { host: config.smtp.host, port: 587, auth: { user: config.smtp.user, pass: config.smtp.pass } }
  })
  const message = m => ({ to: m.to[0], subject: m.subject, text: m.text, html: m.html })
  await send('email.send', 1, { to: 1, html: true }, m => email.send({ message: message(m) }))
  await send('email.send', 2, { to: 2, cc: 2, bcc: 1, html: true, file: true }, m => email.send({ message: {
    ...message(m), to: m.to.slice(0, 2), cc: m.cc, bcc: m.bcc, attachments: [{ filename: m.file_name, content: m.file_content }]
  } }))
}
