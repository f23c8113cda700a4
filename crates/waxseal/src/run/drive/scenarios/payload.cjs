module.exports = async ({ load, send, config }) => {
  const { nodemailerAdapter } = await load('@payloadcms/email-nodemailer')
  const quiet = () => {}
  const make = await nodemailerAdapter({
    defaultFromAddress: config.from, defaultFromName: 'Brightfield', skipVerify: true,
    transportOptions: { host: config.smtp.host, port: 587, auth: { user: config.smtp.user, pass: config.smtp.pass } }
  })
  const adapter = make({ payload: { logger: { info: quiet, warn: quiet, error: quiet } } })
  await send('adapter.sendEmail', 1, { to: 1 }, m => adapter.sendEmail({ to: m.to[0], subject: m.subject, text: m.text }))
  await send('adapter.sendEmail', 2, { to: 2, cc: 2, bcc: 1, html: true }, m => adapter.sendEmail({
    from: m.from, to: m.to.slice(0, 2), cc: m.cc, bcc: m.bcc, subject: m.subject, text: m.text, html: m.html
  }))
}
