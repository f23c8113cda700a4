//! Calls that hand on what they are given: `concat`, `map`, a schema's `default`.

use super::super::index::{function_expression, member_of};
use super::{Judge, Way, with};
use oxc_ast::ast::{CallExpression, Expression, NewExpression};

impl<'j, 'c, 'm, 'a> Judge<'j, 'c, 'm, 'a> {
    pub(super) fn call(&mut self, call: &'a CallExpression<'a>, expression: &'a Expression<'a>, way: &Way) {
        let ctx = self.ctx;
        let folded = ctx.folder.fold(expression);
        if folded.value.is_constant() {
            self.value(&folded.value, &with(&folded, way));
            return;
        }
        let note = ctx.calls().call_at(call.span);
        if let Some(function) = note.and_then(|note| ctx.calls().callees.get(&note)) {
            let before = self.pieces.len();
            for returned in ctx.index.returns(ctx.module, *function).iter() {
                self.expression(returned, &way.deeper());
            }
            if self.pieces.len() > before {
                return;
            }
        }
        let before = self.pieces.len();
        self.value(&folded.value, &with(&folded, way));
        if self.pieces[before..].iter().any(|piece| piece.mailbox.is_some()) {
            return;
        }
        let member = member_of(&call.callee);
        let method = member.and_then(|it| it.static_property_name());
        match (member, method) {
            (Some(member), Some(method)) => {
                let kind = method_kind(method);
                if kind != Method::Opaque && kind != Method::Default {
                    self.expression(member.object(), &way.deeper());
                }
                match kind {
                    Method::Adds => call
                        .arguments
                        .iter()
                        .filter_map(|it| it.as_expression())
                        .for_each(|it| {
                            self.expression(it, &way.deeper());
                        }),
                    Method::Default => {
                        self.expression(member.object(), &way.deeper());
                        for argument in call.arguments.iter().filter_map(|it| it.as_expression()) {
                            self.expression(
                                argument,
                                &Way {
                                    default: true,
                                    ..way.deeper()
                                },
                            );
                        }
                    }
                    Method::Maps => {
                        let callback = call.arguments.first().and_then(|it| it.as_expression());
                        if let Some(function) = callback.and_then(|it| function_expression(ctx.module, it)) {
                            for returned in ctx.index.returns(ctx.module, function).iter() {
                                self.expression(returned, &way.deeper());
                            }
                        }
                    }
                    Method::Keeps | Method::Opaque => {}
                }
            }
            (None, None) if takes_lists(&call.callee) => {
                for argument in call.arguments.iter().filter_map(|it| it.as_expression()) {
                    self.expression(argument, &way.deeper());
                }
            }
            _ => {}
        }
    }

    /// `new Set([…])`, `new EmailAddress('x@y')`.
    pub(super) fn new_object(&mut self, new: &'a NewExpression<'a>, expression: &'a Expression<'a>, way: &Way) {
        let before = self.pieces.len();
        for argument in new.arguments.iter().filter_map(|it| it.as_expression()) {
            self.expression(argument, &way.deeper());
        }
        if self.pieces.len() == before {
            self.folded(expression, way);
        }
    }
}

/// What a method does with what it is called on and given.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Method {
    /// Its result holds the receiver's parts: `trim`, `split`, `filter`.
    Keeps,
    /// And those of its arguments: `concat`.
    Adds,
    /// And what its callback returns.
    Maps,
    /// Its argument is used when nothing is given: a schema's `default`.
    Default,
    /// Nothing can be said.
    Opaque,
}

fn method_kind(method: &str) -> Method {
    match method {
        "trim" | "toLowerCase" | "toString" | "split" | "slice" | "reverse" | "sort" | "flat" | "filter" | "join"
        | "values" | "keys" | "optional" | "nullable" | "toArray" | "value" => Method::Keeps,
        "concat" | "push" | "append" | "prepend" | "union" | "uniq" | "compact" | "castArray" | "flatten" | "merge"
        | "from" | "of" | "assign" | "add" | "unshift" | "reduce" | "resolve" => Method::Adds,
        "map" | "flatMap" => Method::Maps,
        "default" | "catch" | "prefault" | "literal" => Method::Default,
        _ => Method::Opaque,
    }
}

/// Whether a plain function by this name can be taken to hand back what it is given.
pub(super) fn takes_lists(callee: &Expression<'_>) -> bool {
    let Expression::Identifier(name) = callee.get_inner_expression() else {
        return false;
    };
    let lower = name.name.as_str().to_ascii_lowercase();
    ![
        "env", "get", "config", "describe", "valid", "assert", "is", "has", "find", "lookup", "require", "read", "t",
        "fetch",
    ]
    .iter()
    .any(|word| {
        lower == *word || (word.len() > 3 && lower.contains(word)) || (word.len() > 1 && lower.starts_with(word))
    })
}
