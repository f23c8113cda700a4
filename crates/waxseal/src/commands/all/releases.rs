//! The releases that lockfiles name, each once, and what they name besides.

use std::collections::{BTreeMap, BTreeSet};

use waxseal_model::{Gap, GapWeight, Occurrence, OccurrenceSource, PackageName, Subject};
use waxseal_npm::integrity::Integrity;
use waxseal_npm::lockfile::{Locked, Lockfile};

use crate::commands::screen::plain;

/// One release to be read.
#[derive(Debug)]
pub(super) struct Release {
    pub(super) name: PackageName,
    pub(super) version: String,
    /// What lockfiles expect it to hash to, each text once.
    pub(super) hashes: Vec<String>,
}

/// What lockfiles name so far.
#[derive(Debug, Default)]
pub(super) struct Listed {
    releases: BTreeMap<(PackageName, String), BTreeSet<String>>,
}

impl Listed {
    /// Adds what a lockfile names, and says what of it is not looked at.
    pub(super) fn add(&mut self, lockfile: &Lockfile, subject: &Subject) -> Vec<Gap> {
        let mut elsewhere = Elsewhere::default();
        for locked in &lockfile.packages {
            let it = &locked.occurrence;
            let named = PackageName::parse(&it.name).ok().zip(it.version.clone());
            match (&it.source, named) {
                (OccurrenceSource::Registry | OccurrenceSource::Unknown, Some(named)) => {
                    elsewhere.hash(locked);
                    self.releases.entry(named).or_default().extend(it.integrity.clone());
                }
                // What has no name or no version is among the problems.
                (OccurrenceSource::Registry | OccurrenceSource::Unknown, None) => {}
                (OccurrenceSource::Bundled, _) => elsewhere.bundled += 1,
                (OccurrenceSource::Git(_), _) => elsewhere.add("from a repository", it),
                (OccurrenceSource::Remote(_), _) => elsewhere.add("from an address of its own", it),
                (OccurrenceSource::Local(_), _) => elsewhere.add("from this disk", it),
            }
        }
        let problems = lockfile.problems.iter().map(|problem| {
            let about = if problem.path.is_empty() {
                "an entry".to_owned()
            } else {
                format!("`{}`", plain(&problem.path))
            };
            format!("{about} of the lockfile is not looked at: {}", problem.reason)
        });
        elsewhere.gaps(subject, problems.collect())
    }

    /// The releases, by name and version.
    pub(super) fn releases(self) -> Vec<Release> {
        let release = |((name, version), hashes): ((PackageName, String), BTreeSet<String>)| Release {
            name,
            version,
            hashes: hashes.into_iter().collect(),
        };
        self.releases.into_iter().map(release).collect()
    }
}

/// What a lockfile names and no registry serves, or without saying what it hashes to.
#[derive(Debug, Default)]
struct Elsewhere {
    by_source: BTreeMap<&'static str, BTreeSet<String>>,
    bundled: usize,
    unhashed: usize,
    misnamed: BTreeSet<String>,
}

impl Elsewhere {
    fn add(&mut self, source: &'static str, it: &Occurrence) {
        self.by_source.entry(source).or_default().insert(plain(&it.name));
    }

    /// Notes a release whose archive nothing holds to what was locked.
    fn hash(&mut self, locked: &Locked) {
        let it = &locked.occurrence;
        if it
            .integrity
            .as_deref()
            .is_some_and(|text| Integrity::parse(text).is_ok())
        {
            return;
        }
        self.unhashed += 1;
        // What is taken from an address that is not called like the release could be anything.
        let version = it.version.as_deref().unwrap_or_default();
        let base = it.name.rsplit('/').next().unwrap_or_default();
        let archive = locked.resolved.as_deref().filter(|address| address.starts_with("http"));
        let file = archive.map(|address| address.split(['?', '#']).next().unwrap_or_default());
        if file.is_some_and(|file| !file.ends_with(&format!("/{base}-{version}.tgz"))) {
            self.misnamed.insert(plain(&it.name));
        }
    }

    fn gaps(self, subject: &Subject, problems: Vec<String>) -> Vec<Gap> {
        let mut gaps: Vec<Gap> = Vec::new();
        for (source, names) in &self.by_source {
            one_by_one(names, &mut gaps, subject, |name| {
                format!("{name} comes {source} and is not looked at")
            });
        }
        one_by_one(&self.misnamed, &mut gaps, subject, |name| {
            format!("{name} is taken from an address that is not called like it, and nothing says what it hashes to")
        });
        let more = problems.len().saturating_sub(MAX_NAMED);
        gaps.extend(problems.into_iter().take(MAX_NAMED).map(|it| decisive(subject, it)));
        if more > 0 {
            gaps.push(decisive(subject, format!("{more} more entries are not looked at")));
        }
        if self.unhashed > 0 {
            let reason = format!(
                "the lockfile does not say what the archives of {} releases hash to: what the registry serves was not compared",
                self.unhashed
            );
            gaps.push(partial(subject, reason));
        }
        if self.bundled > 0 {
            let reason = format!(
                "{} packages lie in the archives of others: they were read there, and not judged by themselves",
                self.bundled
            );
            gaps.push(partial(subject, reason));
        }
        gaps
    }
}

/// A gap for each of a few, one for all of many.
fn one_by_one(names: &BTreeSet<String>, gaps: &mut Vec<Gap>, subject: &Subject, say: impl Fn(&str) -> String) {
    if names.len() <= MAX_NAMED {
        gaps.extend(names.iter().map(|name| decisive(subject, say(&format!("`{name}`")))));
        return;
    }
    let shown: Vec<String> = names.iter().take(MAX_NAMED).map(|name| format!("`{name}`")).collect();
    let all = format!("each of {} packages ({}, …)", names.len(), shown.join(", "));
    gaps.push(decisive(subject, say(&all)));
}

/// Something that would be installed and was not looked at.
pub(super) fn decisive(subject: &Subject, reason: String) -> Gap {
    gap(subject, reason, GapWeight::Decisive)
}

fn partial(subject: &Subject, reason: String) -> Gap {
    gap(subject, reason, GapWeight::Partial)
}

fn gap(subject: &Subject, reason: String, weight: GapWeight) -> Gap {
    Gap {
        subject: subject.clone(),
        method: "lockfile".to_owned(),
        reason,
        weight,
    }
}

/// How many are named one by one.
const MAX_NAMED: usize = 10;
