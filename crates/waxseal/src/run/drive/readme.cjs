// Finds the examples in a package's documentation, and puts minted values where they name mailboxes, subjects, texts, servers and keys.
'use strict'
const fs = require('node:fs')
const path = require('node:path')
const { roleOf } = part('names')
const { literals } = part('lex')

const MAX_TEXT = 400000
const LANGUAGES = /^(js|javascript|jsx|mjs|cjs|node|nodejs|ts|typescript|tsx|es6|)$/i

const read = file => {
  try { return fs.readFileSync(file, 'utf8').slice(0, MAX_TEXT) } catch (err) { return '' }
}

// README first, then what is in `docs`, `doc` and `examples`.
function documents (folder) {
  const list = below => { try { return fs.readdirSync(path.join(folder, below)).sort() } catch (err) { return [] } }
  const texts = list('.').filter(it => /^(readme|usage|examples?)(\.\w+)?$/i.test(it) && !/\.html?$/i.test(it)).map(it => path.join(folder, it))
  for (const below of ['docs', 'doc']) texts.push(...list(below).filter(it => /\.(md|markdown)$/i.test(it)).slice(0, 20).map(it => path.join(folder, below, it)))
  return texts.filter(it => { try { return fs.statSync(it).isFile() } catch (err) { return false } }).map(read)
}

// Fenced blocks, and indented ones where there are no fences.
function blocks (text) {
  const out = []
  const fence = /^([ \t]*)(```+|~~~+)[ \t]*([\w-]*)[^\n]*\n([\s\S]*?)^[ \t]*\2/gm
  for (let it; (it = fence.exec(text)) && out.length < 200;) {
    if (LANGUAGES.test(it[3])) out.push({ language: it[3].toLowerCase(), code: it[1] ? it[4].replace(new RegExp(`^${it[1]}`, 'gm'), '') : it[4] })
  }
  if (out.length === 0) {
    for (const it of text.matchAll(/(?:^(?: {4}|\t).*\n|^\s*\n)+/gm)) {
      const code = it[0].replace(/^(?: {4}|\t)/gm, '')
      if (/require\(|import |=>|function/.test(code)) out.push({ language: '', code })
    }
  }
  return out.filter(it => it.code.length < 20000)
}

const IS_MAILBOX = /^[^\s@<>,;"']+@[^\s@<>,;"']+\.[A-Za-z]{2,}$/
const HAS_MAILBOX = /[^\s@<>,;"']+@[^\s@<>,;"']+\.[A-Za-z]{2,}/g
const PLACEHOLDER = /your[-_ ]|[-_ ]key\b|api[-_ ]?key|<[\w -]+>|x{4,}|\*{4,}|^SG\.|^re_\w|^key-|^\{\{|^pk_|^sk_|token|secret|password/i

// What stands for a literal, or `undefined` if it stays.
function instead ({ value, path, callee, nth }, values) {
  let role = roleOf(path)
  if (path.slice(0, -1).some(it => roleOf([it]) === 'attachments')) {
    const key = path.at(-1)
    if (/content|data/i.test(key) && role !== 'keep') { values.asked.file = true; return /base64/i.test(key) ? Buffer.from(values.minted.file_content).toString('base64') : values.minted.file_content }
    return /^(file)?_?name$/i.test(key) ? values.of('file') : role === 'path' ? values.of('path') : undefined
  }
  if (IS_MAILBOX.test(value.trim())) {
    if (!['from', 'cc', 'bcc', 'reply', 'user', 'to'].includes(role)) role = callee && nth === 0 && /send|mail/i.test(callee) ? 'to' : 'to'
    return values.mailbox(role, value.trim())
  }
  if (/@/.test(value) && HAS_MAILBOX.test(value) && value.length < 500 && !/^\w+:\/\//.test(value) && !['text', 'html', 'subject'].includes(role)) {
    HAS_MAILBOX.lastIndex = 0
    const mailbox = ['from', 'cc', 'bcc', 'reply', 'user'].includes(role) ? role : 'to'
    return value.replace(HAS_MAILBOX, it => values.mailbox(mailbox, it))
  }
  if (/^(smtps?):\/\//i.test(value)) {
    const { smtp } = values.config
    return `${value.split(':')[0]}://${encodeURIComponent(smtp.user)}:${encodeURIComponent(smtp.pass)}@${smtp.host}`
  }
  switch (role) {
    case 'path': return /[./]/.test(value) && !/^\w+:\/\//.test(value) ? values.of('path') : undefined
    case 'user': return values.smtp && !/^(apikey|api|resend)$/.test(value) ? values.of('user') : undefined
    case 'domain': return /[. ]|domain/i.test(value) ? values.of('domain') : undefined
    case 'subject': case 'html': case 'pass': case 'key': case 'keyId': return values.of(role)
    case 'host': return /^[\w.-]*$|^<|your|\{\{/i.test(value) ? values.of('host') : undefined
    case 'text': {
      if (/^\.{0,2}\//.test(value) || /^(text|application|image)\/|^(utf-?8|base64|html|text|plain)$/i.test(value)) return undefined
      return /<\w+[^>]*>/.test(value) ? values.of('html') : values.of('text')
    }
    case 'to': return value.length > 0 && /your|recipient|<|example|^to$/i.test(value) && !/^\w+:\/\//.test(value) ? values.mailbox('to', value) : undefined
    case 'from': return /your|sender|<|example/i.test(value) ? values.minted.from : undefined
    default: break
  }
  const inner = path.at(-1) || callee || ''
  if (callee && /^(new)?(set_?)?(api_?)?key|client|configure|init|auth/i.test(inner) && PLACEHOLDER.test(value) && !/^\w+:\/\/|\s/.test(value)) return values.of('key')
  // `new Client('…')`
  if (callee && nth === 0 && /^[A-Z]|client|mailer|service|sdk/i.test(callee) && !/^(Error|Date|URL|RegExp|Buffer)$/.test(callee) && /^[\w.-]{6,}$/.test(value)) return values.of('key')
  if (PLACEHOLDER.test(value) && /^[\w<>{}*. -]+$/.test(value) && value.length > 5) return values.of('key')
  return undefined
}

// The code with minted values; what it asks for is in `values.asked`.
function filled (code, values) {
  let out = ''
  let end = 0
  for (const literal of literals(code)) {
    // The name of a module stays.
    if (/(\bfrom|\bimport|\brequire\s*\(|\bimport\s*\()\s*$/.test(code.slice(Math.max(0, literal.start - 20), literal.start))) continue
    // The name of a property stays: `list['key']`.
    if (/[\w$)\]]\s*\[\s*$/.test(code.slice(Math.max(0, literal.start - 20), literal.start)) && /^\s*\]/.test(code.slice(literal.end, literal.end + 5))) continue
    const value = instead(literal, values)
    if (value === undefined) continue
    out += code.slice(end, literal.start) + JSON.stringify(String(value))
    end = literal.end
  }
  out += code.slice(end)
  // Nobody is written to whom we did not name: what is put together from pieces, or stands in a template.
  return out
    .replace(HAS_MAILBOX, it => MINTED.test(it) ? it : values.mailbox('to', it))
    .replace(/(['"`}])@(?:[\w-]+\.)+[A-Za-z]{2,}/g, (all, before) => `${before}@${values.config.domain}`)
}

const MINTED = /@(?:[\w-]+\.)*(?:kestrel-logistics|northgate-dental|alder-books|harbour-foods|lumen-labs|oakridge-school|pinewood-travel|quarry-tools|brightfield)\.example$/

module.exports = { documents, blocks, filled }
