//! What the names of a file stand for: its own functions, modules it loads, exports.

use oxc_ast::ast::{Expression, IdentifierReference};
use oxc_span::{GetSpan, Span};
use oxc_syntax::symbol::SymbolId;
use rustc_hash::{FxHashMap, FxHashSet};

use super::edges::scope_functions;
use super::{Export, Exported, FileGraph, number};
use crate::capabilities::LoadNote;
use crate::module::{Binding, BindingSource, ExportValue, FunctionIdx, FunctionNode, Module, PathStep};

/// What a symbol stands for, as far as it matters here.
#[derive(Default)]
pub(super) struct SymbolMeaning {
    pub(super) functions: Vec<u32>,
    /// Specifier and export, `*` for the module itself.
    pub(super) imports: Vec<(u32, Box<str>)>,
}

/// The state of building a graph.
pub(super) struct Builder<'m, 'a> {
    pub(super) module: &'m Module<'a>,
    pub(super) loads: &'m [LoadNote],
    pub(super) graph: FileGraph,
    pub(super) specifiers: FxHashMap<Box<str>, u32>,
    /// Modules that are imported for more than their types.
    pub(super) loaded: FxHashSet<&'a str>,
    /// The function each scope belongs to.
    pub(super) scopes: Vec<u32>,
    pub(super) by_span: FxHashMap<(u32, u32), u32>,
    pub(super) meanings: FxHashMap<SymbolId, SymbolMeaning>,
    /// Functions that stand inside what is exported, or are known by a symbol: not found by where they stand.
    pub(super) named: Vec<bool>,
    /// How often a symbol is read only to be exported.
    pub(super) exported_reads: FxHashMap<SymbolId, u32>,
    /// Calls and member reads already noted, by symbol and function.
    pub(super) noted: FxHashMap<(SymbolId, u32), u32>,
    /// Loads whose result was bound to a symbol or exported, by position in `loads`.
    pub(super) bound: Vec<bool>,
}

impl<'m, 'a> Builder<'m, 'a> {
    pub(super) fn new(module: &'m Module<'a>, loads: &'m [LoadNote]) -> Self {
        let count = module.functions.len();
        let mut builder = Self {
            module,
            loads,
            graph: FileGraph::default(),
            specifiers: FxHashMap::default(),
            loaded: module
                .imports
                .iter()
                .filter(|it| !it.type_only)
                .map(|it| it.specifier)
                .collect(),
            scopes: scope_functions(module),
            by_span: (0..)
                .zip(&module.functions)
                .map(|(idx, it)| ((it.span.start, it.span.end), idx))
                .collect(),
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
        let Some(note) = self.module.symbols.get(&symbol) else {
            return;
        };
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
                if let Some(function) = self
                    .by_span
                    .get(&(span.start, span.end))
                    .filter(|_| binding.path.is_empty())
                {
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
        let first = self.loads[..idx]
            .iter()
            .rposition(|it| it.span.start != span.start)
            .map_or(0, |it| it + 1);
        (first..self.loads.len())
            .take_while(|it| self.loads[*it].span.start == span.start)
            .find(|it| self.loads[*it].span == span)
    }

    pub(super) fn specifier(&mut self, text: &str) -> u32 {
        if let Some(known) = self.specifiers.get(text) {
            return *known;
        }
        let idx = number(self.graph.specifiers.len());
        self.graph.specifiers.push(text.into());
        self.specifiers.insert(text.into(), idx);
        idx
    }

    pub(super) fn symbol(&self, reference: &IdentifierReference<'_>) -> Option<SymbolId> {
        self.module
            .scoping
            .get_reference(reference.reference_id.get()?)
            .symbol_id()
    }

    pub(super) fn add_exports(&mut self) {
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
                    self.export(
                        export.name,
                        Exported::From {
                            specifier,
                            name: imported.into(),
                        },
                    );
                }
                ExportValue::Expression(value) => self.export_expression(export.name, value),
            }
        }
    }

    fn export(&mut self, name: &str, value: Exported) {
        self.graph.exports.push(Export {
            name: name.into(),
            value,
        });
    }

    fn export_symbol(&mut self, name: &str, symbol: SymbolId) {
        let Some(meaning) = self.meanings.get(&symbol) else {
            return;
        };
        let values: Vec<Exported> = meaning
            .functions
            .iter()
            .map(|function| Exported::Function(*function))
            .chain(meaning.imports.iter().map(|(specifier, name)| Exported::From {
                specifier: *specifier,
                name: name.clone(),
            }))
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
            self.export(
                name,
                Exported::From {
                    specifier,
                    name: "*".into(),
                },
            );
            return;
        }
        // Functions are in the order they begin, so those inside the expression are neighbours.
        let (functions, span) = (&self.module.functions, value.span());
        let first = functions.partition_point(|it| it.span.start < span.start);
        for (idx, function) in functions.iter().enumerate().skip(first) {
            if function.span.start >= span.end {
                break;
            }
            if function.parent == FunctionIdx::TOP && function.class.is_none() && !function.immediate && idx != 0 {
                self.named[idx] = true;
                self.export(name, Exported::Function(number(idx)));
            }
        }
    }
}

fn is_declaration(node: FunctionNode<'_>) -> bool {
    match node {
        FunctionNode::Function(function) => function.is_declaration(),
        FunctionNode::Class(class) => class.is_declaration(),
        FunctionNode::Top(_) | FunctionNode::Arrow(_) => false,
    }
}
