//! Calls, `new`, `import()`, tagged templates and the member chains they hang on.

use oxc_ast::ast::*;
use oxc_span::{GetSpan, Span};

use super::super::{CallNode, CallNote, FunctionIdx, MemberRead};
use super::Walker;

impl<'a> Walker<'a> {
    /// Members and calls, along the left without recursion.
    pub(super) fn chain(&mut self, expression: &'a Expression<'a>) {
        self.member_read(expression);
        let base = self.spine.len();
        let mut innermost = expression;
        while let Some(next) = link(innermost) {
            self.spine.push(innermost);
            innermost = next;
        }
        let function = self.module.functions.len();
        self.expression(innermost);
        if matches!(
            innermost,
            Expression::FunctionExpression(_) | Expression::ArrowFunctionExpression(_)
        ) && self.is_called(base)
            && let Some(note) = self.module.functions.get_mut(function)
        {
            note.immediate = true;
        }
        while self.spine.len() > base {
            match self.spine.pop() {
                Some(Expression::CallExpression(call)) => self.call(call),
                Some(Expression::ChainExpression(chain)) => {
                    if let ChainElement::CallExpression(call) = &chain.expression {
                        self.call(call);
                    } else if let ChainElement::ComputedMemberExpression(member) = &chain.expression {
                        self.expression(&member.expression);
                    }
                }
                Some(Expression::ComputedMemberExpression(member)) => self.expression(&member.expression),
                Some(Expression::TaggedTemplateExpression(tagged)) => {
                    self.note_call(CallNode::Tagged(tagged), tagged.span);
                    self.template(&tagged.quasi);
                }
                _ => {}
            }
        }
    }

    pub(super) fn new_expression(&mut self, new: &'a NewExpression<'a>) {
        let note = self.note_call(CallNode::New(new), new.span);
        self.member_object(&new.callee);
        self.arguments(&new.arguments, Some(note));
    }

    pub(super) fn import_expression(&mut self, import: &'a ImportExpression<'a>) {
        self.note_call(CallNode::Import(import), import.span);
        self.expression(&import.source);
        if let Some(options) = &import.options {
            self.expression(options);
        }
    }

    /// Arguments of the call noted at position `call`.
    pub(super) fn arguments(&mut self, arguments: &'a [Argument<'a>], call: Option<u32>) {
        for (index, argument) in arguments.iter().enumerate() {
            match argument {
                Argument::SpreadElement(spread) => self.expression(&spread.argument),
                argument => {
                    let next = FunctionIdx(u32::try_from(self.module.functions.len()).unwrap_or(u32::MAX));
                    if let Some(call) = call
                        && matches!(
                            argument,
                            Argument::FunctionExpression(_) | Argument::ArrowFunctionExpression(_)
                        )
                    {
                        self.module
                            .callbacks
                            .insert(next, (call, u8::try_from(index).unwrap_or(u8::MAX)));
                    }
                    self.expression(argument.to_expression());
                }
            }
        }
    }

    fn call(&mut self, call: &'a CallExpression<'a>) {
        let note = self.note_call(CallNode::Call(call), call.span);
        self.export_definition(call);
        match &call.callee {
            Expression::FunctionExpression(_) | Expression::ArrowFunctionExpression(_) => {
                if let Some(function) = self.module.function_at(call.callee.span().start) {
                    self.module.immediate_calls.insert(function, note);
                }
                self.mutated_arguments(&call.arguments, note);
            }
            Expression::StaticMemberExpression(member) => {
                self.method_call(call, &member.object, Some(&member.property.name), note)
            }
            Expression::ComputedMemberExpression(member) => {
                let name = match &member.expression {
                    Expression::StringLiteral(literal) => Some(literal.value.as_str()),
                    _ => None,
                };
                self.method_call(call, &member.object, name, note);
            }
            _ => {}
        }
        self.arguments(&call.arguments, Some(note));
    }

    /// Notes a call that may change its receiver or an argument.
    fn method_call(&mut self, call: &'a CallExpression<'a>, object: &'a Expression<'a>, name: Option<&str>, note: u32) {
        let Expression::Identifier(identifier) = object else {
            return;
        };
        if name.is_none_or(is_mutator) {
            self.note_mutation(identifier, note);
        }
        if matches!(identifier.name.as_str(), "Object" | "Reflect")
            && self.module.symbol(identifier).is_none()
            && name.is_none_or(|name| DEFINERS.contains(&name))
        {
            self.mutated_arguments(&call.arguments[..call.arguments.len().min(1)], note);
        }
    }

    fn mutated_arguments(&mut self, arguments: &'a [Argument<'a>], note: u32) {
        for argument in arguments {
            if let Argument::Identifier(identifier) = argument {
                self.note_mutation(identifier, note);
            }
        }
    }

    fn note_mutation(&mut self, identifier: &IdentifierReference<'a>, call: u32) {
        if let Some(symbol) = self.module.symbol(identifier)
            && let Some(note) = self.module.symbols.note(symbol)
        {
            note.mutations.push(call);
        }
    }

    fn note_call(&mut self, node: CallNode<'a>, span: Span) -> u32 {
        let position = u32::try_from(self.module.calls.len()).unwrap_or(u32::MAX);
        let conditions = self.noted_conditions();
        self.module.calls.push(CallNote {
            node,
            function: self.function,
            span,
            conditions,
        });
        position
    }

    /// Whether the innermost links of the spine are `(…)`, `.call(…)` or `.apply(…)`.
    fn is_called(&self, base: usize) -> bool {
        match &self.spine[base..] {
            [.., Expression::CallExpression(_)] => true,
            [
                ..,
                Expression::CallExpression(_),
                Expression::StaticMemberExpression(member),
            ] => {
                matches!(member.property.name.as_str(), "call" | "apply")
            }
            _ => false,
        }
    }

    /// Walks what is called by `new`: its own member is no read.
    fn member_object(&mut self, callee: &'a Expression<'a>) {
        match callee {
            Expression::StaticMemberExpression(member) => self.expression(&member.object),
            Expression::ComputedMemberExpression(member) => {
                self.expression(&member.object);
                self.expression(&member.expression);
            }
            callee => self.expression(callee),
        }
    }

    /// Notes the reads of a chain: the outermost member if it is no callee, and what stands before each called member.
    fn member_read(&mut self, expression: &'a Expression<'a>) {
        let mut called = false;
        let mut inside = false;
        let mut current = expression;
        loop {
            let is_member = matches!(
                current,
                Expression::StaticMemberExpression(_) | Expression::ComputedMemberExpression(_)
            );
            if is_member && !called && !inside && self.is_outside(current) {
                self.module.member_reads.push(MemberRead {
                    node: current,
                    function: self.function,
                    span: current.span(),
                });
            }
            inside = is_member && !called;
            called = matches!(
                current,
                Expression::CallExpression(_) | Expression::TaggedTemplateExpression(_)
            );
            if let Expression::ChainExpression(chain) = current {
                called = matches!(chain.expression, ChainElement::CallExpression(_));
                inside = false;
            }
            match link(current) {
                Some(next) => current = next,
                None => break,
            }
        }
    }
}

/// What stands left of the last link of a chain.
fn link<'a>(expression: &'a Expression<'a>) -> Option<&'a Expression<'a>> {
    Some(match expression {
        Expression::CallExpression(call) => &call.callee,
        Expression::StaticMemberExpression(member) => &member.object,
        Expression::ComputedMemberExpression(member) => &member.object,
        Expression::PrivateFieldExpression(member) => &member.object,
        Expression::TaggedTemplateExpression(tagged) => &tagged.tag,
        Expression::TSNonNullExpression(non_null) => &non_null.expression,
        Expression::ChainExpression(chain) => match &chain.expression {
            ChainElement::CallExpression(call) => &call.callee,
            ChainElement::TSNonNullExpression(non_null) => &non_null.expression,
            ChainElement::StaticMemberExpression(member) => &member.object,
            ChainElement::ComputedMemberExpression(member) => &member.object,
            ChainElement::PrivateFieldExpression(member) => &member.object,
        },
        _ => return None,
    })
}

/// Methods that change their receiver.
fn is_mutator(name: &str) -> bool {
    matches!(
        name,
        "push"
            | "pop"
            | "shift"
            | "unshift"
            | "splice"
            | "reverse"
            | "sort"
            | "fill"
            | "copyWithin"
            | "set"
            | "add"
            | "delete"
            | "append"
            | "write"
    )
}

/// Functions of `Object` and `Reflect` that change their first argument.
const DEFINERS: [&str; 5] = ["assign", "defineProperty", "defineProperties", "set", "setPrototypeOf"];
