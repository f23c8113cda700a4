//! Says by syntax alone whether an expression can come to a constant text: most keys and arguments cannot, and working each out
//! would be the most expensive thing that is done with a file.

use oxc_ast::ast::{BinaryOperator, Expression, MemberExpression};
use oxc_syntax::symbol::SymbolId;

use std::rc::Rc;

use crate::flow::{member_of, symbol_of};
use crate::fold::{Folded, Folder, Value};
use crate::module::{BindingSource, Module};

/// Works out the texts of one file.
#[derive(Clone, Copy)]
pub(crate) struct Texts<'f, 'm, 'a> {
    pub(crate) module: &'f Module<'a>,
    pub(crate) folder: &'f Folder<'m, 'a>,
    /// Everything is worked out.
    pub(crate) exhaustive: bool,
}

impl<'a> Texts<'_, '_, 'a> {
    /// The constant text of an expression and whether it was hidden, worked out only where there can be one.
    pub(crate) fn constant(&self, expression: &'a Expression<'a>) -> Option<(Rc<str>, bool)> {
        if let Expression::StringLiteral(literal) = expression.get_inner_expression() {
            return Some((literal.value.as_str().into(), false));
        }
        let folded = self.folded(expression)?;
        match folded.value {
            Value::String(text) => Some((text, folded.hidden)),
            _ => None,
        }
    }

    /// What an expression comes to, if that can be a text.
    pub(crate) fn folded(&self, expression: &'a Expression<'a>) -> Option<Folded> {
        self.may_be_text(expression, 0).then(|| self.folder.fold(expression))
    }

    fn may_be_text(&self, expression: &'a Expression<'a>, depth: u32) -> bool {
        if depth > MAX_DEPTH || self.exhaustive {
            return true;
        }
        match expression.get_inner_expression() {
            Expression::NumericLiteral(_)
            | Expression::BooleanLiteral(_)
            | Expression::NullLiteral(_)
            | Expression::BigIntLiteral(_)
            | Expression::RegExpLiteral(_)
            | Expression::ObjectExpression(_)
            | Expression::ArrowFunctionExpression(_)
            | Expression::FunctionExpression(_)
            | Expression::ClassExpression(_)
            | Expression::UpdateExpression(_)
            | Expression::ThisExpression(_) => false,
            Expression::UnaryExpression(it) => it.operator.is_typeof(),
            Expression::BinaryExpression(it) => {
                it.operator == BinaryOperator::Addition
                    && (self.may_be_text(&it.left, depth + 1) || self.may_be_text(&it.right, depth + 1))
            }
            Expression::LogicalExpression(it) => {
                self.may_be_text(&it.left, depth + 1) || self.may_be_text(&it.right, depth + 1)
            }
            Expression::ConditionalExpression(it) => {
                self.may_be_text(&it.consequent, depth + 1) || self.may_be_text(&it.alternate, depth + 1)
            }
            Expression::AssignmentExpression(it) => {
                it.operator.is_logical() || it.operator.is_arithmetic() || self.may_be_text(&it.right, depth + 1)
            }
            inner @ Expression::Identifier(_) => match symbol_of(self.module, inner) {
                Some(symbol) => self.symbol_may_be_text(symbol, depth),
                // Nothing of the outside is known to be a text.
                None => false,
            },
            Expression::CallExpression(call) => match member_of(&call.callee) {
                Some(member) => self.root_may_be_known(member, depth),
                None => true,
            },
            inner => match member_of(inner) {
                Some(MemberExpression::PrivateFieldExpression(_)) | None => true,
                Some(member) => self.root_may_be_known(member, depth),
            },
        }
    }

    fn symbol_may_be_text(&self, symbol: SymbolId, depth: u32) -> bool {
        let Some(note) = self.module.symbols.get(&symbol) else {
            return true;
        };
        note.bindings.iter().any(|binding| match binding.source {
            BindingSource::Expression { value, .. } => {
                binding.default.is_some() || !binding.path.is_empty() || self.may_be_text(value, depth + 1)
            }
            BindingSource::Parameter { .. } => binding.default.is_some() || self.parameter_is_known(symbol),
            BindingSource::Function(_)
            | BindingSource::Uninitialised
            | BindingSource::Caught
            | BindingSource::Other => false,
            BindingSource::Import { .. }
            | BindingSource::ElementOf(_)
            | BindingSource::KeyOf(_)
            | BindingSource::Enum(_) => true,
        })
    }

    /// Whether a parameter is known to be given something: finding out is cheap, since nothing is evaluated for most.
    fn parameter_is_known(&self, symbol: SymbolId) -> bool {
        !matches!(self.folder.fold_symbol(symbol).value, Value::Unknown(_))
    }

    /// Whether what a member hangs on may be worth something: a parameter that nobody is seen to give a value is not.
    fn root_may_be_known(&self, member: &'a MemberExpression<'a>, depth: u32) -> bool {
        let mut object = member.object().get_inner_expression();
        for _ in 0..MAX_LINKS {
            object = match object {
                Expression::Identifier(_) => {
                    let Some(symbol) = symbol_of(self.module, object) else {
                        return true;
                    };
                    let Some(note) = self.module.symbols.get(&symbol) else {
                        return true;
                    };
                    return note.bindings.iter().any(|binding| match binding.source {
                        BindingSource::Parameter { .. } => binding.default.is_some() || self.parameter_is_known(symbol),
                        BindingSource::Uninitialised | BindingSource::Caught => false,
                        BindingSource::Expression { value, .. } if depth < MAX_DEPTH => {
                            binding.default.is_some()
                                || match member_of(value) {
                                    Some(member) => self.root_may_be_known(member, depth + 1),
                                    None => true,
                                }
                        }
                        _ => true,
                    }) || !note.property_writes.is_empty()
                        || !note.mutations.is_empty();
                }
                Expression::CallExpression(call) => match member_of(&call.callee) {
                    Some(member) => member.object().get_inner_expression(),
                    None => return true,
                },
                other => match member_of(other) {
                    Some(member) => member.object().get_inner_expression(),
                    None => return true,
                },
            };
        }
        true
    }
}

/// Names and operators that are followed.
const MAX_DEPTH: u32 = 6;
/// Members and calls of one chain that are followed.
const MAX_LINKS: usize = 64;
