module.exports = async ({ load, send, config }) => {
  const loaded = await load('@mailchimp/mailchimp_transactional')
  const client = (loaded.default || loaded)(config.key('mandrill'))
  const message = m => ({ from_email: m.from, subject: m.subject, text: m.text, to: [{ email: m.to[0], type: 'to' }] })
  // It does not throw: what went wrong is what it returns.
  const done = async sent => { const res = await sent; if (res instanceof Error) throw res }
  await send('client.messages.send', 1, { to: 1 }, m => done(client.messages.send({ message: message(m) })))
  await send('client.messages.send', 2, { to: 1, cc: 1, bcc: 1, html: true }, m => done(client.messages.send({ message: {
    ...message(m), html: m.html,
    to: [{ email: m.to[0], type: 'to' }, { email: m.cc[0], type: 'cc' }, { email: m.bcc[0], type: 'bcc' }]
  } })))
}
