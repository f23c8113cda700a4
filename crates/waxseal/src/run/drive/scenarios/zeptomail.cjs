module.exports = async ({ load, send, config, all }) => {
  const { SendMailClient } = await load('zeptomail')
  const client = new SendMailClient({ url: 'https://api.zeptomail.com/v1.1/email', token: config.key('zeptomail') })
  const older = new SendMailClient({ url: 'api.zeptomail.com/', token: config.key('zeptomail') })
  const box = address => ({ email_address: { address } })
  const message = m => ({ from: { address: m.from }, to: [box(m.to[0])], subject: m.subject, textbody: m.text })
  let post = it => client.sendMail(it)
  await send('client.sendMail', 1, { to: 1 }, async m => {
    try { return await post(message(m)) } catch (err) { post = it => older.sendMail(it); return post(message(m)) }
  })
  await send('client.sendMail', 2, { ...all, file: false, to: 1 }, m => post({
    ...message(m), cc: m.cc.map(box), bcc: m.bcc.map(box), reply_to: [{ address: m.reply_to }], htmlbody: m.html
  }))
}
