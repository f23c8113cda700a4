//! The choice npm makes, and what is said where it makes none.

#![allow(clippy::unwrap_used)]

use super::*;

fn packument(json: &str) -> Packument {
    Packument::parse(json.as_bytes()).unwrap()
}

fn name() -> PackageName {
    PackageName::parse("x").unwrap()
}

/// `versions` are texts, `!` before one marks it deprecated, `~` says it wants Node 22.
fn with_versions(latest: &str, versions: &[&str]) -> Packument {
    let mut made = packument("{}");
    made.dist_tags.insert(String::from("latest"), latest.to_owned());
    made.dist_tags.insert(String::from("next"), String::from("2.0.0-rc.1"));
    for version in versions {
        let info = VersionInfo {
            deprecated: version.starts_with('!').then(|| String::from("old")),
            node: version.starts_with('~').then(|| String::from(">=22")),
            ..VersionInfo::default()
        };
        made.versions
            .insert(version.trim_start_matches(['!', '~']).to_owned(), info);
    }
    made
}

fn check(packument: &Packument, spec: &str, expected: &str) {
    let wanted = Wanted::parse(spec).unwrap();
    let pick = Pick {
        node: Some(String::from("20.1.0")),
        ..Pick::default()
    };
    let found = resolve_with(packument, &name(), &wanted, &pick)
        .map(|package| package.version)
        .unwrap_or_else(|err| {
            assert!(!err.hint().is_empty());
            err.to_string()
        });
    assert_eq!(found, expected, "{spec}");
}

#[test]
fn the_highest_version_in_a_range_unless_latest_fits() {
    let made = with_versions("1.2.0", &["1.0.0", "1.2.0", "1.3.0", "2.0.0", "2.0.0-rc.1", "0.9.0"]);
    check(&made, "^1", "1.2.0");
    check(&made, "^1.2.1", "1.3.0");
    check(&made, ">=1", "1.2.0");
    check(&made, "", "1.2.0");
    check(&made, "*", "1.2.0");
    check(&made, "<1", "0.9.0");
    check(&made, "next", "2.0.0-rc.1");
    check(&made, "2.0.0-rc.1", "2.0.0-rc.1");
    check(&made, ">=2.0.0-rc.0 <2.0.0", "2.0.0-rc.1");
    check(&made, "v1.0.0", "1.0.0");
}

#[test]
fn deprecated_versions_and_those_for_another_node_come_last() {
    let made = with_versions("1.2.0", &["1.0.0", "1.1.0", "!1.2.0", "~1.3.0"]);
    check(&made, "^1", "1.1.0");
    check(&made, "", "1.1.0");
    check(&made, ">=1.2", "1.2.0");
    check(&made, ">1.2.0", "1.3.0");
    check(&with_versions("1.0.0", &["!1.0.0", "!0.9.0"]), "", "1.0.0");
}

#[test]
fn latest_may_be_a_prerelease_for_no_request_only() {
    let made = with_versions("2.0.0-rc.1", &["1.0.0", "2.0.0-rc.1"]);
    check(&made, "", "2.0.0-rc.1");
    check(&made, "*", "2.0.0-rc.1");
    check(&made, ">=1", "1.0.0");
    check(&made, "latest", "2.0.0-rc.1");
}

#[test]
fn what_is_not_there_names_the_nearest() {
    let made = with_versions("1.2.0", &["1.0.0", "1.2.0", "3.0.0"]);
    check(&made, "2.0.0", "`x` has no version `2.0.0`");
    let nearest = |spec: &str| match resolve(&made, &name(), &Wanted::parse(spec).unwrap()) {
        Err(RegistryError::NoSuchVersion { nearest, .. }) => nearest,
        other => panic!("{other:?}"),
    };
    assert_eq!(nearest("2.0.0").as_deref(), Some("1.2.0"));
    assert_eq!(nearest("^2.1").as_deref(), Some("1.2.0"));
    assert_eq!(nearest("0.1.0").as_deref(), Some("1.0.0"));
    assert_eq!(nearest("beta").as_deref(), Some("1.2.0"));
}

#[test]
fn removed_unpublished_and_held_are_told_apart() {
    let removed = packument(r#"{"versions": {"1.0.0": {}}, "time": {"1.0.0": "2020", "1.0.1": "2021-02-03"}}"#);
    check(
        &removed,
        "1.0.1",
        "`x@1.0.1` was published on 2021-02-03 and has been removed",
    );
    check(&removed, "1.0.2", "`x` has no version `1.0.2`");
    let unpublished = packument(r#"{"time": {"unpublished": {"time": "2022-01-01"}}}"#);
    check(&unpublished, "", "`x` was unpublished on 2022-01-01");
    check(&packument("{}"), "", "`x` has no published version");
    let held = with_versions("0.0.1-security", &["0.0.1-security"]);
    check(
        &held,
        "",
        "`x` was removed for security reasons, and the registry holds its name with `0.0.1-security`",
    );
    check(
        &held,
        "1.0.0",
        "`x` was removed for security reasons, and the registry holds its name with `0.0.1-security`",
    );
}

#[test]
fn the_previous_release_is_stable_for_a_stable_one() {
    let made = with_versions(
        "1.2.0",
        &["1.0.0", "1.2.0", "1.2.0-rc.1", "1.2.0-rc.2", "0.1.0-a", "junk"],
    );
    let before = |version: &str| {
        previous(
            &made,
            &PackageRef {
                name: name(),
                version: version.to_owned(),
            },
        )
        .map(|package| package.version)
    };
    assert_eq!(before("1.2.0").as_deref(), Some("1.0.0"));
    assert_eq!(before("1.2.0-rc.2").as_deref(), Some("1.2.0-rc.1"));
    assert_eq!(before("1.2.0-rc.1").as_deref(), Some("1.0.0"));
    assert_eq!(before("1.0.0").as_deref(), Some("0.1.0-a"));
    assert_eq!(before("0.1.0-a"), None);
    assert_eq!(before("9.0.0").as_deref(), Some("1.2.0"));
}
