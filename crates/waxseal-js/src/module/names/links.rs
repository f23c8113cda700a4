//! Chains of operators, members and calls, which are walked without a stack frame for each link.

use oxc_ast::ast::*;
use oxc_ast_visit::Visit;
use oxc_syntax::reference::ReferenceFlags;

use super::scopes::Resolver;

/// A link of a chain of operators, members or calls, of which the left is walked first.
#[derive(Clone, Copy)]
pub(super) enum Link<'a> {
    Right(&'a Expression<'a>),
    Call(&'a CallExpression<'a>),
    Tagged(&'a TaggedTemplateExpression<'a>),
}

impl<'a> Resolver<'a> {
    /// What stands left of the links pushed since `base`, then the links.
    pub(super) fn links(&mut self, first: &Expression<'a>, base: usize) {
        let mut left = first;
        loop {
            left = match left {
                Expression::StaticMemberExpression(member) => {
                    self.enter_member();
                    &member.object
                }
                Expression::ComputedMemberExpression(member) => {
                    self.enter_member();
                    self.spine.push(Link::Right(self.alloc(&member.expression)));
                    &member.object
                }
                Expression::PrivateFieldExpression(member) => {
                    self.enter_member();
                    &member.object
                }
                Expression::CallExpression(call) => {
                    self.spine.push(Link::Call(self.alloc(call)));
                    &call.callee
                }
                Expression::TaggedTemplateExpression(tagged) => {
                    self.spine.push(Link::Tagged(self.alloc(tagged)));
                    &tagged.tag
                }
                Expression::TSNonNullExpression(it) => &it.expression,
                _ => break,
            };
        }
        self.visit_expression(left);
        self.usage = ReferenceFlags::empty();
        while self.spine.len() > base {
            match self.spine.pop() {
                Some(Link::Right(expression)) => self.visit_expression(expression),
                Some(Link::Call(call)) => {
                    if let Some(arguments) = &call.type_arguments {
                        self.visit_ts_type_parameter_instantiation(arguments);
                    }
                    self.visit_arguments(&call.arguments);
                }
                Some(Link::Tagged(tagged)) => {
                    if let Some(arguments) = &tagged.type_arguments {
                        self.visit_ts_type_parameter_instantiation(arguments);
                    }
                    self.visit_template_literal(&tagged.quasi);
                }
                None => {}
            }
        }
    }

    /// What is written to is the property: the object is read.
    pub(super) fn enter_member(&mut self) {
        if self.usage.is_write() {
            self.usage = ReferenceFlags::empty();
        }
    }

    /// Operators, along the left without recursion.
    pub(super) fn operators(&mut self, left: &Expression<'a>, right: &Expression<'a>) {
        let base = self.spine.len();
        self.spine.push(Link::Right(self.alloc(right)));
        let mut left = left;
        loop {
            let (next, right) = match left {
                Expression::BinaryExpression(it) => (&it.left, &it.right),
                Expression::LogicalExpression(it) => (&it.left, &it.right),
                _ => break,
            };
            self.spine.push(Link::Right(self.alloc(right)));
            left = next;
        }
        self.visit_expression(left);
        while self.spine.len() > base {
            if let Some(Link::Right(right)) = self.spine.pop() {
                self.visit_expression(right);
            }
        }
    }
}
