module.exports = async ({ load, send, config }) => {
  const SparkPost = await load('sparkpost')
  const client = new SparkPost(config.key('sparkpost'))
  const content = m => ({ from: m.from, subject: m.subject, text: m.text })
  await send('client.transmissions.send', 1, { to: 1 }, m => client.transmissions.send({
    content: content(m), recipients: [{ address: m.to[0] }]
  }))
  // A copy is a recipient whose header names another one.
  await send('client.transmissions.send', 2, { to: 1, cc: 1, bcc: 1, reply: true, html: true }, m => client.transmissions.send({
    content: { ...content(m), html: m.html, reply_to: m.reply_to, headers: { CC: m.cc[0] } },
    recipients: [m.to[0], m.cc[0], m.bcc[0]].map(email => ({ address: { email, header_to: m.to[0] } }))
  }))
}
