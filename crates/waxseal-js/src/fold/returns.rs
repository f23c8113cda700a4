//! What a function returns, by its `return` statements alone, and what known callers pass to known callbacks.

use std::rc::Rc;

use oxc_ast::ast::*;

use super::heap::{Js, derived, join};
use super::{ArrayValue, Folded, Folder, Origins, Value};
use crate::module::{CallNode, FunctionIdx, FunctionNode};

impl<'a> Folder<'_, 'a> {
    /// What a function can return where it stands.
    pub(super) fn returns(&self, function: FunctionIdx) -> Value {
        match self.returned.borrow().get(&function) {
            Some(Some(folded)) => {
                self.adopt(folded);
                return folded.value.clone();
            }
            Some(None) => {
                self.cycle();
                return derived(Origins::default());
            }
            None => {}
        }
        if !self.enter() {
            return derived(Origins::default());
        }
        self.returned.borrow_mut().insert(function, None);
        let folded = self.tracked(|| {
            let mut returned = Vec::new();
            match self.module.function(function).node {
                FunctionNode::Function(it) if it.generator => return Value::Unknown(Origins::of(Origins::OTHER)),
                FunctionNode::Function(it) => {
                    it.body
                        .iter()
                        .for_each(|body| collect_returns(&body.statements, &mut returned));
                }
                FunctionNode::Arrow(it) => match &it.body {
                    ArrowFunctionBody::FunctionBody(body) => collect_returns(&body.statements, &mut returned),
                    body => returned.push(body.to_expression()),
                },
                FunctionNode::Class(_) | FunctionNode::Top(_) => return Value::Unknown(Origins::of(Origins::OTHER)),
            }
            if returned.len() > MAX_RETURNS {
                return Value::Unknown(Origins::of(Origins::OTHER));
            }
            join(returned.into_iter().map(|it| self.outside(it)))
        });
        self.leave();
        self.adopt(&folded);
        let value = folded.value.clone();
        self.returned.borrow_mut().insert(function, Some(folded));
        value
    }

    /// A value returned by `function`, as its caller sees it: parameters are what was passed.
    pub(super) fn rebase(&self, value: &Value, function: FunctionIdx, arguments: &[Js]) -> Value {
        if !self.enter() {
            return derived(value.origins());
        }
        let result = match value {
            Value::Unknown(origins) => Value::Unknown(self.rebase_origins(origins, function, arguments)),
            Value::OneOf(values) => join(values.iter().map(|it| self.rebase(it, function, arguments))),
            Value::Concat(values) => {
                Value::Concat(values.iter().map(|it| self.rebase(it, function, arguments)).collect())
            }
            Value::Array(array) => {
                let items = array
                    .items
                    .iter()
                    .map(|it| self.rebase(it, function, arguments))
                    .collect();
                Value::Array(Rc::new(ArrayValue {
                    items,
                    open: array.open,
                }))
            }
            Value::Object(object) if !object.properties.is_empty() || !object.rest.is_empty() => {
                let mut object = super::ObjectValue::clone(object);
                for property in &mut object.properties {
                    let Folded { value, .. } = &mut property.value;
                    *value = self.rebase(value, function, arguments);
                }
                object.rest = match object.rest.is_empty() {
                    true => object.rest,
                    false => self.rebase_origins(&object.rest, function, arguments),
                };
                Value::Object(Rc::new(object))
            }
            value => value.clone(),
        };
        self.leave();
        result
    }

    fn rebase_origins(&self, origins: &Origins, function: FunctionIdx, arguments: &[Js]) -> Origins {
        if !origins.parameters.iter().any(|it| it.function == function) {
            return origins.clone();
        }
        let mut rebased = Origins {
            bits: origins.bits,
            names: Rc::clone(&origins.names),
            ..Origins::default()
        };
        let others: Vec<_> = origins
            .parameters
            .iter()
            .filter(|it| it.function != function)
            .copied()
            .collect();
        if others.is_empty() {
            rebased.bits &= !Origins::CALLER;
        }
        rebased.parameters = others.into();
        for parameter in origins.parameters.iter().filter(|it| it.function == function) {
            if let Some(argument) = arguments.get(usize::from(parameter.index)) {
                rebased.add(&self.origins(argument));
            }
        }
        if rebased.is_empty() {
            rebased.bits = Origins::DERIVED;
        }
        rebased
    }

    /// What a function written as an argument of a call gets as a parameter, where the call is known to say so.
    pub(super) fn callback_parameter(&self, call: u32, position: u8, index: u8) -> Option<Value> {
        let CallNode::Call(call) = self.module.calls[call as usize].node else {
            return None;
        };
        let member = call.callee.as_member_expression();
        let name = member.and_then(|it| it.static_property_name());
        if let (Some(member), Some(name)) = (member, name) {
            match (name, position, index) {
                ("then", 0, 0) => return Some(self.outside(member.object())),
                ("map" | "forEach" | "filter" | "find" | "some" | "every" | "flatMap" | "findIndex", 0, 0)
                | ("reduce" | "reduceRight", 0, 1) => {
                    let object = self.outside(member.object());
                    return Some(self.element(&object));
                }
                ("catch", 0, 0) => return Some(Value::Unknown(Origins::of(Origins::OTHER))),
                _ => {}
            }
        }
        // `https.get(url, answer => …)`, `fs.readFile(path, (error, text) => …)`, `answer.on('data', chunk => …)`.
        let value = self.outside(&call.callee);
        let Value::Api(api) = &value else { return None };
        let mut origins = super::api::call_origins(&api.path);
        origins.bits |= api.origins.bits & (Origins::FETCHED | Origins::FILE);
        origins.bits &= Origins::FETCHED | Origins::FILE;
        if origins.is_empty() {
            return None;
        }
        let suffix = format!("({index})");
        Some(self.export(&self.extend_api(api, &suffix, &origins)))
    }
}

/// Every `return` of a function's own statements.
fn collect_returns<'a>(statements: &'a [Statement<'a>], returned: &mut Vec<&'a Expression<'a>>) {
    let mut open: Vec<&'a Statement<'a>> = statements.iter().rev().collect();
    while let Some(statement) = open.pop() {
        match statement {
            Statement::ReturnStatement(it) => returned.extend(&it.argument),
            Statement::BlockStatement(it) => open.extend(it.body.iter().rev()),
            Statement::IfStatement(it) => {
                open.extend(&it.alternate);
                open.push(&it.consequent);
            }
            Statement::ForStatement(it) => open.push(&it.body),
            Statement::ForInStatement(it) => open.push(&it.body),
            Statement::ForOfStatement(it) => open.push(&it.body),
            Statement::WhileStatement(it) => open.push(&it.body),
            Statement::DoWhileStatement(it) => open.push(&it.body),
            Statement::LabeledStatement(it) => open.push(&it.body),
            Statement::WithStatement(it) => open.push(&it.body),
            Statement::SwitchStatement(it) => {
                it.cases
                    .iter()
                    .rev()
                    .for_each(|case| open.extend(case.consequent.iter().rev()));
            }
            Statement::TryStatement(it) => {
                it.finalizer.iter().for_each(|it| open.extend(it.body.iter().rev()));
                it.handler.iter().for_each(|it| open.extend(it.body.body.iter().rev()));
                open.extend(it.block.body.iter().rev());
            }
            _ => {}
        }
        if returned.len() > MAX_RETURNS {
            return;
        }
    }
}

/// Returns of one function that are looked at.
const MAX_RETURNS: usize = 32;
