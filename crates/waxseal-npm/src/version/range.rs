//! Ranges: alternatives of comparators, written in npm's many ways.

mod bounds;

use std::cmp::Ordering;

use super::{Version, is_identifiers, parse_plain, skip_prefix, split_patch, take_digits};

/// A range as npm's semver reads it in loose mode.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Range {
    alternatives: Vec<Vec<Comparator>>,
}

/// One bound; no version means any.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Comparator {
    operator: Operator,
    version: Option<Version>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Operator {
    Equal,
    Less,
    LessOrEqual,
    Greater,
    GreaterOrEqual,
}

impl Range {
    /// Reads a range; `None` when npm would not take it for one.
    pub fn parse(text: &str) -> Option<Self> {
        if text.len() > MAX_LENGTH {
            return None;
        }
        let text = text.split_whitespace().collect::<Vec<_>>().join(" ");
        let mut alternatives = Vec::new();
        for part in text.split("||") {
            let comparators = parse_alternative(part.trim())?;
            if !comparators.is_empty() {
                alternatives.push(comparators);
            }
        }
        // Where one alternative is just "any", node-semver forgets the others, and with them their prereleases.
        if let Some(any) = alternatives.iter().position(|comparators| is_any(comparators)) {
            alternatives = vec![alternatives.swap_remove(any)];
        }
        (!alternatives.is_empty()).then_some(Self { alternatives })
    }

    /// Whether a version lies within its bounds, prereleases as any other: what a disclosure means by a range.
    pub fn covers(&self, version: &Version) -> bool {
        let within = |comparators: &Vec<Comparator>| comparators.iter().all(|comparator| comparator.holds(version));
        self.alternatives.iter().any(within)
    }

    /// Whether a version satisfies it. A prerelease does so only where a bound is a prerelease of the same version.
    pub fn satisfies(&self, version: &Version) -> bool {
        self.alternatives.iter().any(|comparators| {
            comparators.iter().all(|comparator| comparator.holds(version))
                && (!version.is_prerelease() || comparators.iter().any(|comparator| comparator.names(version)))
        })
    }
}

impl Comparator {
    fn holds(&self, version: &Version) -> bool {
        let Some(bound) = &self.version else { return true };
        let order = version.precedence(bound);
        match self.operator {
            Operator::Equal => order == Ordering::Equal,
            Operator::Less => order == Ordering::Less,
            Operator::LessOrEqual => order != Ordering::Greater,
            Operator::Greater => order == Ordering::Greater,
            Operator::GreaterOrEqual => order != Ordering::Less,
        }
    }

    /// Whether its bound is a prerelease of the same three numbers.
    fn names(&self, version: &Version) -> bool {
        self.version
            .as_ref()
            .is_some_and(|bound| bound.is_prerelease() && bound.main == version.main)
    }
}

fn is_any(comparators: &[Comparator]) -> bool {
    !comparators.is_empty() && comparators.iter().all(|comparator| comparator.version.is_none())
}

/// Comparators that must all hold. In loose mode those that cannot be read are left out; `None` only for numbers too large.
fn parse_alternative(text: &str) -> Option<Vec<Comparator>> {
    let text = strip_builds(text);
    let text = replace_hyphen(&text).unwrap_or(text);
    let text = trim_operators(&text);
    let text = trim_behind(&text, &["~>", "~"], "~");
    let text = trim_behind(&text, &["^"], "^");
    let parts = text.split(' ').map(desugar).collect::<Vec<_>>().join(" ");
    let parts: Vec<&str> = parts.split(' ').collect();
    let mut comparators = Vec::new();
    for (at, part) in parts.iter().enumerate() {
        // node-semver parts the text by runs of spaces here, so nothing is left of "any" but at either end.
        if part.is_empty() && at > 0 && at + 1 < parts.len() {
            continue;
        }
        let part = if *part == ">=0.0.0" { "" } else { part };
        match parse_comparator(part) {
            Parsed::Comparator(comparator) => comparators.push(comparator),
            Parsed::Unreadable => {}
            Parsed::TooLarge => return None,
        }
    }
    Some(comparators)
}

enum Parsed {
    Comparator(Comparator),
    Unreadable,
    TooLarge,
}

fn parse_comparator(text: &str) -> Parsed {
    if text.is_empty() {
        return Parsed::Comparator(Comparator {
            operator: Operator::Equal,
            version: None,
        });
    }
    let (operator, rest) = split_operator(text);
    let plain = skip_prefix(rest);
    match parse_plain(plain) {
        Some(version) => {
            let operator = match operator {
                "<" => Operator::Less,
                "<=" => Operator::LessOrEqual,
                ">" => Operator::Greater,
                ">=" => Operator::GreaterOrEqual,
                _ => Operator::Equal,
            };
            Parsed::Comparator(Comparator {
                operator,
                version: Some(version),
            })
        }
        None if XRange::parse(plain).is_some_and(|parts| parts.patch.is_some()) => Parsed::TooLarge,
        None => Parsed::Unreadable,
    }
}

/// `major[.minor[.patch[prerelease]]]`, each a number or a wildcard.
struct XRange<'a> {
    major: &'a str,
    minor: Option<&'a str>,
    patch: Option<&'a str>,
    prerelease: Option<&'a str>,
}

impl<'a> XRange<'a> {
    /// Reads a text that is nothing but this, after the prefix npm allows.
    fn parse(text: &'a str) -> Option<Self> {
        let (major, rest) = take_part(skip_prefix(text))?;
        let Some(rest) = rest.strip_prefix('.') else {
            return rest.is_empty().then_some(Self {
                major,
                minor: None,
                patch: None,
                prerelease: None,
            });
        };
        let (minor, rest) = take_part(rest)?;
        let Some(rest) = rest.strip_prefix('.') else {
            return rest.is_empty().then_some(Self {
                major,
                minor: Some(minor),
                patch: None,
                prerelease: None,
            });
        };
        let (patch, prerelease) = match take_part(rest)? {
            (digits, _) if digits.starts_with(|c: char| c.is_ascii_digit()) => split_patch(rest)?,
            (wildcard, rest) => (wildcard, super::split_prerelease(rest)?),
        };
        Some(Self {
            major,
            minor: Some(minor),
            patch: Some(patch),
            prerelease,
        })
    }

    fn is_any(part: Option<&str>) -> bool {
        part.is_none_or(|part| matches!(part, "x" | "X" | "*"))
    }

    /// How many parts are given before the first wildcard.
    fn given(&self) -> usize {
        let parts = [Some(self.major), self.minor, self.patch];
        parts.iter().take_while(|part| !Self::is_any(**part)).count()
    }

    fn minor(&self) -> &'a str {
        self.minor.unwrap_or("0")
    }

    /// As a lower bound, where everything is given.
    fn whole(&self) -> String {
        let prerelease = self.prerelease.map(|text| format!("-{text}")).unwrap_or_default();
        format!(
            "{}.{}.{}{prerelease}",
            self.major,
            self.minor(),
            self.patch.unwrap_or("0")
        )
    }
}

fn take_part(text: &str) -> Option<(&str, &str)> {
    take_digits(text).or_else(|| text.starts_with(['x', 'X', '*']).then(|| text.split_at(1)))
}

/// Rewrites carets, tildes and wildcards into plain comparators.
fn desugar(text: &str) -> String {
    let text = match text.strip_prefix('^').and_then(XRange::parse) {
        Some(range) => caret(&range),
        None => text.to_owned(),
    };
    let tilde_body = text.strip_prefix("~>").or_else(|| text.strip_prefix('~'));
    let text = match tilde_body.and_then(XRange::parse) {
        Some(range) => tilde(&range),
        None => text,
    };
    let text = text.split(' ').map(wildcards).collect::<Vec<_>>().join(" ");
    remove_star(text.trim())
}

/// Up to the next change of the leftmost part that is not zero.
fn caret(range: &XRange<'_>) -> String {
    let (major, minor) = (range.major, range.minor());
    match range.given() {
        0 => String::new(),
        1 => format!(">={major}.0.0 <{}.0.0-0", next(major)),
        2 if major == "0" => format!(">={major}.{minor}.0 <{major}.{}.0-0", next(minor)),
        2 => format!(">={major}.{minor}.0 <{}.0.0-0", next(major)),
        _ if major != "0" => format!(">={} <{}.0.0-0", range.whole(), next(major)),
        _ if minor != "0" => format!(">={} <{major}.{}.0-0", range.whole(), next(minor)),
        _ => format!(
            ">={} <{major}.{minor}.{}-0",
            range.whole(),
            next(range.patch.unwrap_or("0"))
        ),
    }
}

/// Up to the next minor version, or the next major where no minor is given.
fn tilde(range: &XRange<'_>) -> String {
    let (major, minor) = (range.major, range.minor());
    match range.given() {
        0 => String::new(),
        1 => format!(">={major}.0.0 <{}.0.0-0", next(major)),
        2 => format!(">={major}.{minor}.0 <{major}.{}.0-0", next(minor)),
        _ => format!(">={} <{major}.{}.0-0", range.whole(), next(minor)),
    }
}

/// `1.x`, `>1`, `<=1.2`: a comparator with parts left open.
fn wildcards(text: &str) -> String {
    let (operator, rest) = split_operator(text);
    let Some(range) = XRange::parse(rest) else {
        return text.to_owned();
    };
    let misordered = (XRange::is_any(Some(range.major)) && !XRange::is_any(range.minor))
        || (XRange::is_any(range.minor) && !XRange::is_any(range.patch));
    if misordered || range.given() == 3 {
        return text.to_owned();
    }
    let (major, minor) = (range.major, range.minor());
    match (range.given(), operator) {
        (0, "<" | ">") => String::from("<0.0.0-0"),
        (0, _) => String::from("*"),
        (1, "" | "=") => format!(">={major}.0.0 <{}.0.0-0", next(major)),
        (1, ">") => format!(">={}.0.0", next(major)),
        (1, "<=") => format!("<{}.0.0-0", next(major)),
        (1, "<") => format!("<{major}.0.0-0"),
        (1, _) => format!(">={major}.0.0"),
        (_, "" | "=") => format!(">={major}.{minor}.0 <{major}.{}.0-0", next(minor)),
        (_, ">") => format!(">={major}.{}.0", next(minor)),
        (_, "<=") => format!("<{major}.{}.0-0", next(minor)),
        (_, "<") => format!("<{major}.{minor}.0-0"),
        (_, _) => format!(">={major}.{minor}.0"),
    }
}

/// Removes the first star, with an operator before it.
fn remove_star(text: &str) -> String {
    let Some(star) = text.find('*') else {
        return text.to_owned();
    };
    let before = text[..star].trim_end();
    let before = before.strip_suffix('=').unwrap_or(before);
    let before = before.strip_suffix(['<', '>']).unwrap_or(before);
    format!("{before}{}", &text[star + 1..])
}

/// `1.2 - 2.3`: from the first to the whole of the last.
fn replace_hyphen(text: &str) -> Option<String> {
    text.match_indices(" - ").find_map(|(at, dash)| {
        let (from, to) = (text[..at].trim(), text[at + dash.len()..].trim());
        let (low, high) = (XRange::parse(from)?, XRange::parse(to)?);
        let low = match low.given() {
            0 => String::new(),
            1 => format!(">={}.0.0", low.major),
            2 => format!(">={}.{}.0", low.major, low.minor()),
            _ => format!(">={from}"),
        };
        let high = match high.given() {
            0 => String::new(),
            1 => format!("<{}.0.0-0", next(high.major)),
            2 => format!("<{}.{}.0-0", high.major, next(high.minor())),
            _ => format!("<={}", high.whole()),
        };
        Some(format!("{low} {high}").trim().to_owned())
    })
}

/// Takes away build metadata, wherever it stands.
fn strip_builds(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(plus) = rest.find('+') {
        out.push_str(&rest[..plus]);
        let after = &rest[plus + 1..];
        let end = after
            .find(|c: char| !(c.is_ascii_alphanumeric() || c == '-' || c == '.'))
            .unwrap_or(after.len());
        let build = longest_identifiers(&after[..end]);
        if build == 0 {
            out.push('+');
        }
        rest = &after[build..];
    }
    out.push_str(rest);
    out
}

/// The length of the longest beginning that is a list of identifiers.
fn longest_identifiers(text: &str) -> usize {
    let mut end = 0;
    for part in text.split('.') {
        if part.is_empty() || !is_identifiers(part) {
            break;
        }
        end += part.len() + usize::from(end > 0);
    }
    end
}

/// Takes away the space between an operator and its version.
fn trim_operators(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(c) = rest.chars().next() {
        let (operator, behind) = split_operator(rest);
        let version = behind.trim_start();
        let begins = skip_prefix(version).starts_with(|c: char| c.is_ascii_digit() || matches!(c, 'x' | 'X' | '*'));
        if !operator.is_empty() && begins {
            out.push_str(operator);
            // All up to the version itself belongs to this match, a second operator included.
            let end = version.len() - skip_prefix(version).len();
            out.push_str(&version[..end]);
            rest = &version[end..];
        } else {
            out.push(c);
            rest = &rest[c.len_utf8()..];
        }
    }
    out
}

/// Replaces each of `signs` that has a space behind it by `sign` without.
fn trim_behind(text: &str, signs: &[&str], sign: &str) -> String {
    let mut text = text.to_owned();
    for found in signs {
        text = text.replace(&format!("{found} "), sign);
    }
    text
}

/// An operator at the beginning, and what follows it.
fn split_operator(text: &str) -> (&str, &str) {
    let sign = usize::from(text.starts_with(['<', '>']));
    let end = sign + usize::from(text[sign..].starts_with('='));
    text.split_at(end)
}

/// The next whole number, as text.
fn next(number: &str) -> String {
    number
        .parse::<u64>()
        .map_or_else(|_| number.to_owned(), |value| value.saturating_add(1).to_string())
}

/// No range in any real package comes near; node-semver has no limit of its own.
const MAX_LENGTH: usize = 16 << 10;
