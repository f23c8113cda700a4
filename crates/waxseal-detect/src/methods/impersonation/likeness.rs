//! How one name resembles another, and how much that says.

use waxseal_model::Severity;

use super::names::{Names, is_separator, split, words};
use super::slips::{self, Slip};

/// A popular name that another resembles.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Likeness {
    /// The popular name.
    pub(super) target: &'static str,
    pub(super) kind: Kind,
    pub(super) severity: Severity,
}

/// How it resembles it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Kind {
    /// Only separators or capitals differ.
    Separators,
    /// Only the scope is left out, written into the name, or taken from it.
    Scope,
    /// The scope is another by one letter or its separators.
    ScopeSlip,
    /// Characters that look alike stand for each other.
    LookAlike,
    /// One slip of the finger.
    Slip,
    /// The same words in another order.
    Words,
    /// Something is added before or behind that says nothing of its own.
    Affix,
    /// A number or a plural.
    Number,
}

impl Kind {
    /// The end of the sentence "its name is `target` …".
    pub(super) fn words(self) -> &'static str {
        match self {
            Self::Separators => "with other separators or capitals",
            Self::Scope => "with the scope written otherwise",
            Self::ScopeSlip => "under a scope that is called almost like its own",
            Self::LookAlike => "with characters that look like its own",
            Self::Slip => "but for one slip of the finger",
            Self::Words => "with its words in another order",
            Self::Affix => "with something added that says nothing of its own",
            Self::Number => "but for a number or a plural",
        }
    }

    /// A name that is built on another, as those of its plug-ins and wrappers are too.
    pub(super) fn is_built_on(self) -> bool {
        matches!(self, Self::Affix | Self::Number | Self::Words)
    }
}

/// The popular name that `name` resembles most; `None` where it is one itself, stands below a popular one's scope, or resembles none.
pub(super) fn likeness(name: &str, names: Names<'_>) -> Option<Likeness> {
    let (scope, _) = split(name);
    if names.find(name).is_some() || scope.is_some_and(|scope| names.owns_scope(scope)) {
        return None;
    }
    let subject = Subject::of(name);
    let mut best: Option<Likeness> = None;
    for target in names.0.iter().copied() {
        let Some((kind, severity)) = subject.compare(target, names) else {
            continue;
        };
        if best
            .as_ref()
            .is_none_or(|best| (severity, best.kind) > (best.severity, kind))
        {
            best = Some(Likeness { target, kind, severity });
        }
    }
    best
}

/// The name that is looked at, with what is worked out of it once.
struct Subject {
    name: String,
    skeleton: Vec<u8>,
    drawn: Vec<u8>,
}

impl Subject {
    fn of(name: &str) -> Self {
        let name = name.to_ascii_lowercase();
        Self {
            skeleton: skeleton(&name).collect(),
            drawn: drawn(&name).collect(),
            name,
        }
    }

    fn compare(&self, target: &'static str, names: Names<'_>) -> Option<(Kind, Severity)> {
        let length = target.len();
        if length + MAX_AFFIX < self.name.len() || length > self.name.len() + 4 {
            return None;
        }
        if skeleton(target).eq(self.skeleton.iter().copied()) {
            return Some(self.same_skeleton(target));
        }
        let long = self.skeleton.len() >= SHORT;
        if long && drawn(target).eq(self.drawn.iter().copied()) {
            return Some((Kind::LookAlike, Severity::Medium));
        }
        match (split(&self.name), split(target)) {
            ((Some(scope), base), (Some(own), other)) => {
                let kind = (base == other && scope_slip(scope, own)).then_some(Kind::ScopeSlip)?;
                Some((kind, Severity::Medium))
            }
            ((None, name), (None, target)) => unscoped(name, target, names),
            _ => None,
        }
    }

    fn same_skeleton(&self, target: &str) -> (Kind, Severity) {
        let kind = match (split(&self.name).0, split(target).0) {
            (None, None) => Kind::Separators,
            (Some(scope), Some(own)) if scope != own => Kind::ScopeSlip,
            (Some(_), Some(_)) => Kind::Separators,
            _ => Kind::Scope,
        };
        let severity = if self.skeleton.len() >= SHORT {
            Severity::Medium
        } else {
            Severity::Low
        };
        (kind, severity)
    }
}

fn unscoped(name: &str, target: &str, names: Names<'_>) -> Option<(Kind, Severity)> {
    let slip = slips::between(name, target);
    if let Some(found) = slip.and_then(|slip| weigh(slip, name, target, names)) {
        return Some(found);
    }
    if same_words(name, target) {
        return Some((Kind::Words, Severity::Low));
    }
    if target.len() < MIN_TARGET {
        return None;
    }
    let rest = match (name.strip_prefix(target), name.strip_suffix(target)) {
        (Some(rest), _) if NUMBERS.contains(&rest) => return Some((Kind::Number, Severity::Low)),
        (Some(rest), _) => BEHIND.iter().find(|it| **it == rest),
        (None, Some(rest)) => BEFORE.iter().find(|it| **it == rest),
        (None, None) => None,
    }?;
    let severity = if rest.trim_matches(is_separator) == "official" {
        Severity::Medium
    } else {
        Severity::Low
    };
    Some((Kind::Affix, severity))
}

/// What one slip says, by how likely it is a slip and how likely the outcome is a name of its own.
fn weigh(slip: Slip, name: &str, target: &str, names: Names<'_>) -> Option<(Kind, Severity)> {
    if name.len() < SHORT || target.len() < SHORT {
        return None;
    }
    // Where the slip makes another word, it is the word that was meant.
    let changed = words(name).find(|word| !words(target).any(|it| it == *word));
    if changed.is_some_and(|word| names.is_word(word)) {
        return None;
    }
    let length = name.len().min(target.len());
    let word = changed.map_or(0, str::len);
    let severity = match slip {
        Slip::Swap | Slip::Double if length >= 6 => Severity::Medium,
        Slip::Swap | Slip::Double => Severity::Low,
        Slip::LookAlike | Slip::Near | Slip::Omit if length >= 8 => Severity::Medium,
        Slip::LookAlike | Slip::Near | Slip::Omit => Severity::Low,
        Slip::Insert if length >= 8 => Severity::Low,
        Slip::Far if length >= 9 && word >= 7 => Severity::Low,
        Slip::First if length >= 10 => Severity::Low,
        Slip::Insert | Slip::Far | Slip::First => return None,
        Slip::Plural => return Some((Kind::Number, Severity::Low)),
    };
    let kind = if slip == Slip::LookAlike {
        Kind::LookAlike
    } else {
        Kind::Slip
    };
    Some((kind, severity))
}

fn same_words(left: &str, right: &str) -> bool {
    if left.len() != right.len() || !left.contains(is_separator) {
        return false;
    }
    let sorted = |name| {
        let mut all: Vec<&str> = words(name).collect();
        all.sort_unstable();
        all
    };
    let sum = |name: &str| name.bytes().map(u32::from).sum::<u32>();
    sum(left) == sum(right) && sorted(left) == sorted(right)
}

/// Scopes that are one slip, or only separators, apart.
fn scope_slip(scope: &str, own: &str) -> bool {
    if scope == own || scope.len() < SHORT_SCOPE || own.len() < SHORT_SCOPE {
        return false;
    }
    skeleton(scope).eq(skeleton(own)) || drawn(scope).eq(drawn(own)) || slips::between(scope, own).is_some()
}

/// What is left of a name without what separates its parts.
fn skeleton(name: &str) -> impl Iterator<Item = u8> {
    name.bytes()
        .filter(|byte| !matches!(byte, b'-' | b'_' | b'.' | b'@' | b'/'))
        .map(|byte| byte.to_ascii_lowercase())
}

/// The same as it is drawn: what looks alike is spelt alike.
fn drawn(name: &str) -> impl Iterator<Item = u8> {
    skeleton(name)
        .flat_map(|byte| match byte {
            b'1' => [Some(b'l'), None],
            b'0' => [Some(b'o'), None],
            b'm' => [Some(b'r'), Some(b'n')],
            b'w' => [Some(b'v'), Some(b'v')],
            other => [Some(other), None],
        })
        .flatten()
}

/// Below this many characters, names that resemble each other say nothing.
const SHORT: usize = 5;
/// The same for scopes, of which there are fewer: `@type` for `@types`.
const SHORT_SCOPE: usize = 4;
/// Shorter names are words that anything may be built on.
const MIN_TARGET: usize = 4;
/// The longest affix, and a scope's marks.
const MAX_AFFIX: usize = 10;

/// What is put before a name to make another of it.
const BEFORE: [&str; 9] = [
    "node-",
    "nodejs-",
    "npm-",
    "js-",
    "node",
    "the-",
    "real-",
    "official-",
    "original-",
];
/// What is put behind.
const BEHIND: [&str; 21] = [
    "-js",
    ".js",
    "js",
    "-node",
    "-nodejs",
    ".node",
    "-npm",
    "-lib",
    "-library",
    "-pro",
    "-plus",
    "-sdk",
    "-official",
    "-cli",
    "-api",
    "-latest",
    "-new",
    "-updated",
    "-fixed",
    "-secure",
    "-original",
];
/// Another of the same name.
const NUMBERS: [&str; 6] = ["2", "-2", "-v2", "v2", "3", "-v3"];
