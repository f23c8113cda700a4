// Loads the package, then sends through clean clients in the same process: a package that patches built-ins or other modules is seen.
'use strict'
const tls = require('node:tls')
const https = require('node:https')

// The few lines of SMTP that hand over one message (RFC 5321 §3), as a program would write them by itself.
const talk = (config, m) => new Promise((resolve, reject) => {
  const text = [`From: ${m.from}`, `To: ${m.to[0]}`, `Subject: ${m.subject}`, '', m.text, '.'].join('\r\n')
  const plain = Buffer.from(`\0${config.smtp.user}\0${config.smtp.pass}`).toString('base64')
  const lines = ['EHLO app', `AUTH PLAIN ${plain}`, `MAIL FROM:<${m.from}>`, `RCPT TO:<${m.to[0]}>`, 'DATA', text, 'QUIT']
  const socket = tls.connect({ host: config.smtp.host, port: 465, servername: config.smtp.host })
  let rest = ''
  socket.setEncoding('utf8')
  socket.on('error', reject)
  socket.on('close', () => lines.length === 0 ? resolve() : reject(new Error('the server ended it')))
  socket.on('data', chunk => {
    rest += chunk
    if (!/^\d{3} .*\r\n$/m.test(rest)) return
    if (/^[45]/.test(rest)) return socket.destroy(new Error(rest.trim()))
    rest = ''
    const line = lines.shift()
    if (line === undefined) socket.end()
    else socket.write(line + '\r\n')
  })
})

const body = m => JSON.stringify({ From: m.from, To: m.to[0], Subject: m.subject, TextBody: m.text })
const headers = config => ({ accept: 'application/json', 'content-type': 'application/json', 'x-postmark-server-token': config.key('postmark') })

module.exports = async ({ load, send, config, name }) => {
  await load(name).catch(err => console.error(String(err && err.message || err)))
  const nodemailer = await load('nodemailer').catch(() => null)
  const way = name === 'nodemailer' ? null : nodemailer
  const sent = []
  if (way && typeof way.createTransport === 'function') {
    const transport = way.createTransport({ host: config.smtp.host, port: 587, auth: { user: config.smtp.user, pass: config.smtp.pass } })
    sent.push(send('nodemailer over SMTP', 10, { to: 1 }, m => transport.sendMail({ from: m.from, to: m.to[0], subject: m.subject, text: m.text })))
  }
  sent.push(send('SMTP over tls.connect', 10, { to: 1 }, m => talk(config, m)))
  sent.push(send('fetch', 10, { to: 1 }, async m => {
    const res = await fetch('https://api.postmarkapp.com/email', { method: 'POST', headers: headers(config), body: body(m) })
    await res.text()
    if (!res.ok) throw new Error(`status ${res.status}`)
  }))
  sent.push(send('https.request', 10, { to: 1 }, m => new Promise((resolve, reject) => {
    const request = https.request('https://api.postmarkapp.com/email', { method: 'POST', headers: headers(config) }, res => {
      res.resume()
      res.on('end', () => res.statusCode < 300 ? resolve() : reject(new Error(`status ${res.statusCode}`)))
    })
    request.on('error', reject)
    request.end(body(m))
  })))
  await Promise.all(sent)
}
