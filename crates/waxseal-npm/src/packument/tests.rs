//! Documents as registries send them, and as hostile ones could.

#![allow(clippy::unwrap_used)]

use super::*;

fn read(json: &str) -> Packument {
    Packument::parse(json.as_bytes()).unwrap()
}

/// Which versions are read, and what is noted.
fn check(json: &str, versions: &[&str], oddities: &[&str]) {
    let packument = read(json);
    assert_eq!(
        packument.versions.keys().map(String::as_str).collect::<Vec<_>>(),
        versions,
        "{json}"
    );
    assert_eq!(packument.oddities, oddities, "{json}");
}

const WHOLE: &str = r#"{
  "_id": "x", "name": "x", "dist-tags": {"latest": "1.1.0", "beta": "2.0.0-beta.1"},
  "maintainers": [{"name": "ann", "email": "ann@mail.example"}, "bob"],
  "time": {"created": "2020", "modified": "2021", "1.0.0": "2020-01-01T00:00:00.000Z", "1.0.1": "2020-02-01T00:00:00.000Z", "1.1.0": "2021-01-01T00:00:00.000Z"},
  "versions": {
    "1.0.0": {"dist": {"tarball": "https://registry.example/x-1.0.0.tgz", "shasum": "aaf4c61ddcc5e8a2dabede0f3b482cd9aea9434d"}, "engines": ["node"]},
    "1.1.0": {"dist": {"tarball": "https://registry.example/x-1.1.0.tgz", "integrity": "sha512-x", "unpackedSize": 7, "fileCount": 2},
      "deprecated": "use y", "engines": {"node": ">=18"}, "hasInstallScript": true, "_npmUser": {"name": "ann"}}
  }, "readme": "…"
}"#;

#[test]
fn a_whole_document_is_read() {
    let packument = read(WHOLE);
    assert_eq!(packument.name.as_deref(), Some("x"));
    assert_eq!(packument.dist_tags["beta"], "2.0.0-beta.1");
    let names = |people: &[Person]| people.iter().map(|it| it.name.clone()).collect::<Vec<_>>();
    assert_eq!(packument.maintainers.as_deref().map(names).unwrap(), ["ann", "bob"]);
    assert_eq!(packument.oddities, Vec::<String>::new());
    let info = &packument.versions["1.1.0"];
    assert_eq!(info.deprecated.as_deref(), Some("use y"));
    assert_eq!(
        (
            info.node.as_deref(),
            info.has_install_script,
            info.publisher.as_ref().map(|it| it.person.name.as_str())
        ),
        (Some(">=18"), true, Some("ann"))
    );
    assert_eq!((info.dist.unpacked_size, info.dist.file_count), (Some(7), Some(2)));
    assert_eq!(packument.removed(), ["1.0.1"]);
    let facts = packument.facts(&PackageRef {
        name: PackageName::parse("x").unwrap(),
        version: String::from("1.1.0"),
    });
    assert_eq!(facts.latest.as_deref(), Some("1.1.0"));
    assert_eq!((facts.versions, facts.previous.as_deref()), (2, Some("1.0.0")));
    assert_eq!(facts.published.as_deref(), Some("2021-01-01T00:00:00.000Z"));
}

#[test]
fn one_wrong_version_does_not_lose_the_others() {
    check(
        r#"{"versions": {"1.0.0": {}, "1.0.1": 7, "1.0.2": {"dist": []}}}"#,
        &["1.0.0", "1.0.2"],
        &[
            "`versions.*` is of a wrong type or too large",
            "`versions.*.dist` is of a wrong type or too large",
        ],
    );
    let wrong_dist = r#"{"versions": {"1.0.0": {"dist": {"tarball": 1, "integrity": {}, "shasum": [], "unpackedSize": -1, "fileCount": 1.5}}}}"#;
    let packument = read(wrong_dist);
    assert_eq!(packument.versions["1.0.0"].dist, Dist::default());
    assert_eq!(packument.oddities.len(), 5);
}

#[test]
fn wrong_types_everywhere_are_noted() {
    check(
        r#"{"name": 1, "dist-tags": "x", "versions": [], "time": 4, "maintainers": {}}"#,
        &[],
        &[
            "`name` is of a wrong type or too large",
            "`dist-tags` is of a wrong type or too large",
            "`maintainers` is of a wrong type or too large",
            "`versions` is of a wrong type or too large",
            "`time` is of a wrong type or too large",
        ],
    );
    check(r#"{"name": null, "versions": null}"#, &[], &[]);
    check(
        r#"{"versions": {"1.0.0": {"deprecated": {"a": 1}, "engines": "x", "_npmUser": 3}}}"#,
        &["1.0.0"],
        &[
            "`versions.*.engines` is of a wrong type or too large",
            "`versions.*._npmUser` is of a wrong type or too large",
        ],
    );
}

#[test]
fn the_last_of_two_equal_keys_wins() {
    let packument = read(
        r#"{"name": "a", "name": "b", "versions": {"1.0.0": {"deprecated": "x"}, "1.0.0": {"dist": {}, "dist": {"shasum": "s"}}}}"#,
    );
    assert_eq!(packument.name.as_deref(), Some("b"));
    assert_eq!(packument.versions["1.0.0"].deprecated, None);
    assert_eq!(packument.versions["1.0.0"].dist.shasum.as_deref(), Some("s"));
}

#[test]
fn giant_fields_are_left_out() {
    let giant = "g".repeat(5 << 20);
    let json = format!(
        r#"{{"name": "{giant}", "readme": "{giant}", "versions": {{"1.0.0": {{"dist": {{"tarball": "{giant}"}}}}, "{giant}": {{}}}}}}"#
    );
    check(
        &json,
        &["1.0.0"],
        &[
            "`name` is of a wrong type or too large",
            "`versions` has more entries than are read",
            "`versions.*.dist.tarball` is of a wrong type or too large",
        ],
    );
}

#[test]
fn deep_nesting_neither_overflows_nor_fails() {
    let deep = format!("{}{}", "[".repeat(200_000), "]".repeat(200_000));
    check(
        &format!(
            r#"{{"readme": {deep}, "name": {deep}, "versions": {{"1.0.0": {deep}, "1.0.1": {{"dist": {{"tarball": {deep}}}}}}}}}"#
        ),
        &["1.0.1"],
        &[
            "`name` is of a wrong type or too large",
            "`versions.*` is of a wrong type or too large",
            "`versions.*.dist.tarball` is of a wrong type or too large",
        ],
    );
}

#[test]
fn broken_unicode_is_mended_as_javascript_takes_it() {
    let packument = read(r#"{"name": "a\ud800b", "dist-tags": {"\udc00": "\ud83d\ude00", "c": "\\ud800"}}"#);
    assert_eq!(packument.name.as_deref(), Some("a\u{fffd}b"));
    assert_eq!(packument.dist_tags["\u{fffd}"], "\u{1f600}");
    assert_eq!(packument.dist_tags["c"], "\\ud800");
    assert!(Packument::parse(b"{\"name\": \"\xff\"}").is_ok());
}

#[test]
fn an_unpublished_package_leaves_a_tombstone() {
    let tombstone = read(
        r#"{"time": {"1.0.0": "2020", "unpublished": {"name": "x", "time": "2021-05-01", "versions": ["1.0.0"]}}}"#,
    );
    assert_eq!(tombstone.unpublished.as_deref(), Some("2021-05-01"));
    assert_eq!(
        read(r#"{"time": {"unpublished": 7}}"#).unpublished.as_deref(),
        Some("an unknown day")
    );
    assert_eq!(read(r#"{"time": {"unpublished": null}}"#).unpublished, None);
    assert_eq!(read(WHOLE).unpublished, None);
}

#[test]
fn a_security_holder_has_no_other_version() {
    assert!(read(r#"{"versions": {"0.0.1-security": {}}}"#).is_security_holder());
    assert!(read(r#"{"versions": {"0.0.1-security.0": {}, "0.0.1-security": {}}}"#).is_security_holder());
    assert!(!read(r#"{"versions": {"0.0.1-security": {}, "1.0.0": {}}}"#).is_security_holder());
    assert!(!read("{}").is_security_holder());
}

#[test]
fn what_is_no_object_is_malformed() {
    for (bytes, reason) in [
        ("", "it ends too early (line 1, column 0)"),
        ("{", "it ends too early (line 1, column 1)"),
        ("[]", "it is not an object"),
        ("null", "it is not an object"),
        ("<html>", "it is not JSON (line 1, column 1)"),
        ("{} {}", "it is not JSON (line 1, column 4)"),
    ] {
        assert_eq!(
            Packument::parse(bytes.as_bytes()).unwrap_err().reason,
            reason,
            "{bytes}"
        );
    }
}
