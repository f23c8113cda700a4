//! Documents in every shape that registries give, read as a history.

#![allow(clippy::unwrap_used)]

use waxseal_model::Tombstone;

use super::*;

fn history(json: &str) -> PackageHistory {
    Packument::parse(json.as_bytes()).unwrap().history()
}

/// What is not served, and which releases there are, those that are gone in brackets.
fn check(json: &str, unserved: &[Unserved], releases: &[&str]) {
    let history = history(json);
    assert_eq!(history.unserved, unserved, "{json}");
    let shown: Vec<String> = history
        .releases
        .iter()
        .map(|it| {
            if it.listed {
                it.version.clone()
            } else {
                format!("({})", it.version)
            }
        })
        .collect();
    assert_eq!(shown, releases, "{json}");
}

const WHOLE: &str = r##"{
  "name": "x", "description": "sends letters", "readme": "# x",
  "maintainers": [{"name": "ann", "email": "ann@mail.example"}],
  "time": {"created": "2020-01-01T00:00:00.000Z", "modified": "2021-01-02T00:00:00.000Z", "1.1.0": "2021-01-01T00:00:00.500Z",
    "1.0.0": "2020-01-01T00:00:00Z", "1.0.1": "2020-02-01T01:00:00+01:00"},
  "versions": {
    "1.0.0": {"_npmUser": {"name": "ann", "email": "ann@mail.example"}, "maintainers": [{"name": "ann", "email": "ann@mail.example"}, "bob <bob@mail.example>"],
      "gitHead": "0123456789abcdef0123456789abcdef01234567", "repository": "github:x/x", "dist": {"signatures": [{"keyid": "k", "sig": "s"}]}},
    "1.1.0": {"_npmUser": {"name": "GitHub Actions", "email": "no-reply@builds.example", "trustedPublisher": {"id": "github", "oidcConfigId": "oidc:1"}},
      "repository": {"type": "git", "url": "git+https://code.example/x.git"}, "hasInstallScript": true, "deprecated": "no",
      "dist": {"signatures": [], "attestations": {"url": "https://registry.example/a", "provenance": {"predicateType": "https://slsa.dev/provenance/v1"}}}}
  }
}"##;

#[test]
fn a_whole_document_tells_everything() {
    check(WHOLE, &[], &["1.0.0", "(1.0.1)", "1.1.0"]);
    let history = history(WHOLE);
    assert_eq!(history.created, Some(Moment(1_577_836_800)));
    assert_eq!(history.maintainers.as_ref().unwrap()[0].name, "ann");
    assert_eq!(
        (history.description.as_deref(), history.readme.as_deref()),
        (Some("sends letters"), Some("# x"))
    );
    let first = history.release("1.0.0").unwrap();
    let people: Vec<(&str, Option<&str>)> = first
        .maintainers
        .iter()
        .flatten()
        .map(|it| (it.name.as_str(), it.email.as_deref()))
        .collect();
    assert_eq!(
        people,
        [("ann", Some("ann@mail.example")), ("bob", Some("bob@mail.example"))]
    );
    assert_eq!(first.publisher.as_ref().unwrap().trusted, None);
    assert_eq!(
        first.git_head.as_deref(),
        Some("0123456789abcdef0123456789abcdef01234567")
    );
    assert_eq!(
        (first.repository.as_deref(), first.signatures, first.attested),
        (Some("github:x/x"), Some(1), false)
    );
    assert_eq!(history.release("1.0.1").unwrap().published, Some(Moment(1_580_515_200)));
    let last = history.release("1.1.0").unwrap();
    let publisher = last.publisher.as_ref().unwrap();
    assert_eq!(
        (publisher.person.name.as_str(), publisher.trusted.as_deref()),
        ("GitHub Actions", Some("github"))
    );
    assert_eq!(last.repository.as_deref(), Some("git+https://code.example/x.git"));
    assert_eq!(
        (last.signatures, last.attested, last.has_install_script),
        (Some(0), true, true)
    );
    assert_eq!(last.deprecated.as_deref(), Some("no"));
}

#[test]
fn what_stands_nowhere_is_not_served() {
    use Unserved::{Maintainers, Publishers, Removed, Signatures, Times};
    let all = [Times, Maintainers, Publishers, Removed, Signatures];
    check(r#"{"versions": {"1.0.0": {}, "1.0.1": {}}}"#, &all, &["1.0.0", "1.0.1"]);
    // A mirror's own times.
    check(
        r#"{"versions": {"1.0.0": {}}, "time": {"1.0.0": "2026-07-30T21:20:07.323000+00:00"}}"#,
        &all,
        &["1.0.0"],
    );
    // Verdaccio keeps no time of what was removed, whoever published.
    let verdaccio = r#"{"time": {"modified": "2026-01-02T00:00:00Z", "created": "2026-01-01T00:00:00Z", "1.0.0": "2026-01-01T00:00:00Z"},
      "versions": {"1.0.0": {"_npmUser": {"name": "ann", "email": "ann@mail.example"}, "maintainers": [{"name": "ann"}]}}}"#;
    check(verdaccio, &[Removed, Signatures], &["1.0.0"]);
    // What was removed shows that it is kept.
    let kept = r#"{"time": {"created": "2026-01-01T00:00:00Z", "1.0.0": "2026-01-01T00:00:00Z", "1.0.1": "2026-01-01T00:00:00Z"}, "versions": {"1.0.0": {}}}"#;
    check(kept, &[Maintainers, Publishers, Signatures], &["1.0.0", "(1.0.1)"]);
    check(
        r#"{"maintainers": [], "versions": {"1.0.0": {"_npmUser": {"email": "x"}}}}"#,
        &all,
        &["1.0.0"],
    );
}

#[test]
fn a_tombstone_says_when_by_whom_and_what_there_was() {
    let json = r#"{"name": "x", "time": {"created": "2025-09-15T08:00:00Z", "1.0.0": "2025-09-15T08:00:00Z",
      "unpublished": {"name": "ann", "time": "2025-09-25T03:31:54.000Z", "tags": {"latest": "1.0.1"},
        "maintainers": [{"name": "ann", "email": "ann@mail.example"}], "versions": ["1.0.0", "1.0.1", "bad\u0007"]}}}"#;
    check(json, &[], &["(1.0.0)"]);
    let tombstone = history(json).unpublished.unwrap();
    assert_eq!(tombstone.time, Some(Moment(1_758_771_114)));
    assert_eq!((tombstone.by.as_deref(), tombstone.versions.len()), (Some("ann"), 2));
    assert_eq!(tombstone.maintainers[0].name, "ann");
    for odd in ["7", "true", "[]", r#"{"versions": 7, "time": 8, "maintainers": "x"}"#] {
        let json = format!(r#"{{"time": {{"unpublished": {odd}}}}}"#);
        assert_eq!(history(&json).unpublished, Some(Tombstone::default()), "{odd}");
    }
    assert_eq!(
        history(r#"{"time": {"unpublished": {"versions": {"1.0.0": "x"}}}}"#)
            .unpublished
            .unwrap()
            .versions,
        ["1.0.0"]
    );
}

#[test]
fn a_held_name_has_nothing_more_to_tell() {
    check(r#"{"versions": {"0.0.1-security": {}}}"#, &[], &["0.0.1-security"]);
    assert!(history(r#"{"versions": {"0.0.1-security.0": {}}}"#).security_holder);
}

#[test]
fn times_are_read_leniently() {
    for (text, seconds) in [
        ("2020-01-01T00:00:00.000Z", Some(1_577_836_800)),
        ("2020-01-01T00:00:00.123456+00:00", Some(1_577_836_800)),
        ("2020-01-01 00:00:00Z", Some(1_577_836_800)),
        (" 2020-01-01T02:00:00+02:00 ", Some(1_577_836_800)),
        ("2020-01-01T00:00:00", Some(1_577_836_800)),
        ("2020-01-01", Some(1_577_836_800)),
        ("1969-12-31T23:59:59Z", Some(-1)),
        ("2020", None),
        ("2020-13-01T00:00:00Z", None),
        ("yesterday", None),
        ("", None),
        ("99999-01-01T00:00:00Z", None),
        (&format!("2020-01-01T00:00:00.{}Z", "0".repeat(100)), None),
    ] {
        assert_eq!(moment(text), seconds.map(Moment), "{text}");
    }
}

#[test]
fn what_is_kept_of_a_hostile_document_is_bounded() {
    let long = "ü".repeat(40_000);
    let json = format!(
        r#"{{"description": "{long}", "readme": "{long}", "maintainers": [7, {{"name": "{}"}}, {{"name": ""}}, null],
          "versions": {{"1.0.0": {{"_npmUser": {{"name": "{0}", "email": "{0}", "trustedPublisher": {{"id": "{0}"}}}}, "gitHead": "x",
            "repository": {{"url": "{long}"}}, "maintainers": {{}}}}, "1.0.1": {{"repository": [1], "_npmUser": null, "gitHead": 5}}}}}}"#,
        "a".repeat(9_000)
    );
    let history = history(&json);
    assert!(history.readme.unwrap().len() <= 64 << 10 && history.description.unwrap().len() <= 64 << 10);
    let release = &history.releases[0];
    let publisher = release.publisher.as_ref().unwrap();
    assert_eq!(publisher.person.name.len(), 214);
    assert_eq!(publisher.person.email.as_ref().unwrap().len(), 320);
    assert_eq!(publisher.trusted.as_ref().unwrap().len(), 214);
    assert_eq!(
        (&release.git_head, &release.maintainers, &release.repository),
        (&None, &None, &None)
    );
    assert_eq!(history.maintainers.unwrap().len(), 1);
}

#[test]
fn a_readme_that_says_there_is_none_is_none() {
    assert_eq!(
        history(r#"{"readme": "ERROR: No README data found!", "description": ""}"#).readme,
        None
    );
}
