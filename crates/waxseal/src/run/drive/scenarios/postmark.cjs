module.exports = async ({ load, send, config, all }) => {
  const postmark = await load('postmark')
  const client = new postmark.ServerClient(config.key('postmark'))
  const message = m => ({ From: m.from, To: m.to[0], Subject: m.subject, TextBody: m.text })
  await send('client.sendEmail', 1, { to: 1 }, m => client.sendEmail(message(m)))
  await send('client.sendEmail', 2, { ...all, to: 1 }, m => client.sendEmail({
    ...message(m), Cc: m.cc.join(','), Bcc: m.bcc[0], ReplyTo: m.reply_to, HtmlBody: m.html,
    Attachments: [{ Name: m.file_name, Content: Buffer.from(m.file_content).toString('base64'), ContentType: 'text/plain' }]
  }))
  await send('client.sendEmailBatch', 3, { to: 2 }, m => client.sendEmailBatch([message(m), { ...message(m), To: m.to[1] }]))
  await send('client.sendEmailWithTemplate', 5, { to: 1, subject: false, text: false }, m => client.sendEmailWithTemplate({
    From: m.from, To: m.to[0], TemplateAlias: 'welcome', TemplateModel: { name: m.name }
  }))
}
