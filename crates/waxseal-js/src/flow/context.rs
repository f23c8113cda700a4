//! What every question about the mail of one file needs at hand.

use std::borrow::Cow;
use std::cell::{OnceCell, RefCell};
use std::rc::Rc;

use oxc_ast::ast::{Expression, MemberExpression};
use oxc_span::Span;
use oxc_syntax::symbol::SymbolId;
use rustc_hash::{FxHashMap, FxHashSet};
use waxseal_model::SinkSpec;

use super::index::{self, Calls, Index, member_of};
use super::mention::Senders;
use super::messages::class_around;
use super::names;
use crate::capabilities::Candidates;
use crate::fold::{Api, Folder};
use crate::module::{CallNote, FunctionIdx, FunctionNode, Module, PropertyKeyNote};
use crate::textual::Texts;

/// One file, its folder, its call graph and the table of sinks.
pub(super) struct Context<'c, 'm, 'a> {
    pub(super) module: &'c Module<'a>,
    pub(super) folder: &'c Folder<'m, 'a>,
    pub(super) sinks: &'c [SinkSpec],
    /// What calls may be of something of the outside.
    pub(super) candidates: &'c Candidates<'c, 'a>,
    /// Who may be sending.
    pub(super) senders: Senders,
    pub(super) index: Index<'a>,
    calls: OnceCell<Calls>,
    this: OnceCell<ThisWrites<'a>>,
    around: RefCell<FxHashMap<FunctionIdx, Rc<[FunctionIdx]>>>,
}

/// What is written onto `this`, by class and property.
type ThisWrites<'a> = FxHashMap<(FunctionIdx, &'a str), Vec<&'a Expression<'a>>>;

impl<'c, 'm, 'a> Context<'c, 'm, 'a> {
    pub(super) fn new(
        module: &'c Module<'a>,
        folder: &'c Folder<'m, 'a>,
        sinks: &'c [SinkSpec],
        candidates: &'c Candidates<'c, 'a>,
        senders: Senders,
    ) -> Self {
        Self {
            module,
            folder,
            sinks,
            candidates,
            senders,
            index: Index::new(module),
            calls: OnceCell::new(),
            this: OnceCell::new(),
            around: RefCell::default(),
        }
    }

    /// Who calls whom: found out when it is first asked for.
    pub(super) fn calls(&self) -> &Calls {
        self.calls.get_or_init(|| Calls::new(self.module, self.folder))
    }

    /// The constant text of an expression and whether it was hidden, worked out only where there can be one.
    pub(super) fn constant_text(&self, expression: &'a Expression<'a>) -> Option<(Rc<str>, bool)> {
        let texts = Texts {
            module: self.module,
            folder: self.folder,
            exhaustive: self.candidates.is_exhaustive(),
        };
        texts.constant(expression)
    }

    /// What a call calls, if it is something of the outside world; worked out only where it can be.
    pub(super) fn call_api(&self, call: &CallNote<'a>) -> Option<Rc<Api>> {
        let may_be = index::callee(call).is_none_or(|callee| self.candidates.may_be_outside(callee));
        may_be.then(|| self.folder.fold_call_api(call))?
    }

    /// The source at a span.
    pub(super) fn slice(&self, span: Span) -> &'a str {
        self.module
            .source
            .get(span.start as usize..span.end as usize)
            .unwrap_or("")
    }

    /// Whether a text stands in the source as it is.
    pub(super) fn is_written(&self, text: &str) -> bool {
        memchr::memmem::find(self.module.source.as_bytes(), text.as_bytes()).is_some()
    }

    /// The names of a callee's last members, the last first, at most three; a plain name is its own.
    pub(super) fn callee_names(&self, callee: &'a Expression<'a>) -> Vec<String> {
        let mut names = Vec::new();
        let mut current = callee;
        while names.len() < 3 {
            match member_of(current) {
                Some(member) => {
                    let Some(name) = self.member_name(member) else { break };
                    names.push(name);
                    current = member.object();
                }
                None => {
                    if let Expression::Identifier(name) = current.get_inner_expression() {
                        names.push(name.name.to_string());
                    }
                    break;
                }
            }
        }
        // `send.call(transport, message)` is a call of `send`.
        if names.len() > 1 && matches!(names[0].as_str(), "call" | "apply") {
            names.remove(0);
        }
        names
    }

    /// The first of [`Self::callee_names`].
    pub(super) fn callee_name(&self, callee: &'a Expression<'a>) -> Option<Cow<'a, str>> {
        match callee.get_inner_expression() {
            Expression::Identifier(name) => Some(Cow::Borrowed(name.name.as_str())),
            _ => match member_of(callee)?.static_property_name() {
                Some(name) if !matches!(name, "call" | "apply") => Some(Cow::Borrowed(name)),
                _ => self.callee_names(callee).into_iter().next().map(Cow::Owned),
            },
        }
    }

    /// The name of the method that is called, computed or not.
    pub(super) fn method_name(&self, callee: &'a Expression<'a>) -> Option<String> {
        self.member_name(member_of(callee)?)
    }

    fn member_name(&self, member: &'a MemberExpression<'a>) -> Option<String> {
        match member {
            MemberExpression::StaticMemberExpression(it) => Some(it.property.name.to_string()),
            MemberExpression::PrivateFieldExpression(it) => Some(it.field.name.to_string()),
            MemberExpression::ComputedMemberExpression(it) => match &it.expression {
                Expression::NumericLiteral(_) => None,
                key => self.constant_text(key).map(|(name, _)| name.to_string()),
            },
        }
    }

    /// Everything written onto `this.name` in the class around a place.
    pub(super) fn written_on_this(&self, place: Span, name: &str) -> Vec<&'a Expression<'a>> {
        let function = index::enclosing(self.module, place);
        let Some(class) = class_around(self, function) else {
            return Vec::new();
        };
        let writes = self.this.get_or_init(|| self.this_writes());
        writes.get(&(class, name)).cloned().unwrap_or_default()
    }

    fn this_writes(&self) -> ThisWrites<'a> {
        let mut found: ThisWrites<'a> = FxHashMap::default();
        for write in &self.module.property_writes {
            if let (PropertyKeyNote::Name(name), Some(value)) = (write.key, write.value)
                && matches!(write.object.get_inner_expression(), Expression::ThisExpression(_))
                && let Some(class) = class_around(self, write.function)
            {
                found.entry((class, name)).or_default().push(value);
            }
        }
        for (idx, function) in self.module.functions.iter().enumerate() {
            let FunctionNode::Class(class) = function.node else {
                continue;
            };
            for member in &class.body.body {
                if let oxc_ast::ast::ClassElement::PropertyDefinition(property) = member
                    && let (Some(value), oxc_ast::ast::PropertyKey::StaticIdentifier(name)) =
                        (&property.value, &property.key)
                {
                    let class = FunctionIdx(u32::try_from(idx).unwrap_or(u32::MAX));
                    found.entry((class, name.name.as_str())).or_default().push(value);
                }
            }
        }
        found
    }

    /// Every symbol with a note, in the order of their ids.
    pub(super) fn sorted_symbols(&self) -> Vec<SymbolId> {
        let mut symbols: Vec<SymbolId> = self.module.symbols.keys().collect();
        symbols.sort_unstable();
        symbols
    }

    /// Every function that is an argument of a call, in source order.
    pub(super) fn sorted_callbacks(&self) -> Vec<(FunctionIdx, (u32, u8))> {
        let mut callbacks: Vec<_> = self
            .module
            .callbacks
            .iter()
            .map(|(function, call)| (*function, *call))
            .collect();
        callbacks.sort_unstable_by_key(|(function, _)| *function);
        callbacks
    }

    /// A function with those on one path with it: around it, in it, calling it and called by it, two steps far.
    pub(super) fn around(&self, function: FunctionIdx) -> Rc<[FunctionIdx]> {
        if let Some(known) = self.around.borrow().get(&function) {
            return Rc::clone(known);
        }
        let found: Rc<[FunctionIdx]> = self.path_of(function).into();
        self.around.borrow_mut().insert(function, Rc::clone(&found));
        found
    }

    fn path_of(&self, function: FunctionIdx) -> Vec<FunctionIdx> {
        let mut seen: FxHashSet<FunctionIdx> = FxHashSet::default();
        let mut order = Vec::new();
        let mut visit = |function: FunctionIdx, order: &mut Vec<FunctionIdx>| {
            if function != FunctionIdx::TOP && seen.len() < MAX_AROUND && seen.insert(function) {
                order.push(function);
            }
        };
        visit(function, &mut order);
        let mut start = 0;
        for _ in 0..CALL_STEPS {
            let end = order.len();
            for at in start..end {
                for near in self.neighbours(order[at]) {
                    visit(near, &mut order);
                }
            }
            start = end;
        }
        if order.is_empty() {
            vec![FunctionIdx::TOP]
        } else {
            order
        }
    }

    fn neighbours(&self, function: FunctionIdx) -> Vec<FunctionIdx> {
        let mut near = vec![self.module.function(function).parent];
        if let Some(calls) = self.calls().callers.get(&function) {
            near.extend(
                calls
                    .iter()
                    .take(MAX_AROUND)
                    .map(|call| self.module.calls[*call as usize].function),
            );
        }
        if let Some(calls) = self.calls().calls_of.get(&function) {
            near.extend(
                calls
                    .iter()
                    .take(MAX_CALLS)
                    .filter_map(|call| self.calls().callees.get(call).copied()),
            );
        }
        near
    }

    /// Whether mail fields are read from a name within a function: `name.subject`.
    pub(super) fn reads_mail_fields(&self, name: &str, within: Span) -> bool {
        let text = self.slice(within);
        let mut fields: FxHashSet<&str> = FxHashSet::default();
        for (at, _) in text.match_indices(name) {
            let Some(rest) = text[at + name.len()..].strip_prefix('.') else {
                continue;
            };
            if text[..at].ends_with(|c: char| c.is_alphanumeric() || matches!(c, '_' | '$' | '.')) {
                continue;
            }
            let end = rest.find(|c: char| !c.is_alphanumeric()).unwrap_or(rest.len());
            if names::role(&rest[..end]).is_some() {
                fields.insert(&rest[..end]);
            }
        }
        fields.len() >= 2
    }
}

/// Calls between two functions that are on one path.
const CALL_STEPS: usize = 3;
/// Calls of one function that are looked at.
const MAX_CALLS: usize = 512;
/// Functions on one path.
const MAX_AROUND: usize = 64;
