//! Fields that calls put onto a message: `Object.assign`, `append`, `addBcc`, `push`.

use super::super::context::Context;
use super::super::index::{arguments, callee, function_expression, member_of, symbol_of};
use super::super::names::{self, Role};
use super::super::pieces::property_name;
use super::{At, FieldValue, Key, MAX_MESSAGES, Messages, Place, peel};
use crate::fold::Value;
use crate::module::CallNote;
use oxc_ast::ast::{Expression, MemberExpression, ObjectPropertyKind};
use oxc_span::{GetSpan, Span};
use waxseal_model::RecipientPlace;

impl<'a> Messages<'a> {
    pub(super) fn calls(&mut self, ctx: &Context<'_, '_, 'a>) {
        for call in &ctx.module.calls {
            if self.all.len() >= MAX_MESSAGES {
                return;
            }
            let Some(callee) = callee(call) else { continue };
            let Some(member) = member_of(callee) else {
                self.plain_call(ctx, call, callee);
                continue;
            };
            let (method, hidden) = match member.static_property_name() {
                Some(name) => (name.to_owned(), false),
                None => match ctx.method_name(callee) {
                    Some(name) => (name, true),
                    None => continue,
                },
            };
            let place = Place {
                function: call.function,
                condition: call.conditions.last().copied(),
            };
            self.merging_call(ctx, call, member.object(), &method, place);
            // Only the last link of a chain of calls, not the whole chain.
            let start = match member {
                MemberExpression::StaticMemberExpression(it) => it.property.span.start,
                MemberExpression::ComputedMemberExpression(it) => it.expression.span().start,
                MemberExpression::PrivateFieldExpression(it) => it.field.span.start,
            };
            let link = Span::new(start, call.span.end);
            self.setting_call(ctx, call, link, &method, hidden, place);
            if matches!(method.as_str(), "push" | "unshift" | "splice" | "add") {
                self.growing_call(ctx, call, member.object(), place);
                self.header_call(ctx, call, member.object(), place);
            }
        }
    }

    /// `new Map([['bcc', …]])`, `merge(a, { bcc })`.
    pub(super) fn plain_call(&mut self, ctx: &Context<'_, '_, 'a>, call: &CallNote<'a>, callee: &'a Expression<'a>) {
        let Expression::Identifier(name) = callee.get_inner_expression() else {
            return;
        };
        let place = Place {
            function: call.function,
            condition: call.conditions.last().copied(),
        };
        match name.name.as_str() {
            "Map" | "URLSearchParams" | "Headers" => self.entries(ctx, call, place),
            "merge" | "extend" | "assign" | "mixin" | "combine" | "defaults" | "override" => {
                self.merging_call(ctx, call, callee, "assign", place);
            }
            _ => {}
        }
    }

    /// A list of names and values that becomes an object.
    pub(super) fn entries(&mut self, ctx: &Context<'_, '_, 'a>, call: &CallNote<'a>, place: Place) {
        let given = arguments(call);
        let Some(list) = given.first() else { return };
        if matches!(peel(list), Expression::ArrayExpression(_)) {
            let message = self.add(Key::Call(call.span), call.function);
            self.absorb(ctx, message, list, place, 0);
        }
    }

    /// `Object.assign(a, b)`, `Object.defineProperty(a, 'bcc', …)`, `Reflect.set(a, 'bcc', …)`, `_.merge(a, b)`.
    pub(super) fn merging_call(
        &mut self,
        ctx: &Context<'_, '_, 'a>,
        call: &CallNote<'a>,
        object: &'a Expression<'a>,
        method: &str,
        place: Place,
    ) {
        let given = arguments(call);
        let Some((target, sources)) = given.split_first() else {
            return;
        };
        match method {
            "assign" | "merge" | "extend" | "defaults" | "defaultsDeep" | "mergeWith" if !sources.is_empty() => {
                let any = given.iter().any(|it| self.is_message_like(ctx, it));
                if !any {
                    return;
                }
                let whole = self.add(Key::Call(call.span), call.function);
                for part in &given {
                    self.absorb(ctx, whole, part, place, 0);
                }
                let is_this = matches!(target.get_inner_expression(), Expression::ThisExpression(_));
                if (is_this || symbol_of(ctx.module, target).is_some())
                    && let Some(message) = self.base(ctx, target, place)
                {
                    for part in sources {
                        self.absorb(ctx, message, part, place, 0);
                    }
                }
            }
            "fromEntries" => self.entries(ctx, call, place),
            "create" | "defineProperties" if matches!(object.get_inner_expression(), Expression::Identifier(it) if it.name == "Object") =>
            {
                self.descriptors_call(ctx, call, method, place);
            }
            "defineProperty" | "set" | "__defineGetter__" if matches!(object.get_inner_expression(), Expression::Identifier(it) if it.name == "Object" || it.name == "Reflect") =>
            {
                let [name, value, ..] = sources else { return };
                let folded = ctx.folder.fold(name);
                let Value::String(name) = &folded.value else { return };
                let Some(role @ Role::Recipient(_)) = names::role(name) else {
                    return;
                };
                let Some(message) = self.base(ctx, target, place) else {
                    return;
                };
                let at = At {
                    span: call.span,
                    name,
                    hidden: folded.hidden,
                    place,
                };
                for value in described(ctx, value) {
                    self.field(message, role.clone(), FieldValue::Expression(value), at);
                }
            }
            _ => {}
        }
    }

    /// `Object.create(a, { bcc: { value } })`, `Object.defineProperties(a, …)`.
    fn descriptors_call(&mut self, ctx: &Context<'_, '_, 'a>, call: &CallNote<'a>, method: &str, place: Place) {
        let given = arguments(call);
        let Some((target, sources)) = given.split_first() else {
            return;
        };

        let Some(Expression::ObjectExpression(descriptors)) = sources.first().map(|it| it.get_inner_expression())
        else {
            return;
        };
        let whole = self.add(Key::Call(call.span), call.function);
        self.absorb(ctx, whole, target, place, 0);
        self.owners.insert(descriptors.span.start, whole);
        for property in &descriptors.properties {
            let ObjectPropertyKind::ObjectProperty(property) = property else {
                continue;
            };
            let Some(name) = property_name(ctx, &property.key) else {
                continue;
            };
            let Some(role @ Role::Recipient(_)) = names::role(&name) else {
                continue;
            };
            let at = At {
                span: property.span,
                name: &name,
                hidden: false,
                place,
            };
            for value in described(ctx, &property.value) {
                self.field(whole, role.clone(), FieldValue::Expression(value), at);
            }
        }
        if method == "defineProperties"
            && let Some(message) = self.base(ctx, target, place)
        {
            self.include(message, whole);
        }
    }

    /// `form.append('bcc', …)`, `mail.addHeader('Bcc', …)`, `mail.addBcc(…)`, `smtp.rcpt(…)`.
    pub(super) fn setting_call(
        &mut self,
        ctx: &Context<'_, '_, 'a>,
        call: &CallNote<'a>,
        link: Span,
        method: &str,
        hidden: bool,
        place: Place,
    ) {
        let given = arguments(call);
        let Some(object) = callee(call).and_then(member_of).map(MemberExpression::object) else {
            return;
        };
        if names::is_field_setter(method)
            && let [name, value, ..] = given.as_slice()
        {
            if let Some((text, hidden)) = ctx.constant_text(name)
                && let Some(role @ (Role::Recipient(_) | Role::Content { .. } | Role::Sender)) = names::role(&text)
                && let Some(message) = self.base(ctx, object, place)
            {
                let at = At {
                    span: link,
                    name: &text,
                    hidden,
                    place,
                };
                self.field(message, role, FieldValue::Expression(value), at);
            }
            return;
        }
        let Some(first) = given.first() else { return };
        if let Some(recipient) = names::builder_place(method) {
            let values: Vec<_> = given
                .iter()
                .take(2)
                .filter(|it| function_expression(ctx.module, it).is_none())
                .collect();
            if values.is_empty() {
                return;
            }
            let Some(message) = self.base(ctx, object, place) else {
                return;
            };
            self.all[message].is_smtp |= recipient == RecipientPlace::Envelope;
            for value in values {
                let at = At {
                    span: link,
                    name: method,
                    hidden,
                    place,
                };
                self.field(
                    message,
                    Role::Recipient(recipient.clone()),
                    FieldValue::Expression(value),
                    at,
                );
            }
        } else if let Some(stripped) = ["set", "add", "with"].iter().find_map(|it| method.strip_prefix(it))
            && let Some(role @ (Role::Content { .. } | Role::Sender)) = names::role(stripped)
            && let Some(message) = self.base(ctx, object, place)
        {
            let at = At {
                span: link,
                name: stripped,
                hidden,
                place,
            };
            self.field(message, role, FieldValue::Expression(first), at);
        }
    }

    /// `message.bcc.push(…)`, `this.envelope.to.unshift(…)`.
    pub(super) fn growing_call(
        &mut self,
        ctx: &Context<'_, '_, 'a>,
        call: &CallNote<'a>,
        list: &'a Expression<'a>,
        place: Place,
    ) {
        let Some(member) = member_of(list) else { return };
        let Some(name) = member.static_property_name() else {
            return;
        };
        let Some(role @ Role::Recipient(_)) = names::role(name) else {
            return;
        };
        let Some(message) = self.base(ctx, member.object(), place) else {
            return;
        };
        let before = self.all[message].fields.len();
        for value in arguments(call) {
            self.claim(message, value.get_inner_expression());
            let at = At {
                span: call.span,
                name,
                hidden: false,
                place,
            };
            self.field(message, role.clone(), FieldValue::Expression(value), at);
        }
        self.mark_envelope(message, before, member.object());
    }

    /// `headers.push({ key: 'Bcc', value })`
    pub(super) fn header_call(
        &mut self,
        ctx: &Context<'_, '_, 'a>,
        call: &CallNote<'a>,
        list: &'a Expression<'a>,
        place: Place,
    ) {
        for item in arguments(call) {
            let inner = item.get_inner_expression();
            let header_like = match inner {
                Expression::ObjectExpression(object) => object.properties.iter().any(|property| match property {
                    ObjectPropertyKind::ObjectProperty(property) => property
                        .key
                        .static_name()
                        .is_some_and(|name| name.eq_ignore_ascii_case("value")),
                    ObjectPropertyKind::SpreadProperty(_) => false,
                }),
                Expression::ArrayExpression(array) => array.elements.len() == 2,
                _ => false,
            };
            if header_like && let Some(message) = self.base(ctx, list, place) {
                self.header_item(ctx, message, inner, place);
            }
        }
    }
}

/// The values of a property descriptor.
fn described<'a>(ctx: &Context<'_, '_, 'a>, value: &'a Expression<'a>) -> Vec<&'a Expression<'a>> {
    let Expression::ObjectExpression(object) = value.get_inner_expression() else {
        return vec![value];
    };
    let mut found = Vec::new();
    for property in &object.properties {
        let ObjectPropertyKind::ObjectProperty(property) = property else {
            continue;
        };
        match property_name(ctx, &property.key).as_deref() {
            Some("value") => found.push(&property.value),
            Some("get") => {
                if let Some(function) = function_expression(ctx.module, &property.value) {
                    found.extend(ctx.index.returns(ctx.module, function).iter().copied());
                }
            }
            _ => {}
        }
    }
    found
}
