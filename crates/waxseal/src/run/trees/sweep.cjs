// Leaves of an unpacked tree what an install with scripts would find there, too: takes out every package that has an install script, and with it
// the package that brings it inside of itself, so that npm unpacks it anew and runs its scripts. What is taken out is taken out of npm's own
// list of the tree as well (`node_modules/.package-lock.json`), by which npm sees what is there. Nothing else stays but that folder.
'use strict'
const fs = require('node:fs')
const path = require('node:path')

const LIST = 'node_modules/.package-lock.json'
const gone = where => fs.rmSync(where, { recursive: true, force: true })
for (const name of fs.readdirSync('.')) if (name !== 'node_modules') gone(name)
if (!fs.existsSync(LIST)) {
  gone('node_modules')
  process.exit(0)
}
const list = JSON.parse(fs.readFileSync(LIST, 'utf8'))

// As npm decides it (npm documentation, "Scripts": what runs at an install; a `binding.gyp` stands for an install script).
function hasScript (where) {
  try {
    const manifest = JSON.parse(fs.readFileSync(path.join(where, 'package.json'), 'utf8').replace(/^\uFEFF/, ''))
    const scripts = Object(manifest.scripts)
    return Boolean(scripts.preinstall || scripts.install || scripts.postinstall || fs.existsSync(path.join(where, 'binding.gyp')))
  } catch {
    return true
  }
}

// The package that is fetched for it: itself, or the one whose archive holds it.
function fetched (where) {
  while (list.packages[where]?.inBundle) {
    const above = where.lastIndexOf('/node_modules/')
    if (above < 0) break
    where = where.slice(0, above)
  }
  return where
}

const out = new Set(Object.keys(list.packages).filter(hasScript).map(fetched))
for (const where of out) {
  gone(where)
  for (const other of Object.keys(list.packages)) if (other === where || other.startsWith(`${where}/`)) delete list.packages[other]
}
// Their programs are linked anew when they come back.
const folders = ['', ...Object.keys(list.packages).map(where => `${where}/`)]
for (const folder of folders) {
  const links = `${folder}node_modules/.bin`
  if (out.size === 0 || !fs.existsSync(links)) continue
  for (const name of fs.readdirSync(links)) if (!fs.existsSync(path.join(links, name))) gone(path.join(links, name))
}
// Last, since npm believes it only if nothing in the tree is newer.
fs.writeFileSync(LIST, JSON.stringify(list, null, 2))
