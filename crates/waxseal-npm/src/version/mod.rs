//! Versions and ranges as npm reads them: node-semver in loose mode, which takes more than the semver specification does.
//!
//! Written here because the crates at hand differ from npm on texts that real packages hold; a table written by npm's own
//! semver package proves it (`scripts/semver-tables.mjs`).

mod range;

use std::cmp::Ordering;
use std::fmt;

pub use range::Range;

/// A version as npm's semver reads it in loose mode. Equal means the same text once tidied; build metadata is left out.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Version {
    main: [u64; 3],
    prerelease: Vec<Identifier>,
}

/// One part of a prerelease; numbers are kept without leading zeros.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
struct Identifier(String);

impl Version {
    /// Reads a version; `None` when npm would not take it for one.
    pub fn parse(text: &str) -> Option<Self> {
        if text.encode_utf16().count() > MAX_LENGTH {
            return None;
        }
        parse_plain(skip_prefix(text.trim()))
    }

    /// Whether it is a prerelease.
    pub fn is_prerelease(&self) -> bool {
        !self.prerelease.is_empty()
    }

    /// Which of two is newer. Two different texts can be equally new: `1.0.0-99999999999999999999` and its neighbour.
    pub fn precedence(&self, other: &Self) -> Ordering {
        self.main
            .cmp(&other.main)
            .then_with(|| match (self.is_prerelease(), other.is_prerelease()) {
                (false, false) => Ordering::Equal,
                (false, true) => Ordering::Greater,
                (true, false) => Ordering::Less,
                (true, true) => compare_prereleases(&self.prerelease, &other.prerelease),
            })
    }
}

impl fmt::Display for Version {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let [major, minor, patch] = self.main;
        write!(f, "{major}.{minor}.{patch}")?;
        for (at, identifier) in self.prerelease.iter().enumerate() {
            f.write_str(if at == 0 { "-" } else { "." })?;
            f.write_str(&identifier.0)?;
        }
        Ok(())
    }
}

impl PartialOrd for Version {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Version {
    fn cmp(&self, other: &Self) -> Ordering {
        self.precedence(other)
            .then_with(|| self.to_string().cmp(&other.to_string()))
    }
}

impl Identifier {
    fn new(text: &str) -> Self {
        match number(text) {
            Some(value) if value < MAX_SAFE_INTEGER => Self(value.to_string()),
            _ => Self(text.to_owned()),
        }
    }

    fn compare(&self, other: &Self) -> Ordering {
        let numeric = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
        match (numeric(&self.0), numeric(&other.0)) {
            (true, true) => as_js_number(&self.0).total_cmp(&as_js_number(&other.0)),
            (true, false) => Ordering::Less,
            (false, true) => Ordering::Greater,
            (false, false) => self.0.cmp(&other.0),
        }
    }
}

fn compare_prereleases(left: &[Identifier], right: &[Identifier]) -> Ordering {
    let unequal = left
        .iter()
        .zip(right)
        .map(|(a, b)| a.compare(b))
        .find(|order| order.is_ne());
    unequal.unwrap_or_else(|| left.len().cmp(&right.len()))
}

/// `[v=\s]*`, which node-semver allows before any version.
fn skip_prefix(text: &str) -> &str {
    text.trim_start_matches(|c: char| c == 'v' || c == '=' || c.is_whitespace())
}

/// A version without prefix that fills the whole text.
fn parse_plain(text: &str) -> Option<Version> {
    let (major, rest) = take_digits(text)?;
    let (minor, rest) = take_digits(rest.strip_prefix('.')?)?;
    let (patch, prerelease) = split_patch(rest.strip_prefix('.')?)?;
    let main = [component(major)?, component(minor)?, component(patch)?];
    let prerelease = prerelease.map_or_else(Vec::new, |text| text.split('.').map(Identifier::new).collect());
    Some(Version { main, prerelease })
}

/// Splits `patch[[-]prerelease][+build]`, giving the patch as many digits as it can have: in `30.4` it is `3`, and the
/// prerelease is `0.4`.
fn split_patch(text: &str) -> Option<(&str, Option<&str>)> {
    let digits = take_digits(text)?.0.len();
    (1..=digits).rev().find_map(|end| {
        let (patch, rest) = text.split_at(end);
        split_prerelease(rest).map(|prerelease| (patch, prerelease))
    })
}

/// `[-]prerelease`, then `+build`, each optional, up to the end of the text.
fn split_prerelease(text: &str) -> Option<Option<&str>> {
    let (before, build) = match text.split_once('+') {
        Some((before, build)) => (before, Some(build)),
        None => (text, None),
    };
    if build.is_some_and(|build| !is_identifiers(build)) {
        return None;
    }
    if before.is_empty() {
        return Some(None);
    }
    // The hyphen is optional, so a lone one is a prerelease of that name.
    let stripped = before.strip_prefix('-').filter(|rest| is_identifiers(rest));
    stripped.or_else(|| is_identifiers(before).then_some(before)).map(Some)
}

fn is_identifiers(text: &str) -> bool {
    text.split('.')
        .all(|part| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-'))
}

fn take_digits(text: &str) -> Option<(&str, &str)> {
    let end = text.find(|c: char| !c.is_ascii_digit()).unwrap_or(text.len());
    (end > 0).then(|| text.split_at(end))
}

fn component(digits: &str) -> Option<u64> {
    number(digits).filter(|value| *value <= MAX_SAFE_INTEGER)
}

fn number(digits: &str) -> Option<u64> {
    if digits.is_empty() || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    digits.parse().ok()
}

/// Numbers beyond what JavaScript counts exactly compare as its floating point numbers do.
fn as_js_number(digits: &str) -> f64 {
    digits.parse().unwrap_or(f64::INFINITY)
}

/// node-semver refuses longer versions.
const MAX_LENGTH: usize = 256;

/// ECMAScript's `Number.MAX_SAFE_INTEGER`.
const MAX_SAFE_INTEGER: u64 = 9_007_199_254_740_991;
