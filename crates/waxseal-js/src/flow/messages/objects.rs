//! Object literals as messages: their fields, headers and what they hold further down.

use super::super::context::Context;
use super::super::index::{element, function_expression, symbol_of};
use super::super::names::{self, Role};
use super::super::pieces::property_name;
use super::{At, Field, FieldValue, Key, MAX_DEPTH, MAX_MEMBERS, MAX_MESSAGES, Messages, Place, peel};
use crate::fold::Value;
use oxc_ast::ast::{Expression, ObjectExpression, ObjectPropertyKind, PropertyKind};
use oxc_span::GetSpan;
use waxseal_model::RecipientPlace;

impl<'a> Messages<'a> {
    pub(super) fn literals(&mut self, ctx: &Context<'_, '_, 'a>) {
        let mut order: Vec<usize> = (0..ctx.module.objects.len()).collect();
        order.sort_by_key(|idx| {
            let span = ctx.module.objects[*idx].node.span;
            (span.start, std::cmp::Reverse(span.end))
        });
        for idx in order {
            let note = &ctx.module.objects[idx];
            if self.all.len() < MAX_MESSAGES
                && !self.owners.contains_key(&note.node.span.start)
                && is_candidate(note.node)
            {
                let message = self.add(Key::Literal(note.node.span.start), note.function);
                self.all[message].parent = self.parents.get(&note.node.span.start).copied();
                let place = Place {
                    function: note.function,
                    condition: note.conditions.last().copied(),
                };
                self.literal(ctx, message, note.node, place, 0);
            }
        }
    }

    pub(super) fn literal(
        &mut self,
        ctx: &Context<'_, '_, 'a>,
        message: usize,
        object: &'a ObjectExpression<'a>,
        place: Place,
        depth: u8,
    ) {
        if depth > MAX_DEPTH {
            return;
        }
        if depth > 0 {
            self.owners.insert(object.span.start, message);
        }
        for property in &object.properties {
            match property {
                ObjectPropertyKind::SpreadProperty(spread) => {
                    self.absorb(ctx, message, &spread.argument, place, depth + 1);
                }
                ObjectPropertyKind::ObjectProperty(property) => {
                    let Some(name) = property_name(ctx, &property.key) else {
                        continue;
                    };
                    let Some(role) = names::role(&name) else { continue };
                    let at = At {
                        span: property.span,
                        name: &name,
                        hidden: is_hidden_key(property),
                        place,
                    };
                    if property.kind == PropertyKind::Get {
                        if let Some(function) = function_expression(ctx.module, &property.value) {
                            for value in ctx.index.returns(ctx.module, function).iter() {
                                self.field(message, role.clone(), FieldValue::Expression(value), at);
                            }
                        }
                    } else if function_expression(ctx.module, &property.value).is_none() {
                        self.property(ctx, message, role, &property.value, at, depth);
                    }
                }
            }
        }
    }

    pub(super) fn property(
        &mut self,
        ctx: &Context<'_, '_, 'a>,
        message: usize,
        role: Role,
        value: &'a Expression<'a>,
        at: At<'_>,
        depth: u8,
    ) {
        let inner = peel(value);
        match role {
            Role::Recipient(_) => match inner {
                Expression::ObjectExpression(object) if holds_recipients(object) => {
                    self.literal(ctx, message, object, at.place, depth + 1);
                }
                _ => {
                    self.claim(message, inner);
                    self.field(message, role, FieldValue::Expression(value), at);
                }
            },
            Role::Headers => self.headers(ctx, message, inner, at.place, depth + 1),
            Role::Container | Role::Content { .. } => {
                match inner {
                    Expression::ObjectExpression(object) => {
                        let before = self.all[message].fields.len();
                        self.literal(ctx, message, object, at.place, depth + 1);
                        if at.name.eq_ignore_ascii_case("envelope") {
                            self.all[message].fields[before..].iter_mut().for_each(put_in_envelope);
                        }
                    }
                    Expression::Identifier(_) if role == Role::Container => {
                        if let Some(symbol) = symbol_of(ctx.module, inner) {
                            let part = self.symbol(ctx, symbol, at.place.function, depth + 1);
                            if self.all[message].parts.len() < MAX_MEMBERS {
                                self.all[message].parts.push(part);
                            }
                        }
                    }
                    _ => {}
                }
                self.field(message, role, FieldValue::Expression(value), at);
            }
            Role::Batch => {
                let versions = at.name.eq_ignore_ascii_case("personalizations");
                if let Expression::ArrayExpression(array) = inner {
                    for item in array.elements.iter().filter_map(element) {
                        if let Expression::ObjectExpression(object) = item.get_inner_expression() {
                            if versions {
                                self.literal(ctx, message, object, at.place, depth + 1);
                            } else {
                                self.parents.insert(object.span.start, message);
                            }
                        }
                    }
                } else if let Expression::Identifier(_) = inner
                    && versions
                {
                    self.absorb(ctx, message, inner, at.place, depth + 1);
                }
            }
            Role::Raw => {
                if let Expression::ObjectExpression(object) = inner {
                    self.literal(ctx, message, object, at.place, depth + 1);
                }
                self.field(message, role, FieldValue::Expression(value), at);
            }
            Role::Sender => self.field(message, role, FieldValue::Expression(value), at),
        }
    }

    /// Header fields: an object, a list of `{ name, value }`, a list of pairs.
    pub(super) fn headers(
        &mut self,
        ctx: &Context<'_, '_, 'a>,
        message: usize,
        value: &'a Expression<'a>,
        place: Place,
        depth: u8,
    ) {
        match value {
            Expression::ObjectExpression(object) => self.literal(ctx, message, object, place, depth),
            Expression::ArrayExpression(array) => {
                for item in array.elements.iter().filter_map(element) {
                    self.header_item(ctx, message, item.get_inner_expression(), place);
                }
            }
            _ => self.absorb(ctx, message, value, place, depth),
        }
    }

    pub(super) fn header_item(
        &mut self,
        ctx: &Context<'_, '_, 'a>,
        message: usize,
        item: &'a Expression<'a>,
        place: Place,
    ) {
        let pair = match item {
            Expression::ObjectExpression(object) => {
                self.owners.insert(object.span.start, message);
                let find = |wanted: &[&str]| {
                    object.properties.iter().find_map(|property| match property {
                        ObjectPropertyKind::ObjectProperty(property) => property_name(ctx, &property.key)
                            .filter(|name| wanted.iter().any(|it| name.eq_ignore_ascii_case(it)))
                            .map(|_| &property.value),
                        ObjectPropertyKind::SpreadProperty(_) => None,
                    })
                };
                find(&["name", "key", "header", "field"]).zip(find(&["value", "content"]))
            }
            Expression::ArrayExpression(array) => {
                let mut items = array.elements.iter().filter_map(element);
                items.next().zip(items.next())
            }
            _ => None,
        };
        if let Some((name, value)) = pair
            && let folded = ctx.folder.fold(name)
            && let Value::String(text) = &folded.value
            && let Some(recipient) = names::header_place(text)
        {
            let at = At {
                span: item.span(),
                name: text,
                hidden: folded.hidden,
                place,
            };
            self.field(message, Role::Recipient(recipient), FieldValue::Expression(value), at);
        }
    }

    /// `['bcc', value]`
    pub(super) fn pair(
        &mut self,
        ctx: &Context<'_, '_, 'a>,
        message: usize,
        item: &'a Expression<'a>,
        place: Place,
        depth: u8,
    ) -> bool {
        let Expression::ArrayExpression(array) = item.get_inner_expression() else {
            return false;
        };
        let mut items = array.elements.iter().filter_map(element);
        let (Some(name), Some(value), None) = (items.next(), items.next(), items.next()) else {
            return false;
        };
        let folded = ctx.folder.fold(name);
        let Value::String(text) = &folded.value else {
            return false;
        };
        if let Some(role) = names::role(text) {
            let at = At {
                span: item.span(),
                name: text,
                hidden: folded.hidden,
                place,
            };
            self.property(ctx, message, role, value, at, depth + 1);
        }
        true
    }

    /// Literals inside a recipient's value are mailboxes, not messages.
    pub(super) fn claim(&mut self, message: usize, value: &'a Expression<'a>) {
        match value {
            Expression::ObjectExpression(object) => {
                self.owners.insert(object.span.start, message);
                for property in &object.properties {
                    if let ObjectPropertyKind::ObjectProperty(property) = property
                        && let Expression::ObjectExpression(inner) = property.value.get_inner_expression()
                    {
                        self.owners.insert(inner.span.start, message);
                    }
                }
            }
            Expression::ArrayExpression(array) => {
                for item in array.elements.iter().filter_map(element) {
                    if let inner @ Expression::ObjectExpression(_) = item.get_inner_expression() {
                        self.claim(message, inner);
                    }
                }
            }
            _ => {}
        }
    }
}

/// Whether a literal could be a message, by its property names alone.
fn is_candidate(object: &ObjectExpression<'_>) -> bool {
    object.properties.iter().any(|property| match property {
        ObjectPropertyKind::SpreadProperty(_) => true,
        ObjectPropertyKind::ObjectProperty(property) => {
            property.computed
                || property
                    .key
                    .static_name()
                    .is_some_and(|name| names::role(&name).is_some())
        }
    })
}

/// `Recipients: { To: […], BCC: […] }`, rather than one mailbox.
fn holds_recipients(object: &ObjectExpression<'_>) -> bool {
    object.properties.iter().any(|property| match property {
        ObjectPropertyKind::ObjectProperty(property) => property
            .key
            .static_name()
            .is_some_and(|name| matches!(names::role(&name), Some(Role::Recipient(_)))),
        ObjectPropertyKind::SpreadProperty(_) => false,
    })
}

/// nodemailer's `envelope: { from, to }`: what `RCPT TO` names.
pub(super) fn put_in_envelope(field: &mut Field<'_>) {
    if let Role::Recipient(place @ (RecipientPlace::To | RecipientPlace::Cc | RecipientPlace::Bcc)) = &mut field.role {
        *place = RecipientPlace::Envelope;
    }
}

fn is_hidden_key(property: &oxc_ast::ast::ObjectProperty<'_>) -> bool {
    property.computed
        && !matches!(
            property.key.as_expression().map(Expression::get_inner_expression),
            Some(Expression::StringLiteral(_) | Expression::Identifier(_)) | None
        )
}
