module.exports = async ({ load, send, config, all }) => {
  const loaded = await load('mailgun.js')
  const Mailgun = loaded.default || loaded
  const client = new Mailgun(FormData).client({ username: 'api', key: config.key('mailgun') })
  const message = m => ({ from: m.from, to: [m.to[0]], subject: m.subject, text: m.text })
  await send('client.messages.create', 1, { to: 1 }, m => client.messages.create(config.domain, message(m)))
  await send('client.messages.create', 2, { ...all, to: 1, reply: true }, m => client.messages.create(config.domain, {
    ...message(m), cc: m.cc, bcc: m.bcc, 'h:Reply-To': m.reply_to, html: m.html,
    attachment: [{ filename: m.file_name, data: Buffer.from(m.file_content) }]
  }))
}
