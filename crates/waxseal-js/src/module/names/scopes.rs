//! Open scopes, what they declare, and who takes which reference when.

use std::cell::Cell;

use oxc_ast::ast::{BindingIdentifier, Ident, IdentifierReference, Statement};
use oxc_span::Span;
use oxc_syntax::reference::{ReferenceFlags, ReferenceId};
use oxc_syntax::scope::{ScopeFlags, ScopeId};
use oxc_syntax::symbol::{SymbolFlags, SymbolId};

use super::links::Link;
use super::{NONE, Name, Names, Reference, Symbol, WAITING, number};

/// The state of the walk.
pub(super) struct Resolver<'a> {
    pub(super) names: Names<'a>,
    /// The scopes around the current place, the file's first.
    pub(super) open: Vec<OpenScope>,
    entries: Vec<Entry>,
    /// The first of the entries of closed scopes.
    free: u32,
    /// What the next reference is for, if it is not simply read.
    pub(super) usage: ReferenceFlags,
    /// How many `declare` are around the current place.
    pub(super) ambient: u32,
    pub(super) typescript: bool,
    /// The import being walked is erased.
    pub(super) type_import: bool,
    /// Links of the chains being walked, the outermost first.
    pub(super) spine: Vec<Link<'a>>,
    /// The statements of the file and of the namespaces around the current place.
    pub(super) blocks: Vec<&'a [Statement<'a>]>,
}

/// A scope that is not closed yet.
pub(super) struct OpenScope {
    id: u32,
    pub(super) flags: ScopeFlags,
    /// The last of the names declared in it.
    entries: u32,
    /// References before this one are not its own.
    first: u32,
}

/// What a name stands for in an open scope.
#[derive(Clone, Copy)]
struct Entry {
    scope: u32,
    name: u32,
    /// The symbol it is bound to.
    symbol: u32,
    /// The symbol of a `var` inside the scope that is bound further out, and meets what the scope declares.
    hoisted: u32,
    /// The same name in the next open scope outwards.
    outer: u32,
    /// Another name of the same scope.
    sibling: u32,
}

impl<'a> Resolver<'a> {
    pub(super) fn new(source_len: usize, typescript: bool) -> Self {
        let mut names = Names::default();
        // About as many as minified code has: the tables seldom grow, and are not much larger than needed.
        names.references.reserve(source_len / 24);
        names.symbols.reserve(source_len / 96);
        Self {
            names,
            open: Vec::new(),
            entries: Vec::new(),
            free: NONE,
            usage: ReferenceFlags::empty(),
            ambient: 0,
            typescript,
            type_import: false,
            spine: Vec::new(),
            blocks: Vec::new(),
        }
    }

    /// Opens a scope within the current one; strictness is inherited.
    pub(super) fn open_scope(&mut self, flags: ScopeFlags, cell: &Cell<Option<ScopeId>>) {
        let id = self.names.parents.len();
        let (parent, inherited) = match self.open.last() {
            Some(parent) => (parent.id, parent.flags & ScopeFlags::StrictMode),
            None => (NONE, ScopeFlags::empty()),
        };
        self.names.parents.push(parent);
        cell.set(Some(ScopeId::from_usize(id)));
        self.open.push(OpenScope {
            id: number(id),
            flags: flags | inherited,
            entries: NONE,
            first: number(self.names.references.len()),
        });
    }

    /// Closes the current scope: its names take the references that waited for them.
    pub(super) fn close_scope(&mut self) {
        let Some(scope) = self.open.pop() else { return };
        let mut at = scope.entries;
        while let Some(entry) = self.entries.get_mut(at as usize) {
            let Entry {
                name,
                symbol,
                outer,
                sibling,
                ..
            } = *entry;
            entry.sibling = self.free;
            self.free = at;
            self.names.names[name as usize].bound = outer;
            if symbol != NONE {
                self.take(name, symbol, scope.first);
            }
            at = sibling;
        }
    }

    /// Gives a symbol all waiting references of its name from `first` on that can mean it.
    fn take(&mut self, name: u32, symbol: u32, first: u32) {
        let Names {
            names,
            references,
            symbols,
            ..
        } = &mut self.names;
        let Name { waiting, .. } = &mut names[name as usize];
        let symbol_note = &mut symbols[symbol as usize];
        let mut at = *waiting;
        let mut kept = NONE;
        while at != NONE && at >= first {
            let reference = &mut references[at as usize];
            let next = reference.next;
            match meaning(symbol_note.flags, reference.flags) {
                Some(flags) => {
                    reference.flags = flags;
                    reference.target = symbol;
                    reference.next = symbol_note.references;
                    symbol_note.references = at;
                    if kept == NONE {
                        *waiting = next;
                    } else {
                        references[kept as usize].next = next;
                    }
                }
                None => kept = at,
            }
            at = next;
        }
    }

    /// Lets the references since `checkpoint` mean what is declared so far: parameters do not see what the body of their function
    /// declares.
    pub(super) fn take_early(&mut self, checkpoint: usize) {
        for at in (checkpoint..self.names.references.len()).rev() {
            let target = self.names.references[at].target;
            if target & WAITING == 0 {
                continue;
            }
            let name = target & !WAITING;
            // The last that waits stands for all that do.
            if self.names.names[name as usize].waiting != number(at) {
                continue;
            }
            let mut bound = self.names.names[name as usize].bound;
            while let Some(entry) = self.entries.get(bound as usize) {
                bound = entry.outer;
                if entry.symbol != NONE {
                    self.take(name, entry.symbol, number(checkpoint));
                }
            }
        }
    }

    pub(super) fn references_len(&self) -> usize {
        self.names.references.len()
    }

    /// Notes a mention of a name.
    pub(super) fn refer(&mut self, identifier: &IdentifierReference<'a>) {
        let flags = if self.usage.is_empty() {
            ReferenceFlags::Read
        } else {
            std::mem::take(&mut self.usage)
        };
        let name = self.names.number(identifier.name);
        let position = self.names.references.len();
        let scope = self.open.last().map_or(0, |scope| scope.id);
        let waiting = &mut self.names.names[name as usize].waiting;
        self.names.references.push(Reference {
            target: name | WAITING,
            next: *waiting,
            scope,
            flags,
        });
        *waiting = number(position);
        identifier.reference_id.set(Some(ReferenceId::from_usize(position)));
    }

    /// Declares a name in the current scope.
    pub(super) fn declare(&mut self, id: &BindingIdentifier<'a>, flags: SymbolFlags) {
        let symbol = self.declare_at(self.open.len() - 1, id.name, id.span, flags);
        set_symbol(id, symbol);
    }

    /// Declares a name in the open scope at `depth`, or adds to what is declared there.
    pub(super) fn declare_at(&mut self, depth: usize, name: Ident<'a>, span: Span, flags: SymbolFlags) -> u32 {
        let number = self.names.number(name);
        self.declare_numbered(depth, name, number, span, flags)
    }

    fn declare_numbered(&mut self, depth: usize, name: Ident<'a>, number: u32, span: Span, flags: SymbolFlags) -> u32 {
        let entry = self.entry(depth, number);
        if let Some(symbol) = self.redeclared(entry) {
            self.names.symbols[symbol as usize].flags |= flags;
            return symbol;
        }
        let symbol = self.new_symbol(name, span, flags);
        self.entries[entry as usize].symbol = symbol;
        symbol
    }

    /// Declares a type parameter in the open scope at `depth`.
    pub(super) fn declare_type(&mut self, depth: usize, id: &BindingIdentifier<'a>) {
        let symbol = self.declare_at(depth, id.name, id.span, SymbolFlags::TypeParameter);
        set_symbol(id, symbol);
    }

    /// Declares the one name of a `catch`, whatever else there is of that name.
    pub(super) fn declare_caught(&mut self, id: &BindingIdentifier<'a>, flags: SymbolFlags) {
        let name = self.names.number(id.name);
        let entry = self.entry(self.open.len() - 1, name);
        let symbol = self.new_symbol(id.name, id.span, flags);
        self.entries[entry as usize].symbol = symbol;
        set_symbol(id, symbol);
    }

    /// Declares a `var`: in the function around it, or as what a block on the way there declares by that name.
    pub(super) fn declare_var(&mut self, id: &BindingIdentifier<'a>, flags: SymbolFlags) {
        let top = self.open.len() - 1;
        let target = self.var_depth(top);
        let name = self.names.number(id.name);
        // Code that people and bundlers write does not nest deeper; what does is only meant to cost the product of both.
        let from = (target + 1).max(top.saturating_sub(MAX_HOISTED));
        let mut declared = None;
        for depth in (from..=top).rev() {
            if let Some(entry) = self.find(depth, name)
                && let Some(symbol) = self.redeclared(entry)
            {
                declared = Some(symbol);
                let outer = self.entry(target, name);
                if self.entries[outer as usize].symbol == NONE {
                    self.entries[entry as usize].symbol = NONE;
                    self.entries[outer as usize].symbol = symbol;
                }
                break;
            }
        }
        let symbol = match declared {
            Some(symbol) => symbol,
            None => self.declare_numbered(target, id.name, name, id.span, flags),
        };
        set_symbol(id, symbol);
        // From the inside out, so that the list of the name is gone through once, however deep this is.
        let mut entry = NONE;
        for depth in (from..=top).rev() {
            entry = self.entry_within(depth, name, entry);
            self.entries[entry as usize].hoisted = symbol;
        }
    }

    /// Declares a function where it stands and, if that is a block of a sloppy script, in the function around it.
    ///
    /// ECMAScript B.3.2.1: "When undefined is returned … a var binding is instantiated".
    pub(super) fn declare_function(&mut self, id: &BindingIdentifier<'a>, flags: SymbolFlags, plain: bool) {
        let top = self.open.len() - 1;
        let symbol = self.declare_at(top, id.name, id.span, flags);
        set_symbol(id, symbol);
        let scope = self.open[top].flags;
        if !plain || self.typescript || scope.is_var() || scope.is_strict_mode() {
            return;
        }
        let name = self.names.number(id.name);
        let outer = self.entry(self.var_depth(top), name);
        if self.entries[outer as usize].symbol != NONE {
            return;
        }
        let inner = self.entry(top, name);
        let bound = std::mem::replace(&mut self.entries[inner as usize].symbol, NONE);
        self.entries[inner as usize].hoisted = symbol;
        self.entries[outer as usize].symbol = bound;
    }

    /// Moves what the parameter of a `catch` declares into its block, so that `var` and `let` there meet it.
    pub(super) fn move_into_block(&mut self) {
        let [.., catch, block] = &mut self.open[..] else { return };
        block.entries = std::mem::replace(&mut catch.entries, NONE);
        let (id, mut at) = (block.id, block.entries);
        while let Some(entry) = self.entries.get_mut(at as usize) {
            entry.scope = id;
            at = entry.sibling;
        }
    }

    /// The innermost scope from `depth` outwards that keeps `var`.
    fn var_depth(&self, depth: usize) -> usize {
        self.open[..=depth]
            .iter()
            .rposition(|scope| scope.flags.is_var())
            .unwrap_or(0)
    }

    fn new_symbol(&mut self, name: Ident<'a>, span: Span, flags: SymbolFlags) -> u32 {
        let symbol = number(self.names.symbols.len());
        self.names.symbols.push(Symbol {
            name,
            span,
            flags,
            references: NONE,
        });
        symbol
    }

    /// The symbol a declaration beside an entry adds to. A function expression's own name yields to everything.
    fn redeclared(&self, entry: u32) -> Option<u32> {
        let Entry { symbol, hoisted, .. } = self.entries[entry as usize];
        let symbol = if symbol == NONE { hoisted } else { symbol };
        let known = self.names.symbols.get(symbol as usize)?;
        (!known.flags.contains(SymbolFlags::FunctionExpression)).then_some(symbol)
    }

    fn find(&self, depth: usize, name: u32) -> Option<u32> {
        let scope = self.open[depth].id;
        let mut at = self.names.names[name as usize].bound;
        loop {
            let entry = self.entries.get(at as usize)?;
            if entry.scope <= scope {
                return (entry.scope == scope).then_some(at);
            }
            at = entry.outer;
        }
    }

    /// The entry of a name in the open scope at `depth`, made if there is none.
    fn entry(&mut self, depth: usize, name: u32) -> u32 {
        self.entry_within(depth, name, NONE)
    }

    /// As [`Self::entry`], where `inner` is the name's entry in a scope further in, if one is known.
    fn entry_within(&mut self, depth: usize, name: u32, mut inner: u32) -> u32 {
        let scope = &mut self.open[depth];
        let mut at = match self.entries.get(inner as usize) {
            Some(inner) => inner.outer,
            None => self.names.names[name as usize].bound,
        };
        while let Some(entry) = self.entries.get(at as usize) {
            if entry.scope == scope.id {
                return at;
            }
            if entry.scope < scope.id {
                break;
            }
            inner = at;
            at = entry.outer;
        }
        let entry = Entry {
            scope: scope.id,
            name,
            symbol: NONE,
            hoisted: NONE,
            outer: at,
            sibling: scope.entries,
        };
        let position = match self.entries.get_mut(self.free as usize) {
            Some(free) => {
                let position = self.free;
                self.free = free.sibling;
                *free = entry;
                position
            }
            None => {
                self.entries.push(entry);
                number(self.entries.len() - 1)
            }
        };
        scope.entries = position;
        match self.entries.get_mut(inner as usize) {
            Some(inner) => inner.outer = position,
            None => self.names.names[name as usize].bound = position,
        }
        position
    }
}

fn set_symbol(id: &BindingIdentifier<'_>, symbol: u32) {
    id.symbol_id.set(Some(SymbolId::from_usize(symbol as usize)));
}

/// What a reference is for once it means a symbol; `None` if it cannot mean it, as a type cannot mean a variable.
fn meaning(symbol: SymbolFlags, flags: ReferenceFlags) -> Option<ReferenceFlags> {
    if flags.is_namespace() && !flags.is_value_as_type() && !symbol.can_be_referenced_as_namespace() {
        return None;
    }
    let can = (flags.is_value() && symbol.can_be_referenced_by_value())
        || (flags.is_type() && symbol.can_be_referenced_by_type())
        || (flags.is_value_as_type() && symbol.can_be_referenced_by_value_as_type());
    if !can {
        return None;
    }
    Some(
        if (symbol.is_value() && flags.is_value()) || (flags.is_namespace() && flags.is_read()) {
            flags - ReferenceFlags::Type
        } else {
            ReferenceFlags::Type
        },
    )
}

/// Blocks around a `var`, from the inside out, that are asked whether they declare its name too.
const MAX_HOISTED: usize = 64;
