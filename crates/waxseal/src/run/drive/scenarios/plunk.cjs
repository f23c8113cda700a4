module.exports = async ({ load, send, config }) => {
  const loaded = await load('@plunk/node')
  const Plunk = typeof loaded.default === 'function' ? loaded.default : loaded.default.default || loaded
  const plunk = new Plunk(config.key('other'))
  await send('plunk.emails.send', 1, { to: 1 }, m => plunk.emails.send({ to: m.to[0], subject: m.subject, body: m.text }))
  await send('plunk.emails.send', 1, { to: 1, text: false, html: true }, m => plunk.emails.send({
    to: m.to[0], from: m.from, subject: m.subject, body: m.html, type: 'html'
  }))
}
