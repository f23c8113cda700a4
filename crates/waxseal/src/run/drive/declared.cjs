// Reads a package's type declarations as far as it takes to shape arguments: properties of objects, parameters of functions, constructors and
// methods. No type is resolved beyond a name; what is not understood is left out. Bounded.
'use strict'
const fs = require('node:fs')
const path = require('node:path')
const { balanced, commas } = part('lex')

const MAX_FILES = 80
const MAX_BYTES = 1500000

function files (folder) {
  const out = []
  let bytes = 0
  const walk = (at, depth) => {
    let names
    try { names = fs.readdirSync(at, { withFileTypes: true }) } catch (err) { return }
    for (const it of names) {
      if (out.length >= MAX_FILES || bytes > MAX_BYTES) return
      const full = path.join(at, it.name)
      if (it.isDirectory() && it.name !== 'node_modules' && depth < 6) walk(full, depth + 1)
      else if (it.isFile() && /\.d\.[cm]?ts$/.test(it.name)) {
        const text = fs.readFileSync(full, 'utf8').slice(0, 400000)
        bytes += text.length
        out.push(text.replace(/\/\*[\s\S]*?\*\//g, '').replace(/(^|\s)\/\/[^\n]*/g, ''))
      }
    }
  }
  walk(folder, 0)
  return out
}

// `name?: type`
const member = /^(?:readonly\s+|public\s+|static\s+|declare\s+)*['"]?([\w$-]+)['"]?\s*(\??)\s*:\s*([\s\S]+)$/
const method = /^(?:public\s+|static\s+|async\s+)*(new|constructor|[\w$]+)\s*\??\s*(?:<[^(]*>)?\(/

// Members of a body: ended by `;`, `,` or a new line outside of brackets.
function members (body) {
  const out = []
  let depth = 0
  let start = 0
  for (let idx = 0; idx <= body.length; idx++) {
    const c = body[idx]
    if ('([{<'.includes(c)) depth++
    else if (')]}'.includes(c) || (c === '>' && body[idx - 1] !== '=')) depth--
    else if (idx === body.length || (depth <= 0 && (c === ';' || c === ',' || (c === '\n' && !/[|&:=]\s*$/.test(body.slice(start, idx)) && !/^\s*[|&]/.test(body.slice(idx + 1)))))) {
      const text = body.slice(start, idx).trim()
      if (text) out.push(text)
      start = idx + 1
      if (out.length > 400) break
    }
  }
  return out
}

const parameters = text => commas(text).slice(0, 8).map(it => {
  const found = /^(?:(?:public|private|readonly)\s+)*(\.{3})?([\w$]+|\{[\s\S]*?\})\s*\??\s*(?::\s*([\s\S]+))?$/.exec(it)
  return found ? { name: found[2].startsWith('{') ? 'options' : found[2], type: found[3] || '' } : { name: 'options', type: '' }
})

function body (text) {
  const properties = []
  const methods = new Map()
  for (const it of members(text)) {
    if (/^private|^#/.test(it)) continue
    const isMethod = method.exec(it)
    if (isMethod) {
      const inside = balanced(it, isMethod[0].length - 1)
      if (inside !== null && !methods.has(isMethod[1])) methods.set(isMethod[1], parameters(inside))
      continue
    }
    const isMember = member.exec(it)
    if (isMember) properties.push({ name: isMember[1], optional: isMember[2] === '?', type: isMember[3].trim() })
  }
  return { properties: properties.slice(0, 60), methods }
}

module.exports = folder => {
  const types = new Map()
  const functions = new Map()
  for (const text of files(folder)) {
    for (const it of text.matchAll(/\b(interface|class)\s+([\w$]+)(?:<[^{]*?>)?\s*([^{]*)\{/g)) {
      const inside = balanced(text, it.index + it[0].length - 1)
      if (inside === null || inside.length > 60000) continue
      const known = types.get(it[2])
      const read = body(inside)
      read.parents = [...it[3].matchAll(/[\w$.]+/g)].map(it => it[0].split('.').pop()).filter(it => !['extends', 'implements'].includes(it))
      if (!known || known.properties.length + known.methods.size < read.properties.length + read.methods.size) types.set(it[2], read)
    }
    for (const it of text.matchAll(/\btype\s+([\w$]+)(?:<[^=]*?>)?\s*=\s*([^;]{1,4000})/g)) {
      if (types.has(it[1])) continue
      const at = it[2].indexOf('{')
      const inside = /^\s*(\w+\s*&\s*)?\{/.test(it[2]) ? balanced(text, it.index + it[0].indexOf('{', it[0].indexOf('='))) : null
      types.set(it[1], inside !== null && at >= 0 ? { ...body(inside), parents: [] } : { alias: it[2].trim(), properties: [], methods: new Map(), parents: [] })
    }
    for (const it of text.matchAll(/\bfunction\s+([\w$]+)\s*(?:<[^(]*>)?\(/g)) {
      const inside = balanced(text, it.index + it[0].length - 1)
      if (inside !== null && !functions.has(it[1])) functions.set(it[1], parameters(inside))
    }
    for (const it of text.matchAll(/\bconst\s+([\w$]+)\s*:\s*(?:<[^(]*>)?\(/g)) {
      const inside = balanced(text, it.index + it[0].length - 1)
      if (inside !== null && !functions.has(it[1])) functions.set(it[1], parameters(inside))
    }
  }
  const properties = (name, depth = 0) => {
    const it = types.get(name)
    if (!it || depth > 4) return []
    return [...it.properties, ...it.parents.flatMap(parent => properties(parent, depth + 1))]
  }
  // Parameters of a function, of a class's constructor, or of a method, by what is known of its owner.
  const parametersOf = (name, owner) => {
    const of = owner && types.get(owner)
    if (of && of.methods.has(name)) return of.methods.get(name)
    if (functions.has(name)) return functions.get(name)
    const isClass = types.get(name)
    if (isClass && isClass.methods.has('constructor')) return isClass.methods.get('constructor')
    for (const it of types.values()) if (it.methods.has(name)) return it.methods.get(name)
    return null
  }
  return { types, properties, parametersOf, body }
}
