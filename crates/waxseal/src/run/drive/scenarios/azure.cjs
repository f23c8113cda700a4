module.exports = async ({ load, send, config, all }) => {
  const { EmailClient } = await load('@azure/communication-email')
  const client = new EmailClient(`endpoint=https://brightfield.europe.communication.azure.com/;accesskey=${config.key('azure')}`)
  const box = address => ({ address })
  const message = m => ({
    senderAddress: m.from, content: { subject: m.subject, plainText: m.text }, recipients: { to: [box(m.to[0])] }
  })
  await send('client.beginSend', 1, { to: 1 }, m => client.beginSend(message(m)))
  await send('client.beginSend', 2, { ...all, to: 1 }, m => client.beginSend({
    ...message(m), content: { subject: m.subject, plainText: m.text, html: m.html },
    recipients: { to: [box(m.to[0])], cc: m.cc.map(box), bcc: m.bcc.map(box) }, replyTo: [box(m.reply_to)],
    attachments: [{ name: m.file_name, contentType: 'text/plain', contentInBase64: Buffer.from(m.file_content).toString('base64') }]
  }))
}
