//! Where something unknown comes from.

use super::super::context::Context;
use super::super::index::{member_of, symbol_of};
use super::MAX_BINDINGS;
use crate::fold::Origins;
use crate::module::BindingSource;
use oxc_ast::ast::Expression;
use oxc_syntax::symbol::SymbolId;
use rustc_hash::FxHashSet;
use waxseal_model::Origin;

/// What the folder could not say is looked up in the syntax: what a parameter goes into is the caller's, and a file counts as
/// shipped only if its path begins at the package's own folder.
pub(in crate::flow) fn refined<'a>(
    ctx: &Context<'_, '_, 'a>,
    origin: Origin,
    expression: &'a Expression<'a>,
) -> Origin {
    if !matches!(origin, Origin::Unknown | Origin::Derived | Origin::Shipped) {
        return origin;
    }
    let mut work = vec![expression];
    let mut symbols: FxHashSet<SymbolId> = FxHashSet::default();
    let mut own_folder = false;
    for _ in 0..MAX_REFINED {
        let Some(current) = work.pop() else { break };
        match current.get_inner_expression() {
            Expression::ImportMeta(_) => own_folder = true,
            Expression::ThisExpression(_) => return Origin::Caller,
            inner @ Expression::Identifier(name) => match symbol_of(ctx.module, inner) {
                None => own_folder |= matches!(name.name.as_str(), "__dirname" | "__filename"),
                Some(symbol) => {
                    let note = ctx.module.symbols.get(&symbol).filter(|_| symbols.insert(symbol));
                    for binding in note.iter().flat_map(|note| note.bindings.iter().take(MAX_BINDINGS)) {
                        match binding.source {
                            BindingSource::Parameter { .. } => return Origin::Caller,
                            BindingSource::Expression { value, .. } | BindingSource::ElementOf(value) => {
                                work.push(value)
                            }
                            _ => {}
                        }
                    }
                }
            },
            _ => super::super::index::parts(current, &mut work),
        }
    }
    match origin {
        Origin::Shipped if !own_folder => Origin::Unknown,
        origin => origin,
    }
}

/// Whether a value only describes what a caller may give: `z.string().optional()`.
pub(in crate::flow) fn is_schema(expression: &Expression<'_>) -> bool {
    let mut current = expression.get_inner_expression();
    let mut first = None;
    for _ in 0..MAX_BINDINGS {
        let Expression::CallExpression(call) = current else {
            break;
        };
        let Some(member) = member_of(&call.callee) else {
            return false;
        };
        first = member.static_property_name();
        current = member.object().get_inner_expression();
    }
    matches!(current, Expression::Identifier(_))
        && matches!(
            first,
            Some("string" | "array" | "email" | "union" | "object" | "enum" | "optional" | "any" | "record" | "lazy")
        )
}

/// Where something unknown comes from, in one word. What the caller or the network had a hand in is theirs.
pub(super) fn origin_of(origins: &Origins) -> Option<Origin> {
    if origins.is_empty() {
        return None;
    }
    Some(if origins.has(Origins::CALLER) {
        Origin::Caller
    } else if origins.has(Origins::FETCHED) {
        Origin::Fetched
    } else if origins.has(Origins::CONFIGURED) {
        Origin::Configured(origins.names.iter().map(|it| &**it).collect::<Vec<_>>().join(", "))
    } else if origins.has(Origins::IMPORTED | Origins::FOREIGN | Origins::OTHER) {
        Origin::Unknown
    } else if origins.has(Origins::FILE) {
        Origin::Shipped
    } else if origins.has(Origins::DERIVED) {
        Origin::Derived
    } else {
        Origin::Unknown
    })
}

/// Expressions looked at to say where one value comes from.
const MAX_REFINED: usize = 80;
