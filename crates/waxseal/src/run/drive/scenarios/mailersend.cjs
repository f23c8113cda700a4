module.exports = async ({ load, send, config, all }) => {
  const { MailerSend, EmailParams, Sender, Recipient, Attachment } = await load('mailersend')
  const client = new MailerSend({ apiKey: config.key('mailersend') })
  const message = m => new EmailParams().setFrom(new Sender(m.from, 'Brightfield')).setTo([new Recipient(m.to[0], m.name)])
    .setSubject(m.subject).setText(m.text)
  const boxes = list => list.map(mailbox => new Recipient(mailbox))
  await send('client.email.send', 1, { to: 1 }, m => client.email.send(message(m)))
  await send('client.email.send', 2, { ...all, to: 1 }, m => client.email.send(message(m)
    .setCc(boxes(m.cc)).setBcc(boxes(m.bcc)).setReplyTo(new Sender(m.reply_to)).setHtml(m.html)
    .setAttachments([new Attachment(Buffer.from(m.file_content).toString('base64'), m.file_name, 'attachment')])))
  await send('client.email.sendBulk', 3, { to: 2 }, m => client.email.sendBulk([message(m), message(m).setTo(boxes([m.to[1]]))]))
}
