// Transports for nodemailer that hand mail to a provider.
module.exports = async ({ load, send, config, name }) => {
  const nodemailer = await load('nodemailer')
  const loaded = await load(name)
  const plugin = loaded.default || loaded
  const options = name === 'nodemailer-sendgrid'
    ? { apiKey: config.key('sendgrid') }
    : { auth: { api_key: config.key('mailgun'), domain: config.domain } }
  const transport = nodemailer.createTransport(plugin(options))
  const message = m => ({ from: m.from, to: m.to[0], subject: m.subject, text: m.text })
  await send('transport.sendMail', 1, { to: 1 }, m => transport.sendMail(message(m)))
  await send('transport.sendMail', 2, { to: 2, cc: 2, bcc: 1, reply: true, html: true }, m => transport.sendMail({
    ...message(m), to: m.to.slice(0, 2), cc: m.cc, bcc: m.bcc, replyTo: m.reply_to, html: m.html
  }))
}
