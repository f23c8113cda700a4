// Finds the string literals of a piece of JavaScript and the names around each. Bounded by the text's length; never fails: what it does not
// understand it skips.
'use strict'

const WORD = /[A-Za-z0-9_$\u0080-\uffff]/
// Behind these a slash begins a regular expression.
const BEFORE_PATTERN = /(^|[=(,:;!&|?{}[+*%<>~^-]|\b(?:return|typeof|case|of|in|do|else|void|await|yield))\s*$/

function skipString (text, at) {
  const quote = text[at]
  for (let idx = at + 1; idx < text.length; idx++) {
    if (text[idx] === '\\') idx++
    else if (text[idx] === quote) return idx + 1
    else if (quote !== '`' && text[idx] === '\n') return idx
    else if (quote === '`' && text[idx] === '$' && text[idx + 1] === '{') {
      let depth = 1
      for (idx += 2; idx < text.length && depth > 0; idx++) {
        if (text[idx] === '{') depth++
        else if (text[idx] === '}') depth--
        else if (text[idx] === '`' || text[idx] === '"' || text[idx] === "'") idx = skipString(text, idx) - 1
      }
      idx--
    }
  }
  return text.length
}

function skipPattern (text, at) {
  let inside = false
  for (let idx = at + 1; idx < text.length && text[idx] !== '\n'; idx++) {
    if (text[idx] === '\\') idx++
    else if (text[idx] === '[') inside = true
    else if (text[idx] === ']') inside = false
    else if (text[idx] === '/' && !inside) return idx + 1
  }
  return at + 1
}

// Each literal: where it is, what it says, and the names around it, outermost first: keys of objects, names that are assigned to, functions
// that are called.
function literals (text) {
  const out = []
  const stack = []
  let key = null
  let word = ''
  let before = ''
  for (let at = 0; at < text.length;) {
    const c = text[at]
    if (c === '/' && text[at + 1] === '/') {
      const end = text.indexOf('\n', at)
      at = end < 0 ? text.length : end
    } else if (c === '/' && text[at + 1] === '*') {
      const end = text.indexOf('*/', at + 2)
      at = end < 0 ? text.length : end + 2
    } else if (c === '/' && BEFORE_PATTERN.test(text.slice(Math.max(0, at - 12), at))) {
      at = skipPattern(text, at)
      word = ''
    } else if (c === '"' || c === "'" || c === '`') {
      const end = skipString(text, at)
      const value = text.slice(at + 1, end - 1)
      const path = [...stack.map(it => it.key).filter(Boolean), ...(key ? [key] : [])]
      const isKey = c !== '`' && /^\s*:/.test(text.slice(end, end + 8)) && /[{,]\s*$/.test(text.slice(Math.max(0, at - 40), at))
      if (isKey) key = value
      else if (!(c === '`' && value.includes('${'))) out.push({ start: at, end, value, path, callee: (stack.at(-1) || {}).call ? stack.at(-1).key : null, nth: (stack.at(-1) || {}).nth || 0 })
      word = isKey ? '' : ''
      before = 'string'
      at = end
      continue
    } else if (WORD.test(c)) {
      let end = at
      while (end < text.length && WORD.test(text[end])) end++
      word = text.slice(at, end)
      at = end
      before = 'word'
      continue
    } else {
      if (c === '(' || c === '[' || c === '{') {
        const call = c === '(' && before === 'word'
        stack.push({ key: call ? word : key, call, nth: 0, outer: key })
        if (stack.length > 200) return out
        key = null
      } else if (c === ')' || c === ']' || c === '}') {
        const ended = stack.pop()
        key = ended ? ended.outer : null
      } else if (c === ',' || c === ';') {
        if (c === ',' && stack.length) stack.at(-1).nth++
        key = null
      } else if (c === ':' && before === 'word') key = word
      else if (c === '=' && text[at + 1] !== '=' && text[at + 1] !== '>' && before === 'word') key = word
      else if (c === '.' && before === 'word') { /* a chain: its last name counts */ }
      if (!/\s/.test(c)) { before = c; if (c !== '.') word = '' }
      at++
      continue
    }
    if (!/\s/.test(c)) before = 'other'
    if (at < text.length && /\s/.test(text[at])) at++
  }
  return out
}

// The text up to the brace, bracket or parenthesis that closes the one at `at`; `null` if none does.
function balanced (text, at) {
  const close = { '(': ')', '{': '}', '[': ']' }
  const open = [close[text[at]]]
  for (let idx = at + 1; idx < text.length; idx++) {
    const c = text[idx]
    if (c === '"' || c === "'" || c === '`') idx = skipString(text, idx) - 1
    else if (c === '/' && text[idx + 1] === '/') { idx = text.indexOf('\n', idx); if (idx < 0) return null } else if (c === '/' && text[idx + 1] === '*') { idx = text.indexOf('*/', idx) + 1; if (idx < 1) return null } else if (close[c]) open.push(close[c])
    else if (c === open.at(-1)) {
      open.pop()
      if (open.length === 0) return text.slice(at + 1, idx)
    }
  }
  return null
}

// Parts between commas that are in no bracket.
function commas (text) {
  const out = []
  let depth = 0
  let start = 0
  for (let idx = 0; idx < text.length; idx++) {
    const c = text[idx]
    if (c === '"' || c === "'" || c === '`') idx = skipString(text, idx) - 1
    else if ('([{<'.includes(c)) depth++
    else if (')]}'.includes(c) || (c === '>' && text[idx - 1] !== '=')) depth--
    else if (c === ',' && depth <= 0) { out.push(text.slice(start, idx)); start = idx + 1 }
  }
  out.push(text.slice(start))
  return out.map(it => it.trim()).filter(Boolean)
}

module.exports = { literals, balanced, commas }
