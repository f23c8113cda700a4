// WebSocket (RFC 6455): one frame of exabytes, and a message of fragments without a last one.
'use strict'
const net = require('node:net')
const open = 'GET /ws HTTP/1.1\r\nhost: a.example\r\nconnection: Upgrade\r\nupgrade: websocket\r\nsec-websocket-version: 13\r\nsec-websocket-key: AAAAAAAAAAAAAAAAAAAAAA==\r\n\r\n'
const flood = (port, host, first, block, count) => new Promise(resolve => {
  const socket = net.connect(port, host, () => { socket.write(open); setTimeout(() => { socket.write(first); more() }, 300) })
  let left = count
  const more = () => { while (!socket.destroyed && left > 0) { left -= 1; if (!socket.write(block)) return } if (left <= 0) socket.end() }
  socket.on('drain', more).on('error', () => 0).on('close', resolve).resume()
})
const empty = Buffer.alloc(6 * 10000, Buffer.from('008000000000', 'hex'))
const filled = Buffer.concat([Buffer.from('00fe400000000000', 'hex'), Buffer.alloc(16384, 'f')])
module.exports = (port, host) => Promise.all([
  flood(port, host, Buffer.from('82ff3fffffffffffffff00000000', 'hex'), Buffer.alloc(1 << 20, 'w'), 256),
  flood(port, host, Buffer.from('018000000000', 'hex'), empty, 200),
  flood(port, host, Buffer.from('028000000000', 'hex'), filled, 16384),
])
