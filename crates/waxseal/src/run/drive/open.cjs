// Something that stands for what an example uses and does not say: it can be called, built and asked for anything. Functions that it is handed are
// kept, so that a handler of a route can be called.
'use strict'
const { roleOf } = part('names')

module.exports = (values, handlers) => {
  const REQUEST = /^(req|request|ctx|context|event|body|query|params|payload|args)$/i
  const make = path => {
    const base = function () {}
    return new Proxy(base, {
      get (target, key) {
        if (key === Symbol.toPrimitive) return () => path.at(-1) || ''
        if (key === Symbol.iterator) return function * () {}
        if (typeof key === 'symbol' || key === 'then' || key === 'catch' || key === 'finally') return undefined
        if (key === 'prototype') return target.prototype
        if (key === 'toString') return () => path.at(-1) || ''
        if (REQUEST.test(key)) return make([...path, key])
        const role = roleOf([...path.filter(name => !REQUEST.test(name)), key])
        const value = role === 'headers' || role === undefined ? undefined : values.of(role)
        return value === undefined ? make([...path, key]) : value
      },
      apply (target, self, args) { keep(args); return make(path) },
      construct (target, args) { keep(args); return make(path) },
      has: () => true
    })
  }
  const keep = args => { for (const it of args) if (typeof it === 'function' && handlers.length < 20) handlers.push(it) }
  return make
}
