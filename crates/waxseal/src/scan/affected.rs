//! Which of what was found is known to be bad or was asked for, and where it is.

use std::collections::{BTreeMap, BTreeSet};

use waxseal_model::{
    AdvisoryMatch, AskedFor, Matched, PackageName, PackageRef, PlaceContents, PlaceKind, PlaceSummary, Presence,
    Subject,
};

use super::Query;

/// A release, or a package of which nobody says which release, that a record or a question means.
#[derive(Debug, Clone, PartialEq)]
pub struct Affected {
    /// What it is.
    pub subject: Subject,
    /// The records and questions that mean it.
    pub matches: Vec<AdvisoryMatch>,
    /// Every place it was found in, each with what of it was found there and nothing else.
    pub places: Vec<PlaceContents>,
}

/// What is publicly known of releases.
pub trait Records {
    /// The records that name each release, or what its archive is to hash to, in the order asked.
    fn of_releases(&self, releases: &[Release<'_>]) -> Vec<Vec<AdvisoryMatch>>;
    /// The records that name a package, whichever release.
    fn of_package(&self, name: &str) -> Vec<AdvisoryMatch>;
}

/// A release as records name it.
#[derive(Debug, Clone)]
pub struct Release<'p> {
    /// The package.
    pub name: &'p str,
    /// Its version.
    pub version: &'p str,
    /// What its archive is to hash to, as the places say, each once.
    pub integrity: BTreeSet<&'p str>,
}

/// Where a package was found: the place and the package within it, by position.
type Found = (usize, usize);

/// Everything in `places` that a record or a question means, by name and version.
pub fn affected(places: &[PlaceContents], known: Option<&dyn Records>, asked: &[Query]) -> Vec<Affected> {
    let (releases, unknown) = sorted(places);
    let integrity = |found: &[Found]| {
        let packages = found
            .iter()
            .filter_map(|(place, at)| places.get(*place)?.packages.get(*at));
        packages.filter_map(|package| package.integrity.as_deref()).collect()
    };
    let keys: Vec<Release<'_>> = releases
        .iter()
        .map(|((name, version), found)| Release {
            name,
            version,
            integrity: integrity(found),
        })
        .collect();
    let records = known.map_or_else(|| vec![Vec::new(); keys.len()], |known| known.of_releases(&keys));
    let mut all = Vec::new();
    for (((name, version), found), mut matches) in releases.iter().zip(records) {
        let means = |query: &&Query| query.means(name, version);
        matches.extend(asked.iter().filter(means).map(Query::record));
        if !matches.is_empty() {
            all.push(Affected {
                subject: subject(name, version),
                matches,
                places: only(places, found),
            });
        }
    }
    // A folder may be called like a package whose name its manifest does not say: which release lies there is not known then.
    let mut unknown = unknown;
    for (name, found) in folders(places) {
        if asked.iter().any(|query| query.name.as_str() == name) {
            unknown.entry(name).or_default().extend(found);
        }
    }
    for (name, found) in &unknown {
        // Of a name with one bad release among many, that it is named somewhere says nothing.
        let mut matches = known.map(|known| known.of_package(name)).unwrap_or_default();
        matches.retain(|record| record.matched == Matched::Every);
        let about = |query: &&Query| query.name.as_str() == *name;
        matches.extend(asked.iter().filter(about).map(Query::record));
        if !matches.is_empty() {
            let mut places = only(places, found);
            // What says another name of itself, in a folder of this one: it is there, and not known as which release.
            for package in places.iter_mut().flat_map(|it| &mut it.packages) {
                if package.name != *name {
                    package.presence = Presence::Unknown;
                }
            }
            all.push(Affected {
                subject: Subject::Unresolved((*name).to_owned()),
                matches,
                places,
            });
        }
    }
    all
}

/// The answer to each question.
pub fn answers(asked: &[Query], affected: &[Affected]) -> Vec<AskedFor> {
    let answer = |query: &Query| {
        let is_it = |it: &&Affected| it.matches.iter().any(|record| *record == query.record());
        let meant: Vec<&Affected> = affected.iter().filter(is_it).collect();
        let packages = meant.iter().flat_map(|it| &it.places).flat_map(|it| &it.packages);
        let releases: BTreeSet<String> = meant
            .iter()
            .filter_map(|it| match &it.subject {
                Subject::Package(release) => Some(release.purl()),
                _ => None,
            })
            .collect();
        AskedFor {
            typed: query.typed.clone(),
            found: packages.map(|package| package.presence).min(),
            releases: releases.into_iter().collect(),
        }
    };
    asked.iter().map(answer).collect()
}

/// Each place counted, with the worst of what is affected in it.
pub fn summaries(places: &[PlaceContents], affected: &[Affected]) -> Vec<PlaceSummary> {
    let mut worst: BTreeMap<&waxseal_model::Place, Presence> = BTreeMap::new();
    let counts = |it: &&Affected| {
        it.matches
            .iter()
            .any(|record| record.malicious && record.withdrawn.is_none())
    };
    for contents in affected.iter().filter(counts).flat_map(|it| &it.places) {
        for package in &contents.packages {
            let known = worst.entry(&contents.place).or_insert(package.presence);
            *known = (*known).min(package.presence);
        }
    }
    let count = |number: usize| u64::try_from(number).unwrap_or(u64::MAX);
    let summary = |contents: &PlaceContents| PlaceSummary {
        place: contents.place.clone(),
        packages: count(contents.packages.len()),
        unknown: count(contents.packages.iter().filter(|it| it.version.is_none()).count()),
        problems: count(contents.problems.len()),
        affected: worst.get(&contents.place).copied(),
    };
    places.iter().map(summary).collect()
}

/// How many different releases there are.
pub fn releases(places: &[PlaceContents]) -> u64 {
    u64::try_from(sorted(places).0.len()).unwrap_or(u64::MAX)
}

/// What is installed under another name than its own, by the folder's name.
fn folders(places: &[PlaceContents]) -> ByName<'_> {
    let mut folders: ByName<'_> = BTreeMap::new();
    for (place, contents) in places.iter().enumerate() {
        let is_folder = !matches!(contents.place.kind, PlaceKind::ClientConfig | PlaceKind::Lockfile);
        for (at, package) in contents.packages.iter().enumerate().filter(|_| is_folder) {
            if let Some(alias) = package.alias.as_deref().filter(|alias| *alias != package.name) {
                folders.entry(alias).or_default().push((place, at));
            }
        }
    }
    folders
}

type ByRelease<'p> = BTreeMap<(&'p str, &'p str), Vec<Found>>;
type ByName<'p> = BTreeMap<&'p str, Vec<Found>>;

/// What was found, by release, and by name where no release is named.
fn sorted(places: &[PlaceContents]) -> (ByRelease<'_>, ByName<'_>) {
    let mut releases: ByRelease<'_> = BTreeMap::new();
    let mut unknown: ByName<'_> = BTreeMap::new();
    for (place, contents) in places.iter().enumerate() {
        for (at, package) in contents.packages.iter().enumerate() {
            let found = (place, at);
            match &package.version {
                Some(version) => releases.entry((&package.name, version)).or_default().push(found),
                None => unknown.entry(&package.name).or_default().push(found),
            }
        }
    }
    (releases, unknown)
}

fn subject(name: &str, version: &str) -> Subject {
    match PackageName::parse(name) {
        Ok(name) => Subject::Package(PackageRef {
            name,
            version: version.to_owned(),
        }),
        Err(_) => Subject::Unresolved(format!("{name}@{version}")),
    }
}

/// The places of these, with nothing else in them.
fn only(places: &[PlaceContents], found: &[Found]) -> Vec<PlaceContents> {
    let mut by_place: BTreeMap<usize, Vec<usize>> = BTreeMap::new();
    for (place, at) in found {
        by_place.entry(*place).or_default().push(*at);
    }
    let only = |(place, packages): (usize, Vec<usize>)| {
        let contents = places.get(place)?;
        Some(PlaceContents {
            place: contents.place.clone(),
            packages: packages
                .iter()
                .filter_map(|at| contents.packages.get(*at))
                .cloned()
                .collect(),
            differences: Vec::new(),
            problems: Vec::new(),
            notes: Vec::new(),
        })
    };
    by_place.into_iter().filter_map(only).collect()
}

#[cfg(test)]
mod tests {
    use waxseal_model::{Occurrence, OccurrenceSource, Place};

    use super::*;

    fn occurrence(name: &str, version: Option<&str>, presence: Presence) -> Occurrence {
        Occurrence {
            name: name.to_owned(),
            version: version.map(str::to_owned),
            requested: None,
            presence,
            path: format!("node_modules/{name}"),
            line: None,
            alias: None,
            integrity: None,
            source: OccurrenceSource::Registry,
        }
    }

    fn place(kind: PlaceKind, path: &str, packages: Vec<Occurrence>) -> PlaceContents {
        PlaceContents {
            place: Place {
                kind,
                tool: "npm".to_owned(),
                path: path.to_owned(),
            },
            packages,
            differences: Vec::new(),
            problems: Vec::new(),
            notes: Vec::new(),
        }
    }

    fn world() -> Vec<PlaceContents> {
        use Presence::{CouldHaveRun, Present, Unknown};
        vec![
            place(
                PlaceKind::Lockfile,
                "/shop/package-lock.json",
                vec![
                    occurrence("postmark-mcp", Some("1.0.16"), CouldHaveRun),
                    occurrence("left-pad", Some("1.3.0"), CouldHaveRun),
                ],
            ),
            place(
                PlaceKind::NodeModules,
                "/shop/node_modules",
                vec![
                    occurrence("left-pad", Some("1.3.0"), Present),
                    occurrence("postmark-mcp", Some("1.0.16"), Present),
                ],
            ),
            place(
                PlaceKind::ClientConfig,
                "/home/a/mcp.json",
                vec![occurrence("postmark-mcp", None, Unknown)],
            ),
            place(
                PlaceKind::NpxCache,
                "/home/a/.npm/_npx/1",
                vec![occurrence("postmark-mcp", Some("1.0.15"), Present)],
            ),
        ]
    }

    #[test]
    fn a_question_is_answered_over_every_place() {
        let places = world();
        let asked = [
            Query::parse("postmark-mcp@>=1.0.16").unwrap(),
            Query::parse("event-stream@3.3.6").unwrap(),
        ];
        let found = affected(&places, None, &asked);
        let subjects: Vec<String> = found.iter().map(|it| it.subject.to_string()).collect();
        assert_eq!(subjects, ["postmark-mcp@1.0.16", "postmark-mcp"]);
        let paths: Vec<&str> = found[0].places.iter().map(|it| it.place.path.as_str()).collect();
        assert_eq!(paths, ["/shop/package-lock.json", "/shop/node_modules"]);
        assert!(found[0].places.iter().all(|it| it.packages.len() == 1));
        let answers = answers(&asked, &found);
        assert_eq!(answers[0].found, Some(Presence::Present));
        assert_eq!(answers[0].releases, ["pkg:npm/postmark-mcp@1.0.16"]);
        assert_eq!(answers[1].found, None);
        let summaries = summaries(&places, &found);
        let worst: Vec<Option<Presence>> = summaries.iter().map(|it| it.affected).collect();
        let expected = [
            Some(Presence::CouldHaveRun),
            Some(Presence::Present),
            Some(Presence::Unknown),
            None,
        ];
        assert_eq!(worst, expected);
        assert_eq!(releases(&places), 3);
    }

    #[test]
    fn nothing_is_affected_where_nothing_is_meant() {
        assert_eq!(affected(&world(), None, &[]), []);
        let asked = [Query::parse("postmark-mcp@2").unwrap()];
        let found = affected(&world(), None, &asked);
        // What names no release may be any of them.
        assert_eq!(found.len(), 1);
        assert_eq!(answers(&asked, &found)[0].found, Some(Presence::Unknown));
    }
}
