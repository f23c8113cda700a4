//! A STIX 2.1 bundle of one indicator a record (OASIS, §4.7, §8).

use serde::Serialize;
use sha2::{Digest as _, Sha256};
use waxseal_model::Moment;
use waxseal_npm::osv::{Affected, Algorithm, Record};

use super::Exported;
use crate::report::escape::{Visible, visible};

pub(super) fn write(records: &[&Record], now: Moment) -> Exported {
    let mut left_out = 0;
    let mut objects = Vec::new();
    for record in records {
        match pattern(record, &mut left_out) {
            Some(pattern) => objects.push(indicator(record, pattern, now)),
            None => left_out += u64::from(record.affected.is_empty()),
        }
    }
    let ids: Vec<&str> = objects.iter().map(|object| object.id.as_str()).collect();
    let bundle = Bundle {
        kind: "bundle",
        id: format!("bundle--{}", uuid(&ids.concat())),
        objects,
    };
    let text = serde_json::to_string_pretty(&bundle).expect("plain data can be written as JSON");
    Exported {
        text: format!("{}\n", harmless(&text)),
        left_out,
    }
}

/// JSON in which what a terminal would obey or hide is escaped (RFC 8259 §7). Beyond ASCII such characters only stand in strings.
fn harmless(json: &str) -> String {
    let mut out = String::with_capacity(json.len());
    let mut marks = 0;
    for c in json.chars() {
        match visible(c, &mut marks) {
            Visible::Escaped(c) if c != '\n' => {
                let mut units = [0; 2];
                for unit in c.encode_utf16(&mut units) {
                    out.push_str(&format!("\\u{unit:04x}"));
                }
            }
            _ => out.push(c),
        }
    }
    out
}

#[derive(Serialize)]
struct Bundle {
    #[serde(rename = "type")]
    kind: &'static str,
    id: String,
    objects: Vec<Indicator>,
}

/// §4.7.1
#[derive(Serialize)]
struct Indicator {
    #[serde(rename = "type")]
    kind: &'static str,
    spec_version: &'static str,
    id: String,
    created: String,
    modified: String,
    name: String,
    #[serde(skip_serializing_if = "String::is_empty")]
    description: String,
    indicator_types: [&'static str; 1],
    pattern: String,
    pattern_type: &'static str,
    pattern_version: &'static str,
    valid_from: String,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    external_references: Vec<Reference>,
}

/// §2.5
#[derive(Serialize)]
struct Reference {
    source_name: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    url: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    external_id: Option<String>,
}

fn indicator(record: &Record, pattern: String, now: Moment) -> Indicator {
    let published = record.published.unwrap_or(now);
    let modified = record.modified.unwrap_or(published).max(published);
    let names: Vec<&str> = record
        .affected
        .iter()
        .map(|it| it.name.as_str())
        .take(MAX_NAMED)
        .collect();
    let own = Reference {
        source_name: if record.id.starts_with("MAL-") {
            "osv"
        } else {
            "waxseal"
        }
        .to_owned(),
        url: None,
        external_id: Some(record.id.clone()),
    };
    let urls = record.references.iter().map(|url| Reference {
        source_name: "reference".to_owned(),
        url: Some(url.clone()),
        external_id: None,
    });
    let id = match record.id.strip_prefix("indicator--") {
        Some(id) if is_uuid(id) => record.id.clone(),
        _ => format!("indicator--{}", uuid(&format!("{}\n{pattern}", record.id))),
    };
    Indicator {
        kind: "indicator",
        spec_version: "2.1",
        id,
        created: stamp(published),
        modified: stamp(modified),
        name: match names.as_slice() {
            [] => "Malicious npm package".to_owned(),
            names => format!("Malicious npm package {}", names.join(", ")),
        },
        description: record.summary.clone(),
        indicator_types: ["malicious-activity"],
        pattern,
        pattern_type: "stix",
        pattern_version: "2.1",
        valid_from: stamp(published),
        external_references: std::iter::once(own).chain(urls).collect(),
    }
}

/// What a record names, as a pattern (§9); `None` where it names nothing that one can say.
fn pattern(record: &Record, left_out: &mut u64) -> Option<String> {
    let mut parts = Vec::new();
    for affected in &record.affected {
        match of_package(affected) {
            Some(more) => parts.extend(more),
            None => *left_out += 1,
        }
    }
    parts.extend(record.hashes.iter().map(|hash| {
        let algorithm = match hash.algorithm {
            Algorithm::Sha1 => "SHA-1",
            Algorithm::Sha256 => "SHA-256",
            Algorithm::Sha512 => "SHA-512",
        };
        format!("[file:hashes.'{algorithm}' = '{}']", hash.hex())
    }));
    (!parts.is_empty()).then(|| parts.join(" OR "))
}

fn of_package(affected: &Affected) -> Option<Vec<String>> {
    let name = format!("software:name = {} AND software:vendor = 'npm'", quoted(&affected.name));
    if affected.is_every() {
        return Some(vec![format!("[{name}]")]);
    }
    if affected.unreadable {
        return None;
    }
    let mut parts = Vec::new();
    let versions: Vec<String> = affected.versions.iter().map(|version| quoted(version)).collect();
    match versions.as_slice() {
        [] => {}
        [one] => parts.push(format!("[{name} AND software:version = {one}]")),
        several => parts.push(format!("[{name} AND software:version IN ({})]", several.join(", "))),
    }
    for range in &affected.ranges {
        for alternative in range.bounds()? {
            let bounds = alternative
                .iter()
                .map(|(operator, version)| format!(" AND software:version {operator} {}", quoted(version)));
            parts.push(format!("[{name}{}]", bounds.collect::<String>()));
        }
    }
    Some(parts)
}

/// A string literal of patterns (§9.2).
fn quoted(text: &str) -> String {
    format!("'{}'", text.replace('\\', "\\\\").replace('\'', "\\'"))
}

/// `2026-11-22T00:00:00.000Z` (§2.13).
fn stamp(moment: Moment) -> String {
    let time = jiff::Timestamp::from_second(moment.0).unwrap_or(jiff::Timestamp::UNIX_EPOCH);
    format!("{time:.3}")
}

/// An id of its own that is the same for the same record (RFC 9562 §5.8: its bits are ours but for version and variant).
fn uuid(text: &str) -> String {
    let digest = Sha256::digest(text.as_bytes());
    let mut bytes = [0; 16];
    bytes.copy_from_slice(&digest[..16]);
    // Version 4 and the variant of RFC 9562: validators of STIX take no newer version.
    bytes[6] = bytes[6] & 0x0f | 0x40;
    bytes[8] = bytes[8] & 0x3f | 0x80;
    let hex: String = bytes.iter().map(|byte| format!("{byte:02x}")).collect();
    [&hex[..8], &hex[8..12], &hex[12..16], &hex[16..20], &hex[20..]].join("-")
}

fn is_uuid(text: &str) -> bool {
    let parts: Vec<&str> = text.split('-').collect();
    let lengths: Vec<usize> = parts.iter().map(|part| part.len()).collect();
    lengths == [8, 4, 4, 4, 12]
        && parts
            .iter()
            .all(|part| part.bytes().all(|byte| byte.is_ascii_hexdigit()))
}

/// A name of an indicator bears no more.
const MAX_NAMED: usize = 4;
