//! What is written is XML of the shape build servers read, and counts what could not be looked at as an error.
#![allow(clippy::unwrap_used, reason = "a test that unwraps fails as it should")]

use quick_xml::Reader;
use quick_xml::events::{BytesStart, Event};

use super::*;
use crate::report::samples;

fn junit(report: &Report) -> String {
    render(report, &RenderOptions::default())
}

/// Reads the document back: every element has the parent and the attributes of Jenkins' junit-10.xsd, every character is
/// one of XML 1.0 (§2.2), and the counts are right.
fn check(xml: &str) {
    let legal = |c: char| matches!(c, '\n' | '\t' | ' '..='\u{d7ff}' | '\u{e000}'..='\u{fffd}' | '\u{10000}'..);
    assert!(xml.chars().all(legal));
    let mut reader = Reader::from_str(xml);
    let mut open: Vec<String> = Vec::new();
    let mut counted = (0, 0, 0);
    let mut promised = (0, 0, 0);
    loop {
        match reader.read_event().expect("it is well-formed") {
            Event::Start(element) => open.push(check_element(&element, open.last(), &mut promised, &mut counted)),
            Event::Empty(element) => drop(check_element(&element, open.last(), &mut promised, &mut counted)),
            Event::End(_) => drop(open.pop()),
            Event::Text(text) => drop(text.decode().unwrap()),
            Event::Decl(_) | Event::GeneralRef(_) => {}
            Event::Eof => break,
            other => panic!("unexpected: {other:?}"),
        }
    }
    assert!(open.is_empty());
    assert_eq!(promised, counted);
}

fn check_element(
    element: &BytesStart<'_>,
    parent: Option<&String>,
    promised: &mut (usize, usize, usize),
    counted: &mut (usize, usize, usize),
) -> String {
    let name = String::from_utf8(element.name().as_ref().to_vec()).unwrap();
    let attributes: Vec<(String, String)> = element
        .attributes()
        .map(|attribute| attribute.expect("no attribute comes twice"))
        .map(|it| {
            (
                String::from_utf8(it.key.as_ref().to_vec()).unwrap(),
                it.unescape_value().unwrap().into_owned(),
            )
        })
        .collect();
    let keys: Vec<&str> = attributes.iter().map(|(key, _)| key.as_str()).collect();
    let expected: (Option<&str>, &[&str]) = match name.as_str() {
        "testsuites" => (None, &["name", "tests", "failures", "errors"]),
        "testsuite" => (Some("testsuites"), &["name", "tests", "failures", "errors", "skipped"]),
        "properties" => (Some("testsuite"), &[]),
        "property" => (Some("properties"), &["name", "value"]),
        "testcase" => (Some("testsuite"), &["classname", "name"]),
        "failure" | "error" => (Some("testcase"), &["message", "type"]),
        "system-out" => (Some("testsuite"), &[]),
        other => panic!("unknown element {other}"),
    };
    assert_eq!((parent.map(String::as_str), keys.as_slice()), expected);
    let number = |idx: usize| attributes[idx].1.parse::<usize>().unwrap();
    match name.as_str() {
        "testsuites" => *promised = (number(1), number(2), number(3)),
        "testcase" => counted.0 += 1,
        "failure" => counted.1 += 1,
        "error" => counted.2 += 1,
        _ => {}
    }
    name
}

#[test]
fn every_sample_has_the_shape_build_servers_read() {
    for (_, report) in samples::all() {
        check(&junit(&report));
    }
}

#[test]
fn what_could_not_be_looked_at_is_an_error_and_not_a_pass() {
    for report in [samples::incomplete(), samples::missing()] {
        let xml = junit(&report);
        assert!(xml.contains(r#"type="incomplete""#), "{xml}");
        assert!(!xml.contains(r#"errors="0""#), "{xml}");
    }
    let mut unsaid = samples::allow();
    unsaid.entries[0].verdict.complete = false;
    assert!(junit(&unsaid).contains(r#"errors="1""#));
    assert!(junit(&samples::allow()).contains(r#"errors="0""#));
}

#[test]
fn a_block_is_a_failure_of_its_method() {
    let xml = junit(&samples::block());
    assert!(xml.contains(r#"tests="3" failures="1" errors="0""#), "{xml}");
    assert!(xml.contains(r#"type="recipients/hidden-copy""#));
    assert!(xml.contains("archive@collector.example"));
}

#[test]
fn a_waived_finding_does_not_fail() {
    let xml = junit(&samples::waived());
    assert!(
        xml.contains(r#"failures="0""#) && xml.contains("accepted: our own archive"),
        "{xml}"
    );
}
