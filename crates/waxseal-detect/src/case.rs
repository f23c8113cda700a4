//! Everything a judgement may look at.

use std::collections::BTreeSet;

use waxseal_model::{
    Change, Evidence, FlowKind, Location, MailFlow, Manifest, Moment, Origin, PackageHistory, RunChange, RunSummary,
    SourceEvidence, Subject,
};

use crate::{Policy, Step};

/// One subject, what was observed of it, what it is compared with, and what is expected of it.
#[derive(Debug, Clone, Copy)]
pub struct Case<'a> {
    /// What is judged.
    pub subject: &'a Subject,
    /// What was observed of it.
    pub current: &'a Evidence,
    /// What was observed of the release it is compared with, if it is compared with one.
    pub previous: Option<&'a Evidence>,
    /// What differs between the two. Given whenever `previous` is and both could be read.
    pub change: Option<&'a Change>,
    /// What differs between what the two did in rooms of their own, if both were run.
    pub run_change: Option<&'a RunChange>,
    /// What is asked of what it did when it ran.
    pub question: Question,
    /// What the project accepts.
    pub policy: &'a Policy,
    /// The moment it is: which waivers have expired, and how old a release is.
    pub now: Moment,
}

/// What is asked of what a release did when it ran.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Question {
    /// What it does.
    #[default]
    Release,
    /// What it does that the older release did not: what both do is counted and does not decide.
    Difference,
}

impl<'a> Case<'a> {
    /// A release of this case by itself, compared with none.
    pub(crate) fn alone(&self, release: &'a Evidence) -> Self {
        Self {
            subject: &release.subject,
            current: release,
            previous: None,
            change: None,
            run_change: None,
            ..*self
        }
    }

    /// What its files hold, if they could be read.
    pub(crate) fn source(&self) -> Option<&'a SourceEvidence> {
        self.current.source.present()
    }

    /// Its `package.json`, if it could be read.
    pub(crate) fn manifest(&self) -> Option<&'a Manifest> {
        self.source()?.manifest.present()
    }

    /// What the registry says of the name over time, if it was asked and answered.
    pub(crate) fn history(&self) -> Option<&'a PackageHistory> {
        self.current.history.present()
    }

    /// What it did each time it ran, if it was run.
    pub(crate) fn runs(&self) -> Option<&'a [RunSummary]> {
        self.current.runs.present().map(Vec::as_slice)
    }

    /// What the release it is compared with did each time it ran, if it was run.
    pub(crate) fn previous_runs(&self) -> Option<&'a [RunSummary]> {
        self.previous?.runs.present().map(Vec::as_slice)
    }

    /// The `package.json` of the release it is compared with.
    pub(crate) fn previous_manifest(&self) -> Option<&'a Manifest> {
        self.previous?.source.present()?.manifest.present()
    }

    /// How far apart the two releases are; `None` without a comparison.
    pub(crate) fn step(&self) -> Option<Step> {
        let previous = self.previous?;
        Some(match (version(previous), version(self.current)) {
            (Some(old), Some(new)) => Step::between(old, new),
            _ => Step::Patch,
        })
    }

    /// Which of its mail flows the previous release did not have; `None` without a comparison.
    pub(crate) fn new_flows(&self) -> Option<NewFlows<'a>> {
        Some(NewFlows(self.change?.flows.iter().map(key).collect()))
    }
}

/// The mail flows that are new. Their places count: a constant that an example always had is new where the code now sends.
pub(crate) struct NewFlows<'a>(BTreeSet<FlowKey<'a>>);

type FlowKey<'a> = (&'a FlowKind, &'a Origin, Option<&'a str>, Location);

impl NewFlows<'_> {
    /// Whether the previous release did not have `flow`.
    pub(crate) fn contains(&self, flow: &MailFlow) -> bool {
        self.0.contains(&key(flow))
    }
}

fn key(flow: &MailFlow) -> FlowKey<'_> {
    (&flow.kind, &flow.origin, flow.value.as_deref(), flow.location)
}

/// The version a release is known by: the registry's, or its own manifest's for a folder or an archive.
fn version(evidence: &Evidence) -> Option<&str> {
    match &evidence.subject {
        Subject::Package(package) => Some(&package.version),
        _ => evidence.source.present()?.manifest.present()?.version.as_deref(),
    }
}
