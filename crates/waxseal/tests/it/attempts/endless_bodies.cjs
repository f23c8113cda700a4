// A body in chunks without a last one, and one of terabytes.
'use strict'
const net = require('node:net')
const flood = (port, host, head, block) => new Promise(resolve => {
  const socket = net.connect(port, host, () => { socket.write(head); more() })
  const more = () => { while (!socket.destroyed && socket.write(block)); }
  socket.on('drain', more).on('error', () => 0).on('close', resolve).resume()
})
const bytes = Buffer.alloc(1 << 20, 'x')
module.exports = (port, host) => Promise.all([
  flood(port, host, 'POST /chunks HTTP/1.1\r\nhost: a.example\r\ntransfer-encoding: chunked\r\n\r\n', Buffer.concat([Buffer.from('100000\r\n'), bytes, Buffer.from('\r\n')])),
  flood(port, host, 'POST /terabytes HTTP/1.1\r\nhost: a.example\r\ncontent-length: 8796093022208\r\n\r\n', bytes),
])
