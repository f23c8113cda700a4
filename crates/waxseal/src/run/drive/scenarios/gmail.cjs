module.exports = async ({ load, send, config, name }) => {
  const google = await load(name)
  const auth = google.auth || (google.google && google.google.auth)
  const make = google.gmail || (google.google && google.google.gmail.bind(google.google))
  const client = new auth.OAuth2('739201845512-app.apps.example', config.key('other'), 'https://app.brightfield.example/done')
  client.setCredentials({ access_token: config.key('google'), expiry_date: Date.now() + 3600000 })
  const gmail = make({ version: 'v1', auth: client })
  const raw = (m, more) => Buffer.from(`From: ${m.from}\r\nTo: ${m.to[0]}\r\n${more}Subject: ${m.subject}\r\nContent-Type: text/plain; charset=utf-8\r\n\r\n${m.text}\r\n`).toString('base64url')
  const post = text => gmail.users.messages.send({ userId: 'me', requestBody: { raw: text } })
  await send('gmail.users.messages.send', 1, { to: 1 }, m => post(raw(m, '')))
  await send('gmail.users.messages.send', 2, { to: 1, cc: 2, bcc: 1, reply: true }, m => post(raw(m,
    `Cc: ${m.cc.join(', ')}\r\nBcc: ${m.bcc[0]}\r\nReply-To: ${m.reply_to}\r\n`)))
}
