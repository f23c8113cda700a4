// verify.cjs OUTPUT EVENTS: every case of the battery passed in the room, and its walls saw what they must have seen.
'use strict'
const fs = require('node:fs')
const [output, events] = process.argv.slice(2).map(path => fs.readFileSync(path, 'utf8'))
const { cases } = require('./battery.cjs')
const lines = events.trim().split('\n').map(line => JSON.parse(line))
let failed = 0
const fail = text => { failed += 1; console.log(`FAILED  ${text}`) }
for (const it of cases) {
  if (!output.includes(`PASS ${it.name} -`)) {
    const said = output.split('\n').find(line => line.includes(` ${it.name} -`)) || 'it never ran'
    fail(`${it.name}: ${said.trim()}`)
  }
  for (const [kind, text] of it.sees) {
    const found = lines.some(line => line.kind === kind && (JSON.stringify(line).includes(text) || JSON.stringify(JSON.stringify(line)).includes(JSON.stringify(text).slice(1, -1)) || decoded(line).includes(text)))
    if (!found) fail(`${it.name}: no event \`${kind}\` with \`${text}\``)
  }
}
const opened = lines.filter(line => line.kind === 'connect').length
const closed = lines.filter(line => line.kind === 'closed').length
if (opened !== closed) fail(`${opened} connections opened and ${closed} closed`)
console.log(`${cases.length} cases, ${lines.length} events, ${failed} failures`)
process.exit(failed === 0 ? 0 : 1)

// Bytes that are no text stand in Base64.
function decoded(value) {
  if (Array.isArray(value)) return value.map(decoded).join(' ')
  if (value === null || typeof value !== 'object') return ''
  const own = value.encoding === 'base64' ? Buffer.from(value.text, 'base64').toString('latin1') : ''
  return [own, ...Object.values(value).map(decoded)].join(' ')
}
