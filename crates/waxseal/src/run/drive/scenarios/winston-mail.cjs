// A transport of winston: what is logged is mailed. Recipient and subject are options, the text is what is logged.
module.exports = async ({ load, send, config }) => {
  const winston = await load('winston')
  const { Mail } = await load('winston-mail')
  const log = (m, more) => new Promise((resolve, reject) => {
    const transport = new Mail({
      to: m.to[0], from: m.from, subject: m.subject, host: config.smtp.host, port: 587, tls: true,
      username: config.smtp.user, password: config.smtp.pass, timeout: 3000, ...more
    })
    transport.on('error', reject)
    transport.on('logged', () => resolve())
    if (winston.createLogger) winston.createLogger({ transports: [transport] }).error(m.text)
    else transport.log('error', m.text, null, err => err ? reject(err) : resolve())
    setTimeout(resolve, 2500)
  })
  await send('logger.error', 1, { to: 1 }, m => log(m, {}))
  await send('logger.error', 1, { to: 1 }, m => log(m, { html: true }))
}
