// What a value is for, by the names around it, and a minted value for it. `asked` keeps what was handed over.
'use strict'
const fs = require('node:fs')
const os = require('node:os')
const path = require('node:path')

// `replyToAddress`, `reply_to`, `REPLY-TO` → `reply to address`
const split = name => String(name).replace(/([a-z0-9])([A-Z])/g, '$1 $2').replace(/([A-Z]+)([A-Z][a-z])/g, '$1 $2')
  .replace(/[^A-Za-z0-9]+/g, ' ').trim().toLowerCase()

// In the order they are looked for; what is found first counts.
const ROLES = [
  ['keep', /\bcontent (id|type|disposition|transfer|encoding)\b|\bmime|\bcharset\b|\bencoding\b|\bmessage id\b|^cid$|^type$|^mode$/],
  ['path', /^(file ?)?path$/],
  ['id', /\b(server|account|project|app|client|user|list|service|group) id\b/],
  ['callback', /^(cb|callback|done|next|fn|on (success|error|done))$/],
  ['attachments', /attachment|^attach$|^files?$/],
  ['file', /^file ?name$/],
  ['template', /template|layout/],
  ['bcc', /\bbcc\b|blind/],
  ['cc', /\bcc\b|carbon/],
  ['reply', /reply/],
  ['html', /html/],
  ['subject', /subject|\btitle$/],
  ['key', /\b(api|access|secret|auth|server|private|account) ?(key|token|secret)\b|\bapikey\b|\btoken\b|^key$|\bsecret\b|credential|\bbearer\b/],
  ['keyId', /access key id|\bkey id\b/],
  ['pass', /pass(word|wd)?\b|\bpwd\b/],
  ['user', /user( ?name)?\b|\blogin\b|^account$/],
  ['host', /\bhost( ?name)?\b|\bserver\b|smtp url/],
  ['port', /\bport\b/],
  ['secure', /\bsecure\b|\btls\b|\bssl\b/],
  ['domain', /\bdomain\b/],
  ['region', /\bregion\b/],
  ['url', /\bur[li]\b|endpoint|base url|\bapi base\b|webhook/],
  ['from', /\bfrom\b|\bsender\b|\bsource\b|\bauthor\b|return path/],
  ['to', /\bto\b|\brecipients?\b|\breceivers?\b|\brcpt\b|\bdestinations?\b|\baddressees?\b|\bmailto\b|\btarget\b/],
  ['text', /\btext\b|\bbody\b|\bcontents?\b|\bmessage\b|\bmsg\b|\bplain\b|\bnotes?\b|\blines?\b|\bparagraphs?\b|\bdescription\b/],
  ['mailbox', /e ?mails?\b|\bmail\b|\baddress(es)?\b|\bmailbox\b/],
  ['timeout', /time ?out|retries|attempts|delay|interval/],
  ['name', /\bname\b/],
  ['headers', /headers?|metadata|\btags?\b|options|params|\bvars\b|variables|\bdata\b|\bmodel\b/],
  ['flag', /^(is|has|enable|use|allow|debug|verbose|track|pool|silent)\b/],
  ['id', /\bid\b|\buuid\b/]
]

const found = name => {
  const text = split(name)
  const role = ROLES.find(([, pattern]) => pattern.test(text))
  return role && role[0]
}

// Names from the outermost to the innermost. A mailbox is whose the names around it say; `auth.user` is a user.
function roleOf (path) {
  let generic
  for (let idx = path.length - 1; idx >= 0; idx--) {
    const role = found(path[idx])
    if (!role) continue
    if (role === 'mailbox' || role === 'name' || role === 'id' || role === 'headers') {
      generic = generic || role
      // `to: [{ email, name }]`: the name is only a name.
      if (role !== 'mailbox') return role
      continue
    }
    if (generic === 'mailbox' && !['from', 'to', 'cc', 'bcc', 'reply', 'user'].includes(role)) continue
    return role
  }
  return generic === 'mailbox' ? 'to' : generic
}

const MAILBOX = { to: 'to', cc: 'cc', bcc: 'bcc' }

// Hands out the values of one call.
class Values {
  // `around` is the code it is for: whoever speaks no SMTP is given no account of a mail server, and whoever is not for AWS none of AWS.
  constructor (minted, config, service, around) {
    this.minted = minted
    this.config = config
    this.service = service
    this.smtp = /smtp|nodemailer|createTransport/i.test(around)
    this.aws = /aws|\bses\b|SESv?2?Client/.test(around)
    this.asked = { sends: false, to: 0, cc: 0, bcc: 0 }
    this.seen = new Map()
  }

  // The same text gets the same mailbox, another text the next one.
  mailbox (role, instead) {
    const { minted, asked } = this
    if (role === 'from') return minted.from
    if (role === 'user') return this.smtp ? this.config.smtp.user : minted.from
    if (role === 'reply') { asked.reply = true; return minted.reply_to }
    const place = MAILBOX[role] || 'to'
    const known = this.seen.get(`${place} ${instead}`)
    if (known !== undefined) return known
    const idx = instead === undefined ? 0 : Math.min(minted[place].length - 1, [...this.seen.keys()].filter(key => key.startsWith(`${place} `)).length)
    asked[place] = Math.max(asked[place], idx + 1)
    this.seen.set(`${place} ${instead}`, minted[place][idx])
    return minted[place][idx]
  }

  // A minted value for a role; `undefined` if there is none.
  of (role, instead) {
    const { minted, config, asked } = this
    switch (role) {
      case 'to': case 'cc': case 'bcc': case 'from': case 'reply': return this.mailbox(role, instead)
      case 'mailbox': return this.mailbox('to', instead)
      case 'subject': asked.subject = true; return minted.subject
      case 'text': asked.text = true; return minted.text
      case 'html': asked.html = true; return minted.html
      case 'file': asked.file = true; return minted.file_name
      case 'path': return this.file()
      case 'name': return minted.name
      case 'host': return this.smtp ? config.smtp.host : undefined
      case 'port': return this.smtp ? config.smtp.port : undefined
      case 'user': return this.smtp ? config.smtp.user : minted.name
      case 'pass': return this.smtp ? config.smtp.pass : config.key(this.service)
      case 'key': return this.aws ? config.aws.secretAccessKey : config.key(this.service)
      case 'keyId': return this.aws ? config.aws.accessKeyId : config.key(this.service)
      case 'domain': return config.domain
      case 'region': return 'eu-central-1'
      case 'secure': case 'flag': return false
      case 'timeout': return 3000
      case 'id': case 'template': return '1042'
      default: return undefined
    }
  }

  // A file that is there, for what is attached by its path.
  file () {
    const at = path.join(os.tmpdir(), this.minted.file_name)
    try { fs.writeFileSync(at, this.minted.file_content) } catch (err) { return undefined }
    this.asked.file = true
    return at
  }

  attachment () {
    this.asked.file = true
    return { filename: this.minted.file_name, name: this.minted.file_name, content: this.minted.file_content }
  }
}

module.exports = { split, roleOf, Values }
