module.exports = async ({ load, send, config, all }) => {
  const loaded = await load('@sendgrid/mail')
  const mail = loaded.default || loaded
  mail.setApiKey(config.key('sendgrid'))
  const message = m => ({ from: m.from, to: m.to[0], subject: m.subject, text: m.text })
  await send('mail.send', 1, { to: 1 }, m => mail.send(message(m)))
  await send('mail.send', 2, { ...all, to: 1 }, m => mail.send({
    ...message(m), cc: m.cc, bcc: m.bcc, replyTo: m.reply_to, html: m.html,
    attachments: [{ filename: m.file_name, type: 'text/plain', disposition: 'attachment', content: Buffer.from(m.file_content).toString('base64') }]
  }))
  await send('mail.sendMultiple', 3, { to: 2 }, m => mail.sendMultiple({ ...message(m), to: m.to.slice(0, 2) }))
  await send('mail.send', 5, { to: 1, subject: false, text: false }, m => mail.send({
    from: m.from, to: m.to[0], templateId: 'd-1f0a9c6b3e7d4f5a8b2c4d6e8f0a1b2c', dynamicTemplateData: { name: m.name }
  }))
}
