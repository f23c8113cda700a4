// A registry that answers as an attacker would. It runs in a process of its own, since the caller waits for waxseal synchronously.
import { createHash } from 'node:crypto';
import { fork } from 'node:child_process';
import { createServer } from 'node:http';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import { pack } from './archive.mjs';

export const registryCases = [
  { name: 'not-json', status: [4] },
  { name: 'wrong-types', status: [0, 1, 4] },
  { name: 'giant-field', status: [0, 1, 4] },
  { name: 'deep-json', status: [4] },
  { name: 'escapes', status: [0, 1, 4] },
  { name: 'no-dist', status: [4] },
  { name: 'no-integrity', status: [0, 1, 4] },
  { name: 'bad-integrity', status: [1, 4], says: /integrity/i },
  { name: 'always-503', status: [4], says: /503/ },
  { name: 'always-429', status: [4], says: /429/ },
  { name: 'forbidden', status: [4], says: /403/ },
  { name: 'unauthorised', status: [4], says: /401/ },
  { name: 'missing', status: [4], says: /not on|404|no package/i },
  { name: 'silent', status: [4], says: /time|answer/i },
  { name: 'redirect-loop', status: [4] },
  { name: 'cut-off', status: [4] },
  { name: 'packument-bomb', status: [4] },
  { name: 'tombstone', status: [1, 4], says: /unpublish|removed/i },
];

export async function withRegistry(use) {
  const child = fork(fileURLToPath(import.meta.url), ['--serve'], { stdio: 'inherit' });
  const port = await new Promise((done) => child.once('message', done));
  try {
    await use(`http://127.0.0.1:${port}/`);
  } finally {
    child.disconnect();
  }
}

function serve() {
  const archive = pack({ 'package.json': '{"name":"h","version":"1.0.0"}', 'index.js': 'module.exports = 1;' });
  const integrity = `sha512-${createHash('sha512').update(archive).digest('base64')}`;
  // Made before anybody asks: making it takes longer than a client waits.
  const bomb = gzipSync(Buffer.alloc(400 << 20, 0x20), { level: 1 });
  const server = createServer((request, response) => {
    const { port } = server.address();
    const tarball = `http://127.0.0.1:${port}/t.tgz`;
    const name = decodeURIComponent(request.url.slice(1)).replace(/^hostile-/, '');
    const version = (more = {}, dist = { tarball, integrity }) => ({ name: `hostile-${name}`, version: '1.0.0', dist, ...more });
    const document = (versions, more = {}) => ({ name: `hostile-${name}`, 'dist-tags': { latest: '1.0.0' }, versions, ...more });
    const json = (value) => response.setHeader('content-type', 'application/json').end(typeof value === 'string' ? value : JSON.stringify(value));
    const answers = {
      't.tgz': () => response.end(archive),
      'not-json': () => json('<html>hello</html>'),
      'wrong-types': () => json(document({ '1.0.0': version({ scripts: 7, deprecated: {}, maintainers: 'x' }), '0.9.0': 5, '0.8.0': { dist: [] }, 'not-a-version': {} }, { time: [], readme: {} })),
      'giant-field': () => json(document({ '1.0.0': version() }, { readme: 'x'.repeat(60 << 20) })),
      'deep-json': () => json(`{"name":"x","versions":${'{"a":'.repeat(100_000)}1${'}'.repeat(100_000)}}`),
      escapes: () => json(document({ '1.0.0': version({ deprecated: '\u001b[2J\u001b]0;owned\u0007\u202e' }), '1.0.0-\u001b[31m': version() }, { 'dist-tags': { latest: '1.0.0', '\u001b[2J': '1.0.0' } })),
      'no-dist': () => json(document({ '1.0.0': { name: 'x', version: '1.0.0' } })),
      'no-integrity': () => json(document({ '1.0.0': version({}, { tarball }) })),
      'bad-integrity': () => json(document({ '1.0.0': version({}, { tarball, integrity: `sha512-${Buffer.alloc(64, 7).toString('base64')}` }) })),
      'always-503': () => response.writeHead(503).end('busy'),
      'always-429': () => response.writeHead(429, { 'retry-after': '0' }).end('slow down'),
      forbidden: () => response.writeHead(403).end('{"error":"\u001b[2J no"}'),
      unauthorised: () => response.writeHead(401).end('{}'),
      missing: () => response.writeHead(404).end('{}'),
      silent: () => {},
      'redirect-loop': () => response.writeHead(302, { location: request.url }).end(),
      'cut-off': () => { response.writeHead(200, { 'content-length': '1000' }); response.write('{"name":'); response.destroy(); },
      'packument-bomb': () => response.writeHead(200, { 'content-encoding': 'gzip' }).end(bomb),
      tombstone: () => json({ name: `hostile-${name}`, time: { created: '2025-09-15T00:00:00.000Z', unpublished: { time: '2025-09-25T03:31:54.000Z', versions: ['1.0.0'] } } }),
    };
    (answers[name] ?? answers.missing)();
  });
  server.listen(0, '127.0.0.1', () => process.send(server.address().port));
  process.on('disconnect', () => process.exit(0));
}

if (process.argv[2] === '--serve') serve();
