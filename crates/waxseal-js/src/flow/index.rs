//! What mail questions need beyond the notes of a module: who calls whom, what a function returns, what guards a place.

use std::cell::RefCell;
use std::rc::Rc;

use oxc_ast::ast::{
    Argument, ArrayExpressionElement, ChainElement, ClassElement, Expression, MemberExpression, ObjectPropertyKind,
    Statement,
};
use oxc_span::{GetSpan, Span};
use oxc_syntax::symbol::SymbolId;
use rustc_hash::{FxHashMap, FxHashSet};

use crate::fold::{Folder, Value};
use crate::module::{BindingSource, CallNode, CallNote, ExportValue, FunctionIdx, FunctionNode, Module};

/// Who calls whom in one file.
#[derive(Default)]
pub(super) struct Calls {
    /// Positions in [`Module::calls`] of the calls of each function of this file.
    pub(super) callers: FxHashMap<FunctionIdx, Vec<u32>>,
    /// The function of this file that a call calls.
    pub(super) callees: FxHashMap<u32, FunctionIdx>,
    /// The calls that each function makes.
    pub(super) calls_of: FxHashMap<FunctionIdx, Vec<u32>>,
    /// Positions in [`Module::calls`] by span.
    call_at: FxHashMap<Span, u32>,
}

/// What can be asked of the functions of one file.
pub(super) struct Index<'a> {
    exported: FxHashSet<FunctionIdx>,
    returns: RefCell<FxHashMap<FunctionIdx, Rc<[&'a Expression<'a>]>>>,
}

impl<'a> Index<'a> {
    pub(super) fn new(module: &Module<'a>) -> Self {
        let mut index = Self {
            exported: FxHashSet::default(),
            returns: RefCell::default(),
        };
        index.note_exports(module);
        index
    }

    /// Whether the file exports the function, so that others may call it.
    pub(super) fn is_exported(&self, function: FunctionIdx) -> bool {
        self.exported.contains(&function)
    }

    /// Everything a function returns, at most [`MAX_RETURNS`].
    pub(super) fn returns(&self, module: &Module<'a>, function: FunctionIdx) -> Rc<[&'a Expression<'a>]> {
        if let Some(known) = self.returns.borrow().get(&function) {
            return Rc::clone(known);
        }
        let mut found = Vec::new();
        match module.function(function).node {
            FunctionNode::Arrow(arrow) => match arrow.body.as_function_body() {
                Some(body) => returns_in(&body.statements, 0, &mut found),
                None => found.extend(arrow.body.as_expression()),
            },
            FunctionNode::Function(function) => {
                if let Some(body) = &function.body {
                    returns_in(&body.statements, 0, &mut found);
                }
            }
            FunctionNode::Top(_) | FunctionNode::Class(_) => {}
        }
        let found: Rc<[_]> = found.into();
        self.returns.borrow_mut().insert(function, Rc::clone(&found));
        found
    }

    fn note_exports(&mut self, module: &Module<'a>) {
        for export in &module.exports {
            let function = match export.value {
                ExportValue::Function(function) => Some(function),
                ExportValue::Symbol(symbol) => function_of_symbol(module, symbol),
                ExportValue::Expression(value) => {
                    function_expression(module, value).or_else(|| function_of_symbol(module, symbol_of(module, value)?))
                }
                ExportValue::From { .. } => None,
            };
            self.exported.extend(function);
        }
    }
}

impl Calls {
    pub(super) fn new<'a>(module: &Module<'a>, folder: &Folder<'_, 'a>) -> Self {
        let mut calls = Self::default();
        let mut by_name: FxHashMap<&str, Vec<FunctionIdx>> = FxHashMap::default();
        for (idx, function) in module.functions.iter().enumerate() {
            if let Some(name) = function.name {
                by_name.entry(name).or_default().push(FunctionIdx(idx as u32));
            }
        }
        for (idx, call) in module.calls.iter().enumerate() {
            let idx = idx as u32;
            calls.call_at.insert(call.span, idx);
            calls.calls_of.entry(call.function).or_default().push(idx);
            let Some(callee) = callee(call) else { continue };
            if let Some(function) = called(module, folder, callee, &by_name) {
                let function = constructor_of(module, function);
                calls.callers.entry(function).or_default().push(idx);
                calls.callees.insert(idx, function);
            }
        }
        calls
    }

    /// The note of a call by its syntax.
    pub(super) fn call_at(&self, span: Span) -> Option<u32> {
        self.call_at.get(&span).copied()
    }
}

fn called<'a>(
    module: &Module<'a>,
    folder: &Folder<'_, 'a>,
    callee: &'a Expression<'a>,
    by_name: &FxHashMap<&str, Vec<FunctionIdx>>,
) -> Option<FunctionIdx> {
    match callee.get_inner_expression() {
        Expression::Identifier(_) => function_of_symbol(module, symbol_of(module, callee)?),
        Expression::StaticMemberExpression(member) => {
            let name = member.property.name.as_str();
            if matches!(name, "call" | "apply") {
                return function_of_symbol(module, symbol_of(module, &member.object)?);
            }
            let candidates = by_name.get(name)?;
            if let [only] = candidates.as_slice()
                && matches!(member.object.get_inner_expression(), Expression::ThisExpression(_))
            {
                return Some(*only);
            }
            match folder.fold(callee).value {
                Value::Function(function) => Some(function),
                _ => None,
            }
        }
        other => function_expression(module, other),
    }
}

/// The function that a name stands for, if it stands for one of this file.
pub(super) fn function_of_symbol(module: &Module<'_>, symbol: SymbolId) -> Option<FunctionIdx> {
    module
        .symbols
        .get(&symbol)?
        .bindings
        .iter()
        .find_map(|binding| match binding.source {
            BindingSource::Function(function) => Some(function),
            BindingSource::Expression { value, .. } if binding.path.is_empty() => function_expression(module, value),
            _ => None,
        })
}

/// The function that an expression is.
pub(super) fn function_expression(module: &Module<'_>, expression: &Expression<'_>) -> Option<FunctionIdx> {
    let inner = expression.get_inner_expression();
    match inner {
        Expression::FunctionExpression(_) | Expression::ArrowFunctionExpression(_) | Expression::ClassExpression(_) => {
            module.function_at(inner.span().start)
        }
        _ => None,
    }
}

/// The innermost function around a place.
pub(super) fn enclosing(module: &Module<'_>, place: Span) -> FunctionIdx {
    let after = module
        .functions
        .partition_point(|function| function.span.start <= place.start);
    let mut idx = after.saturating_sub(1);
    for _ in 0..MAX_DEPTH {
        match module.functions.get(idx) {
            Some(function) if idx != 0 && !contains(function.span, place) => idx = function.parent.0 as usize,
            _ => break,
        }
    }
    FunctionIdx(idx as u32)
}

/// Whether one span lies within another.
pub(super) fn contains(outer: Span, inner: Span) -> bool {
    outer.start <= inner.start && inner.end <= outer.end
}

/// The symbol an expression names.
pub(crate) fn symbol_of(module: &Module<'_>, expression: &Expression<'_>) -> Option<SymbolId> {
    match expression.get_inner_expression() {
        Expression::Identifier(identifier) => module.scoping.get_reference(identifier.reference_id.get()?).symbol_id(),
        _ => None,
    }
}

/// The expressions a call is given; a spread by what it spreads.
pub(super) fn arguments<'a>(call: &CallNote<'a>) -> Vec<&'a Expression<'a>> {
    let arguments = match call.node {
        CallNode::Call(node) => &node.arguments,
        CallNode::New(node) => &node.arguments,
        CallNode::Tagged(node) => return node.quasi.expressions.iter().collect(),
        CallNode::Import(node) => return vec![&node.source],
    };
    arguments.iter().map(argument).collect()
}

/// What a call calls.
pub(super) fn callee<'a>(call: &CallNote<'a>) -> Option<&'a Expression<'a>> {
    match call.node {
        CallNode::Call(node) => Some(&node.callee),
        CallNode::New(node) => Some(&node.callee),
        CallNode::Tagged(node) => Some(&node.tag),
        CallNode::Import(_) => None,
    }
}

/// A member access, also within an optional chain.
pub(crate) fn member_of<'a>(expression: &'a Expression<'a>) -> Option<&'a MemberExpression<'a>> {
    match expression.get_inner_expression() {
        Expression::ChainExpression(chain) => chain.expression.as_member_expression(),
        other => other.as_member_expression(),
    }
}

/// The parts an expression is made of, functions left out.
pub(super) fn parts<'a>(expression: &'a Expression<'a>, out: &mut Vec<&'a Expression<'a>>) {
    match expression.get_inner_expression() {
        Expression::ArrayExpression(array) => out.extend(array.elements.iter().filter_map(element)),
        Expression::ObjectExpression(object) => {
            for property in &object.properties {
                match property {
                    ObjectPropertyKind::ObjectProperty(property) => {
                        out.extend(property.computed.then(|| property.key.as_expression()).flatten());
                        out.push(&property.value);
                    }
                    ObjectPropertyKind::SpreadProperty(spread) => out.push(&spread.argument),
                }
            }
        }
        Expression::TemplateLiteral(template) => out.extend(template.expressions.iter()),
        Expression::TaggedTemplateExpression(tagged) => out.extend(tagged.quasi.expressions.iter()),
        Expression::BinaryExpression(binary) => out.extend([&binary.left, &binary.right]),
        Expression::LogicalExpression(logical) => out.extend([&logical.left, &logical.right]),
        Expression::ConditionalExpression(it) => out.extend([&it.test, &it.consequent, &it.alternate]),
        Expression::SequenceExpression(sequence) => out.extend(sequence.expressions.iter()),
        Expression::AssignmentExpression(assignment) => out.push(&assignment.right),
        Expression::AwaitExpression(it) => out.push(&it.argument),
        Expression::YieldExpression(it) => out.extend(it.argument.as_ref()),
        Expression::UnaryExpression(it) => out.push(&it.argument),
        Expression::CallExpression(call) => {
            out.push(&call.callee);
            out.extend(call.arguments.iter().map(argument));
        }
        Expression::NewExpression(new) => {
            out.push(&new.callee);
            out.extend(new.arguments.iter().map(argument));
        }
        Expression::ChainExpression(chain) => match &chain.expression {
            ChainElement::CallExpression(call) => {
                out.push(&call.callee);
                out.extend(call.arguments.iter().map(argument));
            }
            ChainElement::TSNonNullExpression(it) => out.push(&it.expression),
            element => out.extend(element.as_member_expression().map(MemberExpression::object)),
        },
        other => {
            if let Some(member) = other.as_member_expression() {
                out.push(member.object());
                if let MemberExpression::ComputedMemberExpression(computed) = member {
                    out.push(&computed.expression);
                }
            }
        }
    }
}

/// An element of an array; a spread by what it spreads.
pub(super) fn element<'a>(element: &'a ArrayExpressionElement<'a>) -> Option<&'a Expression<'a>> {
    match element {
        ArrayExpressionElement::SpreadElement(spread) => Some(&spread.argument),
        ArrayExpressionElement::Elision(_) => None,
        element => Some(element.to_expression()),
    }
}

fn argument<'a>(argument: &'a Argument<'a>) -> &'a Expression<'a> {
    match argument {
        Argument::SpreadElement(spread) => &spread.argument,
        argument => argument.to_expression(),
    }
}

/// A class stands for its constructor, if it has one.
fn constructor_of(module: &Module<'_>, function: FunctionIdx) -> FunctionIdx {
    let FunctionNode::Class(class) = module.function(function).node else {
        return function;
    };
    class
        .body
        .body
        .iter()
        .find_map(|element| match element {
            ClassElement::MethodDefinition(method) if method.kind.is_constructor() => {
                module.function_at(method.value.span.start)
            }
            _ => None,
        })
        .unwrap_or(function)
}

/// The innermost statement-level condition around a place within a function's own statements.
pub(super) fn statement_condition(module: &Module<'_>, function: FunctionIdx, place: Span) -> Option<Span> {
    let mut statements: &[Statement<'_>] = match module.function(function).node {
        FunctionNode::Top(program) => &program.body,
        FunctionNode::Arrow(arrow) => arrow.body.as_function_body().map_or(&[], |body| &body.statements),
        FunctionNode::Function(function) => function.body.as_ref().map_or(&[], |body| &body.statements),
        FunctionNode::Class(_) => &[],
    };
    let mut found = None;
    let mut next: Option<&Statement<'_>> = None;
    for _ in 0..MAX_DEPTH {
        let statement = match next.take() {
            Some(statement) => statement,
            // Statements stand in the order of their places.
            None => match statements.get(statements.partition_point(|it| it.span().end < place.end)) {
                Some(statement) if contains(statement.span(), place) => statement,
                _ => break,
            },
        };
        match statement {
            Statement::IfStatement(it) => {
                if contains(it.test.span(), place) {
                    break;
                }
                found = Some(it.test.span());
                next = match &it.alternate {
                    Some(alternate) if contains(alternate.span(), place) => Some(alternate),
                    _ => Some(&it.consequent),
                };
            }
            Statement::SwitchStatement(it) => {
                let Some(case) = it.cases.iter().find(|case| contains(case.span, place)) else {
                    break;
                };
                found = Some(it.discriminant.span());
                statements = &case.consequent;
            }
            Statement::TryStatement(it) => {
                let handler = it.handler.as_ref().filter(|handler| contains(handler.span, place));
                let finalizer = it.finalizer.as_ref().filter(|block| contains(block.span, place));
                statements = match (handler, finalizer) {
                    (Some(handler), _) => &handler.body.body,
                    (None, Some(block)) => &block.body,
                    (None, None) => &it.block.body,
                };
            }
            other => match nested(other) {
                Nested::Statements(inner) => statements = inner,
                Nested::One(inner) => next = Some(inner),
                Nested::None => break,
            },
        }
    }
    found
}

enum Nested<'s, 'a> {
    None,
    One(&'s Statement<'a>),
    Statements(&'s [Statement<'a>]),
}

/// What a statement that is no condition holds.
fn nested<'s, 'a>(statement: &'s Statement<'a>) -> Nested<'s, 'a> {
    match statement {
        Statement::BlockStatement(it) => Nested::Statements(&it.body),
        Statement::ForStatement(it) => Nested::One(&it.body),
        Statement::ForInStatement(it) => Nested::One(&it.body),
        Statement::ForOfStatement(it) => Nested::One(&it.body),
        Statement::WhileStatement(it) => Nested::One(&it.body),
        Statement::DoWhileStatement(it) => Nested::One(&it.body),
        Statement::LabeledStatement(it) => Nested::One(&it.body),
        Statement::WithStatement(it) => Nested::One(&it.body),
        _ => Nested::None,
    }
}

fn returns_in<'a>(statements: &'a [Statement<'a>], depth: usize, out: &mut Vec<&'a Expression<'a>>) {
    for statement in statements {
        if depth > MAX_STATEMENTS || out.len() >= MAX_RETURNS {
            return;
        }
        match statement {
            Statement::ReturnStatement(it) => out.extend(it.argument.as_ref()),
            Statement::IfStatement(it) => {
                returns_in(std::slice::from_ref(&it.consequent), depth + 1, out);
                if let Some(alternate) = &it.alternate {
                    returns_in(std::slice::from_ref(alternate), depth + 1, out);
                }
            }
            Statement::SwitchStatement(it) => {
                it.cases
                    .iter()
                    .for_each(|case| returns_in(&case.consequent, depth + 1, out));
            }
            Statement::TryStatement(it) => {
                returns_in(&it.block.body, depth + 1, out);
                if let Some(handler) = &it.handler {
                    returns_in(&handler.body.body, depth + 1, out);
                }
                if let Some(finalizer) = &it.finalizer {
                    returns_in(&finalizer.body, depth + 1, out);
                }
            }
            other => match nested(other) {
                Nested::Statements(inner) => returns_in(inner, depth + 1, out),
                Nested::One(inner) => returns_in(std::slice::from_ref(inner), depth + 1, out),
                Nested::None => {}
            },
        }
    }
}

/// Functions and statements nested deeper than this are not followed.
const MAX_DEPTH: usize = 256;

/// Statements nested deeper than this are not searched for `return`: it bounds the stack.
const MAX_STATEMENTS: usize = 64;

/// Returned values kept of one function.
const MAX_RETURNS: usize = 16;
