//! Whether a record means a version, by the rules of OSV (OSV schema, "Evaluation").

use std::cmp::Ordering;

use super::{Affected, Event, EventKind, Range};
use crate::version::{self, Version};

/// How a record names a version of a package.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Named {
    /// Every version of the name.
    Every,
    /// The version is in a range: `>=1.0.16`.
    Range(String),
    /// The version is listed.
    Version,
    /// It is not meant.
    Not,
    /// It cannot be told: a bound, or the version, is no version.
    Unknown,
}

impl Affected {
    /// Whether a version is meant. `None` for a version stands for any: then only a name that is meant as a whole is.
    pub fn names(&self, version: Option<&str>) -> Named {
        if self.is_every() {
            return Named::Every;
        }
        let Some(text) = version else { return Named::Unknown };
        let parsed = Version::parse(text);
        let mut unknown = self.unreadable || parsed.is_none();
        if let Some(version) = &parsed {
            for range in &self.ranges {
                match range.holds(version) {
                    Some(true) => return Named::Range(range.to_string()),
                    Some(false) => {}
                    None => unknown = true,
                }
            }
        }
        for listed in &self.versions {
            if listed == text {
                return Named::Version;
            }
            match Version::parse(listed) {
                Some(listed) if parsed.as_ref() == Some(&listed) => return Named::Version,
                Some(_) => {}
                None => unknown = true,
            }
        }
        if unknown { Named::Unknown } else { Named::Not }
    }

    /// Whether all releases are meant.
    pub fn is_every(&self) -> bool {
        let open = self.ranges.iter().any(Range::is_every);
        open || (self.ranges.is_empty() && self.versions.is_empty() && !self.unreadable)
    }

    /// What is meant, as text: `every release`, `>=1.0.16`, `1.0.1, 1.0.2`; a long list is cut.
    pub fn describe(&self) -> String {
        if self.is_every() {
            return "every release".to_owned();
        }
        let ranges = self.ranges.iter().map(ToString::to_string);
        let mut parts: Vec<String> = ranges.chain(self.versions.iter().cloned()).collect();
        if self.unreadable {
            parts.push("releases it names by no version".to_owned());
        }
        let more = parts.len().saturating_sub(MAX_DESCRIBED);
        parts.truncate(MAX_DESCRIBED);
        let tail = if more > 0 {
            format!(" and {more} more")
        } else {
            String::new()
        };
        format!("{}{tail}", parts.join(", "))
    }
}

impl Range {
    /// A range of events, in the order of their versions; where one is no version, in the order they were written.
    pub(super) fn of_events(mut events: Vec<Event>) -> Self {
        if let Some(sorted) = sorted(&events) {
            events = sorted.into_iter().map(|(_, event)| event.clone()).collect();
        }
        Self::Events(events)
    }

    /// The alternatives of bounds that it comes to, each an operator of npm's and a version; an empty alternative is every version.
    /// `None` where a bound is no version.
    pub fn bounds(&self) -> Option<Vec<Vec<(&'static str, String)>>> {
        if self.is_every() {
            return Some(vec![Vec::new()]);
        }
        if let Self::Events(events) = self {
            sorted(events)?;
        }
        version::Range::parse(&self.to_string()).map(|range| range.bounds())
    }

    fn is_every(&self) -> bool {
        match self {
            Self::Events(events) => {
                let closes = |event: &Event| event.kind != EventKind::Introduced && event.version != ANY;
                let begins = |event: &Event| event.kind == EventKind::Introduced && event.version == FIRST;
                events.iter().any(begins) && !events.iter().any(closes)
            }
            Self::Npm(text) => matches!(text.trim(), "" | "*" | "x" | "X" | ">=0"),
        }
    }

    /// Whether a version is in it; `None` where a bound is no version.
    fn holds(&self, version: &Version) -> Option<bool> {
        match self {
            Self::Events(events) => holds(events, version),
            Self::Npm(text) => version::Range::parse(text).map(|range| range.covers(version)),
        }
    }
}

/// OSV's `IncludedInRanges` and `BeforeLimits`: the events in the order of their versions, each turning the answer.
fn holds(events: &[Event], version: &Version) -> Option<bool> {
    let bounds = sorted(events)?;
    let mut limits = bounds
        .iter()
        .filter(|(_, event)| event.kind == EventKind::Limit)
        .peekable();
    if limits.peek().is_some() && !limits.any(|(bound, _)| bound.order(version) == Ordering::Greater) {
        return Some(false);
    }
    let mut inside = false;
    for (bound, event) in &bounds {
        let reached = bound.order(version) != Ordering::Greater;
        match event.kind {
            EventKind::Introduced if reached => inside = true,
            EventKind::Fixed if reached => inside = false,
            EventKind::LastAffected if bound.order(version) == Ordering::Less => inside = false,
            _ => {}
        }
    }
    Some(inside)
}

/// The events in the order of their versions. At one version a range begins before it has its last: `last_affected` closes only what
/// comes behind it.
fn sorted(events: &[Event]) -> Option<Vec<(Bound, &Event)>> {
    let mut bounds: Vec<(Bound, &Event)> = Vec::with_capacity(events.len());
    for event in events {
        bounds.push((Bound::parse(&event.version)?, event));
    }
    bounds.sort_by(|(left, first), (right, second)| {
        let last = |event: &Event| event.kind == EventKind::LastAffected;
        left.compare(right).then_with(|| last(first).cmp(&last(second)))
    });
    Some(bounds)
}

/// The version of an event.
enum Bound {
    /// `0`: before any version, prereleases of 0.0.0 included.
    First,
    At(Version),
    /// `*`: behind any version.
    Any,
}

impl Bound {
    fn parse(text: &str) -> Option<Self> {
        match text {
            FIRST => Some(Self::First),
            ANY => Some(Self::Any),
            text => Version::parse(text).map(Self::At),
        }
    }

    /// How the bound stands to a version.
    fn order(&self, version: &Version) -> Ordering {
        match self {
            Self::First => Ordering::Less,
            Self::At(bound) => bound.precedence(version),
            Self::Any => Ordering::Greater,
        }
    }

    fn compare(&self, other: &Self) -> Ordering {
        match (self, other) {
            (Self::At(left), Self::At(right)) => left.precedence(right),
            (left, right) => left.rank().cmp(&right.rank()),
        }
    }

    fn rank(&self) -> u8 {
        match self {
            Self::First => 0,
            Self::At(_) => 1,
            Self::Any => 2,
        }
    }
}

impl std::fmt::Display for Range {
    /// `>=1.0.16`, `>=1.0.0 <1.0.3 || >=2.0.0`; npm's spelling.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let events = match self {
            Self::Npm(text) => return f.write_str(text),
            Self::Events(events) => events,
        };
        let mut begun = false;
        for event in events {
            let version = &event.version;
            match event.kind {
                EventKind::Introduced => {
                    f.write_str(if begun { " || " } else { "" })?;
                    write!(f, ">={version}")?;
                }
                EventKind::Fixed => write!(f, "{}<{version}", if begun { " " } else { "" })?,
                EventKind::LastAffected => write!(f, "{}<={version}", if begun { " " } else { "" })?,
                EventKind::Limit if version == ANY => continue,
                EventKind::Limit => write!(f, "{}<{version}", if begun { " " } else { "" })?,
            }
            begun = true;
        }
        Ok(())
    }
}

/// OSV's word for "before any version".
const FIRST: &str = "0";

/// OSV's word for "no limit".
const ANY: &str = "*";

/// A person reads no more versions than these.
const MAX_DESCRIBED: usize = 12;
