//! What lies there against what the lockfile says.

use waxseal_model::{DifferenceKind, OccurrenceSource, PlaceContents};
use waxseal_npm::installed::Expected;

use crate::folder::Folder;

fn expected(path: &str, name: &str, version: &str) -> Expected {
    Expected {
        path: path.to_owned(),
        name: name.to_owned(),
        version: Some(version.to_owned()),
        optional: false,
        dev: false,
        integrity: Some(format!("sha512-{name}")),
        source: OccurrenceSource::Registry,
    }
}

/// `kind path name expected found`.
fn lines(contents: &PlaceContents) -> Vec<String> {
    let text = |it: &Option<String>| it.clone().unwrap_or_else(|| String::from("-"));
    let line = |it: &waxseal_model::Difference| {
        format!(
            "{:?} {} {} {} {}",
            it.kind,
            it.path,
            it.name,
            text(&it.expected),
            text(&it.found)
        )
    };
    contents.differences.iter().map(line).collect()
}

#[test]
fn what_is_as_locked_takes_its_integrity_and_source() {
    let folder = Folder::new();
    folder.package("node_modules/a", "a", "1.0.0");
    let contents = folder.compare(&[expected("node_modules/a", "a", "1.0.0")]);
    assert_eq!(lines(&contents), [""; 0]);
    assert_eq!(contents.packages[0].integrity.as_deref(), Some("sha512-a"));
    assert_eq!(contents.packages[0].source, OccurrenceSource::Registry);
}

#[test]
fn another_version_another_name_one_more_and_one_less() {
    let folder = Folder::new();
    folder
        .package("node_modules/a", "a", "1.0.1")
        .package("node_modules/b", "innocent", "1.0.0")
        .package("node_modules/c", "c", "1.0.0");
    let locked = [
        expected("node_modules/a", "a", "1.0.0"),
        expected("node_modules/b", "b", "1.0.0"),
        expected("node_modules/d", "d", "1.0.0"),
    ];
    let contents = folder.compare(&locked);
    assert_eq!(
        lines(&contents),
        [
            "OtherVersion node_modules/a a 1.0.0 1.0.1",
            "OtherVersion node_modules/b b b@1.0.0 innocent@1.0.0",
            "NotLocked node_modules/c c - 1.0.0",
            "NotInstalled node_modules/d d 1.0.0 -",
        ]
    );
    // What is not as locked has no hash of the lockfile's.
    assert_eq!(contents.packages[0].integrity, None);
}

#[test]
fn what_is_optional_or_left_out_for_production_may_be_missing() {
    let folder = Folder::new();
    folder.package("node_modules/a", "a", "1.0.0");
    let optional = Expected {
        optional: true,
        ..expected("node_modules/for-another-system", "b", "1.0.0")
    };
    let dev = |name: &str| Expected {
        dev: true,
        ..expected(&format!("node_modules/{name}"), name, "1.0.0")
    };
    let locked = [expected("node_modules/a", "a", "1.0.0"), optional, dev("c"), dev("d")];
    assert_eq!(lines(&folder.compare(&locked)), [""; 0]);
    // Where one of them is installed, the others are missing.
    folder.package("node_modules/c", "c", "1.0.0");
    assert_eq!(
        lines(&folder.compare(&locked)),
        ["NotInstalled node_modules/d d 1.0.0 -"]
    );
}

#[test]
fn workspaces_are_no_difference() {
    let folder = Folder::new();
    folder
        .package("packages/w", "w", "0.1.0")
        .link("node_modules/w", "../packages/w");
    let workspace = Expected {
        source: OccurrenceSource::Local(String::from("packages/w")),
        ..expected("packages/w", "w", "0.0.9")
    };
    let link = Expected {
        version: None,
        source: OccurrenceSource::Local(String::from("packages/w")),
        ..expected("node_modules/w", "w", "")
    };
    assert_eq!(lines(&folder.compare(&[workspace, link])), [""; 0]);
}

#[test]
fn formats_without_folders_are_compared_by_name_and_version() {
    let folder = Folder::new();
    folder
        .put("package.json", r#"{"dependencies":{"a":"^1"}}"#)
        .put(
            "node_modules/a/package.json",
            r#"{"name":"a","version":"1.0.0","dependencies":{"needed":"*"}}"#,
        )
        .package("node_modules/b", "b", "2.0.1")
        .package("node_modules/c", "c", "3.0.0");
    let locked = [
        expected("", "a", "1.0.0"),
        expected("", "b", "2.0.0"),
        expected("", "b", "1.9.0"),
        expected("", "needed", "4.0.0"),
        // Nobody who is there needs it: optional, as yarn 1 does not say.
        expected("", "for-another-system", "5.0.0"),
    ];
    let contents = folder.compare(&locked);
    assert_eq!(
        lines(&contents),
        [
            "NotInstalled  needed 4.0.0 -",
            "OtherVersion node_modules/b b 1.9.0, 2.0.0 2.0.1",
            "NotLocked node_modules/c c - 3.0.0",
        ]
    );
    assert_eq!(contents.packages[0].integrity.as_deref(), Some("sha512-a"));
}

#[test]
fn a_project_that_was_never_installed_differs_in_nothing() {
    let folder = Folder::new();
    let contents = folder.compare(&[expected("node_modules/a", "a", "1.0.0")]);
    assert_eq!(lines(&contents), [""; 0]);
    std::fs::create_dir(folder.at("node_modules")).unwrap();
    let contents = folder.compare(&[expected("node_modules/a", "a", "1.0.0")]);
    assert_eq!(contents.differences[0].kind, DifferenceKind::NotInstalled);
}

#[test]
fn npm_s_linked_strategy_is_compared_by_name_too() {
    let folder = Folder::new();
    folder
        .package("node_modules/.store/a@1.0.0-x/node_modules/a", "a", "1.0.0")
        .package("node_modules/.store/b@2.0.1-x/node_modules/b", "b", "2.0.1")
        .link("node_modules/a", ".store/a@1.0.0-x/node_modules/a");
    let locked = [
        expected("node_modules/a", "a", "1.0.0"),
        expected("node_modules/b", "b", "2.0.0"),
    ];
    assert_eq!(
        lines(&folder.compare(&locked)),
        ["OtherVersion node_modules/.store/b@2.0.1-x/node_modules/b b 2.0.0 2.0.1"]
    );
}
