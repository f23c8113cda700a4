//! The one word and the one sentence a report gives for a subject, the same in every format.

use std::collections::BTreeMap;

use waxseal_model::{Decision, GapWeight, Judged, Moment, Report, ReportEntry, Subject};

use super::RenderOptions;
use super::escape::escape;

/// The answer as a reader sees it, the most pressing first. An answer that is not complete is never an `Allow`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Answer {
    /// Do not install.
    Block,
    /// A person should look first.
    Review,
    /// It could not be looked at, or not at what decides.
    Incomplete,
    /// Looked at, and nothing the policy minds.
    Allow,
}

impl Answer {
    /// All answers, in the order summaries count them.
    pub(crate) const ALL: [Self; 4] = [Self::Block, Self::Review, Self::Allow, Self::Incomplete];

    /// The answer for one entry.
    pub(crate) fn of(entry: &ReportEntry) -> Self {
        match entry.verdict.decision {
            Decision::Block => Self::Block,
            Decision::Review => Self::Review,
            Decision::Allow if entry.verdict.complete && entry.error.is_none() => Self::Allow,
            Decision::Allow => Self::Incomplete,
        }
    }

    /// The word at the start of a line.
    pub(crate) fn word(self) -> &'static str {
        match self {
            Self::Block => "BLOCK",
            Self::Review => "REVIEW",
            Self::Incomplete => "INCOMPLETE",
            Self::Allow => "ALLOW",
        }
    }

    /// The word behind a number: `2 to review`.
    pub(crate) fn counted(self) -> &'static str {
        match self {
            Self::Block => "blocked",
            Self::Review => "to review",
            Self::Incomplete => "incomplete",
            Self::Allow => "allowed",
        }
    }
}

/// How many entries got each answer, in the order of [`Answer::ALL`].
pub(crate) fn tally(entries: &[ReportEntry]) -> [(Answer, usize); 4] {
    Answer::ALL.map(|answer| {
        (
            answer,
            entries.iter().filter(|entry| Answer::of(entry) == answer).count(),
        )
    })
}

/// `1 blocked, 2 to review, 5 allowed, 1 incomplete`, without the zeros.
pub(crate) fn tally_sentence(entries: &[ReportEntry]) -> String {
    let parts: Vec<String> = tally(entries)
        .into_iter()
        .filter(|(_, count)| *count > 0)
        .map(|(answer, count)| format!("{count} {}", answer.counted()))
        .collect();
    if parts.is_empty() {
        "nothing to report".to_owned()
    } else {
        parts.join(", ")
    }
}

/// Whether an entry is shown, or only counted.
pub(crate) fn is_shown(entry: &ReportEntry, options: &RenderOptions) -> bool {
    let has_notes = || !entry.verdict.findings.is_empty();
    !options.brief || Answer::of(entry) != Answer::Allow || (options.verbose && has_notes())
}

/// How many there are, where most are only counted: `812 releases judged: 1 to review, 811 allowed; among what is allowed 3 notes`.
pub(crate) fn brief_sentence(report: &Report) -> String {
    let is_release = |entry: &&ReportEntry| !matches!(entry.verdict.subject, Subject::Project(_));
    let releases = report.entries.iter().filter(is_release).count();
    let allowed = || report.entries.iter().filter(|it| Answer::of(it) == Answer::Allow);
    let notes: usize = allowed().map(|it| it.verdict.findings.len()).sum();
    let open = allowed().filter(|it| !it.verdict.gaps.is_empty()).count();
    let mut besides = Vec::new();
    if notes > 0 {
        besides.push(count(notes, "note"));
    }
    if open > 0 {
        besides.push(format!("{open} with gaps that do not decide"));
    }
    let mut out = format!(
        "{} judged: {}",
        count(releases, "release"),
        tally_sentence(&report.entries)
    );
    if !besides.is_empty() {
        out.push_str(&format!(
            "; among what is allowed {} (--format json)",
            besides.join(", ")
        ));
    }
    out
}

/// What could not be looked at of entries that are only counted, each reason once with how many share it, the most frequent first.
pub(crate) fn folded_gaps(report: &Report, options: &RenderOptions) -> Vec<(String, usize)> {
    let mut reasons: BTreeMap<&str, usize> = BTreeMap::new();
    for entry in report.entries.iter().filter(|it| !is_shown(it, options)) {
        for gap in &entry.verdict.gaps {
            *reasons.entry(gap.reason.as_str()).or_default() += 1;
        }
    }
    let mut reasons: Vec<(&str, usize)> = reasons.into_iter().collect();
    reasons.sort_by_key(|(reason, number)| (std::cmp::Reverse(*number), *reason));
    let shown = reasons.into_iter().take(MAX_FOLDED);
    shown
        .map(|(reason, number)| (escape(reason, SENTENCE_LIMIT), number))
        .collect()
}

/// What an entry is about, escaped: `name@1.0.16`, `name 1.0.15 → 1.0.16`, `./folder`.
pub(crate) fn subject(entry: &ReportEntry) -> String {
    let now = &entry.verdict.subject;
    let text = match (&entry.verdict.compared_with, now) {
        (None, _) => now.to_string(),
        (Some(Subject::Package(old)), Subject::Package(new)) if old.name == new.name => {
            format!("{} {} → {}", new.name, old.version, new.version)
        }
        (Some(old), _) => format!("{old} → {now}"),
    };
    escape(&text, NAME_LIMIT)
}

/// What an entry is about as other programs name it, escaped: the purl of a release, the path of anything else.
pub(crate) fn identity(subject: &Subject) -> String {
    match subject {
        Subject::Package(package) => escape(&package.purl(), NAME_LIMIT),
        other => escape(&other.to_string(), NAME_LIMIT),
    }
}

/// The sentence behind the word, escaped, and the position of the finding it comes from, if it comes from one.
pub(crate) fn sentence(entry: &ReportEntry) -> (String, Option<usize>) {
    let verdict = &entry.verdict;
    if verdict.decision > Decision::Allow {
        let worst = verdict
            .findings
            .iter()
            .position(|judged| judged.decision == verdict.decision);
        if let Some(idx) = worst {
            return (
                escape(&verdict.findings[idx].finding.summary, SENTENCE_LIMIT),
                Some(idx),
            );
        }
    }
    if let Some(error) = &entry.error {
        return (escape(&error.message, SENTENCE_LIMIT), None);
    }
    let gap = verdict.gaps.iter().find(|gap| gap.weight == GapWeight::Decisive);
    let waived = verdict.findings.iter().filter(|judged| judged.waived.is_some()).count();
    let text = match (verdict.decision, gap) {
        (Decision::Allow, _) if verdict.complete && !verdict.shared.is_empty() => {
            let both = super::compared::shared(entry).unwrap_or_default();
            format!("nothing new that the policy minds; both releases have {both}")
        }
        (Decision::Allow, _) if verdict.complete && waived > 0 => {
            format!(
                "{} waived, nothing else that the policy minds",
                count(waived, "finding")
            )
        }
        (Decision::Allow, _) if verdict.complete => "nothing found that the policy minds".to_owned(),
        (_, Some(gap)) => escape(&gap.reason, SENTENCE_LIMIT),
        (Decision::Allow, None) => "could not look at everything".to_owned(),
        (_, None) => "the policy decides so".to_owned(),
    };
    (text, None)
}

/// What the policy made of a finding, in one lower-case word.
pub(crate) fn decision_word(judged: &Judged) -> &'static str {
    match judged.decision {
        _ if judged.waived.is_some() => "waived",
        Decision::Allow => "note",
        decision => decision.id(),
    }
}

/// `critical, high confidence, new since 1.0.15`.
pub(crate) fn weight_sentence(entry: &ReportEntry, judged: &Judged) -> String {
    let finding = &judged.finding;
    let mut out = format!(
        "{} severity, {} confidence",
        finding.severity.id(),
        finding.confidence.id()
    );
    let old = match &entry.verdict.compared_with {
        Some(Subject::Package(old)) => escape(&old.version, NAME_LIMIT),
        Some(other) => escape(&other.to_string(), NAME_LIMIT),
        None => "the release before".to_owned(),
    };
    match finding.new {
        Some(true) => out.push_str(&format!(", new since {old}")),
        Some(false) => out.push_str(&format!(", {old} has it too")),
        None => {}
    }
    out
}

/// `1 file`, `2 files`: `word` in the plural unless there is one.
pub(crate) fn count(number: usize, word: &str) -> String {
    if number == 1 {
        format!("1 {word}")
    } else {
        format!("{number} {word}s")
    }
}

/// `2026-11-22T00:00:00Z` (RFC 3339).
pub(crate) fn moment(moment: Moment) -> Option<String> {
    jiff::Timestamp::from_second(moment.0).ok().map(|time| time.to_string())
}

/// How many records of known-malicious packages were asked, and how old they are; or that there are none. `None` for a run, of which
/// nobody asks that.
pub(crate) fn known_malicious_data(report: &Report) -> Option<String> {
    let asks = report.command != "run";
    asks.then(|| {
        escape(
            &crate::db::described(report.database.as_ref(), report.made),
            SENTENCE_LIMIT,
        )
    })
}

/// `12.3 kB`.
pub(crate) fn bytes(number: u64) -> String {
    const UNITS: [&str; 4] = ["kB", "MB", "GB", "TB"];
    if number < 1000 {
        return format!("{number} B");
    }
    let mut scaled = number / 100;
    let mut unit = 0;
    while scaled >= 10_000 && unit + 1 < UNITS.len() {
        scaled /= 1000;
        unit += 1;
    }
    format!("{}.{} {}", scaled / 10, scaled % 10, UNITS[unit])
}

/// More reasons than these are for programs to read.
const MAX_FOLDED: usize = 5;

/// npm refuses names above 214 bytes; paths get a little more.
pub(crate) const NAME_LIMIT: usize = 300;

/// A summary is one sentence with one or two values of up to 320 bytes in it.
pub(crate) const SENTENCE_LIMIT: usize = 600;
