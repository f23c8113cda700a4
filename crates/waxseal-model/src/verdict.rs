//! The answer for a subject, and the report that carries answers to a format.

use serde::{Deserialize, Serialize};

use crate::{Change, DatabaseInfo, Finding, Gap, Moment, PlaceContents, RunChange, RunSummary, Scan, Subject};

/// The answer's one word. Ordered: the worst wins.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum Decision {
    /// Nothing the policy minds.
    Allow,
    /// A person should look first.
    Review,
    /// Do not install.
    Block,
}

impl Decision {
    /// The stable id used in reports and policies.
    pub fn id(self) -> &'static str {
        match self {
            Self::Allow => "allow",
            Self::Review => "review",
            Self::Block => "block",
        }
    }
}

/// The answer for one subject.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Verdict {
    /// What it is about.
    pub subject: Subject,
    /// The older release it was compared with, if it was.
    pub compared_with: Option<Subject>,
    /// The worst decision of its findings.
    pub decision: Decision,
    /// No decisive gap.
    pub complete: bool,
    /// Findings with what the policy made of each, worst first.
    pub findings: Vec<Judged>,
    /// What the older release did too when it ran, where only the difference was asked for: it does not count, and is never "nothing".
    pub shared: Vec<Judged>,
    /// What could not be looked at.
    pub gaps: Vec<Gap>,
    /// The methods that ran to their end, by id.
    pub ran: Vec<String>,
}

/// A finding and what the policy made of it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Judged {
    /// The finding.
    pub finding: Finding,
    /// What it leads to.
    pub decision: Decision,
    /// The waiver that accepts it, if one does: its reason and owner.
    pub waived: Option<String>,
}

/// What a report format is handed: it needs nothing else but the static tables.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Report {
    /// waxseal's version.
    pub version: String,
    /// The command: `check`, `diff`, `run`.
    pub command: String,
    /// One entry a subject, in the order asked for.
    pub entries: Vec<ReportEntry>,
    /// The database of known-malicious packages that was used; `None` where there is none or none was asked.
    pub database: Option<DatabaseInfo>,
    /// The moment it was made, which the age of the database is told by.
    pub made: Moment,
    /// Where it was looked, if the report is one of places.
    pub scan: Option<Scan>,
    /// Warnings of the policy: expired and unused waivers.
    pub warnings: Vec<String>,
}

/// One subject's part of a report.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ReportEntry {
    /// The answer.
    pub verdict: Verdict,
    /// The sentence and hint of an error, where the subject could not be looked at.
    pub error: Option<ReportError>,
    /// What was counted.
    pub counts: Counts,
    /// Number of places per capability kind, by the kind's id, in [`CapabilityKind::ALL`](crate::CapabilityKind::ALL) order.
    pub capabilities: Vec<(String, u32)>,
    /// Prepared excerpts of source, one for each proof that has a location, in the order of the findings.
    pub exhibits: Vec<Exhibit>,
    /// What differs, for a comparison.
    pub change: Option<Change>,
    /// Paths of the files that the locations in `change` point into, by index; empty if there is no `change`.
    pub paths: Vec<String>,
    /// The same for the older release, which the locations of what was lost point into.
    pub old_paths: Vec<String>,
    /// The readable difference, for a comparison.
    pub diff: Option<HumanDiff>,
    /// What it did each time it ran in the locked room.
    pub runs: Vec<RunSummary>,
    /// What the older release did each time it ran, for a comparison of what both did.
    pub old_runs: Vec<RunSummary>,
    /// What differs between those, for such a comparison.
    pub run_change: Option<RunChange>,
    /// Where it is installed; or, for a place, what of it matters.
    pub places: Vec<PlaceContents>,
}

/// An error about one subject.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReportError {
    /// One sentence.
    pub message: String,
    /// What to do.
    pub hint: Option<String>,
    /// Whether it is a finding's equal (a hostile archive) or a gap (could not be had).
    pub kind: String,
}

/// What was counted while looking.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, Default)]
pub struct Counts {
    /// Files npm would install.
    pub files: u32,
    /// Files Node could load.
    pub code: u32,
    /// Of these, parsed.
    pub parsed: u32,
    /// Bytes unpacked.
    pub bytes: u64,
}

/// A prepared excerpt of source around one proof.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Exhibit {
    /// Which finding, by its position in the verdict.
    pub finding: u32,
    /// Which proof of it, by its position.
    pub proof: u32,
    /// The file.
    pub path: String,
    /// The file was minified, and these lines are its formatted form; the numbers are the formatted form's.
    pub formatted: bool,
    /// The lines.
    pub lines: Vec<ExhibitLine>,
}

/// One line of an excerpt. Long lines are cut to a window around the place.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ExhibitLine {
    /// Line number, from 1.
    pub number: u32,
    /// The text, raw: whoever prints it escapes it.
    pub text: String,
    /// How many characters were cut at the left.
    pub cut_left: u32,
    /// Whether something was cut at the right.
    pub cut_right: bool,
    /// The marked part: first character from 0 within `text`, and width. `None` for lines of context.
    pub mark: Option<(u32, u32)>,
}

/// The readable difference between two releases: what matters first, noise folded away and counted.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Default)]
pub struct HumanDiff {
    /// Hunks that matter, most important first.
    pub hunks: Vec<Hunk>,
    /// Hunks folded away, by reason.
    pub folded: Vec<Folded>,
    /// Files that differ only in a way the comparison does not mind: formatting, renaming, comments.
    pub same_code: u32,
}

/// Hunks folded away for one reason.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Folded {
    /// The reason, one of ours: `renamed identifiers`, `comments`, `documentation`, `data`, `other code`.
    pub reason: String,
    /// How many hunks.
    pub hunks: u32,
    /// How many lines added and removed.
    pub lines: u32,
    /// How many files.
    pub files: u32,
}

/// One piece of a readable difference.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Hunk {
    /// The newer path, or the older if the file was removed.
    pub path: String,
    /// The lines are of the formatted form of a minified file.
    pub formatted: bool,
    /// First line in the older file, from 1.
    pub old_start: u32,
    /// First line in the newer file, from 1.
    pub new_start: u32,
    /// Why it matters, one of ours; empty if it only differs.
    pub reasons: Vec<String>,
    /// The lines.
    pub lines: Vec<HunkLine>,
}

/// One line of a hunk.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct HunkLine {
    /// Context, removed or added.
    pub tag: LineTag,
    /// The text, raw, bounded: whoever prints it escapes it.
    pub text: String,
}

/// What a line of a hunk is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum LineTag {
    /// In both.
    Context,
    /// Only in the older.
    Removed,
    /// Only in the newer.
    Added,
}
