// Runs the examples of a package's documentation that send mail, with minted values in place of theirs. What an example leaves out (a variable, a
// module that is not installed, a handler nobody calls) is stood in for.
'use strict'
const fs = require('node:fs')
const path = require('node:path')
const nodeModule = require('node:module')
const { within, words } = part('child')
const { roleOf, Values, split } = part('names')
const { documents, blocks, filled } = part('readme')
const AsyncFunction = (async () => {}).constructor

const SENDS = /send|mail|deliver|notify|recipient|subject/i
const TESTS = /\b(describe|it|test|expect)\s*\(|jest\.|vi\.mock/

// `import a, { b as c } from 'x'` as what a function's body may hold.
function unmodule (code) {
  return code
    .replace(/^\s*import\s+type\s[\s\S]*?from\s*['"][^'"]+['"];?/gm, '')
    .replace(/^\s*import\s+([\w$*{},\s]+?)\s+from\s*(['"][^'"]+['"])(?:\s+(?:with|assert)\s*\{[^}]*\})?;?/gm, (all, clause, from) => {
      const out = []
      const named = /\{([\s\S]*)\}/.exec(clause)
      const rest = clause.replace(/\{[\s\S]*\}/, '').split(',').map(it => it.trim()).filter(Boolean)
      for (const it of rest) {
        const whole = /^\*\s*as\s+([\w$]+)$/.exec(it)
        out.push(whole ? `var ${whole[1]} = await __import(${from});` : `var ${it} = __default(await __import(${from}));`)
      }
      if (named) {
        const names = named[1].split(',').map(it => it.trim().replace(/^type\s+/, '')).filter(Boolean).map(it => it.replace(/\s+as\s+/, ': '))
        out.push(`var { ${names.join(', ')} } = __names(await __import(${from}));`)
      }
      return out.join(' ')
    })
    .replace(/^\s*import\s*(['"][^'"]+['"]);?/gm, 'await __import($1);')
    .replace(/^\s*export\s+default\s+/gm, '__default.last = ')
    .replace(/^\s*export\s+(?=(async|function|const|let|var|class)\b)/gm, '')
    .replace(/\bimport\s*\(/g, '__import(')
    .replace(/\bimport\.meta\b/g, '({ url: "file:///", env: process.env })')
}

// Types are taken out by Node where it can; else the forms that examples use.
function untyped (code, language) {
  if (!/^(ts|typescript|tsx)$/.test(language) && !/^\s*(interface|type)\s+\w+|:\s*(string|any|void|Promise<)/m.test(code)) return code
  try {
    if (nodeModule.stripTypeScriptTypes) return nodeModule.stripTypeScriptTypes(code, { mode: 'transform' })
  } catch (err) { /* the forms below may still do */ }
  return code
    .replace(/^\s*(export\s+)?(declare\s+)?interface\s+\w+[^{]*\{[\s\S]*?^\s*\}/gm, '')
    .replace(/^\s*(export\s+)?type\s+\w+[^=]*=[^;]*;/gm, '')
    .replace(/\s+as\s+(const|[A-Za-z_][\w.]*(<[^>]*>)?(\[\])?)/g, '')
    .replace(/\s+satisfies\s+[\w.<>]+/g, '')
    .replace(/([\w)\]])!(?=[.,;)\]\s])(?!=)/g, '$1')
    .replace(/\b(private|public|protected|readonly|declare)\s+(?=[\w])/g, '')
    .replace(/(\bconst|\blet|\bvar)\s+(\w+|\{[^}]*\})\s*:\s*[^=;]+?=(?!>)/g, '$1 $2 =')
    .replace(/([(,]\s*\w+)\??\s*:\s*[\w.<>[\]|" ']+(?=\s*[,)=])/g, '$1')
    .replace(/\)\s*:\s*[\w.<>[\]| ]+(?=\s*(\{|=>))/g, ')')
    .replace(/\bnew\s+(\w+)<[^>()]*>\(/g, 'new $1(')
}

// Names of functions that the code declares and does not call.
function uncalled (code) {
  const names = new Set()
  for (const it of code.matchAll(/^(?:async\s+)?function\s+([\w$]+)\s*\(/gm)) names.add(it[1])
  for (const it of code.matchAll(/^(?:const|let|var)\s+([\w$]+)\s*=\s*(?:async\s*)?(?:function\b|\([^)]*\)\s*=>|[\w$]+\s*=>)/gm)) names.add(it[1])
  return [...names].filter(name => (code.match(new RegExp(`(^|[^\\w$.])${name.replace(/\$/g, '\\$')}\\s*\\(`, 'gm')) || []).length <= (code.includes(`function ${name}`) ? 1 : 0))
}

module.exports = async context => {
  const { job, calls, config } = context
  const own = job.package
  const folder = own.folder
  const manifest = JSON.parse(fs.readFileSync(path.join(folder, 'package.json'), 'utf8'))
  const called = manifest.name || own.name
  if (!part('about')(folder)) return calls.unused(6, 'documentation')
  const service = (split(called).match(/postmark|sendgrid|mailgun|resend|mailjet|sparkpost|brevo|mailersend|mandrill|zeptomail|google|gmail/) || [])[0]
  const uses = code => new RegExp(`['"\`]${called.replace(/[.*+?^${}()|[\]\\/]/g, '\\$&')}(/[^'"\`]*)?['"\`]`).test(code) || /(require\(|from\s*|import\s*\(?\s*)['"](\.{1,2}\/?[\w./-]*)['"]/.test(code)
  const all = documents(folder).flatMap(blocks).filter(it => !TESTS.test(it.code))
  const first = all.find(it => uses(it.code) && /\bnew\s|create|connect|\)\s*\(|init|setup/i.test(it.code)) || all.find(it => uses(it.code))
  const seen = new Set()
  const chosen = all.filter(it => SENDS.test(it.code) && !seen.has(it.code) && seen.add(it.code))
  // An example that does not load the package goes on from the first that does.
  const planned = chosen.flatMap(it => uses(it.code) ? [{ ...it, code: it.code }] : first && first !== it ? [{ ...it, before: first.code }] : [])
  // What names recipients and subjects comes first.
  const weight = it => (/subject/i.test(it.code) ? 2 : 0) + (/@/.test(it.code) ? 1 : 0) + (/send/i.test(it.code) ? 1 : 0) + (it.before ? 0 : 1)
  planned.sort((one, other) => weight(other) - weight(one))
  for (const it of planned.slice(MOST)) calls.unused(2, `example: ${words(it.code.trim().split('\n')[0])}`)
  process.exit = () => { throw new Error('process.exit was called') }
  const good = []
  for (const it of planned.slice(0, MOST)) {
    const call = calls.take()
    if (!call) return
    if (await example(it, call, 0, { context, config, service, called, folder, calls })) good.push(it)
  }
  // What worked is done once more on a later day.
  if (good.length > 0 && context.later(true)) {
    for (const it of good.slice(0, 2)) {
      const call = calls.take()
      // What was stood in for holds what was handed over before.
      for (const name of stood) delete globalThis[name]
      if (call) await example(it, call, 13, { context, config, service, called, folder, calls })
    }
    context.later(false)
  }
  await new Promise(resolve => setTimeout(resolve, 300))
}

// Whether it came to its end.
async function example (it, call, variant, around) {
  const values = new Values(call.minted, around.config, around.service, it.code + (it.before || ''))
  const whole = untyped((it.before ? it.before + '\n;{\n' : '') + it.code + (it.before ? '\n}' : ''), it.language)
  const name = `example: ${it.code.trim().split('\n').find(line => /send|mail/i.test(line)) || ''}`.slice(0, 120)
  for (const at of whole.matchAll(/process\.env\.(\w+)|process\.env\[['"](\w+)['"]\]/g)) {
    const variable = at[1] || at[2]
    const value = process.env[variable] === undefined ? values.of(roleOf([variable]) || 'key') : undefined
    if (value !== undefined) process.env[variable] = String(value)
  }
  const code = filled(unmodule(whole), values)
  const run = compiled(code)
  if (!run) { around.calls.unused(3, name); return false }
  const handlers = []
  const open = part('open')(values, handlers)
  const begin = () => call.begin(variant, name, { ...values.asked, sends: true })
  begin()
  // What it does not declare is stood in for, one name after the other.
  for (let attempt = 0; ; attempt++) {
    try {
      const left = await within(2500, run(...surroundings(around, open)))
      await follow(left, handlers, values, open, begin)
      call.end()
      return true
    } catch (err) {
      const missing = attempt < 8 && err instanceof ReferenceError && /^([\w$]+) is not defined/.exec(err.message)
      if (!missing) {
        call.end(err)
        return false
      }
      const role = roleOf([missing[1]])
      const value = role && values.of(role)
      stood.add(missing[1])
      globalThis[missing[1]] = value === undefined ? open([missing[1]]) : value
      begin()
    }
  }
}

function compiled (code) {
  const names = uncalled(code)
  const left = `\n;return { ${names.map(name => `${name}: typeof ${name} === 'undefined' ? undefined : ${name}, `).join('')}__last: __default.last }`
  const inputs = ['require', '__import', '__default', '__names', 'module', 'exports', '__dirname', '__filename']
  for (const text of [code + left, `${code.replace(/^\s*(\.\.\.|…)\s*$/gm, '')}${left}`, code.replace(/\.\.\.(?=\s*[\n,})])/g, '') + left]) {
    try { return new AsyncFunction(...inputs, text) } catch (err) { /* the next form */ }
  }
  return null
}

// `require` and `import`: the package by its name or by a path, what is installed, or something that stands for it.
function surroundings ({ context, called, folder }, open) {
  const get = async name => {
    try {
      if (name === called || name.startsWith(called + '/')) return await context.load(context.name + name.slice(called.length))
      if (/^\.{1,2}(\/|$)/.test(name)) return await fromSource(name, folder, context)
      return await context.load(name)
    } catch (err) {
      if (name === called) throw err
      return open([name])
    }
  }
  const project = nodeModule.createRequire(path.join(process.cwd(), 'server.cjs'))
  const require = name => {
    const own = name === called || name.startsWith(called + '/')
    try {
      if (own && !context.job.package.installed) return project(path.resolve(folder, name.slice(called.length + 1)))
      if (/^\.{1,2}(\/|$)/.test(name)) return project(path.resolve(folder))
      return project(name)
    } catch (err) {
      if (own) throw err
      return open([name])
    }
  }
  const standard = loaded => loaded && loaded.default !== undefined && typeof loaded !== 'function' ? loaded.default : loaded
  const named = loaded => typeof loaded === 'object' && loaded && loaded.default && typeof loaded.default === 'object' ? { ...loaded.default, ...loaded } : loaded
  const module = { exports: {} }
  return [require, get, standard, named, module, module.exports, process.cwd(), path.join(process.cwd(), 'server.cjs')]
}

// Paths in examples are those of the sources; what stands there is the package, unless there is such a file.
async function fromSource (name, folder, context) {
  const file = path.resolve(folder, name.replace(/^(\.\.\/)+/, ''))
  if (file !== path.resolve(folder)) {
    try { return await context.load(file) } catch (err) { /* the package itself */ }
  }
  return context.load(context.name)
}

// Calls what the example declared and did not call, and the handlers it handed over.
async function follow (left, handlers, values, open, begin) {
  const functions = Object.values(left || {}).filter(it => typeof it === 'function').concat(handlers).slice(0, 6)
  for (const use of functions) {
    if (/^class\s/.test(Function.prototype.toString.call(use))) continue
    const head = /^[^(]*\(([^)]*)\)|^\s*(?:async\s*)?([\w$]+)\s*=>/.exec(Function.prototype.toString.call(use)) || []
    const names = (head[1] || head[2] || '').split(',').map(it => it.trim().replace(/\s*=.*$/, '')).filter(Boolean)
    const args = names.map(name => {
      const role = roleOf([name])
      if (role === 'callback') return () => {}
      const value = role && values.of(role)
      return value === undefined ? open([name.replace(/\W/g, '')]) : value
    })
    begin()
    await within(2000, Promise.resolve(use(...args)))
  }
}

// Names that are stood in for.
const stood = new Set()
// Examples of one package that are run.
const MOST = 12
