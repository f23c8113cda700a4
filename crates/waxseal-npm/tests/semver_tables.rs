//! Versions and ranges mean what npm's own semver package says, by a table that package wrote (`scripts/semver-tables.mjs`).

#![allow(clippy::unwrap_used)]

use std::cmp::Ordering;

use serde::Deserialize;
use waxseal_npm::version::{Range, Version};

#[derive(Deserialize)]
struct Tables {
    valid: Vec<(String, Option<String>)>,
    order: Vec<Vec<String>>,
    ranges: Vec<(String, Option<Vec<String>>)>,
}

fn tables() -> Tables {
    serde_json::from_str(include_str!("data/semver.json")).unwrap()
}

#[test]
fn the_same_texts_are_versions() {
    let wrong: Vec<String> = tables()
        .valid
        .into_iter()
        .filter(|(text, expected)| Version::parse(text).map(|version| version.to_string()) != *expected)
        .map(|(text, expected)| {
            format!(
                "{text:?}: expected {expected:?}, got {:?}",
                Version::parse(&text).map(|v| v.to_string())
            )
        })
        .collect();
    assert!(wrong.is_empty(), "{}\n{}", wrong.len(), wrong.join("\n"));
}

#[test]
fn versions_have_the_same_order() {
    let groups = tables().order;
    assert!(groups.len() > 50);
    for (at, group) in groups.iter().enumerate() {
        for (other_at, other) in groups.iter().enumerate() {
            for (a, b) in group.iter().flat_map(|a| other.iter().map(move |b| (a, b))) {
                let (left, right) = (Version::parse(a).unwrap(), Version::parse(b).unwrap());
                assert_eq!(left.precedence(&right), at.cmp(&other_at), "{a} and {b}");
            }
        }
    }
    assert_eq!(
        Version::parse("1.0.0+a")
            .unwrap()
            .precedence(&Version::parse("1.0.0+b").unwrap()),
        Ordering::Equal
    );
}

#[test]
fn ranges_hold_the_same_versions() {
    let tables = tables();
    assert!(tables.ranges.len() > 250);
    let versions: Vec<&String> = tables
        .valid
        .iter()
        .filter(|(text, valid)| valid.is_some() && !text.contains(['=', 'v', ' ']))
        .map(|(text, _)| text)
        .collect();
    let mut wrong = Vec::new();
    for (text, expected) in &tables.ranges {
        let range = Range::parse(text);
        let Some(expected) = expected else {
            if range.is_some() {
                wrong.push(format!("{text:?} is no range"));
            }
            continue;
        };
        let Some(range) = range else {
            wrong.push(format!("{text:?} is a range"));
            continue;
        };
        let held = |version: &str| range.satisfies(&Version::parse(version).unwrap());
        let missing: Vec<&String> = expected.iter().filter(|version| !held(version)).collect();
        let listed = &tables.valid[..tables.order.iter().map(Vec::len).sum()];
        let extra: Vec<&String> = listed
            .iter()
            .map(|(text, _)| text)
            .filter(|version| !expected.contains(version) && held(version))
            .collect();
        if !missing.is_empty() || !extra.is_empty() {
            wrong.push(format!("{text:?}: lacks {missing:?}, has {extra:?}"));
        }
    }
    assert!(
        wrong.is_empty(),
        "{} of {} (of {} versions)\n{}",
        wrong.len(),
        tables.ranges.len(),
        versions.len(),
        wrong.join("\n")
    );
}
