//! What is written is SARIF by the official schema, keeps within a code host's limits, and says what it left out.
#![allow(clippy::unwrap_used, reason = "a test that unwraps fails as it should")]

use serde_json::Value;

use super::*;
use crate::report::samples;

fn sarif(report: &Report) -> Value {
    serde_json::from_str(&render(report, &RenderOptions::default())).unwrap()
}

fn result(report: &Report, idx: usize) -> Value {
    sarif(report)["runs"][0]["results"][idx].clone()
}

#[test]
fn every_sample_fits_the_official_schema() {
    // The published schema has a stray bracket in one pattern, which this library takes for a mistake, as it is.
    let schema = include_str!("../../../tests/data/sarif-schema-2.1.0.json").replace("{2}]?$", "{2}$");
    let schema: Value = serde_json::from_str(&schema).unwrap();
    let validator = jsonschema::validator_for(&schema).unwrap();
    for (name, report) in samples::all() {
        let errors: Vec<String> = validator
            .iter_errors(&sarif(&report))
            .map(|error| format!("{}: {error}", error.instance_path()))
            .collect();
        assert!(errors.is_empty(), "{name}: {errors:#?}");
    }
    let mut broken = sarif(&samples::block());
    broken["runs"][0]["results"][0]["level"] = "fatal".into();
    assert!(!validator.is_valid(&broken), "the validator does look");
}

#[test]
fn a_result_keeps_its_fingerprint_when_lines_and_versions_move() {
    let before = samples::block();
    let mut after = before.clone();
    let entry = &mut after.entries[0];
    let waxseal_model::Subject::Package(package) = &mut entry.verdict.subject else {
        panic!("the sample is a package")
    };
    package.version = "1.0.17".to_owned();
    let location = entry.verdict.findings[0].finding.evidence[0].location.as_mut().unwrap();
    (location.line, location.column) = (300, 1);
    let print = |report: &Report| result(report, 0)["partialFingerprints"]["primaryLocationLineHash"].clone();
    assert_eq!(print(&before), print(&after));
    let values = &mut after.entries[0].verdict.findings[0].finding.evidence[0].values;
    values.insert("recipient".to_owned(), "other@collector.example".to_owned());
    assert_ne!(print(&before), print(&after), "another recipient is another finding");
}

#[test]
fn alike_findings_have_fingerprints_of_their_own() {
    let mut report = samples::block();
    let copy = report.entries[0].verdict.findings[0].clone();
    report.entries[0].verdict.findings.insert(1, copy);
    let print = |idx| result(&report, idx)["partialFingerprints"]["waxseal/v1"].clone();
    assert_ne!(print(0), print(1));
}

#[test]
fn what_is_incomplete_is_no_success() {
    for (report, success) in [
        (samples::incomplete(), false),
        (samples::missing(), false),
        (samples::many(), false),
        (samples::allow(), true),
        (samples::block(), true),
    ] {
        let invocation = &sarif(&report)["runs"][0]["invocations"][0];
        assert_eq!(invocation["executionSuccessful"], success);
        let errors = invocation["toolExecutionNotifications"].as_array().unwrap();
        assert_eq!(errors.iter().any(|note| note["level"] == "error"), !success);
    }
}

#[test]
fn a_waived_finding_is_suppressed_with_its_reason() {
    let suppressed = &result(&samples::waived(), 0)["suppressions"][0];
    assert_eq!(suppressed["status"], "accepted");
    assert_eq!(
        suppressed["justification"],
        "our own archive, agreed with legal (mail-team, until 2027-03-31)"
    );
}

#[test]
fn a_path_becomes_a_uri_that_stays_in_the_package() {
    let uri = &result(&samples::hostile(), 0)["locations"][0]["physicalLocation"]["artifactLocation"]["uri"];
    let uri = uri.as_str().unwrap();
    assert!(
        !uri.starts_with("..") && !uri.contains(' ') && uri.ends_with("/a%20b%25.js"),
        "{uri}"
    );
    assert!(uri.bytes().all(|byte| byte.is_ascii_graphic()));
}

#[test]
fn text_of_a_package_is_no_link_and_no_placeholder() {
    let text = result(&samples::hostile(), 0)["message"]["text"]
        .as_str()
        .unwrap()
        .to_owned();
    assert!(
        text.contains("[a] (https://evil.example)") && !text.contains("]("),
        "{text}"
    );
    assert!(text.contains("{ 0}"), "{text}");
}

#[test]
fn what_is_too_much_for_a_code_host_is_left_out_and_said() {
    let mut report = samples::block();
    let note = report.entries[0].verdict.findings[1].clone();
    report.entries[0].verdict.findings = vec![note; 30];
    // The one that matters comes last, and stays.
    report.entries[0]
        .verdict
        .findings
        .push(samples::block().entries[0].verdict.findings[0].clone());
    let limits = Limits {
        results: 20,
        ..Limits::GITHUB
    };
    let log: Value = serde_json::from_str(&render_within(&report, &limits)).unwrap();
    let run = &log["runs"][0];
    assert_eq!(run["results"].as_array().unwrap().len(), 20);
    assert_eq!(run["results"][0]["ruleId"], "recipients/hidden-copy");
    let text = run["invocations"][0]["toolExecutionNotifications"][0]["message"]["text"]
        .as_str()
        .unwrap();
    assert!(text.starts_with("11 results left out"), "{text}");
}

#[test]
fn a_document_that_does_not_compress_is_cut_to_size() {
    let mut report = samples::block();
    let note = report.entries[0].verdict.findings[1].clone();
    let mut seed = 1_u64;
    let mut noise = || {
        seed = seed
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        char::from(b'!' + u8::try_from(seed >> 33 & 63).unwrap())
    };
    let findings = (0..300).map(|_| {
        let mut note = note.clone();
        note.finding.summary = (0..500).map(|_| noise()).collect();
        note
    });
    report.entries[0].verdict.findings = findings.collect();
    let limits = Limits {
        compressed: 100_000,
        ..Limits::GITHUB
    };
    let text = render_within(&report, &limits);
    assert!(compressed(&text) <= 100_000);
    assert!(text.contains("results left out"));
    assert!(
        !render(&report, &RenderOptions::default()).contains("left out"),
        "GitHub takes more"
    );
}

#[test]
fn no_rule_has_more_tags_or_longer_text_than_a_code_host_takes() {
    for (_, indicator) in waxseal_detect::indicators() {
        assert!(
            2 + indicator.attack.len() + indicator.controls.len() <= rules::MAX_TAGS,
            "{}",
            indicator.id
        );
        assert!(
            indicator.title.len() <= 1024 && indicator.summary.len() <= 1024,
            "{}",
            indicator.id
        );
    }
}
