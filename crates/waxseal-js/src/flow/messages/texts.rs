//! Messages written as text.

use super::super::context::Context;
use super::super::index::{arguments, callee, element, member_of};
use super::super::names::Role;
use super::super::text::{self, Segment, TextField};
use super::{At, FieldValue, Key, MAX_MESSAGES, Messages, Place};
use crate::module::{BindingSource, FunctionIdx};
use oxc_ast::ast::{Expression, ObjectPropertyKind};
use oxc_span::{GetSpan, Span};
use rustc_hash::{FxHashMap, FxHashSet};

impl<'a> Messages<'a> {
    /// Texts that hold header lines, SMTP verbs, JSON or form fields.
    pub(super) fn texts(&mut self, ctx: &Context<'_, '_, 'a>) {
        let mut seen: FxHashSet<Span> = FxHashSet::default();
        let mut dialogues: FxHashMap<FunctionIdx, usize> = FxHashMap::default();
        for (expression, function) in text_roots(ctx) {
            if self.all.len() >= MAX_MESSAGES || !seen.insert(expression.span()) {
                continue;
            }
            let found = text::fields(&text::segments_of(ctx, expression));
            if !found.iter().any(|field| matches!(field.role, Role::Recipient(_))) {
                continue;
            }
            let message = self.add(Key::Text(expression.span()), function);
            self.all[message].is_smtp = found.iter().any(|field| field.name == "rcpt to");
            self.all[message].is_fragment = found
                .iter()
                .all(|field| field.value.iter().all(|segment| segment.origins.is_empty()));
            if self.all[message].is_smtp {
                // The commands of one function are one dialogue.
                let first = *dialogues.entry(function).or_insert(message);
                self.include(first, message);
                self.include(message, first);
            }
            for TextField { role, name, value } in found {
                let span = written_in(ctx, expression.span(), &value).unwrap_or(expression.span());
                let place = Place {
                    function,
                    condition: None,
                };
                let at = At {
                    span,
                    name: &name,
                    hidden: false,
                    place,
                };
                self.field(message, role, FieldValue::Text(value, expression), at);
            }
        }
    }
}

/// Where the first mailbox of a text is written within an expression.
fn written_in(ctx: &Context<'_, '_, '_>, within: Span, value: &[Segment]) -> Option<Span> {
    let (line, _) = text::line_of(value);
    let mailbox = waxseal_model::Mailbox::find_all(&line, 1).pop()?.to_string();
    let source = ctx.slice(within);
    let at = source.find(&mailbox)?;
    let start = within.start + u32::try_from(at).ok()?;
    Some(Span::new(start, start + u32::try_from(mailbox.len()).ok()?))
}

/// Expressions whose text may hold fields.
fn text_roots<'a>(ctx: &Context<'_, '_, 'a>) -> Vec<(&'a Expression<'a>, FunctionIdx)> {
    let mut roots = Vec::new();
    let mut look = |expression: &'a Expression<'a>, function: FunctionIdx| {
        if roots.len() < MAX_TEXTS && is_text_root(expression) {
            roots.push((expression, function));
        }
    };
    for call in &ctx.module.calls {
        arguments(call).into_iter().for_each(|it| look(it, call.function));
        if let Some(callee) = callee(call)
            && let Some(object) = member_of(callee).map(|it| it.object())
        {
            // `[…].join('\r\n')` as the receiver of something else, or a template with a method behind it.
            look(object, call.function);
        }
    }
    for object in &ctx.module.objects {
        for property in &object.node.properties {
            if let ObjectPropertyKind::ObjectProperty(property) = property {
                look(&property.value, object.function);
            }
        }
    }
    for write in &ctx.module.property_writes {
        if let Some(value) = write.value {
            look(value, write.function);
        }
    }
    for symbol in ctx.sorted_symbols() {
        for binding in &ctx.module.symbols[&symbol].bindings {
            if let BindingSource::Expression { value, .. } = binding.source {
                look(value, binding.function);
            }
        }
    }
    for function in 0..ctx.module.functions.len() {
        let function = FunctionIdx(u32::try_from(function).unwrap_or(u32::MAX));
        for value in ctx.index.returns(ctx.module, function).iter() {
            look(value, function);
        }
    }
    roots
}

fn is_text_root(expression: &Expression<'_>) -> bool {
    match expression.get_inner_expression() {
        Expression::StringLiteral(literal) => literal.value.len() > 3 && text::may_hold_fields(literal.value.as_str()),
        Expression::TemplateLiteral(template) => template
            .quasis
            .iter()
            .any(|quasi| text::may_hold_fields(quasi.value.cooked.unwrap_or(quasi.value.raw).as_str())),
        Expression::BinaryExpression(_) => {
            let mut current = expression.get_inner_expression();
            for _ in 0..MAX_LEAVES {
                let Expression::BinaryExpression(binary) = current else {
                    return is_text_root_leaf(current);
                };
                if is_text_root_leaf(binary.right.get_inner_expression()) {
                    return true;
                }
                current = binary.left.get_inner_expression();
            }
            false
        }
        Expression::CallExpression(call) if text::is_join(&call.callee) => {
            match member_of(&call.callee) {
                Some(member) => match member.object().get_inner_expression() {
                    Expression::ArrayExpression(array) => array.elements.iter().filter_map(element).any(|it| match it
                        .get_inner_expression()
                    {
                        Expression::BinaryExpression(_)
                        | Expression::TemplateLiteral(_)
                        | Expression::StringLiteral(_) => is_text_root(it),
                        Expression::ConditionalExpression(it) => {
                            is_text_root(&it.consequent) || is_text_root(&it.alternate)
                        }
                        _ => false,
                    }),
                    Expression::Identifier(_) => true,
                    _ => false,
                },
                None => false,
            }
        }
        _ => false,
    }
}

fn is_text_root_leaf(leaf: &Expression<'_>) -> bool {
    match leaf {
        Expression::StringLiteral(literal) => text::may_hold_fields(literal.value.as_str()),
        Expression::TemplateLiteral(template) => template
            .quasis
            .iter()
            .any(|quasi| text::may_hold_fields(quasi.value.cooked.unwrap_or(quasi.value.raw).as_str())),
        _ => false,
    }
}

/// Texts looked into in one file.
const MAX_TEXTS: usize = 4_000;
/// Summands of one text that are looked at.
const MAX_LEAVES: usize = 400;
