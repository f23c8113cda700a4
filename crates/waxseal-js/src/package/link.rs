//! Links what files say by themselves into what the package does.

use std::cell::Cell;
use std::collections::BTreeSet;
use std::sync::Arc;

use waxseal_model::{
    Anomaly, AnomalyKind, Capability, CapabilityKind, FileIdx, FileState, Location, MailFlow, Manifest, Origin,
};

use super::analysis::PlacedFlow;
use super::entries::find_entries;
use super::lines::{LineTable, Place};
use super::reach::{Node, ReachMap};
use super::resolve::{Resolved, Resolver, package_name};
use super::select::{self, FileKind};
use super::{Analyst, FileAnalysis, InputFile, PackageScan, Task, constants};
use crate::capabilities::bounded;
use crate::fold::ModuleEnv;

/// Analyses and links a package.
pub(super) fn link(analyst: &Analyst<'_>, manifest: Option<&Manifest>) -> PackageScan {
    let resolver = Resolver::new(manifest, analyst.files);
    let entries = find_entries(&resolver, manifest);
    let mut linker = Linker::new(analyst, &resolver);
    linker.add(entries.iter().flat_map(|it| it.files.iter().copied()).collect());
    linker.analyze_all();
    linker.link_constants();

    let nodes: Vec<Option<Node<'_>>> = linker
        .analyses
        .iter()
        .zip(&linker.targets)
        .map(|(analysis, targets)| {
            analysis.as_deref().map(|it| Node {
                graph: &it.graph,
                targets,
            })
        })
        .collect();
    let mut reach = ReachMap::new(analyst.files, &nodes, &entries);
    let mut scan = PackageScan::default();
    linker.collect_facts(&mut reach, &mut scan);
    linker.collect_loads(&mut scan);
    scan
}

struct Linker<'l, 'p> {
    analyst: &'l Analyst<'p>,
    resolver: &'l Resolver<'p>,
    kinds: Vec<FileKind>,
    states: Vec<FileState>,
    analyses: Vec<Option<Arc<FileAnalysis>>>,
    /// The files each module name of each file means.
    targets: Vec<Vec<Vec<u32>>>,
    /// The names of modules outside the package that each file gives.
    outside: Vec<Vec<String>>,
    /// Files to analyse next.
    queue: Vec<u32>,
    queued: Vec<bool>,
    /// Files that were analysed with constants of others.
    linked: Vec<bool>,
    /// Searches for where a value is written.
    looks: Cell<usize>,
}

impl<'l, 'p> Linker<'l, 'p> {
    fn new(analyst: &'l Analyst<'p>, resolver: &'l Resolver<'p>) -> Self {
        let count = analyst.files.len();
        let kinds: Vec<FileKind> = analyst.files.iter().map(select::kind).collect();
        let mut linker = Self {
            analyst,
            resolver,
            kinds,
            states: vec![FileState::NotCode; count],
            analyses: vec![None; count],
            targets: vec![Vec::new(); count],
            outside: vec![Vec::new(); count],
            queue: Vec::new(),
            queued: vec![false; count],
            linked: vec![false; count],
            looks: Cell::new(0),
        };
        let code = (0..)
            .zip(&linker.kinds)
            .filter(|(_, kind)| **kind == FileKind::Code)
            .map(|(idx, _)| idx)
            .collect();
        linker.add(code);
        linker
    }

    /// Files that something names: code whatever its extension, and JSON.
    fn add(&mut self, files: Vec<u32>) {
        for file in files {
            let idx = file as usize;
            match self.kinds[idx] {
                FileKind::Code | FileKind::Other if !std::mem::replace(&mut self.queued[idx], true) => {
                    self.queue.push(file)
                }
                FileKind::Json if self.states[idx] == FileState::NotCode => self.states[idx] = self.json_state(file),
                _ => {}
            }
        }
    }

    fn json_state(&self, file: u32) -> FileState {
        let bytes = self.analyst.files[file as usize].bytes;
        let bytes = bytes.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(bytes);
        match serde_json::from_slice::<serde::de::IgnoredAny>(bytes) {
            Ok(_) => FileState::Json,
            Err(_) => FileState::Unparsable,
        }
    }

    /// Analyses what is queued and what that loads, until nothing new is named.
    fn analyze_all(&mut self) {
        while !self.queue.is_empty() {
            let files = std::mem::take(&mut self.queue);
            let tasks: Vec<Task> = files
                .iter()
                .map(|file| Task {
                    file: *file,
                    env: ModuleEnv::default(),
                    linked: Vec::new(),
                })
                .collect();
            let analyses = self.analyst.analyze(&tasks);
            for (file, analysis) in files.into_iter().zip(analyses) {
                self.keep(file, analysis);
            }
        }
    }

    fn keep(&mut self, file: u32, analysis: Arc<FileAnalysis>) {
        let idx = file as usize;
        // A file that is code only because something names it, and then is none, is data: a style sheet, a shell script.
        let is_data = self.kinds[idx] == FileKind::Other && analysis.state() == FileState::Unparsable;
        if is_data {
            return;
        }
        self.states[idx] = analysis.state();
        self.resolve_names(file, &analysis);
        self.analyses[idx] = Some(analysis);
    }

    fn resolve_names(&mut self, file: u32, analysis: &FileAnalysis) {
        let path = self.analyst.files[file as usize].path;
        let mut targets = Vec::with_capacity(analysis.graph.specifiers.len());
        let mut outside = Vec::new();
        let mut named = Vec::new();
        for specifier in &analysis.graph.specifiers {
            let Resolved { files, outside: names } = self.resolver.resolve(path, specifier);
            named.extend_from_slice(&files);
            outside.extend(names);
            targets.push(files);
        }
        self.targets[file as usize] = targets;
        self.outside[file as usize] = outside;
        self.add(named);
    }

    /// Analyses once more the files that a constant of another file can tell more about.
    fn link_constants(&mut self) {
        let mut tasks = Vec::new();
        for (idx, analysis) in (0..).zip(&self.analyses) {
            if let Some(analysis) = analysis.as_deref().filter(|it| !it.wants.is_empty())
                && let Some(task) = self.linked_task(idx, analysis)
            {
                tasks.push(task);
            }
        }
        let analyses = self.analyst.analyze(&tasks);
        for (task, analysis) in tasks.into_iter().zip(analyses) {
            // Work that was not done must not take back what the first look found.
            if analysis.state() == FileState::Parsed {
                self.keep(task.file, analysis);
                self.linked[task.file as usize] = true;
            }
        }
        self.analyze_all();
    }

    fn linked_task(&self, file: u32, analysis: &FileAnalysis) -> Option<Task> {
        let mut env = ModuleEnv::default();
        let mut linked = Vec::new();
        let mut names: Vec<(u32, &str)> = analysis.graph.uses.iter().map(|it| (it.specifier, &*it.name)).collect();
        names.sort_unstable();
        for ((idx, specifier), targets) in (0..).zip(&analysis.graph.specifiers).zip(&self.targets[file as usize]) {
            for target in targets.iter().copied().filter(|it| *it != file).take(MAX_VARIANTS) {
                let input = &self.analyst.files[target as usize];
                if !analysis.wants_of(specifier) {
                    continue;
                }
                if self.kinds[target as usize] == FileKind::Json {
                    let Some(value) = constants::read_json(input.bytes) else {
                        continue;
                    };
                    env.insert(specifier, "default", value);
                } else {
                    let Some(exporter) = self.analyses[target as usize].as_deref() else {
                        continue;
                    };
                    let first = names.partition_point(|(specifier, _)| *specifier < idx);
                    let last = names.partition_point(|(specifier, _)| *specifier <= idx);
                    if exporter.constants.is_empty() || !exporter.gives(specifier, &analysis.wants, &names[first..last])
                    {
                        continue;
                    }
                    for (name, value) in &exporter.constants {
                        env.insert(specifier, name, value.clone());
                    }
                }
                linked.push(input.digest);
                break;
            }
        }
        (!linked.is_empty()).then_some(Task { file, env, linked })
    }

    fn collect_facts(&self, reach: &mut ReachMap<'_>, scan: &mut PackageScan) {
        let limit = self.analyst.limits.package_facts;
        let mut dropped = false;
        for (idx, analysis) in (0..).zip(&self.analyses) {
            let Some(analysis) = analysis.as_deref() else { continue };
            let input = &self.analyst.files[idx as usize];
            for (kind, detail, place) in &analysis.oddities {
                let location = place.map(|it| location(idx, it));
                scan.anomalies.push(Anomaly {
                    location,
                    ..FileAnalysis::anomaly(input.path, *kind, detail)
                });
            }
            for (found, place) in &analysis.capabilities {
                // Mail is what this is about: it is kept whatever else a package is full of.
                if scan.capabilities.len() >= limit && found.kind != CapabilityKind::Mail {
                    dropped = true;
                    continue;
                }
                scan.capabilities.push(Capability {
                    kind: found.kind,
                    api: found.api.clone(),
                    target: found.target.clone(),
                    sensitive: found.sensitive,
                    hidden: found.hidden,
                    location: location(idx, *place),
                    function: function_name(analysis, found.function.0),
                    reach: reach.reach(idx, found.function.0),
                });
            }
            for found in &analysis.flows {
                let reached = reach.reach(idx, found.flow.function.0);
                scan.flows.push(self.flow(idx, analysis, found, reached));
            }
        }
        scan.states.clone_from(&self.states);
        scan.capabilities
            .sort_by(|a, b| (a.location, a.kind, &a.api, &a.target).cmp(&(b.location, b.kind, &b.api, &b.target)));
        scan.flows
            .sort_by(|a, b| (a.location, &a.kind, &a.value).cmp(&(b.location, &b.kind, &b.value)));
        if dropped {
            let detail = format!("the package holds more than {limit} capabilities; the rest were not kept");
            scan.anomalies.push(Anomaly {
                kind: AnomalyKind::TooLarge,
                path: None,
                detail,
                location: None,
            });
        }
    }

    fn flow(&self, file: u32, analysis: &FileAnalysis, found: &PlacedFlow, reach: waxseal_model::Reach) -> MailFlow {
        let flow = &found.flow;
        let mut source = found.source.map(|place| location(file, place));
        let mut origin = flow.origin.clone();
        if origin == Origin::Constant
            && let Some((from, place)) = self.written_elsewhere(file, flow.mailbox.as_ref().map(ToString::to_string))
        {
            source = Some(location(from, place));
            if self.kinds[from as usize] == FileKind::Json {
                origin = Origin::Shipped;
            }
        }
        MailFlow {
            kind: flow.kind.clone(),
            origin,
            value: flow.value.clone(),
            mailbox: flow.mailbox.clone(),
            channel: flow.channel.clone(),
            message: flow.message.clone(),
            hidden: flow.hidden,
            condition: flow.condition.clone(),
            location: location(file, found.place),
            source,
            function: function_name(analysis, flow.function.0),
            reach,
        }
    }

    /// The file beside this one that a value was imported from, if it is not written in this one.
    fn written_elsewhere(&self, file: u32, value: Option<String>) -> Option<(u32, Place)> {
        let value = value?;
        // Only a file that was told of others' constants can hold one.
        if !self.linked[file as usize] || self.looks.get() >= MAX_LOOKS {
            return None;
        }
        self.looks.set(self.looks.get() + 1);
        let own = self.analyst.files[file as usize].bytes;
        if memchr::memmem::find(own, value.as_bytes()).is_some() {
            return None;
        }
        self.targets[file as usize].iter().flatten().find_map(|target| {
            let place = place_of(&self.analyst.files[*target as usize], &value)?;
            Some((*target, place))
        })
    }

    fn collect_loads(&self, scan: &mut PackageScan) {
        let names: BTreeSet<String> = self
            .outside
            .iter()
            .flatten()
            .filter_map(|it| package_name(it))
            .collect();
        scan.loads = names.into_iter().collect();
        scan.loads_unknown = self.analyses.iter().flatten().any(|it| it.loads_unknown);
    }
}

fn place_of(file: &InputFile<'_>, value: &str) -> Option<Place> {
    let source = std::str::from_utf8(file.bytes).ok()?;
    let at = u32::try_from(memchr::memmem::find(file.bytes, value.as_bytes())?).ok()?;
    let end = at + u32::try_from(value.len()).ok()?;
    Some(LineTable::new(source).place(oxc_span::Span::new(at, end)))
}

fn location(file: u32, place: Place) -> Location {
    Location {
        file: FileIdx(file),
        line: place.line,
        column: place.column,
        width: place.width,
    }
}

fn function_name(analysis: &FileAnalysis, function: u32) -> Option<String> {
    let name = analysis.graph.names.get(function as usize)?.as_deref()?;
    (function != 0).then(|| bounded(name, MAX_NAME).to_owned())
}

/// Variants of one import (by condition) that are looked into for constants: the first with any counts.
const MAX_VARIANTS: usize = 4;

/// Values whose place in another file is looked for, in one package.
const MAX_LOOKS: usize = 256;

/// Longer names of functions are cut.
const MAX_NAME: usize = 120;
