// verify.cjs OUTPUT EVENTS: every case of the battery passed in the room, and its walls saw what they must have seen.
'use strict'
const fs = require('node:fs')
const [output, events] = process.argv.slice(2).map(path => fs.readFileSync(path, 'utf8'))
const { cases: all, without } = require('./battery.cjs')
const cases = all.filter(it => !without.includes(it.needs))
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
// Whoever is not Node says nothing; every other case names its own line of the battery.
const source = fs.readFileSync(require.resolve('./battery.cjs'), 'utf8').split('\n')
const ends = new Map(lines.filter(line => line.kind === 'connect').map(line => [line.connection, line.from]))
const port = end => end && end.slice(end.lastIndexOf(':'))
let named = 0
for (const it of cases) {
  if (/program\(|python\(|execFileSync\(/.test(it.run)) continue
  const number = source.findIndex(line => ["'", '"'].some(quote => line.includes(`name: ${quote}${it.name}${quote}`))) + 1
  for (const [kind, text] of it.sees.filter(([kind]) => kind !== 'dns' && kind !== 'packet' && kind !== 'tunnel')) {
    const seen = lines.find(line => line.kind === kind && (JSON.stringify(line).includes(text) || decoded(line).includes(text)))
    const from = port(seen && (seen.from && seen.from.includes(':') && kind !== 'smtp' ? seen.from : ends.get(seen.connection)))
    const stacks = lines.filter(line => line.kind === 'stack' && port(line.from) === from)
    if (stacks.some(line => line.frames.some(frame => frame.includes(`battery.cjs:${number}:`)))) named += 1
    else fail(`${it.name}: no stack names line ${number} for \`${kind}\``)
  }
}
const opened = lines.filter(line => line.kind === 'connect').length
const closed = lines.filter(line => line.kind === 'closed').length
if (opened !== closed) fail(`${opened} connections opened and ${closed} closed`)
console.log(`${cases.length} cases, ${all.length - cases.length} skipped, ${named} lines named, ${lines.length} events, ${failed} failures`)
process.exit(failed === 0 ? 0 : 1)

// Bytes that are no text stand in Base64.
function decoded(value) {
  if (Array.isArray(value)) return value.map(decoded).join(' ')
  if (value === null || typeof value !== 'object') return ''
  const own = value.encoding === 'base64' ? Buffer.from(value.text, 'base64').toString('latin1') : ''
  return [own, ...Object.values(value).map(decoded)].join(' ')
}
