//! The engine: runs every method whose evidence is there, and says what is not.

use std::collections::{BTreeMap, BTreeSet};

use waxseal_model::{
    AnomalyKind, CallOutcome, Collected, Driver, Evidence, FileState, Finding, Gap, GapWeight, Location, Origin,
    RunEnd, RunLimit, RunSummary, SourceEvidence,
};

use crate::asked::Asked;
use crate::{Case, METHODS, Method, Need, context, share, unserved};

/// What the methods found, and what could not be looked at.
#[derive(Debug, Clone, PartialEq)]
pub struct Detection {
    /// Findings, worst first.
    pub findings: Vec<Finding>,
    /// What could not be looked at.
    pub gaps: Vec<Gap>,
    /// The methods that ran to their end, by id, in the table's order.
    pub ran: Vec<String>,
}

/// Runs the methods on `case`.
///
/// A method whose evidence is missing does not run and is not in [`Detection::ran`]; the gap says what was missing. A method that
/// needs a comparison does not run where none was asked for, which is no gap.
pub fn detect(case: &Case<'_>) -> Detection {
    let mut findings = Vec::new();
    let mut ran = Vec::new();
    for method in METHODS {
        if method.needs.iter().all(|need| is_there(case, *need)) {
            let mut found = (method.run)(case);
            share::mark(case, method, &mut found);
            sort(&mut found);
            found.truncate(MAX_FINDINGS);
            findings.append(&mut found);
            ran.push(method.id.to_owned());
        }
    }
    context::raise(case, &mut findings);
    sort(&mut findings);
    Detection {
        findings,
        gaps: gaps(case),
        ran,
    }
}

/// Worst first, then by indicator, place and words, so that equal evidence gives equal bytes.
fn sort(findings: &mut [Finding]) {
    findings.sort_by(|left, right| {
        (right.severity, right.confidence)
            .cmp(&(left.severity, left.confidence))
            .then_with(|| left.indicator.cmp(&right.indicator))
            .then_with(|| place(left).cmp(&place(right)))
            .then_with(|| left.summary.cmp(&right.summary))
    });
}

fn place(finding: &Finding) -> (Option<&str>, Option<(u32, u32)>) {
    let first = finding.evidence.first();
    let location = first.and_then(|proof| proof.location);
    (
        first.and_then(|proof| proof.path.as_deref()),
        location.map(|Location { line, column, .. }| (line, column)),
    )
}

fn is_there(case: &Case<'_>, need: Need) -> bool {
    match need {
        Need::Source => case.source().is_some(),
        Need::Manifest => case.manifest().is_some(),
        Need::Change => case.change.is_some(),
        Need::Runs => case.runs().is_some(),
        Need::RunChange => case.run_change.is_some(),
        Need::History => case.history().is_some(),
        Need::Publishers | Need::Times | Need::Removals => unserved::is_told(case, need),
        Need::Advisories => case.current.advisories.present().is_some(),
        Need::Provenance => case.current.provenance.present().is_some(),
        Need::Repository => case.current.repository.present().is_some(),
        Need::Places => case.current.places.present().is_some(),
    }
}

fn gaps(case: &Case<'_>) -> Vec<Gap> {
    let mut gaps = Vec::new();
    gaps.extend(case.current.integrity.gap().cloned());
    gaps.extend(case.current.registry.gap().map(|gap| Gap {
        weight: GapWeight::Partial,
        ..gap.clone()
    }));
    gaps.extend(origin_gaps(case.current));
    unserved::gaps(case, &mut gaps);
    unchecked(case, &mut gaps);
    gaps.extend(place_gaps(case));
    // A run alone was asked for, or where something is: then nobody asked what the code could do.
    let asked_otherwise = !matches!(case.current.runs, Collected::NotRequested)
        || !matches!(case.current.places, Collected::NotRequested);
    let only_run = matches!(case.current.source, Collected::NotRequested) && asked_otherwise;
    if !only_run {
        evidence_gaps(case, case.current, &mut gaps);
    }
    gaps.extend(case.current.runs.gap().map(decisive));
    for run in case.runs().unwrap_or_default() {
        run_gaps(case, run, &mut gaps);
    }
    unexercised(case, &mut gaps);
    if let Some(source) = case.source() {
        unread(case, source, &mut gaps);
    }
    if let Some(previous) = case.previous {
        if !only_run {
            comparison_gaps(case, previous, &mut gaps);
        }
        older_run_gaps(case, previous, &mut gaps);
    }
    gaps
}

/// What of the places could not be looked into: there may be anything.
fn place_gaps(case: &Case<'_>) -> Vec<Gap> {
    let mut gaps: Vec<Gap> = case.current.places.gap().map(decisive).into_iter().collect();
    for contents in case.current.places.present().into_iter().flatten() {
        for problem in contents.problems.iter().take(MAX_NAMED) {
            let path = match problem.path.as_str() {
                "" => String::new(),
                path => format!("`{}`: ", plain(path)),
            };
            gaps.push(gap(
                case,
                "installed",
                format!("{path}{}", problem.reason),
                GapWeight::Decisive,
            ));
        }
        if let Some(more @ 1..) = contents.problems.len().checked_sub(MAX_NAMED) {
            let reason = format!("{more} more parts of it could not be looked into");
            gaps.push(gap(case, "installed", reason, GapWeight::Decisive));
        }
        for note in contents.notes.iter().take(MAX_NAMED) {
            let path = match note.path.as_str() {
                "" => String::new(),
                path => format!("`{}`: ", plain(path)),
            };
            gaps.push(gap(
                case,
                "installed",
                format!("{path}{}", note.reason),
                GapWeight::Partial,
            ));
        }
    }
    gaps
}

/// What could not be learned of where it comes from: said, and no reason to fail, but for what is publicly known, where whoever looked it
/// up says how much it matters.
fn origin_gaps(evidence: &Evidence) -> Vec<Gap> {
    let known = &evidence.advisories;
    let known = known.gap().or_else(|| known.present().and_then(|it| it.gap.as_ref()));
    let gaps = [
        evidence.history.gap(),
        evidence.provenance.gap(),
        evidence.repository.gap(),
    ];
    let partial = gaps.into_iter().flatten().map(|gap| Gap {
        weight: GapWeight::Partial,
        ..gap.clone()
    });
    known.cloned().into_iter().chain(partial).collect()
}

/// Attestations that could not be checked with what we have, each reason once.
fn unchecked(case: &Case<'_>, gaps: &mut Vec<Gap>) {
    let attestations = case.current.provenance.present().map(|it| &it.attestations);
    let reasons: BTreeSet<&str> = attestations
        .into_iter()
        .flatten()
        .filter_map(|it| it.unchecked.as_deref())
        .collect();
    for reason in reasons {
        let reason = format!("an attestation of it could not be checked: {reason}");
        gaps.push(gap(case, "provenance", reason, GapWeight::Partial));
    }
}

/// What the older release's run could not show. What the newer one sends was compared with what was asked for all the same, so that a
/// call of which the older showed no message does not decide.
fn older_run_gaps(case: &Case<'_>, previous: &Evidence, gaps: &mut Vec<Gap>) {
    let before = case.alone(previous);
    let mut older: Vec<Gap> = previous.runs.gap().map(decisive).into_iter().collect();
    for run in before.runs().unwrap_or_default() {
        run_gaps(&before, run, &mut older);
    }
    let mut silent = Vec::new();
    unexercised(&before, &mut silent);
    older.extend(silent.into_iter().map(|gap| Gap {
        weight: GapWeight::Partial,
        ..gap
    }));
    gaps.extend(older.into_iter().map(|gap| Gap {
        reason: format!(
            "of the older release, {}: {}",
            plain(&gap.subject.to_string()),
            gap.reason
        ),
        ..gap
    }));
    let calls = case.run_change.map(|change| &change.calls);
    for (names, which) in [
        (calls.map(|it| &it.only_new), "newer"),
        (calls.map(|it| &it.only_old), "older"),
    ] {
        if let Some(names) = names.filter(|it| !it.is_empty()) {
            let shown: Vec<String> = names
                .iter()
                .take(MAX_NAMED)
                .map(|name| format!("`{}`", plain(name)))
                .collect();
            let more = match names.len().checked_sub(MAX_NAMED) {
                Some(more @ 1..) => format!(" and {more} more"),
                _ => String::new(),
            };
            let reason = format!(
                "only the {which} release was called in these ways, so that what they do was not compared: {}{more}",
                shown.join("; ")
            );
            gaps.push(gap(case, "run-diff", reason, GapWeight::Partial));
        }
    }
}

/// Why nothing can be concluded from what was not seen in a run.
fn run_gaps(case: &Case<'_>, run: &RunSummary, gaps: &mut Vec<Gap>) {
    let mut decisive = |reason: String| gaps.push(gap(case, "run", reason, GapWeight::Decisive));
    match run.end {
        RunEnd::Exited(_) | RunEnd::Signalled(_) | RunEnd::Left => {}
        RunEnd::NotStarted(error) => decisive(format!("the command could not be started (error {error})")),
        RunEnd::Stopped(limit) => decisive(format!(
            "the run was stopped because it {}; what it would have done then was not seen",
            match limit {
                RunLimit::Time => "took longer than it was given",
                RunLimit::Memory => "took more memory than it was given",
                RunLimit::Events => "did more than is kept",
            }
        )),
    }
    for reason in &run.invalid {
        decisive(reason.clone());
    }
}

/// Calls that were to send mail, and of which no message was seen: what they would have sent is not known.
fn unexercised(case: &Case<'_>, gaps: &mut Vec<Gap>) {
    // Whether a message was seen of it, and what it said when not, for each thing that was used.
    let mut used: BTreeMap<&str, (bool, Option<String>)> = BTreeMap::new();
    let mut guessed: Option<(bool, Option<String>)> = None;
    let mut described = false;
    for run in case.runs().unwrap_or_default() {
        let asked = Asked::of(run);
        let sent: BTreeSet<u32> = run
            .mails
            .iter()
            .flat_map(|mail| asked.calls_of(mail))
            .map(|call| call.number)
            .collect();
        for call in run.calls.iter().filter(|call| call.requested.sends) {
            let sure = matches!(
                call.driver,
                Driver::Mcp | Driver::Scenario | Driver::Beside | Driver::Person
            );
            // Clean clients beside a package say nothing of what it sends itself.
            described |= sure && call.driver != Driver::Beside && sent.contains(&call.number);
            let entry = match sure {
                true => used.entry(&call.name).or_default(),
                false => guessed.get_or_insert_default(),
            };
            entry.0 |= sent.contains(&call.number);
            if entry.1.is_none() {
                entry.1 = excuse(&call.outcome);
            }
        }
    }
    let why = |excuse: Option<String>| excuse.map(|excuse| format!(": {excuse}")).unwrap_or_default();
    let silent: Vec<(&str, Option<String>)> = used
        .into_iter()
        .filter(|(_, (sent, _))| !sent)
        .map(|(name, (_, excuse))| (name, excuse))
        .collect();
    let any = silent.len();
    for (name, excuse) in silent.into_iter().take(MAX_NAMED) {
        let reason = format!(
            "`{}` was used and no message of it was seen{}",
            plain(name),
            why(excuse)
        );
        gaps.push(gap(case, "messages", reason, GapWeight::Decisive));
    }
    if let Some(more @ 1..) = any.checked_sub(MAX_NAMED) {
        let reason = format!("{more} more were used and no message of them was seen");
        gaps.push(gap(case, "messages", reason, GapWeight::Decisive));
    }
    // What was used as it is meant to be, and sent, says enough.
    if let (Some((false, excuse)), false) = (guessed, described) {
        let reason = format!("nothing that was called sent a message{}", why(excuse));
        gaps.push(gap(case, "messages", reason, GapWeight::Decisive));
    }
}

/// Why a call came to nothing, as far as it said so.
fn excuse(outcome: &CallOutcome) -> Option<String> {
    match outcome {
        CallOutcome::Returned => None,
        CallOutcome::Failed(said) => Some(format!("it failed with `{}`", plain(said))),
        CallOutcome::TimedOut => Some("it took too long".to_owned()),
        CallOutcome::NotMade(reason) => Some(plain(reason)),
    }
}

/// Source and manifest of one release: without them the question itself stays unanswered.
fn evidence_gaps(case: &Case<'_>, evidence: &Evidence, gaps: &mut Vec<Gap>) {
    let source = match &evidence.source {
        Collected::Present(source) => source,
        Collected::Missing(gap) => return gaps.push(decisive(gap)),
        Collected::NotRequested => return gaps.push(not_asked(case, Need::Source, "its files were not looked at")),
    };
    match &source.manifest {
        Collected::Present(_) => {}
        Collected::Missing(gap) => gaps.push(decisive(gap)),
        Collected::NotRequested => gaps.push(not_asked(case, Need::Manifest, "its `package.json` was not looked at")),
    }
}

/// A comparison that was asked for and could not be made.
fn comparison_gaps(case: &Case<'_>, previous: &Evidence, gaps: &mut Vec<Gap>) {
    let before = gaps.len();
    evidence_gaps(
        &Case {
            subject: &previous.subject,
            ..*case
        },
        previous,
        gaps,
    );
    if before == gaps.len() && case.change.is_none() && case.source().is_some() {
        gaps.push(not_asked(
            case,
            Need::Change,
            "it was not compared with the other release",
        ));
    }
}

/// Code that was not looked into, and archives that were not read to their end.
fn unread(case: &Case<'_>, source: &SourceEvidence, gaps: &mut Vec<Gap>) {
    let cut_short = |kind| matches!(kind, AnomalyKind::Corrupt | AnomalyKind::TooLarge);
    if source
        .anomalies
        .iter()
        .any(|anomaly| cut_short(anomaly.kind) && anomaly.location.is_none())
    {
        let reason = "the archive could not be read to its end; what lies beyond was not looked at".to_owned();
        gaps.push(gap(case, "archive", reason, GapWeight::Decisive));
    }
    let mut unread: BTreeSet<&str> = BTreeSet::new();
    for file in &source.files {
        if file.state == FileState::Skipped {
            unread.insert(&file.path);
        }
    }
    for anomaly in &source.anomalies {
        if anomaly.kind == AnomalyKind::ParserBomb {
            unread.extend(anomaly.path.as_deref());
        }
    }
    let (data, code): (Vec<&str>, Vec<&str>) = unread.into_iter().partition(|path| is_data(path));
    name_unread(
        case,
        &code,
        "could be run and was not looked into",
        GapWeight::Decisive,
        gaps,
    );
    name_unread(case, &data, "is data and was not looked into", GapWeight::Partial, gaps);
    unfolded(case, source, gaps);
}

/// Files whose values were not all worked out. That decides where a recipient is among what is left.
fn unfolded(case: &Case<'_>, source: &SourceEvidence, gaps: &mut Vec<Gap>) {
    let undecided: BTreeSet<&str> = source
        .flows
        .iter()
        .filter(|flow| matches!(flow.origin, Origin::Unknown | Origin::Derived))
        .map(|flow| source.path(flow.location.file))
        .collect();
    let paths = source
        .anomalies
        .iter()
        .filter(|anomaly| anomaly.kind == AnomalyKind::Unfolded);
    let (mail, other): (Vec<&str>, Vec<&str>) = paths
        .filter_map(|anomaly| anomaly.path.as_deref())
        .partition(|path| undecided.contains(path));
    let what = "takes more steps to work out than one file is given, and who gets its mail is among what is left";
    name_unread(case, &mail, what, GapWeight::Decisive, gaps);
    let what = "takes more steps to work out than one file is given; what is left is reported as dynamic";
    name_unread(case, &other, what, GapWeight::Partial, gaps);
}

fn name_unread(case: &Case<'_>, paths: &[&str], what: &str, weight: GapWeight, gaps: &mut Vec<Gap>) {
    for path in paths.iter().take(MAX_NAMED) {
        gaps.push(gap(case, "archive", format!("`{}` {what}", plain(path)), weight));
    }
    if let Some(more @ 1..) = paths.len().checked_sub(MAX_NAMED) {
        gaps.push(gap(case, "archive", format!("{more} more files: each {what}"), weight));
    }
}

/// JSON cannot run, whatever its size.
fn is_data(path: &str) -> bool {
    path.rsplit_once('.')
        .is_some_and(|(_, ext)| ext.eq_ignore_ascii_case("json") || ext.eq_ignore_ascii_case("map"))
}

fn decisive(gap: &Gap) -> Gap {
    Gap {
        weight: GapWeight::Decisive,
        ..gap.clone()
    }
}

fn not_asked(case: &Case<'_>, need: Need, reason: &str) -> Gap {
    let needs = |method: &&Method| method.needs.contains(&need);
    let method = METHODS.iter().find(needs).map_or("detect", |method| method.id);
    gap(case, method, reason.to_owned(), GapWeight::Decisive)
}

fn gap(case: &Case<'_>, method: &str, reason: String, weight: GapWeight) -> Gap {
    Gap {
        subject: case.subject.clone(),
        method: method.to_owned(),
        reason,
        weight,
    }
}

/// A gap's reason holds no raw text of a package, so a path in it is escaped and cut here.
fn plain(path: &str) -> String {
    let escape = |c: char| {
        if c.is_ascii_graphic() || c == ' ' {
            vec![c]
        } else {
            c.escape_unicode().collect()
        }
    };
    path.chars().take(MAX_PATH).flat_map(escape).collect()
}

/// A package that makes one method say more than this makes it say nothing worth reading; the worst are kept.
const MAX_FINDINGS: usize = 200;
/// How many unread files are named one by one.
const MAX_NAMED: usize = 10;
/// Enough of a path to find the file.
const MAX_PATH: usize = 200;
