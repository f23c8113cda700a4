//! Interprets functions of the file on known values: statements, assignments, frames.
//!
//! What is not modelled or not known where it must be known ends the attempt; a condition that is not known is followed both
//! ways as long as only variables of the call change.

use std::rc::Rc;

use oxc_ast::ast::*;
use oxc_syntax::symbol::SymbolId;

use super::heap::{Frame, Heap, Js, Res, Stop, UNDEFINED, derived, join};
use super::{Folder, Origins, Value};
use crate::module::{FunctionIdx, FunctionNode};

mod assign;
mod statements;

/// How a statement ended.
pub(super) enum Flow<'a> {
    Normal,
    Return(Js),
    Break(Option<&'a str>),
    Continue(Option<&'a str>),
}

impl<'a> Folder<'_, 'a> {
    /// Interprets something from outside any frame, with at most `fuel` steps. `None` if it came to nothing.
    pub(super) fn attempt(&self, fuel: u64, run: impl FnOnce() -> Res) -> Option<Value> {
        let allowance = self.allowance.get();
        let granted = allowance.min(fuel);
        self.allowance.set(granted);
        let outer_mark = self.heap_mark.replace(self.heap.borrow().len());
        let outer_escaped = self.heap_escaped.replace(false);
        let outer_live = self.live.replace(true);
        let result = run();
        self.live.set(outer_live);
        let value = match result {
            Ok(value) => Some(self.export(&value)),
            Err(Stop::Bail | Stop::Throw(_)) => None,
        };
        if self.heap_escaped.get() {
            self.heap_escaped.set(true);
        } else {
            self.heap.borrow_mut().truncate(self.heap_mark.get());
            self.heap_escaped.set(outer_escaped);
        }
        self.heap_mark.set(outer_mark);
        let left = self.allowance.get();
        let spent = granted - left.min(granted);
        self.allowance.set(allowance - spent.min(allowance));
        // An attempt that ran dry says nothing.
        if left == 0 && granted > 0 { None } else { value }
    }

    /// Folds where things stand even while something is being interpreted.
    pub(super) fn standing<T>(&self, run: impl FnOnce() -> T) -> T {
        let outer = self.live.replace(false);
        let result = run();
        self.live.set(outer);
        result
    }

    /// Calls a function of the file inside an attempt.
    pub(super) fn run(&self, function: FunctionIdx, outer: Option<Rc<Frame>>, this: Js, arguments: Vec<Js>) -> Res {
        if !self.enter() || !self.spend(4) {
            return Err(Stop::Bail);
        }
        let result = self.run_entered(function, outer, this, arguments);
        self.leave();
        result
    }

    fn run_entered(&self, function: FunctionIdx, outer: Option<Rc<Frame>>, this: Js, arguments: Vec<Js>) -> Res {
        let arguments = arguments.iter().map(|it| self.owned(it)).collect::<Res<Vec<_>>>()?;
        match self.module.function(function).node {
            FunctionNode::Function(it) => {
                if it.generator {
                    return Err(Stop::Bail);
                }
                let list = self.alloc_array(arguments.clone())?;
                let frame = Frame::new(outer, this, list);
                let body = it.body.as_ref().ok_or(Stop::Bail)?;
                self.bind_parameters(&it.params, &arguments, &frame)?;
                self.body(&body.statements, &frame)
            }
            FunctionNode::Arrow(it) => {
                let (this, list) = match &outer {
                    Some(outer) => (outer.this.clone(), outer.arguments.clone()),
                    None => (UNDEFINED, UNDEFINED),
                };
                let frame = Frame::new(outer, this, list);
                self.bind_parameters(&it.params, &arguments, &frame)?;
                match &it.body {
                    ArrowFunctionBody::FunctionBody(body) => self.body(&body.statements, &frame),
                    body => self.eval(body.to_expression(), Some(&frame)),
                }
            }
            FunctionNode::Class(_) | FunctionNode::Top(_) => Err(Stop::Bail),
        }
    }

    /// An argument that the callee may change gets an identity.
    fn owned(&self, value: &Js) -> Res {
        match value {
            Js::V(it @ (Value::Array(_) | Value::Object(_) | Value::Bytes(_))) if self.is_settled(it) => {
                self.import(it)
            }
            value => Ok(value.clone()),
        }
    }

    fn is_settled(&self, value: &Value) -> bool {
        match value {
            Value::Array(array) => !array.open,
            Value::Object(_) | Value::Bytes(_) => true,
            _ => false,
        }
    }

    fn body(&self, statements: &'a [Statement<'a>], frame: &Rc<Frame>) -> Res {
        let flow = self.statements(statements, frame)?;
        let last = match flow {
            Flow::Return(value) => value,
            _ => UNDEFINED,
        };
        let mut returned = frame.returned.take();
        if returned.is_empty() {
            return Ok(last);
        }
        returned.push(self.export(&last));
        Ok(Js::V(join(returned)))
    }

    fn bind_parameters(&self, parameters: &'a FormalParameters<'a>, arguments: &[Js], frame: &Rc<Frame>) -> Res<()> {
        for (index, parameter) in parameters.items.iter().enumerate() {
            let mut value = arguments.get(index).cloned().unwrap_or(UNDEFINED);
            if let Some(default) = &parameter.initializer {
                value = self.or_default_in(value, default, frame)?;
            }
            self.bind(&parameter.pattern, value, frame)?;
        }
        if let Some(rest) = &parameters.rest {
            let items = arguments.get(parameters.items.len()..).unwrap_or_default().to_vec();
            let items = self.alloc_array(items)?;
            self.bind(&rest.rest.argument, items, frame)?;
        }
        Ok(())
    }

    fn or_default_in(&self, value: Js, default: &'a Expression<'a>, frame: &Rc<Frame>) -> Res {
        match &value {
            Js::V(Value::Undefined) => self.eval(default, Some(frame)),
            Js::V(Value::Unknown(_)) => {
                let default = self.eval(default, Some(frame))?;
                Ok(Js::V(join([self.export(&value), self.export(&default)])))
            }
            _ => Ok(value),
        }
    }

    /// Declares what a pattern names.
    pub(super) fn bind(&self, pattern: &'a BindingPattern<'a>, value: Js, frame: &Rc<Frame>) -> Res<()> {
        match pattern {
            BindingPattern::BindingIdentifier(id) => {
                if let Some(symbol) = id.symbol_id.get() {
                    frame.declare(symbol, value);
                }
                Ok(())
            }
            BindingPattern::AssignmentPattern(pattern) => {
                let value = self.or_default_in(value, &pattern.right, frame)?;
                self.bind(&pattern.left, value, frame)
            }
            BindingPattern::ObjectPattern(object) => {
                let mut taken = Vec::new();
                for property in &object.properties {
                    let key = self.key(&property.key, Some(frame))?.ok_or(Stop::Bail)?;
                    self.bind(&property.value, self.get(&value, &key)?, frame)?;
                    taken.push(key);
                }
                match &object.rest {
                    Some(rest) => {
                        let mut properties = self.own_properties(&value).ok_or(Stop::Bail)?;
                        properties.retain(|(name, _)| !taken.contains(name));
                        let rest_value = self.alloc(Heap::Object {
                            properties,
                            class: None,
                            rest: Origins::default(),
                        })?;
                        self.bind(&rest.argument, rest_value, frame)
                    }
                    None => Ok(()),
                }
            }
            BindingPattern::ArrayPattern(array) => {
                let (items, open) = match self.iterated(&value) {
                    Some(items) => items,
                    None => (Vec::new(), true),
                };
                let missing = if open {
                    Js::V(derived(self.origins(&value)))
                } else {
                    UNDEFINED
                };
                for (index, element) in array.elements.iter().enumerate() {
                    if let Some(element) = element {
                        self.bind(element, items.get(index).unwrap_or(&missing).clone(), frame)?;
                    }
                }
                match &array.rest {
                    Some(rest) if !open => {
                        let items = items.get(array.elements.len()..).unwrap_or_default().to_vec();
                        self.bind(&rest.argument, self.alloc_array(items)?, frame)
                    }
                    Some(_) => Err(Stop::Bail),
                    None => Ok(()),
                }
            }
        }
    }

    /// Runs a function that is called where it is written, for what it does to the variables around it.
    pub(super) fn run_immediate(&self, call: &'a CallExpression<'a>) -> Res<()> {
        let outer = self.live.replace(true);
        let frame = Frame::new(None, UNDEFINED, UNDEFINED);
        let result = self.eval(&call.callee, Some(&frame)).and_then(|callee| {
            let arguments = self.arguments(&call.arguments, Some(&frame))?;
            self.invoke(&callee, &UNDEFINED, arguments, call.span)
        });
        self.live.set(outer);
        result.map(|_| ())
    }

    /// `new Class(…)` inside an attempt: an object whose fields its constructor sets.
    pub(super) fn run_constructor(&self, class: FunctionIdx, arguments: Vec<Js>) -> Res {
        let FunctionNode::Class(node) = self.module.function(class).node else {
            return Err(Stop::Bail);
        };
        if node.heritage.is_some() || !self.enter() {
            return Err(Stop::Bail);
        }
        let result = self.run_constructor_entered(class, node, arguments);
        self.leave();
        result
    }

    fn run_constructor_entered(&self, class: FunctionIdx, node: &'a Class<'a>, arguments: Vec<Js>) -> Res {
        let object = self.alloc(Heap::Object {
            properties: Vec::new(),
            class: Some(class),
            rest: Origins::default(),
        })?;
        let frame = Frame::new(None, object.clone(), UNDEFINED);
        let mut constructor = None;
        for element in &node.body.body {
            match element {
                ClassElement::PropertyDefinition(it) if !it.r#static => {
                    let name = self.key(&it.key, Some(&frame))?.ok_or(Stop::Bail)?;
                    let value = match &it.value {
                        Some(value) => self.eval(value, Some(&frame))?,
                        None => UNDEFINED,
                    };
                    self.put(&object, &name, &value)?;
                }
                ClassElement::MethodDefinition(it) if it.kind == MethodDefinitionKind::Constructor => {
                    constructor = self.module.function_at(it.value.span.start);
                }
                _ => {}
            }
        }
        if let Some(constructor) = constructor {
            let parameters = self.module.function(constructor).node.parameters();
            for (index, parameter) in parameters.iter().flat_map(|it| it.items.iter()).enumerate() {
                if parameter.accessibility.is_some()
                    && let Some(id) = parameter.pattern.get_binding_identifier()
                {
                    let value = arguments.get(index).cloned().unwrap_or(UNDEFINED);
                    self.put(&object, &Rc::from(id.name.as_str()), &value)?;
                }
            }
            self.run(constructor, None, object.clone(), arguments)?;
        }
        Ok(object)
    }

    /// `new Class(…)` from outside: its methods, and its fields as far as the constructor can be followed.
    pub(super) fn attempted_instance(&self, class: FunctionIdx, arguments: Vec<Js>) -> Res {
        let FunctionNode::Class(node) = self.module.function(class).node else {
            return Err(Stop::Bail);
        };
        let failures = self.failures.borrow().get(&class).copied().unwrap_or(0);
        let fields = match failures {
            0..3 => self.attempt(20_000, || self.run_constructor(class, arguments)),
            _ => None,
        };
        if fields.is_none() {
            *self.failures.borrow_mut().entry(class).or_default() += 1;
        }
        let mut object = match fields {
            Some(Value::Object(object)) => super::ObjectValue::clone(&object),
            _ => super::ObjectValue {
                properties: Vec::new(),
                rest: Origins::of(Origins::OTHER),
                span: None,
            },
        };
        for element in &node.body.body {
            if let ClassElement::MethodDefinition(it) = element
                && !it.r#static
                && it.kind == MethodDefinitionKind::Method
                && let Some(name) = it.key.static_name()
                && let Some(function) = self.module.function_at(it.value.span.start)
            {
                let value = super::Folded::plain(Value::Function(function));
                object.properties.push(super::Property {
                    name: name.as_ref().into(),
                    value,
                    span: it.span,
                });
            }
        }
        Ok(Js::V(Value::Object(Rc::new(object))))
    }

    /// The value of a variable, wherever it lives.
    pub(super) fn variable(&self, symbol: SymbolId, frame: &Rc<Frame>) -> Res {
        match frame.get(symbol) {
            Some(value) => Ok(value),
            None => self.world(symbol),
        }
    }

    /// Gives a variable another value, wherever it lives.
    pub(super) fn set_variable(&self, symbol: SymbolId, value: &Js, frame: &Rc<Frame>) -> Res<()> {
        if frame.set(symbol, value) {
            Ok(())
        } else {
            self.set_world(symbol, value)
        }
    }
}
