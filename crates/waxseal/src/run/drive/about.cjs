// Whether a package may be about mail at all: by what it says of itself, and by its code. What is not is not handed messages: a client of a chat
// or a form would send them to where they do not belong.
'use strict'
const fs = require('node:fs')
const path = require('node:path')

const SAYS = /e-?mail|\bmail|mail\b|mailer|smtp|newsletter|postmark|sendgrid|mailgun|resend\b|sparkpost|mailjet|brevo|sendinblue|mandrill|\bses\b/i

module.exports = folder => {
  const manifest = JSON.parse(fs.readFileSync(path.join(folder, 'package.json'), 'utf8'))
  const needs = Object.keys({ ...manifest.dependencies, ...manifest.peerDependencies })
  const said = [manifest.name, manifest.description, ...[].concat(manifest.keywords || []), ...needs].filter(it => typeof it === 'string').join(' ').slice(0, 20000)
  if (SAYS.test(said)) return true
  let bytes = 0
  const mentions = (at, depth) => {
    let names
    try { names = fs.readdirSync(at, { withFileTypes: true }) } catch (err) { return false }
    for (const it of names) {
      const full = path.join(at, it.name)
      if (it.isDirectory() && it.name !== 'node_modules' && depth < 5 && mentions(full, depth + 1)) return true
      if (!it.isFile() || !/\.[cm]?[jt]s$/.test(it.name) || bytes > 4000000) continue
      const text = fs.readFileSync(full, 'utf8').slice(0, 1000000)
      bytes += text.length
      if (/subject/i.test(text) && /smtp|postmark|sendgrid|mailgun|e-?mail|recipient|\bbcc\b|sendMail/i.test(text)) return true
    }
    return false
  }
  return mentions(folder, 0)
}
