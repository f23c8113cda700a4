use waxseal_model::{AnomalyKind, FileState};

use super::{AnalysisCache, Limits, analyze_bytes, scan_files, scan_with};

/// What was done with the last file.
fn check(entries: &[(&str, &str)], files: &[(&str, &str)], expected: FileState) {
    assert_eq!(scan_files(entries, files).states.last(), Some(&expected), "{files:?}");
}

#[test]
fn code_is_known_by_its_extension() {
    for path in ["a.js", "a.mjs", "a.cjs", "a.jsx", "a.ts", "a.mts", "a.cts", "a.tsx"] {
        check(&[], &[(path, "f()")], FileState::Parsed);
    }
    for path in ["a.d.ts", "a.d.mts", "a.css", "a.md", "LICENSE", "a.js.map"] {
        check(&[], &[(path, "f()")], FileState::NotCode);
    }
}

#[test]
fn a_file_with_a_shebang_of_node_is_code() {
    check(&[], &[("tool", "#!/usr/bin/env node\nf()")], FileState::Parsed);
    check(
        &[],
        &[("tool", "#!/usr/bin/env -S node --no-warnings\nf()")],
        FileState::Parsed,
    );
    check(&[], &[("tool", "#!/bin/sh\nf()")], FileState::NotCode);
}

#[test]
fn a_file_that_code_loads_is_code_whatever_it_is_called() {
    check(
        &[("main", "a.js")],
        &[("a.js", "require('./payload.dat')"), ("payload.dat", "f()")],
        FileState::Parsed,
    );
    check(
        &[("main", "a.js")],
        &[("a.js", "read('./payload.dat')"), ("payload.dat", "f()")],
        FileState::NotCode,
    );
    check(
        &[("main", "./payload.txt")],
        &[("payload.txt", "f()")],
        FileState::Parsed,
    );
    check(
        &[("script:postinstall", "node payload.txt")],
        &[("payload.txt", "f()")],
        FileState::Parsed,
    );
}

#[test]
fn what_such_a_file_loads_is_code_too() {
    let files = [
        ("a.js", "require('./b.dat')"),
        ("b.dat", "require('./c.dat')"),
        ("c.dat", "f()"),
    ];
    check(&[("main", "a.js")], &files, FileState::Parsed);
}

#[test]
fn data_that_something_names_stays_data() {
    check(
        &[("./style.css", "./style.css")],
        &[("style.css", "a { b: c; d: e }")],
        FileState::NotCode,
    );
}

#[test]
fn code_that_cannot_run_is_said_to_be_so() {
    check(&[], &[("a.js", "this is no code")], FileState::Unparsable);
}

#[test]
fn json_is_parsed_when_code_loads_it() {
    check(
        &[("main", "a.js")],
        &[("a.js", "require('./x.json')"), ("x.json", "{}")],
        FileState::Json,
    );
    check(
        &[("main", "a.js")],
        &[("a.js", "f()"), ("x.json", "{}")],
        FileState::NotCode,
    );
    check(
        &[("main", "a.js")],
        &[("a.js", "require('./x.json')"), ("x.json", "{")],
        FileState::Unparsable,
    );
}

#[test]
fn a_file_that_is_too_large_is_skipped_and_said_to_be() {
    let limits = Limits {
        file_bytes: 10,
        ..Limits::default()
    };
    let found = scan_with(&[], &[("a.js", "f('a long line')")], limits, &AnalysisCache::default());
    assert_eq!(found.states, [FileState::Skipped]);
    assert_eq!(found.anomalies[0].kind, AnomalyKind::TooLarge);
}

#[test]
fn more_facts_than_are_kept_are_said_to_be_so() {
    let limits = Limits {
        file_facts: 3,
        ..Limits::default()
    };
    let found = scan_with(
        &[],
        &[("a.js", "eval(1);eval(2);eval(3);eval(4)")],
        limits,
        &AnalysisCache::default(),
    );
    assert_eq!(
        (found.capabilities.len(), found.anomalies[0].kind),
        (3, AnomalyKind::TooLarge)
    );
    let limits = Limits {
        package_facts: 2,
        ..Limits::default()
    };
    let found = scan_with(
        &[],
        &[("a.js", "eval(1);eval(2);eval(3);eval(4)")],
        limits,
        &AnalysisCache::default(),
    );
    assert_eq!(
        (found.capabilities.len(), found.anomalies[0].kind),
        (2, AnomalyKind::TooLarge)
    );
}

#[test]
fn work_that_was_not_done_is_not_nothing() {
    let inputs = [super::InputFile {
        path: "a.js",
        bytes: b"eval(x)",
        digest: [0; 16],
    }];
    let found = super::scan(
        None,
        &inputs,
        &[],
        &Limits::default(),
        &AnalysisCache::default(),
        &|_, _| {},
    );
    assert_eq!(found.states, [FileState::Skipped]);
}

#[test]
fn any_bytes_are_analysed() {
    for bytes in [
        &b""[..],
        b"\xFF\xFE\x00",
        b"\xEF\xBB\xBFeval(x)",
        b"\x00\x01\x02",
        b"#!",
        b"}{",
    ] {
        let analysis = analyze_bytes("a.js", bytes, &[]);
        assert!(matches!(analysis.state(), FileState::Parsed | FileState::Unparsable));
    }
}

#[test]
fn a_library_that_the_manifest_names_is_no_code_whatever_its_size() {
    let limits = || Limits {
        file_bytes: 10,
        ..Limits::default()
    };
    let state = |text| {
        let files = [("lib/x.dylib", text)];
        scan_with(&[("main", "lib/x.dylib")], &files, limits(), &AnalysisCache::default()).states
    };
    assert_eq!(state("\u{7f}ELF and more than is read"), [FileState::NotCode]);
    // Its twin, which could be code.
    assert_eq!(state("ELF and more than is read"), [FileState::Skipped]);
}
