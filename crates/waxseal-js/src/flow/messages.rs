//! Every object, builder or text of a file that could be a message, with its fields, and what is copied into what.

mod calls;
mod objects;
mod sites;
mod symbols;
mod texts;
mod writes;

use oxc_ast::ast::Expression;
use oxc_span::{GetSpan, Span};
use oxc_syntax::symbol::SymbolId;
use rustc_hash::FxHashMap;
use waxseal_model::FieldPlace;

use super::context::Context;
use super::index::{arguments, member_of};
use super::names::Role;
use super::text::Segment;
use crate::fold::{Folded, Origins};
use crate::module::{CallNote, FunctionIdx, FunctionNode};

/// What a message is known by.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(super) enum Key {
    /// An object literal, by where it starts.
    Literal(u32),
    Symbol(SymbolId),
    /// `Object.assign(…)` or a builder that no name holds, by its span.
    Call(Span),
    /// Instances of a class.
    Class(FunctionIdx),
    Text(Span),
    /// A member of something that is not a name: the text that names it.
    Path(String),
}

/// The value of a field.
#[derive(Debug, Clone)]
pub(super) enum FieldValue<'a> {
    Expression(&'a Expression<'a>),
    Folded(Folded),
    /// A part of a text, and the whole text.
    Text(Vec<Segment>, &'a Expression<'a>),
}

/// One field of a message.
#[derive(Debug, Clone)]
pub(super) struct Field<'a> {
    pub(super) role: Role,
    pub(super) name: String,
    pub(super) value: FieldValue<'a>,
    pub(super) span: Span,
    pub(super) function: FunctionIdx,
    /// Its name was hidden.
    pub(super) hidden: bool,
    /// The innermost condition around the place, as far as notes say.
    pub(super) condition: Option<Span>,
}

/// One possible message.
#[derive(Debug)]
pub(super) struct Message<'a> {
    pub(super) key: Key,
    pub(super) function: FunctionIdx,
    pub(super) fields: Vec<Field<'a>>,
    /// What is copied into it.
    pub(super) includes: Vec<usize>,
    /// Objects that a field of it holds.
    pub(super) parts: Vec<usize>,
    /// The message it is a version of.
    pub(super) parent: Option<usize>,
    /// Origins of what is copied into it and not known.
    pub(super) rest: Origins,
    /// The object came from a caller.
    pub(super) foreign: bool,
    /// It is only used when the caller gives none.
    pub(super) is_default: bool,
    /// The send it reaches.
    pub(super) sent: Option<usize>,
    /// The provider of that send, by its position in the table of sinks.
    pub(super) sink: Option<usize>,
    /// It is one constant header line, that may be put into a text elsewhere.
    pub(super) is_fragment: bool,
    /// It is an SMTP command.
    pub(super) is_smtp: bool,
}

/// All possible messages of a file.
pub(super) struct Messages<'a> {
    pub(super) all: Vec<Message<'a>>,
    by_key: FxHashMap<Key, usize>,
    /// Which message the literals nested in another belong to.
    owners: FxHashMap<u32, usize>,
    parents: FxHashMap<u32, usize>,
    /// A limit was hit.
    pub(super) truncated: bool,
}

impl<'a> Messages<'a> {
    pub(super) fn gather(ctx: &Context<'_, '_, 'a>) -> Self {
        let mut messages = Self {
            all: Vec::new(),
            by_key: FxHashMap::default(),
            owners: FxHashMap::default(),
            parents: FxHashMap::default(),
            truncated: false,
        };
        if !sites::has_recipient_site(ctx) {
            return messages;
        }
        messages.literals(ctx);
        messages.writes(ctx);
        messages.calls(ctx);
        messages.classes(ctx);
        messages.texts(ctx);
        messages.truncated |= messages.all.len() >= MAX_MESSAGES;
        messages
    }

    /// The message a key stands for, if it is one.
    pub(super) fn find(&self, key: &Key) -> Option<usize> {
        self.by_key.get(key).copied()
    }

    /// The message an object literal is, or belongs to.
    pub(super) fn of_literal(&self, start: u32) -> Option<usize> {
        self.owners
            .get(&start)
            .copied()
            .or_else(|| self.find(&Key::Literal(start)))
    }

    /// A message with everything that is copied into it, itself first, at most [`MAX_MEMBERS`].
    pub(super) fn copied(&self, message: usize) -> Vec<usize> {
        self.reachable(message, |_| &[])
    }

    /// A message with everything that is copied into it or held by a field of it, itself first, at most [`MAX_MEMBERS`].
    pub(super) fn members(&self, message: usize) -> Vec<usize> {
        self.reachable(message, |it| &it.parts)
    }

    fn reachable(&self, message: usize, also: for<'x> fn(&'x Message<'a>) -> &'x [usize]) -> Vec<usize> {
        let mut seen = vec![message];
        let mut at = 0;
        while let Some(current) = seen.get(at).copied() {
            at += 1;
            for included in self.all[current].includes.iter().chain(also(&self.all[current])) {
                if seen.len() < MAX_MEMBERS && !seen.contains(included) {
                    seen.push(*included);
                }
            }
        }
        seen
    }

    /// A message whose fields are the arguments of a call.
    pub(super) fn positional(&mut self, call: &CallNote<'a>, places: &[(usize, FieldPlace)]) -> usize {
        let message = self.add(Key::Call(call.span), call.function);
        let place = Place {
            function: call.function,
            condition: call.conditions.last().copied(),
        };
        let given = arguments(call);
        for (position, value) in given.iter().enumerate() {
            if !places.iter().any(|it| it.0 == position) {
                let at = At {
                    span: value.span(),
                    name: "content",
                    hidden: false,
                    place,
                };
                self.field(
                    message,
                    Role::Content { distinct: false },
                    FieldValue::Expression(value),
                    at,
                );
            }
        }
        for (position, recipient) in places {
            if let Some(value) = given.get(*position) {
                let recipient = recipient.place();
                let at = At {
                    span: value.span(),
                    name: &recipient.to_string(),
                    hidden: false,
                    place,
                };
                self.field(message, Role::Recipient(recipient), FieldValue::Expression(value), at);
            }
        }
        message
    }

    fn add(&mut self, key: Key, function: FunctionIdx) -> usize {
        if let Some(known) = self.find(&key) {
            return known;
        }
        let idx = self.all.len();
        self.by_key.insert(key.clone(), idx);
        self.all.push(Message {
            key,
            function,
            fields: Vec::new(),
            includes: Vec::new(),
            parts: Vec::new(),
            parent: None,
            rest: Origins::default(),
            foreign: false,
            is_default: false,
            sent: None,
            sink: None,
            is_smtp: false,
            is_fragment: false,
        });
        idx
    }

    /// Notes that one message is copied into another.
    pub(super) fn include(&mut self, message: usize, other: usize) {
        let includes = &self.all[message].includes;
        if message != other && includes.len() < MAX_MEMBERS && !includes.contains(&other) {
            self.all[message].includes.push(other);
        }
    }

    fn field(&mut self, message: usize, role: Role, value: FieldValue<'a>, at: At<'_>) {
        let fields = &mut self.all[message].fields;
        if fields.len() < MAX_FIELDS {
            fields.push(Field {
                role,
                name: at.name.to_ascii_lowercase(),
                value,
                span: at.span,
                function: at.place.function,
                hidden: at.hidden,
                condition: at.place.condition,
            });
        } else {
            self.truncated = true;
        }
    }
}

/// Where a field is put.
#[derive(Debug, Clone, Copy)]
struct Place {
    function: FunctionIdx,
    condition: Option<Span>,
}

/// A field's name and place.
#[derive(Debug, Clone, Copy)]
struct At<'n> {
    span: Span,
    name: &'n str,
    hidden: bool,
    place: Place,
}

/// What is inside of calls that hand on their argument unchanged, or as text.
pub(super) fn peel<'a>(value: &'a Expression<'a>) -> &'a Expression<'a> {
    let mut current = value.get_inner_expression();
    for _ in 0..8 {
        let next = match current {
            Expression::CallExpression(call) => {
                let method = member_of(&call.callee).and_then(|it| it.static_property_name());
                let hands_on = matches!(method, Some("stringify" | "freeze" | "seal" | "parse" | "fromEntries"))
                    || matches!(&call.callee, Expression::Identifier(it) if it.name == "structuredClone");
                match call.arguments.first().and_then(|it| it.as_expression()) {
                    Some(argument) if hands_on => argument,
                    _ => return current,
                }
            }
            Expression::NewExpression(new) => {
                let hands_on = matches!(&new.callee, Expression::Identifier(it)
                    if matches!(it.name.as_str(), "URLSearchParams" | "Headers" | "Map" | "FormData" | "Proxy"));
                match new.arguments.first().and_then(|it| it.as_expression()) {
                    Some(argument) if hands_on => argument,
                    _ => return current,
                }
            }
            Expression::AwaitExpression(it) => &it.argument,
            _ => return current,
        };
        current = next.get_inner_expression();
    }
    current
}

/// The class whose member a function is, or lies in.
pub(super) fn class_around(ctx: &Context<'_, '_, '_>, function: FunctionIdx) -> Option<FunctionIdx> {
    let mut current = function;
    for _ in 0..MAX_CHAIN {
        let note = ctx.module.function(current);
        if matches!(note.node, FunctionNode::Class(_)) {
            return Some(current);
        }
        if let Some(class) = note.class {
            return Some(class);
        }
        if current == FunctionIdx::TOP {
            return None;
        }
        current = note.parent;
    }
    None
}

/// Possible messages of one file.
const MAX_MESSAGES: usize = 20_000;
/// Fields of one message.
const MAX_FIELDS: usize = 2_048;
/// Messages copied into one.
const MAX_MEMBERS: usize = 32;
/// Nesting of one message: it bounds the stack.
const MAX_DEPTH: u8 = 16;
/// Links of one chain of members, calls or functions.
const MAX_CHAIN: usize = 64;
