// A message is a template of the account; subject and text are values for it.
module.exports = async ({ load, send, config }) => {
  const { LoopsClient } = await load('loops')
  const client = new LoopsClient(config.key('other'))
  const id = 'clfq6dinn000yl70fgwwyp82l'
  await send('client.sendTransactionalEmail', 5, { to: 1 }, m => client.sendTransactionalEmail({
    transactionalId: id, email: m.to[0], dataVariables: { subject: m.subject, text: m.text }
  }))
  await send('client.sendTransactionalEmail', 5, { to: 1, file: true }, m => client.sendTransactionalEmail({
    transactionalId: id, email: m.to[0], dataVariables: { subject: m.subject, text: m.text },
    attachments: [{ filename: m.file_name, contentType: 'text/plain', data: Buffer.from(m.file_content).toString('base64') }]
  }))
}
