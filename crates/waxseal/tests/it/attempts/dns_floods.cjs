// Questions by the ten thousand, each for a name of its own, and names that hold what a terminal would obey.
'use strict'
const dgram = require('node:dgram')
const name = labels => Buffer.concat([...labels.map(label => Buffer.concat([Buffer.from([label.length]), label])), Buffer.from([0])])
const question = (idx, labels) => Buffer.concat([Buffer.from([idx >> 8 & 255, idx & 255, 1, 0, 0, 1, 0, 0, 0, 0, 0, 0]), name(labels), Buffer.from([0, 1, 0, 1])])
const hostile = [Buffer.from('\x1b]0;title\x07'), Buffer.from([0, 0x9b, 0x33, 0x31, 0x6d]), Buffer.from('a.b\r\n'), Buffer.from('\u202eexample')]
module.exports = async (port, host) => {
  const socket = dgram.createSocket('udp4')
  const send = bytes => new Promise(resolve => socket.send(bytes, port, host, resolve))
  for (const label of hostile) await send(question(1, [label, Buffer.from('evil'), Buffer.from('example')]))
  for (let idx = 0; idx < 20000; idx += 1) {
    await send(question(idx, [Buffer.from(`n${idx}`), Buffer.from('evil'), Buffer.from('example')]))
    if (idx % 50 === 0) await new Promise(resolve => setTimeout(resolve, 2))
  }
  socket.close()
}
