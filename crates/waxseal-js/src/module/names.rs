//! Which declaration each name in a file refers to.
//!
//! Scopes are opened and closed as the tree is walked. A reference waits in a list of its name; when a scope closes, each name it
//! declares takes the references that have come to wait since the scope opened. So no reference is ever searched for scope by
//! scope, and what is left at the end are the globals. Names are numbered, and numbers of symbols, scopes and references are those
//! that the parser family's own analysis gives, whose rules are followed (also where it differs from the standard), without what
//! it keeps for linters and compilers.

use oxc_ast::ast::{Ident, Program};
use oxc_span::Span;
use oxc_syntax::reference::{ReferenceFlags, ReferenceId};
use oxc_syntax::scope::ScopeId;
use oxc_syntax::symbol::{SymbolFlags, SymbolId};
use rustc_hash::FxHashMap;

mod visit;

mod links;
mod namespaces;
mod scopes;

#[cfg(test)]
mod tests;

/// Resolves every name in a file, and writes the numbers into the tree's cells.
pub(crate) fn resolve<'a>(program: &'a Program<'a>) -> Names<'a> {
    visit::resolve(program)
}

/// The symbols, scopes and references of a file.
#[derive(Default)]
pub(crate) struct Names<'a> {
    symbols: Vec<Symbol<'a>>,
    /// The parent of each scope; [`NONE`] for that of the file.
    parents: Vec<u32>,
    references: Vec<Reference>,
    names: Vec<Name>,
    numbers: FxHashMap<Ident<'a>, u32>,
}

/// One declared thing.
struct Symbol<'a> {
    name: Ident<'a>,
    span: Span,
    flags: SymbolFlags,
    /// The first of the references to it.
    references: u32,
}

/// A name, whatever it stands for in each scope.
#[derive(Clone, Copy)]
struct Name {
    /// The last of the references that no scope has taken yet.
    waiting: u32,
    /// What it stands for in the innermost open scope that declares it.
    bound: u32,
}

/// One mention of a name.
pub(crate) struct Reference {
    /// The symbol; while there is none, the number of the name and [`WAITING`].
    target: u32,
    /// The next of the references in the same list.
    next: u32,
    scope: u32,
    flags: ReferenceFlags,
}

impl Reference {
    /// What it refers to; `None` for a global.
    pub(crate) fn symbol_id(&self) -> Option<SymbolId> {
        (self.target & WAITING == 0).then(|| SymbolId::from_usize(self.target as usize))
    }

    pub(crate) fn scope_id(&self) -> ScopeId {
        ScopeId::from_usize(self.scope as usize)
    }

    pub(crate) fn is_read(&self) -> bool {
        self.flags.is_read()
    }

    pub(crate) fn is_write(&self) -> bool {
        self.flags.is_write()
    }

    pub(crate) fn is_type(&self) -> bool {
        self.flags.is_type()
    }
}

impl<'a> Names<'a> {
    pub(crate) fn get_reference(&self, reference: ReferenceId) -> &Reference {
        &self.references[reference.index()]
    }

    /// The references to a symbol, in no order to rely on.
    pub(crate) fn get_resolved_references(&self, symbol: SymbolId) -> impl Iterator<Item = &Reference> {
        self.list(self.symbols[symbol.index()].references)
    }

    /// The references to a global.
    pub(crate) fn global_references(&self, name: &str) -> impl Iterator<Item = &Reference> + use<'_, 'a> {
        self.list(self.global(name))
    }

    /// The first of the references to a global.
    fn global(&self, name: &str) -> u32 {
        let number = self.numbers.get(&Ident::from(name));
        number.map_or(NONE, |number| self.names[*number as usize].waiting)
    }

    fn list(&self, first: u32) -> impl Iterator<Item = &Reference> + use<'_, 'a> {
        let at = |at: u32| self.references.get(at as usize);
        std::iter::successors(at(first), move |it| at(it.next))
    }

    pub(crate) fn symbols_len(&self) -> usize {
        self.symbols.len()
    }

    pub(crate) fn symbol_ids(&self) -> impl Iterator<Item = SymbolId> + use<> {
        (0..self.symbols.len()).map(SymbolId::from_usize)
    }

    pub(crate) fn symbol_names(&self) -> impl Iterator<Item = &'a str> {
        self.symbols.iter().map(|symbol| symbol.name.as_str())
    }

    pub(crate) fn symbol_name(&self, symbol: SymbolId) -> &'a str {
        self.symbols[symbol.index()].name.as_str()
    }

    pub(crate) fn symbol_span(&self, symbol: SymbolId) -> Span {
        self.symbols[symbol.index()].span
    }

    pub(crate) fn symbol_flags(&self, symbol: SymbolId) -> SymbolFlags {
        self.symbols[symbol.index()].flags
    }

    pub(crate) fn scopes_len(&self) -> usize {
        self.parents.len()
    }

    pub(crate) fn scope_parent_id(&self, scope: ScopeId) -> Option<ScopeId> {
        let parent = self.parents[scope.index()];
        (parent != NONE).then(|| ScopeId::from_usize(parent as usize))
    }

    fn number(&mut self, name: Ident<'a>) -> u32 {
        let next = number(self.names.len());
        let found = *self.numbers.entry(name).or_insert(next);
        if found == next {
            self.names.push(Name {
                waiting: NONE,
                bound: NONE,
            });
        }
        found
    }
}

/// A position as the tables keep it: a file of less than 4 GiB has fewer names than that.
fn number(position: usize) -> u32 {
    u32::try_from(position).unwrap_or(NONE)
}

/// No position.
const NONE: u32 = u32::MAX;

/// Marks a reference that no scope has taken.
const WAITING: u32 = 1 << 31;
