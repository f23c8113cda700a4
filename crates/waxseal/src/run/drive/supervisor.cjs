// Works through the plan: each job is a process of its own, which is ended when its time is over. What the jobs say comes over a socket
// of theirs (descriptor 3), and is handed on as datagrams. Nothing of the package is loaded here.
'use strict'
const { spawn } = require('node:child_process')
const dgram = require('node:dgram')
const fs = require('node:fs')
const os = require('node:os')
const path = require('node:path')

const socket = dgram.createSocket('udp4')
const pending = new Set()
const tell = line => {
  const sent = new Promise(resolve => socket.send(line.slice(0, 900), plan.reports.port, plan.reports.host, resolve))
  pending.add(sent)
  sent.then(() => pending.delete(sent))
}

const root = process.cwd()
const begun = Date.now()
const left = () => plan.budget - (Date.now() - begun)

// A main file of the project, as an application has one; it removes itself before it loads anything.
let made = 0
const mainFile = text => {
  for (;;) {
    const file = path.join(root, made === 0 ? 'server.cjs' : `server-${made}.cjs`)
    made++
    try {
      fs.writeFileSync(file, text, { flag: 'wx' })
      return file
    } catch (err) {
      if (err.code !== 'EEXIST' || made > 1000) throw err
    }
  }
}

const program = (job, names) => {
  const parts = names.map(name => `${JSON.stringify(name)}: function (module, require, part) {${plan.parts[name]}\n}`)
  return `'use strict'
require('node:fs').unlinkSync(__filename)
{
const job = ${JSON.stringify(job)}
const table = {${parts.join(',\n')}}
const done = {}
const part = name => {
  if (name === 'job') return job
  if (!done[name]) { const module = { exports: {} }; done[name] = module; table[name](module, require, part) }
  return done[name].exports
}
part('child').run(part)
}
`
}

const run = (job, names, ms) => new Promise(resolve => {
  const env = { ...process.env }
  let values
  if (job.kind === 'person') {
    values = path.join(fs.mkdtempSync(path.join(os.tmpdir(), 'values-')), 'values.json')
    fs.writeFileSync(values, JSON.stringify({ ...job.values[0], ...job.config }))
    env.SCENARIO_VALUES = values
  }
  const main = mainFile(program(job, names))
  const child = spawn(process.execPath, [main], { cwd: root, env, detached: true, stdio: ['ignore', 'inherit', 'inherit', 'pipe'] })
  const open = new Set()
  let rest = ''
  let lines = 0
  child.stdio[3].setEncoding('utf8')
  child.stdio[3].on('data', text => {
    rest = (rest + text).slice(-100000)
    for (let end; (end = rest.indexOf('\n')) >= 0; rest = rest.slice(end + 1)) {
      const line = rest.slice(0, end)
      if (++lines > 2000) continue
      const [act, call] = line.split(' ', 2)
      if (act === 'b') open.add(call)
      if (act === 'e') open.delete(call)
      tell(line)
    }
  })
  child.stdio[3].on('error', () => {})
  const end = () => { try { process.kill(-child.pid, 'SIGKILL') } catch (err) {} }
  const timer = setTimeout(end, Math.max(500, ms))
  child.on('error', () => {})
  child.on('close', () => {
    clearTimeout(timer)
    end()
    for (const call of open) tell(`e ${call} t`)
    fs.rmSync(main, { force: true })
    if (values) fs.rmSync(path.dirname(values), { recursive: true, force: true })
    resolve()
  })
})

const job = (kind, more) => {
  const { first, values } = plan.drivers[kind]
  return { kind, first, values, config: plan.config, package: plan.package, ahead: kind === 'person' || kind === 'beside' ? 0 : plan.ahead, optional: plan.optional, ...more }
}

const work = async () => {
  const has = kind => kind in plan.drivers
  if (has('person')) await run(job('person', { file: plan.person }), ['child', 'person'], left())
  if (has('scenario')) await run(job('scenario'), ['child', 'clock', 'scenario'], Math.min(plan.most, left()))
  const rest = []
  if (has('documentation')) rest.push(['documentation', ['child', 'clock', 'about', 'names', 'open', 'lex', 'readme', 'documentation']])
  if (has('exports')) rest.push(['exports', ['child', 'clock', 'about', 'names', 'lex', 'declared', 'shapes', 'exports']])
  if (has('beside')) rest.push(['beside', ['child', 'beside']])
  // Two at a time: so many processors there are at least.
  const next = async () => {
    for (let item; (item = rest.shift());) {
      if (left() < 500) {
        tell(`n ${plan.drivers[item[0]].first} 1 ${item[0]}`)
        continue
      }
      await run(job(item[0]), item[1], Math.min(plan.most, left()))
    }
  }
  await Promise.all([next(), next()])
  await Promise.all(pending)
  socket.close()
}
work().catch(err => {
  console.error(String(err && err.stack || err))
  process.exit(1)
})
