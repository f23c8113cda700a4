// Tells which lines of code made a connection, a request or a datagram. Every Node in the room loads it first (NODE_OPTIONS); it is an
// annotation that a package can switch off or forge, and no verdict depends on it.
// A record is one datagram to an address that only this run has. Lines that begin with `//` are left out of the file in the room.
//
// What is looked at: handles of TCP and UDP in the moment they get a port of their own, every event emitter as it is made (a request
// of http, a stream of http2), the channels of undici. What led to a callback is remembered where it was asked for: questions of DNS,
// timers, and, once http is loaded, promises. Callbacks of the package are never wrapped, so no frame of ours is in its stacks.
'use strict'
try {
  const HOST = '%HOST%'
  const PORT = +'%PORT%'
  const OWN = __filename
  const OPTION = '--require=' + OWN

  const { apply, construct, getPrototypeOf, getOwnPropertyDescriptor } = Reflect
  const uncurry = Function.prototype.bind.bind(Function.prototype.call)
  const [get, set, has] = [WeakMap.prototype.get, WeakMap.prototype.set, WeakMap.prototype.has].map(it => uncurry(it))
  const [startsWith, slice, indexOf, charCodeAt, replaceAll, endsWith] =
    ['startsWith', 'slice', 'indexOf', 'charCodeAt', 'replaceAll', 'endsWith'].map(it => uncurry(String.prototype[it]))
  const [mapHas, mapSet] = [Map.prototype.has, Map.prototype.set].map(it => uncurry(it))
  const defer = queueMicrotask
  const bytesOf = Buffer.from
  const { create, defineProperty, getOwnPropertySymbols } = Object
  const { runInNewContext } = require('vm')
  // What is loaded late goes around what a package may have made of `require`.
  const load = process.getBuiltinModule ?? require
  const WrapMaker = Proxy

  // `process.binding` warns where a program asked for warnings of what is to come.
  const silent = getOwnPropertyDescriptor(process, 'noDeprecation')
  defineProperty(process, 'noDeprecation', { value: true, configurable: true, writable: true, enumerable: true })
  const [tcp, udp, cares, processes, spawns] =
    ['tcp_wrap', 'udp_wrap', 'cares_wrap', 'process_wrap', 'spawn_sync'].map(it => process.binding(it))
  if (silent) defineProperty(process, 'noDeprecation', silent)
  else delete process.noDeprecation

  // ---- what the package sees of its environment
  const strip = value => {
    if (value === OPTION) return ''
    return endsWith(value, ' ' + OPTION) ? slice(value, 0, -OPTION.length - 1) : value
  }
  if (process.env.NODE_OPTIONS !== undefined) {
    const own = strip(process.env.NODE_OPTIONS)
    if (own) process.env.NODE_OPTIONS = own
    else delete process.env.NODE_OPTIONS
  }
  const preloaded = process._preload_modules
  if (Array.isArray(preloaded)) {
    const value = preloaded.filter(it => it !== OWN)
    defineProperty(process, '_preload_modules', { ...getOwnPropertyDescriptor(process, '_preload_modules'), value })
  }
  delete require.cache[OWN]

  // A function that looks like the one it stands for.
  const wrap = (object, name, around) => {
    const found = getOwnPropertyDescriptor(object, name)
    if (!found || typeof found.value !== 'function' || !found.configurable) return
    defineProperty(object, name, { ...found, value: new WrapMaker(found.value, around) })
  }
  // Something of ours behind a call that went well; what it throws is nobody's business.
  const after = look => ({
    __proto__: null,
    apply (target, self, args) {
      const result = apply(target, self, args)
      try { look(self, args, result) } catch {}
      return result
    }
  })

  // ---- stacks, taken and written in a realm of its own: the package's `Error` is neither used nor changed
  let realm
  const write = (error, sites) => {
    let text = ''
    for (let idx = 0; idx < sites.length; idx++) {
      const site = sites[idx]
      let file = site.getFileName()
      if (file === null || file === undefined) file = site.isEval() ? site.getEvalOrigin() : ''
      file = '' + file
      if (file === '' || file === OWN || startsWith(file, 'node:')) continue
      if (startsWith(file, 'file://')) file = slice(file, 7)
      const name = site.getFunctionName()
      const place = slice(file, -400) + ':' + site.getLineNumber() + ':' + site.getColumnNumber()
      const frame = slice(name ? place + ' ' + name : place, 0, 500)
      text += replaceAll(frame, '\n', ' ') + '\n'
    }
    return text
  }
  const take = () => {
    realm ??= runInNewContext(
      '(write => { Error.stackTraceLimit = 100; Error.prepareStackTrace = write;' +
      ' const take = Error.captureStackTrace; return () => { const it = {}; take(it); return it } })',
      undefined, { filename: 'node:internal/process/execution' })(write)
    return realm()
  }

  // ---- what led here
  class Same { constructor (object) { return object } }
  class Mark extends Same {
    #note
    constructor (object, note) { super(object); this.#note = note }
    static of (object) { return #note in object ? object.#note : undefined }
  }
  const { executionAsyncResource } = require('async_hooks')
  let ofPromise
  const led = () => ofPromise ?? Mark.of(executionAsyncResource())
  const note = () => ({ __proto__: null, taken: take(), parent: led(), text: undefined, id: undefined })
  const marker = left => object => {
    if (left > 0 && object !== null && typeof object === 'object') {
      left--
      new Mark(object, note())
    }
  }
  // Each costs some microseconds: a program that makes more is known by what it did before.
  const mark = marker(20000)
  const markTimer = marker(3000)
  // Frames from the innermost; behind them those that led to it.
  const frames = note => {
    if (note.text !== undefined) return note.text
    let text = ''
    let lines = 0
    let last = ''
    for (let it = note, depth = 0; it && depth < 24 && lines < 50; it = it.parent, depth++) {
      const part = '' + it.taken.stack
      if (part === last) continue
      last = part
      for (let from = 0, end; lines < 50 && (end = indexOf(part, '\n', from)) >= 0; from = end + 1) {
        text += slice(part, from, end + 1)
        lines++
      }
    }
    note.text = text
    let one = 0x811c9dc5
    let two = 0x9e3779b9
    for (let idx = 0; idx < text.length; idx++) {
      const code = charCodeAt(text, idx)
      one = (one ^ code) * 0x01000193 | 0
      two = (two + code) * 0x85ebca6b | 0
      two ^= two >>> 13
    }
    note.id = (one >>> 0) + '.' + (two >>> 0)
    return text
  }

  // ---- the way out
  const sendDatagram = udp.UDP.prototype.send
  const sent = new Map()
  let socket
  let request
  let records = 20000
  const tell = (kind, address, port, note) => {
    const text = frames(note)
    if (text === '' || records <= 0) return
    records--
    if (socket === undefined) {
      socket = new udp.UDP()
      request = new udp.SendWrap()
      socket.unref()
    }
    const known = mapHas(sent, note.id)
    const head = kind + ' ' + address + ' ' + port + ' ' + note.id + '\n'
    const size = apply(sendDatagram, socket, [request, [bytesOf(known ? head : head + text)], 1, PORT, HOST, false])
    if (size > 0 && !known) mapSet(sent, note.id, true)
  }

  // ---- connections
  const portOf = tcp.TCP.prototype.getsockname
  const waiting = new WeakMap()
  const isHere = address => startsWith('' + address, '127.') || address === '::1'
  const sockname = handle => {
    const name = {}
    return apply(portOf, handle, [name]) === 0 && name.port > 0 ? name : undefined
  }
  const connected = (handle, args, result) => {
    if (result !== 0 || isHere(args[1])) return
    const name = sockname(handle)
    if (!name) return
    let made = note()
    // An address that had to be asked for first: whoever made the handle wanted the connection.
    if ('' + made.taken.stack === '') made = Mark.of(handle) ?? made
    tell('c', name.address, name.port, made)
    const requests = get(waiting, handle)
    if (!requests) return
    waiting.delete(handle)
    for (let idx = 0; idx < requests.length; idx++) tell('r', name.address, name.port, requests[idx])
  }
  for (const name of ['connect', 'connect6']) wrap(tcp.TCP.prototype, name, after(connected))
  wrap(tcp, 'TCP', {
    __proto__: null,
    construct (target, args, self) {
      const handle = construct(target, args, self)
      try { mark(handle) } catch {}
      return handle
    }
  })

  // ---- requests: one connection may carry those of many lines
  const requested = (socket, note) => {
    let handle = socket && socket._handle
    for (let depth = 0; handle && handle._parent && depth < 8; depth++) handle = handle._parent
    if (!handle) return
    const name = sockname(handle)
    if (name) {
      if (isHere(name.address)) return
      return tell('r', name.address, name.port, note)
    }
    const before = get(waiting, handle)
    if (!before) set(waiting, handle, [note])
    else if (before.length < 256) before[before.length] = note
  }
  const notes = new WeakMap()
  const kinds = new WeakMap()
  const kindOf = prototype => {
    const known = get(kinds, prototype)
    if (known !== undefined) return known
    let kind = ''
    for (let it = prototype, depth = 0; it && depth < 8 && kind === ''; it = getPrototypeOf(it), depth++) {
      const maker = getOwnPropertyDescriptor(it, 'constructor')?.value
      const name = typeof maker === 'function' ? getOwnPropertyDescriptor(maker, 'name')?.value : undefined
      if (name === 'ClientRequest' || name === 'ClientHttp2Stream' || name === 'Agent') kind = name
      if (name === 'Socket' && getOwnPropertyDescriptor(it, 'addMembership')) {
        kind = 'Datagrams'
        wrap(it, 'send', sending)
      }
    }
    set(kinds, prototype, kind)
    return kind
  }
  // The first datagram of a socket is only sent when the socket has a port: `send` then calls itself.
  let sends = 5000
  const sending = {
    __proto__: null,
    apply (target, self, args) {
      try {
        const asked = sends-- > 0 ? note() : undefined
        if (asked && '' + asked.taken.stack !== '') set(notes, self, asked)
      } catch {}
      return apply(target, self, args)
    }
  }
  const made = emitter => {
    const kind = kindOf(getPrototypeOf(emitter))
    if (kind === 'ClientRequest') {
      set(notes, emitter, note())
    } else if (kind === 'ClientHttp2Stream') {
      const asked = note()
      defer(() => { try { requested(emitter.session.socket, asked) } catch {} })
    } else if (kind === 'Agent') {
      watchPromises()
    }
  }
  wrap(require('events'), 'init', {
    __proto__: null,
    apply (target, self, args) {
      try { made(self) } catch {}
      return apply(target, self, args)
    }
  })
  const channels = require('diagnostics_channel')
  const listen = (name, look) => channels.subscribe(name, message => { try { look(message) } catch {} })
  listen('http.client.request.start', ({ request }) => {
    const asked = get(notes, request)
    if (asked) requested(request.socket, asked)
  })
  listen('undici:request:create', ({ request }) => set(notes, request, note()))
  listen('undici:client:sendHeaders', ({ request, socket }) => {
    const asked = get(notes, request)
    if (asked) requested(socket, asked)
  })

  // ---- datagrams: one record for each port and stack
  const told = new Map()
  const owner = handle => {
    const symbols = getOwnPropertySymbols(handle)
    for (let idx = 0; idx < symbols.length; idx++) if (symbols[idx].description === 'owner_symbol') return handle[symbols[idx]]
  }
  let looks = 5000
  const datagram = (handle, args, result) => {
    if (looks <= 0 || result < 0 || handle === socket || isHere(args[4])) return
    looks--
    const name = {}
    if (handle.getsockname(name) !== 0) return
    let made = note()
    if ('' + made.taken.stack === '') {
      const by = owner(handle)
      made = by && has(notes, by) ? get(notes, by) : made
    }
    frames(made)
    const key = name.port + ' ' + made.id
    if (mapHas(told, key)) return
    mapSet(told, key, true)
    tell('d', name.address, name.port, made)
  }
  for (const name of ['send', 'send6']) wrap(udp.UDP.prototype, name, after(datagram))

  // ---- what leads to callbacks
  const asked = after((self, args) => mark(args[0]))
  for (const name of ['getaddrinfo', 'getnameinfo']) wrap(cares, name, asked)
  for (const name of Object.getOwnPropertyNames(cares.ChannelWrap.prototype)) {
    if (startsWith(name, 'query') || name === 'getHostByAddr') wrap(cares.ChannelWrap.prototype, name, asked)
  }
  const timers = require('timers')
  const timed = after((self, args, timer) => markTimer(timer))
  for (const name of ['setTimeout', 'setInterval', 'setImmediate']) {
    wrap(timers, name, timed)
    if (globalThis[name]) globalThis[name] = timers[name]
  }
  let watching = false
  const watchPromises = () => {
    if (watching) return
    watching = true
    let left = 5000
    const stop = load('v8').promiseHooks.createHook({
      init (promise) {
        try {
          if (left-- > 0) new Mark(promise, note())
          else stop()
        } catch {}
      },
      before (promise) { try { ofPromise = Mark.of(promise) } catch {} },
      after () { ofPromise = undefined }
    })
  }

  // ---- children: the option is put back where the parent does not see it
  const passed = options => {
    const pairs = options && options.envPairs
    if (!Array.isArray(pairs)) return options
    const env = []
    let own = ''
    for (let idx = 0; idx < pairs.length; idx++) {
      const pair = '' + pairs[idx]
      if (startsWith(pair, 'NODE_OPTIONS=')) own = strip(slice(pair, 13))
      else env[env.length] = pair
    }
    env[env.length] = 'NODE_OPTIONS=' + (own ? own + ' ' : '') + OPTION
    const inner = create(options)
    defineProperty(inner, 'envPairs', { value: env, enumerable: true })
    return inner
  }
  const spawning = {
    __proto__: null,
    apply (target, self, args) {
      let options = args[0]
      try { options = passed(options) } catch {}
      return apply(target, self, [options])
    }
  }
  wrap(processes.Process.prototype, 'spawn', spawning)
  wrap(spawns, 'spawn', spawning)
} catch {}
