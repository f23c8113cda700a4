// What every job has: the values that were minted for its calls, and a way to say which of them it hands over.
'use strict'
const fs = require('node:fs')
const path = require('node:path')
const { pathToFileURL } = require('node:url')
// Kept before a package can put its own into their place.
const { writeSync } = fs
const { setTimeout, clearTimeout, Promise } = globalThis
// The true clock: the one of the package may be moved.
const now = Date.now
const project = require('node:module').createRequire(path.join(process.cwd(), 'server.cjs'))

const say = line => { try { writeSync(3, line.replace(/[\r\n]+/g, ' ').slice(0, 900) + '\n') } catch (err) {} }
const words = value => {
  try { return String(value && value.message || value).slice(0, 300) } catch (err) { return 'something that has no text' }
}

module.exports = { say, words, run, load, within, makeCalls, now }

function makeCalls (job) {
  let next = 0
  const letters = asked => [['sends', 'm'], ['reply', 'r'], ['subject', 's'], ['text', 't'], ['html', 'h'], ['file', 'f']]
    .map(([key, letter]) => asked[key] ? letter : '').join('') || '-'
  return {
    left: () => job.values.length - next,
    // The next call: its values, and what says that it begins (again, if more is asked for in the same breath) and how it ended.
    take () {
      if (next >= job.values.length) return null
      const number = job.first + next
      const minted = job.values[next++]
      return {
        minted,
        begin: (variant, name, asked) => say(`b ${number} ${variant} ${asked.to | 0} ${asked.cc | 0} ${asked.bcc | 0} ${letters(asked)} ${name}`),
        end: err => say(err === undefined ? `e ${number} r` : `e ${number} f ${words(err)}`)
      }
    },
    unused: (reason, name) => say(`n ${job.first} ${reason} ${name}`)
  }
}

// Not longer than so many milliseconds.
function within (ms, promise) {
  let timer
  const over = new Promise((resolve, reject) => { timer = setTimeout(() => reject(new Error(`not done after ${ms} ms`)), ms) })
  return Promise.race([promise, over]).finally(() => clearTimeout(timer))
}

// The package under test, by its name; anything else as the project would load it.
async function load (job, name) {
  const own = job.package
  if (name !== own.name && !name.startsWith(own.name + '/')) return loadAny(name)
  if (own.installed) return loadAny(name)
  const manifest = own.manifest || (own.manifest = JSON.parse(fs.readFileSync(path.join(own.folder, 'package.json'), 'utf8')))
  const below = name.slice(own.name.length + 1)
  if (manifest.exports && manifest.name) return loadAny(below ? `${manifest.name}/${below}` : manifest.name)
  const main = below || (typeof manifest.main === 'string' ? manifest.main : 'index.js')
  return loadAny(path.resolve(own.folder, main))
}

async function loadAny (name) {
  try {
    return project(name)
  } catch (err) {
    // What can only be imported, and what has conditions for `import` alone.
    const only = ['ERR_REQUIRE_ESM', 'ERR_PACKAGE_PATH_NOT_EXPORTED', 'ERR_REQUIRE_ASYNC_MODULE', 'MODULE_NOT_FOUND', 'ERR_UNSUPPORTED_DIR_IMPORT']
    if (!only.includes(err.code) && !(err instanceof SyntaxError)) throw err
    return import(path.isAbsolute(name) ? pathToFileURL(name).href : name)
  }
}

function run (part) {
  const job = part('job')
  for (const event of ['unhandledRejection', 'uncaughtException']) process.on(event, err => console.error(`${event}: ${words(err)}`))
  // What a package reads the address of its service from is made up like every variable: it would go there instead.
  if (job.kind !== 'person') for (const [name, value] of Object.entries(process.env)) if (/(URL|URI|ENDPOINT|API_?HOST)$/.test(name) && value.startsWith('https://') && value.includes(job.config.domain)) delete process.env[name]
  const calls = makeCalls(job)
  const config = { ...job.config, key: name => job.config.keys[name] || job.config.keys.other }
  const send = async (name, variant, asked, use) => {
    const call = calls.take()
    if (!call) return
    call.begin(variant, name, { sends: true, subject: true, text: true, ...asked })
    try {
      await within(4000, Promise.resolve().then(() => use(call.minted)))
      call.end()
    } catch (err) {
      call.end(err)
    }
  }
  // On a later day: the clock is ahead, and what need not be set is not.
  const move = job.ahead > 0 && part('clock')()
  const unset = []
  const later = on => {
    if (!move) return false
    move(on ? job.ahead : 0)
    if (!on) for (const [name, value] of unset.splice(0)) process.env[name] = value
    else for (const name of job.optional || []) if (process.env[name] !== undefined) { unset.push([name, process.env[name]]); delete process.env[name] }
    return true
  }
  const all = { to: 1, cc: 2, bcc: 1, reply: true, html: true, file: true }
  const context = { job, calls, config, send, all, later, name: job.package.name, load: name => load(job, name) }
  const use = async () => {
    await part(job.kind)(context)
    if (job.kind === 'scenario' && later(true)) await part(job.kind)({ ...context, send: (name, variant, asked, use) => send(name, 13, asked, use) })
  }
  Promise.resolve().then(use).catch(err => {
    console.error(words(err && err.stack || err))
    calls.unused(5, `${job.kind}: ${words(err)}`)
  }).then(() => {
    // What it sends later has a moment; connections that are kept open need not be waited for.
    setTimeout(() => process.reallyExit(0), 600).unref()
  })
}
