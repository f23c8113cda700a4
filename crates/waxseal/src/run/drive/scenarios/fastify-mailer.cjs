// A plugin of fastify: without what makes it one, it is handed the little that it asks of its host.
module.exports = async ({ load, send, config }) => {
  const loaded = await load('fastify-mailer')
  const plugin = loaded.default || loaded
  const options = {
    defaults: { from: config.from },
    transport: { host: config.smtp.host, port: 587, auth: { user: config.smtp.user, pass: config.smtp.pass } }
  }
  let host
  try {
    const fastify = await load('fastify')
    host = (fastify.default || fastify)()
    host.register(plugin, options)
    await host.ready()
  } catch (err) {
    host = { decorate (name, value) { this[name] = value } }
    await new Promise((resolve, reject) => {
      const done = plugin(host, options, err => err ? reject(err) : resolve())
      if (done && done.then) done.then(resolve, reject)
    })
  }
  const post = message => new Promise((resolve, reject) => host.mailer.sendMail(message, (err, info) => err ? reject(err) : resolve(info)))
  await send('fastify.mailer.sendMail', 1, { to: 1 }, m => post({ to: m.to[0], subject: m.subject, text: m.text }))
  await send('fastify.mailer.sendMail', 2, { to: 2, cc: 2, bcc: 1, html: true }, m => post({
    to: m.to.slice(0, 2), cc: m.cc, bcc: m.bcc, subject: m.subject, text: m.text, html: m.html
  }))
}
