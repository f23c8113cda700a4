//! One parsed file with everything that later questions need, noted in a single walk over its syntax tree.

use std::rc::Rc;

use oxc_ast::ast::{
    ArrowFunctionExpression, CallExpression, Class, Expression, FormalParameters, Function, IdentifierReference,
    ImportExpression, NewExpression, ObjectExpression, Program, TSEnumDeclaration, TaggedTemplateExpression,
};
use oxc_span::Span;
use oxc_syntax::symbol::SymbolId;
use rustc_hash::FxHashMap;

pub(crate) mod names;
mod walk;

/// The position of a function in [`Module::functions`]. 0 is the top level of the file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct FunctionIdx(pub(crate) u32);

impl FunctionIdx {
    /// The top level of the file.
    pub(crate) const TOP: Self = Self(0);
}

/// One parsed file, walked once.
pub(crate) struct Module<'a> {
    pub(crate) source: &'a str,
    pub(crate) program: &'a Program<'a>,
    /// Its symbols, and which of them each name refers to.
    pub(crate) scoping: names::Names<'a>,
    /// Every function, arrow, method and class constructor, in source order; 0 is the top level.
    pub(crate) functions: Vec<FunctionNote<'a>>,
    /// What can be assigned to each symbol.
    pub(crate) symbols: SymbolNotes<'a>,
    /// Every call, `new`, tagged template and `import()`.
    pub(crate) calls: Vec<CallNote<'a>>,
    /// Every assignment to a property, `delete` included.
    pub(crate) property_writes: Vec<PropertyWrite<'a>>,
    /// Every object literal.
    pub(crate) objects: Vec<ObjectNote<'a>>,
    /// Every read of a member that is not the callee of a call nor the target of an assignment, whose object is a global or
    /// an import: candidates for `process.env.X`, `require.cache`.
    pub(crate) member_reads: Vec<MemberRead<'a>>,
    /// `import … from`, `export … from` and `import x = require()`: specifier, and its place.
    pub(crate) imports: Vec<ImportNote<'a>>,
    /// What the file exports, by name (`default` included; `module.exports = x` is `default`, `exports.y = z` and
    /// `module.exports = { y: z }` also give `y`).
    pub(crate) exports: Vec<ExportNote<'a>>,
    /// String literals and template pieces that hold an `@` or begin like a URL.
    pub(crate) marked_strings: Vec<StringNote<'a>>,
    /// Every string literal and template piece, except for keys.
    pub(crate) strings: Vec<&'a str>,
    /// Functions written directly as an argument of a call: the position in [`Module::calls`], and which argument.
    pub(crate) callbacks: FxHashMap<FunctionIdx, (u32, u8)>,
    /// Functions called where they are written: the position in [`Module::calls`].
    pub(crate) immediate_calls: FxHashMap<FunctionIdx, u32>,
    /// Where a function begins, to find its note.
    pub(crate) function_starts: FxHashMap<u32, FunctionIdx>,
}

impl<'a> Module<'a> {
    /// Resolves the names of a parsed file and walks it once.
    pub(crate) fn new(parsed: &crate::parse::ParsedProgram<'a>) -> Self {
        walk::walk(parsed.source, parsed.program)
    }

    /// The symbol an identifier refers to; `None` for a global.
    pub(crate) fn symbol(&self, identifier: &IdentifierReference<'a>) -> Option<SymbolId> {
        self.scoping.get_reference(identifier.reference_id.get()?).symbol_id()
    }

    /// The note of a function or class whose syntax begins at `start`.
    pub(crate) fn function_at(&self, start: u32) -> Option<FunctionIdx> {
        self.function_starts.get(&start).copied()
    }

    /// A function's note.
    pub(crate) fn function(&self, function: FunctionIdx) -> &FunctionNote<'a> {
        &self.functions[function.0 as usize]
    }
}

/// One function.
pub(crate) struct FunctionNote<'a> {
    pub(crate) node: FunctionNode<'a>,
    /// Its own name, or that of the variable, property or method it is assigned to.
    pub(crate) name: Option<&'a str>,
    /// The function around it.
    pub(crate) parent: FunctionIdx,
    /// The class it is a method of, as an index into the functions (the class's constructor note), if any.
    pub(crate) class: Option<FunctionIdx>,
    pub(crate) span: Span,
    /// It runs as soon as its surroundings do: the top level, an IIFE, a class's static block.
    pub(crate) immediate: bool,
}

/// The syntax of a function.
#[derive(Clone, Copy)]
pub(crate) enum FunctionNode<'a> {
    Top(&'a Program<'a>),
    Function(&'a Function<'a>),
    Arrow(&'a ArrowFunctionExpression<'a>),
    /// A class: calling it is `new`.
    Class(&'a Class<'a>),
}

impl<'a> FunctionNode<'a> {
    /// Its parameters; none for the top level and for a class (see its constructor method).
    pub(crate) fn parameters(self) -> Option<&'a FormalParameters<'a>> {
        match self {
            Self::Function(function) => Some(&function.params),
            Self::Arrow(arrow) => Some(&arrow.params),
            Self::Top(_) | Self::Class(_) => None,
        }
    }
}

/// Everything that can be the value of a symbol.
#[derive(Default)]
pub(crate) struct SymbolNote<'a> {
    pub(crate) bindings: Bindings<'a>,
    /// Positions in [`Module::property_writes`] of writes onto `symbol.…`, however deep.
    pub(crate) property_writes: Vec<u32>,
    /// Positions in [`Module::calls`] of calls with the symbol as the receiver (`symbol.push(x)`) or as an argument of
    /// something that can change it (`Object.assign(symbol, …)`, `Reflect.set`, `Object.defineProperty`).
    pub(crate) mutations: Vec<u32>,
}

/// The bindings of one symbol: nearly every one has a single binding, which then needs no memory of its own.
#[derive(Default)]
pub(crate) enum Bindings<'a> {
    #[default]
    None,
    One(Binding<'a>),
    Many(Vec<Binding<'a>>),
}

impl<'a> Bindings<'a> {
    pub(crate) fn as_slice(&self) -> &[Binding<'a>] {
        match self {
            Self::None => &[],
            Self::One(binding) => std::slice::from_ref(binding),
            Self::Many(bindings) => bindings,
        }
    }

    fn push(&mut self, binding: Binding<'a>) {
        *self = match std::mem::take(self) {
            Self::None => Self::One(binding),
            Self::One(first) => Self::Many(vec![first, binding]),
            Self::Many(mut bindings) => {
                bindings.push(binding);
                Self::Many(bindings)
            }
        };
    }
}

impl<'a> std::ops::Deref for Bindings<'a> {
    type Target = [Binding<'a>];

    fn deref(&self) -> &[Binding<'a>] {
        self.as_slice()
    }
}

impl<'n, 'a> IntoIterator for &'n Bindings<'a> {
    type Item = &'n Binding<'a>;
    type IntoIter = std::slice::Iter<'n, Binding<'a>>;

    fn into_iter(self) -> Self::IntoIter {
        self.as_slice().iter()
    }
}

/// The notes of all symbols.
pub(crate) struct SymbolNotes<'a>(Vec<SymbolNote<'a>>);

impl<'a> SymbolNotes<'a> {
    fn new(symbols: usize) -> Self {
        Self(std::iter::repeat_with(SymbolNote::default).take(symbols).collect())
    }

    /// What was noted of a symbol; `None` if nothing was.
    pub(crate) fn get(&self, symbol: &SymbolId) -> Option<&SymbolNote<'a>> {
        self.0.get(symbol.index()).filter(|note| note.is_noted())
    }

    /// The symbols of which something was noted.
    pub(crate) fn keys(&self) -> impl Iterator<Item = SymbolId> {
        let noted = self.0.iter().enumerate().filter(|(_, note)| note.is_noted());
        noted.map(|(idx, _)| SymbolId::from_usize(idx))
    }

    fn note(&mut self, symbol: SymbolId) -> Option<&mut SymbolNote<'a>> {
        self.0.get_mut(symbol.index())
    }
}

impl<'a> std::ops::Index<&SymbolId> for SymbolNotes<'a> {
    type Output = SymbolNote<'a>;

    fn index(&self, symbol: &SymbolId) -> &SymbolNote<'a> {
        &self.0[symbol.index()]
    }
}

impl SymbolNote<'_> {
    fn is_noted(&self) -> bool {
        !(self.bindings.is_empty() && self.property_writes.is_empty() && self.mutations.is_empty())
    }
}

/// One way a symbol gets a value.
pub(crate) struct Binding<'a> {
    pub(crate) source: BindingSource<'a>,
    /// For destructuring: the way from the source to the symbol.
    pub(crate) path: Vec<PathStep<'a>>,
    /// The default, if the symbol or a step before it has one.
    pub(crate) default: Option<&'a Expression<'a>>,
    /// How many steps of [`Binding::path`] stand before the default.
    pub(crate) default_at: usize,
    pub(crate) span: Span,
    /// The function the binding is executed in.
    pub(crate) function: FunctionIdx,
}

/// Where a binding takes its value from.
#[derive(Clone, Copy)]
pub(crate) enum BindingSource<'a> {
    /// `let x = expr`, `x = expr`, `x ||= expr`, `x += expr` (compound: added to the old value).
    Expression { value: &'a Expression<'a>, compound: bool },
    /// `let x;` without a value.
    Uninitialised,
    Parameter {
        function: FunctionIdx,
        index: u8,
        rest: bool,
    },
    /// A function or class declaration, or the own name of a function expression.
    Function(FunctionIdx),
    /// `import { imported as x } from 'specifier'`; `*` for the namespace.
    Import { specifier: &'a str, imported: &'a str },
    /// `for (x of expr)`.
    ElementOf(&'a Expression<'a>),
    /// `for (x in expr)`.
    KeyOf(&'a Expression<'a>),
    /// `catch (x)`.
    Caught,
    /// A TypeScript enum.
    Enum(&'a TSEnumDeclaration<'a>),
    /// `x++`, `x *= 2`, a TypeScript namespace, or anything not modelled.
    Other,
}

/// One step of destructuring.
#[derive(Clone, Copy)]
pub(crate) enum PathStep<'a> {
    Property(&'a str),
    Computed(&'a Expression<'a>),
    Index(u32),
    /// `...rest`.
    Rest,
}

/// One call.
pub(crate) struct CallNote<'a> {
    pub(crate) node: CallNode<'a>,
    pub(crate) function: FunctionIdx,
    pub(crate) span: Span,
    /// The conditions around it within its function, outermost first, at most 4: spans of `if`, `?:`, `&&`, `switch` tests.
    pub(crate) conditions: Rc<[Span]>,
}

/// The syntax of a call.
#[derive(Clone, Copy)]
pub(crate) enum CallNode<'a> {
    Call(&'a CallExpression<'a>),
    New(&'a NewExpression<'a>),
    Tagged(&'a TaggedTemplateExpression<'a>),
    Import(&'a ImportExpression<'a>),
}

/// One assignment to a property.
pub(crate) struct PropertyWrite<'a> {
    /// What stands before the last dot or bracket.
    pub(crate) object: &'a Expression<'a>,
    pub(crate) key: PropertyKeyNote<'a>,
    /// `None` for `delete`, `++` and destructuring assignment.
    pub(crate) value: Option<&'a Expression<'a>>,
    /// `+=`, `||=` and the like.
    pub(crate) compound: bool,
    pub(crate) function: FunctionIdx,
    pub(crate) span: Span,
    pub(crate) conditions: Rc<[Span]>,
}

/// A property's name in source.
#[derive(Clone, Copy)]
pub(crate) enum PropertyKeyNote<'a> {
    Name(&'a str),
    Computed(&'a Expression<'a>),
}

/// One object literal.
pub(crate) struct ObjectNote<'a> {
    pub(crate) node: &'a ObjectExpression<'a>,
    pub(crate) function: FunctionIdx,
    pub(crate) conditions: Rc<[Span]>,
}

/// A read of a member: the outermost of a chain that begins at a global, an import or an alias of one.
pub(crate) struct MemberRead<'a> {
    pub(crate) node: &'a Expression<'a>,
    pub(crate) function: FunctionIdx,
    pub(crate) span: Span,
}

/// A static import.
#[allow(dead_code, reason = "places are kept for whoever points at them")]
pub(crate) struct ImportNote<'a> {
    pub(crate) specifier: &'a str,
    /// `import type` and the like: erased before it runs.
    pub(crate) type_only: bool,
    pub(crate) span: Span,
}

/// One export.
pub(crate) struct ExportNote<'a> {
    pub(crate) name: &'a str,
    pub(crate) value: ExportValue<'a>,
    pub(crate) span: Span,
}

/// What is exported.
#[derive(Clone, Copy)]
pub(crate) enum ExportValue<'a> {
    Expression(&'a Expression<'a>),
    Symbol(SymbolId),
    Function(FunctionIdx),
    /// `export { imported as name } from 'specifier'`; `*` for all.
    From {
        specifier: &'a str,
        imported: &'a str,
    },
}

/// A string that may be a mailbox or a URL.
pub(crate) struct StringNote<'a> {
    pub(crate) text: &'a str,
    pub(crate) function: FunctionIdx,
    pub(crate) span: Span,
}
