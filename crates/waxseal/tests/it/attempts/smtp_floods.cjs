// SMTP: a line without an end, very many recipients, a message of hundreds of megabytes, parameters without an end.
'use strict'
const net = require('node:net')
const flood = (port, host, first, block, count, last = '') => new Promise(resolve => {
  const socket = net.connect(port, host)
  let left = count
  const more = () => { while (!socket.destroyed && left > 0) { left -= 1; if (!socket.write(block(count - left))) return } if (left <= 0) socket.end(last) }
  socket.once('data', () => { socket.write(first); more() })
  socket.on('drain', more).on('error', () => 0).on('close', resolve).resume()
})
const mail = 'EHLO a.example\r\nMAIL FROM:<a@corp.example>\r\n'
module.exports = (port, host) => Promise.all([
  flood(port, host, 'EHLO ', () => Buffer.alloc(1 << 20, 'a'), 256),
  flood(port, host, mail, idx => Array.from({ length: 1000 }, (_, at) => `RCPT TO:<r${idx * 1000 + at}@collector.example>\r\n`).join(''), 1000, 'DATA\r\nSubject: many\r\n\r\nhi\r\n.\r\nQUIT\r\n'),
  flood(port, host, `${mail}RCPT TO:<large@collector.example>\r\nDATA\r\nSubject: large\r\n\r\n`, () => Buffer.alloc(1 << 20, 'A line of seventy-six and two more at its end, as mail programs write it....\r\n'), 300, '\r\n.\r\nQUIT\r\n'),
])
