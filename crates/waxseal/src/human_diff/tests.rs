//! What a reader sees first, and what is folded away.

use waxseal_model::{HumanDiff, LineTag};

use super::{File, Mark, human_diff};

fn file<'a>(path: &'a str, text: &'a str) -> File<'a> {
    let mut digest = [0; 16];
    for (idx, byte) in text.bytes().enumerate() {
        digest[idx % 16] = u8::wrapping_mul(digest[idx % 16], 31).wrapping_add(byte);
    }
    File {
        path,
        bytes: text.as_bytes(),
        digest,
        code: path.ends_with(".js"),
    }
}

fn mark(path: &str, line: u32, column: u32) -> Mark {
    Mark {
        rank: 0,
        path: path.to_owned(),
        line,
        column,
        reason: "a recipient in Bcc".to_owned(),
    }
}

fn folded(diff: &HumanDiff, reason: &str) -> u32 {
    diff.folded
        .iter()
        .find(|folded| folded.reason == reason)
        .map_or(0, |folded| folded.hunks)
}

#[test]
fn an_added_recipient_is_the_first_hunk_and_documentation_is_folded() {
    let old = [
        file("README.md", "one\n"),
        file("index.js", "const message = {\n  To: to,\n};\nsend(message);\n"),
    ];
    let new = [
        file("README.md", "two\n"),
        file(
            "index.js",
            "const message = {\n  To: to,\n  Bcc: 'archive@collector.example',\n};\nsend(message);\n",
        ),
    ];
    let diff = human_diff(&old, &new, &[mark("index.js", 3, 8)]);
    assert_eq!(diff.hunks.len(), 1);
    assert_eq!(diff.hunks[0].reasons, ["a recipient in Bcc"]);
    let added: Vec<&str> = diff.hunks[0]
        .lines
        .iter()
        .filter(|line| line.tag == LineTag::Added)
        .map(|line| line.text.as_str())
        .collect();
    assert_eq!(added, ["  Bcc: 'archive@collector.example',"]);
    assert_eq!(folded(&diff, "documentation"), 1);
}

#[test]
fn a_rebuilt_bundle_shows_only_what_was_added() {
    let part = |a: &str, b: &str, more: &str| {
        let filler: String = (0..60)
            .map(|idx| format!("function f{idx}({a},{b}){{return {a}.p{idx}({b})+{idx}}}"))
            .collect();
        format!("{filler}var m={{To:{a},Subject:{b}{more}}};send(m);")
    };
    let before = part("e", "t", "");
    let after = part("n", "r", ",Bcc:\"archive@collector.example\"");
    let column = u32::try_from(after.find("Bcc").expect("there")).expect("short") + 1;
    let diff = human_diff(
        &[file("dist/x.js", &before)],
        &[file("dist/x.js", &after)],
        &[mark("dist/x.js", 1, column)],
    );
    assert_eq!(diff.hunks.len(), 1, "{:#?}", diff.hunks);
    let shown: String = diff.hunks[0].lines.iter().map(|line| line.text.as_str()).collect();
    assert!(shown.contains("archive@collector.example"), "{shown}");
    assert!(diff.hunks[0].formatted);
}

#[test]
fn a_chunk_with_another_hash_in_its_name_is_the_same_chunk() {
    let diff = human_diff(
        &[file("dist/chunk-AB12CD34.js", "run(1);\n")],
        &[file("dist/chunk-EF56AB78.js", "run(1);\nstop(2);\n")],
        &[],
    );
    assert_eq!(diff.hunks.len(), 1);
    assert_eq!(
        diff.hunks[0]
            .lines
            .iter()
            .filter(|line| line.tag == LineTag::Added)
            .count(),
        1
    );
}

#[test]
fn a_moved_or_reindented_file_has_no_hunks() {
    let moved = human_diff(&[file("a.js", "same();\n")], &[file("lib/a.js", "same();\n")], &[]);
    assert_eq!(moved, HumanDiff::default());
    let indented = human_diff(&[file("a.js", "same();\n")], &[file("a.js", "    same();\n")], &[]);
    assert_eq!(
        indented,
        HumanDiff {
            same_code: 1,
            ..HumanDiff::default()
        }
    );
}

#[test]
fn a_renamed_local_in_a_written_file_is_folded_but_another_string_is_not() {
    let renamed = human_diff(&[file("a.js", "go(e, 'x');\n")], &[file("a.js", "go(t, 'x');\n")], &[]);
    assert_eq!((renamed.hunks.len(), folded(&renamed, "renamed identifiers")), (0, 1));
    let string = human_diff(&[file("a.js", "go(e, 'x');\n")], &[file("a.js", "go(e, 'y');\n")], &[]);
    assert_eq!((string.hunks.len(), folded(&string, "renamed identifiers")), (1, 0));
}

#[test]
fn a_mark_deep_in_an_added_file_is_shown_alone_and_the_rest_is_counted() {
    let text: String = (1..=300).map(|line| format!("statement({line});\n")).collect();
    let diff = human_diff(&[], &[file("new.js", &text)], &[mark("new.js", 150, 1)]);
    let first = &diff.hunks[0];
    assert_eq!(first.reasons.len(), 1);
    assert!(first.lines.iter().any(|line| line.text == "statement(150);"));
    assert!(first.lines.len() < 20, "{}", first.lines.len());
}

#[test]
fn many_unmarked_hunks_are_counted_not_shown() {
    let text = |suffix: &str| -> String {
        (0..100)
            .map(|idx| format!("keep({idx});\nkeep_{idx}();\nkeep2_{idx}();\nchanged{suffix}({idx});\n"))
            .collect()
    };
    let (before, after) = (text("_before"), text("_after"));
    let diff = human_diff(&[file("a.js", &before)], &[file("a.js", &after)], &[]);
    assert!(diff.hunks.len() <= 12);
    assert_eq!(folded(&diff, "other code") as usize + diff.hunks.len(), 100);
}
