//! What stands in a recipient place: each mailbox, and each part that is not constant, with where it comes from.

mod bindings;
mod calls;
mod literals;
mod origin;
mod values;

pub(super) use origin::{is_schema, refined};

use std::borrow::Cow;

use oxc_ast::ast::{Expression, ObjectPropertyKind, PropertyKey};
use oxc_span::{GetSpan, Span};
use oxc_syntax::symbol::SymbolId;
use rustc_hash::FxHashSet;
use waxseal_model::{Mailbox, Origin, RecipientPlace};

use super::context::Context;
use super::index::{element, symbol_of};
use super::names;
use super::text::Segment;
use crate::fold::{Folded, Origins, Value};

/// One mailbox or one part that is not constant.
#[derive(Debug, Clone)]
pub(super) struct Piece {
    pub(super) origin: Origin,
    /// What the origin was read from; empty for constants.
    pub(super) origins: Origins,
    pub(super) value: Option<String>,
    pub(super) mailbox: Option<Mailbox>,
    pub(super) hidden: bool,
    /// Where it is written.
    pub(super) source: Option<Span>,
    pub(super) condition: Option<Span>,
    /// Which arm of which choice it stands in: two pieces in different arms of one choice never meet.
    pub(super) choices: Vec<(u32, u8)>,
    /// The object that holds it names its place: `{ email, type: 'bcc' }`.
    pub(super) place: Option<RecipientPlace>,
}

impl Piece {
    /// Whether both can stand in one message.
    pub(super) fn meets(&self, other: &Self) -> bool {
        !self
            .choices
            .iter()
            .any(|(choice, arm)| other.choices.iter().any(|(it, at)| it == choice && at != arm))
    }
}

/// What a constant counts as.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Wanted {
    /// Only the mailboxes in it.
    Mailboxes,
    /// The whole text.
    Text,
}

/// Judges one value.
pub(super) fn judge<'a>(ctx: &Context<'_, '_, 'a>, expression: &'a Expression<'a>, wanted: Wanted) -> Vec<Piece> {
    let mut judge = Judge::new(ctx, wanted);
    judge.expression(expression, &Way::default());
    judge.pieces
}

/// Judges a value that was folded already.
pub(super) fn judge_folded(ctx: &Context<'_, '_, '_>, folded: &Folded, wanted: Wanted) -> Vec<Piece> {
    let mut judge = Judge::new(ctx, wanted);
    let way = Way {
        hidden: folded.hidden,
        source: folded.source,
        ..Way::default()
    };
    judge.value(&folded.value, &way);
    judge.pieces
}

/// Judges a text that was taken apart already.
pub(super) fn judge_text(ctx: &Context<'_, '_, '_>, segments: &[Segment]) -> Vec<Piece> {
    let mut judge = Judge::new(ctx, Wanted::Mailboxes);
    judge.segments(segments, &Way::default());
    judge.pieces
}

/// How the walk came to a value.
#[derive(Debug, Clone, Default)]
struct Way {
    /// It is used when the caller says nothing.
    default: bool,
    hidden: bool,
    source: Option<Span>,
    condition: Option<Span>,
    choices: Vec<(u32, u8)>,
    place: Option<RecipientPlace>,
    depth: u8,
}

impl Way {
    fn deeper(&self) -> Self {
        Self {
            depth: self.depth + 1,
            ..self.clone()
        }
    }

    fn arm(&self, choice: u32, arm: usize) -> Self {
        let mut way = self.deeper();
        way.choices.push((choice, u8::try_from(arm).unwrap_or(u8::MAX)));
        way
    }
}

struct Judge<'j, 'c, 'm, 'a> {
    ctx: &'j Context<'c, 'm, 'a>,
    wanted: Wanted,
    pieces: Vec<Piece>,
    symbols: FxHashSet<SymbolId>,
    choices: u32,
    fuel: u32,
}

impl<'j, 'c, 'm, 'a> Judge<'j, 'c, 'm, 'a> {
    fn new(ctx: &'j Context<'c, 'm, 'a>, wanted: Wanted) -> Self {
        Self {
            ctx,
            wanted,
            pieces: Vec::new(),
            symbols: FxHashSet::default(),
            choices: 0,
            fuel: FUEL,
        }
    }

    fn choice(&mut self) -> u32 {
        self.choices += 1;
        self.choices
    }

    fn expression(&mut self, expression: &'a Expression<'a>, way: &Way) {
        if self.fuel == 0 || way.depth > MAX_DEPTH || self.pieces.len() >= MAX_PIECES {
            self.unknown(&Origins::of(Origins::DERIVED | Origins::OTHER), way);
            return;
        }
        self.fuel -= 1;
        let inner = expression.get_inner_expression();
        match inner {
            Expression::StringLiteral(literal) => {
                let way = Way {
                    source: Some(literal.span),
                    ..way.clone()
                };
                self.text(literal.value.as_str(), &way);
            }
            Expression::ArrayExpression(array) => {
                for item in array.elements.iter().filter_map(element) {
                    if self.pieces.len() > MAX_PIECES {
                        break;
                    }
                    self.expression(item, &way.deeper());
                }
            }
            Expression::ObjectExpression(_) => self.object(inner, way),
            Expression::Identifier(_) => match symbol_of(self.ctx.module, inner) {
                Some(symbol) => self.symbol(symbol, expression, way),
                None => self.folded(expression, way),
            },
            Expression::ConditionalExpression(it) => {
                let choice = self.choice();
                for (arm, branch) in [&it.consequent, &it.alternate].into_iter().enumerate() {
                    let way = Way {
                        condition: Some(it.test.span()),
                        ..way.arm(choice, arm)
                    };
                    self.expression(branch, &way);
                }
            }
            Expression::LogicalExpression(it) if it.operator.is_and() => {
                let way = Way {
                    condition: Some(it.left.span()),
                    ..way.deeper()
                };
                self.expression(&it.right, &way);
            }
            Expression::LogicalExpression(it) => {
                let choice = self.choice();
                self.expression(&it.left, &way.arm(choice, 0));
                self.expression(
                    &it.right,
                    &Way {
                        default: true,
                        ..way.arm(choice, 1)
                    },
                );
            }
            Expression::SequenceExpression(it) => {
                if let Some(last) = it.expressions.last() {
                    self.expression(last, &way.deeper());
                }
            }
            Expression::AssignmentExpression(it) => self.expression(&it.right, &way.deeper()),
            Expression::AwaitExpression(it) => self.expression(&it.argument, &way.deeper()),
            Expression::CallExpression(call) => self.call(call, expression, way),
            Expression::NewExpression(new) => self.new_object(new, expression, way),
            Expression::TemplateLiteral(_) | Expression::BinaryExpression(_) => self.composed(expression, way),
            Expression::StaticMemberExpression(_)
            | Expression::ComputedMemberExpression(_)
            | Expression::PrivateFieldExpression(_)
            | Expression::ChainExpression(_) => self.member(expression, way),
            _ => self.folded(expression, way),
        }
    }

    /// A mailbox as an object: `{ email }`, `{ name, address }`, `{ EmailAddress: { Address } }`.
    fn object(&mut self, expression: &'a Expression<'a>, way: &Way) {
        let Expression::ObjectExpression(object) = expression else {
            return;
        };
        let mut inside = way.deeper();
        for property in &object.properties {
            if let ObjectPropertyKind::ObjectProperty(property) = property
                && property_name(self.ctx, &property.key).is_some_and(|name| name.eq_ignore_ascii_case("type"))
                && let Value::String(kind) = self.ctx.folder.fold(&property.value).value
            {
                inside.place = names::header_place(&kind);
            }
        }
        for property in &object.properties {
            match property {
                ObjectPropertyKind::SpreadProperty(spread) => self.expression(&spread.argument, &inside),
                ObjectPropertyKind::ObjectProperty(property) => {
                    let Some(name) = property_name(self.ctx, &property.key) else {
                        continue;
                    };
                    if is_default_key(&name) {
                        self.expression(
                            &property.value,
                            &Way {
                                default: true,
                                ..inside.clone()
                            },
                        );
                    } else if is_mailbox_key(&name) {
                        self.expression(&property.value, &inside);
                    }
                }
            }
        }
    }
}

/// A property's name, computed or not.
pub(super) fn property_name<'a>(ctx: &Context<'_, '_, 'a>, key: &'a PropertyKey<'a>) -> Option<Cow<'a, str>> {
    match key {
        PropertyKey::StaticIdentifier(name) => Some(Cow::Borrowed(name.name.as_str())),
        PropertyKey::StringLiteral(literal) => Some(Cow::Borrowed(literal.value.as_str())),
        PropertyKey::PrivateIdentifier(_) | PropertyKey::NumericLiteral(_) => None,
        key => ctx
            .constant_text(key.as_expression()?)
            .map(|(name, _)| Cow::Owned(name.to_string())),
    }
}

fn with(folded: &Folded, way: &Way) -> Way {
    let mut way = way.deeper();
    way.hidden |= folded.hidden;
    way.source = folded.source.or(way.source);
    way
}

fn is_mailbox_key(name: &str) -> bool {
    [
        "email",
        "address",
        "emailaddress",
        "email_address",
        "mail",
        "mailbox",
        "value",
        "addr",
        "emails",
    ]
    .iter()
    .any(|key| name.eq_ignore_ascii_case(key))
}

fn is_default_key(name: &str) -> bool {
    name == "default"
}

/// Steps of one judgement.
const FUEL: u32 = 600;
/// Nesting of one judgement: it bounds the stack.
const MAX_DEPTH: u8 = 48;
/// Parts of one value that are kept.
const MAX_PIECES: usize = 32;
/// Assignments of one symbol that are followed.
const MAX_BINDINGS: usize = 16;
