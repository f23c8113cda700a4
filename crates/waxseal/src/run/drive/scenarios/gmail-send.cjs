module.exports = async ({ load, send, config }) => {
  const gmail = await load('gmail-send')
  const account = { user: config.smtp.user, pass: config.smtp.pass }
  const post = options => new Promise((resolve, reject) => {
    const sent = gmail({ ...account, ...options })({}, (err, res) => err ? reject(err) : resolve(res))
    if (sent && sent.then) sent.then(resolve, reject)
  })
  await send('send', 1, { to: 1 }, m => post({ to: m.to[0], subject: m.subject, text: m.text }))
  await send('send', 2, { to: 2, cc: 2, bcc: 1, reply: true, html: true }, m => post({
    to: m.to.slice(0, 2), cc: m.cc, bcc: m.bcc, replyTo: m.reply_to, subject: m.subject, text: m.text, html: m.html
  }))
}
