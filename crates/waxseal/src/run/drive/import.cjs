// Loads every entry point and every program of one installed package and says how that went. What the package is loaded by has a
// process of its own, each way; its other entry points share processes, of which one that ends is followed by another.
// argv: the package's folder, and the name it is imported by (or its folder again).
// Ends with 3 if an entry point could not be loaded, or there were more than are tried: then the package was not looked at whole.
// Ends with 4 if all that could not be loaded lacks a package that the install does not bring: a peer or an optional dependency.
'use strict'
const { spawn } = require('node:child_process')
const fs = require('node:fs')
const path = require('node:path')
const { entries } = require('./entries.cjs')
const [folder, name] = process.argv.slice(2)
const read = file => JSON.parse(fs.readFileSync(file, 'utf8'))
const manifest = read(path.join(folder, 'package.json'))

const MAX_ENTRIES = 512
const MAX_BY_PATTERN = 512
const MAX_BINS = 16
const BATCH = 32
const EACH = `await (await import(${JSON.stringify(require('node:url').pathToFileURL(path.join(__dirname, 'each.mjs')).href)})).default(it => import(it))`

// A package may import itself by its name where it says what it exports (Node's documentation, "Self-referencing a package").
const called = name === folder ? (manifest.exports && manifest.name) || undefined : name
const { loads, left, cut } = entries(folder, manifest, called)
const listed = loads.filter(it => !it.pattern)
const byPattern = loads.filter(it => it.pattern)
const bins = Object.values(typeof manifest.bin === 'string' ? [manifest.bin] : manifest.bin || {}).filter(it => typeof it === 'string')

// A process of its own, to its end: how it ended, and what it told on descriptor 3.
const start = (args, stdio, timeout) => new Promise(resolve => {
  const child = spawn(process.execPath, args, { killSignal: 'SIGKILL', timeout, stdio })
  let told = ''
  child.stdio[3]?.setEncoding('utf8').on('data', text => { if (told.length < 1 << 20) told += text })
  child.on('error', error => resolve({ error, told }))
  child.on('close', (status, signal) => resolve({ status, signal, told }))
})
const say = (what, which, how) => console.log(`${what} ${which}: ${how === 0 ? 'ok' : how}`)
const ending = done => done.error ? done.error.code : done.signal || done.status

// The package that could not be found, if it is one that an install does not bring.
function lacks (failure) {
  if (!/MODULE_NOT_FOUND$/.test(failure.code)) return undefined
  const spec = /^Cannot find (?:package|module) '([^']+)'/.exec(failure.message)?.[1]
  if (!spec || spec.startsWith('.') || spec.startsWith('/')) return undefined
  const lacking = spec.split('/').slice(0, spec.startsWith('@') ? 2 : 1).join('/')
  const has = kind => Object.hasOwn(Object(manifest[kind]), lacking)
  if (has('peerDependencies')) return `the peer ${lacking} was not asked for`
  if (has('optionalDependencies')) return `the optional dependency ${lacking} is not installed`
  return undefined
}

// Loads some entries in one process; what is left when it ends early is loaded in the next. Gives whether each could be, or what it lacks.
async function load (some) {
  const results = []
  for (let rest = some; rest.length > 0;) {
    const now = rest.slice(0, BATCH)
    const done = await start(['--input-type=module', '-e', EACH, ...now.map(it => `${it.how}:${it.spec}`)], ['ignore', 'inherit', 'inherit', 'pipe'], 20000 + 1000 * now.length)
    const told = done.told.split('\n').flatMap(line => { try { return [JSON.parse(line)] } catch { return [] } })
    let count = 0
    for (const entry of now) {
      const failure = told.find(it => it?.failed === count)
      const begun = told.some(it => it?.begun === count)
      const ended = failure || told.some(it => it?.done === count)
      if (!begun && count > 0) break
      count += 1
      // A process that ends while it loads has a status, which a program that is imported may mean.
      const how = failure ? lacks(failure) || failure.code || 'failed' : ended ? 0 : ending(done)
      say(entry.how, entry.spec, how)
      results.push(how === 0 ? 'ok' : failure && lacks(failure) ? 'lacks' : 'failed')
      if (!ended) break
    }
    rest = rest.slice(count)
  }
  return results
}

const tried = [...listed.slice(0, MAX_ENTRIES), ...byPattern.slice(0, MAX_BY_PATTERN)]
const isMain = it => it.spec === called || loads.length === 1
const program = async bin => {
  const done = await start([path.resolve(folder, bin), '--help'], ['ignore', 'inherit', 'inherit'], 10000)
  say('program', bin, ending(done))
  return []
}

async function all () {
  const groups = [...tried.filter(isMain).map(it => [it]), tried.filter(it => !isMain(it))].filter(it => it.length > 0)
  const jobs = [...groups.map(it => () => load(it)), ...bins.slice(0, MAX_BINS).map(it => () => program(it))]
  const results = []
  // Two at a time: so many processors there are at least.
  const next = async () => { for (let job; (job = jobs.shift());) results.push(...await job()) }
  await Promise.all([next(), next()])
  for (const it of left.slice(0, 100)) console.log(`not loaded: ${it}`)
  if (loads.length === 0) console.log(bins.length === 0 ? 'nothing to load' : 'nothing to load but its programs')
  const more = cut || listed.length > MAX_ENTRIES || byPattern.length > MAX_BY_PATTERN || bins.length > MAX_BINS
  if (more) console.log('not loaded: there is more than is tried')
  process.exit(more || results.includes('failed') ? 3 : results.includes('lacks') ? 4 : 0)
}
all()
