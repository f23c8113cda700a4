#![allow(clippy::unwrap_used, reason = "a test that unwraps fails as it should")]

use super::*;

/// As the database of malicious packages has it.
const OPEN: &str = r#"{"id":"MAL-2025-47604","modified":"2025-09-26T04:14:45Z","schema_version":"1.5.0","summary":"Malicious code in postmark-mcp (npm)",
"affected":[{"package":{"ecosystem":"npm","name":"postmark-mcp"},"ranges":[{"type":"SEMVER","events":[{"introduced":"1.0.16"}]}]}],
"references":[{"type":"ARTICLE","url":"https://research.example/postmark-mcp"}]}"#;

/// A record about `x` with this entry of `affected`.
fn record(affected: &str) -> Record {
    let text =
        format!(r#"{{"id":"MAL-2026-1","affected":[{{"package":{{"ecosystem":"npm","name":"x"}},{affected}}}]}}"#);
    read(text.as_bytes()).unwrap_or_else(|err| panic!("{err:?}: {text}"))
}

/// Which of these versions are meant.
#[track_caller]
fn check(affected: &str, bad: &[&str], good: &[&str]) {
    let record = record(affected);
    let is_bad = |version: &&str| {
        matches!(
            record.affected[0].names(Some(version)),
            Named::Every | Named::Range(_) | Named::Version
        )
    };
    let missed: Vec<&&str> = bad.iter().filter(|it| !is_bad(it)).collect();
    let extra: Vec<&&str> = good.iter().filter(|it| is_bad(it)).collect();
    assert!(
        missed.is_empty() && extra.is_empty(),
        "missed {missed:?}, too many {extra:?}: {affected}"
    );
}

#[test]
fn a_range_without_an_end_is_open() {
    let record = read(OPEN.as_bytes()).unwrap();
    assert_eq!(record.id, "MAL-2025-47604");
    assert_eq!(record.modified, Some(Moment(1_758_860_085)));
    assert_eq!(record.references, ["https://research.example/postmark-mcp"]);
    let names = |version| record.affected[0].names(Some(version));
    assert_eq!(names("1.0.15"), Named::Not);
    for version in ["1.0.16", "1.0.18", "1.0.20", "2.0.0-rc.1"] {
        assert_eq!(names(version), Named::Range(">=1.0.16".to_owned()), "{version}");
    }
}

#[test]
fn zero_is_every_release() {
    let range = r#""ranges":[{"type":"SEMVER","events":[{"introduced":"0"}]}]"#;
    check(range, &["0.0.0-0", "0.0.1", "99.0.0", "no version at all"], &[]);
    assert_eq!(record(range).affected[0].names(None), Named::Every);
    assert_eq!(record(range).affected[0].describe(), "every release");
    check(
        r#""ranges":[{"type":"SEMVER","events":[{"introduced":"0"},{"fixed":"1.0.0"}]}]"#,
        &["0.0.0-0", "1.0.0-rc.1"],
        &["1.0.0"],
    );
    check(r#""ranges":[],"versions":[]"#, &["1.0.0"], &[]);
}

#[test]
fn ranges_begin_and_end_several_times_in_any_order() {
    let events = r#"[{"fixed":"1.0.3"},{"introduced":"2.0.0"},{"introduced":"1.0.0"},{"last_affected":"2.1.0"}]"#;
    for kind in ["SEMVER", "ECOSYSTEM"] {
        check(
            &format!(r#""ranges":[{{"type":"{kind}","events":{events}}}]"#),
            &["1.0.0", "1.0.2", "1.0.3-beta", "2.0.0", "2.1.0"],
            &["0.9.9", "1.0.0-rc.1", "1.0.3", "1.5.0", "2.0.0-alpha", "2.1.1", "3.0.0"],
        );
    }
}

#[test]
fn a_range_is_shown_in_the_order_of_its_versions() {
    let events = r#"[{"fixed":"1.0.3"},{"introduced":"2.0.0"},{"introduced":"1.0.0"},{"last_affected":"2.1.0"}]"#;
    let record = record(&format!(
        r#""versions":["0.1.0"],"ranges":[{{"type":"SEMVER","events":{events}}}]"#
    ));
    assert_eq!(
        record.affected[0].describe(),
        ">=1.0.0 <1.0.3 || >=2.0.0 <=2.1.0, 0.1.0"
    );
    let of = |operator, version: &str| (operator, version.to_owned());
    let expected = vec![
        vec![of(">=", "1.0.0"), of("<", "1.0.3")],
        vec![of(">=", "2.0.0"), of("<=", "2.1.0")],
    ];
    assert_eq!(record.affected[0].ranges[0].bounds(), Some(expected));
    assert_eq!(
        Range::Npm("^1.2.0".to_owned()).bounds(),
        Some(vec![vec![of(">=", "1.2.0"), of("<", "2.0.0-0")]])
    );
    assert_eq!(Range::Npm("*".to_owned()).bounds(), Some(vec![vec![]]));
}

#[test]
fn one_release_is_the_first_and_the_last() {
    for events in [
        r#"[{"introduced":"1.2.0"},{"last_affected":"1.2.0"}]"#,
        r#"[{"last_affected":"1.2.0"},{"introduced":"1.2.0"}]"#,
    ] {
        check(
            &format!(r#""ranges":[{{"type":"SEMVER","events":{events}}}]"#),
            &["1.2.0"],
            &["1.1.9", "1.2.1", "1.2.0-rc.1"],
        );
    }
}

#[test]
fn a_limit_ends_everything() {
    let events = r#"[{"introduced":"0"},{"limit":"1.0.0"}]"#;
    check(
        &format!(r#""ranges":[{{"type":"SEMVER","events":{events}}}]"#),
        &["0.1.0"],
        &["1.0.0", "2.0.0"],
    );
    check(
        r#""ranges":[{"type":"SEMVER","events":[{"introduced":"1.0.0"},{"limit":"*"}]}]"#,
        &["1.0.0", "2.0.0"],
        &["0.9.0"],
    );
}

#[test]
fn versions_are_listed_alone_or_beside_ranges() {
    check(
        r#""versions":["0.30.4","1.14.1"]"#,
        &["0.30.4", "1.14.1", "v1.14.1"],
        &["1.14.0", "1.14.1-rc.1", "1.14.2"],
    );
    check(
        r#""versions":["0.1.0"],"ranges":[{"type":"SEMVER","events":[{"introduced":"1.0.0"},{"fixed":"1.0.1"}]}]"#,
        &["0.1.0", "1.0.0"],
        &["0.1.1", "1.0.1"],
    );
    // What npm would not take for a version can still be listed.
    check(r#""versions":["latest-bad"]"#, &["latest-bad"], &["latest-good"]);
}

#[test]
fn what_cannot_be_compared_is_not_taken_for_clean() {
    let names = |affected: &str, version| record(affected).affected[0].names(Some(version));
    let git = r#""ranges":[{"type":"GIT","repo":"https://git.example/x","events":[{"introduced":"0"}]}]"#;
    assert_eq!(names(git, "1.0.0"), Named::Unknown);
    let broken = r#""ranges":[{"type":"SEMVER","events":[{"introduced":"one"}]}]"#;
    assert_eq!(names(broken, "1.0.0"), Named::Unknown);
    assert_eq!(
        names(r#""ranges":[{"type":"SEMVER","events":[{"fixed":"1.0.0"}]}]"#, "0.1.0"),
        Named::Unknown
    );
    let sound = r#""ranges":[{"type":"SEMVER","events":[{"introduced":"1.0.0"}]}]"#;
    assert_eq!(names(sound, "not a version"), Named::Unknown);
    assert_eq!(names(sound, "0.9.0"), Named::Not);
    let listed = r#""versions":["1.0.0"]"#;
    assert_eq!(names(listed, "not a version"), Named::Unknown);
    assert_eq!(names(listed, "1.0.1"), Named::Not);
    let odd = r#""versions":["1.0.0","latest-bad"]"#;
    assert_eq!(names(odd, "1.0.0"), Named::Version);
    assert_eq!(names(odd, "latest-bad"), Named::Version);
    assert_eq!(names(odd, "1.0.1"), Named::Unknown);
}

#[test]
fn a_listed_version_that_is_left_out_is_not_forgotten() {
    let long = "1".repeat(300);
    for wrong in [
        format!("\"{long}\""),
        "7".to_owned(),
        "null".to_owned(),
        "\" \"".to_owned(),
    ] {
        let record = record(&format!(r#""versions":["1.0.0",{wrong}]"#));
        let names = |version| record.affected[0].names(Some(version));
        assert_eq!(names("1.0.0"), Named::Version, "{wrong}");
        assert_eq!(names("2.0.0"), Named::Unknown, "{wrong}");
        assert_eq!(record.affected[0].versions, ["1.0.0"], "{wrong}");
    }
    let range = r#""ranges":[7,{"type":"SEMVER","events":[{"introduced":"1.0.0"}]}]"#;
    assert_eq!(record(range).affected[0].names(Some("0.9.0")), Named::Unknown);
}

#[test]
fn several_packages_are_named_by_one_record() {
    let text = r#"{"id":"MAL-2026-2","affected":[
        {"package":{"ecosystem":"npm","name":"a"},"versions":["1.0.0"]},
        {"package":{"ecosystem":"PyPI","name":"b"},"versions":["1.0.0"]},
        {"package":{"ecosystem":"NPM","name":"%40scope%2Fc"},"versions":["2.0.0"]},
        {"package":{"purl":"pkg:npm/%40scope/d@1.0.0"},"versions":["3.0.0"]}]}"#;
    let record = read(text.as_bytes()).unwrap();
    let names: Vec<&str> = record.affected.iter().map(|it| it.name.as_str()).collect();
    assert_eq!(names, ["a", "@scope/c", "@scope/d"]);
}

#[test]
fn a_name_is_meant_in_every_spelling_but_an_old_one_with_capitals() {
    assert_eq!(normalise(" %40scope%2fname "), "@scope/name");
    assert_eq!(normalise("PKG:npm/%40scope/name@1.0.0?x=y#z"), "@scope/name");
    assert_eq!(normalise("100%"), "100%");
    assert!(same("Postmark-MCP", "postmark-mcp") && same("x", "x"));
    assert!(!same("jsonstream", "JSONStream"));
    assert_eq!(key("Postmark-MCP"), key("postmark-mcp"));
}

#[test]
fn hashes_are_found_wherever_they_stand() {
    let sha256 = "54dc7ea54a1317cca0e890a2770630cf7fa6c97813e0cb9d2caa93012b350668";
    let integrity = "sha512-N/n4R+nD5SC0fYOpAp4ZnbwwxqGVodgEZ9D7Gm/VBocorU0aQimVyleDWSY6/axdO0/temub760n3hnMppZpUg==";
    let record = record(&format!(
        r#""versions":["6.0.0"],"database_specific":{{"indicators":{{
            "evidence_files":[{{"path":"setup.mjs","sha256":"{sha256}","tlsh":"22d2"}},
                {{"path":"empty","sha256":"e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"}}],
            "package_integrity":[{{"filename":"x-6.0.0.tgz","hashes":{{"sha1":"0f18da4e81443285c3ee7e96eb3adc3803b2487e","sha512_sri":"{integrity}"}}}}]}},
            "malicious-packages-origins":[{{"source":"y","sha256":"4b828a8383aadd40e3c94c5be32dc4466e0d7c4872550f6316da2a195e978ca5"}}]}}"#
    ));
    let shown: Vec<String> = record.hashes.iter().map(ToString::to_string).collect();
    assert_eq!(shown.len(), 3, "{shown:?}");
    assert_eq!(shown[0], "sha1:0f18da4e81443285c3ee7e96eb3adc3803b2487e");
    assert_eq!(shown[1], format!("sha256:{sha256}"));
    assert_eq!(Some(&record.hashes[2]), Hash::parse(integrity).as_ref());
    assert_eq!(Hash::parse("sha256-AAAA"), None);
    assert_eq!(Hash::parse("é0"), None);
}

#[test]
fn a_weakness_is_left_out_and_malware_of_github_is_not() {
    let text = |rest: &str| {
        let record = format!(
            r#"{{"id":"GHSA-aaaa-bbbb-cccc",{rest},"affected":[{{"package":{{"ecosystem":"npm","name":"x"}}}}]}}"#
        );
        read(record.as_bytes()).map(|record| record.id)
    };
    assert_eq!(text(r#""summary":"Prototype pollution in x""#), Err(LeftOut::Weakness));
    assert_eq!(
        text(r#""summary":"x","database_specific":{"cwe_ids":["CWE-79"]}"#),
        Err(LeftOut::Weakness)
    );
    for rest in [
        r#""summary":"Malware in x""#,
        r#""summary":"x","aliases":["MAL-2024-1"]"#,
        r#""summary":"x","database_specific":{"type":"malware"}"#,
        r#""summary":"x","database_specific":{"cwe_ids":["CWE-506"]}"#,
    ] {
        assert!(text(rest).is_ok(), "{rest}");
    }
}

#[test]
fn what_is_wrong_loses_nothing_beside_it() {
    let left_out = |text: &str| read(text.as_bytes()).unwrap_err();
    assert!(matches!(left_out("{"), LeftOut::Unreadable(_)));
    assert!(matches!(left_out("[]"), LeftOut::Unreadable(_)));
    assert!(matches!(left_out(r#"{"id":7,"affected":[]}"#), LeftOut::Unreadable(_)));
    assert!(matches!(
        left_out(r#"{"id":"MAL-1","affected":7}"#),
        LeftOut::Unreadable(_)
    ));
    let other = r#"{"id":"MAL-1","affected":[{"package":{"ecosystem":"PyPI","name":"x"}}]}"#;
    assert_eq!(left_out(other), LeftOut::OtherEcosystem);
    let odd = r#"{"id":"MAL-1","aliases":{"a":1},"summary":["x"],"published":"yesterday","references":[7,{"url":"javascript:x"}],
        "affected":[7,{"package":"x"},{"package":{"ecosystem":"npm","name":"x"},"versions":[1,"1.0.0"],"ranges":[7,{"events":"x"}]}]}"#;
    let record = read(odd.as_bytes()).unwrap();
    assert_eq!(record.affected[0].versions, ["1.0.0"]);
    assert_eq!(record.affected[0].names(Some("1.0.0")), Named::Version);
    // A range of which nothing can be read is not "no range".
    assert_eq!(record.affected[0].names(Some("2.0.0")), Named::Unknown);
    assert!(record.references.is_empty() && record.published.is_none());
}

#[test]
fn times_are_read_as_the_standard_writes_them() {
    for (text, expected) in [
        ("1970-01-01T00:00:00Z", Some(0)),
        ("2026-11-22T00:00:00Z", Some(1_795_305_600)),
        ("2026-11-22T02:00:00+02:00", Some(1_795_305_600)),
        ("2026-11-21T19:00:00.123456789-05:00", Some(1_795_305_600)),
        ("2024-02-29T12:00:00Z", Some(1_709_208_000)),
        ("2023-02-29T12:00:00Z", None),
        ("2023-13-01T12:00:00Z", None),
        ("2023-01-01", None),
        ("2023-01-01T00:00:00", None),
        ("2023-01-01T00:00:00ZZ", None),
        ("", None),
    ] {
        assert_eq!(moment(text).map(|it| it.0), expected, "{text}");
    }
}
