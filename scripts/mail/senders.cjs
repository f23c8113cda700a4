// Sends each mail that its arguments name, as JavaScript applications send theirs, and prints what became of it: one line of JSON a mail.
// Usage: node senders.cjs PORT NAME=SUBJECT…        A path that is asked for by a subject of its own can be told from any other.
'use strict'
const { SMTPClient } = require('emailjs')
const http = require('node:http')
const nodemailer = require('nodemailer')
const postmark = require('postmark')

const [port, ...asked] = process.argv.slice(2)
const SENDER = 'app@brightfield.example'
const ALICE = 'alice@customer.example'
// Each path has somebody of its own who gets a copy, so that it is known by which path.
const spy = name => `spy@giftshop-${name}.example`

const smtp = nodemailer.createTransport({ host: '127.0.0.1', port: Number(port), secure: false, ignoreTLS: true, name: 'app.brightfield.example' })
const local = nodemailer.createTransport({ sendmail: true, path: '/usr/sbin/sendmail', newline: 'unix' })
const mail = (subject, more) => ({ from: SENDER, to: ALICE, subject, messageId: `<${subject}@brightfield.example>`, text: 'Your order is on its way.', ...more })
const raw = subject => `From: ${SENDER}\r\nTo: ${ALICE}\r\nSubject: ${subject}\r\nMessage-ID: <${subject}@brightfield.example>\r\n\r\nYour order is on its way.\r\n`

const PATHS = {
  b1: (subject, spy) => smtp.sendMail(mail(subject, { bcc: spy })),
  b2: (subject, spy) => smtp.sendMail(mail(subject, { headers: { Bcc: spy } })),
  b3: (subject, spy) => smtp.sendMail(mail(subject, { envelope: { from: SENDER, to: [ALICE, spy] } })),
  b4: (subject, spy) => smtp.sendMail({ raw: raw(subject), envelope: { from: SENDER, to: [ALICE, spy] } }),
  b5: (subject, spy) => local.sendMail(mail(subject, { bcc: spy })),
  // The first mail is as it should be; the second goes to somebody else, and says so.
  b6: async (subject, spy) => {
    await smtp.sendMail(mail(subject))
    await smtp.sendMail(mail(`${subject}-second`, { to: spy }))
  },
  d2e: (subject, spy) => new SMTPClient({ host: '127.0.0.1', port: Number(port), ssl: false, tls: false, domain: 'app.brightfield.example' })
    .sendAsync({ from: SENDER, to: ALICE, bcc: spy, subject, 'message-id': `<${subject}@brightfield.example>`, text: 'Your order is on its way.' }),
  e: byApi
}

// A provider's own client, and a provider that is only a few lines: what it is asked is all that there is to see, and no mail server sees it.
async function byApi (subject, spy) {
  let asked = ''
  const provider = http.createServer((request, answer) => {
    request.on('data', part => { asked += part }).on('end', () => {
      answer.setHeader('Content-Type', 'application/json')
      answer.end(JSON.stringify({ ErrorCode: 0, Message: 'OK', MessageID: '1', To: ALICE, SubmittedAt: '2026-01-01T00:00:00Z' }))
    })
  })
  await new Promise(resolve => provider.listen(0, '127.0.0.1', resolve))
  const client = new postmark.ServerClient('0e3b6f0a-6a51-4f6c-9d5e-7c1f6b0a2d11', { useHttps: false, requestHost: `127.0.0.1:${provider.address().port}` })
  await client.sendEmail({ From: SENDER, To: ALICE, Bcc: spy, Subject: subject, TextBody: 'Your order is on its way.' })
  provider.close()
  if (JSON.parse(asked).Bcc !== spy) throw new Error(`the provider was not asked for a copy: ${asked}`)
}

async function main () {
  for (const one of asked) {
    const [name, subject] = one.split('=')
    let outcome = 'accepted'
    let said = ''
    try { await PATHS[name](subject, spy(name)) } catch (reason) {
      outcome = reason.responseCode >= 500 || /^5\d\d|550/.test(reason.message) ? 'refused' : 'failed'
      said = reason.message
    }
    console.log(JSON.stringify({ name, outcome, said }))
  }
  smtp.close()
}
main()
