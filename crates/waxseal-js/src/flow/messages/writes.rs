//! Fields that are written onto a message after it was made: assignments and classes.

use super::super::context::Context;
use super::super::index::{function_expression, member_of};
use super::super::names::{self, Role};
use super::super::pieces::property_name;
use super::objects::put_in_envelope;
use super::{At, FieldValue, Key, MAX_MESSAGES, Messages, Place};
use crate::module::{FunctionIdx, FunctionNode, PropertyKeyNote};
use oxc_ast::ast::Expression;
use std::borrow::Cow;

impl<'a> Messages<'a> {
    pub(super) fn writes(&mut self, ctx: &Context<'_, '_, 'a>) {
        for write in &ctx.module.property_writes {
            let Some(value) = write.value else { continue };
            let (name, hidden): (Cow<'_, str>, bool) = match write.key {
                PropertyKeyNote::Name(name) => (name.into(), false),
                PropertyKeyNote::Computed(key) => match ctx.constant_text(key) {
                    Some((name, hidden)) => (name.to_string().into(), hidden),
                    None => continue,
                },
            };
            let Some(role) = names::role(&name) else { continue };
            if function_expression(ctx.module, value).is_some() || self.all.len() >= MAX_MESSAGES {
                continue;
            }
            let place = Place {
                function: write.function,
                condition: write.conditions.last().copied(),
            };
            let Some(message) = self.base(ctx, write.object, place) else {
                continue;
            };
            let before = self.all[message].fields.len();
            let at = At {
                span: write.span,
                name: &name,
                hidden,
                place,
            };
            self.property(ctx, message, role, value, at, 0);
            self.mark_envelope(message, before, write.object);
        }
    }

    /// Fields written onto an object named `envelope` are what `RCPT TO` names; some caller's message is inside.
    pub(super) fn mark_envelope(&mut self, message: usize, from: usize, object: &Expression<'_>) {
        let named = match object.get_inner_expression() {
            Expression::Identifier(name) => Some(name.name.as_str()),
            _ => member_of(object).and_then(|it| it.static_property_name()),
        };
        if named.is_some_and(|name| name.trim_start_matches('_').eq_ignore_ascii_case("envelope")) {
            self.all[message].fields[from..].iter_mut().for_each(put_in_envelope);
            self.all[message].foreign |= matches!(self.all[message].key, Key::Path(_) | Key::Symbol(_));
        }
    }

    /// Fields that classes give their instances in the class body.
    pub(super) fn classes(&mut self, ctx: &Context<'_, '_, 'a>) {
        for (idx, function) in ctx.module.functions.iter().enumerate() {
            let FunctionNode::Class(class) = function.node else {
                continue;
            };
            for member in &class.body.body {
                if let oxc_ast::ast::ClassElement::MethodDefinition(method) = member
                    && method.kind == oxc_ast::ast::MethodDefinitionKind::Get
                    && let Some(name) = property_name(ctx, &method.key)
                    && let Some(role @ Role::Recipient(_)) = names::role(&name)
                    && let Some(getter) = ctx.module.function_at(method.value.span.start)
                {
                    let class = FunctionIdx(idx as u32);
                    let message = self.add(Key::Class(class), class);
                    let place = Place {
                        function: getter,
                        condition: None,
                    };
                    let at = At {
                        span: method.span,
                        name: &name,
                        hidden: false,
                        place,
                    };
                    for value in ctx.index.returns(ctx.module, getter).iter() {
                        self.field(message, role.clone(), FieldValue::Expression(value), at);
                    }
                }
                let oxc_ast::ast::ClassElement::PropertyDefinition(property) = member else {
                    continue;
                };
                let Some(value) = &property.value else { continue };
                let Some(name) = property_name(ctx, &property.key) else {
                    continue;
                };
                if let Some(role) = names::role(&name)
                    && function_expression(ctx.module, value).is_none()
                {
                    let class = FunctionIdx(idx as u32);
                    let message = self.add(Key::Class(class), class);
                    let place = Place {
                        function: class,
                        condition: None,
                    };
                    let at = At {
                        span: property.span,
                        name: &name,
                        hidden: false,
                        place,
                    };
                    self.property(ctx, message, role, value, at, 0);
                }
            }
        }
    }
}
