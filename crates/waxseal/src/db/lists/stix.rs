//! STIX 2.1 bundles (OASIS, §8): indicators whose patterns name software or files, and software objects with a package URL.

use std::collections::HashMap;

use serde_json::Value;
use waxseal_model::Moment;
use waxseal_npm::osv::{Affected, Hash, Range, Record, moment};
use waxseal_npm::version;

use super::stix_pattern::{self, Comparison, MAX_VALUES};
use super::{Listed, MAX_REASON, MAX_URL, Wrong, cut, name_of, purls, versions};

/// Reads a bundle. Indicators that were revoked or whose time is over are kept as taken back; those that say "benign" are left out.
///
/// # Errors
/// It is no bundle.
pub(in crate::db) fn read(text: &str, now: Moment) -> Result<Listed, Wrong> {
    let wrong = |what: &str| Wrong::at(0, what);
    let bundle: Value = serde_json::from_str(text).map_err(|err| Wrong::at(err.line(), "it is not JSON"))?;
    if bundle["type"] != "bundle" {
        return Err(wrong("it is no STIX bundle"));
    }
    let objects = bundle["objects"]
        .as_array()
        .ok_or_else(|| wrong("the bundle has no `objects`"))?;
    let mut listed = Listed::default();
    for object in objects {
        match object["type"].as_str() {
            Some("indicator") => indicator(object, now, &mut listed),
            Some("software") => software(object, now, &mut listed),
            // What only joins and explains the others.
            _ => {}
        }
    }
    Ok(listed)
}

/// §4.7. One record an indicator, whatever its pattern joins by `OR`.
fn indicator(object: &Value, now: Moment, listed: &mut Listed) {
    let is_benign = |types: &Vec<Value>| types.iter().any(|it| it == "benign");
    if object["indicator_types"].as_array().is_some_and(is_benign) {
        listed.other += 1;
        return;
    }
    let pattern = object["pattern"]
        .as_str()
        .filter(|_| object["pattern_type"].as_str().is_none_or(|it| it == "stix"));
    let Some(alternatives) = pattern.and_then(stix_pattern::parse) else {
        listed.unreadable += 1;
        return;
    };
    let mut record = described(object, now);
    let (mut other, mut unreadable) = (0, 0);
    let mut left = MAX_VALUES;
    for alternative in &alternatives {
        match meant(alternative, &mut left) {
            Meant::Packages(affected, hashes) => {
                record.affected.extend(affected);
                record.hashes.extend(hashes);
            }
            Meant::Other => other += 1,
            Meant::Unreadable => unreadable += 1,
        }
    }
    listed.unreadable += u64::from(unreadable > 0);
    if !record.affected.is_empty() || !record.hashes.is_empty() {
        record.hashes.sort();
        record.hashes.dedup();
        listed.records.push(merged(record));
    } else if unreadable == 0 {
        listed.other += u64::from(other > 0);
    }
}

/// Entries of one name that only list versions, together.
fn merged(mut record: Record) -> Record {
    let mut kept: Vec<Affected> = Vec::new();
    // Where the entry of a name is that does not mean all of it.
    let mut partial: HashMap<String, usize> = HashMap::new();
    for affected in record.affected.drain(..) {
        if affected.is_every() {
            kept.push(affected);
            continue;
        }
        match partial.get(&affected.name).copied() {
            Some(idx) => {
                kept[idx].versions.extend(affected.versions);
                kept[idx].ranges.extend(affected.ranges);
            }
            None => {
                partial.insert(affected.name.clone(), kept.len());
                kept.push(affected);
            }
        }
    }
    record.affected = kept;
    record
}

/// §6.14. Software is only taken for ours by its package URL, or where npm is its vendor.
fn software(object: &Value, now: Moment, listed: &mut Listed) {
    let text = |key: &str| object[key].as_str();
    let purl = ["purl", "x_purl", "package_url"].iter().find_map(|key| text(key));
    let affected = match (purl, text("vendor"), text("name")) {
        (Some(purl), ..) if is_npm(purl) => purls::one(purl),
        (None, Some(vendor), Some(name)) if vendor.eq_ignore_ascii_case("npm") => {
            name_of(name).and_then(|name| match text("version") {
                Some(version) => version_of(name, version),
                None => Some(Affected {
                    name,
                    ..Affected::default()
                }),
            })
        }
        _ => {
            listed.other += 1;
            return;
        }
    };
    match affected {
        Some(affected) => listed.records.push(Record {
            affected: vec![affected],
            ..described(object, now)
        }),
        None => listed.unreadable += 1,
    }
}

fn is_npm(purl: &str) -> bool {
    let purl = purl.trim().to_ascii_lowercase();
    purl.strip_prefix("pkg:")
        .is_some_and(|rest| rest.trim_start_matches('/').starts_with("npm/"))
}

/// A version or a range as a list may have it; nothing is neither.
fn version_of(name: String, text: &str) -> Option<Affected> {
    if text.trim().is_empty() {
        return None;
    }
    versions::read(name, text)
}

/// What an object says of itself.
fn described(object: &Value, now: Moment) -> Record {
    let text = |key: &str| object[key].as_str().unwrap_or_default();
    let time = |key: &str| moment(text(key));
    let summary = [text("description"), text("name")]
        .into_iter()
        .find(|it| !it.trim().is_empty())
        .unwrap_or_default();
    let references = object["external_references"].as_array().into_iter().flatten();
    let urls = references.filter_map(|it| it["url"].as_str());
    let sound = |url: &&str| url.starts_with("https://") || url.starts_with("http://");
    let changed = time("modified").or_else(|| time("created"));
    let over = time("valid_until").filter(|until| *until <= now);
    Record {
        id: cut(text("id"), MAX_NAME_OF_ID),
        summary: cut(summary.trim(), MAX_REASON),
        published: time("valid_from").or_else(|| time("created")),
        modified: changed,
        withdrawn: if object["revoked"] == true {
            Some(changed.unwrap_or(now))
        } else {
            over
        },
        references: urls
            .filter(sound)
            .take(MAX_REFERENCES)
            .map(|url| cut(url, MAX_URL))
            .collect(),
        ..Record::default()
    }
}

enum Meant {
    Packages(Vec<Affected>, Vec<Hash>),
    /// Addresses, domains, files without a hash: nothing that a package is known by.
    Other,
    Unreadable,
}

/// What comparisons that must all hold name together. `left` is how many versions and bounds may still be written down for names.
fn meant(all: &[Comparison], left: &mut usize) -> Meant {
    let (mut names, mut purls_named, mut hashes) = (Vec::new(), Vec::new(), Vec::new());
    let (mut texts, mut bounds) = (Vec::new(), Vec::new());
    let mut narrower = false;
    for comparison in all {
        let path = comparison.path.to_ascii_lowercase();
        let equal = matches!(comparison.operator.as_str(), "=" | "IN");
        match path.as_str() {
            "software:name" if equal => names.extend(&comparison.values),
            "software:version" if equal => texts.extend(&comparison.values),
            "software:version" if matches!(comparison.operator.as_str(), "<" | "<=" | ">" | ">=") => {
                bounds.extend(
                    comparison
                        .values
                        .iter()
                        .map(|value| format!("{}{value}", comparison.operator)),
                );
            }
            "software:vendor" if equal => {
                if !comparison
                    .values
                    .iter()
                    .any(|vendor| vendor.eq_ignore_ascii_case("npm"))
                {
                    return Meant::Other;
                }
            }
            path if path.ends_with("purl") && equal => purls_named.extend(&comparison.values),
            path if path.starts_with("file:hashes.") && equal => {
                hashes.extend(comparison.values.iter().filter_map(|value| Hash::parse(value)));
            }
            // What goes with a file's hash only describes it.
            path if path.starts_with("file:") => {}
            _ => narrower = true,
        }
    }
    let says_package = !names.is_empty() || !purls_named.is_empty();
    if !says_package && hashes.is_empty() {
        return if texts.is_empty() && bounds.is_empty() {
            Meant::Other
        } else {
            Meant::Unreadable
        };
    }
    // A further condition that is not understood would make it mean more than it says.
    if narrower {
        return Meant::Unreadable;
    }
    if purls_named.iter().any(|purl| !is_npm(purl)) {
        return Meant::Other;
    }
    let range = (!bounds.is_empty()).then(|| bounds.join(" "));
    if range
        .as_deref()
        .is_some_and(|text| version::Range::parse(text).is_none())
    {
        return Meant::Unreadable;
    }
    let mut said = Affected::default();
    let mut every = false;
    for text in texts {
        let Some(part) = version_of(String::new(), text) else {
            return Meant::Unreadable;
        };
        every |= part.is_every();
        said.versions.extend(part.versions);
        said.ranges.extend(part.ranges);
    }
    if every {
        said = Affected::default();
    }
    said.ranges.extend(range.map(Range::Npm));
    let ranges = said.ranges.iter().map(|range| stix_pattern::weight(&range.to_string()));
    let versions = said.versions.iter().map(|version| stix_pattern::weight(version));
    let each: usize = ranges.chain(versions).sum();
    match left.checked_sub(names.len().saturating_mul(each)) {
        Some(rest) => *left = rest,
        None => return Meant::Unreadable,
    }
    let of_name = |name: &&String| name_of(name).map(|name| Affected { name, ..said.clone() });
    let of_purl = |purl: &&String| purls::one(purl);
    let affected: Option<Vec<Affected>> = names
        .iter()
        .map(of_name)
        .chain(purls_named.iter().map(of_purl))
        .collect();
    affected.map_or(Meant::Unreadable, |affected| Meant::Packages(affected, hashes))
}

const MAX_NAME_OF_ID: usize = 256;
const MAX_REFERENCES: usize = 5;
