//! Names that stand for messages, and what is copied into them.

use super::super::context::Context;
use super::super::index::{self, arguments, element, member_of, symbol_of};
use super::super::names::{self, Role};
use super::{At, FieldValue, Key, MAX_CHAIN, MAX_DEPTH, MAX_FIELDS, Messages, Place, class_around, peel};
use crate::fold::{Origins, Value};
use crate::module::{BindingSource, FunctionIdx};
use oxc_ast::ast::Expression;
use oxc_span::GetSpan;
use oxc_syntax::symbol::SymbolId;

impl<'a> Messages<'a> {
    /// Notes that everything of `value` is copied into a message.
    pub(super) fn absorb(
        &mut self,
        ctx: &Context<'_, '_, 'a>,
        message: usize,
        value: &'a Expression<'a>,
        place: Place,
        depth: u8,
    ) {
        if depth > MAX_DEPTH {
            return;
        }
        match peel(value) {
            Expression::ObjectExpression(object) => self.literal(ctx, message, object, place, depth + 1),
            Expression::ConditionalExpression(it) => {
                let inside = Place {
                    condition: Some(it.test.span()),
                    ..place
                };
                self.absorb(ctx, message, &it.consequent, inside, depth + 1);
                self.absorb(ctx, message, &it.alternate, inside, depth + 1);
            }
            Expression::LogicalExpression(it) => {
                let inside = Place {
                    condition: Some(it.left.span()),
                    ..place
                };
                if !it.operator.is_and() {
                    self.absorb(ctx, message, &it.left, place, depth + 1);
                }
                self.absorb(ctx, message, &it.right, inside, depth + 1);
            }
            Expression::AwaitExpression(it) => self.absorb(ctx, message, &it.argument, place, depth + 1),
            Expression::ArrayExpression(array) => {
                for item in array.elements.iter().filter_map(element) {
                    if !self.pair(ctx, message, item, place, depth) {
                        self.absorb(ctx, message, item, place, depth + 1);
                    }
                }
            }
            inner @ Expression::Identifier(_) => match symbol_of(ctx.module, inner) {
                Some(symbol) => {
                    let other = self.symbol(ctx, symbol, place.function, depth + 1);
                    self.include(message, other);
                    let mut origins = ctx.folder.fold(inner).value.origins();
                    if self.all[other].foreign {
                        origins.add(&Origins::of(Origins::CALLER));
                    }
                    self.all[message].rest.add(&origins);
                }
                None => self.all[message].rest.add(&Origins::of(Origins::OTHER)),
            },
            Expression::CallExpression(call) => {
                let called = ctx
                    .calls()
                    .call_at(call.span)
                    .and_then(|note| ctx.calls().callees.get(&note).copied());
                if let Some(function) = called {
                    for returned in ctx.index.returns(ctx.module, function).iter() {
                        if let Expression::ObjectExpression(object) = returned.get_inner_expression() {
                            let other = self.add(Key::Literal(object.span.start), function);
                            self.include(message, other);
                        }
                    }
                }
                self.absorb_folded(ctx, message, value, place);
            }
            Expression::ThisExpression(_) => {
                if let Some(class) = class_around(ctx, place.function) {
                    let other = self.add(Key::Class(class), class);
                    self.include(message, other);
                }
            }
            other => self.absorb_folded(ctx, message, other, place),
        }
    }

    pub(super) fn absorb_folded(
        &mut self,
        ctx: &Context<'_, '_, 'a>,
        message: usize,
        value: &'a Expression<'a>,
        place: Place,
    ) {
        match ctx.folder.fold(value).value {
            Value::Object(object) => {
                for property in object.properties.iter().take(MAX_FIELDS) {
                    if let Some(role) = names::role(&property.name) {
                        let at = At {
                            span: value.span(),
                            name: &property.name,
                            hidden: property.value.hidden,
                            place,
                        };
                        self.field(message, role, FieldValue::Folded(property.value.clone()), at);
                    }
                }
                self.all[message].rest.add(&object.rest);
            }
            other => {
                let origins = other.origins();
                self.all[message].rest.add(&origins);
            }
        }
    }

    /// The message that a name stands for.
    pub(super) fn symbol(
        &mut self,
        ctx: &Context<'_, '_, 'a>,
        symbol: SymbolId,
        function: FunctionIdx,
        depth: u8,
    ) -> usize {
        let key = Key::Symbol(symbol);
        if let Some(known) = self.find(&key) {
            return known;
        }
        let message = self.add(key, function);
        let Some(note) = ctx.module.symbols.get(&symbol) else {
            return message;
        };
        for binding in note.bindings.iter().take(MAX_BINDINGS) {
            let place = Place {
                function: binding.function,
                condition: None,
            };
            match binding.source {
                BindingSource::Parameter { function, index, .. } => {
                    let calls = ctx.calls().callers.get(&function).map_or(&[][..], Vec::as_slice);
                    if calls.is_empty() || ctx.index.is_exported(function) {
                        self.all[message].foreign = true;
                    }
                    if let (Some(default), true) = (binding.default, binding.path.is_empty()) {
                        let Expression::ObjectExpression(object) = default.get_inner_expression() else {
                            continue;
                        };
                        let other = self.add(Key::Literal(object.span.start), place.function);
                        self.all[other].is_default = true;
                        self.include(message, other);
                    }
                    if binding.path.is_empty() {
                        for call in calls.iter().take(MAX_BINDINGS) {
                            let given = arguments(&ctx.module.calls[*call as usize]);
                            if let Some(value) = given.get(usize::from(index)) {
                                self.absorb(ctx, message, value, place, depth + 1);
                            }
                        }
                        let known = &self.all[message];
                        if known.includes.is_empty() && known.fields.is_empty() && known.rest.is_empty() {
                            // Nothing of this file says what it is: it was put together elsewhere.
                            self.all[message].foreign = true;
                        }
                    }
                }
                BindingSource::Expression { value, .. } => {
                    if binding.path.is_empty() {
                        self.bound(ctx, message, value, place, depth);
                    } else if ctx.folder.fold_symbol(symbol).value.origins().has(Origins::CALLER) {
                        self.all[message].foreign = true;
                    }
                }
                BindingSource::ElementOf(list) => {
                    if ctx
                        .folder
                        .fold(list)
                        .value
                        .origins()
                        .has(Origins::CALLER | Origins::FOREIGN)
                    {
                        self.all[message].foreign = true;
                    }
                    self.absorb(ctx, message, list, place, depth + 1);
                }
                _ => {}
            }
        }
        message
    }

    /// A name is given a value: the same object, not a copy.
    pub(super) fn bound(
        &mut self,
        ctx: &Context<'_, '_, 'a>,
        message: usize,
        value: &'a Expression<'a>,
        place: Place,
        depth: u8,
    ) {
        match peel(value) {
            Expression::ObjectExpression(object) => {
                if let Some(other) = self.of_literal(object.span.start) {
                    self.include(message, other);
                } else {
                    let other = self.add(Key::Literal(object.span.start), place.function);
                    self.include(message, other);
                }
            }
            Expression::NewExpression(new) => {
                let class =
                    symbol_of(ctx.module, &new.callee).and_then(|symbol| index::function_of_symbol(ctx.module, symbol));
                if let Some(class) = class {
                    let other = self.add(Key::Class(class), class);
                    self.include(message, other);
                }
                for argument in new.arguments.iter().filter_map(|it| it.as_expression()) {
                    if matches!(argument.get_inner_expression(), Expression::ObjectExpression(_)) {
                        self.bound(ctx, message, argument, place, depth + 1);
                    }
                }
            }
            Expression::ThisExpression(_) => {}
            other => {
                self.absorb(ctx, message, other, place, depth + 1);
                let rest = &self.all[message].rest;
                if rest.has(Origins::CALLER) && self.all[message].fields.is_empty() {
                    self.all[message].foreign = true;
                }
            }
        }
    }

    /// The message that the object of a write or a builder call belongs to.
    pub(super) fn base(
        &mut self,
        ctx: &Context<'_, '_, 'a>,
        object: &'a Expression<'a>,
        place: Place,
    ) -> Option<usize> {
        let mut current = object.get_inner_expression();
        for _ in 0..MAX_CHAIN {
            match current {
                Expression::Identifier(_) => {
                    let symbol = symbol_of(ctx.module, current)?;
                    return Some(self.symbol(ctx, symbol, place.function, 0));
                }
                Expression::ThisExpression(_) => {
                    let class = class_around(ctx, place.function).unwrap_or(place.function);
                    return Some(self.add(Key::Class(class), class));
                }
                Expression::AwaitExpression(it) => current = it.argument.get_inner_expression(),
                Expression::CallExpression(call) => match member_of(&call.callee) {
                    // `new Mail().setTo(to).addBcc('x@y')`
                    Some(member) => current = member.object().get_inner_expression(),
                    None => {
                        let message = self.add(Key::Call(call.span), place.function);
                        let origins = ctx.folder.fold(current).value.origins();
                        self.all[message].foreign |= origins.has(Origins::CALLER);
                        return Some(message);
                    }
                },
                Expression::NewExpression(new) => return Some(self.add(Key::Call(new.span), place.function)),
                other => {
                    let member = member_of(other)?;
                    let name = member.static_property_name().unwrap_or("[]");
                    let through = matches!(
                        names::role(name),
                        Some(Role::Container | Role::Headers | Role::Batch | Role::Content { .. } | Role::Recipient(_))
                    ) || name == "[]"
                        || member.static_property_name().is_none();
                    let this = matches!(member.object().get_inner_expression(), Expression::ThisExpression(_));
                    if through && !this {
                        current = member.object().get_inner_expression();
                        continue;
                    }
                    let text = ctx.slice(other.span()).chars().take(80).collect::<String>();
                    let scope = class_around(ctx, place.function).unwrap_or(FunctionIdx::TOP);
                    let message = self.add(Key::Path(format!("{}:{text}", scope.0)), place.function);
                    let origins = ctx.folder.fold(member.object()).value.origins();
                    self.all[message].foreign |= origins.has(Origins::CALLER) && !this;
                    return Some(message);
                }
            }
        }
        None
    }

    pub(super) fn is_message_like(&self, ctx: &Context<'_, '_, 'a>, value: &'a Expression<'a>) -> bool {
        match peel(value) {
            Expression::ObjectExpression(object) => self.of_literal(object.span.start).is_some_and(|it| {
                self.all[it]
                    .fields
                    .iter()
                    .any(|field| matches!(field.role, Role::Recipient(_)))
            }),
            inner => symbol_of(ctx.module, inner)
                .and_then(|symbol| self.find(&Key::Symbol(symbol)))
                .is_some_and(|it| {
                    self.all[it]
                        .fields
                        .iter()
                        .any(|field| matches!(field.role, Role::Recipient(_)))
                }),
        }
    }
}

/// Assignments of one name that are followed.
const MAX_BINDINGS: usize = 12;
