//! `waxseal scan`: what is installed where, in a home and projects of our own.

use std::path::Path;

use serde_json::{Value, json};

use crate::support::{Ended, World, pack};

const BAD: &str = "letterbox-mcp@>=1.0.16";

/// A project with a lockfile and what it says installed.
fn project(world: &World, folder: &str, version: &str) {
    let lockfile = json!({
        "name": "shop", "version": "1.0.0", "lockfileVersion": 3, "requires": true,
        "packages": {
            "": { "name": "shop", "version": "1.0.0", "dependencies": { "letterbox-mcp": "*", "plain": "*" } },
            "node_modules/letterbox-mcp": {
                "version": version,
                "resolved": format!("https://registry.example/letterbox-mcp/-/letterbox-mcp-{version}.tgz"),
                "integrity": "sha512-AAAA"
            },
            "node_modules/plain": { "version": "2.0.0", "resolved": "https://registry.example/plain/-/plain-2.0.0.tgz" }
        }
    });
    world.write(&format!("{folder}/package-lock.json"), lockfile.to_string());
    install(world, &format!("{folder}/node_modules"), "letterbox-mcp", version);
    install(world, &format!("{folder}/node_modules"), "plain", "2.0.0");
}

fn install(world: &World, modules: &str, name: &str, version: &str) {
    let manifest = json!({ "name": name, "version": version });
    world.write(&format!("{modules}/{name}/package.json"), manifest.to_string());
}

fn client(world: &World, path: &str, spec: &str) {
    let config = json!({ "mcpServers": { "mail": {
        "command": "npx", "args": ["-y", spec], "env": { "MAIL_TOKEN": "s3cret-of-the-user" }
    } } });
    world.write(path, config.to_string());
}

/// Place by place: kind, the end of the path, what was found.
fn found(world: &World, ended: &Ended) -> Vec<(String, Option<String>)> {
    let report = ended.json();
    let places = report["scan"]["places"].as_array().unwrap().clone();
    // The machine the tests run on has global folders of its own.
    let ours = world.path("").canonicalize().unwrap();
    places
        .iter()
        .filter(|it| Path::new(it["path"].as_str().unwrap()).starts_with(&ours))
        .map(|it| {
            (
                it["kind"].as_str().unwrap().to_owned(),
                it["affected"].as_str().map(str::to_owned),
            )
        })
        .collect()
}

fn package<'r>(report: &'r Value, name: &str) -> &'r Value {
    let mut packages = report["packages"].as_array().unwrap().iter();
    packages
        .find(|it| it["package"] == name)
        .unwrap_or_else(|| panic!("{name} is in none of {report:#}"))
}

#[test]
fn a_disclosure_is_answered_for_every_place() {
    let world = World::new();
    project(&world, "shop", "1.0.16");
    client(&world, ".cursor/mcp.json", "letterbox-mcp");
    client(&world, "shop/.mcp.json", "letterbox-mcp@1.0.17");
    install(
        &world,
        ".npm/_npx/0123456789abcdef/node_modules",
        "letterbox-mcp",
        "1.0.16",
    );
    world.write(
        ".npm/_npx/0123456789abcdef/package.json",
        r#"{ "dependencies": { "letterbox-mcp": "^1.0.16" } }"#,
    );
    let ended = world.check(&["scan", "shop", "--affected-by", BAD, "--format", "json"], 1);
    let expected = [
        ("lockfile", Some("could-have-run")),
        ("node-modules", Some("present")),
        ("npx-cache", Some("present")),
        ("client-config", Some("unknown")),
        ("client-config", Some("could-have-run")),
    ];
    let mut expected: Vec<_> = expected
        .iter()
        .map(|(kind, it)| ((*kind).to_owned(), it.map(str::to_owned)))
        .collect();
    let mut seen = found(&world, &ended);
    expected.sort();
    seen.sort();
    assert_eq!(seen, expected);
    let report = ended.json();
    assert_eq!(report["scan"]["asked"][0]["found"], "present");
    let releases = json!(["pkg:npm/letterbox-mcp@1.0.16", "pkg:npm/letterbox-mcp@1.0.17"]);
    assert_eq!(report["scan"]["asked"][0]["releases"], releases);
    assert_eq!(package(&report, "pkg:npm/letterbox-mcp@1.0.16")["decision"], "block");
    assert_eq!(package(&report, "letterbox-mcp")["decision"], "review");
    let text = world.check(&["scan", "shop", "--affected-by", BAD], 1);
    assert!(
        text.stdout.contains("letterbox-mcp@>=1.0.16  is here"),
        "{}",
        text.stdout
    );
    for output in [ended.all(), text.all()] {
        assert!(!output.contains("s3cret"), "no secret is shown: {output}");
    }
}

#[test]
fn not_affected_is_a_result_that_can_be_kept() {
    let world = World::new();
    project(&world, "shop", "1.0.15");
    let arguments = ["scan", "shop", "--affected-by", BAD, "--vex", "vex.json"];
    let ended = world.check(&arguments, 0);
    assert!(ended.stdout.contains("not affected"), "{}", ended.stdout);
    let read = || -> Value { serde_json::from_slice(&std::fs::read(world.path("vex.json")).unwrap()).unwrap() };
    let vex = read();
    assert_eq!(vex["@context"], "https://openvex.dev/ns/v0.2.0");
    assert_eq!(vex["statements"][0]["status"], "not_affected");
    assert_eq!(vex["statements"][0]["justification"], "component_not_present");

    // What could not be read leaves it open.
    world.write("shop/yarn.lock", b"\x00\x01 this is no lockfile {{{");
    world.check(&arguments, 4);
    assert_eq!(read()["statements"][0]["status"], "under_investigation");

    project(&world, "shop", "1.0.18");
    world.check(&arguments, 1);
    assert_eq!(read()["statements"][0]["status"], "affected");
    assert!(read()["statements"][0]["action_statement"].is_string());
}

#[test]
fn without_a_database_and_without_a_question_the_answer_is_incomplete() {
    let world = World::new();
    project(&world, "shop", "1.0.15");
    let ended = world.check(&["scan", "shop"], 4);
    assert!(ended.stdout.contains("waxseal db update"), "{}", ended.stdout);
}

#[test]
fn what_is_installed_other_than_locked_is_a_note() {
    let world = World::new();
    project(&world, "shop", "1.0.15");
    install(&world, "shop/node_modules", "plain", "2.0.1");
    install(&world, "shop/node_modules", "stranger", "1.0.0");
    let ended = world.check(&["scan", "shop", "--affected-by", BAD, "--format", "json"], 0);
    let report = ended.json();
    let packages = report["packages"].as_array().unwrap();
    let differences: Vec<(&str, &str)> = packages
        .iter()
        .flat_map(|it| it["places"].as_array().unwrap())
        .flat_map(|it| it["differences"].as_array().unwrap())
        .map(|it| (it["kind"].as_str().unwrap(), it["package"].as_str().unwrap()))
        .collect();
    assert_eq!(differences, [("other-version", "plain"), ("not-locked", "stranger")]);
    let text = world.check(&["scan", "shop", "--affected-by", BAD], 0);
    assert!(text.stdout.contains("note[installed/not-as-locked]"), "{}", text.stdout);
}

#[test]
fn nothing_to_scan_ends_with_3_and_mistakes_with_2() {
    let world = World::new();
    world.folder("empty", &[]);
    let ended = world.check(&["scan", "empty", "--no-user"], 3);
    assert!(ended.stderr.contains("nothing to scan"), "{}", ended.stderr);
    for wrong in [
        ["scan", "--affected-by", "letterbox-mcp@latest"].as_slice(),
        &["scan", "--affected-by", "./folder"],
        &["scan", "--vex", "vex.json"],
        &["scan", "--yes"],
    ] {
        let ended = world.check(wrong, 2);
        assert!(!ended.stderr.is_empty(), "{wrong:?}");
    }
    let ended = world.check(&["scan", "nowhere", "--no-user", "--affected-by", BAD], 4);
    assert!(ended.stdout.contains("nowhere"), "{}", ended.stdout);
}

/// One sentence for each, and the rest of the scan goes on: the planted release is found all the same.
#[test]
fn hostile_places_are_told_and_the_rest_is_scanned() {
    let world = World::new();
    project(&world, "disk/shop", "1.0.16");
    let file = std::fs::File::create(world.path("disk/huge-package-lock.json")).unwrap();
    drop(file);
    std::fs::create_dir_all(world.path("disk/huge")).unwrap();
    let huge = std::fs::File::create(world.path("disk/huge/package-lock.json")).unwrap();
    huge.set_len(100 << 20).unwrap();
    world.write(
        "disk/deep/package-lock.json",
        format!("{{\"packages\":{}", "[".repeat(200_000)),
    );
    world.write(
        "disk/cyclic/pnpm-lock.yaml",
        "lockfileVersion: '9.0'\npackages: &a\n  x: *a\n",
    );
    world.write("disk/text/yarn.lock", [0xff, 0xfe, b'#', 0, b' ', 0]);
    let utf16: Vec<u8> = [0xff_u8, 0xfe]
        .into_iter()
        .chain(
            "{ // a comment\n \"mcpServers\": { \"mail\": { \"command\": \"npx\", \"args\": [\"letterbox-mcp@1.0.16\",] } } }"
                .encode_utf16()
                .flat_map(u16::to_le_bytes),
        )
        .collect();
    world.write("disk/utf16/.cursor/mcp.json", utf16);
    world.write("disk/broken/.cursor/mcp.json", "{ \"mcpServers\": { \"mail\": ");
    #[cfg(unix)]
    {
        std::fs::create_dir_all(world.path("disk/loop")).unwrap();
        std::os::unix::fs::symlink("..", world.path("disk/loop/again")).unwrap();
        std::os::unix::fs::symlink("loop.json", world.path("disk/loop/loop.json")).unwrap();
        std::os::unix::fs::symlink("package-lock.json", world.path("disk/loop/package-lock.json")).unwrap();
    }
    let ended = world.check(
        &["scan", "disk", "--no-user", "--affected-by", BAD, "--format", "json"],
        1,
    );
    let report = ended.json();
    assert_eq!(package(&report, "pkg:npm/letterbox-mcp@1.0.16")["decision"], "block");
    let in_config = found(&world, &ended)
        .iter()
        .filter(|(kind, it)| kind == "client-config" && it.as_deref() == Some("could-have-run"))
        .count();
    assert_eq!(in_config, 1, "the configuration in UTF-16 with comments is read");
    let incomplete: Vec<&str> = report["packages"]
        .as_array()
        .unwrap()
        .iter()
        .filter(|it| it["complete"] == false)
        .filter_map(|it| it["package"].as_str())
        .collect();
    for name in ["huge", "deep", "cyclic", "broken"] {
        assert!(
            incomplete
                .iter()
                .any(|path| Path::new(path).components().any(|it| it.as_os_str() == name)),
            "{name}: {incomplete:?}"
        );
    }
    for gap in report["packages"]
        .as_array()
        .unwrap()
        .iter()
        .flat_map(|it| it["gaps"].as_array().unwrap())
    {
        let reason = gap["reason"].as_str().unwrap();
        assert!(reason.len() < 300 && !reason.contains('\n'), "{reason}");
    }
    // The same without what is affected: it is incomplete, and never "not affected".
    let ended = world.check(&["scan", "disk", "--no-user", "--affected-by", "event-stream@3.3.6"], 4);
    assert!(!ended.stdout.contains("not affected"), "{}", ended.stdout);
}

#[test]
fn installed_files_are_compared_with_the_published_archive() {
    let world = World::new();
    project(&world, "shop", "1.0.15");
    let manifest = br#"{"name":"letterbox-mcp","version":"1.0.15"}"#;
    let archive = pack(&[("package.json", manifest), ("index.js", b"module.exports = 1;\n")]);
    world.write("shop/node_modules/letterbox-mcp/package.json", manifest);
    world.write("shop/node_modules/letterbox-mcp/index.js", "module.exports = 1;\n");
    // The archive lies in npm's own cache, filed by its hash, as the lockfile names it.
    let digest: [u8; 64] = sha2::Digest::finalize(<sha2::Sha512 as sha2::Digest>::new_with_prefix(&archive)).into();
    let hex: String = digest.iter().map(|byte| format!("{byte:02x}")).collect();
    let place = format!(
        ".npm/_cacache/content-v2/sha512/{}/{}/{}",
        &hex[..2],
        &hex[2..4],
        &hex[4..]
    );
    world.write(&place, &archive);
    let lockfile = std::fs::read_to_string(world.path("shop/package-lock.json")).unwrap();
    let integrity = format!(
        "sha512-{}",
        base64::Engine::encode(&base64::prelude::BASE64_STANDARD, digest)
    );
    world.write("shop/package-lock.json", lockfile.replace("sha512-AAAA", &integrity));

    let arguments = [
        "scan",
        "shop",
        "--verify",
        "--offline",
        "--no-user",
        "--affected-by",
        BAD,
        "--format",
        "json",
    ];
    let ended = world.check(&arguments, 0);
    assert!(
        ended.stdout.contains("could not be had"),
        "the other package has no archive: {}",
        ended.stdout
    );

    world.write("shop/node_modules/letterbox-mcp/index.js", "module.exports = 2;\n");
    world.write("shop/node_modules/letterbox-mcp/extra.js", "1\n");
    let report = world.check(&arguments, 1).json();
    let found: Vec<(&str, &str)> = report["packages"]
        .as_array()
        .unwrap()
        .iter()
        .flat_map(|it| it["places"].as_array().unwrap())
        .flat_map(|it| it["differences"].as_array().unwrap())
        .map(|it| (it["kind"].as_str().unwrap(), it["within"].as_str().unwrap()))
        .collect();
    let expected = [
        ("added-file", "node_modules/letterbox-mcp/extra.js"),
        ("changed-file", "node_modules/letterbox-mcp/index.js"),
    ];
    assert_eq!(found, expected);
}

/// What a manifest, a link or an entry's name claims does not hide what npm installed.
#[test]
fn a_release_is_found_under_whatever_name_it_hides() {
    let world = World::new();
    // The manifest says that it is another package; npm's hidden lockfile knows.
    let manifest = json!({ "name": "plain", "version": "2.0.0" });
    world.write("one/node_modules/letterbox-mcp/package.json", manifest.to_string());
    let hidden = json!({ "lockfileVersion": 3, "packages": { "node_modules/letterbox-mcp": { "version": "1.0.16" } } });
    world.write("one/node_modules/.package-lock.json", hidden.to_string());
    // Nothing but the folder's name is left.
    world.write("two/node_modules/letterbox-mcp/package.json", manifest.to_string());
    // A link is told, and what it leads to is not.
    let linked = json!({ "lockfileVersion": 3, "packages": {
        "": { "name": "shop" },
        "node_modules/harmless": { "link": true, "resolved": "node_modules/letterbox-mcp" },
        "node_modules/letterbox-mcp": { "version": "1.0.16", "resolved": "https://registry.example/letterbox-mcp/-/letterbox-mcp-1.0.16.tgz" }
    } });
    world.write("three/package-lock.json", linked.to_string());
    // The address is another package's.
    let fetched = json!({ "lockfileVersion": 3, "packages": {
        "": { "name": "shop" },
        "node_modules/plain": { "version": "2.0.0", "resolved": "https://registry.example/letterbox-mcp/-/letterbox-mcp-1.0.17.tgz" }
    } });
    world.write("four/package-lock.json", fetched.to_string());
    for (folder, presence) in [
        ("one", "present"),
        ("two", "unknown"),
        ("three", "could-have-run"),
        ("four", "could-have-run"),
    ] {
        let arguments = ["scan", folder, "--no-user", "--affected-by", BAD, "--format", "json"];
        let report = world.check(&arguments, 1).json();
        assert_eq!(report["scan"]["asked"][0]["found"], presence, "{folder}");
    }
}

#[test]
fn a_record_that_knows_only_a_hash_is_found_by_the_lockfile() {
    let world = World::new();
    project(&world, "shop", "1.0.15");
    let digest = [7_u8; 64];
    let integrity = format!(
        "sha512-{}",
        base64::Engine::encode(&base64::prelude::BASE64_STANDARD, digest)
    );
    let lockfile = std::fs::read_to_string(world.path("shop/package-lock.json")).unwrap();
    world.write("shop/package-lock.json", lockfile.replace("sha512-AAAA", &integrity));
    let hex: String = digest.iter().map(|byte| format!("{byte:02x}")).collect();
    let bundle = json!({ "type": "bundle", "id": "bundle--5d0092c5-5f74-4287-9642-33f4c354e56d", "objects": [{
        "type": "indicator", "spec_version": "2.1", "id": "indicator--8e2e2d2b-17d4-4cbf-938f-98ee46b3cd3f",
        "created": "2026-11-01T00:00:00Z", "modified": "2026-11-01T00:00:00Z", "valid_from": "2026-11-01T00:00:00Z",
        "pattern_type": "stix", "pattern": format!("[file:hashes.'SHA-512' = '{hex}']"), "name": "an archive"
    }] });
    world.write("hashes.json", bundle.to_string());
    world.check(&["db", "import", "hashes.json", "--name", "hashes"], 0);
    let report = world
        .check(&["scan", "shop", "--no-user", "--format", "json"], 1)
        .json();
    assert_eq!(package(&report, "pkg:npm/letterbox-mcp@1.0.15")["decision"], "block");
}
