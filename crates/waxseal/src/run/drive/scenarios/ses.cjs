module.exports = async ({ load, send, config }) => {
  const { SESClient, SendEmailCommand, SendRawEmailCommand } = await load('@aws-sdk/client-ses')
  const client = new SESClient({ region: 'eu-central-1', maxAttempts: 1, credentials: config.aws })
  const content = m => ({ Subject: { Data: m.subject }, Body: { Text: { Data: m.text }, Html: { Data: m.html } } })
  await send('client.send(SendEmailCommand)', 1, { to: 1, html: true }, m => client.send(new SendEmailCommand({
    Source: m.from, Destination: { ToAddresses: [m.to[0]] }, Message: content(m)
  })))
  await send('client.send(SendEmailCommand)', 2, { to: 2, cc: 2, bcc: 1, reply: true, html: true }, m => client.send(new SendEmailCommand({
    Source: m.from, ReplyToAddresses: [m.reply_to], Message: content(m),
    Destination: { ToAddresses: m.to.slice(0, 2), CcAddresses: m.cc, BccAddresses: m.bcc }
  })))
  const raw = m => `From: ${m.from}\r\nTo: ${m.to[0]}\r\nSubject: ${m.subject}\r\n\r\n${m.text}\r\n`
  await send('client.send(SendRawEmailCommand)', 6, { to: 1 }, m => client.send(new SendRawEmailCommand({
    RawMessage: { Data: Buffer.from(raw(m)) }
  })))
}
