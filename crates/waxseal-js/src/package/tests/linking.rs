use waxseal_model::CapabilityKind;

use super::{AnalysisCache, Limits, scan_files, scan_with, targets};

/// Where `fetch` of the first file goes, given what the other file holds.
fn check(index: &str, other: (&str, &str), expected: &str) {
    let found = scan_files(&[("main", "a.js")], &[("a.js", index), other]);
    assert_eq!(
        targets(&found, CapabilityKind::Network),
        [expected],
        "{index} {other:?}"
    );
}

const HOST: &str = "https://x.example";

#[test]
fn a_constant_of_another_file_is_known() {
    check(
        "const c = require('./config'); fetch(c.HOST)",
        ("config.js", "exports.HOST = 'https://x.example'"),
        HOST,
    );
    check(
        "const { HOST } = require('./config'); fetch(HOST)",
        ("config.js", "module.exports = { HOST: 'https://x.example' }"),
        HOST,
    );
    check(
        "import { HOST } from './config.js'; fetch(HOST)",
        ("config.js", "export const HOST = 'https://x.example'"),
        HOST,
    );
    check(
        "import c from './config.js'; fetch(c)",
        ("config.js", "export default 'https://x.example'"),
        HOST,
    );
    check(
        "fetch(require('./config'))",
        ("config.js", "module.exports = 'https://x.example'"),
        HOST,
    );
}

#[test]
fn json_is_known() {
    check(
        "const d = require('./data.json'); fetch(d.list[0])",
        ("data.json", r#"{"list":["https://x.example"]}"#),
        HOST,
    );
    check(
        "fetch(require('./data').host)",
        ("data.json", r#"{"host":"https://x.example"}"#),
        HOST,
    );
}

#[test]
fn what_another_file_computes_is_not() {
    check(
        "fetch(require('./config').HOST)",
        ("config.js", "exports.HOST = compute()"),
        "?",
    );
}

#[test]
fn packages_and_built_ins_that_are_loaded_are_listed() {
    let source = "require('fs'); require('node:path'); import('@scope/name/sub'); require.resolve('left-pad/x'); require('./own'); require('#x')";
    let found = scan_files(&[("main", "a.js")], &[("a.js", source), ("own.js", "")]);
    assert_eq!(found.loads, ["@scope/name", "left-pad", "node:fs", "node:path"]);
    assert!(!found.loads_unknown);
    assert!(scan_files(&[], &[("a.js", "require(x)")]).loads_unknown);
}

#[test]
fn types_are_not_loaded() {
    assert_eq!(
        scan_files(
            &[],
            &[("a.ts", "import type { A } from 'a'; import { b } from 'b'; b()")]
        )
        .loads,
        ["b"]
    );
}

#[test]
fn two_releases_share_their_analyses() {
    let cache = AnalysisCache::default();
    let files = [
        ("a.js", "fetch(require('./b'))"),
        ("b.js", "module.exports = 'https://x.example'"),
    ];
    let first = scan_with(&[("main", "a.js")], &files, Limits::default(), &cache);
    let known = cache.files.lock().expect("no panic").len();
    let second = scan_with(&[("main", "a.js")], &files, Limits::default(), &cache);
    assert_eq!(cache.files.lock().expect("no panic").len(), known);
    assert_eq!(first.capabilities, second.capabilities);
}

#[test]
fn a_file_is_known_anew_when_what_it_imports_changes() {
    let cache = AnalysisCache::default();
    for host in ["https://x.example", "https://y.example"] {
        let other = format!("module.exports = '{host}'");
        let files = [("a.js", "fetch(require('./b'))"), ("b.js", other.as_str())];
        let found = scan_with(&[("main", "a.js")], &files, Limits::default(), &cache);
        assert_eq!(targets(&found, CapabilityKind::Network), [host]);
    }
}
