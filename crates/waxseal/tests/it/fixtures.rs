//! Every re-created attack is blocked, naming the mailbox or host, the file and the line; every clean twin is allowed and complete.
//! `fixtures/expected.tsv` says what to expect.

use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::Value;

/// One line of the table.
struct Expected {
    id: String,
    decision: String,
    value: Option<String>,
    file: Option<String>,
    line: Option<u64>,
    source: Option<String>,
}

fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
        .join("../..")
        .canonicalize()
        .expect("the workspace exists")
}

fn expected() -> Vec<Expected> {
    let table = std::fs::read_to_string(root().join("fixtures/expected.tsv")).expect("the table is there");
    let rows: Vec<Expected> = table
        .lines()
        .skip(1)
        .map(|line| {
            let cells: Vec<&str> = line.split('\t').collect();
            let cell = |idx: usize| Some(cells[idx].to_owned()).filter(|text| text != "-");
            Expected {
                id: cells[0].to_owned(),
                decision: cells[3].to_owned(),
                value: cell(4),
                file: cell(5),
                line: cell(6).map(|text| text.parse().expect("a line number")),
                source: cell(7),
            }
        })
        .collect();
    assert!(
        rows.iter().filter(|row| row.decision == "block").count() >= 30,
        "the table lost its attacks"
    );
    assert!(
        rows.iter().filter(|row| row.decision == "allow").count() >= 10,
        "the table lost its clean twins"
    );
    rows
}

fn build(into: &Path) {
    let output = Command::new(root().join("scripts/fixtures"))
        .args(["--tgz".as_ref(), into.as_os_str()])
        .output()
        .expect("the fixtures' script runs");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
}

/// The report's only package, and the exit status.
fn waxseal(arguments: &[&str]) -> (Value, i32) {
    let home = tempfile::tempdir().expect("a folder");
    let output = Command::new(env!("CARGO_BIN_EXE_waxseal"))
        .args(arguments)
        .args(["--offline", "--format", "json"])
        .env("HOME", home.path())
        .env("XDG_CACHE_HOME", home.path())
        .current_dir(home.path())
        .output()
        .expect("waxseal runs");
    let report: Value = serde_json::from_slice(&output.stdout)
        .unwrap_or_else(|err| panic!("{err}: {}", String::from_utf8_lossy(&output.stderr)));
    (
        report["packages"][0].clone(),
        output.status.code().expect("an exit status"),
    )
}

/// What is wrong with one answer, if something is.
fn problem(row: &Expected, entry: &Value, status: i32, line_matters: bool) -> Option<String> {
    if entry["decision"] != row.decision.as_str() || entry["complete"] != true {
        let raised: Vec<String> = entry["findings"]
            .as_array()
            .into_iter()
            .flatten()
            .filter(|finding| finding["severity"] != "info")
            .map(|finding| {
                format!(
                    "{} {}: {}",
                    finding["severity"], finding["indicator"], finding["summary"]
                )
            })
            .collect();
        return Some(format!(
            "{} is {} (complete: {}), not {}: {raised:#?} {}",
            row.id, entry["decision"], entry["complete"], row.decision, entry["gaps"]
        ));
    }
    if status != i32::from(row.decision == "block") {
        return Some(format!("{} ends with exit status {status}", row.id));
    }
    if row.decision != "block" {
        return None;
    }
    let value = row.value.as_deref()?;
    let blocked = entry["findings"]
        .as_array()
        .into_iter()
        .flatten()
        .filter(|finding| finding["decision"] == "block");
    let proofs: Vec<&Value> = blocked
        .flat_map(|finding| finding["evidence"].as_array().into_iter().flatten())
        .collect();
    let named: Vec<&&Value> = proofs
        .iter()
        .filter(|proof| {
            let values = proof["values"]
                .as_object()
                .into_iter()
                .flat_map(|values| values.values());
            values.filter_map(Value::as_str).any(|text| text.contains(value))
        })
        .collect();
    if named.is_empty() {
        return Some(format!("{} does not name {value}: {proofs:#?}", row.id));
    }
    let source = row.source.as_deref().and_then(|source| source.rsplit_once(':'));
    let placed = named.iter().any(|proof| {
        let at = |file: Option<&str>, line: Option<u64>| {
            proof["path"].as_str() == file && (!line_matters || proof["line"].as_u64() == line)
        };
        at(row.file.as_deref(), row.line) || source.is_some_and(|(file, line)| at(Some(file), line.parse().ok()))
    });
    (!placed).then(|| {
        format!(
            "{} names {value}, but not at {:?}:{:?}: {named:#?}",
            row.id, row.file, row.line
        )
    })
}

fn check_all(arguments: impl Fn(&Path) -> Vec<String>) {
    let folder = tempfile::tempdir().expect("a folder");
    build(folder.path());
    let problems: Vec<String> = expected()
        .iter()
        .filter_map(|row| {
            let arguments = arguments(&folder.path().join(&row.id));
            let (entry, status) = waxseal(&arguments.iter().map(String::as_str).collect::<Vec<_>>());
            problem(row, &entry, status, true)
        })
        .collect();
    assert!(
        problems.is_empty(),
        "{} of {}:\n{}",
        problems.len(),
        expected().len(),
        problems.join("\n\n")
    );
}

fn text(path: PathBuf) -> String {
    path.to_str().expect("a path in UTF-8").to_owned()
}

#[test]
fn every_update_to_a_malicious_release_is_blocked_and_every_clean_update_is_allowed() {
    check_all(|folder| {
        vec![
            "diff".to_owned(),
            text(folder.join("old.tgz")),
            text(folder.join("new.tgz")),
        ]
    });
}

#[test]
fn a_malicious_release_is_blocked_without_its_predecessor_too() {
    check_all(|folder| vec!["check".to_owned(), "--no-run".to_owned(), text(folder.join("new.tgz"))]);
}

#[test]
fn a_folder_is_judged_as_its_archive_is() {
    check_all(|folder| vec!["diff".to_owned(), text(folder.join("old")), text(folder.join("new"))]);
}

#[test]
fn a_release_compared_with_itself_is_silent() {
    let folder = tempfile::tempdir().expect("a folder");
    build(folder.path());
    for row in expected() {
        let new = text(folder.path().join(&row.id).join("new.tgz"));
        let (entry, _) = waxseal(&["diff", &new, &new]);
        for part in ["gained", "lost", "manifest"] {
            assert_eq!(
                entry["change"][part].as_array().map(Vec::len),
                Some(0),
                "{}: {part}",
                row.id
            );
        }
        let new_findings = entry["findings"]
            .as_array()
            .expect("findings")
            .iter()
            .filter(|finding| finding["new"] == true);
        assert_eq!(new_findings.count(), 0, "{}", row.id);
    }
}
