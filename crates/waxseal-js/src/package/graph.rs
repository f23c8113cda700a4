//! Who calls whom inside one file, and what of other files its functions use: resolved by symbol, never by name.
//!
//! A function counts as used wherever its name is read, not only where it is called: it may be handed to anything. That errs
//! on the side of saying that code is reached.

use oxc_ast::ast::{Expression, IdentifierReference};
use oxc_semantic::{Reference, ScopeId, SymbolId};
use oxc_span::{GetSpan, Span};
use rustc_hash::{FxHashMap, FxHashSet};

use crate::capabilities::LoadNote;
use crate::module::{
    Binding, BindingSource, CallNode, ExportValue, FunctionIdx, FunctionNode, FunctionNote, Module, PathStep,
};

/// The call graph of one file. Functions are numbered as in [`Module::functions`].
#[derive(Debug, Default)]
pub(super) struct FileGraph {
    /// Names of the functions.
    pub(super) names: Vec<Option<Box<str>>>,
    /// Sorted by the function they start from.
    pub(super) edges: Vec<Edge>,
    /// Module names as the file writes them.
    pub(super) specifiers: Vec<Box<str>>,
    /// Which function loads which module, sorted.
    pub(super) loads: Vec<Load>,
    /// Which function uses what of which module, sorted.
    pub(super) uses: Vec<Use>,
    /// What the file exports.
    pub(super) exports: Vec<Export>,
}

/// One function leads to another.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Edge {
    pub(super) from: u32,
    pub(super) to: u32,
    /// It is called, and so runs when the other does; otherwise it is only mentioned.
    pub(super) runs: bool,
}

/// A function loads a module.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Load {
    pub(super) from: u32,
    /// Position in [`FileGraph::specifiers`].
    pub(super) specifier: u32,
}

/// A function uses an export of a module.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Use {
    pub(super) from: u32,
    /// Position in [`FileGraph::specifiers`].
    pub(super) specifier: u32,
    /// The export; `*` if it could not be said which.
    pub(super) name: Box<str>,
    pub(super) runs: bool,
}

/// Something the file exports.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Export {
    pub(super) name: Box<str>,
    pub(super) value: Exported,
}

/// What an export stands for, as far as it matters who calls whom.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Exported {
    Function(u32),
    /// An export of another module; `*` for all of them.
    From { specifier: u32, name: Box<str> },
}

/// Builds the graph of a file. `loads` are the calls that load modules.
pub(super) fn build(module: &Module<'_>, loads: &[LoadNote]) -> FileGraph {
    let mut builder = Builder::new(module, loads);
    builder.add_exports();
    builder.add_symbols();
    builder.add_inline_functions();
    builder.finish()
}

/// What a symbol stands for, as far as it matters here.
#[derive(Default)]
struct SymbolMeaning {
    functions: Vec<u32>,
    /// Specifier and export, `*` for the module itself.
    imports: Vec<(u32, Box<str>)>,
}

struct Builder<'m, 'a> {
    module: &'m Module<'a>,
    loads: &'m [LoadNote],
    graph: FileGraph,
    specifiers: FxHashMap<Box<str>, u32>,
    /// Modules that are imported for more than their types.
    loaded: FxHashSet<&'a str>,
    /// The function each scope belongs to.
    scopes: Vec<u32>,
    by_span: FxHashMap<(u32, u32), u32>,
    meanings: FxHashMap<SymbolId, SymbolMeaning>,
    /// Functions that stand inside what is exported, or are known by a symbol: not found by where they stand.
    named: Vec<bool>,
    /// How often a symbol is read only to be exported.
    exported_reads: FxHashMap<SymbolId, u32>,
    /// Calls and member reads already noted, by symbol and function.
    noted: FxHashMap<(SymbolId, u32), u32>,
    /// Loads whose result was bound to a symbol or exported, by position in `loads`.
    bound: Vec<bool>,
}

impl<'m, 'a> Builder<'m, 'a> {
    fn new(module: &'m Module<'a>, loads: &'m [LoadNote]) -> Self {
        let count = module.functions.len();
        let mut builder = Self {
            module,
            loads,
            graph: FileGraph::default(),
            specifiers: FxHashMap::default(),
            loaded: module.imports.iter().filter(|it| !it.type_only).map(|it| it.specifier).collect(),
            scopes: scope_functions(module),
            by_span: (0..).zip(&module.functions).map(|(idx, it)| ((it.span.start, it.span.end), idx)).collect(),
            meanings: FxHashMap::default(),
            named: vec![false; count],
            exported_reads: FxHashMap::default(),
            noted: FxHashMap::default(),
            bound: vec![false; loads.len()],
        };
        builder.graph.names = module.functions.iter().map(|it| it.name.map(Box::from)).collect();
        for symbol in module.scoping.symbol_ids() {
            builder.add_meaning(symbol);
        }
        builder
    }

    fn add_meaning(&mut self, symbol: SymbolId) {
        let Some(note) = self.module.symbols.get(&symbol) else { return };
        let mut meaning = SymbolMeaning::default();
        for binding in &note.bindings {
            self.read_binding(binding, &mut meaning);
        }
        if !meaning.functions.is_empty() || !meaning.imports.is_empty() {
            self.meanings.insert(symbol, meaning);
        }
    }

    fn read_binding(&mut self, binding: &Binding<'a>, meaning: &mut SymbolMeaning) {
        match binding.source {
            BindingSource::Function(function) if is_declaration(self.module.functions[function.0 as usize].node) => {
                self.named[function.0 as usize] = true;
                meaning.functions.push(function.0);
            }
            BindingSource::Import { specifier, imported } if self.loaded.contains(specifier) => {
                let specifier = self.specifier(specifier);
                meaning.imports.push((specifier, imported.into()));
            }
            BindingSource::Expression { value, .. } => {
                let span = value.span();
                if let Some(function) = self.by_span.get(&(span.start, span.end)).filter(|_| binding.path.is_empty()) {
                    self.named[*function as usize] = true;
                    meaning.functions.push(*function);
                } else if let Some(load) = self.load_within(value) {
                    self.bound[load] = true;
                    let specifier = self.specifier(&self.loads[load].specifier);
                    let name = match binding.path.first() {
                        Some(PathStep::Property(name)) => *name,
                        _ => "*",
                    };
                    meaning.imports.push((specifier, name.into()));
                }
            }
            _ => {}
        }
    }

    /// The position of the load that an expression is, or wraps: `require('x')`, `await import('x')`, `interop(require('x'))`.
    fn load_within(&self, value: &Expression<'_>) -> Option<usize> {
        let inner = match value {
            Expression::AwaitExpression(it) => &it.argument,
            Expression::CallExpression(it) if it.arguments.len() <= 2 => {
                if let Some(load) = self.load_at(it.span) {
                    return Some(load);
                }
                it.arguments.first()?.as_expression()?
            }
            it => it,
        };
        self.load_at(inner.span())
    }

    fn load_at(&self, span: Span) -> Option<usize> {
        let idx = self.loads.binary_search_by_key(&span.start, |it| it.span.start).ok()?;
        // `require('a')('b')` begins where `require('a')` does, so neighbours may begin at the same place.
        let first = self.loads[..idx].iter().rposition(|it| it.span.start != span.start).map_or(0, |it| it + 1);
        (first..self.loads.len())
            .take_while(|it| self.loads[*it].span.start == span.start)
            .find(|it| self.loads[*it].span == span)
    }

    fn specifier(&mut self, text: &str) -> u32 {
        if let Some(known) = self.specifiers.get(text) {
            return *known;
        }
        let idx = number(self.graph.specifiers.len());
        self.graph.specifiers.push(text.into());
        self.specifiers.insert(text.into(), idx);
        idx
    }

    fn symbol(&self, reference: &IdentifierReference<'_>) -> Option<SymbolId> {
        self.module.scoping.get_reference(reference.reference_id.get()?).symbol_id()
    }

    fn add_exports(&mut self) {
        let module = self.module;
        for export in &module.exports {
            match export.value {
                ExportValue::Function(function) => {
                    self.named[function.0 as usize] = true;
                    self.export(export.name, Exported::Function(function.0));
                }
                ExportValue::Symbol(symbol) => {
                    // `export { f }` reads `f`, `export function f` does not.
                    let declared = module.scoping.symbol_span(symbol);
                    if !(export.span.start <= declared.start && declared.end <= export.span.end) {
                        *self.exported_reads.entry(symbol).or_default() += 1;
                    }
                    self.export_symbol(export.name, symbol);
                }
                ExportValue::From { specifier, imported } => {
                    let specifier = self.specifier(specifier);
                    self.export(export.name, Exported::From { specifier, name: imported.into() });
                }
                ExportValue::Expression(value) => self.export_expression(export.name, value),
            }
        }
    }

    fn export(&mut self, name: &str, value: Exported) {
        self.graph.exports.push(Export { name: name.into(), value });
    }

    fn export_symbol(&mut self, name: &str, symbol: SymbolId) {
        let Some(meaning) = self.meanings.get(&symbol) else { return };
        let values: Vec<Exported> = meaning
            .functions
            .iter()
            .map(|function| Exported::Function(*function))
            .chain(meaning.imports.iter().map(|(specifier, name)| Exported::From { specifier: *specifier, name: name.clone() }))
            .collect();
        for value in values {
            self.export(name, value);
        }
    }

    fn export_expression(&mut self, name: &str, value: &Expression<'a>) {
        if let Expression::Identifier(reference) = value {
            if let Some(symbol) = self.symbol(reference) {
                *self.exported_reads.entry(symbol).or_default() += 1;
                self.export_symbol(name, symbol);
            }
            return;
        }
        if let Some(load) = self.load_within(value) {
            self.bound[load] = true;
            let specifier = self.specifier(&self.loads[load].specifier);
            // `module.exports = require('x')` passes every name on.
            let name = if name == "default" { "*" } else { name };
            self.export(name, Exported::From { specifier, name: "*".into() });
            return;
        }
        // Functions are in the order they begin, so those inside the expression are neighbours.
        let (functions, span) = (&self.module.functions, value.span());
        let first = functions.partition_point(|it| it.span.start < span.start);
        for idx in first..functions.len() {
            let function = &functions[idx];
            if function.span.start >= span.end {
                break;
            }
            if function.parent == FunctionIdx::TOP && function.class.is_none() && !function.immediate && idx != 0 {
                self.named[idx] = true;
                self.export(name, Exported::Function(number(idx)));
            }
        }
    }

    /// Edges along names: calls, then every other mention.
    fn add_symbols(&mut self) {
        let module = self.module;
        for call in &module.calls {
            let callee = match call.node {
                CallNode::Call(node) => &node.callee,
                CallNode::New(node) => &node.callee,
                CallNode::Tagged(node) => &node.tag,
                CallNode::Import(_) => continue,
            };
            self.note_use(callee, call.function.0, true);
        }
        for read in &module.member_reads {
            self.note_use(read.node, read.function.0, false);
        }
        for symbol in module.scoping.symbol_ids() {
            if self.meanings.contains_key(&symbol) {
                self.add_mentions(symbol);
            }
        }
    }

    /// An edge for `f` or `module.f`, called or read.
    fn note_use(&mut self, expression: &Expression<'a>, from: u32, runs: bool) {
        let (reference, member) = match expression {
            Expression::Identifier(it) => (it, None),
            Expression::StaticMemberExpression(it) => match &it.object {
                Expression::Identifier(object) => (object, Some(it.property.name.as_str())),
                _ => return,
            },
            // `(0, module.f)()` is how compilers call a function without its receiver.
            Expression::SequenceExpression(it) => match it.expressions.last() {
                Some(last @ (Expression::Identifier(_) | Expression::StaticMemberExpression(_))) => {
                    return self.note_use(last, from, runs);
                }
                _ => return,
            },
            _ => return,
        };
        let Some(symbol) = self.symbol(reference) else { return };
        let Some(meaning) = self.meanings.get(&symbol) else { return };
        *self.noted.entry((symbol, from)).or_default() += 1;
        for function in &meaning.functions {
            let runs = runs && member.is_none();
            self.graph.edges.push(Edge { from, to: *function, runs });
        }
        for (specifier, name) in &meaning.imports {
            let name: &str = match (name.as_ref(), member) {
                ("*", Some(member)) => member,
                (name, _) => name,
            };
            self.graph.uses.push(Use { from, specifier: *specifier, name: name.into(), runs });
        }
    }

    /// Edges for the mentions of a symbol that are neither calls nor member reads nor exports.
    fn add_mentions(&mut self, symbol: SymbolId) {
        let scoping = &self.module.scoping;
        let is_value = |it: &&Reference| it.is_read() && !it.is_type();
        let scope_function = |it: &Reference| self.scopes.get(it.scope_id().index()).copied().unwrap_or(0);
        let mut readers: Vec<u32> = scoping.get_resolved_references(symbol).filter(is_value).map(scope_function).collect();
        readers.sort_unstable();
        let exported = self.exported_reads.get(&symbol).copied().unwrap_or(0);
        let meaning = &self.meanings[&symbol];
        for same in readers.chunk_by(|a, b| a == b) {
            let from = same[0];
            let known = self.noted.get(&(symbol, from)).copied().unwrap_or(0) + if from == 0 { exported } else { 0 };
            if number(same.len()) <= known {
                continue;
            }
            for to in &meaning.functions {
                self.graph.edges.push(Edge { from, to: *to, runs: false });
            }
            for (specifier, name) in &meaning.imports {
                self.graph.uses.push(Use { from, specifier: *specifier, name: name.clone(), runs: false });
            }
        }
    }

    /// Edges to functions that stand where they are used: callbacks, methods, immediate functions.
    fn add_inline_functions(&mut self) {
        for (idx, function) in self.module.functions.iter().enumerate().skip(1) {
            let to = number(idx);
            match function.class {
                Some(class) => {
                    let runs = function.immediate || is_constructor(function);
                    self.graph.edges.push(Edge { from: class.0, to, runs });
                }
                None if function.immediate => {
                    self.graph.edges.push(Edge { from: function.parent.0, to, runs: true });
                }
                None if !self.named[idx] => {
                    self.graph.edges.push(Edge { from: function.parent.0, to, runs: false });
                }
                None => {}
            }
        }
    }

    fn finish(mut self) -> FileGraph {
        let module = self.module;
        for import in module.imports.iter().filter(|it| !it.type_only) {
            let specifier = self.specifier(import.specifier);
            self.graph.loads.push(Load { from: 0, specifier });
        }
        for (idx, load) in self.loads.iter().enumerate() {
            let specifier = self.specifier(&load.specifier);
            if load.runs {
                self.graph.loads.push(Load { from: load.function.0, specifier });
            }
            if !self.bound[idx] {
                self.graph.uses.push(Use { from: load.function.0, specifier, name: "*".into(), runs: false });
            }
        }
        let mut graph = self.graph;
        graph.edges.sort_unstable();
        graph.edges.dedup();
        graph.loads.sort_unstable();
        graph.loads.dedup();
        graph.uses.sort_unstable();
        graph.uses.dedup();
        graph.exports.sort_by(|a, b| a.name.cmp(&b.name));
        graph
    }
}

/// The function that each scope belongs to.
fn scope_functions(module: &Module<'_>) -> Vec<u32> {
    let mut own: Vec<Option<u32>> = vec![None; module.scoping.scopes_len()];
    for (idx, function) in (0..).zip(&module.functions) {
        let scope = match function.node {
            FunctionNode::Top(_) => None,
            FunctionNode::Function(node) => node.scope_id.get(),
            FunctionNode::Arrow(node) => node.scope_id.get(),
            FunctionNode::Class(node) => node.scope_id.get(),
        };
        if let Some(slot) = scope.and_then(|scope| own.get_mut(scope.index())) {
            *slot = Some(idx);
        }
    }
    let mut functions = vec![0; own.len()];
    // A scope is numbered before the scopes inside it.
    for scope in 0..own.len() {
        let parent = module.scoping.scope_parent_id(ScopeId::from_usize(scope)).map_or(0, |it| functions[it.index()]);
        functions[scope] = own[scope].unwrap_or(parent);
    }
    functions
}

fn is_declaration(node: FunctionNode<'_>) -> bool {
    match node {
        FunctionNode::Function(function) => function.is_declaration(),
        FunctionNode::Class(class) => class.is_declaration(),
        FunctionNode::Top(_) | FunctionNode::Arrow(_) => false,
    }
}

fn is_constructor(function: &FunctionNote<'_>) -> bool {
    function.name == Some("constructor")
}

/// Files are far too small for more.
fn number(idx: usize) -> u32 {
    u32::try_from(idx).unwrap_or(u32::MAX)
}
