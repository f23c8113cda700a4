//! The database of known-malicious packages from outside: `waxseal db`, and what `check` makes of it.

use std::io::{Cursor, Write as _};
use std::os::unix::fs::PermissionsExt as _;

use zip::write::SimpleFileOptions;

use crate::server::{Asked, Server, response};
use crate::support::{Ended, World, manifest};

const DATABASE: &str = ".local/share/waxseal/advisories/osv.db";

/// As the public record has it, with another reference.
fn postmark() -> String {
    r#"{"id":"MAL-2025-47604","modified":"2025-09-26T04:14:45Z","schema_version":"1.5.0","summary":"Malicious code in postmark-mcp (npm)","affected":[{"package":{"ecosystem":"npm","name":"postmark-mcp"},"ranges":[{"type":"SEMVER","events":[{"introduced":"1.0.16"}]}]}],"references":[{"type":"ARTICLE","url":"https://research.example/postmark-mcp"}]}"#.to_owned()
}

fn weakness() -> String {
    r#"{"id":"GHSA-aaaa-bbbb-cccc","summary":"ReDoS in x","affected":[{"package":{"ecosystem":"npm","name":"x"},"versions":["1.0.0"]}]}"#.to_owned()
}

fn taken_back(name: &str) -> String {
    format!(
        r#"{{"id":"MAL-2026-2","withdrawn":"2026-06-04T00:00:00Z","affected":[{{"package":{{"ecosystem":"npm","name":"{name}"}},"ranges":[{{"type":"SEMVER","events":[{{"introduced":"0"}}]}}]}}]}}"#
    )
}

/// OSV's archive of these records.
fn archive(records: &[String]) -> Vec<u8> {
    let mut zip = zip::ZipWriter::new(Cursor::new(Vec::new()));
    for (idx, record) in records.iter().enumerate() {
        zip.start_file(format!("MAL-{idx}.json"), SimpleFileOptions::default())
            .unwrap();
        zip.write_all(record.as_bytes()).unwrap();
    }
    zip.finish().unwrap().into_inner()
}

fn serve(answer: impl Fn(&Asked, usize) -> Vec<u8> + Send + Sync + 'static) -> (Server, String) {
    let server = Server::start(answer);
    let url = format!("http://{}/npm/all.zip", server.host);
    (server, url)
}

/// A world with a database of these records, brought up to date just now.
fn world_with(records: &[String]) -> World {
    let world = World::new();
    let zip = archive(records);
    let (_server, url) = serve(move |_, _| response("200 OK", &[], &zip));
    world.check(&["db", "update", "--from", &url], 0);
    world
}

/// A folder that says it is this release.
fn package(world: &World, name: &str, version: &str) {
    let manifest = format!("{{\"name\":\"{name}\",\"version\":\"{version}\",\"main\":\"index.js\"}}\n");
    let script = format!(
        "// {}\nmodule.exports = 1;\n",
        "a line that is long enough to tell ".repeat(3)
    );
    world.folder(
        "package",
        &[("package.json", manifest.as_bytes()), ("index.js", script.as_bytes())],
    );
}

#[track_caller]
fn judged(world: &World, name: &str, version: &str, status: i32) -> serde_json::Value {
    package(world, name, version);
    world.check(&["check", "./package", "--format", "json"], status).json()
}

/// What was printed, without the breaks of lines.
fn words(ended: &Ended) -> String {
    ended.stdout.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// What is said of what is known; other methods may say something too.
fn indicators(report: &serde_json::Value) -> Vec<&str> {
    let findings = report["packages"][0]["findings"].as_array().unwrap();
    let ids = findings.iter().map(|it| it["indicator"].as_str().unwrap());
    ids.filter(|id| id.starts_with("known-malicious/")).collect()
}

#[test]
fn the_record_of_postmark_mcp_names_every_release_from_1_0_16_on() {
    let world = world_with(&[postmark(), weakness()]);
    for version in ["1.0.16", "1.0.18", "1.0.20"] {
        let report = judged(&world, "postmark-mcp", version, 1);
        assert_eq!(indicators(&report), ["known-malicious/listed"], "{version}");
        let finding = &report["packages"][0]["findings"][0];
        assert_eq!(finding["decision"], "block");
        let values = &finding["evidence"][0]["values"];
        assert_eq!(
            (&values["id"], &values["names"], &values["source"]),
            (&"MAL-2025-47604".into(), &">=1.0.16".into(), &"osv".into())
        );
        assert_eq!(values["reference"], "https://research.example/postmark-mcp");
    }
    let report = judged(&world, "postmark-mcp", "1.0.15", 0);
    assert_eq!(indicators(&report), ["known-malicious/other-releases"]);
    let report = judged(&world, "x", "1.0.0", 0);
    assert!(indicators(&report).is_empty(), "a weakness is not malice");
}

#[test]
fn what_is_gone_from_the_registry_is_still_known() {
    let world = world_with(&[postmark()]);
    let ended = world.check(&["check", "postmark-mcp@1.0.16"], 1);
    assert!(
        ended.stdout.starts_with("BLOCK  postmark-mcp@1.0.16"),
        "{}",
        ended.stdout
    );
    assert!(
        ended.stdout.contains("MAL-2025-47604 names >=1.0.16"),
        "{}",
        ended.stdout
    );
    let ended = world.check(&["check", "postmark-mcp@1.0.15"], 4);
    assert!(ended.stdout.starts_with("INCOMPLETE"), "{}", ended.stdout);
}

#[test]
fn what_was_taken_back_is_a_note() {
    let world = world_with(&[taken_back("supa")]);
    let report = judged(&world, "supa", "1.0.0", 0);
    assert_eq!(indicators(&report), ["known-malicious/withdrawn"]);
}

#[test]
fn every_format_says_how_old_the_data_is_or_that_there_is_none() {
    let world = world_with(&[postmark()]);
    package(&world, "tiny", "1.0.0");
    let none = World::new();
    package(&none, "tiny", "1.0.0");
    for format in ["text", "markdown", "junit", "sarif"] {
        let shown = world.check(&["check", "./package", "--format", format], 0).stdout;
        assert!(shown.contains("1 record, less than a minute old"), "{format}: {shown}");
        let shown = none.check(&["check", "./package", "--format", format], 0).stdout;
        assert!(
            shown.contains("none; ") && shown.contains("waxseal db update"),
            "{format}: {shown}"
        );
    }
    let json = world.check(&["check", "./package", "--format", "json"], 0).json();
    assert_eq!(
        (&json["database"]["records"], &json["database"]["sources"][0]),
        (&1.into(), &"osv".into())
    );
    assert!(json["database"]["age_seconds"].as_i64().unwrap() < 600);
    let json = none.check(&["check", "./package", "--format", "json"], 0).json();
    assert!(json["database"].is_null());
    let gap = &json["packages"][0]["gaps"][0];
    assert_eq!(
        (&gap["method"], &gap["weight"]),
        (&"known-malicious".into(), &"partial".into())
    );
    assert_eq!(
        gap["reason"],
        "there is no database of known-malicious packages; run `waxseal db update`"
    );
}

#[test]
fn an_old_database_or_none_leaves_the_answer_incomplete_where_that_is_asked_for() {
    let none = World::new();
    package(&none, "tiny", "1.0.0");
    none.check(&["check", "./package", "--max-db-age", "7d"], 4);
    let world = World::new();
    world.write("records/a.json", postmark());
    world.check(&["db", "import", "records"], 0);
    package(&world, "tiny", "1.0.0");
    world.check(&["check", "./package"], 0);
    // Its newest record is of 2025.
    let ended = world.check(&["check", "./package", "--max-db-age", "7d"], 4);
    assert!(
        words(&ended).contains("and no more than 7 days are accepted"),
        "{}",
        ended.stdout
    );
    world.check(&["check", "./package", "--max-db-age", "1000w"], 0);
    world.write("waxseal.toml", "[database]\nmax-age = \"7d\"\n");
    world.check(&["check", "./package"], 4);
    package(&world, "postmark-mcp", "1.0.16");
    assert!(
        world.check(&["check", "./package"], 1).stdout.contains("BLOCK"),
        "what is found in an old one counts"
    );
}

#[test]
fn what_has_not_changed_is_not_sent_again() {
    let world = World::new();
    let zip = archive(&[postmark()]);
    let (server, url) = serve(move |asked, _| match asked.header("if-none-match") {
        Some("\"one\"") => response("304 Not Modified", &[("ETag", "\"one\"")], b""),
        _ => response(
            "200 OK",
            &[("ETag", "\"one\""), ("Last-Modified", "Sat, 21 Nov 2026 00:00:00 GMT")],
            &zip,
        ),
    });
    let update = |ended: Ended| ended.stderr;
    assert_eq!(
        update(world.check(&["db", "update", "--from", &url], 0)),
        "known-malicious data: 1 record\n"
    );
    let first = std::fs::read(world.path(DATABASE)).unwrap();
    assert_eq!(
        update(world.check(&["db", "update", "--from", &url], 0)),
        "known-malicious data: nothing new, 1 record\n"
    );
    let asked = server.asked();
    assert_eq!(asked.len(), 2);
    assert_eq!(
        asked[1].header("if-modified-since"),
        Some("Sat, 21 Nov 2026 00:00:00 GMT")
    );
    assert_eq!(asked[0].header("if-none-match"), None);
    assert!(!first.is_empty());
    // The folder is nobody else's.
    let mode = std::fs::metadata(world.path(DATABASE).parent().unwrap())
        .unwrap()
        .permissions()
        .mode();
    assert_eq!(mode & 0o777, 0o700);
    assert!(indicators(&judged(&world, "postmark-mcp", "1.0.17", 1)).contains(&"known-malicious/listed"));
    // The configuration names the address too, and another address is asked anew.
    world.write("waxseal.toml", format!("[database]\nurl = \"{url}?other\"\n"));
    world.check(&["db", "update"], 0);
    assert_eq!(server.asked()[2].header("if-none-match"), None);
}

#[test]
fn a_source_that_fails_leaves_the_database_as_it_was() {
    let world = world_with(&[postmark()]);
    let before = std::fs::read(world.path(DATABASE)).unwrap();
    let whole = archive(&[postmark(), weakness()]);
    let cut: Vec<u8> = whole[..whole.len() / 2].to_vec();
    let mut short = response("200 OK", &[], &whole);
    short.truncate(short.len() - 20);
    let mut damaged = whole.clone();
    damaged[60] ^= 0xff;
    let huge = b"HTTP/1.1 200 OK\r\nContent-Length: 2000000000\r\nConnection: close\r\n\r\nPK".to_vec();
    let cases: Vec<(&str, Vec<u8>)> = vec![
        ("answered with status 404", response("404 Not Found", &[], b"no")),
        ("the connection to", short),
        ("cannot be read as a ZIP archive", response("200 OK", &[], &cut)),
        ("cannot be read as a ZIP archive", response("200 OK", &[], &damaged)),
        (
            "cannot be read as a ZIP archive",
            response("200 OK", &[], b"<html>log in</html>"),
        ),
        ("cannot be read as a ZIP archive", response("200 OK", &[], b"")),
        ("holds more than 1073741824 bytes", huge),
        (
            "holds no records of malicious npm packages",
            response("200 OK", &[], &archive(&[weakness()])),
        ),
    ];
    for (expected, answer) in cases {
        let (_server, url) = serve(move |_, _| answer.clone());
        let ended = world.check(&["db", "update", "--from", &url], 4);
        assert!(ended.stderr.contains(expected), "{expected}: {}", ended.stderr);
        assert!(
            ended.stderr.contains("the database stays as it was"),
            "{}",
            ended.stderr
        );
        assert_eq!(std::fs::read(world.path(DATABASE)).unwrap(), before, "{expected}");
    }
    // Nobody listens there, and it is no address.
    world.check(&["db", "update", "--from", "http://127.0.0.1:9/all.zip"], 4);
    world.check(&["db", "update", "--from", "all.zip"], 2);
    let left: Vec<_> = std::fs::read_dir(world.path(DATABASE).parent().unwrap())
        .unwrap()
        .collect();
    assert_eq!(left.len(), 1, "nothing is left lying about: {left:?}");
}

#[test]
fn a_damaged_database_is_an_error_and_never_nothing_found() {
    let world = world_with(&[postmark()]);
    let whole = std::fs::read(world.path(DATABASE)).unwrap();
    package(&world, "postmark-mcp", "1.0.16");
    let mut turned = whole.clone();
    turned[120] ^= 1;
    let mut older = whole.clone();
    older[8] = 0;
    for (bytes, expected) in [
        (whole[..whole.len() / 2].to_vec(), "is damaged"),
        (turned, "is damaged"),
        (b"".to_vec(), "is damaged"),
        (older, "was written by another version of waxseal"),
    ] {
        std::fs::write(world.path(DATABASE), bytes).unwrap();
        let ended = world.check(&["check", "./package"], 4);
        let said = words(&ended);
        assert!(said.contains(expected) && said.contains("waxseal db update"), "{said}");
        let ended = world.check(&["db", "status"], 4);
        assert!(
            ended.stderr.starts_with("error: the database") && ended.stderr.contains(expected),
            "{}",
            ended.stderr
        );
        assert!(ended.stderr.contains("\nhint: "), "{}", ended.stderr);
    }
    let zip = archive(&[postmark()]);
    let (_server, url) = serve(move |_, _| response("200 OK", &[], &zip));
    world.check(&["db", "update", "--from", &url], 0);
    world.check(&["check", "./package"], 1);
}

#[test]
fn lists_are_taken_in_shown_handed_on_and_taken_out() {
    let world = World::new();
    assert!(world.check(&["db", "status"], 3).stderr.contains("waxseal db update"));
    world.write(
        "ours.csv",
        "name,version,reason\ntiny,1.0.0,seen at a customer's\nother,>=2.0.0\n",
    );
    let ended = world.check(&["db", "import", "ours.csv"], 0);
    assert_eq!(ended.stderr, "`ours`: 2 records\n");
    package(&world, "tiny", "1.0.0");
    let ended = world.check(&["check", "./package"], 1);
    let words = words(&ended);
    assert!(
        words.contains("line 2 of the list `ours` names this version: seen at a customer's"),
        "{words}"
    );
    assert!(
        words.contains("there are only lists of known-malicious packages"),
        "{words}"
    );
    let stix = world.check(&["db", "export", "--format", "stix"], 0).stdout;
    world.write("theirs.stix.json", &stix);
    world.check(&["db", "import", "theirs.stix.json"], 0);
    let status = world.check(&["db", "status", "--format", "json"], 0).json();
    let names: Vec<&str> = status["sources"]
        .as_array()
        .unwrap()
        .iter()
        .map(|it| it["name"].as_str().unwrap())
        .collect();
    assert_eq!(
        (names, &status["records"], &status["whole"]),
        (vec!["ours", "theirs"], &4.into(), &true.into())
    );
    // Replaced as a whole.
    world.write("less.csv", "other,2.0.0\n");
    world.check(&["db", "import", "less.csv", "--name", "ours"], 0);
    assert_eq!(
        world
            .check(&["db", "export", "--format", "csv", "--only", "ours"], 0)
            .stdout
            .lines()
            .count(),
        2
    );
    world.check(&["check", "./package"], 1);
    world.check(&["db", "import", "--remove", "theirs"], 0);
    world.check(&["check", "./package"], 0);
    world.check(&["db", "import", "--remove", "theirs"], 2);
    let purls = world.check(&["db", "export", "--format", "purls"], 0).stdout;
    assert_eq!(purls, "pkg:npm/other@2.0.0\n");
}

#[test]
fn what_cannot_be_taken_in_changes_nothing() {
    let world = world_with(&[postmark()]);
    world.write("bad.csv", "tiny,1.0.0\nother,sometimes\n");
    let ended = world.check(&["db", "import", "bad.csv"], 2);
    assert!(
        ended.stderr.starts_with("error: bad.csv:2: `sometimes` is neither"),
        "{}",
        ended.stderr
    );
    world.check(&["db", "import", "missing.csv"], 4);
    world.check(&["db", "import", "bad.csv", "--name", "../up"], 2);
    world.check(&["db", "import", "bad.csv", "--name", "osv"], 2);
    world.check(&["db", "import", "--remove", "../../x"], 2);
    world.check(&["db", "import"], 2);
    world.write("a.csv", "a,1.0.0\n");
    world.write("b.csv", "b,1.0.0\n");
    world.check(&["db", "import", "a.csv", "b.csv"], 2);
    world.check(&["db", "import", "a.csv", "b.csv", "--name", "both"], 0);
    world.write("cut.zip", &archive(&[postmark()])[..100]);
    world.check(&["db", "import", "cut.zip"], 4);
    world.folder("records/osv/malicious/npm/x", &[("a.json", taken_back("x").as_bytes())]);
    let closed = world.path("records/osv/malicious");
    std::fs::set_permissions(&closed, std::fs::Permissions::from_mode(0o000)).unwrap();
    let is_root = std::fs::read_dir(&closed).is_ok();
    if !is_root {
        let ended = world.check(&["db", "import", "records"], 4);
        assert!(
            ended.stderr.contains("cannot read `records/osv/malicious`"),
            "{}",
            ended.stderr
        );
    }
    std::fs::set_permissions(&closed, std::fs::Permissions::from_mode(0o700)).unwrap();
    let status = world.check(&["db", "status"], 0).stdout;
    assert!(
        status.contains("known-malicious data: 3 records, less than a minute old; with the list both"),
        "{status}"
    );
}

#[test]
fn a_bomb_of_an_archive_ends() {
    let world = World::new();
    let mut zip = zip::ZipWriter::new(Cursor::new(Vec::new()));
    for (name, size) in [("a.json", 64 << 20), ("notes.txt", 1 << 20)] {
        zip.start_file(name, SimpleFileOptions::default()).unwrap();
        zip.write_all(&vec![b' '; size]).unwrap();
    }
    zip.start_file("b.json", SimpleFileOptions::default()).unwrap();
    zip.write_all(postmark().as_bytes()).unwrap();
    world.write("bomb.zip", zip.finish().unwrap().into_inner());
    let ended = world.check(&["db", "import", "bomb.zip"], 0);
    assert_eq!(ended.stderr, "`osv`: 1 record; left out: 1 that cannot be read\n");
}

#[test]
fn a_folder_is_known_by_a_file_of_it() {
    let world = World::new();
    package(&world, "innocent", "1.0.0");
    let script = std::fs::read(world.path("package/index.js")).unwrap();
    let digest = <sha2::Sha256 as sha2::Digest>::digest(&script);
    let hex: String = digest.iter().map(|byte| format!("{byte:02x}")).collect();
    let record = format!(
        r#"{{"id":"MAL-2026-11524","affected":[{{"package":{{"ecosystem":"npm","name":"keyv"}},"versions":["6.0.0"],"database_specific":{{"indicators":{{"evidence_files":[{{"path":"setup.mjs","sha256":"{hex}"}}]}}}}}}]}}"#
    );
    world.write("records/a.json", record);
    world.check(&["db", "import", "records"], 0);
    let report = judged(&world, "innocent", "1.0.0", 1);
    assert_eq!(indicators(&report), ["known-malicious/known-file"]);
    assert_eq!(report["packages"][0]["findings"][0]["evidence"][0]["path"], "index.js");
    // An archive by all of its bytes.
    world.archive(
        "tiny.tgz",
        &[
            ("package.json", &manifest("1.0.0")),
            ("index.js", b"module.exports = 1;\n"),
        ],
    );
    let bytes = std::fs::read(world.path("tiny.tgz")).unwrap();
    let digest = <sha2::Sha256 as sha2::Digest>::digest(&bytes);
    let hex: String = digest.iter().map(|byte| format!("{byte:02x}")).collect();
    world.write("hash.stix.json", format!(
        r#"{{"type":"bundle","id":"bundle--1","objects":[{{"type":"indicator","id":"indicator--1","pattern":"[file:hashes.'SHA-256' = '{hex}']"}}]}}"#
    ));
    world.check(&["db", "import", "hash.stix.json"], 0);
    let report = world.check(&["check", "./tiny.tgz", "--format", "json"], 1).json();
    assert_eq!(indicators(&report), ["known-malicious/listed"]);
}

#[test]
fn a_scan_finds_what_is_known() {
    let world = world_with(&[postmark(), taken_back("supa")]);
    let lock = r#"{"name":"p","version":"1.0.0","lockfileVersion":3,"packages":{"":{"name":"p"},
        "node_modules/postmark-mcp":{"version":"VERSION"},"node_modules/supa":{"version":"1.0.0"}}}"#;
    world.folder(
        "p",
        &[("package-lock.json", lock.replace("VERSION", "1.0.17").as_bytes())],
    );
    let ended = world.check(&["scan", "p", "--no-user"], 1);
    let said = words(&ended);
    assert!(
        said.contains("postmark-mcp@1.0.17") && said.contains("MAL-2025-47604"),
        "{said}"
    );
    assert!(!said.contains("supa@"), "it was taken back: {said}");
    assert!(
        said.contains("known-malicious data: 2 records, less than a minute old"),
        "{said}"
    );
    world.folder(
        "p",
        &[("package-lock.json", lock.replace("VERSION", "1.0.15").as_bytes())],
    );
    world.check(&["scan", "p", "--no-user"], 0);
    std::fs::write(world.path(DATABASE), "not one").unwrap();
    let ended = world.check(&["scan", "p", "--no-user"], 4);
    assert!(words(&ended).contains("is damaged"), "{}", ended.stdout);
}
