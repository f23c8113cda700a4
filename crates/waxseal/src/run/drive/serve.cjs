// Starts a server of the Model Context Protocol (argv: the program's file and its arguments) and passes on what it is told, until a line
// says that it is to be started anew: then with a clock that is ahead, and without the variables that need not be set. If it does not
// speak without those, it is started with them.
'use strict'
const { spawn } = require('node:child_process')
const WORD = '%WORD%'
const OPTIONAL = JSON.parse('%OPTIONAL%')
const CLOCK = '%CLOCK%'
const GRACE = 250

const command = process.argv.slice(2)
let child
let later = false
let ended = false
let since = []
let spoke = false

const start = env => {
  const it = spawn(process.execPath, command, { env, stdio: ['pipe', 'pipe', 'inherit'] })
  child = it
  it.stdin.on('error', () => {})
  it.stdout.on('data', data => {
    if (it !== child) return
    spoke = true
    if (!process.stdout.write(data)) {
      it.stdout.pause()
      process.stdout.once('drain', () => it.stdout.resume())
    }
  })
  it.on('error', () => process.exit(1))
  it.on('close', (code, signal) => {
    if (it !== child) return
    if (later && !spoke && since) {
      // What it was told is told again.
      const told = since
      since = undefined
      start(surroundings(process.env))
      for (const data of told) child.stdin.write(data)
      if (ended) child.stdin.end()
      return
    }
    if (signal) process.kill(process.pid, signal)
    else process.exit(code)
  })
}

const surroundings = env => {
  const own = env.NODE_OPTIONS
  return { ...env, NODE_OPTIONS: `${own ? own + ' ' : ''}--require=${CLOCK}` }
}

const anew = () => {
  const old = child
  child = undefined
  old.stdin.end()
  // It may be that it goes on although nobody asks it anything any more.
  const timer = setTimeout(() => old.kill('SIGKILL'), GRACE)
  const next = () => {
    clearTimeout(timer)
    const env = { ...process.env }
    for (const name of OPTIONAL) delete env[name]
    later = true
    spoke = false
    start(surroundings(env))
    for (const data of since) child.stdin.write(data)
    if (ended) child.stdin.end()
  }
  if (old.exitCode !== null || old.signalCode !== null) next()
  else old.once('exit', next)
}

const pass = data => {
  if (later && since && !spoke) since.push(data)
  if (child) child.stdin.write(data)
  else if (since) since.push(data)
}

process.stdout.on('error', () => {})
process.stdin.on('data', data => {
  const at = later || !child ? -1 : data.indexOf(`${WORD}\n`)
  if (at < 0) return pass(data)
  if (at > 0) pass(data.subarray(0, at))
  anew()
  const rest = data.subarray(at + WORD.length + 1)
  if (rest.length) pass(rest)
})
process.stdin.on('end', () => {
  ended = true
  if (child) child.stdin.end()
})
start(process.env)
