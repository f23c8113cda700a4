//! Reads one record, whatever is wrong with it.

use super::hashes::{Hash, Specific};
use super::{Affected, Event, EventKind, Range, Record, moment, normalise};
use crate::lenient::{self, Field, List, Text, fields};

/// Why a record is not kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum LeftOut {
    /// It is about a weakness, or does not say that the package itself is malicious.
    Weakness,
    /// It names no package of npm.
    OtherEcosystem,
    /// It cannot be read: why, in our words.
    Unreadable(String),
}

/// Reads a record of OSV's. What it says in prose (`details`) is not kept.
///
/// # Errors
/// It is not kept; the error says why.
pub fn read(bytes: &[u8]) -> Result<Record, LeftOut> {
    if bytes.len() > MAX_RECORD {
        return Err(LeftOut::Unreadable(format!("it holds more than {MAX_RECORD} bytes")));
    }
    let Field::Present(raw) = lenient::read::<Raw>(bytes).map_err(LeftOut::Unreadable)? else {
        return Err(LeftOut::Unreadable("it is no JSON object".to_owned()));
    };
    let Some(id) = text(raw.id).filter(|id| !id.is_empty()) else {
        return Err(LeftOut::Unreadable("it has no `id`".to_owned()));
    };
    let aliases = texts(raw.aliases, MAX_ALIASES);
    let summary = text(raw.summary).unwrap_or_default();
    let mut specifics: Vec<Specific> = present(raw.database_specific).into_iter().collect();
    let mut affected = Vec::new();
    let mut any = false;
    for entry in entries(raw.affected) {
        any = true;
        let ours = entry_of(entry, &mut specifics);
        affected.extend(ours);
    }
    if affected.is_empty() {
        return Err(if any {
            LeftOut::OtherEcosystem
        } else {
            LeftOut::Unreadable("it names no package".to_owned())
        });
    }
    let is_mal = |id: &str| id.get(..4).is_some_and(|start| start.eq_ignore_ascii_case("MAL-"));
    let says = is_mal(&id)
        || aliases.iter().any(|id| is_mal(id))
        || specifics.iter().any(Specific::says_malware)
        || MALWARE_TITLES.iter().any(|title| starts_with(&summary, title));
    if !says {
        return Err(LeftOut::Weakness);
    }
    let mut hashes: Vec<Hash> = specifics.iter().flat_map(Specific::hashes).collect();
    hashes.sort();
    hashes.dedup();
    let time = |field| text(field).and_then(|text| moment(&text));
    Ok(Record {
        id: cut(id, MAX_ID),
        aliases,
        summary: cut(summary, MAX_SUMMARY),
        published: time(raw.published),
        modified: time(raw.modified),
        withdrawn: time(raw.withdrawn),
        affected,
        hashes,
        references: references(raw.references),
    })
}

/// One entry of `affected`, if it is about npm.
fn entry_of(entry: RawAffected, specifics: &mut Vec<Specific>) -> Option<Affected> {
    let package = present(entry.package)?;
    let purl = text(package.purl).unwrap_or_default();
    let ecosystem = text(package.ecosystem).unwrap_or_default();
    // An ecosystem may have a suffix behind a colon.
    let ecosystem = ecosystem.split(':').next().unwrap_or_default();
    let is_npm = ecosystem.eq_ignore_ascii_case("npm") || (ecosystem.is_empty() && starts_with(&purl, "pkg:npm/"));
    if !is_npm {
        return None;
    }
    let name = text(package.name)
        .filter(|name| !name.trim().is_empty())
        .unwrap_or(purl);
    let name = normalise(&name);
    if name.is_empty() || name.len() > MAX_NAME {
        return None;
    }
    specifics.extend(present(entry.database_specific));
    specifics.extend(present(entry.ecosystem_specific));
    // What is there and cannot be read is not "all releases".
    let mut unreadable = matches!(entry.ranges, Field::Wrong) || matches!(entry.versions, Field::Wrong);
    unreadable |= matches!(&entry.versions, Field::Present(list) if list.entries.len() > MAX_VERSIONS);
    unreadable |= has_wrong(&entry.ranges) || has_wrong(&entry.versions);
    let mut ranges = Vec::new();
    for range in entries(entry.ranges) {
        let kind = text(range.kind).unwrap_or_default();
        let events: Vec<Event> = entries(range.events).into_iter().flat_map(events_of).collect();
        let has_begin = events.iter().any(|event| event.kind == EventKind::Introduced);
        // Commits cannot be compared with versions.
        if kind.eq_ignore_ascii_case("GIT") || !has_begin {
            unreadable = true;
        } else {
            ranges.push(Range::of_events(events));
        }
    }
    let is_version = |text: &Text| {
        let text = text.0.trim();
        !text.is_empty() && text.len() <= MAX_ID
    };
    if let Field::Present(list) = &entry.versions {
        unreadable |= list
            .entries
            .iter()
            .any(|it| matches!(it, Field::Present(text) if !is_version(text)));
    }
    let versions = texts(entry.versions, MAX_VERSIONS);
    Some(Affected {
        name,
        ranges,
        versions,
        unreadable,
    })
}

/// One object of `events`; the schema asks for one key in each, and several are taken apart.
fn events_of(event: RawEvent) -> Vec<Event> {
    let of = |kind, field| {
        text(field).map(|version| Event {
            kind,
            version: version.trim().to_owned(),
        })
    };
    [
        of(EventKind::Introduced, event.introduced),
        of(EventKind::Fixed, event.fixed),
        of(EventKind::LastAffected, event.last_affected),
        of(EventKind::Limit, event.limit),
    ]
    .into_iter()
    .flatten()
    .collect()
}

/// Addresses, those with a story first, then the rest; the package's own page says nothing.
fn references(list: Field<List<RawReference>>) -> Vec<String> {
    let mut found: Vec<(usize, String)> = entries(list)
        .into_iter()
        .filter_map(|it| {
            let kind = text(it.kind).unwrap_or_default().to_ascii_uppercase();
            let rank = TELLING.iter().position(|known| *known == kind).unwrap_or(TELLING.len());
            let url = text(it.url)?;
            let sound = url.len() <= MAX_URL && (starts_with(&url, "https://") || starts_with(&url, "http://"));
            (sound && kind != "PACKAGE").then_some((rank, url))
        })
        .collect();
    found.sort_by_key(|(rank, _)| *rank);
    let mut urls: Vec<String> = Vec::new();
    for (_, url) in found {
        if urls.len() < MAX_REFERENCES && !urls.contains(&url) {
            urls.push(url);
        }
    }
    urls
}

fn starts_with(text: &str, start: &str) -> bool {
    text.get(..start.len()).is_some_and(|it| it.eq_ignore_ascii_case(start))
}

fn present<T>(field: Field<T>) -> Option<T> {
    match field {
        Field::Present(value) => Some(value),
        _ => None,
    }
}

fn text(field: Field<Text>) -> Option<String> {
    present(field).map(|Text(text)| text)
}

fn entries<T>(field: Field<List<T>>) -> Vec<T> {
    let list = present(field).map(|list| list.entries).unwrap_or_default();
    list.into_iter().filter_map(present).collect()
}

/// Whether a list has entries that are of a wrong type, too long, or nothing, or more than are kept.
fn has_wrong<T>(field: &Field<List<T>>) -> bool {
    let is_wrong = |it: &Field<T>| !matches!(it, Field::Present(_));
    matches!(field, Field::Present(list) if list.cut || list.entries.iter().any(is_wrong))
}

fn texts(field: Field<List<Text>>, most: usize) -> Vec<String> {
    let all = entries(field).into_iter().map(|Text(text)| text.trim().to_owned());
    all.filter(|text| !text.is_empty() && text.len() <= MAX_ID)
        .take(most)
        .collect()
}

/// `text`, cut at a character to at most `limit` bytes.
fn cut(mut text: String, limit: usize) -> String {
    text.truncate(text.floor_char_boundary(limit));
    text
}

#[derive(Debug, Default)]
struct Raw {
    id: Field<Text>,
    aliases: Field<List<Text>>,
    summary: Field<Text>,
    published: Field<Text>,
    modified: Field<Text>,
    withdrawn: Field<Text>,
    affected: Field<List<RawAffected>>,
    references: Field<List<RawReference>>,
    database_specific: Field<Specific>,
}

#[derive(Debug, Default)]
struct RawAffected {
    package: Field<RawPackage>,
    ranges: Field<List<RawRange>>,
    versions: Field<List<Text>>,
    database_specific: Field<Specific>,
    ecosystem_specific: Field<Specific>,
}

#[derive(Debug, Default)]
struct RawPackage {
    ecosystem: Field<Text>,
    name: Field<Text>,
    purl: Field<Text>,
}

#[derive(Debug, Default)]
struct RawRange {
    kind: Field<Text>,
    events: Field<List<RawEvent>>,
}

#[derive(Debug, Default)]
struct RawEvent {
    introduced: Field<Text>,
    fixed: Field<Text>,
    last_affected: Field<Text>,
    limit: Field<Text>,
}

#[derive(Debug, Default)]
struct RawReference {
    kind: Field<Text>,
    url: Field<Text>,
}

fields!(Raw {
    "id" => id,
    "aliases" => aliases,
    "summary" => summary,
    "published" => published,
    "modified" => modified,
    "withdrawn" => withdrawn,
    "affected" => affected,
    "references" => references,
    "database_specific" => database_specific,
});
fields!(RawAffected {
    "package" => package,
    "ranges" => ranges,
    "versions" => versions,
    "database_specific" => database_specific,
    "ecosystem_specific" => ecosystem_specific,
});
fields!(RawPackage { "ecosystem" => ecosystem, "name" => name, "purl" => purl });
fields!(RawRange { "type" => kind, "events" => events });
fields!(RawEvent { "introduced" => introduced, "fixed" => fixed, "last_affected" => last_affected, "limit" => limit });
fields!(RawReference { "type" => kind, "url" => url });

/// The most bytes of one record; the largest in use, of worms with hundreds of packages, stay below one million.
pub const MAX_RECORD: usize = 4 << 20;

/// How records of malicious packages are titled where nothing else says it (GitHub's advisories, ossf/malicious-packages).
const MALWARE_TITLES: [&str; 4] = [
    "Malware in ",
    "Malicious code in ",
    "Malicious package",
    "Embedded malicious code in ",
];

/// Kinds of references, the most telling first (OSV schema, `references[].type`).
const TELLING: [&str; 4] = ["ARTICLE", "REPORT", "ADVISORY", "EVIDENCE"];

/// npm's longest name has 214 bytes; percent-encoding is gone.
const MAX_NAME: usize = 256;
const MAX_ID: usize = 256;
const MAX_SUMMARY: usize = 300;
const MAX_ALIASES: usize = 20;
const MAX_VERSIONS: usize = 50_000;
const MAX_REFERENCES: usize = 5;
const MAX_URL: usize = 500;
