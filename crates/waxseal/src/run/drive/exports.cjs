// Calls what a package exports: what is named like sending first, then what makes something that sends, and the methods of what that returns.
// What is not called is said.
'use strict'
const fs = require('node:fs')
const path = require('node:path')
const { within, now } = part('child')
const { Values, split, roleOf } = part('names')
const { Shapes, parametersOf, source } = part('shapes')

const SENDS = /\b(send|sends|sender|mail|mails|email|emails|deliver|notify|dispatch|submit|transmit|message|messages|invite|alert)\b/
// What is named so sends; other words may only name what is sent.
const SURELY = /\b(send|sends|deliver|notify|dispatch|submit|transmit|mail)\b/
const MAKES = /\b(create|make|build|client|transport|transporter|connect|init|initialize|setup|service|provider|adapter|mailer|mail|email|emailer|sender|smtp|api|get|new|from|default|configure|config|plugin|server|factory|instance|use)\b/
const SETS = /^(set|with|add|use|configure|config|init|login|auth)\b/
const NEVER = /\b(destroy|delete|remove|exit|kill|close|shutdown|abort|reset|clear|drop|unsubscribe|uninstall|purge|end|stop|disconnect|off|listen|watch)\b/
const READS = /^(get|list|is|has|parse|format|encode|decode|validate|verify|to string|to json|inspect|on|once|emit|find|fetch|count|retrieve|search|check)\b/
const OF_EVENTS = new Set(['on', 'once', 'emit', 'addListener', 'removeListener', 'removeAllListeners', 'setMaxListeners', 'getMaxListeners', 'listeners', 'rawListeners', 'listenerCount', 'prependListener', 'prependOnceListener', 'eventNames', 'off', 'pipe', 'write', 'read'])

const CLIENT = /\b(client|mailer|mail|emailer|email|sender|transport|transporter|service|api|sdk|provider|notifier|smtp|server)s?$/
const DATA = /\b(error|exception|request|response|message|attachment|header|options|config|type|status|enum|template|model|params|recipient|personalization|settings|payload|collection|stats|campaign|event|webhook|filter|command|input|output|result|list|item|details)s?$/

// Functions that are called again once they have sent.
const REPEATED = 4

// What the first parameter of a plugin is called.
const HOST = /^(fastify|instance|app|server|host|hapi|vue|nuxtApp)$/i

const isClass = value => /^class\b/.test(source(value)) || (value.prototype && (Object.getOwnPropertyNames(value.prototype).length > 1 || /^function [A-Z]/.test(source(value))))
// How much a class looks like what sends: none at all for what only holds values.
const worth = (key, value) => {
  const methods = value.prototype ? Object.getOwnPropertyNames(value.prototype) : []
  const sends = methods.some(it => SENDS.test(split(it)) && !READS.test(split(it)) && !/\b(get|put|delete|list)$/.test(split(it))) + methods.some(it => SURELY.test(split(it)))
  const text = split(key)
  return 3 * sends + (/\b(e?mails?|smtp|transactional|messages?)\b/.test(text) ? 2 : 0) + (/\btransactional\b/.test(text) ? 3 : 0) - (/\b(campaigns?|contacts?|lists?|accounts?|domains?|webhooks?|inbound|verification|identity|stats)\b/.test(text) ? 3 : 0) + (CLIENT.test(text) ? 2 : 0) + (key === 'default' ? 1 : 0) + (methods.length > 1 ? 1 : -3) - (DATA.test(text) ? 3 : 0) - (/^abstract|^base/.test(text) ? 2 : 0)
}
const own = value => {
  const out = new Map()
  for (let at = value, depth = 0; at && at !== Object.prototype && at !== Function.prototype && depth < 4; at = Object.getPrototypeOf(at), depth++) {
    for (const key of Object.getOwnPropertyNames(at).slice(0, 3000)) {
      if (out.has(key) || key === 'constructor' || key.startsWith('_') || OF_EVENTS.has(key)) continue
      let it
      try { it = value[key] } catch (err) { continue }
      out.set(key, it)
    }
    if (typeof at === 'function') break
  }
  return out
}

class Caller {
  constructor (context, declared, { read, about }) {
    this.about = about
    this.context = context
    this.calls = context.calls
    this.declared = declared
    this.read = read
    this.deadline = now() + 4600
    this.repeated = 0
    this.used = new Set()
    this.reached = 0
    this.service = (split(context.job.package.title || context.name).match(/postmark|sendgrid|mailgun|resend|mailjet|sparkpost|brevo|mailersend|mandrill|zeptomail|google|gmail/) || [])[0]
    this.seen = new Set()
  }

  shapes () { return new Shapes(new Values(this.calls.peek(), this.context.config, this.service, this.about), this.declared) }

  over () { return now() > this.deadline || this.calls.left() === 0 }

  // One call by each list of arguments until one is taken, and one after it. What sends is then called again, today and on a later day.
  async each (lists, name, variant, sends, use) {
    let taken = 0
    let last = 0
    let out
    let good
    for (const [idx, list] of lists.entries()) {
      if (this.over()) break
      last = idx
      const done = await this.once(list, name, idx === 0 ? variant : sends ? 9 : 11, sends, use)
      if (!done) continue
      out = done.out
      good = good || list
      taken++
      if (taken >= (sends ? 2 : 1)) break
    }
    if (sends && good && this.repeated++ < REPEATED) {
      for (let turn = 0; turn < 2 && !this.over(); turn++) await this.once(good, name, 12, sends, use)
      if (this.context.later(true)) {
        for (let turn = 0; turn < 2 && !this.over(); turn++) await this.once(good, name, 13, sends, use)
        this.context.later(false)
      }
    }
    return { taken, out, last }
  }

  // One call; what came of it, if it was taken.
  async once (list, name, variant, sends, use) {
    const call = this.calls.take()
    if (!call) return undefined
    const values = new Values(call.minted, this.context.config, this.service, this.about)
    const shapes = new Shapes(values, this.declared)
    let args
    try { args = list(shapes) } catch (err) { return undefined }
    call.begin(variant, name, { ...values.asked, sends })
    try {
      // What takes a callback may do so behind a promise that never ends.
      const called = new Promise((resolve, reject) => {
        const answer = (err, value) => err ? reject(err) : resolve(value)
        const given = args.map(it => typeof it === 'function' ? answer : it)
        Promise.resolve().then(() => use(given)).then(value => {
          if (value !== undefined || !args.some(it => typeof it === 'function')) resolve(value)
          else setTimeout(resolve, 700)
        }, reject)
      })
      const out = await within(sends ? 1500 : 1000, called)
      call.end()
      return { out }
    } catch (err) {
      call.end(err)
      return undefined
    }
  }

  async send (value, self, name, owner) {
    const key = name.split('.').pop()
    const count = this.shapes().forSending(value, key, owner, this.read).length
    const lists = Array.from({ length: count }, (_, idx) => shapes => shapes.forSending(value, key, owner, this.read)[idx]())
    this.used.add(name.split('.')[0])
    const { taken, out } = await this.each(lists, name, 8, true, args => Reflect.apply(value, self, args))
    if (SURELY.test(split(key)) || !name.includes('.')) this.reached += taken
    return out
  }

  async make (value, name, self, from) {
    const key = name.split('.').pop().replace(/\(\)$/, '')
    const count = this.shapes().forMaking(value, key).length
    const lists = Array.from({ length: count }, (_, idx) => shapes => shapes.forMaking(value, key)[idx]())
    this.used.add(name.split('.')[0])
    const build = args => isClass(value) ? Reflect.construct(value, args) : Reflect.apply(value, self, args)
    let { taken, out, last } = await this.each(lists.slice(from), name, 8, false, build)
    // Older constructors are plain functions.
    if (taken && out === undefined && /\bthis\./.test(source(value))) ({ out } = await this.each(lists, `new ${name}`, 8, false, args => Reflect.construct(value, args)))
    const next = from + last + 1
    return { out, next: taken && next < count ? next : undefined }
  }

  // Everything of an object or a function that is about sending.
  async walk (value, name, depth, owner) {
    if (value === null || (typeof value !== 'object' && typeof value !== 'function') || depth > 3 || Array.isArray(value) || ArrayBuffer.isView(value) || this.seen.has(value) || this.over()) return
    this.seen.add(value)
    const before = this.reached
    const all = own(value)
    const functions = [...all].filter(([, it]) => typeof it === 'function')
    const join = key => name ? `${name}.${key}` : key
    const rank = key => SURELY.test(split(key)) ? (/\bsend/.test(split(key)) ? 0 : 1) : 2
    functions.sort(([one], [other]) => rank(one) - rank(other))
    for (const [key, it] of functions) if (!isClass(it) && SETS.test(split(key)) && roleOf([key]) === 'key') await this.set(it, value, join(key), 'key')
    await this.sendAll(functions.filter(([key]) => SURELY.test(split(key))), value, join, depth, owner)
    await this.builder(value, all, name)
    if (depth > 0 && this.reached > before) return
    await this.below(all, join, depth)
    if (depth > 0 && this.reached > before) return
    await this.sendAll(functions.filter(([key]) => !SURELY.test(split(key))), value, join, depth, owner)
    const makers = functions.filter(([key, it]) => {
      const text = split(key)
      if (isClass(it)) return worth(key, it) > 0
      if (!MAKES.test(text) || NEVER.test(text) || READS.test(text.replace(/^get\b/, 'make'))) return false
      return depth === 0 || /^(create|make|build|get|new) (transport|client|mailer|mail|email|message|sender|service)/.test(text)
    })
    const weight = ([key, it]) => isClass(it) ? worth(key, it) : /\b(transport|client|mailer|sender)/.test(split(key)) ? 5 : 2
    makers.sort((one, other) => weight(other) - weight(one))
    for (const [key, it] of makers.slice(0, depth === 0 ? 8 : 3)) {
      if (this.over()) break
      await this.made(it, join(key), value, depth, key)
    }
  }

  // What is about sending among some functions of an object.
  async sendAll (functions, self, join, depth, owner) {
    for (const [key, it] of functions) {
      const text = split(key)
      if (isClass(it) || !SENDS.test(text) || NEVER.test(text) || READS.test(text) || /^(set|add|with|to|from)\b|\b(get|put|delete|list)$/.test(text)) continue
      if (MAKES.test(text) && /^(create|make|build|new|get|init|setup)\b/.test(text)) continue
      const out = await this.send(it, self, join(key), owner)
      if (typeof out === 'function') await this.send(out, undefined, `${join(key)}()`, null)
      else if (out && typeof out === 'object' && depth < 2 && [...own(out)].some(([key, it]) => typeof it === 'function' && /send|deliver/i.test(key))) await this.walk(out, `${join(key)}()`, depth + 2)
    }
  }

  // Objects that an object holds, those first that are named after mail.
  async below (all, join, depth) {
    const inner = [...all].filter(([key, it]) => it && typeof it === 'object' && !/^_|config|options|logger|emitter|^domain$|agent|axios|http|interceptors/i.test(key))
    inner.sort(([one], [other]) => SENDS.test(split(other)) - SENDS.test(split(one)))
    for (const [key, it] of inner) await this.walk(it, join(key), depth + 1, null)
  }

  // Makes something and uses it; in another way if the first came to nothing.
  async made (value, name, self, depth, key) {
    if (this.seen.has(value)) return
    this.seen.add(value)
    const before = this.reached
    for (let from = 0, tried = 0; tried < 3 && this.reached === before && !this.over(); tried++) {
      const { out, next } = await this.make(value, name, self, from)
      from = next
      if (typeof out === 'function') {
        await this.send(out, undefined, `${name}()`, null)
        if (this.reached === before) await this.walk(out, `${name}()`, depth + 1, null)
      } else if (out && typeof out === 'object') {
        await this.plug(out, `${name}()`)
        if (this.reached === before) await this.walk(out, `${name}()`, depth + 1, isClass(value) ? key : null)
      } else return
      if (next === undefined) return
    }
  }

  // A transport of nodemailer (its documentation, "Create plugins": `name`, `version` and `send`) is put into one.
  async plug (out, name) {
    if (typeof out.send !== 'function' || typeof out.name !== 'string' || typeof out.version !== 'string') return
    const nodemailer = await this.context.load('nodemailer').catch(() => null)
    if (!nodemailer || typeof nodemailer.createTransport !== 'function') return
    const transport = nodemailer.createTransport(out)
    await this.send(transport.sendMail, transport, `createTransport(${name}).sendMail`, null)
  }

  // A plugin: it is handed a host that keeps what it adds, and what it adds is used.
  async hosted (value, name, parameters) {
    const added = {}
    const nothing = () => host
    const keep = (key, it) => { added[key] = it; host[key] = it; return host }
    const host = { decorate: keep, decorateRequest: keep, decorateReply: keep, provide: keep, set: keep, hasDecorator: () => false, addHook: nothing, register: nothing, use: nothing, on: nothing, log: console, locals: added, config: { globalProperties: added } }
    const lists = [shapes => [host, shapes.options(parameters[1].reads), ...(parameters.length > 2 ? [() => {}] : [])]]
    await this.each(lists, name, 8, false, args => Reflect.apply(value, undefined, args))
    await this.walk(added, `${name}()`, 1, null)
  }

  // A setter of one value, such as `setApiKey`.
  async set (value, self, name, role) {
    this.used.add(name.split('.')[0])
    await this.each([shapes => [shapes.values.of(role)]], name, 11, false, args => Reflect.apply(value, self, args))
  }

  // `message.to(…).subject(…).text(…).send()`
  async builder (value, all, name) {
    const setters = [...all].filter(([key, it]) => typeof it === 'function' && !SENDS.test(split(key).replace(/\bmessage\b|\bemails?\b|\bmail\b/, '')) && ['to', 'subject', 'text', 'html', 'from'].includes(roleOf([key.replace(/^(set|add|with)/, '')])))
    const roles = new Set(setters.map(([key]) => roleOf([key.replace(/^(set|add|with)/, '')])))
    const send = [...all].find(([key, it]) => typeof it === 'function' && /^(send|deliver|submit)/i.test(key))
    if (!send || !roles.has('to') || !roles.has('subject')) return
    const args = shapes => setters.map(([key]) => shapes.values.of(roleOf([key.replace(/^(set|add|with)/, '')])))
    await this.each([args], `${name}.${send[0]}`, 8, true, async given => {
      let self = value
      for (const [idx, [key]] of setters.entries()) {
        const next = self[key](given[idx])
        if (next && typeof next === 'object' && typeof next[send[0]] === 'function') self = next
      }
      return self[send[0]]()
    })
  }
}

function entries (manifest, name) {
  const exported = manifest.exports
  const keys = exported && typeof exported === 'object' && !Array.isArray(exported) ? Object.keys(exported).filter(key => key.startsWith('.') && !key.includes('*') && !key.endsWith('.json')) : []
  return keys.length === 0 ? [name] : keys.map(key => key === '.' ? name : `${name}/${key.slice(2)}`)
}

// The names of mail's properties that the package's code holds.
function properties (folder, manifest) {
  const found = new Set()
  let about = ''
  let bytes = 0
  const walk = (at, depth) => {
    let names
    try { names = fs.readdirSync(at, { withFileTypes: true }) } catch (err) { return }
    for (const it of names) {
      const full = path.join(at, it.name)
      if (it.isDirectory() && it.name !== 'node_modules' && depth < 4) walk(full, depth + 1)
      else if (it.isFile() && /\.[cm]?js$/.test(it.name) && bytes < 800000) {
        const text = fs.readFileSync(full, 'utf8').slice(0, 200000)
        bytes += text.length
        // Whoever opens connections of its own and knows of SMTP speaks it.
        if (/smtp/i.test(text) && /['"](?:node:)?(?:net|tls)['"]/.test(text)) about += ' smtp'
        for (const key of text.matchAll(/(?:\b(?:opts?|options|message|msg|mail|data|params|payload|email|input|args?|body|req)\??)\.([A-Za-z][\w$]{1,30})/g)) if (found.size < 40 && roleOf([key[1]])) found.add(key[1])
      }
    }
  }
  walk(folder, 0)
  const needs = Object.keys({ ...manifest.dependencies, ...manifest.peerDependencies, ...manifest.optionalDependencies }).join(' ')
  return { read: [...found], about: `${about} ${needs} ${manifest.name}` }
}

module.exports = async context => {
  const { job, calls, load } = context
  const folder = path.resolve(job.package.folder)
  const manifest = JSON.parse(fs.readFileSync(path.join(folder, 'package.json'), 'utf8'))
  job.package.title = manifest.name
  if (!part('about')(folder)) return calls.unused(6, 'exports')
  const first = job.values[0]
  calls.peek = () => first
  const caller = new Caller(context, part('declared')(folder), properties(folder, manifest))
  for (const entry of entries(manifest, context.name).slice(0, 8)) {
    if (caller.over()) { calls.unused(1, entry); continue }
    let loaded
    try {
      loaded = await within(3000, load(entry))
    } catch (err) {
      calls.unused(5, entry)
      continue
    }
    await entryOf(caller, loaded, entry)
  }
}

async function entryOf (caller, loaded, entry) {
  const label = entry === caller.context.name ? '' : entry
  const values = [['', loaded]]
  if (loaded && loaded.default && loaded.default !== loaded && (typeof loaded.default === 'object' || typeof loaded.default === 'function')) values.unshift(['default', loaded.default])
  for (const [key, value] of values) {
    const name = [label, key].filter(Boolean).join('.')
    await caller.walk(value, name, 0, null)
    const parameters = typeof value === 'function' ? parametersOf(value) : []
    if (parameters.length > 1 && HOST.test(parameters[0].name)) await caller.hosted(value, name || value.name || 'module.exports', parameters)
    if (typeof value === 'function' && caller.reached === 0 && !caller.over()) {
      const title = name || value.name || 'module.exports'
      const text = split(value.name || '')
      if (!isClass(value) && (SENDS.test(text) || caller.reached === 0)) {
        const out = await caller.send(value, undefined, title, null)
        if (typeof out === 'function') await caller.send(out, undefined, `${title}()`, null)
        else if (out && typeof out === 'object') await caller.walk(out, `${title}()`, 1, null)
      }
      caller.seen.delete(value)
      await caller.made(value, title, undefined, 0, value.name)
    }
  }
  for (const [key, value] of own(loaded)) {
    if (typeof value === 'function' && !caller.used.has(key) && !caller.used.has(`${label}.${key}`)) caller.calls.unused(caller.over() ? 1 : 0, [label, key].filter(Boolean).join('.'))
  }
}
