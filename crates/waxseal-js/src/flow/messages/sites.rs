//! Says whether a file puts anything into a place for recipients at all: most files that could be about mail do not, and need no
//! messages gathered.

use oxc_ast::ast::{ClassElement, Expression, ObjectPropertyKind, PropertyKey, PropertyKind};

use super::super::context::Context;
use super::super::index::{arguments, callee, member_of};
use super::super::names::{self, Role};
use super::super::text;
use crate::module::{CallNote, FunctionNode, PropertyKeyNote};

/// Whether a key, a method, a string or a text stands for a recipient, and something that may be one stands behind it.
pub(super) fn has_recipient_site<'a>(ctx: &Context<'_, '_, 'a>) -> bool {
    // What other files give may hold any field, and what is sent beside the mail is told from the mail by its fields.
    if ctx.candidates.is_exhaustive() || ctx.folder.knows_other_files() || ctx.senders.written {
        return true;
    }
    let module = ctx.module;
    module
        .strings
        .iter()
        .any(|it| is_recipient(it) || text::strongest_place(it).is_some())
        || module
            .objects
            .iter()
            .flat_map(|object| &object.node.properties)
            .any(|property| match property {
                ObjectPropertyKind::ObjectProperty(it) => {
                    (it.kind == PropertyKind::Get || may_be_recipient(&it.value)) && is_recipient_key(ctx, &it.key)
                }
                ObjectPropertyKind::SpreadProperty(_) => false,
            })
        || module.property_writes.iter().any(|write| {
            write.value.is_some_and(may_be_recipient)
                && match write.key {
                    PropertyKeyNote::Name(name) => is_recipient(name) || is_recipient_of_provider(ctx, name),
                    PropertyKeyNote::Computed(key) => is_made_recipient(ctx, key),
                }
        })
        || module.functions.iter().any(|function| match function.node {
            FunctionNode::Class(class) => class.body.body.iter().any(|element| match element {
                ClassElement::PropertyDefinition(it) => {
                    it.value.as_ref().is_some_and(may_be_recipient) && is_recipient_key(ctx, &it.key)
                }
                ClassElement::MethodDefinition(it) => it.kind.is_get() && is_recipient_key(ctx, &it.key),
                _ => false,
            }),
            _ => false,
        })
        || module.calls.iter().any(|call| fills_recipient(ctx, call))
}

fn is_recipient(name: &str) -> bool {
    matches!(names::role(name), Some(Role::Recipient(_))) || names::header_place(name).is_some()
}

/// Whether a provider has this name for a recipient, and one may be meant.
fn is_recipient_of_provider(ctx: &Context<'_, '_, '_>, name: &str) -> bool {
    (ctx.senders.client || ctx.senders.host)
        && matches!(names::role(name), Some(Role::Container))
        && ctx
            .sinks
            .iter()
            .flat_map(|sink| sink.recipients)
            .any(|field| field.path.eq_ignore_ascii_case(name))
}

fn is_recipient_key<'a>(ctx: &Context<'_, '_, 'a>, key: &'a PropertyKey<'a>) -> bool {
    let is_recipient = |name: &str| is_recipient(name) || is_recipient_of_provider(ctx, name);
    match key {
        PropertyKey::StaticIdentifier(name) => is_recipient(name.name.as_str()),
        PropertyKey::PrivateIdentifier(name) => is_recipient(name.name.as_str()),
        PropertyKey::StringLiteral(name) => is_recipient(name.value.as_str()),
        key => key.as_expression().is_some_and(|key| is_made_recipient(ctx, key)),
    }
}

fn is_made_recipient<'a>(ctx: &Context<'_, '_, 'a>, key: &'a Expression<'a>) -> bool {
    ctx.constant_text(key)
        .is_some_and(|(name, _)| is_recipient(&name) || is_recipient_of_provider(ctx, &name))
}

/// Whether a value may be a recipient: numbers and functions are none.
fn may_be_recipient(value: &Expression<'_>) -> bool {
    !matches!(
        value.get_inner_expression(),
        Expression::NumericLiteral(_)
            | Expression::BooleanLiteral(_)
            | Expression::NullLiteral(_)
            | Expression::RegExpLiteral(_)
            | Expression::FunctionExpression(_)
            | Expression::ArrowFunctionExpression(_)
            | Expression::ClassExpression(_)
    )
}

/// `addBcc(…)`, `bcc.push(…)`, and methods that are called by a name which is made.
fn fills_recipient<'a>(ctx: &Context<'_, '_, 'a>, call: &CallNote<'a>) -> bool {
    let Some(member) = callee(call).and_then(member_of) else {
        return false;
    };
    let grows = member_of(member.object())
        .and_then(|it| it.static_property_name())
        .is_some_and(is_recipient);
    if grows {
        return true;
    }
    let given = arguments(call);
    let fills = |method: &str| {
        let setter = names::is_field_setter(method)
            && given.first().is_some_and(|name| {
                !matches!(name.get_inner_expression(), Expression::StringLiteral(_)) && is_made_recipient(ctx, name)
            });
        setter || (names::builder_place(method).is_some() && given.iter().any(|it| may_be_recipient(it)))
    };
    match member.static_property_name() {
        Some(method) => fills(method),
        None => callee(call)
            .and_then(|it| ctx.method_name(it))
            .is_some_and(|method| fills(&method)),
    }
}
