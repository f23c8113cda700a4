module.exports = async ({ load, send, config }) => {
  const emailjs = await load('emailjs')
  const account = { user: config.smtp.user, password: config.smtp.pass, host: config.smtp.host, tls: true, port: 587, timeout: 4000 }
  const connect = () => emailjs.SMTPClient ? new emailjs.SMTPClient(account) : emailjs.server.connect(account)
  const client = connect()
  const post = message => client.sendAsync
    ? client.sendAsync(message)
    : new Promise((resolve, reject) => client.send(message, (err, done) => err ? reject(err) : resolve(done)))
  const message = m => ({ from: m.from, to: m.to[0], subject: m.subject, text: m.text })
  await send('client.send', 1, { to: 1 }, m => post(message(m)))
  await send('client.send', 2, { to: 1, cc: 2, bcc: 1, html: true }, m => post({
    ...message(m), cc: m.cc.join(', '), bcc: m.bcc[0], attachment: [{ data: m.html, alternative: true }]
  }))
}
