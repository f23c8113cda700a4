// A head of very many fields, and one field without an end.
'use strict'
const net = require('node:net')
const flood = (port, host, block) => new Promise(resolve => {
  const socket = net.connect(port, host, () => { socket.write('GET / HTTP/1.1\r\nhost: a.example\r\n'); more() })
  let left = 256
  const more = () => { while (!socket.destroyed && left > 0) { left -= 1; if (!socket.write(block)) return } if (left <= 0) socket.end() }
  socket.on('drain', more).on('error', () => 0).on('close', resolve).resume()
})
module.exports = (port, host) => Promise.all([flood(port, host, Buffer.alloc(1 << 20, 'x-field: 1\r\n')), flood(port, host, Buffer.alloc(1 << 20, 'x'))])
