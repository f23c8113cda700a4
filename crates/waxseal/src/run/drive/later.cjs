// What a server that is used on a later day loads first. It leaves nothing of itself where a package looks.
'use strict'
{
  const module = { exports: {} }
  //%CLOCK%
  module.exports()(+'%AHEAD%')
  const option = `--require=${__filename}`
  const rest = (process.env.NODE_OPTIONS || '').split(' ').filter(it => it !== option).join(' ')
  if (rest) process.env.NODE_OPTIONS = rest
  else delete process.env.NODE_OPTIONS
  if (Array.isArray(process._preload_modules)) {
    const found = Object.getOwnPropertyDescriptor(process, '_preload_modules')
    Object.defineProperty(process, '_preload_modules', { ...found, value: process._preload_modules.filter(it => it !== __filename) })
  }
  delete require.cache[__filename]
}
