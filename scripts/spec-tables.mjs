// Writes how npm's own npm-package-arg reads many package specs, for waxseal-npm's tests.
// Run: node scripts/spec-tables.mjs > crates/waxseal-npm/tests/data/spec.json
import { execFileSync } from 'node:child_process'
import { createRequire } from 'node:module'
import { join } from 'node:path'

const root = execFileSync('npm', ['root', '-g'], { encoding: 'utf8' }).trim()
const require = createRequire(join(root, 'npm', 'package.json'))
process.env.HOME = '/home/u'
const npa = require('npm-package-arg')

const specs = [
  'foo', 'foo@', 'foo@*', 'foo@1.2.3', 'foo@v1.2.3', 'foo@=1.2.3', 'foo@ 1.2.3', 'foo@^1.2', 'foo@>=1 <2', 'foo@1 || 2', 'foo@latest', 'foo@next-11', 'foo@1.x', 'foo@x', 'foo@~1',
  'foo@1.2.3-beta.1', 'foo@1.2.3+build', 'foo@01.02.03', 'foo@1.2.3.4', 'foo@1.2.30.4', 'foo@beta tag', 'foo@ünder', 'foo@a_b', "foo@it's", 'foo@(x)', 'foo@100%', 'foo@a?b', 'foo@"1"',
  '@scope/foo', '@scope/foo@1.2.3', '@scope/foo@', '@scope/foo@^1', '@scope/foo@tag', '@scope', '@scope/', '@/foo', '@scope/foo/bar', '@scope/foo@bar/baz', '@a/b@npm:c@1', '@sc ope/foo', '@.scope/foo', '@scope/.foo',
  'Foo', 'FOO@1', 'foo.js', 'foo.tgz', 'foo.tar.gz', 'foo.tar', 'FOO.TGZ', 'foo.tgz@1', 'foo@bar.tgz', 'foo@./bar.tgz', '1', '1.2.3', '100', '_foo', '.foo', 'foo bar', ' foo', 'foo ', 'node_modules', 'favicon.ico', 'fo~o', "fo'o", 'fo(o)', 'fo!o', 'fo*o', 'foo@@1', 'foo@1@2',
  'http', 'path', 'constructor', '__proto__', 'a'.repeat(214), 'a'.repeat(215), 'ünder', 'foo%20bar', 'foo\\bar', '-foo', '--foo', '-',
  'alias@npm:foo', 'alias@npm:foo@1.2.3', 'alias@npm:@scope/foo@^1', 'npm:foo@1', 'npm:@scope/foo', 'NPM:foo', 'alias@NPM:foo@1', 'npm:npm:foo', 'alias@npm:npm:foo', 'alias@npm:./foo', 'alias@npm:github:a/b', 'alias@npm:', 'npm:', 'alias@npm:https://host.example/x.tgz', 'alias@npm:foo@tag', 'alias@npm:.foo', 'alias@npm:other@npm:foo',
  '.', '..', './', './foo', '../foo', '/foo', '/foo/bar.tgz', './foo.tgz', './foo.tar.gz', './foo.tar', './foo.TGZ', './foo.zip', '~/foo', '~/foo.tgz', '~', '~foo', 'foo@~/bar', 'foo@.', 'foo@..', 'foo@/abs', 'foo@../bar', './a b', './a%20b', './a#b', './a?b', './ü',
  'file:foo', 'file:./foo', 'file:../foo', 'file:/foo', 'file://foo', 'file:///foo', 'file:////foo', 'file:~/foo', 'file:/~/foo', '/~/foo', 'file:foo.tgz', 'file:/../foo', 'file:///../foo', 'file:///./foo', 'file:', 'FILE:foo', 'foo@file:bar', 'foo@file:bar.tgz', 'file:a%20b', 'C:foo', 'c:/foo', 'C:\\foo.tgz', 'x:y',
  'a/b', 'a/b#c', 'a/b@1', 'foo@a/b', 'foo@a/b#semver:^1', 'a/b/c', 'a/b/c.tgz', 'foo/', '/a/b', 'a/b/', 'a /b', 'a/b c', 'foo@a/b/c', 'a/b.tgz', 'foo@a/b.tgz',
  'github:a/b', 'gitlab:a/b', 'bitbucket:a/b', 'gist:1234', 'foo@github:a/b', 'foo@gitlab:a/b#x', 'sourcehut:~a/b', 'GITHUB:a/b',
  'git://host.example/a.git', 'git+ssh://git@host.example/a.git', 'git+https://host.example/a.git', 'git+http://host.example/a', 'git+file:///a/b', 'git+rsync://host.example/a', 'git+ftp://host.example/a', 'git@host.example:a/b.git', 'user@host.example:a/b', 'foo@git+ssh://git@host.example/a', 'foo@git@host.example:a/b', 'git+foo://host.example/a', 'ssh://git@host.example/a', 'git+ssh://git@host.example:a/b.git', 'git+ssh://git@host.example:22/a',
  'https://host.example/a.tgz', 'http://host.example/a', 'HTTPS://host.example/a.tgz', 'foo@https://host.example/a.tgz', 'ftp://host.example/a', 'foo:bar', 'foo@foo:bar', 'javascript:x', 'data:x', 'https://', 'https:',
  'https://github.com/a/b', 'https://github.com/a/b.git', 'https://github.com/a/b/tree/main', 'https://github.com/a/b/archive/x.tgz', 'https://github.com/a', 'http://github.com/a/b', 'git://github.com/a/b', 'https://gitlab.com/a/b', 'https://gitlab.com/a/b/-/archive/x.tgz', 'https://bitbucket.org/a/b', 'https://bitbucket.org/a/b/get/x.tar.gz', 'https://www.github.com/a/b', 'ssh://git@github.com/a/b', 'git@github.com:a/b',
]
const rows = specs.map(spec => {
  let row
  try {
    const read = npa(spec, '/where')
    const target = read.subSpec || read
    row = { type: target.type, name: target.name ?? null }
    if (read.type === 'alias') row.alias = read.name ?? null
    if (target.type === 'file' || target.type === 'directory') row.path = target.fetchSpec
    else if (target.registry) row.wanted = target.fetchSpec
  } catch (err) {
    row = { error: err.code || 'error' }
  }
  return '  ' + JSON.stringify([spec, row])
})
console.log(`[\n${rows.join(',\n')}\n]`)
