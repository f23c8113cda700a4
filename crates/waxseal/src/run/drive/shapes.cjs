// Shapes arguments for a function: by its declared types, by the names of its parameters, by what its source reads of them, and in the forms
// that libraries have in common.
'use strict'
const { roleOf } = part('names')
const { commas, balanced } = part('lex')

const source = value => { try { return Function.prototype.toString.call(value).slice(0, 20000) } catch (err) { return '' } }

// Parameters of a function by its source: their names, and the properties that are read of them.
function parametersOf (value) {
  const text = source(value)
  const isClass = /^class\b/.test(text)
  const at = isClass ? text.search(/\bconstructor\s*\(/) : 0
  if (at < 0) return []
  const rest = text.slice(at)
  const open = rest.indexOf('(')
  const arrow = /^\s*(?:async\s+)?([\w$]+)\s*=>/.exec(rest)
  const inside = arrow ? arrow[1] : open < 0 ? null : balanced(rest, open)
  if (inside === null) return []
  const code = rest.slice((arrow ? arrow[0].length : open + inside.length) + 1)
  return commas(inside).slice(0, 8).map(it => {
    const bound = /^\{([\s\S]*)\}/.exec(it)
    if (bound) return { name: 'options', reads: commas(bound[1]).map(key => (/^[\w$]+/.exec(key) || [])[0]).filter(Boolean) }
    const name = (/^(?:\.\.\.)?([\w$]+)/.exec(it) || [])[1] || 'options'
    const reads = new Set()
    const word = name.replace(/\$/g, '\\$')
    for (const key of code.matchAll(new RegExp(`(?<![\\w$.])${word}\\??\\.([A-Za-z_$][\\w$]*)`, 'g'))) reads.add(key[1])
    for (const key of code.matchAll(new RegExp(`(?<![\\w$.])${word}\\[['"]([\\w$-]+)['"]\\]`, 'g'))) reads.add(key[1])
    for (const keys of code.matchAll(new RegExp(`\\{([^{}]*)\\}\\s*=\\s*${word}(?![\\w$])`, 'g'))) for (const key of commas(keys[1])) reads.add((/^[\w$]+/.exec(key) || [])[0])
    for (const key of ['length', 'map', 'forEach', 'then', 'apply', 'call', 'push', 'toString', undefined]) reads.delete(key)
    return { name, reads: [...reads].slice(0, 40) }
  })
}

const MANY = /^(recipients|tos|toaddresses|ccaddresses|bccaddresses|addresses|emails|receivers|destinations)$/i

// What a package makes by itself unless it is given one.
const MACHINERY = /^(api|http|rest)?_?(client|axios|fetch|logger|agent|instance)$/i

class Shapes {
  constructor (values, declared) {
    this.values = values
    this.declared = declared
  }

  callback () { return () => {} }

  // A value by the names around it, and the declared type if there is one.
  value (path, type = '', depth = 0) {
    const { values } = this
    const role = roleOf(path)
    const name = path.at(-1) || ''
    const text = this.chosen(String(type).trim().replace(/^readonly\s+/, ''), role)
    if (role === 'callback' || /^\([^)]*\)\s*=>/.test(text) || /^(Function|Callback)/.test(text)) return this.callback()
    if (role === 'attachments' && (text === '' || /\[\]$|^Array</.test(text))) return text === '' ? undefined : this.list(path, text, depth) || [values.attachment()]
    const literal = /^['"]([^'"]*)['"]$/.exec(text)
    if (literal) return literal[1]
    if (/\[\]$|^(Readonly)?Array</.test(text)) return this.list(path, text, depth)
    if (/^\{/.test(text)) return this.object(this.declared.body(text.replace(/^\{|\}$/g, '')).properties, path, depth)
    if (text === 'number') return role === 'port' ? values.of('port') : 1
    if (text === 'boolean') return false
    if (text === 'string' || /^string\b/.test(text)) return role === undefined && depth === 0 ? undefined : this.string(role, name)
    if (/^(Record|Map|Object|object|unknown|any|Date|Buffer|Uint8Array|Headers)\b/.test(text) && text !== 'any') {
      if (/^(Buffer|Uint8Array)/.test(text)) return Buffer.from(values.minted.file_content)
      if (text !== 'unknown') return /^Date/.test(text) ? new Date() : {}
    }
    const named = /^[\w$.]+/.exec(text)
    if (named && depth < 5 && !['any', 'unknown'].includes(named[0])) {
      const key = named[0].split('.').pop()
      const known = this.declared.types.get(key)
      if (known && known.alias) return this.value(path, known.alias, depth + 1)
      const properties = this.declared.properties(key)
      if (properties.length) return this.object(properties, path, depth)
    }
    if (role === undefined || role === 'headers') return undefined
    if (name.toLowerCase() === 'auth') return this.auth()
    if (role === 'id' && depth === 0) return 1042
    const value = values.of(role)
    return MANY.test(name) && typeof value === 'string' ? [value] : value
  }

  string (role, name) {
    const value = role && this.values.of(role)
    return value === undefined ? (role === 'url' ? undefined : this.values.minted.name) : String(value)
  }

  // Of `A | B[] | undefined` the part that says most.
  chosen (type, role) {
    const parts = []
    let depth = 0
    let start = 0
    for (let idx = 0; idx <= type.length; idx++) {
      const c = type[idx]
      if ('([{<'.includes(c)) depth++
      else if (')]}'.includes(c) || (c === '>' && type[idx - 1] !== '=')) depth--
      else if (idx === type.length || (c === '|' && depth <= 0)) { parts.push(type.slice(start, idx).trim()); start = idx + 1 }
    }
    const rest = parts.filter(it => it && !/^(undefined|null|never|void)$/.test(it))
    return rest.find(it => it === 'string' && role && role !== 'attachments') || rest[0] || ''
  }

  list (path, type, depth) {
    const inner = /\[\]$/.test(type) ? type.slice(0, -2).replace(/^\(([\s\S]*)\)$/, '$1') : type.replace(/^[^<]*<([\s\S]*)>$/, '$1')
    if (depth > 5) return []
    const value = this.value(path, inner, depth + 1)
    return value === undefined ? [] : [value]
  }

  // Only what must be there, and what is about mail or about reaching a server.
  object (properties, path, depth) {
    const out = {}
    if (depth > 5) return out
    for (const it of properties) {
      const role = roleOf([...path, it.name])
      if (it.optional && /^(number|boolean)\b/.test(it.type) && role !== 'port') continue
      if (it.optional && (!role || ['flag', 'headers', 'id', 'template', 'url', 'timeout', 'callback', 'attachments', 'file', 'secure'].includes(role))) continue
      const value = this.value([...path, it.name], it.type, depth + 1)
      if (value !== undefined) out[it.name] = value
    }
    return out
  }

  auth () {
    const { smtp } = this.values.config
    const key = this.values.of('key')
    const account = this.values.smtp ? { user: smtp.user, pass: smtp.pass, username: smtp.user, password: smtp.pass } : {}
    return { ...account, api_key: key, apiKey: key, domain: this.values.config.domain }
  }

  // The forms that messages have in common.
  message (form, reads = []) {
    const { values } = this
    const of = role => values.of(role)
    const box = mailbox => ({ email: mailbox, address: mailbox, name: values.minted.name })
    const forms = [
      () => ({ from: of('from'), to: of('to'), subject: of('subject'), text: of('text'), html: of('html') }),
      () => ({ from: box(of('from')), sender: box(of('from')), to: [box(of('to'))], recipients: [box(of('to'))], subject: of('subject'), text: of('text'), html: of('html'), textContent: of('text'), htmlContent: of('html'), body: of('text') }),
      () => ({ From: of('from'), To: of('to'), Subject: of('subject'), TextBody: of('text'), HtmlBody: of('html'), Text: of('text'), Body: of('text') }),
      () => ({ from: of('from'), to: [of('to')], cc: [of('cc')], bcc: [of('bcc')], replyTo: of('reply'), subject: of('subject'), text: of('text'), html: of('html'), body: of('text'), message: of('text'), email: of('to') })
    ]
    const out = forms[form]()
    for (const key of reads) {
      if (key in out) continue
      const value = this.value([key])
      if (value !== undefined && !['callback'].includes(roleOf([key]))) out[key] = value
    }
    return out
  }

  // The options that clients have in common.
  options (reads = []) {
    const { values } = this
    const { smtp } = values.config
    const key = values.of('key')
    const auth = this.auth()
    const out = {
      apiKey: key, api_key: key, key, token: key, apiToken: key, accessToken: key, serverToken: key, secretKey: key, auth,
      domain: values.config.domain, from: values.minted.from, sender: values.minted.from, defaultFrom: values.minted.from
    }
    if (values.smtp) {
      const server = { host: smtp.host, port: smtp.port, secure: false, auth }
      Object.assign(out, server, { user: smtp.user, pass: smtp.pass, username: smtp.user, password: smtp.pass, smtp: server, transport: server })
    }
    if (values.aws) Object.assign(out, { region: 'eu-central-1', credentials: values.config.aws, ...values.config.aws })
    for (const name of reads) {
      if (name in out) continue
      const value = this.value([name])
      if (value !== undefined) out[name] = value
    }
    return out
  }

  // Lists of arguments for what sends, best first.
  forSending (value, name, owner, read) {
    const own = parametersOf(value)
    const declared = this.declared.parametersOf(name, owner)
    const names = declared || own
    const lists = []
    const reads = [...new Set(own.flatMap(it => it.reads))]
    if (declared && declared.some(it => it.type)) {
      lists.push(() => {
        const args = declared.map(it => this.value([it.name], it.type))
        if (args[0] === undefined) throw new Error('the type of the first is not known')
        return args
      })
    }
    const roles = names.map(it => roleOf([it.name]))
    const isPlain = roles.length > 1 && roles.filter(role => ['to', 'subject', 'text', 'html', 'from', 'mailbox'].includes(role)).length > 1
    if (isPlain) lists.push(() => names.map(it => this.value([it.name], '')))
    // What is configured first and sends then: `send(config, message)`.
    const place = Math.max(0, names.findIndex(it => /mess?age|msg|mail|data|payload|params|opt|body|content/i.test(it.name) && !/config|transport|client|smtp/i.test(it.name)))
    const around = form => {
      const args = names.map((it, idx) => idx === place ? this.message(form, reads) : roleOf([it.name]) === 'callback' ? this.callback() : /config|smtp|transport|credential|auth|opt/i.test(it.name) ? this.options() : this.value([it.name]))
      return args.length ? args : [this.message(form, read)]
    }
    const hasCallback = roles.includes('callback')
    for (const form of [0, 3, 1, 2]) lists.push(() => hasCallback ? around(form) : [...around(form), this.callback()])
    if (!isPlain) lists.push(() => ['to', 'subject', 'text'].map(role => this.values.of(role)))
    return lists
  }

  // Lists of arguments for what makes something that sends, best first.
  forMaking (value, name) {
    const own = parametersOf(value)
    const declared = this.declared.parametersOf(name)
    const lists = []
    const reads = [...new Set(own.flatMap(it => it.reads))]
    const names = declared || own
    if (declared && declared.length && declared.some(it => it.type && it.type !== 'any')) {
      lists.push(() => declared.map(it => {
        const value = this.value([it.name], it.type)
        if (/^(string|number|boolean)\b/.test(it.type)) return value
        return value === undefined ? this.options(reads) : value && Object.getPrototypeOf(value) === Object.prototype ? { ...this.options(reads), ...value } : value
      }))
    }
    const first = names[0] && roleOf([names[0].name])
    const positional = () => names.map(it => {
      const role = roleOf([it.name])
      if (MACHINERY.test(it.name)) return undefined
      return role && !['headers', 'text', 'id'].includes(role) ? this.value([it.name]) : this.options(reads)
    })
    if (names[0] && MACHINERY.test(names[0].name)) lists.unshift(() => [])
    if (first && !['headers', 'text', 'to'].includes(first)) lists.push(positional)
    if (names[0] && names.length > 1 && /^(transport|service|provider|driver|type|kind)(er|name)?$/i.test(names[0].name)) lists.unshift(() => ['smtp', this.options(reads)])
    lists.push(() => [this.options(reads)], () => [this.values.of('key'), this.options(reads)], () => [])
    return lists
  }
}

module.exports = { Shapes, parametersOf, source }
