//! How fast releases follow each other, compared with the package's own past, with its age, and with the age the policy asks for.

use waxseal_model::{Confidence, Finding, Moment, Proof, Release, Severity};

use crate::proof::{self, Values};
use crate::step::{is_prerelease, numbers};
use crate::timeline::{DAY, Timeline, stretch};
use crate::{Case, Indicator, Method, Need};

pub(crate) const METHOD: Method = Method {
    id: "velocity",
    title: "How fast releases come",
    summary: "Compares the time between releases with the package's own past, and its age with the policy.",
    context: true,
    needs: &[Need::Times],
    indicators: &[
        indicator(
            YOUNG,
            "Younger than the policy asks for",
            "The release is younger than the policy's minimum age.",
            Severity::High,
        ),
        indicator(
            BURST,
            "Many releases in two days",
            "More releases came within two days than is usual for a package of this age and past.",
            Severity::Medium,
        ),
        indicator(
            LINES,
            "Several lines within minutes",
            "Releases of three or more lines came within minutes, and not as a fix comes to lines that there are.",
            Severity::Low,
        ),
        indicator(
            DORMANT,
            "A release after long silence",
            "The package had no release for a year or more, and then this one.",
            Severity::Low,
        ),
        indicator(
            FRESH,
            "Less than a day old",
            "The release was published less than a day ago.",
            Severity::Info,
        ),
    ],
    run,
    manual: include_str!("manual.md"),
};

const fn indicator(id: &'static str, title: &'static str, summary: &'static str, severity: Severity) -> Indicator {
    Indicator {
        id,
        title,
        summary,
        severity,
        attack: &["T1195.002"],
        controls: &["iso27001:A.5.21", "iso27001:A.8.30", "nist80053:SR-3", "nist80053:SR-4"],
    }
}

const YOUNG: &str = "velocity/below-minimum-age";
const BURST: &str = "velocity/burst";
const LINES: &str = "velocity/several-lines";
const DORMANT: &str = "velocity/dormant";
const FRESH: &str = "velocity/fresh";

fn run(case: &Case<'_>) -> Vec<Finding> {
    let Some(timeline) = Timeline::of(case) else {
        return Vec::new();
    };
    let Some(published) = timeline.published() else {
        return Vec::new();
    };
    let view = View {
        case,
        timeline,
        published,
    };
    [view.age(), view.burst(), view.lines(), view.dormant()]
        .into_iter()
        .flatten()
        .collect()
}

/// A release of which it is known when it was published.
struct View<'c, 'a> {
    case: &'c Case<'a>,
    timeline: Timeline<'a>,
    published: Moment,
}

impl View<'_, '_> {
    fn finding(
        &self,
        indicator: &'static str,
        weight: (Severity, Confidence),
        summary: String,
        proof: Proof,
    ) -> Finding {
        let proof = proof.with("version", &self.timeline.release.version);
        proof::finding(self.case, indicator, weight, summary, vec![proof], None)
    }

    /// How old it is.
    fn age(&self) -> Option<Finding> {
        let age = self.case.now.since(self.published);
        let proof = Proof::default().with("age", stretch(age));
        match self.case.policy.minimum_age_days {
            Some(days) if age < i64::from(days).saturating_mul(DAY) => {
                let least = proof::count(days as usize, "day");
                let summary = format!("it was published {} ago, and the policy asks for {least}", stretch(age));
                Some(self.finding(
                    YOUNG,
                    (Severity::High, Confidence::High),
                    summary,
                    proof.with("minimum", least),
                ))
            }
            None if age < DAY => {
                let summary = format!("it was published {} ago", stretch(age));
                Some(self.finding(FRESH, (Severity::Info, Confidence::High), summary, proof))
            }
            _ => None,
        }
    }

    /// Many releases on a new name, or many more than ever before. Those for trying out come in trains, and do not count.
    fn burst(&self) -> Option<Finding> {
        if is_prerelease(&self.timeline.release.version) {
            return None;
        }
        let counted = |it: &&&Release| it.published.is_some() && !is_prerelease(&it.version);
        let times: Vec<Moment> = self
            .timeline
            .before
            .iter()
            .filter(counted)
            .filter_map(|it| it.published)
            .collect();
        let near = times.partition_point(|when| self.published.since(*when) > WINDOW);
        let (past, now) = (&times[..near], times.len() - near + 1);
        if now < MANY {
            return None;
        }
        let first = self
            .timeline
            .history
            .created
            .into_iter()
            .chain(times.first().copied())
            .min()
            .unwrap_or(self.published);
        let is_new = self.published.days_since(first) <= NEW_NAME;
        let usual = busiest(past);
        if !is_new && now < usual.saturating_mul(2).max(2 * MANY) {
            return None;
        }
        let span = stretch(self.published.since(times[near]));
        let (severity, tail) = if is_new {
            let age = stretch(self.published.since(first));
            (Severity::Medium, format!("on a name that was {age} old"))
        } else {
            (
                Severity::Low,
                format!("where {usual} within two days were the most before"),
            )
        };
        let summary = format!("it is the last of {now} releases within {span}, {tail}");
        let proof = Proof::default().with("releases", now.to_string()).with("within", span);
        Some(self.finding(BURST, (severity, Confidence::Medium), summary, proof))
    }

    /// Releases of several lines within minutes.
    fn lines(&self) -> Option<Finding> {
        if is_prerelease(&self.timeline.release.version) {
            return None;
        }
        let together = self.timeline.around(MINUTES);
        let mut lines: Vec<[u64; 2]> = together
            .iter()
            .filter_map(|it| numbers(&it.version))
            .map(|it| [it[0], it[1]])
            .collect();
        lines.sort_unstable();
        lines.dedup();
        // Versions that are counted up pass many lines while a name is new.
        let is_apart = lines.len() >= APART && !is_counted_up(&together);
        if !is_apart || self.timeline.is_backport(&together) {
            return None;
        }
        let when = together.iter().filter_map(|it| it.published);
        let span = when.clone().max()?.since(when.min()?);
        let names = proof::some_of(together.iter().map(|it| it.version.as_str()));
        let summary = format!("{names} were published within {}", stretch(span));
        let proof = Proof::default()
            .with("lines", lines.len().to_string())
            .with("within", stretch(span));
        Some(self.finding(LINES, (Severity::Low, Confidence::Medium), summary, proof))
    }

    /// The first release after a year or more, while that is news.
    fn dormant(&self) -> Option<Finding> {
        let fresh = self.case.now.since(self.published) <= NEWS;
        let before = self.timeline.before.iter().rev();
        let last = before
            .filter_map(|it| it.published)
            .find(|when| self.published.since(*when) > DAY)?;
        let silence = self.published.since(last);
        if !fresh || silence < LONG {
            return None;
        }
        let backport = self.timeline.is_backport(&self.timeline.around(DAY));
        let severity = if backport { Severity::Info } else { Severity::Low };
        let summary = format!("it is the first release after {}", stretch(silence));
        let proof = Proof::default().with("silence", stretch(silence));
        Some(self.finding(DORMANT, (severity, Confidence::Medium), summary, proof))
    }
}

/// The most releases within the window that there were; `times` are sorted.
fn busiest(times: &[Moment]) -> usize {
    let mut first = 0;
    let mut most = 0;
    for (idx, when) in times.iter().enumerate() {
        while when.since(times[first]) > WINDOW {
            first += 1;
        }
        most = most.max(idx - first + 1);
    }
    most
}

/// Each version is the next after the one before it, by any of its numbers.
fn is_counted_up(releases: &[&Release]) -> bool {
    let versions: Vec<[u64; 3]> = releases.iter().filter_map(|it| numbers(&it.version)).collect();
    versions.len() == releases.len()
        && versions.windows(2).all(|pair| {
            let ([a, b, c], next) = (pair[0], pair[1]);
            let after = |number: u64| number.saturating_add(1);
            next == [a, b, after(c)] || next == [a, after(b), 0] || next == [after(a), 0, 0]
        })
}

/// The stretch that a burst is counted over.
const WINDOW: i64 = 2 * DAY;
/// Fewer releases in two days are a busy afternoon.
const MANY: usize = 8;
/// A name is new for this many days.
const NEW_NAME: i64 = 30;
/// Releases this close to each other were made by a program or by somebody in a hurry.
const MINUTES: i64 = 600;
/// Two lines are often published together: the current one and the one before.
const APART: usize = 3;
/// A package without a release for this long is asleep.
const LONG: i64 = 365 * DAY;
/// After this, somebody would have seen what is wrong with a release.
const NEWS: i64 = 180 * DAY;

#[cfg(test)]
pub(crate) mod tests;
