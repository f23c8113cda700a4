//! Everything that one file says by itself, independent of its package: may be shared between releases and threads.

use std::collections::BTreeSet;
use std::sync::{Mutex, PoisonError};

use oxc_allocator::Allocator;
use waxseal_model::{Anomaly, AnomalyKind, CapabilityKind, FileState, SinkSpec};

use super::Limits;
use super::graph::{self, FileGraph};
use super::lines::{LineTable, Place};
use crate::capabilities::{self, Candidates};
use crate::flow;
use crate::fold::{Constant, Folder, ModuleEnv};
use crate::local::{LocalCapability, LocalFlow};
use crate::module::Module;
use crate::parse::{self, ParseFailure};
use crate::textual::Texts;

/// What one file says by itself.
#[derive(Debug)]
pub struct FileAnalysis {
    pub(super) state: FileState,
    pub(super) capabilities: Vec<(LocalCapability, Place)>,
    pub(super) flows: Vec<PlacedFlow>,
    pub(super) graph: FileGraph,
    pub(super) loads_unknown: bool,
    /// Constants other files of the package may import.
    pub(super) constants: Vec<(String, Constant)>,
    /// Values of other files of the package that could change the answer: `./config.HOST`; `*` for any.
    pub(super) wants: BTreeSet<String>,
    /// Oddities; the path and the file are added later.
    pub(super) oddities: Vec<(AnomalyKind, String, Option<Place>)>,
}

/// Memory for syntax trees that no file is using.
#[derive(Default)]
pub(super) struct Arenas(Mutex<Vec<Allocator>>);

impl Arenas {
    fn take(&self) -> Allocator {
        let mut idle = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        idle.pop().unwrap_or_default()
    }

    /// What one large file took goes back to the system.
    fn give_back(&self, mut arena: Allocator) {
        if arena.capacity() <= MAX_IDLE_ARENA {
            arena.reset();
            self.0.lock().unwrap_or_else(PoisonError::into_inner).push(arena);
        }
    }
}

impl std::fmt::Debug for Arenas {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Arenas").finish_non_exhaustive()
    }
}

/// A mail flow with its places.
#[derive(Debug)]
pub(super) struct PlacedFlow {
    pub(super) flow: LocalFlow,
    pub(super) place: Place,
    pub(super) source: Option<Place>,
}

impl FileAnalysis {
    /// What was done with the file.
    pub fn state(&self) -> FileState {
        self.state
    }

    /// How many capabilities and flows were found.
    pub fn facts(&self) -> usize {
        self.capabilities.len() + self.flows.len()
    }

    /// Whether this file's answer may depend on the module it calls `specifier`.
    pub(super) fn wants_of(&self, specifier: &str) -> bool {
        self.wants.contains("*") || self.wants.iter().any(|path| imported_name(path, specifier).is_some())
    }

    /// Whether what another file wants of this one, which it calls `specifier`, is among its constants.
    pub(super) fn gives(&self, specifier: &str, wants: &BTreeSet<String>, uses: &[(u32, &str)]) -> bool {
        let gives = |name: &str| {
            let any = matches!(name, "" | "*" | "default") && !self.constants.is_empty();
            any || self.constants.iter().any(|(it, _)| it == name || it == "default")
        };
        let named = wants
            .iter()
            .filter_map(|path| imported_name(path, specifier))
            .any(gives);
        named || (wants.contains("*") && uses.iter().any(|(_, name)| gives(name)))
    }

    pub(super) fn empty(state: FileState) -> Self {
        Self {
            state,
            capabilities: Vec::new(),
            flows: Vec::new(),
            graph: FileGraph::default(),
            loads_unknown: false,
            constants: Vec::new(),
            wants: BTreeSet::new(),
            oddities: Vec::new(),
        }
    }

    /// The anomalies of a file at this path, without their location's file.
    pub(super) fn anomaly(path: &str, kind: AnomalyKind, detail: &str) -> Anomaly {
        Anomaly {
            kind,
            path: Some(path.to_owned()),
            detail: detail.to_owned(),
            location: None,
        }
    }
}

/// Analyses one file of code. The path only decides what kinds of code it may be.
///
/// Needs a stack of 16 MiB: code that Node runs may be nested 2,000 levels deep.
pub(super) fn analyze(
    path: &str,
    bytes: &[u8],
    sinks: &[SinkSpec],
    limits: &Limits,
    env: &ModuleEnv,
    arenas: &Arenas,
) -> FileAnalysis {
    let arena = arenas.take();
    let analysis = analyze_in(&arena, path, bytes, sinks, limits, env);
    arenas.give_back(arena);
    analysis
}

fn analyze_in(
    arena: &Allocator,
    path: &str,
    bytes: &[u8],
    sinks: &[SinkSpec],
    limits: &Limits,
    env: &ModuleEnv,
) -> FileAnalysis {
    let source = parse::decode(bytes);
    let parsed = match parse::parse_within(arena, &source, path, limits.file_bytes) {
        Ok(parsed) => parsed,
        Err(failure) => return failed(&failure),
    };
    let module = Module::new(&parsed);
    let folder = Folder::new(&module, env);
    // Both draw on one budget of steps, and whom the mail goes to must not go short.
    let look = |exhaustive: bool| {
        let texts = Texts {
            module: &module,
            folder: &folder,
            exhaustive,
        };
        let candidates = Candidates::new(texts);
        let mail = flow::mail_flows(&module, &folder, sinks, &candidates);
        (mail, capabilities::find(&module, &folder, limits, candidates))
    };
    let (mut mail, mut code) = look(false);
    if limits.exhaustive {
        // After the quick look, and added to it: what a value is found to be may depend on what was asked before.
        folder.refuel();
        let (more_mail, more_code) = look(true);
        add_missing(&mut mail.flows, more_mail.flows);
        add_missing(&mut mail.capabilities, more_mail.capabilities);
        add_missing(&mut code.capabilities, more_code.capabilities);
        add_missing(&mut code.loads, more_code.loads);
    }
    let graph = graph::build(&module, &code.loads);
    let constants = folder.exported_constants();

    let mut analysis = FileAnalysis::empty(FileState::Parsed);
    analysis.loads_unknown = code.loads_unknown;
    // Mail is worth a second look whenever the file could be told more.
    analysis.wants = code.wants;
    if !mail.flows.is_empty() || !mail.capabilities.is_empty() {
        analysis.wants.insert("*".to_owned());
    }
    analysis.graph = graph;
    analysis.constants = constants;
    if code.truncated || mail.truncated || mail.flows.len() > limits.file_facts {
        let detail = format!(
            "the file holds more than {} facts; the rest were not kept",
            limits.file_facts
        );
        analysis.oddities.push((AnomalyKind::TooLarge, detail, None));
    }
    if folder.is_exhausted() {
        let detail = "working out its values takes more steps than one file is given".to_owned();
        analysis.oddities.push((AnomalyKind::Unfolded, detail, None));
    }
    let mail_capabilities = mail.capabilities.into_iter().map(|it| LocalCapability {
        kind: CapabilityKind::Mail,
        api: it.api,
        target: it.target,
        sensitive: it.hidden,
        hidden: it.hidden,
        span: it.span,
        function: it.function,
    });
    let mut found: Vec<LocalCapability> = mail_capabilities.chain(code.capabilities).collect();
    if found.is_empty() && mail.flows.is_empty() && code.deceptive.is_empty() {
        return analysis;
    }
    found.sort_by_key(|it| it.span.start);
    let lines = LineTable::new(parsed.source);
    analysis.capabilities = found.into_iter().map(|it| (it.clone(), lines.place(it.span))).collect();
    let flows = mail.flows.into_iter().take(limits.file_facts);
    let flows = flows.map(|it| LocalFlow {
        kind: it.kind,
        origin: it.origin,
        value: it.value,
        mailbox: it.mailbox,
        channel: it.channel,
        message: it.message,
        hidden: it.hidden,
        condition: it.condition,
        span: it.span,
        source: it.source,
        function: it.function,
    });
    analysis.flows = flows.map(|it| placed(it, &lines)).collect();
    for span in code.deceptive {
        let detail = "the code holds characters that are invisible or change the order it is shown in".to_owned();
        analysis
            .oddities
            .push((AnomalyKind::DeceptiveText, detail, Some(lines.place(span))));
    }
    analysis
}

fn add_missing<T: PartialEq>(found: &mut Vec<T>, more: Vec<T>) {
    let missing: Vec<T> = more.into_iter().filter(|it| !found.contains(it)).collect();
    found.extend(missing);
}

/// The export that a path is of, if it is of this module: of `./config.HOST.length` it is `HOST`.
fn imported_name<'w>(path: &'w str, specifier: &str) -> Option<&'w str> {
    let rest = path.strip_prefix(specifier)?;
    let member = match rest.strip_prefix('.') {
        Some(member) => member,
        None if rest.is_empty() || rest.starts_with("()") => "",
        None => return None,
    };
    Some(member.split(['.', '(', '[']).next().unwrap_or(member))
}

fn placed(flow: LocalFlow, lines: &LineTable<'_>) -> PlacedFlow {
    PlacedFlow {
        place: lines.place(flow.span),
        source: flow.source.map(|it| lines.place(it)),
        flow,
    }
}

fn failed(failure: &ParseFailure) -> FileAnalysis {
    match failure {
        ParseFailure::Unparsable(_) => FileAnalysis::empty(FileState::Unparsable),
        ParseFailure::TooDeep => skipped(AnomalyKind::ParserBomb, failure),
        ParseFailure::TooLarge(_) => skipped(AnomalyKind::TooLarge, failure),
    }
}

fn skipped(kind: AnomalyKind, failure: &ParseFailure) -> FileAnalysis {
    let mut analysis = FileAnalysis::empty(FileState::Skipped);
    analysis.oddities.push((kind, failure.to_string(), None));
    analysis
}

/// The syntax tree of about 300 kB of source.
const MAX_IDLE_ARENA: usize = 4 << 20;
