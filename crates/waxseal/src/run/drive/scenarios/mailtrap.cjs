module.exports = async ({ load, send, config, all }) => {
  const { MailtrapClient } = await load('mailtrap')
  const client = new MailtrapClient({ token: config.key('other') })
  const box = email => ({ email })
  const message = m => ({ from: box(m.from), to: [box(m.to[0])], subject: m.subject, text: m.text })
  await send('client.send', 1, { to: 1 }, m => client.send(message(m)))
  await send('client.send', 2, { ...all, to: 1 }, m => client.send({
    ...message(m), cc: m.cc.map(box), bcc: m.bcc.map(box), reply_to: box(m.reply_to), html: m.html,
    attachments: [{ filename: m.file_name, content: Buffer.from(m.file_content).toString('base64') }]
  }))
}
