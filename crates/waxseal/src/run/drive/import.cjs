// Loads every entry point and every program of one installed package, each in a process of its own, and says how that went.
// argv: the package's folder, and the name it is imported by (or its folder again).
// Ends with 3 if an entry point could not be loaded, or there were more than are tried: then the package was not looked at whole.
'use strict'
const { spawnSync } = require('node:child_process')
const fs = require('node:fs')
const path = require('node:path')
const [folder, name] = process.argv.slice(2)
const manifest = JSON.parse(fs.readFileSync(path.join(folder, 'package.json'), 'utf8'))

const entries = new Set()
const subpaths = exported => exported && typeof exported === 'object' && !Array.isArray(exported)
  ? Object.keys(exported).filter(key => key.startsWith('.') && !key.includes('*'))
  : []
const local = name === folder
// A package may import itself by its name where it says what it exports (Node's documentation, "Self-referencing a package").
const called = local ? manifest.exports && manifest.name : name
if (called) {
  const keys = subpaths(manifest.exports)
  if (keys.length === 0) entries.add(called)
  for (const key of keys) if (!key.endsWith('.json')) entries.add(key === '.' ? called : `${called}/${key.slice(2)}`)
} else {
  const main = typeof manifest.main === 'string' ? manifest.main : 'index.js'
  entries.add(path.resolve(folder, main))
}
const bins = typeof manifest.bin === 'string' ? [manifest.bin] : Object.values(manifest.bin || {})

const limits = { timeout: 20000, killSignal: 'SIGKILL', stdio: ['ignore', 'inherit', 'inherit'] }
const say = (what, which, done) => {
  const how = done.error ? done.error.code : done.signal || done.status
  console.log(`${what} ${which}: ${how === 0 ? 'ok' : how}`)
  return how === 0
}
let whole = entries.size <= 64 && bins.length <= 16
for (const entry of [...entries].slice(0, 64)) {
  const code = `import(${JSON.stringify(!called ? require('node:url').pathToFileURL(entry).href : entry)}).then(() => setTimeout(() => process.exit(0), 300), err => { console.error(String(err && err.stack || err)); process.exit(1) })`
  whole = say('import', entry, spawnSync(process.execPath, ['--input-type=module', '-e', code], limits)) && whole
}
for (const bin of bins.filter(it => typeof it === 'string').slice(0, 16)) {
  say('program', bin, spawnSync(process.execPath, [path.resolve(folder, bin), '--help'], { ...limits, timeout: 10000 }))
}
process.exit(whole ? 0 : 3)
