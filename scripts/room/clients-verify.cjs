// clients-verify.cjs OUTPUT EVENTS: every client got the answer it wanted, and what was sent is what it was asked to send.
'use strict'
const fs = require('node:fs')
const [output, events] = process.argv.slice(2).map(path => fs.readFileSync(path, 'utf8'))
const { cases } = require('./clients.cjs')
const lines = events.trim().split('\n').map(line => JSON.parse(line))
const submitted = lines.filter(line => line.kind === 'submitted')
const forwarded = lines.filter(line => line.kind === 'forwarded')

const bytes = ({ text, encoding }) => Buffer.from(text, encoding === 'base64' ? 'base64' : 'utf8')
const people = it => it.recipients.map(([place, mailbox]) => `${place} ${mailbox}`)
const same = (one, other) => JSON.stringify([...one].sort()) === JSON.stringify([...other].sort())
const unique = list => [...new Set(list)]
const parts = (message, kinds) => message.contents.filter(it => kinds.includes(it.part)).map(it => bytes(it.content))
const short = value => JSON.stringify(value).slice(0, 300)

// What is wrong with one message, or nothing.
const wrong = (it, expected, got) => {
  if (!same(unique(people(got)), expected.recipients)) return `recipients ${short(people(got))}`
  if (expected.subject !== undefined && got.subject !== expected.subject) return `subject ${short(got.subject)}`
  const texts = parts(got, ['text', 'html']).map(text => text.toString().trim())
  if (expected.texts && !same(texts, expected.texts)) return `texts ${short(texts)}`
  const variables = parts(got, ['variables']).map(String)
  for (const value of expected.variables ?? []) if (!variables.includes(value)) return `variables ${short(variables)}`
  const attachments = parts(got, ['attachment'])
  if (!same(attachments.map(it => it.toString('hex')), (expected.attachments ?? []).map(it => it.toString('hex')))) return `attachments of ${attachments.map(it => it.length)} bytes`
  if (got.channel !== (it.channel ?? it.provider.split(' ')[0])) return `channel ${got.channel}`
  if (got.accepted === Boolean(it.refused)) return `accepted ${got.accepted}`
  if (got.complete === Boolean(expected.incomplete)) return `complete ${got.complete}`
  return null
}

const verify = it => {
  const line = output.split('\n').map(line => line.replace(/^\s*\|\s?/, '')).find(line => line === `PASS ${it.mark}` || line.startsWith(`FAIL ${it.mark} `))
  if (!line) return 'it never ran'
  if (line.startsWith('FAIL')) return line.slice(`FAIL ${it.mark} `.length)
  const got = submitted.filter(message => people(message).some(it2 => it2.includes(` ${it.mark}.`)))
  if (got.length !== it.sends.length) return `${got.length} messages instead of ${it.sends.length}`
  const left = [...got]
  for (const expected of it.sends) {
    const idx = left.findIndex(message => wrong(it, expected, message) === null)
    if (idx < 0) return wrong(it, expected, left[0])
    left.splice(idx, 1)
  }
  if (it.forwards) {
    const mark = `${it.mark}.`
    const [what, target] = it.forwards({ other: `${mark}other@customer.example` })
    if (!forwarded.some(order => order.what === what && order.targets.includes(target))) return `no order \`${what}\` to ${target}`
  }
  return null
}

let failed = 0
for (const it of cases) {
  const reason = verify(it)
  if (reason) failed += 1
  console.log(`${it.provider.padEnd(16)} ${it.form.padEnd(24)} ${reason ? `FAILED: ${reason}` : 'ok'}`)
}
console.log(`${cases.length} forms, ${failed} failures`)
process.exit(failed === 0 ? 0 : 1)
