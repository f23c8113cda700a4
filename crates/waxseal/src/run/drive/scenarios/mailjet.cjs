module.exports = async ({ load, send, config, all }) => {
  const loaded = await load('node-mailjet')
  const Mailjet = loaded.Client || loaded.default || loaded
  const client = Mailjet.apiConnect(config.key('mailjet'), config.key('other'))
  const box = mailbox => ({ Email: mailbox })
  const message = m => ({ From: box(m.from), To: [box(m.to[0])], Subject: m.subject, TextPart: m.text })
  const post = messages => client.post('send', { version: 'v3.1' }).request({ Messages: messages })
  await send("client.post('send').request", 1, { to: 1 }, m => post([message(m)]))
  await send("client.post('send').request", 2, { ...all, to: 1 }, m => post([{
    ...message(m), Cc: m.cc.map(box), Bcc: m.bcc.map(box), ReplyTo: box(m.reply_to), HTMLPart: m.html,
    Attachments: [{ ContentType: 'text/plain', Filename: m.file_name, Base64Content: Buffer.from(m.file_content).toString('base64') }]
  }]))
  await send("client.post('send').request", 3, { to: 2 }, m => post([message(m), { ...message(m), To: [box(m.to[1])] }]))
}
