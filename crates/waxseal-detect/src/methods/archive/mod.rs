//! What is odd about the archive itself: what readers see differently, what nobody could read, what cannot run.

use std::collections::{BTreeMap, BTreeSet};

use waxseal_model::{Anomaly, AnomalyKind, Confidence, FileState, Finding, Manifest, Proof, Severity, SourceEvidence};

use crate::proof::{self, Values};
use crate::{Case, Indicator, Method, Need};

pub(crate) const METHOD: Method = Method {
    id: "archive",
    title: "Odd archives",
    summary: "Finds archives that readers see differently, and code that could not be read.",
    context: false,
    needs: &[Need::Source],
    indicators: &[
        odd(
            "archive/corrupt",
            "Archive that cannot be read to its end",
            "The archive is corrupt or cut off.",
            Severity::High,
        ),
        odd(
            "archive/too-large",
            "Archive beyond the limits",
            "The archive holds more than was read.",
            Severity::High,
        ),
        odd(
            "archive/other-hash",
            "Other bytes than the lockfile expects",
            "The hash in the lockfile is not that of the archive the registry serves.",
            Severity::High,
        ),
        odd(
            "archive/second-member",
            "Archive behind the archive",
            "The archive has more than one compressed part; npm installs them all, some scanners see only the first.",
            Severity::High,
        ),
        odd(
            "archive/header-trick",
            "Header that only some readers follow",
            "A header changes a name or a size in a way that readers disagree about.",
            Severity::High,
        ),
        odd(
            "archive/hostile-name",
            "Name that does not show what it is",
            "A file's name holds control characters, or such that turn text around.",
            Severity::High,
        ),
        odd(
            "archive/traversal",
            "Path that leaves the package",
            "A path leads out of the package's folder.",
            Severity::High,
        ),
        odd(
            "archive/absolute-path",
            "Absolute path",
            "A path begins at the root of the file system.",
            Severity::Medium,
        ),
        odd(
            "archive/special-file",
            "Device or unknown entry",
            "An entry is neither file nor folder nor link.",
            Severity::Medium,
        ),
        odd(
            "archive/link",
            "Link",
            "An entry is a link, which npm does not install.",
            Severity::Low,
        ),
        odd(
            "archive/duplicate",
            "Two entries for one path",
            "A path stands in the archive twice; npm installs the last.",
            Severity::Low,
        ),
        odd(
            "archive/case-collision",
            "Two paths that some systems take for one",
            "Two paths differ only in case; which file is installed depends on the file system.",
            Severity::Low,
        ),
        odd(
            "archive/trailing-data",
            "Data behind the end",
            "Bytes stand behind the end of the archive.",
            Severity::Low,
        ),
        odd(
            UNREADABLE,
            "Code that could not be looked into",
            "A file that Node could run was not looked into: too large, too deep, or the parser was stopped.",
            Severity::High,
        ),
        Indicator {
            id: UNPARSABLE,
            title: "Code that cannot run",
            summary: "A file is named like code, but is no kind of JavaScript.",
            severity: Severity::Info,
            attack: &[],
            controls: &["iso27001:A.8.30"],
        },
    ],
    run,
    manual: include_str!("manual.md"),
};

const fn odd(id: &'static str, title: &'static str, summary: &'static str, severity: Severity) -> Indicator {
    Indicator {
        id,
        title,
        summary,
        severity,
        attack: &["T1195.002", "T1027", "T1036"],
        controls: &["iso27001:A.8.7", "iso27001:A.8.30", "nist80053:SR-3", "nist80053:SI-3"],
    }
}

const UNREADABLE: &str = "archive/unreadable-code";
const UNPARSABLE: &str = "archive/unparsable-code";

fn run(case: &Case<'_>) -> Vec<Finding> {
    let Some(source) = case.source() else { return Vec::new() };
    let mut kinds: BTreeMap<AnomalyKind, Vec<&Anomaly>> = BTreeMap::new();
    for anomaly in &source.anomalies {
        kinds.entry(anomaly.kind).or_default().push(anomaly);
    }
    let mut findings: Vec<Finding> = kinds
        .iter()
        .filter_map(|(kind, anomalies)| oddity(case, source, *kind, anomalies))
        .collect();
    findings.extend(unreadable(
        case,
        source,
        kinds.get(&AnomalyKind::ParserBomb).map_or(&[], Vec::as_slice),
    ));
    findings.extend(unparsable(case, source));
    findings
}

fn oddity(case: &Case<'_>, source: &SourceEvidence, kind: AnomalyKind, anomalies: &[&Anomaly]) -> Option<Finding> {
    let indicator = indicator(kind)?;
    let severity = METHOD
        .indicators
        .iter()
        .find(|it| it.id == indicator)
        .map_or(Severity::Medium, |it| it.severity);
    let first = anomalies.first()?;
    let more = match anomalies.len() {
        1 => String::new(),
        number => format!(", and {} more", number - 1),
    };
    let about = first.path.as_ref().map_or_else(
        || "the archive".to_owned(),
        |path| format!("`{}`", proof::cut(path, MAX_TEXT)),
    );
    let summary = format!("{about}: {}{more}", proof::cut(&first.detail, MAX_TEXT));
    let proofs = anomalies
        .iter()
        .take(proof::MAX_PROOFS)
        .map(|it| prove(source, it))
        .collect();
    Some(proof::finding(
        case,
        indicator,
        (severity, Confidence::High),
        summary,
        proofs,
        None,
    ))
}

/// The engine makes the gap; this is the finding, since code that stops a parser was likely written to.
fn unreadable(case: &Case<'_>, source: &SourceEvidence, bombs: &[&Anomaly]) -> Option<Finding> {
    let mut proofs: Vec<Proof> = bombs
        .iter()
        .take(proof::MAX_PROOFS)
        .map(|it| prove(source, it))
        .collect();
    let named: BTreeSet<&str> = bombs.iter().filter_map(|it| it.path.as_deref()).collect();
    let is_data =
        |path: &str| path.to_ascii_lowercase().ends_with(".json") || path.to_ascii_lowercase().ends_with(".map");
    let skipped = source.files.iter().filter(|file| file.state == FileState::Skipped);
    let skipped: Vec<&str> = skipped
        .map(|file| file.path.as_str())
        .filter(|path| !named.contains(path) && !is_data(path))
        .collect();
    proofs.extend(skipped.iter().take(proof::MAX_PROOFS).map(|path| proof::in_file(path)));
    let first = proofs.first()?.path.clone().unwrap_or_default();
    let number = bombs.len() + skipped.len();
    let summary = match number {
        1 => format!("{first} could be run and could not be looked into"),
        number => format!(
            "{first} and {} more could be run and could not be looked into",
            proof::count(number - 1, "file")
        ),
    };
    Some(proof::finding(
        case,
        UNREADABLE,
        (Severity::High, Confidence::Medium),
        summary,
        proofs,
        None,
    ))
}

/// Templates and flow-typed sources are named like code. An entry point that cannot run is odd, but does no harm.
fn unparsable(case: &Case<'_>, source: &SourceEvidence) -> Option<Finding> {
    let paths: Vec<&str> = source
        .files
        .iter()
        .filter(|file| file.state == FileState::Unparsable)
        .map(|file| file.path.as_str())
        .collect();
    let first = paths.first()?;
    let entered = case
        .manifest()
        .is_some_and(|manifest| paths.iter().any(|path| is_entry(manifest, path)));
    let weight = if entered {
        (Severity::Medium, Confidence::Low)
    } else {
        (Severity::Info, Confidence::High)
    };
    let summary = match paths.len() {
        1 => format!("{first} is named like code and cannot run"),
        number => format!(
            "{first} and {} more are named like code and cannot run",
            proof::count(number - 1, "file")
        ),
    };
    let proofs = paths
        .iter()
        .take(proof::MAX_PROOFS)
        .map(|path| proof::in_file(path))
        .collect();
    Some(proof::finding(case, UNPARSABLE, weight, summary, proofs, None))
}

fn is_entry(manifest: &Manifest, path: &str) -> bool {
    let plain = |target: &str| target.trim_start_matches("./").to_owned();
    manifest
        .entries
        .iter()
        .map(|entry| &entry.target)
        .chain(manifest.bin.values())
        .any(|target| plain(target) == path)
}

fn prove(source: &SourceEvidence, anomaly: &Anomaly) -> Proof {
    let proof = match (anomaly.location, &anomaly.path) {
        (Some(location), _) => proof::at(source, location),
        (None, Some(path)) => proof::in_file(path),
        (None, None) => Proof::default(),
    };
    proof.with("detail", &anomaly.detail)
}

fn indicator(kind: AnomalyKind) -> Option<&'static str> {
    Some(match kind {
        AnomalyKind::Corrupt => "archive/corrupt",
        AnomalyKind::TooLarge => "archive/too-large",
        AnomalyKind::OtherHash => "archive/other-hash",
        AnomalyKind::MultiMember => "archive/second-member",
        AnomalyKind::TrailingData => "archive/trailing-data",
        AnomalyKind::Traversal => "archive/traversal",
        AnomalyKind::AbsolutePath => "archive/absolute-path",
        AnomalyKind::Link => "archive/link",
        AnomalyKind::SpecialFile => "archive/special-file",
        AnomalyKind::Duplicate => "archive/duplicate",
        AnomalyKind::CaseCollision => "archive/case-collision",
        AnomalyKind::HostileName => "archive/hostile-name",
        AnomalyKind::HeaderTrick => "archive/header-trick",
        // Told with the files that were not looked into, and by the method for obfuscation.
        AnomalyKind::ParserBomb | AnomalyKind::Unfolded | AnomalyKind::DeceptiveText => return None,
    })
}

/// Enough of a path, and of a sentence with two hashes.
const MAX_TEXT: usize = 300;

#[cfg(test)]
pub(crate) mod tests;
