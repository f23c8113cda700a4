//! The shape of where was looked and what is installed there, for programs.

use schemars::JsonSchema;
use serde::Serialize;
use waxseal_model::{
    Difference, DifferenceKind, Occurrence, OccurrenceSource, PlaceContents, PlaceProblem, PlaceSummary, Scan,
};

use super::shape::{text, texts};

/// Where was looked, whatever was found there.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "Scan")]
pub(crate) struct ScanShape {
    /// The folders that were searched.
    roots: Vec<String>,
    /// What was asked whether it is there, with the answer.
    asked: Vec<AskedShape>,
    /// How many different releases were found.
    releases: u64,
    /// Every place that was looked into.
    places: Vec<PlaceSummaryShape>,
    /// What on the way to places could not be looked into.
    problems: Vec<ProblemShape>,
}

/// Something that was asked for, and whether it is there.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "Asked")]
pub(crate) struct AskedShape {
    /// As it was typed.
    asked: String,
    /// The worst that was found: `present`, `could-have-run`, `unknown`; null if it is in none of the places that were looked into. Only
    /// where nothing was left unseen does that say "not affected".
    found: Option<&'static str>,
    /// The releases that were found, as package URLs.
    releases: Vec<String>,
}

/// A place that was looked into, counted.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "PlaceSummary")]
pub(crate) struct PlaceSummaryShape {
    /// `lockfile`, `node-modules`, `global`, `npx-cache`, `cache`, `client-config`, `folder`.
    kind: &'static str,
    /// The tool or client whose place it is.
    tool: String,
    /// Its path.
    path: String,
    /// How many packages it holds or names.
    packages: u64,
    /// How many of them say no exact version.
    unknown: u64,
    /// How many parts of it could not be looked into.
    problems: u64,
    /// The worst that was found of what is asked about or known to be malicious: `present`, `could-have-run`, `unknown`; null if nothing was.
    affected: Option<&'static str>,
}

/// A place, and what of it matters here.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "Place")]
pub(crate) struct PlaceShape {
    /// `lockfile`, `node-modules`, `global`, `npx-cache`, `cache`, `client-config`, `folder`.
    kind: &'static str,
    /// The tool or client whose place it is.
    tool: String,
    /// Its path.
    path: String,
    /// Packages found there.
    packages: Vec<OccurrenceShape>,
    /// What differs from what was expected of it.
    differences: Vec<DifferenceShape>,
    /// What of it could not be looked into.
    problems: Vec<ProblemShape>,
    /// What of it says nothing that could be used, and leaves no doubt about the rest.
    notes: Vec<ProblemShape>,
}

/// One package found in a place.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "Occurrence")]
pub(crate) struct OccurrenceShape {
    /// The package's own name.
    name: String,
    /// The exact version, where it is known.
    version: Option<String>,
    /// What was asked for where that is not one exact version.
    requested: Option<String>,
    /// `present`: its files lie there. `could-have-run`: it was there or would be started. `unknown`: which release is not known.
    presence: &'static str,
    /// Where within the place.
    within: String,
    /// The line in the place's file, from 1.
    line: Option<u32>,
    /// The name it is installed under, or of the MCP server.
    alias: Option<String>,
    /// What it is to hash to.
    integrity: Option<String>,
    /// `registry`, `git`, `remote`, `local`, `bundled`, `unknown`.
    source: &'static str,
}

/// What differs from what was expected of a place.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "PlaceDifference")]
pub(crate) struct DifferenceShape {
    /// `other-version`, `not-locked`, `not-installed`, `changed-file`, `added-file`, `missing-file`, `unpinned`, `other-tools`, `other-integrity`.
    kind: &'static str,
    /// The package.
    package: String,
    /// Where within the place.
    within: String,
    /// What was expected.
    expected: Option<String>,
    /// What is there.
    found: Option<String>,
}

/// Something that could not be looked into.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "PlaceProblem")]
pub(crate) struct ProblemShape {
    /// Where.
    path: String,
    /// Why.
    reason: String,
}

impl ScanShape {
    pub(crate) fn of(scan: &Scan) -> Self {
        Self {
            roots: texts(&scan.roots),
            asked: scan
                .asked
                .iter()
                .map(|asked| AskedShape {
                    asked: text(&asked.typed),
                    found: asked.found.map(|presence| presence.id()),
                    releases: texts(&asked.releases),
                })
                .collect(),
            releases: scan.releases,
            places: scan.places.iter().map(PlaceSummaryShape::of).collect(),
            problems: scan.problems.iter().map(ProblemShape::of).collect(),
        }
    }
}

impl PlaceSummaryShape {
    fn of(summary: &PlaceSummary) -> Self {
        Self {
            kind: summary.place.kind.id(),
            tool: text(&summary.place.tool),
            path: text(&summary.place.path),
            packages: summary.packages,
            unknown: summary.unknown,
            problems: summary.problems,
            affected: summary.affected.map(|presence| presence.id()),
        }
    }
}

impl PlaceShape {
    pub(crate) fn of(contents: &PlaceContents) -> Self {
        Self {
            kind: contents.place.kind.id(),
            tool: text(&contents.place.tool),
            path: text(&contents.place.path),
            packages: contents.packages.iter().map(OccurrenceShape::of).collect(),
            differences: contents.differences.iter().map(DifferenceShape::of).collect(),
            problems: contents.problems.iter().map(ProblemShape::of).collect(),
            notes: contents.notes.iter().map(ProblemShape::of).collect(),
        }
    }
}

impl OccurrenceShape {
    fn of(package: &Occurrence) -> Self {
        Self {
            name: text(&package.name),
            version: package.version.as_deref().map(text),
            requested: package.requested.as_deref().map(text),
            presence: package.presence.id(),
            within: text(&package.path),
            line: package.line,
            alias: package.alias.as_deref().map(text),
            integrity: package.integrity.as_deref().map(text),
            source: match package.source {
                OccurrenceSource::Registry => "registry",
                OccurrenceSource::Git(_) => "git",
                OccurrenceSource::Remote(_) => "remote",
                OccurrenceSource::Local(_) => "local",
                OccurrenceSource::Bundled => "bundled",
                OccurrenceSource::Unknown => "unknown",
            },
        }
    }
}

impl DifferenceShape {
    fn of(difference: &Difference) -> Self {
        Self {
            kind: match difference.kind {
                DifferenceKind::OtherVersion => "other-version",
                DifferenceKind::NotLocked => "not-locked",
                DifferenceKind::NotInstalled => "not-installed",
                DifferenceKind::ChangedFile => "changed-file",
                DifferenceKind::AddedFile => "added-file",
                DifferenceKind::MissingFile => "missing-file",
                DifferenceKind::Unpinned => "unpinned",
                DifferenceKind::OtherTools => "other-tools",
                DifferenceKind::OtherIntegrity => "other-integrity",
            },
            package: text(&difference.name),
            within: text(&difference.path),
            expected: difference.expected.as_deref().map(text),
            found: difference.found.as_deref().map(text),
        }
    }
}

impl ProblemShape {
    fn of(problem: &PlaceProblem) -> Self {
        Self {
            path: text(&problem.path),
            reason: text(&problem.reason),
        }
    }
}
