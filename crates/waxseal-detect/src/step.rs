//! How far apart two releases are, which decides how much change is to be expected.

/// The distance between two versions, as npm's caret ranges see it.
///
/// What `^` takes by itself reaches everybody without a decision, so little new is expected there; over a breaking step a person
/// decides, and much that is new is normal.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Step {
    /// The last number only; also equal versions, going back, pre-releases and what cannot be compared: the strictest.
    Patch,
    /// A caret range takes it, and it may bring features: `1.2 → 1.3`.
    Minor,
    /// A caret range does not take it: `1 → 2`, and `0.2 → 0.3`.
    Breaking,
}

impl Step {
    /// The step from the version `old` to the version `new`.
    pub fn between(old: &str, new: &str) -> Self {
        let (Some(old), Some(new)) = (numbers(old), numbers(new)) else {
            return Self::Patch;
        };
        if new <= old {
            return Self::Patch;
        }
        if new[0] != old[0] {
            Self::Breaking
        } else if new[1] != old[1] {
            if new[0] == 0 { Self::Breaking } else { Self::Minor }
        } else {
            Self::Patch
        }
    }

    /// A caret range takes it, so it arrives without anybody's decision.
    pub fn arrives_by_itself(self) -> bool {
        self < Self::Breaking
    }

    /// The word for it in a sentence.
    pub(crate) fn word(self) -> &'static str {
        match self {
            Self::Patch => "patch",
            Self::Minor => "minor",
            Self::Breaking => "major",
        }
    }
}

/// Whether a version is one for trying out: `1.0.0-rc.1`.
pub(crate) fn is_prerelease(version: &str) -> bool {
    version.split('+').next().is_some_and(|core| core.contains('-'))
}

/// Whether two versions are of one release line: the same major number, and below 1.0.0 the same minor number.
pub(crate) fn is_one_line(left: &str, right: &str) -> bool {
    match (numbers(left), numbers(right)) {
        (Some([0, left, _]), Some([0, right, _])) => left == right,
        (Some([left, ..]), Some([right, ..])) => left == right,
        _ => false,
    }
}

/// Major, minor, patch.
pub(crate) fn numbers(version: &str) -> Option<[u64; 3]> {
    let core = version.trim().trim_start_matches(['v', '=']);
    let core = &core[..core.find(['-', '+']).unwrap_or(core.len())];
    let mut parts = core.split('.');
    let mut number = || parts.next()?.parse::<u64>().ok();
    let numbers = [number()?, number()?, number()?];
    parts.next().is_none().then_some(numbers)
}

#[cfg(test)]
mod tests;
