// Works out what of a package can be loaded, from its manifest and its files alone (Node documentation, "Modules: Packages"). Nothing of it runs.
'use strict'
const fs = require('node:fs')
const path = require('node:path')

// The conditions under which Node looks for an import and for a require.
const both = process.features.require_module ? ['module-sync'] : []
const CONDITIONS = {
  import: new Set(['node', 'import', 'default', 'node-addons', ...both]),
  require: new Set(['node', 'require', 'default', 'node-addons', ...both])
}
const MAX_KEYS = 2000
const MAX_FILES = 5000
const MAX_DEPTH = 16
const isObject = it => it !== null && typeof it === 'object' && !Array.isArray(it)

// The target of one value of `exports`: a text, null where it is closed, undefined where no condition fits.
function choose (value, conditions, depth = 0) {
  if (value === null || typeof value === 'string') return value
  if (depth > MAX_DEPTH) return undefined
  if (Array.isArray(value)) {
    let last
    for (const it of value.slice(0, MAX_KEYS)) {
      const chosen = choose(it, conditions, depth + 1)
      if (typeof chosen === 'string' && isInside(chosen)) return chosen
      if (chosen !== undefined) last = chosen
    }
    return last
  }
  if (!isObject(value)) return undefined
  for (const [condition, it] of Object.entries(value)) {
    if (!conditions.has(condition)) continue
    const chosen = choose(it, conditions, depth + 1)
    if (chosen !== undefined) return chosen
  }
  return undefined
}

// A target below the package's folder ("PACKAGE_TARGET_RESOLVE").
const isInside = target => target.startsWith('./') && !target.slice(2).split(/[/\\]/).some(it => ['', '.', '..', 'node_modules'].includes(it.toLowerCase()))

// The key that decides about a subpath: itself, or the pattern that says most of what is before the star ("PATTERN_KEY_COMPARE").
function keyOf (subpath, keys) {
  if (!subpath.includes('*') && keys.exact.has(subpath)) return { key: subpath, star: '' }
  for (const { key, before, after } of keys.patterns) {
    if (subpath.length >= key.length && subpath.startsWith(before) && subpath.endsWith(after)) {
      return { key, star: subpath.slice(before.length, subpath.length - after.length) }
    }
  }
  return undefined
}

// Where a subpath leads under some conditions: a path in the package, null, or undefined.
function resolve (subpath, exported, keys, conditions) {
  const found = keyOf(subpath, keys)
  if (!found) return undefined
  const target = choose(exported[found.key], conditions)
  return typeof target === 'string' ? target.replaceAll('*', () => found.star) : target
}

function sorted (exported) {
  const all = Object.keys(exported).slice(0, MAX_KEYS)
  const patterns = all.filter(it => it.split('*').length === 2).map(key => {
    const at = key.indexOf('*')
    return { key, before: key.slice(0, at), after: key.slice(at + 1) }
  })
  patterns.sort((a, b) => b.before.length - a.before.length || b.key.length - a.key.length)
  return { exact: new Set(all.filter(it => !it.includes('*') && !it.endsWith('/'))), patterns }
}

// The files of a package, as `./lib/a.js`; links are not followed, and what is installed below it is not its own.
function filesOf (folder) {
  const files = []
  let cut = false
  const visit = (below, depth) => {
    let entries = []
    try { entries = fs.readdirSync(path.join(folder, below), { withFileTypes: true }) } catch { cut = true }
    entries.sort((a, b) => (a.name < b.name ? -1 : 1))
    for (const entry of entries) {
      if (files.length >= MAX_FILES || depth > MAX_DEPTH) { cut = true; return }
      if (entry.name === 'node_modules') continue
      const name = `${below}/${entry.name}`
      if (entry.isDirectory()) visit(name, depth + 1)
      else if (entry.isFile()) files.push(name)
    }
  }
  visit('.', 0)
  return { files, cut }
}

// What stands for the star of a target in a file's path; the star may stand in it more than once.
function starOf (file, target) {
  const parts = target.split('*')
  const length = (file.length - parts.reduce((sum, it) => sum + it.length, 0)) / (parts.length - 1)
  if (length < 1 || !Number.isInteger(length)) return undefined
  const star = file.slice(parts[0].length, parts[0].length + length)
  return parts.join(star) === file ? star : undefined
}

// The subpaths that a pattern gives a public name to, as far as there are files for them.
function expand ({ key, before, after }, exported, files) {
  const found = new Set()
  for (const conditions of Object.values(CONDITIONS)) {
    const target = choose(exported[key], conditions)
    if (typeof target !== 'string' || !isInside(target)) continue
    // One file for every name.
    if (!target.includes('*')) found.add(`${before}any${after}`)
    else for (const file of files) {
      const star = starOf(file, target)
      if (star !== undefined) found.add(before + star + after)
    }
  }
  return [...found]
}

const RUNS = file => !/\.(?:json5?|[cm]?tsx?|jsx|css|s[ac]ss|less|styl|map|md|mdx|html?|wasm|svg|png|jpe?g|gif|ico|woff2?|ttf|eot|txt|ya?ml|xml|graphql|gql|vue|svelte|astro|flow|hbs|ejs|pug|mjml|node-[^.]*|LICENSE)$/i.test(file)

// What a package without `exports` is loaded by ("LEGACY_MAIN_RESOLVE", "LOAD_AS_DIRECTORY").
function mainOf (folder, manifest) {
  const isFile = it => { try { return fs.statSync(path.join(folder, it)).isFile() } catch { return false } }
  const main = typeof manifest.main === 'string' && manifest.main !== '' ? [manifest.main] : []
  const tries = main.flatMap(it => [it, `${it}.js`, `${it}.json`, `${it}.node`, `${it}/index.js`, `${it}/index.json`, `${it}/index.node`])
  return [...tries, 'index.js', 'index.json', 'index.node'].find(isFile)
}

// `called` is the name the package is loaded by, or undefined for a folder that cannot be loaded by one.
// Gives `loads` ({ spec, how, pattern }), `left` (sentences on what Node does not run), `cut` (there was more than is looked at).
exports.entries = (folder, manifest, called) => {
  const loads = []
  const left = []
  let cut = false
  const exported = manifest.exports
  if (exported === undefined || exported === null || !called) {
    const main = mainOf(folder, manifest)
    if (!main) left.push('the package has no entry point')
    else if (!RUNS(main)) left.push(`${main} is nothing that Node runs`)
    else loads.push({ spec: called || require('node:url').pathToFileURL(path.resolve(folder, main)).href, how: 'import', pattern: false })
    return { loads, left, cut }
  }
  const table = isObject(exported) && Object.keys(exported).some(it => it.startsWith('.')) ? exported : { '.': exported }
  const keys = sorted(table)
  cut ||= Object.keys(table).length > MAX_KEYS
  const seen = new Set()
  const missing = []
  // Node appends nothing to a target, and takes no folder for one ("PACKAGE_TARGET_RESOLVE").
  const isThere = file => { try { return fs.statSync(path.join(folder, file)).isFile() } catch { return false } }
  let listed
  const add = (subpath, pattern) => {
    const spec = subpath === '.' ? called : called + subpath.slice(1)
    let open = false
    let lost
    for (const how of ['import', 'require']) {
      const file = resolve(subpath, table, keys, CONDITIONS[how])
      if (typeof file !== 'string' || !RUNS(file)) continue
      // What a package is loaded by has to be there; beside that, a name for nothing leads nobody anywhere.
      if (!pattern && subpath !== '.' && isInside(file) && !isThere(file)) {
        missing.push({ spec, how, pattern })
        lost = file
        continue
      }
      if (pattern && !listed.files.has(file)) continue
      open = true
      // What is loaded already, by another name or the other way, is one and the same file to Node.
      if (!seen.has(file)) loads.push({ spec, how, pattern })
      seen.add(file)
    }
    if (lost) left.push(`${spec} leads to ${lost}, which the package does not hold`)
    else if (!open && !pattern) left.push(`${spec} is nothing that Node runs`)
  }
  for (const key of keys.exact) add(key, false)
  if (keys.patterns.length > 0) {
    listed = filesOf(folder)
    listed.files = new Set(listed.files)
    cut ||= listed.cut
    for (const pattern of keys.patterns.slice(0, 64)) {
      const subpaths = expand(pattern, table, listed.files)
      if (subpaths.length === 0 && table[pattern.key] !== null) left.push(`no file has a name by ${pattern.key}`)
      for (const subpath of subpaths) add(subpath, true)
    }
    cut ||= keys.patterns.length > 64
  }
  // Nothing that is named is there: that is a package that could not be loaded, not one that has nothing to load.
  if (loads.length === 0) loads.push(...missing)
  return { loads, left, cut }
}
