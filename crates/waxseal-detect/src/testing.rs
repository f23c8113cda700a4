//! Small worlds for tests: a release, perhaps the one before it, and what was observed of both.

mod past;
mod sample;

use std::collections::BTreeMap;

use waxseal_model::*;

use crate::{Case, Detection, Policy, Question, compare_runs, detect, judge};

pub(crate) use past::{DAY, HOUR, built, person, published, removed};
pub(crate) use sample::{Sample, check, clean, flagged};

/// The moment it is in every test: 2026-11-22T00:00:00Z.
pub(crate) const NOW: Moment = Moment(1_795_305_600);

/// Everything a [`Case`] borrows.
#[derive(Debug, Clone)]
pub(crate) struct World {
    pub(crate) current: Evidence,
    pub(crate) previous: Option<Evidence>,
    pub(crate) change: Option<Change>,
    pub(crate) run_change: Option<RunChange>,
    pub(crate) question: Question,
    pub(crate) policy: Policy,
    pub(crate) now: Moment,
}

/// A mail server for tests, one release of it, with one file.
pub(crate) fn release() -> World {
    World {
        current: evidence("1.0.16"),
        previous: None,
        change: None,
        run_change: None,
        question: Question::Release,
        policy: Policy::default(),
        now: NOW,
    }
}

/// The same, compared with the release before.
pub(crate) fn update() -> World {
    update_between("1.0.15", "1.0.16")
}

pub(crate) fn update_between(old: &str, new: &str) -> World {
    World {
        current: evidence(new),
        previous: Some(evidence(old)),
        change: Some(Change::default()),
        ..release()
    }
}

fn evidence(version: &str) -> Evidence {
    let name = PackageName::parse("mail-server").unwrap();
    let mut evidence = Evidence::new(Subject::Package(PackageRef {
        name,
        version: version.to_owned(),
    }));
    evidence.integrity = Collected::Present(Integrity {
        verified: "sha512-AA==".to_owned(),
    });
    evidence.registry = Collected::Present(RegistryFacts::default());
    evidence.source = Collected::Present(SourceEvidence {
        manifest: Collected::Present(Manifest {
            name: Some("mail-server".to_owned()),
            version: Some(version.to_owned()),
            entries: vec![EntryPoint {
                label: "main".to_owned(),
                target: "index.js".to_owned(),
            }],
            ..Manifest::default()
        }),
        files: vec![file("index.js", FileState::Parsed)],
        ..SourceEvidence::default()
    });
    evidence
}

/// A run of which there is nothing to say.
pub(crate) fn run() -> RunSummary {
    RunSummary {
        command: vec!["node".to_owned(), "send.js".to_owned()],
        end: RunEnd::Exited(0),
        duration: 1_000_000,
        restricted: false,
        destinations: Vec::new(),
        unreached: Vec::new(),
        calls: Vec::new(),
        server: None,
        mails: Vec::new(),
        forwards: Vec::new(),
        logins: Vec::new(),
        processes: Vec::new(),
        files: Vec::new(),
        canaries: Vec::new(),
        leaks: Vec::new(),
        fetched: Vec::new(),
        replies: Vec::new(),
        generic: Vec::new(),
        unknown: Vec::new(),
        limits: Vec::new(),
        attribution: None,
        counters: Counters::default(),
        packets: None,
        invalid: Vec::new(),
    }
}

/// A run that went to one destination.
pub(crate) fn reaching(destination: Destination) -> RunSummary {
    RunSummary {
        destinations: vec![destination],
        ..run()
    }
}

/// Reached once by TCP, in a call.
pub(crate) fn destination(name: Option<&str>, address: &str, port: u16) -> Destination {
    Destination {
        name: name.map(str::to_owned),
        addresses: [address.parse().unwrap()].into(),
        port: Some(port),
        protocols: Default::default(),
        times: 1,
        sent: 100,
        received: 100,
        by: Default::default(),
        also: Default::default(),
        answered_by: Default::default(),
        opaque: Default::default(),
        allowed: false,
        first: 1_000,
        phases: [Phase::Call].into(),
    }
}

impl World {
    /// It was run, and this is what was seen; after what was seen before.
    pub(crate) fn ran(mut self, run: RunSummary) -> Self {
        let before = self.current.runs.present().cloned().unwrap_or_default();
        self.current.runs = Collected::Present(before.into_iter().chain([run]).collect());
        self
    }

    /// Both releases were run, and this is what was seen of each.
    pub(crate) fn ran_both(mut self, old: RunSummary, new: RunSummary) -> Self {
        self.run_change = Some(compare_runs(std::slice::from_ref(&old), std::slice::from_ref(&new)));
        self.previous.as_mut().expect("an update").runs = Collected::Present(vec![old]);
        self.ran(new)
    }

    pub(crate) fn case(&self) -> Case<'_> {
        Case {
            subject: &self.current.subject,
            current: &self.current,
            previous: self.previous.as_ref(),
            change: self.change.as_ref(),
            run_change: self.run_change.as_ref(),
            question: self.question,
            policy: &self.policy,
            now: self.now,
        }
    }

    pub(crate) fn detect(&self) -> Detection {
        detect(&self.case())
    }

    pub(crate) fn judge(&self) -> Verdict {
        judge(self.detect(), &self.case())
    }

    pub(crate) fn source(&mut self) -> &mut SourceEvidence {
        source_of(&mut self.current)
    }

    pub(crate) fn old_source(&mut self) -> &mut SourceEvidence {
        source_of(self.previous.as_mut().expect("an update"))
    }

    pub(crate) fn manifest(&mut self) -> &mut Manifest {
        manifest_of(self.source())
    }

    fn change(&mut self) -> &mut Change {
        self.change.as_mut().expect("an update")
    }

    /// A file with code, and its index.
    pub(crate) fn add_file(&mut self, path: &str, state: FileState) -> FileIdx {
        let files = &mut self.source().files;
        let known = files.iter().position(|it| it.path == path);
        let idx = known.unwrap_or_else(|| {
            files.push(file(path, state));
            files.len() - 1
        });
        FileIdx(u32::try_from(idx).unwrap())
    }

    pub(crate) fn file(mut self, path: &str, state: FileState) -> Self {
        self.add_file(path, state);
        self
    }

    /// A flow that both releases have, or the only release has.
    pub(crate) fn flow(mut self, flow: MailFlow) -> Self {
        self.source().flows.push(flow);
        self
    }

    /// A flow that only the newer release has.
    pub(crate) fn new_flow(mut self, flow: MailFlow) -> Self {
        self.change().flows.push(flow.clone());
        self.flow(flow)
    }

    /// The flow stands in another file than `index.js`.
    pub(crate) fn flow_in(mut self, path: &str, mut flow: MailFlow) -> Self {
        flow.location.file = self.add_file(path, FileState::Parsed);
        self.flow(flow)
    }

    pub(crate) fn new_flow_in(mut self, path: &str, mut flow: MailFlow) -> Self {
        flow.location.file = self.add_file(path, FileState::Parsed);
        self.new_flow(flow)
    }

    /// A capability that both releases have, or the only release has.
    pub(crate) fn can(mut self, capability: Capability) -> Self {
        if self.previous.is_some() {
            self.old_source().capabilities.push(capability.clone());
        }
        self.source().capabilities.push(capability);
        self
    }

    /// A capability that the newer release gained.
    pub(crate) fn gained(mut self, capability: Capability, novelty: Novelty) -> Self {
        self.change().gained.push(Gained {
            capability: capability.clone(),
            more: 1,
            novelty,
        });
        self.source().capabilities.push(capability);
        self
    }

    pub(crate) fn script(mut self, name: &str, body: &str) -> Self {
        self.manifest().scripts.insert(name.to_owned(), body.to_owned());
        self
    }

    pub(crate) fn old_script(mut self, name: &str, body: &str) -> Self {
        manifest_of(self.old_source())
            .scripts
            .insert(name.to_owned(), body.to_owned());
        self
    }

    /// A dependency of the newer, or only, release.
    pub(crate) fn needs(mut self, name: &str, spec: &str, kind: DependencyKind) -> Self {
        self.manifest().dependencies.push(dependency(name, spec, kind));
        self
    }

    /// A dependency of the older release.
    pub(crate) fn needed(mut self, name: &str, spec: &str, kind: DependencyKind) -> Self {
        manifest_of(self.old_source())
            .dependencies
            .push(dependency(name, spec, kind));
        self
    }

    pub(crate) fn loads(mut self, names: &[&str]) -> Self {
        self.source().loads = names.iter().map(|name| (*name).to_owned()).collect();
        self
    }

    pub(crate) fn changed(mut self, field: &str, old: Option<&str>, new: Option<&str>) -> Self {
        self.change().manifest.push(ManifestChange {
            field: field.to_owned(),
            old: old.map(str::to_owned),
            new: new.map(str::to_owned),
        });
        self
    }

    pub(crate) fn odd(mut self, kind: AnomalyKind, path: Option<&str>) -> Self {
        self.source().anomalies.push(Anomaly {
            kind,
            path: path.map(str::to_owned),
            detail: "an oddity for tests".to_owned(),
            location: None,
        });
        self
    }
}

fn source_of(evidence: &mut Evidence) -> &mut SourceEvidence {
    match &mut evidence.source {
        Collected::Present(source) => source,
        _ => panic!("a world with source"),
    }
}

fn manifest_of(source: &mut SourceEvidence) -> &mut Manifest {
    match &mut source.manifest {
        Collected::Present(manifest) => manifest,
        _ => panic!("a world with a manifest"),
    }
}

fn file(path: &str, state: FileState) -> FileFacts {
    FileFacts {
        path: path.to_owned(),
        size: 100,
        digest: [0; 16],
        state,
    }
}

fn dependency(name: &str, spec: &str, kind: DependencyKind) -> Dependency {
    let source = if spec.starts_with("git") {
        DependencySource::Git
    } else if spec.starts_with("http") {
        DependencySource::Url
    } else if spec.starts_with("file:") {
        DependencySource::File
    } else {
        DependencySource::Registry
    };
    Dependency {
        name: name.to_owned(),
        spec: spec.to_owned(),
        kind,
        source,
    }
}

/// A place in `index.js`.
pub(crate) fn line(line: u32) -> Location {
    Location {
        file: FileIdx(0),
        line,
        column: 9,
        width: 29,
    }
}

/// A constant mailbox in this place of a message that the caller addresses and fills, and that is sent when a tool is called.
pub(crate) fn copy(place: RecipientPlace, mailbox: &str) -> MailFlow {
    MailFlow {
        kind: FlowKind::Recipient(place),
        origin: Origin::Constant,
        value: Some(mailbox.to_owned()),
        mailbox: Mailbox::parse(mailbox),
        channel: "postmark.sendEmail".to_owned(),
        message: MessageShape {
            caller_recipients: true,
            caller_content: true,
            sent: true,
            beside_caller_message: false,
            fields: Vec::new(),
        },
        hidden: false,
        condition: None,
        location: line(231),
        source: None,
        function: Some("sendEmail".to_owned()),
        reach: called(),
    }
}

pub(crate) fn capability(kind: CapabilityKind, api: &str, target: &str) -> Capability {
    let target = match target {
        "" => Target::None,
        "?" => Target::Dynamic,
        text if text.contains('*') => Target::Pattern(text.to_owned()),
        text => Target::Constant(text.to_owned()),
    };
    Capability {
        kind,
        api: api.to_owned(),
        target,
        sensitive: false,
        hidden: false,
        location: line(12),
        function: None,
        reach: called(),
    }
}

pub(crate) fn called() -> Reach {
    Reach::Call(vec!["index.js".to_owned(), "sendEmail".to_owned()])
}

pub(crate) fn imported() -> Reach {
    Reach::Import(vec!["index.js".to_owned()])
}

pub(crate) fn installed() -> Reach {
    Reach::Install(vec!["postinstall".to_owned(), "install.js".to_owned()])
}

/// The only finding of an indicator.
#[track_caller]
pub(crate) fn only(world: &World, indicator: &str) -> Finding {
    let mut found: Vec<Finding> = world
        .detect()
        .findings
        .into_iter()
        .filter(|finding| finding.indicator == indicator)
        .collect();
    assert_eq!(found.len(), 1, "{found:#?}");
    found.remove(0)
}

/// The values of a proof, for comparison.
pub(crate) fn values(pairs: &[(&str, &str)]) -> BTreeMap<String, String> {
    pairs
        .iter()
        .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
        .collect()
}

/// A policy as its file would say it.
#[track_caller]
pub(crate) fn policy(value: serde_json::Value) -> Policy {
    serde_json::from_value(value).unwrap()
}
