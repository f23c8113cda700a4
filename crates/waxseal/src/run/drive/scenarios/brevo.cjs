module.exports = async ({ load, send, config, all }) => {
  const brevo = await load('@getbrevo/brevo')
  const key = config.key('brevo')
  const box = email => ({ email })
  const message = m => ({ sender: box(m.from), to: [box(m.to[0])], subject: m.subject, textContent: m.text })
  let post
  if (brevo.BrevoClient) {
    const client = new brevo.BrevoClient({ apiKey: key, maxRetries: 0 })
    post = it => client.transactionalEmails.sendTransacEmail(it)
  } else {
    const api = new brevo.TransactionalEmailsApi()
    api.setApiKey(brevo.TransactionalEmailsApiApiKeys.apiKey, key)
    post = it => api.sendTransacEmail(it)
  }
  await send('sendTransacEmail', 1, { to: 1 }, m => post(message(m)))
  await send('sendTransacEmail', 2, { ...all, to: 1 }, m => post({
    ...message(m), cc: m.cc.map(box), bcc: m.bcc.map(box), replyTo: box(m.reply_to), htmlContent: m.html,
    attachment: [{ name: m.file_name, content: Buffer.from(m.file_content).toString('base64') }]
  }))
}
