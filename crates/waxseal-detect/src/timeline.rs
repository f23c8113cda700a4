//! A release among all of its name, by time: what the methods of context ask of a history.

use std::cmp::Ordering;

use waxseal_model::{Moment, PackageHistory, Publisher, Release, Subject, Unserved};

use crate::Case;
use crate::step::{is_prerelease, numbers};

/// A release that is judged, and those that were published before it.
#[derive(Debug, Clone)]
pub(crate) struct Timeline<'a> {
    pub(crate) history: &'a PackageHistory,
    /// The release that is judged.
    pub(crate) release: &'a Release,
    /// Those that were published before it, oldest first; by their versions where the registry does not say when.
    pub(crate) before: Vec<&'a Release>,
}

impl<'a> Timeline<'a> {
    /// `None` where there is no history, or the release is not in it.
    pub(crate) fn of(case: &Case<'a>) -> Option<Self> {
        let Subject::Package(package) = case.subject else {
            return None;
        };
        let history = case.history()?;
        let idx = history.releases.iter().position(|it| it.version == package.version)?;
        let release = &history.releases[idx];
        let timed = !history.unserved.contains(&Unserved::Times) && release.published.is_some();
        let before = if timed {
            // The list is sorted by time, those without one first.
            history.releases[..idx]
                .iter()
                .filter(|it| it.published.is_some())
                .collect()
        } else {
            let mut lower: Vec<&Release> = history
                .releases
                .iter()
                .filter(|it| older(&it.version, &release.version))
                .collect();
            lower.sort_by(|left, right| precedence(&left.version, &right.version));
            lower
        };
        Some(Self {
            history,
            release,
            before,
        })
    }

    /// When it was published, where the registry's times are those of the releases.
    pub(crate) fn published(&self) -> Option<Moment> {
        self.release
            .published
            .filter(|_| !self.history.unserved.contains(&Unserved::Times))
    }

    /// Who published it.
    pub(crate) fn publisher(&self) -> Option<&'a Publisher> {
        self.release.publisher.as_ref()
    }

    /// Days from the first publication of the name to this release.
    pub(crate) fn age_of_name(&self) -> Option<i64> {
        let first = self
            .history
            .created
            .into_iter()
            .chain(self.before.first().and_then(|it| it.published))
            .min()?;
        Some(self.published()?.days_since(first))
    }

    /// Releases at most this many seconds away from this one, itself included, without those for trying out.
    pub(crate) fn around(&self, seconds: i64) -> Vec<&'a Release> {
        let Some(now) = self.published() else {
            return Vec::new();
        };
        let near = |it: &&Release| {
            it.published.is_some_and(|when| when.since(now).abs() <= seconds) && !is_prerelease(&it.version)
        };
        self.history.releases.iter().filter(near).collect()
    }

    /// These releases only mend lines that there were already, one release each, by accounts that published before: the shape of a fix
    /// that is brought to several lines.
    pub(crate) fn is_backport(&self, releases: &[&Release]) -> bool {
        let Some(begin) = releases.iter().filter_map(|it| it.published).min() else {
            return false;
        };
        let earlier: Vec<&Release> = self
            .before
            .iter()
            .filter(|it| it.published.is_some_and(|when| when < begin))
            .copied()
            .collect();
        let mut lines: Vec<[u64; 2]> = Vec::new();
        for release in releases {
            let Some(version) = numbers(&release.version) else {
                return false;
            };
            let line = [version[0], version[1]];
            // The fix of a line follows the line's last release.
            let last = earlier
                .iter()
                .filter_map(|it| numbers(&it.version))
                .filter(|it| it[..2] == line)
                .max();
            let usual = release.publisher.as_ref().is_none_or(|now| {
                now.trusted.is_some()
                    || earlier.iter().any(|it| {
                        it.publisher
                            .as_ref()
                            .is_some_and(|then| then.person.name == now.person.name)
                    })
            });
            if lines.contains(&line) || !usual || last.is_none_or(|last| last[2].checked_add(1) != Some(version[2])) {
                return false;
            }
            lines.push(line);
        }
        lines.len() > 1
    }
}

/// Whether the version `left` comes before `right`.
pub(crate) fn older(left: &str, right: &str) -> bool {
    precedence(left, right) == Ordering::Less
}

/// By the numbers, those for trying out first; what is no version comes before all.
fn precedence(left: &str, right: &str) -> Ordering {
    let key = |version: &str| (numbers(version), !is_prerelease(version));
    key(left).cmp(&key(right))
}

/// `3 days`, `2 years`: a stretch of time as a person would say it.
pub(crate) fn stretch(seconds: i64) -> String {
    let say = |number: i64, unit: &str| format!("{number} {unit}{}", if number == 1 { "" } else { "s" });
    match seconds.max(0) {
        seconds @ ..120 => say(seconds, "second"),
        seconds @ ..7_200 => say(seconds / 60, "minute"),
        seconds @ ..172_800 => say(seconds / 3_600, "hour"),
        seconds @ ..63_072_000 => say(seconds / DAY, "day"),
        seconds => say(seconds / (365 * DAY), "year"),
    }
}

/// Seconds of a day.
pub(crate) const DAY: i64 = 86_400;

#[cfg(test)]
mod tests;
