module.exports = async ({ load, send, config }) => {
  const loaded = await load('@strapi/provider-email-nodemailer')
  const provider = (loaded.default || loaded).init(
    { host: config.smtp.host, port: 587, auth: { user: config.smtp.user, pass: config.smtp.pass } },
    { defaultFrom: config.from, defaultReplyTo: config.from }
  )
  await send('provider.send', 1, { to: 1 }, m => provider.send({ to: m.to[0], subject: m.subject, text: m.text }))
  await send('provider.send', 2, { to: 1, cc: 2, bcc: 1, reply: true, html: true }, m => provider.send({
    from: m.from, to: m.to[0], cc: m.cc, bcc: m.bcc, replyTo: m.reply_to, subject: m.subject, text: m.text, html: m.html
  }))
}
