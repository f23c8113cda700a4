module.exports = async ({ load, send, config, all }) => {
  const { Resend } = await load('resend')
  const resend = new Resend(config.key('resend'))
  const message = m => ({ from: m.from, to: m.to[0], subject: m.subject, text: m.text })
  // It does not throw: what went wrong is in what it returns.
  const done = async sent => { const { error } = await sent; if (error) throw new Error(error.message || error.name) }
  await send('resend.emails.send', 1, { to: 1 }, m => done(resend.emails.send(message(m))))
  await send('resend.emails.send', 2, { ...all, to: 2 }, m => done(resend.emails.send({
    ...message(m), to: m.to.slice(0, 2), cc: m.cc, bcc: m.bcc, replyTo: m.reply_to, html: m.html,
    attachments: [{ filename: m.file_name, content: Buffer.from(m.file_content).toString('base64') }]
  })))
  await send('resend.batch.send', 3, { to: 2 }, m => done(resend.batch.send([message(m), { ...message(m), to: m.to[1] }])))
}
