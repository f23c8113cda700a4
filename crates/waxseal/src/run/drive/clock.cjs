// A clock that can be moved: `Date` and `Date.now` are ahead by so many milliseconds as the returned function is last given. Timers, the
// kernel's clock and certificates are not moved.
'use strict'
module.exports = () => {
  let ahead = 0
  const Real = Date
  const realNow = Real.now
  const now = () => realNow() + ahead
  const Moved = new Proxy(Real, {
    construct: (target, args, self) => Reflect.construct(target, args.length === 0 ? [now()] : args, self === Moved ? target : self),
    apply: () => new Real(now()).toString()
  })
  const put = (object, name, value) => Object.defineProperty(object, name, { ...Object.getOwnPropertyDescriptor(object, name), value })
  put(Real, 'now', new Proxy(realNow, { apply: now }))
  put(Real.prototype, 'constructor', Moved)
  put(globalThis, 'Date', Moved)
  return ms => { ahead = ms }
}
