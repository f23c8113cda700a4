//! Small questions about expressions.

use oxc_ast::ast::{Argument, ChainElement, Expression};

/// The leftmost expression of a chain of members and calls.
pub(super) fn root<'e, 'a>(mut expression: &'e Expression<'a>) -> &'e Expression<'a> {
    loop {
        expression = match expression {
            Expression::StaticMemberExpression(it) => &it.object,
            Expression::ComputedMemberExpression(it) => &it.object,
            Expression::CallExpression(it) => &it.callee,
            Expression::NewExpression(it) => &it.callee,
            Expression::SequenceExpression(it) => match it.expressions.last() {
                Some(last) => last,
                None => return expression,
            },
            Expression::ChainExpression(it) => match &it.expression {
                ChainElement::StaticMemberExpression(it) => &it.object,
                ChainElement::ComputedMemberExpression(it) => &it.object,
                ChainElement::CallExpression(it) => &it.callee,
                _ => return expression,
            },
            Expression::TSNonNullExpression(it) => &it.expression,
            Expression::TSAsExpression(it) => &it.expression,
            _ => return expression,
        };
    }
}

/// An argument that is no spread.
pub(super) fn argument_expression<'e, 'a>(arguments: &'e [Argument<'a>], idx: usize) -> Option<&'e Expression<'a>> {
    arguments.get(idx)?.as_expression()
}
