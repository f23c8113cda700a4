//! Finds what the code of one file could do: each call and property is matched by what it folds to, not by its name.
//!
//! One file per kind of capability; each begins with its table of APIs. A row of a table says which modules have which members
//! and how to read what a call is aimed at. [`find`] asks the folder what every call calls and looks the answer up.

use std::collections::BTreeSet;
use std::rc::Rc;

use oxc_ast::ast::{Argument, Expression};
use oxc_span::{GetSpan, Span};
use rustc_hash::{FxHashMap, FxHashSet};
use waxseal_model::{CapabilityKind, Target};

use crate::fold::{Api, Folded, Folder, Origins, Value};
use crate::local::LocalCapability;
use crate::module::{CallNode, CallNote, FunctionIdx, Module};
use crate::package::Limits;

mod aim;
mod candidates;
mod dynamic_code;
mod environment;
mod file_system;
mod native;
mod network;
mod obfuscation;
mod process;
mod syntax;
mod table;
mod tampering;
mod wrappers;

use aim::Aim;
pub(crate) use aim::bounded;
pub(crate) use candidates::Candidates;
use syntax::{argument_expression, root};
use table::{Family, lookup};
use wrappers::{WRAPPERS, is_wrapper, unwrap_api};

/// What one file could do, and what it loads.
#[derive(Debug, Default)]
pub(crate) struct CodeFacts {
    /// In the order of their places.
    pub(crate) capabilities: Vec<LocalCapability>,
    /// Calls that load a module, in the order of their places.
    pub(crate) loads: Vec<LoadNote>,
    /// A module name could not be folded.
    pub(crate) loads_unknown: bool,
    /// Values of other files of the package that targets depend on: `./config.HOST`, or `*` where it could not be said which.
    pub(crate) wants: BTreeSet<String>,
    /// Characters that make code look different from what it is.
    pub(crate) deceptive: Vec<Span>,
    /// There was more than could be kept.
    pub(crate) truncated: bool,
}

/// One call that loads a module.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct LoadNote {
    /// The module's name as the file gives it.
    pub(crate) specifier: String,
    pub(crate) span: Span,
    pub(crate) function: FunctionIdx,
    /// The module is run, not only looked up.
    pub(crate) runs: bool,
}

/// Finds everything one file could do except for sending mail.
pub(crate) fn find<'a>(
    module: &Module<'a>,
    folder: &Folder<'_, 'a>,
    limits: &Limits,
    candidates: Candidates<'_, 'a>,
) -> CodeFacts {
    let mut finder = Finder {
        module,
        folder,
        limits,
        facts: CodeFacts::default(),
        seen: FxHashSet::default(),
        pieces: FxHashMap::default(),
    };
    finder.read_calls(candidates);
    environment::find_reads(&mut finder);
    tampering::find_writes(&mut finder);
    dynamic_code::find_script_elements(&mut finder);
    sort(&mut finder.facts.capabilities);
    obfuscation::find(&mut finder);
    let mut facts = finder.facts;
    sort(&mut facts.capabilities);
    facts.loads.sort_by_key(|it| (it.span.start, it.span.end));
    facts
}

/// In the order of their places.
fn sort(capabilities: &mut [LocalCapability]) {
    capabilities.sort_by(|a, b| {
        let order = (a.span.start, a.span.end, a.kind, &a.api, &a.target);
        order.cmp(&(b.span.start, b.span.end, b.kind, &b.api, &b.target))
    });
}

/// One call of something that is in a table.
struct Call<'f, 'm, 'a> {
    folder: &'f Folder<'m, 'a>,
    api: &'f Api,
    /// The member that was matched, as the table writes it.
    member: &'static str,
    arguments: &'f [Folded],
}

impl Call<'_, '_, '_> {
    fn argument(&self, idx: usize) -> Option<&Folded> {
        self.arguments.get(idx)
    }

    /// A property of a value, unless it is absent.
    fn property(&self, value: &Value, name: &str) -> Option<Folded> {
        let folded = self.folder.property(value, name);
        (!matches!(folded.value, Value::Undefined)).then_some(folded)
    }

    /// Whether a value is, or can be, an object of options.
    fn is_options(value: &Value) -> bool {
        match value {
            Value::Object(_) => true,
            Value::OneOf(values) => values.iter().any(|it| matches!(it, Value::Object(_))),
            _ => false,
        }
    }
}

/// What the kinds add their facts to.
struct Finder<'f, 'm, 'a> {
    module: &'f Module<'a>,
    folder: &'f Folder<'m, 'a>,
    limits: &'f Limits,
    facts: CodeFacts,
    seen: FxHashSet<(u32, u32, CapabilityKind, String)>,
    /// Whether a piece of a target stands in the source.
    pieces: FxHashMap<String, bool>,
}

impl<'a> Finder<'_, '_, 'a> {
    /// First what loads modules, then the members of the modules that are loaded.
    fn read_calls(&mut self, mut candidates: Candidates<'_, 'a>) {
        let mut left = Vec::new();
        for call in &self.module.calls {
            let callee = match call.node {
                CallNode::Import(node) => {
                    dynamic_code::read_load(self, "import", &self.folder.fold(&node.source), call, true);
                    continue;
                }
                CallNode::Call(node) => &node.callee,
                CallNode::New(node) => &node.callee,
                CallNode::Tagged(node) => &node.tag,
            };
            if candidates.may_be_known(callee) {
                self.read_call(callee, call);
            } else {
                left.push((callee, call));
            }
        }
        let loaded = self.facts.loads.iter().map(|it| it.specifier.as_str());
        candidates.admit(loaded.chain(self.module.imports.iter().map(|it| it.specifier)));
        for (callee, call) in left {
            if candidates.may_be_known(callee) {
                self.read_call(callee, call);
            } else {
                dynamic_code::find_constructor(self, callee, call);
            }
        }
        for call in &self.module.calls {
            self.read_passed(call, &candidates);
        }
    }

    /// An API that is handed to a function may be called there, with what could not be said.
    fn read_passed(&mut self, call: &CallNote<'a>, candidates: &Candidates<'_, 'a>) {
        let arguments = match call.node {
            CallNode::Call(node) => &node.arguments,
            CallNode::New(node) => &node.arguments,
            CallNode::Tagged(_) | CallNode::Import(_) => return,
        };
        for argument in arguments.iter().filter_map(Argument::as_expression) {
            let named = matches!(argument, Expression::Identifier(_)) || argument.is_member_expression();
            if !named || !candidates.may_be_passed(argument) {
                continue;
            }
            let Value::Api(api) = self.folder.fold(argument).value else {
                continue;
            };
            let Some((row, name)) = lookup(&api) else { continue };
            // A module is handed on as a whole for other reasons, and most globals are.
            if row.member.is_empty() || (row.is_global() && !matches!(&*api.path, "eval" | "fetch")) {
                continue;
            }
            let runs = matches!(
                row.family.kind,
                CapabilityKind::Process | CapabilityKind::DynamicCode | CapabilityKind::Network
            );
            // What only changes the calling style is seen where the result is called.
            let wrapped = || self.folder.fold_call_apis(call).iter().any(|it| is_wrapper(&it.path));
            if runs && !wrapped() {
                self.add(row.family.kind, &name, Aim::dynamic(), argument.span(), call.function);
            }
        }
    }

    fn read_call(&mut self, callee: &'a Expression<'a>, call: &CallNote<'a>) {
        let mut arguments = None;
        let mut known = false;
        for api in self.folder.fold_call_apis(call) {
            known |= self.read_api(call, unwrap_api(api), &mut arguments);
        }
        if !known {
            dynamic_code::find_constructor(self, callee, call);
        }
    }

    /// One of the things that a call can call. Says whether a table knows it.
    fn read_api(&mut self, call: &CallNote<'a>, api: Rc<Api>, arguments: &mut Option<Rc<[Folded]>>) -> bool {
        if dynamic_code::read_require(self, call, &api) {
            return true;
        }
        environment::find_call(self, call, &api);
        tampering::find_call(self, call, &api);
        let Some((row, name)) = lookup(&api) else { return false };
        let arguments = arguments.get_or_insert_with(|| self.folder.fold_arguments(call).into());
        let read = Call {
            folder: self.folder,
            api: &api,
            member: row.member,
            arguments,
        };
        let aims = (row.family.aim)(&read);
        if aims
            .iter()
            .any(|it| matches!(it.target, Target::Dynamic | Target::Pattern(_)))
        {
            let made = api.calls.iter().flat_map(|it| &it.arguments);
            arguments
                .iter()
                .map(|it| &it.value)
                .chain(made)
                .for_each(|it| self.want(it));
        }
        for aim in aims {
            self.add(row.family.kind, &name, aim, call.span, call.function);
        }
        true
    }

    /// Notes which values of other files decide a value.
    fn want(&mut self, value: &Value) {
        if value.origins().has(Origins::IMPORTED) && self.facts.wants.len() < MAX_WANTS {
            let before = self.facts.wants.len();
            collect_imports(value, 0, &mut self.facts.wants);
            if self.facts.wants.len() == before {
                self.facts.wants.insert("*".to_owned());
            }
        }
    }

    fn add(&mut self, kind: CapabilityKind, api: &str, aim: Aim, span: Span, function: FunctionIdx) {
        if self.facts.capabilities.len() >= self.limits.file_facts {
            self.facts.truncated = true;
            return;
        }
        // Alternatives of one call may come to the same; so may a call that is noted in two ways.
        let text = match &aim.target {
            Target::None => format!("{api}\0"),
            Target::Dynamic => format!("{api}\0?"),
            Target::Constant(text) => format!("{api}\0={text}"),
            Target::Pattern(text) => format!("{api}\0~{text}"),
        };
        if !self.seen.insert((span.start, span.end, kind, text)) {
            return;
        }
        let hidden = aim.hidden && aim.text().is_some() && !self.is_written(kind, api, &aim);
        let sensitive = aim.sensitive || (hidden && aim.sensitive_if_hidden);
        let target = aim.target;
        let api = bounded(api, MAX_API).to_owned();
        self.facts.capabilities.push(LocalCapability {
            kind,
            api,
            target,
            sensitive,
            hidden,
            span,
            function,
        });
    }

    /// Whether what a target is made of stands in the file as it is. Then nothing hid it, whatever was done with it on the way:
    /// an address is no secret because `encodeURIComponent` made a part of its path.
    fn is_written(&mut self, kind: CapabilityKind, api: &str, aim: &Aim) -> bool {
        let Some(text) = aim.text() else { return false };
        let is_code = kind == CapabilityKind::DynamicCode && !matches!(api, "require" | "import");
        let separators: &[char] = if is_code {
            &['*']
        } else {
            &['*', '/', ' ', '?', '=', '&', '|', ',']
        };
        let pieces = text.split(separators).filter(|piece| piece.len() >= MIN_PIECE);
        pieces
            .take(MAX_PIECES)
            .all(|piece| self.stands_in_source(bounded(piece, MAX_PIECE)))
    }

    fn stands_in_source(&mut self, piece: &str) -> bool {
        if let Some(known) = self.pieces.get(piece) {
            return *known;
        }
        let looked = self.pieces.len() < MAX_LOOKS;
        let found = looked && memchr::memmem::find(self.module.source.as_bytes(), piece.as_bytes()).is_some();
        if looked {
            self.pieces.insert(piece.to_owned(), found);
        }
        found
    }

    /// The text of a span.
    fn text(&self, span: Span) -> &str {
        self.module
            .source
            .get(span.start as usize..span.end as usize)
            .unwrap_or_default()
    }
}

/// The paths of what other files give a value.
fn collect_imports(value: &Value, depth: usize, wants: &mut BTreeSet<String>) {
    if depth > MAX_DEPTH || wants.len() >= MAX_WANTS {
        return;
    }
    match value {
        Value::Api(api) => {
            if api.path.starts_with('.') {
                wants.insert(api.path.to_string());
            }
            for argument in api.calls.iter().flat_map(|it| &it.arguments) {
                collect_imports(argument, depth + 1, wants);
            }
        }
        Value::Concat(values) | Value::OneOf(values) => {
            values.iter().for_each(|it| collect_imports(it, depth + 1, wants));
        }
        Value::Array(array) => array.items.iter().for_each(|it| collect_imports(it, depth + 1, wants)),
        Value::Object(object) => {
            object
                .properties
                .iter()
                .for_each(|it| collect_imports(&it.value.value, depth + 1, wants));
        }
        _ => {}
    }
}

/// Values of other files that one file's targets depend on, and how deep they are looked for.
const MAX_WANTS: usize = 256;
const MAX_DEPTH: usize = 4;

/// Shorter pieces of a target say nothing, and the beginning of a longer one is enough.
const MIN_PIECE: usize = 3;
const MAX_PIECE: usize = 80;
const MAX_PIECES: usize = 16;
/// Searches of one file's source.
const MAX_LOOKS: usize = 256;

/// Longer paths are somebody's joke.
const MAX_API: usize = 200;

#[cfg(test)]
mod tests;
