//! What a lockfile says, what is refused, and whose word counts for an archive.

use std::sync::Arc;

use serde_json::json;
use waxseal_model::PackageRef;
use waxseal_npm::integrity::Integrity;
use waxseal_npm::{Form, PackageSource, Packument, Recorded, RegistryError, spec};

use super::*;

fn lock(packages: Value) -> Closure {
    let lockfile = json!({ "name": "project", "lockfileVersion": 3, "requires": true, "packages": packages });
    let bytes = lockfile.to_string().into_bytes();
    let mut closure = read(&bytes).expect("a lockfile");
    closure.lockfile = bytes;
    closure
}

fn refusals(closure: &Closure) -> Vec<(&str, &str)> {
    let all = closure.refused.iter();
    all.map(|it| (it.name.as_str(), it.why.as_str())).collect()
}

#[test]
fn an_entry_is_a_release_at_a_place() {
    let closure = lock(json!({
        "": { "dependencies": { "a": "^1", "alias": "npm:@s/real@next" } },
        "node_modules/a": {
            "version": "1.2.3",
            "resolved": "https://registry.example/a/-/a-1.2.3.tgz",
            "integrity": "sha512-AA==",
            "hasInstallScript": true,
            "dependencies": { "b": "*" },
            "bin": { "a": "cli.js" },
        },
        "node_modules/a/node_modules/b": { "version": "2.0.0", "dev": true, "inBundle": true },
        "node_modules/alias": { "name": "@s/real", "version": "3.0.0-rc.1", "optional": true },
    }));
    assert_eq!(refusals(&closure), []);
    let shown: Vec<String> = closure
        .packages
        .iter()
        .map(|it| format!("{} {}@{} {}", it.path, it.name, it.version, it.resolved.is_some()))
        .collect();
    assert_eq!(
        shown,
        [
            "node_modules/a a@1.2.3 true",
            "node_modules/a/node_modules/b b@2.0.0 false",
            "node_modules/alias @s/real@3.0.0-rc.1 false",
        ]
    );
    let [a, b, alias] = closure.packages.as_slice() else {
        panic!("three")
    };
    assert!(a.has_install_script == Some(true) && !a.dev && !a.bundled && a.manifest.contains_key("bin"));
    assert!(b.dev && b.bundled && alias.optional);
    let tag = &closure.tags[0];
    assert_eq!(
        (tag.name.as_str(), tag.tag.as_str(), tag.version.as_str()),
        ("@s/real", "next", "3.0.0-rc.1")
    );
}

#[test]
fn what_is_no_registrys_is_refused_wherever_it_stands() {
    let closure = lock(json!({
        "": { "dependencies": { "a": "1", "g": "git+ssh://git@git.example/x/y.git", "f": "file:../f", "l": "1" } },
        "node_modules/a": {
            "version": "1.0.0",
            "dependencies": { "u": "https://files.example/u.tgz", "lost": "^1" },
            "optionalDependencies": { "o": "owner/repository", "away": "^2" },
            "peerDependencies": { "peer": "^1" },
        },
        "node_modules/g": { "version": "1.0.0", "resolved": "git+ssh://git@git.example/x/y.git#0123" },
        "node_modules/f": { "resolved": "../f", "link": true },
        "../f": { "version": "1.0.0" },
        "node_modules/l": { "version": "1.0.0", "resolved": "file:l.tgz" },
        "node_modules/u": { "version": "1.0.0", "resolved": "https://files.example/u.tgz", "integrity": "sha512-AA==" },
        "node_modules/bad name": { "version": "1.0.0" },
        "node_modules/v": { "version": "one" },
    }));
    let names: Vec<&str> = closure.packages.iter().map(|it| it.name.as_str()).collect();
    assert_eq!(names, ["a"]);
    let mut refused: Vec<&str> = closure.refused.iter().map(|it| it.name.as_str()).collect();
    refused.dedup();
    assert_eq!(
        refused,
        ["../f", "away", "bad name", "f", "g", "l", "lost", "o", "u", "v"]
    );
    let why = |name: &str| {
        refusals(&closure)
            .iter()
            .find(|it| it.0 == name)
            .map(|it| it.1.to_owned())
    };
    assert_eq!(
        why("o").as_deref(),
        Some("it comes from a git repository, which is not fetched")
    );
    assert_eq!(why("u").as_deref(), Some("it comes from a URL, which is not fetched"));
    assert_eq!(why("away").as_deref(), Some("npm left it out of its lockfile"));
}

#[test]
fn a_lockfile_that_is_none() {
    let check = |text: &str, expected: &str| {
        let err = read(text.as_bytes()).expect_err("none");
        assert_eq!(err.to_string(), format!("the lockfile cannot be read: {expected}"));
        assert!(!err.hint().is_empty());
    };
    check("{", "it is not JSON");
    check("[]", "it has no `packages`, so it is older than version 2");
    check(
        "{\"dependencies\":{}}",
        "it has no `packages`, so it is older than version 2",
    );
    check(&"[".repeat(100_000), "it is not JSON");
}

#[test]
fn the_room_gets_a_lockfile_without_addresses_and_with_every_script_looked_for() {
    let closure = lock(json!({
        "": { "name": "project", "dependencies": { "a": "1" } },
        "node_modules/a": { "version": "1.0.0", "resolved": "https://registry.example/a/-/a-1.0.0.tgz", "integrity": "sha512-AA==" },
        "node_modules/a/node_modules/b": { "version": "1.0.0", "inBundle": true },
    }));
    let room: Value = serde_json::from_slice(&closure.lockfile_for_room().expect("a lockfile")).expect("JSON");
    let expected = json!({ "version": "1.0.0", "integrity": "sha512-AA==", "hasInstallScript": true });
    assert_eq!(room["packages"]["node_modules/a"], expected);
    assert_eq!(
        room["packages"]["node_modules/a/node_modules/b"],
        json!({ "version": "1.0.0", "inBundle": true })
    );
    assert_eq!(
        room["packages"][""],
        json!({ "name": "project", "dependencies": { "a": "1" } })
    );
}

#[test]
fn a_wish_for_one_package() {
    let check = |typed: &str, expected: Value| {
        let wish = manifest::of_package(&spec::parse(typed).expect("a spec"), "latest", &[]).expect("a wish");
        let manifest: Value = serde_json::from_slice(&wish.manifest).expect("JSON");
        assert_eq!(manifest["dependencies"], expected);
    };
    check("a", json!({ "a": "latest" }));
    check("@s/a@^1.2", json!({ "@s/a": "^1.2" }));
    check("b@npm:@s/a@next", json!({ "b": "npm:@s/a@next" }));
    let err = manifest::of_package(&spec::parse("./a").expect("a spec"), "latest", &[]).expect_err("a folder");
    assert_eq!(err.to_string(), "`./a` is no package of a registry");
}

#[test]
fn a_project_is_asked_for_without_what_is_not_fetched() {
    let folder = tempfile::tempdir().expect("a folder");
    let manifest = json!({
        "name": "p",
        "dependencies": { "a": "^1", "g": "owner/repository", "u": "https://files.example/u.tgz" },
        "devDependencies": { "f": "file:../f", "l": "link:../l", "n": "npm:@s/a@1" },
        "workspaces": ["packages/*"],
        "overrides": { "a": { "x": "git://git.example/x" } },
    });
    std::fs::write(folder.path().join("package.json"), manifest.to_string()).expect("written");
    std::fs::write(folder.path().join("package-lock.json"), "{}").expect("written");
    let wish = manifest::of_project(folder.path()).expect("a wish");
    let left: Value = serde_json::from_slice(&wish.manifest).expect("JSON");
    let expected = json!({ "name": "p", "dependencies": { "a": "^1" }, "devDependencies": { "n": "npm:@s/a@1" } });
    assert_eq!(left, expected);
    let mut names: Vec<&str> = wish.refused.iter().map(|it| it.name.as_str()).collect();
    names.sort_unstable();
    assert_eq!(names, ["f", "g", "l", "u", "workspaces", "x"]);
    assert_eq!(wish.lockfile.map(|it| it.0), Some("package-lock.json"));
    let err = manifest::of_project(&folder.path().join("none")).expect_err("no project");
    assert!(err.to_string().starts_with("cannot read `"), "{err}");
}

const BYTES: &[u8] = b"an archive";

fn recorded(url: &str) -> Recorded {
    let packument = json!({
        "name": "a",
        "versions": { "1.0.0": { "dist": { "tarball": url, "integrity": Integrity::sha512_of(BYTES) } } },
    });
    Recorded::default()
        .with_packument(PackageName::parse("a").expect("a name"), packument.to_string())
        .with_tarball(url, BYTES)
}

/// A source that only gives what lies at the registry.
struct AtHome(Recorded);

impl PackageSource for AtHome {
    fn packument(&self, name: &PackageName, form: Form) -> Result<Packument, RegistryError> {
        self.0.packument(name, form)
    }

    fn tarball(
        &self,
        package: &PackageRef,
        dist: &waxseal_npm::Dist,
    ) -> Result<waxseal_npm::registry::Tarball, RegistryError> {
        let url = dist.tarball.as_deref().unwrap_or_default();
        assert!(url.starts_with("https://registry.example/"), "{url} is asked");
        self.0.tarball(package, dist)
    }
}

fn fetched(entry: Value) -> Archives {
    let closure = lock(json!({ "node_modules/a": entry }));
    let source = AtHome(recorded("https://registry.example/a/-/a-1.0.0.tgz"));
    fetch(&closure, &source, &|_| Url::parse("https://registry.example/").ok())
}

#[test]
fn an_archive_is_had_from_the_registry_alone_and_the_lockfile_decides_what_it_is() {
    let good = Integrity::sha512_of(BYTES);
    let bad = Integrity::sha512_of(b"another");
    let check = |entry: Value, expected: bool| {
        let archives = fetched(entry.clone());
        assert_eq!(archives.archives.len() == 1, expected, "{entry} {archives:?}");
        assert_eq!(archives.refused.len() == 1, !expected, "{entry}");
    };
    let home = "https://registry.example/a/-/a-1.0.0.tgz";
    let foreign = "https://collector.example/a/-/a-1.0.0.tgz";
    check(json!({ "version": "1.0.0", "resolved": home, "integrity": good }), true);
    check(json!({ "version": "1.0.0", "integrity": good }), true);
    check(json!({ "version": "1.0.0" }), true);
    check(
        json!({ "version": "1.0.0", "resolved": foreign, "integrity": good }),
        true,
    );
    check(
        json!({ "version": "1.0.0", "resolved": foreign, "integrity": bad }),
        false,
    );
    check(json!({ "version": "1.0.0", "integrity": bad }), false);
    check(json!({ "version": "9.9.9", "integrity": good }), false);
}

#[test]
fn what_npm_would_not_install_here_is_not_fetched() {
    let check = |os: Value, expected: usize| {
        let archives = fetched(json!({ "version": "1.0.0", "optional": true, "os": os }));
        assert_eq!(archives.archives.len(), expected, "{os}");
        assert_eq!(archives.skipped.len(), 1 - expected);
    };
    check(json!(["darwin"]), 0);
    check(json!(["!linux"]), 0);
    check(json!(["!win32"]), 1);
    check(json!(["darwin", "linux"]), 1);
    check(json!("linux"), 1);
    check(json!(["any"]), 1);
}

#[test]
fn two_archives_of_one_release_are_one_too_many() {
    let closure = lock(json!({
        "node_modules/a": { "version": "1.0.0", "integrity": Integrity::sha512_of(BYTES) },
        "node_modules/b/node_modules/a": { "version": "1.0.0", "integrity": Integrity::sha512_of(b"x") },
    }));
    let source = Arc::new(recorded("https://registry.example/a.tgz"));
    let archives = fetch(&closure, source.as_ref(), &|_| None);
    assert_eq!(archives.archives.len(), 1);
    assert_eq!(
        archives.refused[0].why,
        "the lockfile promises two different archives for it"
    );
}

#[test]
fn an_archive_on_disk_stands_at_its_place_and_what_it_needs_is_followed() {
    let lockfile = json!({ "lockfileVersion": 3, "packages": {
        "": { "name": "project", "dependencies": { "@s/a": "file:a.tgz" } },
        "node_modules/@s/a": { "version": "1.0.0", "resolved": "file:a.tgz", "integrity": "sha512-AA==",
            "dependencies": { "b": "next", "c": "git+ssh://git.example/c" } },
        "node_modules/b": { "version": "2.0.0", "resolved": "https://registry.example/b/-/b-2.0.0.tgz", "integrity": "sha512-AA==" },
    }});
    let bytes = lockfile.to_string().into_bytes();
    let mut closure = lockfile::read_around(&bytes, Some("node_modules/@s/a")).expect("a lockfile");
    closure.lockfile = bytes;
    archive::promise(&mut closure, "node_modules/@s/a".to_owned(), b"the archive");
    let names: Vec<&str> = closure.packages.iter().map(|it| it.name.as_str()).collect();
    assert_eq!(names, ["b"], "the archive itself is not asked for at a registry");
    assert_eq!(refusals(&closure).iter().map(|it| it.0).collect::<Vec<_>>(), ["c"]);
    assert_eq!(closure.tags.len(), 1);
    let room: Value = serde_json::from_slice(&closure.lockfile_for_room().expect("a lockfile")).expect("JSON");
    let entry = &room["packages"]["node_modules/@s/a"];
    assert_eq!(entry["resolved"], "file:a.tgz");
    assert_eq!(
        entry["integrity"],
        waxseal_npm::integrity::Integrity::sha512_of(b"the archive")
    );
    assert_eq!(entry["hasInstallScript"], true);
    assert!(room["packages"]["node_modules/b"].get("resolved").is_none());
    // Without a place, an archive beside the project is refused as before.
    let elsewhere = read(&closure.lockfile).expect("a lockfile");
    assert!(refusals(&elsewhere).iter().any(|it| it.0 == "@s/a"));
}

#[test]
fn an_archive_is_asked_for_by_one_of_ours_without_what_is_not_fetched() {
    let manifest = waxseal_npm::manifest::parse(
        br#"{"name":"a","version":"1.0.0","scripts":{"install":"x"},"bin":"x.js","dependencies":{"b":"^1","c":"https://files.example/c.tgz"},
            "peerDependencies":{"d":"*"},"peerDependenciesMeta":{"d":{"optional":true}}}"#,
    )
    .expect("a manifest");
    let mut local = LocalArchive {
        path: "../x/a b-1.0.tgz",
        bytes: b"",
        manifest: &manifest,
    };
    assert_eq!(local.file_name(), "ab-1.0.tgz");
    let wish = archive::of_archive(&local).expect("a wish");
    let project: Value = serde_json::from_slice(&wish.manifest).expect("JSON");
    assert_eq!(project["dependencies"], json!({ "a": "file:ab-1.0.tgz" }));
    assert_eq!(
        wish.refused.iter().map(|it| it.name.as_str()).collect::<Vec<_>>(),
        ["c"]
    );
    let (name, bytes) = wish.archive.expect("an archive");
    assert_eq!(name, "ab-1.0.tgz");
    let unpacked = waxseal_npm::tarball::unpack(&bytes, &waxseal_npm::Limits::default()).expect("an archive");
    assert_eq!(unpacked.files.len(), 1);
    let stand_in: Value = serde_json::from_slice(unpacked.bytes(0)).expect("JSON");
    let expected = json!({ "name": "a", "version": "1.0.0", "bin": { "a": "x.js" }, "dependencies": { "b": "^1" },
        "peerDependencies": { "d": "*" }, "peerDependenciesMeta": { "d": { "optional": true } } });
    assert_eq!(stand_in, expected);
    for path in ["", "..", "/.tgz", ".tar.gz"] {
        local.path = path;
        assert_eq!(local.file_name(), "package.tgz", "{path}");
    }
    let nameless = waxseal_model::Manifest {
        name: Some("../a".to_owned()),
        ..manifest.clone()
    };
    let err = archive::of_archive(&LocalArchive {
        path: "x.tgz",
        bytes: b"",
        manifest: &nameless,
    })
    .expect_err("no name");
    assert!(err.to_string().contains("no name that npm accepts"), "{err}");
}
