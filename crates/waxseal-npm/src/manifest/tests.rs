//! Manifests as packages have them, and as hostile ones could.

#![allow(clippy::unwrap_used)]

use waxseal_model::{DependencyKind, DependencySource};

use super::*;

fn read(json: &str) -> Read {
    parse_noting(json.as_bytes()).unwrap()
}

fn entries(json: &str) -> Vec<String> {
    read(json)
        .manifest
        .entries
        .iter()
        .map(|entry| format!("{}={}", entry.label, entry.target))
        .collect()
}

fn check(old: &str, new: &str, expected: &[&str]) {
    let changes = compare(&read(old).manifest, &read(new).manifest);
    let shown: Vec<String> = changes
        .iter()
        .map(|it| {
            format!(
                "{}: {} -> {}",
                it.field,
                it.old.as_deref().unwrap_or("none"),
                it.new.as_deref().unwrap_or("none")
            )
        })
        .collect();
    assert_eq!(shown, expected);
}

#[test]
fn every_field_is_read() {
    let read = read(
        r#"{"name": "@s/x", "version": "1.0.0", "license": "MIT", "type": "module", "scripts": {"postinstall": "node x"},
        "bin": "./cli.js", "engines": {"node": ">=18"}, "os": ["linux"], "cpu": "x64", "files": ["lib"], "gypfile": false,
        "repository": {"type": "git", "url": "https://host.example/x", "directory": "p"}, "bundleDependencies": ["b"]}"#,
    );
    let manifest = read.manifest;
    assert_eq!(
        (manifest.name.as_deref(), manifest.version.as_deref()),
        (Some("@s/x"), Some("1.0.0"))
    );
    assert_eq!(
        (manifest.license.as_deref(), manifest.module_type.as_deref()),
        (Some("MIT"), Some("module"))
    );
    assert_eq!(manifest.scripts["postinstall"], "node x");
    assert_eq!(manifest.bin["x"], "./cli.js");
    assert_eq!(
        (manifest.os, manifest.cpu, manifest.files),
        (vec!["linux".into()], vec!["x64".into()], vec!["lib".into()])
    );
    assert_eq!(manifest.repository.as_deref(), Some("https://host.example/x#p"));
    assert_eq!(manifest.bundled, ["b"]);
    assert!(manifest.gypfile_off && read.oddities.is_empty());
}

#[test]
fn a_byte_order_mark_is_skipped() {
    assert_eq!(
        parse(b"\xef\xbb\xbf{\"name\": \"x\"}").unwrap().name.as_deref(),
        Some("x")
    );
}

#[test]
fn exports_are_flattened_with_their_conditions() {
    let leaves = entries(
        r#"{"main": "m.js", "module": "m.mjs", "browser": {"./a.js": "./b.js", "./c.js": false}, "exports": {
        ".": {"import": {"node": "./n.mjs", "default": "./i.mjs"}, "require": ["./r.cjs", "./s.cjs"]}, "./f/*": "./lib/*.js", "./hidden": null}}"#,
    );
    assert_eq!(
        leaves,
        [
            "main=m.js",
            "module=m.mjs",
            "browser ./a.js=./b.js",
            ". [import, node]=./n.mjs",
            ". [import, default]=./i.mjs",
            ". [require]=./r.cjs",
            ". [require]=./s.cjs",
            "./f/*=./lib/*.js",
        ]
    );
    assert_eq!(entries(r#"{"exports": "./x.js"}"#), [".=./x.js"]);
    assert_eq!(
        entries(r#"{"exports": {"import": "./x.mjs", "default": "./x.js"}}"#),
        [". [import]=./x.mjs", ". [default]=./x.js"]
    );
    assert_eq!(
        entries(r#"{"exports": ["./a.js", {"node": "./b.js"}]}"#),
        [".=./a.js", ". [node]=./b.js"]
    );
    let imports = read(r##"{"imports": {"#a": {"node": "./n.js", "default": "dep"}, "no": "x", "#b": "./b.js"}}"##)
        .manifest
        .imports;
    assert_eq!(imports["#a"], ["./n.js", "dep"]);
    assert_eq!(imports.len(), 2);
}

#[test]
fn dependencies_have_kinds_and_sources() {
    let manifest = read(
        r#"{"dependencies": {"a": "^1", "both": "1", "g": "user/repo", "u": "https://host.example/x.tgz", "f": "file:../f", "al": "npm:other@1", "gs": "git+ssh://git@host.example/x"},
        "optionalDependencies": {"both": "2", "o": "1"}, "peerDependencies": {"p": "*", "q": "*"}, "peerDependenciesMeta": {"q": {"optional": true}},
        "devDependencies": {"d": "1"}, "bundledDependencies": true}"#,
    )
    .manifest;
    let find = |name: &str| {
        let found: Vec<_> = manifest.dependencies.iter().filter(|it| it.name == name).collect();
        assert_eq!(found.len(), 1, "{name}");
        (found[0].kind, found[0].source)
    };
    assert_eq!(find("a"), (DependencyKind::Regular, DependencySource::Registry));
    assert_eq!(find("both"), (DependencyKind::Optional, DependencySource::Registry));
    assert_eq!(find("g").1, DependencySource::Git);
    assert_eq!(find("gs").1, DependencySource::Git);
    assert_eq!(find("u").1, DependencySource::Url);
    assert_eq!(find("f").1, DependencySource::File);
    assert_eq!(find("al").1, DependencySource::Registry);
    assert_eq!(
        (find("p").0, find("q").0),
        (DependencyKind::Peer, DependencyKind::OptionalPeer)
    );
    assert!(!manifest.dependencies.iter().any(|it| it.name == "d"));
    assert_eq!(manifest.bundled.len(), 7);
}

#[test]
fn old_forms_are_understood() {
    assert_eq!(
        read(r#"{"license": {"type": "BSD"}}"#).manifest.license.as_deref(),
        Some("BSD")
    );
    assert_eq!(
        read(r#"{"licenses": [{"type": "MIT"}, "ISC"]}"#)
            .manifest
            .license
            .as_deref(),
        Some("MIT OR ISC")
    );
    assert_eq!(
        read(r#"{"repository": "user/x"}"#).manifest.repository.as_deref(),
        Some("user/x")
    );
    assert_eq!(read(r#"{"bin": {"a": "a.js", "b": 7}}"#).manifest.bin.len(), 1);
    assert_eq!(
        read(r#"{"directories": {"bin": "./bin/"}}"#).manifest.bin["*"],
        "./bin/*"
    );
}

#[test]
fn wrong_types_lose_only_themselves() {
    let read = read(
        r#"{"name": 1, "scripts": {"a": 1, "postinstall": "x"}, "dependencies": [], "bin": 3, "exports": 4, "files": {}, "engines": "x", "os": {}, "main": []}"#,
    );
    assert_eq!(read.manifest.scripts.len(), 1);
    let named = [
        "name",
        "engines",
        "os",
        "files",
        "scripts",
        "bin",
        "dependencies",
        "main",
        "exports",
    ];
    assert_eq!(read.oddities.len(), named.len(), "{:?}", read.oddities);
    assert!(
        named.iter().all(|name| read
            .oddities
            .contains(&format!("`{name}` is of a wrong type or too large"))),
        "{:?}",
        read.oddities
    );
}

#[test]
fn a_binding_gyp_builds_unless_a_script_does() {
    let gyp = |json: &str, paths: &[&str]| {
        let mut manifest = read(json).manifest;
        note_gyp(&mut manifest, paths.iter().copied());
        manifest.install_scripts().len()
    };
    assert_eq!(gyp("{}", &["a.js", "binding.gyp"]), 1);
    assert_eq!(gyp("{}", &["sub/binding.gyp"]), 0);
    assert_eq!(gyp(r#"{"gypfile": false}"#, &["binding.gyp"]), 0);
    assert_eq!(gyp(r#"{"scripts": {"preinstall": "x"}}"#, &["binding.gyp"]), 1);
}

#[test]
fn manifests_are_compared_field_by_field() {
    check("{}", "{}", &[]);
    check(
        r#"{"name": "a", "version": "1.0.0"}"#,
        r#"{"name": "b", "version": "2.0.0"}"#,
        &[],
    );
    check(
        r#"{"scripts": {"test": "t"}, "dependencies": {"a": "1"}, "license": "MIT", "exports": {"./c": {"import": "./a.js"}}, "bin": {"x": "x.js"}}"#,
        r##"{"scripts": {"test": "t", "postinstall": "p"}, "dependencies": {"a": "2"}, "exports": {"./c": {"import": "./b.js"}}, "bin": {"x": "y.js"}, "imports": {"#a": "./a.js"}}"##,
        &[
            "bin.x: x.js -> y.js",
            "dependencies.a: 1 -> 2",
            "exports ./c [import]: ./a.js -> ./b.js",
            "imports #a: none -> ./a.js",
            "license: MIT -> none",
            "scripts.postinstall: none -> p",
        ],
    );
}

#[test]
fn nesting_and_size_have_ceilings() {
    let nested = format!(
        "{{\"exports\": {}\"./x.js\"{}}}",
        "{\"a\":".repeat(100_000),
        "}".repeat(100_000)
    );
    let deep = read(&nested);
    assert!(deep.manifest.entries.is_empty());
    assert_eq!(
        deep.oddities,
        ["`exports`, `imports` or `browser` hold more, or nest deeper, than is read"]
    );
    let wide: Vec<String> = (0..60_000).map(|at| format!("\"./{at}\":\"./{at}.js\"")).collect();
    let wide = read(&format!("{{\"exports\": {{{}}}}}", wide.join(",")));
    assert!((40_000..60_000).contains(&wide.manifest.entries.len()));
    assert_eq!(wide.oddities.len(), 1);
    assert!(matches!(
        parse(&vec![b' '; 9 << 20]),
        Err(ManifestError::TooLarge { .. })
    ));
}

#[test]
fn what_is_no_object_cannot_be_read() {
    for (text, reason) in [
        ("", "it ends too early (line 1, column 0)"),
        ("[1]", "it is another kind of value"),
        ("{a}", "it is not JSON (line 1, column 2)"),
    ] {
        assert_eq!(
            parse(text.as_bytes()),
            Err(ManifestError::NotJson {
                reason: reason.to_owned()
            })
        );
    }
}
