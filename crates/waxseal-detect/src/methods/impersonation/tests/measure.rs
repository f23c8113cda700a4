//! What is raised of real names, and of made-up squats: the figures of the manual.

use std::collections::BTreeMap;

use waxseal_model::Severity;

use super::called;
use super::squats::squats;
use crate::methods::impersonation::METHOD;
use crate::methods::impersonation::brands;
use crate::methods::impersonation::likeness::likeness;
use crate::methods::impersonation::names::{LISTED, Names};

/// What context can raise to a reason to look, by the name alone: what it is like, and how.
fn raised(name: &str, names: Names<'_>) -> Option<(&'static str, String, Severity)> {
    if names.find(name).is_some() || brands::is_owned(name) {
        return None;
    }
    if let Some(like) = likeness(name, names) {
        return Some((like.target, format!("{:?}", like.kind), like.severity));
    }
    brands::reads_like(name, names).map(|brand| (brand.title, "Brand".to_owned(), Severity::Low))
}

#[test]
fn of_five_thousand_real_names_none_is_raised() {
    assert_eq!(LISTED.lines().count(), 5_000);
    let found: Vec<&str> = LISTED
        .lines()
        .filter(|name| !(METHOD.run)(&called(name).case()).is_empty())
        .collect();
    assert_eq!(found, Vec::<&str>::new());
}

/// Each name as if it were not known, among those that are more popular: what an honest package risks that nobody has heard of.
/// `held_out.tsv` lists them: name, what it is like, how, and the severity.
#[test]
fn as_if_they_were_not_known_sixty_three_real_names_are_raised() {
    let names: Vec<&'static str> = LISTED.lines().collect();
    let mut found = String::new();
    for (rank, name) in names.iter().enumerate() {
        if let Some((target, kind, severity)) = raised(name, Names(&names[..rank])) {
            found.push_str(&format!("{name}\t{target}\t{kind}\t{}\n", severity.id()));
        }
    }
    assert_eq!(found, include_str!("held_out.tsv"));
    assert_eq!(found.lines().count(), 63);
}

#[test]
fn at_least_nine_of_ten_squats_are_raised() {
    let names = Names::popular();
    let listed: Vec<&'static str> = LISTED.lines().collect();
    let squats = squats(&listed);
    let severity = |name: &str| raised(name, names).map(|(_, _, severity)| severity);
    let missed: Vec<&str> = squats
        .iter()
        .map(|it| it.name.as_str())
        .filter(|name| severity(name).is_none())
        .collect();
    let medium = squats
        .iter()
        .filter(|it| severity(&it.name) == Some(Severity::Medium))
        .count();
    assert_eq!(squats.len(), 200);
    // One slip makes a word that names are made of, and one name is too short to say what is built on it.
    assert_eq!((missed, medium), (vec!["escape-string-regexpp", "lit-cli"], 133));
}

#[test]
fn the_rules_give_twenty_names_each_of_which_none_is_listed() {
    let names: Vec<&'static str> = LISTED.lines().collect();
    let mut rules: BTreeMap<&str, usize> = BTreeMap::new();
    for squat in squats(&names) {
        *rules.entry(squat.rule).or_default() += 1;
        assert!(!names.contains(&squat.name.as_str()), "{squat:?}");
        assert!(names.contains(&squat.target), "{squat:?}");
    }
    assert_eq!(rules.len(), 10);
    assert!(rules.values().all(|number| *number == 20), "{rules:?}");
}
