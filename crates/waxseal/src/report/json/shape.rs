//! The shape of JSON reports, apart from the model, so that the model can move without breaking a reader.
//!
//! The comments on the fields become the descriptions of the published schema.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::Serialize;
use waxseal_model::{Gap, GapWeight, Judged, Proof, Report, ReportEntry};

use super::change::ChangeShape;
use super::run::RunShape;
use super::run_change::RunChangeShape;
use super::scan::{PlaceShape, ScanShape};
use super::words::{Confidence, Decision, Severity};
use crate::report::answer::{Answer, identity, moment, tally};
use crate::report::escape::escape;

/// A waxseal report. Text that comes from a package is in it with control, bidirectional and invisible characters written
/// as `\u{…}`, and cut at 1,024 characters with `…`. Further fields may come; a change that can break a reader counts the
/// number in `schema` up.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(title = "waxseal report 1")]
pub(crate) struct JsonReport {
    /// The name and version of this shape.
    schema: Schema,
    /// The version of waxseal.
    version: String,
    /// The command: `check`, `diff`, `run`.
    command: String,
    /// How many packages got which answer.
    summary: Summary,
    /// The database of known-malicious packages that was asked; null where there is none that can be read, and for `run`, which asks none.
    database: Option<Database>,
    /// One object a package, in the order asked for.
    packages: Vec<Package>,
    /// Where was looked, for `scan`.
    scan: Option<ScanShape>,
}

/// One line of a waxseal report of one JSON object a line: a package, or, as the last line, the summary.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(untagged)]
#[schemars(title = "waxseal report 1, one line")]
pub(crate) enum JsonLine {
    Package(Box<PackageLine>),
    Summary(Box<SummaryLine>),
}

/// The line of a package in a report of one JSON object a line.
#[derive(Debug, Serialize, JsonSchema)]
pub(crate) struct PackageLine {
    /// The name and version of this shape.
    schema: Schema,
    #[serde(flatten)]
    package: Package,
}

/// The last line of a report of one JSON object a line. A report without it was cut.
#[derive(Debug, Serialize, JsonSchema)]
pub(crate) struct SummaryLine {
    /// The name and version of this shape.
    schema: Schema,
    /// How many packages got which answer.
    summary: Summary,
    /// The database of known-malicious packages that was asked; null where there is none that can be read, and for `run`, which asks none.
    database: Option<Database>,
    /// Where was looked, for `scan`.
    scan: Option<ScanShape>,
}

/// The database of known-malicious packages that was asked.
#[derive(Debug, Serialize, JsonSchema)]
pub(crate) struct Database {
    /// How many records it holds.
    records: u64,
    /// When its source was last asked (RFC 3339); null where there are only lists of somebody's.
    updated: Option<String>,
    /// How many seconds ago that was when the report was made.
    age_seconds: Option<i64>,
    /// `osv` and the names of lists.
    sources: Vec<String>,
}

/// The name and version of this shape.
#[derive(Debug, Clone, Copy, Serialize, JsonSchema)]
pub(crate) enum Schema {
    #[serde(rename = "waxseal.report/1")]
    Report1,
}

/// How many packages got which answer.
#[derive(Debug, Serialize, JsonSchema)]
pub(crate) struct Summary {
    /// Packages not to install.
    blocked: usize,
    /// Packages a person should look at first.
    to_review: usize,
    /// Packages that were looked at, with nothing the policy minds.
    allowed: usize,
    /// Packages that could not be looked at, or not at what decides, and of which nothing worse is known.
    incomplete: usize,
    /// What a person should know about the policy: expired and unused waivers.
    warnings: Vec<String>,
}

/// What was found of one package.
#[derive(Debug, Serialize, JsonSchema)]
pub(crate) struct Package {
    /// The package URL of a release, or the path of a folder or an archive, or a command, as it was typed.
    package: String,
    /// The same of the older release it was compared with.
    compared_with: Option<String>,
    /// The answer's one word. Only together with `complete` does `allow` say that nothing was found.
    decision: Decision,
    /// Nothing that decides was left unseen.
    complete: bool,
    /// Why it could not be looked at.
    error: Option<Error>,
    /// What was found, the worst first.
    findings: Vec<Finding>,
    /// What the older release has too, where only what differs when they run was asked for (`run --against`, `diff --run`): it does not
    /// count, but it is not nothing.
    shared: Vec<Finding>,
    /// What could not be looked at.
    gaps: Vec<JsonGap>,
    /// The methods that ran to their end.
    ran: Vec<String>,
    /// What was counted while looking.
    counts: JsonCounts,
    /// In how many places the code can do what, by kind.
    capabilities: BTreeMap<String, u32>,
    /// What differs from the older release.
    change: Option<ChangeShape>,
    /// What was seen each time it ran in the locked room.
    runs: Vec<RunShape>,
    /// What was seen each time the older release ran, under the same calls.
    older_runs: Vec<RunShape>,
    /// What only one of the two did when they ran; null if not both were run.
    run_change: Option<RunChangeShape>,
    /// Where it is installed or named; for a place, what of it matters.
    places: Vec<PlaceShape>,
}

/// Why a package could not be looked at.
#[derive(Debug, Serialize, JsonSchema)]
pub(crate) struct Error {
    /// One sentence.
    message: String,
    /// What to do about it.
    hint: Option<String>,
    /// What kind of error it is.
    kind: String,
}

/// One indicator that was found.
#[derive(Debug, Serialize, JsonSchema)]
pub(crate) struct Finding {
    /// The indicator's stable id, `<method>/<what>`.
    indicator: String,
    /// How bad it is if true.
    severity: Severity,
    /// How sure it is.
    confidence: Confidence,
    /// One sentence for people. Programs read `indicator` and the `values` of the evidence.
    summary: String,
    /// What the policy makes of it.
    decision: Decision,
    /// The older release did not have it; null without an older release.
    new: Option<bool>,
    /// Why the policy accepts it, and who answers for that.
    waived: Option<String>,
    /// The proof, never empty.
    evidence: Vec<Evidence>,
}

/// One piece of proof.
#[derive(Debug, Serialize, JsonSchema)]
pub(crate) struct Evidence {
    /// The file, by the path npm installs it under.
    path: Option<String>,
    /// Line, from 1.
    line: Option<u32>,
    /// Column in characters (Unicode scalar values), from 1.
    column: Option<u32>,
    /// The enclosing function.
    function: Option<String>,
    /// The steps from an entry point to it.
    reached_by: Vec<String>,
    /// Named values, such as `recipient`, `place`, `host`, `env`, `command`, `api`, `dependency`, `script`.
    values: BTreeMap<String, String>,
}

/// Something that could not be looked at.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "Gap")]
pub(crate) struct JsonGap {
    /// The method that needed it, or the collector that failed.
    method: String,
    /// One sentence.
    reason: String,
    /// Whether the question itself stays unanswered.
    weight: JsonGapWeight,
}

/// How much a gap matters: a decisive one leaves the answer incomplete.
#[derive(Debug, Clone, Copy, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
#[schemars(rename = "GapWeight")]
pub(crate) enum JsonGapWeight {
    Partial,
    Decisive,
}

/// What was counted while looking.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "Counts")]
pub(crate) struct JsonCounts {
    /// Files npm would install.
    files: u32,
    /// Files Node could load.
    code: u32,
    /// Of these, parsed.
    parsed: u32,
    /// Bytes unpacked.
    bytes: u64,
}

impl JsonReport {
    pub(crate) fn of(report: &Report) -> Self {
        Self {
            schema: Schema::Report1,
            version: text(&report.version),
            command: text(&report.command),
            summary: Summary::of(report),
            database: Database::of(report),
            packages: report.entries.iter().map(Package::of).collect(),
            scan: report.scan.as_ref().map(ScanShape::of),
        }
    }
}

impl JsonLine {
    pub(crate) fn package(entry: &ReportEntry) -> Self {
        Self::Package(Box::new(PackageLine {
            schema: Schema::Report1,
            package: Package::of(entry),
        }))
    }

    pub(crate) fn summary(report: &Report) -> Self {
        Self::Summary(Box::new(SummaryLine {
            schema: Schema::Report1,
            summary: Summary::of(report),
            scan: report.scan.as_ref().map(ScanShape::of),
            database: Database::of(report),
        }))
    }
}

impl Summary {
    fn of(report: &Report) -> Self {
        let tally = tally(&report.entries);
        let count = |answer| {
            tally
                .iter()
                .find(|(it, _)| *it == answer)
                .map_or(0, |(_, count)| *count)
        };
        Self {
            blocked: count(Answer::Block),
            to_review: count(Answer::Review),
            allowed: count(Answer::Allow),
            incomplete: count(Answer::Incomplete),
            warnings: report.warnings.iter().map(|warning| text(warning)).collect(),
        }
    }
}

impl Database {
    fn of(report: &Report) -> Option<Self> {
        report.database.as_ref().map(|info| Self {
            records: info.records,
            updated: info.updated.and_then(moment),
            age_seconds: info.updated.map(|updated| report.made.since(updated)),
            sources: texts(&info.sources),
        })
    }
}

impl Package {
    fn of(entry: &ReportEntry) -> Self {
        let verdict = &entry.verdict;
        Self {
            package: identity(&verdict.subject),
            compared_with: verdict.compared_with.as_ref().map(identity),
            decision: verdict.decision.into(),
            complete: verdict.complete && entry.error.is_none(),
            error: entry.error.as_ref().map(|error| Error {
                message: text(&error.message),
                hint: error.hint.as_deref().map(text),
                kind: text(&error.kind),
            }),
            findings: verdict.findings.iter().map(Finding::of).collect(),
            shared: verdict.shared.iter().map(Finding::of).collect(),
            gaps: verdict.gaps.iter().map(JsonGap::of).collect(),
            ran: verdict.ran.iter().map(|id| text(id)).collect(),
            counts: JsonCounts {
                files: entry.counts.files,
                code: entry.counts.code,
                parsed: entry.counts.parsed,
                bytes: entry.counts.bytes,
            },
            capabilities: entry
                .capabilities
                .iter()
                .map(|(kind, places)| (text(kind), *places))
                .collect(),
            change: entry
                .change
                .as_ref()
                .map(|change| ChangeShape::of(change, &entry.paths, &entry.old_paths)),
            runs: entry.runs.iter().map(RunShape::of).collect(),
            older_runs: entry.old_runs.iter().map(RunShape::of).collect(),
            run_change: entry.run_change.as_ref().map(RunChangeShape::of),
            places: entry.places.iter().map(PlaceShape::of).collect(),
        }
    }
}

impl Finding {
    fn of(judged: &Judged) -> Self {
        let finding = &judged.finding;
        Self {
            indicator: text(&finding.indicator),
            severity: finding.severity.into(),
            confidence: finding.confidence.into(),
            summary: text(&finding.summary),
            decision: judged.decision.into(),
            new: finding.new,
            waived: judged.waived.as_deref().map(text),
            evidence: finding.evidence.iter().map(Evidence::of).collect(),
        }
    }
}

impl Evidence {
    fn of(proof: &Proof) -> Self {
        Self {
            path: proof.path.as_deref().map(text),
            line: proof.location.map(|location| location.line),
            column: proof.location.map(|location| location.column),
            function: proof.function.as_deref().map(text),
            reached_by: proof.reached_by.iter().map(|step| text(step)).collect(),
            values: proof
                .values
                .iter()
                .map(|(key, value)| (text(key), text(value)))
                .collect(),
        }
    }
}

impl JsonGap {
    fn of(gap: &Gap) -> Self {
        let weight = match gap.weight {
            GapWeight::Partial => JsonGapWeight::Partial,
            GapWeight::Decisive => JsonGapWeight::Decisive,
        };
        Self {
            method: text(&gap.method),
            reason: text(&gap.reason),
            weight,
        }
    }
}

/// Escaped and bounded.
pub(super) fn text(raw: &str) -> String {
    escape(raw, TEXT_LIMIT)
}

/// Several texts, each as [`text`] has it.
pub(super) fn texts<'a>(all: impl IntoIterator<Item = &'a String>) -> Vec<String> {
    all.into_iter().map(|one| text(one)).collect()
}

/// The longest text the methods write is a value of 1,024 bytes.
const TEXT_LIMIT: usize = 1024;
