//! The object literals that an expression can be: settings that a function returns and others hand on.

use oxc_ast::ast::{Expression, ObjectExpression, ObjectPropertyKind};
use oxc_span::GetSpan;
use rustc_hash::FxHashSet;

use super::super::context::Context;
use super::super::index::{arguments, member_of, symbol_of};
use super::property_name;
use crate::module::BindingSource;

/// The values written at a property of whatever literals an expression can be, in this file.
pub(super) fn values_at<'a>(
    ctx: &Context<'_, '_, 'a>,
    object: &'a Expression<'a>,
    name: &str,
) -> Vec<&'a Expression<'a>> {
    let mut found = Vec::new();
    for literal in literals_of(ctx, object, 0) {
        for property in &literal.properties {
            if let ObjectPropertyKind::ObjectProperty(property) = property
                && property_name(ctx, &property.key).as_deref() == Some(name)
            {
                found.push(&property.value);
            }
        }
    }
    found
}

/// What calls in this file hand in for a name that is a parameter.
pub(super) fn handed_in<'a>(ctx: &Context<'_, '_, 'a>, name: &'a Expression<'a>) -> Vec<&'a Expression<'a>> {
    let note = symbol_of(ctx.module, name).and_then(|symbol| ctx.module.symbols.get(&symbol));
    let mut found = Vec::new();
    for binding in note
        .map_or(&[][..], |note| note.bindings.as_slice())
        .iter()
        .take(MAX_CALLS)
    {
        if let BindingSource::Parameter { function, index, .. } = binding.source
            && binding.path.is_empty()
        {
            let calls = ctx.calls().callers.get(&function).map_or(&[][..], Vec::as_slice);
            for call in calls.iter().take(MAX_CALLS) {
                found.extend(arguments(&ctx.module.calls[*call as usize]).get(usize::from(index)));
            }
        }
    }
    found
}

fn literals_of<'a>(
    ctx: &Context<'_, '_, 'a>,
    expression: &'a Expression<'a>,
    depth: u8,
) -> Vec<&'a ObjectExpression<'a>> {
    let mut found = Vec::new();
    let mut work = vec![expression];
    let mut seen = FxHashSet::default();
    for _ in 0..MAX_STEPS {
        let Some(current) = work.pop() else { break };
        if !seen.insert(current.span()) {
            continue;
        }
        match current.get_inner_expression() {
            Expression::ObjectExpression(object) => {
                found.push(&**object);
                for property in &object.properties {
                    if let ObjectPropertyKind::SpreadProperty(spread) = property {
                        work.push(&spread.argument);
                    }
                }
            }
            Expression::AwaitExpression(it) => work.push(&it.argument),
            Expression::LogicalExpression(it) => work.extend([&it.left, &it.right]),
            Expression::ConditionalExpression(it) => work.extend([&it.consequent, &it.alternate]),
            Expression::CallExpression(call) => {
                let called = ctx
                    .calls()
                    .call_at(call.span)
                    .and_then(|it| ctx.calls().callees.get(&it).copied());
                if let Some(function) = called {
                    work.extend(ctx.index.returns(ctx.module, function).iter().copied());
                } else {
                    // `Object.freeze({ … })`, `Object.assign({}, …)`
                    work.extend(call.arguments.iter().filter_map(|it| it.as_expression()));
                }
            }
            inner @ Expression::Identifier(_) => {
                let note = symbol_of(ctx.module, inner).and_then(|symbol| ctx.module.symbols.get(&symbol));
                let bindings = note.map_or(&[][..], |note| note.bindings.as_slice());
                for binding in bindings.iter().take(MAX_STEPS).filter(|it| it.path.is_empty()) {
                    match binding.source {
                        BindingSource::Expression { value, .. } => work.push(value),
                        BindingSource::Parameter { function, index, .. } => {
                            work.extend(binding.default);
                            let calls = ctx.calls().callers.get(&function).map_or(&[][..], Vec::as_slice);
                            for call in calls.iter().take(MAX_CALLS) {
                                let given = arguments(&ctx.module.calls[*call as usize]);
                                work.extend(given.get(usize::from(index)));
                            }
                        }
                        _ => {}
                    }
                }
            }
            inner => {
                let Some(member) = member_of(inner) else { continue };
                let Some(name) = member.static_property_name() else {
                    continue;
                };
                if matches!(member.object().get_inner_expression(), Expression::ThisExpression(_)) {
                    work.extend(ctx.written_on_this(inner.span(), name));
                } else if depth < MAX_DEPTH {
                    for literal in literals_of(ctx, member.object(), depth + 1) {
                        for property in &literal.properties {
                            if let ObjectPropertyKind::ObjectProperty(property) = property
                                && property_name(ctx, &property.key).as_deref() == Some(name)
                            {
                                work.push(&property.value);
                            }
                        }
                    }
                }
            }
        }
    }
    found
}

/// Expressions looked at for one object.
const MAX_STEPS: usize = 48;
/// Calls of one function that are followed.
const MAX_CALLS: usize = 8;
/// Members of members: each level is a call of its own.
const MAX_DEPTH: u8 = 3;
