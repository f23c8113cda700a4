// What a terminal or a browser would obey, in everything that is shown: names, paths, arguments, fields, subjects, output, files.
'use strict'
const child = require('node:child_process')
const fs = require('node:fs')
const http = require('node:http')
const net = require('node:net')
const tls = require('node:tls')
const bad = '\x1b]0;title\x07\x1b[2J\x9b31m\u202e</script><img src=x onerror=alert(1)>'
const done = socket => new Promise(resolve => socket.on('error', resolve).on('close', resolve).resume())
module.exports = async (port, host) => {
  console.log(bad)
  console.error(bad)
  fs.writeFileSync(`${process.env.HOME}/${bad.replaceAll('/', '_')}`, bad)
  child.spawnSync('/bin/true', [bad])
  const request = (head, at = port) => { const socket = net.connect(at, host, () => socket.end(Buffer.from(head, 'latin1'))); return done(socket) }
  await request(`POST /${bad}?${bad} HTTP/1.1\r\nhost: ${bad}\r\nx-${bad}: ${bad}\r\ncontent-type: ${bad}\r\ncontent-length: 3\r\n\r\n\x1b[2`)
  await request(`GET http://\x1b[2J.example/\x1b]0;title\x07 HTTP/1.1\r\nhost: \x1b[2J.example\r\nuser-agent: \x1b[2J\r\n\r\n`)
  await new Promise(resolve => http.get({ host, port, path: '/%1b%5b2J', headers: { host: 'a.example', cookie: 'a=%1b' } }, it => it.resume().on('close', resolve)).on('error', resolve))
  await done(tls.connect({ port: 443, host, servername: '\x1b[2J.example', ALPNProtocols: ['\x1b[2J'], rejectUnauthorized: false }).on('secureConnect', function () { this.end(bad) }))
  const message = `DATA\r\nSubject: ${bad}\r\nTo: ${bad} <a@corp.example>\r\n\r\n${bad}\r\n.\r\nQUIT\r\n`
  await request(`EHLO ${bad}\r\nAUTH PLAIN ${Buffer.from(`\0${bad}\0${bad}`).toString('base64')}\r\nMAIL FROM:<"${bad}"@corp.example>\r\nRCPT TO:<"${bad}"@corp.example>\r\n${message}`, 25)
  await request(`EHLO a.example\r\nMAIL FROM:<a@corp.example>\r\nRCPT TO:<b@corp.example>\r\n${message}`, 25)
}
