//! The fences between the crates, as `docs/ARCHITECTURE.md` draws them.

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;
use std::process::Command;

/// Who may depend on whom. A new edge is a decision: change `docs/ARCHITECTURE.md` with it and say why.
const ALLOWED: &[(&str, &[&str])] = &[
    ("waxseal-model", &[]),
    ("waxseal-sandbox", &[]),
    ("waxseal-npm", &["waxseal-model"]),
    ("waxseal-js", &["waxseal-model"]),
    ("waxseal-mail", &["waxseal-model"]),
    ("waxseal-internet", &["waxseal-model", "waxseal-mail"]),
    ("waxseal-detect", &["waxseal-model"]),
    (
        "waxseal",
        &[
            "waxseal-model",
            "waxseal-sandbox",
            "waxseal-npm",
            "waxseal-js",
            "waxseal-mail",
            "waxseal-internet",
            "waxseal-detect",
        ],
    ),
];

/// What a crate may bring in from outside where that is the point of its being a crate.
const ONLY_FOREIGN: &[(&str, &[&str])] = &[
    ("waxseal-model", &["serde", "thiserror"]),
    // Which part of a domain somebody registered, and when two domains are one, are tables of others (the Public Suffix List, IDNA);
    // a ledger of mail is hashed without the cost of a keyed hash.
    ("waxseal-detect", &["hashbrown", "idna", "psl", "serde", "thiserror"]),
    ("waxseal-sandbox", &["landlock", "libc", "rustix", "thiserror"]),
];

fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
        .join("../..")
        .canonicalize()
        .expect("the workspace exists")
}

/// Direct dependencies (not those of tests) of each workspace crate, by name.
fn dependencies() -> BTreeMap<String, BTreeSet<String>> {
    let output = Command::new(env!("CARGO"))
        .args(["metadata", "--format-version", "1", "--no-deps", "--offline"])
        .current_dir(root())
        .output()
        .expect("cargo runs");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let metadata: serde_json::Value = serde_json::from_slice(&output.stdout).expect("cargo metadata is JSON");
    let packages = metadata["packages"].as_array().expect("packages");
    packages
        .iter()
        .map(|package| {
            let named = |value: &serde_json::Value| value["name"].as_str().expect("a name").to_owned();
            let all = package["dependencies"].as_array().expect("dependencies");
            let direct = all
                .iter()
                .filter(|dependency| dependency["kind"].is_null())
                .map(named)
                .collect();
            (named(package), direct)
        })
        .collect()
}

#[test]
fn crates_depend_only_on_what_the_architecture_allows() {
    let dependencies = dependencies();
    let known: BTreeSet<&str> = ALLOWED.iter().map(|(name, _)| *name).collect();
    let found: BTreeSet<&str> = dependencies.keys().map(String::as_str).collect();
    assert_eq!(
        found, known,
        "every crate has a row in the table, and every row a crate"
    );
    for (name, allowed) in ALLOWED {
        let ours: Vec<&String> = dependencies[*name]
            .iter()
            .filter(|other| known.contains(other.as_str()))
            .collect();
        for other in ours {
            assert!(allowed.contains(&other.as_str()), "{name} must not depend on {other}");
        }
    }
}

#[test]
fn the_crates_that_are_audited_alone_bring_in_next_to_nothing() {
    let dependencies = dependencies();
    let known: BTreeSet<&str> = ALLOWED.iter().map(|(name, _)| *name).collect();
    for (name, allowed) in ONLY_FOREIGN {
        for other in dependencies[*name]
            .iter()
            .filter(|other| !known.contains(other.as_str()))
        {
            assert!(allowed.contains(&other.as_str()), "{name} must not depend on {other}");
        }
    }
}

#[test]
fn the_pure_crates_are_fenced_from_the_world() {
    for name in ["waxseal-model", "waxseal-detect", "waxseal-js", "waxseal-mail"] {
        let fence =
            std::fs::read_to_string(root().join("crates").join(name).join("clippy.toml")).expect("a clippy.toml");
        for forbidden in [
            "std::fs::",
            "std::net::",
            "std::process::Command",
            "std::env::",
            "std::time::SystemTime",
        ] {
            assert!(fence.contains(forbidden), "{name}/clippy.toml forbids {forbidden}");
        }
    }
}

#[test]
fn unsafe_code_is_written_in_one_module_and_in_attacks_on_it() {
    let mut folders = vec![root().join("crates")];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(&folder).expect("a folder") {
            let path = entry.expect("an entry").path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|extension| extension == "rs") {
                let text = std::fs::read_to_string(&path).expect("text");
                let here = path.ends_with("tests/it/architecture.rs")
                    || path.ends_with("waxseal-sandbox/src/sys.rs")
                    || path.to_string_lossy().contains("waxseal-sandbox/tests/room/");
                assert!(
                    here || !text.contains("expect(unsafe_code"),
                    "{} lifts the ban",
                    path.display()
                );
                assert!(
                    here || !text.contains("allow(unsafe_code"),
                    "{} lifts the ban",
                    path.display()
                );
            }
        }
    }
}

#[test]
fn no_registry_is_written_down() {
    // Written in two halves, so that this file does not hold what it looks for.
    let hosts = [
        ("registry.npm", "js.org"),
        ("registry.yarn", "pkg.com"),
        ("npm", "js.com"),
    ];
    let output = Command::new("git")
        .args(["ls-files", "-z"])
        .current_dir(root())
        .output()
        .expect("git runs");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let listed = String::from_utf8(output.stdout).expect("paths are text");
    let mut looked = 0;
    for path in listed
        .split('\0')
        .filter(|path| !path.is_empty() && *path != "Cargo.lock")
    {
        let Ok(bytes) = std::fs::read(root().join(path)) else {
            continue;
        };
        looked += 1;
        let text = String::from_utf8_lossy(&bytes).to_lowercase();
        for (left, right) in hosts {
            assert!(
                !text.contains(&format!("{left}{right}")),
                "{path} names a registry's host"
            );
        }
    }
    assert!(looked > 50, "only {looked} files were looked at");
}
