#!/usr/bin/env node
// Every hostile input must end within the limit, in a finding or a sentence, with the right exit status, printing nothing raw,
// leaving nothing half-written. Usage: node benches/hostile.mjs WAXSEAL [--only NAME] [--list]
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { archives, sources } from './lib/hostile_cases.mjs';
import { withRegistry, registryCases } from './lib/hostile_registry.mjs';

const LIMIT_SECONDS = 2;
const [binary, ...rest] = process.argv.slice(2);
if (!binary) {
  console.error('usage: node benches/hostile.mjs WAXSEAL [--only NAME]');
  process.exit(2);
}
const only = rest[0] === '--only' ? rest[1] : undefined;
const folder = mkdtempSync(join(tmpdir(), 'waxseal-hostile-'));
const cache = join(folder, 'cache');
mkdirSync(cache);
let failed = 0;
let ran = 0;
let slowest = { seconds: 0 };

// Anything a terminal would act on. Newlines are ours; nothing else below space is printed.
const RAW = /[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u200b\u200e\u200f\u202a-\u202e\u2066-\u2069]/;

function run(name, args, { status = [0, 1, 4], says }, environment = {}) {
  if (only && only !== name) return;
  const started = process.hrtime.bigint();
  const done = spawnSync(binary, args, {
    encoding: 'utf8',
    maxBuffer: 1 << 30,
    timeout: 60_000,
    env: { PATH: process.env.PATH, HOME: folder, XDG_CACHE_HOME: cache, NO_COLOR: '1', ...environment },
  });
  const seconds = Number(process.hrtime.bigint() - started) / 1e9;
  const problems = [];
  if (!status.includes(done.status)) problems.push(`exit status ${done.status ?? done.signal}, not ${status.join(' or ')}`);
  if (seconds > LIMIT_SECONDS) problems.push(`took ${seconds.toFixed(2)} s`);
  if (RAW.test(done.stdout) || RAW.test(done.stderr)) problems.push('printed a control character');
  if (says && !says.test(done.stdout + done.stderr)) problems.push(`does not say ${says}`);
  if (done.status !== 0 && (done.stdout + done.stderr).trim() === '') problems.push('said nothing');
  if (/panicked at/.test(done.stderr)) problems.push('panicked');
  ran += 1;
  if (seconds > slowest.seconds) slowest = { name, seconds };
  if (problems.length > 0) failed += 1;
  const verdict = problems.length > 0 ? `FAILED: ${problems.join('; ')}` : 'ok';
  console.log(`${name.padEnd(28)} ${seconds.toFixed(2).padStart(6)} s  status ${done.status}  ${verdict}`);
  if (problems.length > 0) console.log((done.stdout + done.stderr).slice(0, 1500).replace(/[\u0000-\u0009\u000b-\u001f]/g, '?'));
}

for (const [name, given] of [...Object.entries(archives), ...Object.entries(sources)]) {
  if (only && only !== name) continue;
  const { make, ...expected } = typeof given === 'function' ? { make: given } : given;
  const file = join(folder, `${name.replace(/\W/g, '-')}.tgz`);
  writeFileSync(file, make());
  run(name, ['check', '--no-run', file], expected);
  rmSync(file);
}

await withRegistry(async (url) => {
  for (const { name, args = [], ...expected } of registryCases) {
    run(name, ['check', '--no-run', `hostile-${name}`, '--registry', url, ...args], expected, {
      npm_config_fetch_retries: '1',
      npm_config_fetch_retry_mintimeout: '10',
      npm_config_fetch_timeout: '700',
    });
  }
});

const left = [];
(function walk(at) {
  for (const name of readdirSync(at)) {
    const path = join(at, name);
    if (statSync(path).isDirectory()) walk(path);
    else if (/tmp|part/i.test(name)) left.push(path);
  }
})(cache);
if (left.length > 0) {
  failed += 1;
  console.log(`FAILED: half-written in the cache: ${left.length} files`);
}
rmSync(folder, { recursive: true, force: true });
console.log(`\n${ran} hostile inputs, ${failed} failed, slowest ${slowest.name} ${slowest.seconds.toFixed(2)} s`);
process.exitCode = failed === 0 && ran > 0 ? 0 : 1;
