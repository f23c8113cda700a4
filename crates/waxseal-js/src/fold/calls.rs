//! Calls: of operations that are modelled, of functions of the file, of the outside world.

use std::rc::Rc;

use oxc_ast::ast::*;
use oxc_span::{GetSpan, Span};

use super::eval::In;
use super::heap::{Frame, Heap, Js, Res, Stop, UNDEFINED, derived, join};
use super::{Api, Folder, Origins, Value};
use crate::module::FunctionIdx;

mod construct;
mod passed;

impl<'a> Folder<'_, 'a> {
    pub(super) fn call(&self, call: &'a CallExpression<'a>, frame: In<'_>) -> Res {
        let callee = match &call.callee {
            Expression::ChainExpression(chain) => match &chain.expression {
                ChainElement::CallExpression(_) => None,
                element => element.as_member_expression(),
            },
            callee => callee.as_member_expression(),
        };
        if let Some(member) = callee {
            return self.method_call(call, member, frame);
        }
        let mut callee = self.unnoted(|| self.eval(&call.callee, frame))?;
        if let Js::V(Value::Undefined | Value::Null) = callee {
            return self.read_nothing(call.optional, frame);
        }
        let arguments = self.arguments(&call.arguments, frame)?;
        if frame.is_none()
            && let (Expression::Identifier(identifier), Js::V(Value::Function(_))) = (&call.callee, &callee)
            && let Some(symbol) = self.module.symbol(identifier)
            && self.is_rewritten(symbol)
        {
            callee = self.world(symbol)?;
        }
        self.invoke(&callee, &UNDEFINED, arguments, call.span)
    }

    /// Whether a function's symbol is given another function while it runs, or holds state in its properties.
    fn is_rewritten(&self, symbol: oxc_syntax::symbol::SymbolId) -> bool {
        self.module.symbols.get(&symbol).is_some_and(|note| {
            note.bindings.len() > 1 || !note.property_writes.is_empty() || !note.mutations.is_empty()
        })
    }

    fn method_call(&self, call: &'a CallExpression<'a>, member: &'a MemberExpression<'a>, frame: In<'_>) -> Res {
        if let Expression::Super(_) = member.object() {
            return if frame.is_some() {
                Err(Stop::Bail)
            } else {
                Ok(Js::unknown(Origins::of(Origins::OTHER)))
            };
        }
        let object = self.eval(member.object(), frame)?;
        if let Js::V(Value::Undefined | Value::Null) = object {
            return self.read_nothing(call.optional || member.optional(), frame);
        }
        let name: Rc<str> = match member {
            MemberExpression::StaticMemberExpression(it) => it.property.name.as_str().into(),
            MemberExpression::PrivateFieldExpression(it) => it.field.name.as_str().into(),
            MemberExpression::ComputedMemberExpression(it) => {
                let key = self.unnoted_key(&it.expression, frame)?;
                match self.key_text(&key) {
                    Some(name) => name,
                    None => {
                        let callee = self.read_computed(&object, &key, true, frame)?;
                        let arguments = self.arguments(&call.arguments, frame)?;
                        return self.invoke(&callee, &object, arguments, call.span);
                    }
                }
            }
        };
        if frame.is_none()
            && let Some(method) = self.this_member(member.object().span(), &name)
        {
            let arguments = self.arguments(&call.arguments, frame)?;
            return self.invoke(&Js::V(method), &object, arguments, call.span);
        }
        let arguments = self.arguments(&call.arguments, frame)?;
        self.invoke_method(&object, &name, arguments, call.span)
    }

    /// Arguments, spreads of what is known expanded.
    pub(super) fn arguments(&self, arguments: &'a [Argument<'a>], frame: In<'_>) -> Res<Vec<Js>> {
        let mut values = Vec::with_capacity(arguments.len());
        for argument in arguments {
            match argument {
                Argument::SpreadElement(spread) => {
                    let value = self.eval(&spread.argument, frame)?;
                    self.spread_into(&value, &mut values)?;
                }
                argument => values.push(self.eval(argument.to_expression(), frame)?),
            }
        }
        Ok(values)
    }

    /// `object.name(…)`.
    pub(super) fn invoke_method(&self, object: &Js, name: &str, arguments: Vec<Js>, span: Span) -> Res {
        if let Js::V(Value::OneOf(values)) = object {
            let mut all = Vec::with_capacity(values.len());
            for value in values.iter().filter(|it| !matches!(it, Value::Undefined | Value::Null)) {
                all.push(self.export(&self.invoke_method(&Js::V(value.clone()), name, arguments.clone(), span)?));
            }
            return Ok(Js::V(join(all)));
        }
        if let Js::V(Value::Api(api)) = object {
            return self.invoke_api_method(api, name, arguments, span);
        }
        if self.is_function(object)
            && let Some(result) = self.function_method(object, name, &arguments, span)
        {
            return result;
        }
        let own = match object {
            Js::H(place) => !matches!(
                self.heap.borrow()[*place],
                Heap::Array(_) | Heap::Bytes(_) | Heap::Map(_) | Heap::Set(_)
            ),
            Js::V(Value::Object(_) | Value::Function(_)) => true,
            Js::V(_) => false,
        };
        if own {
            let member = self.get(object, name)?;
            match &member {
                Js::V(Value::Undefined) => {}
                Js::V(Value::Api(api)) if api.path.starts_with("Object.prototype.") => {}
                _ => return self.invoke(&member, object, arguments, span),
            }
        }
        self.builtin_method(object, name, &arguments, span)
    }

    fn is_function(&self, value: &Js) -> bool {
        match value {
            Js::V(Value::Function(_)) => true,
            Js::H(place) => matches!(self.heap.borrow()[*place], Heap::Function { .. }),
            Js::V(_) => false,
        }
    }

    /// `function.call(…)`, `.apply(…)`, `.bind(…)`.
    fn function_method(&self, function: &Js, name: &str, arguments: &[Js], span: Span) -> Option<Res> {
        let this = arguments.first().cloned().unwrap_or(UNDEFINED);
        match name {
            "call" => Some(self.invoke(function, &this, arguments.get(1..).unwrap_or_default().to_vec(), span)),
            "apply" => {
                let passed = arguments.get(1).and_then(|it| self.items(it)).map(|(items, _)| items);
                Some(self.invoke(function, &this, passed.unwrap_or_default(), span))
            }
            "bind" if arguments.len() <= 1 => Some(Ok(function.clone())),
            "toString" => Some(Ok(self.source_text(function))),
            _ => None,
        }
    }

    pub(super) fn source_text(&self, function: &Js) -> Js {
        let function = match function {
            Js::V(Value::Function(function)) => *function,
            Js::H(place) => match &self.heap.borrow()[*place] {
                Heap::Function { function, .. } => *function,
                _ => return Js::V(derived(Origins::default())),
            },
            Js::V(_) => return Js::V(derived(Origins::default())),
        };
        let span = self.module.function(function).span;
        match self.module.source.get(span.start as usize..span.end as usize) {
            Some(text) if text.len() <= super::MAX_STRING => Js::str(text),
            _ => Js::V(derived(Origins::default())),
        }
    }

    fn invoke_api_method(&self, api: &Rc<Api>, name: &str, arguments: Vec<Js>, span: Span) -> Res {
        let path = &*api.path;
        if matches!(name, "call" | "apply" | "bind") && path != "Reflect" {
            self.hide();
            let receiver = arguments.first().cloned().unwrap_or(UNDEFINED);
            let passed = match name {
                "call" => arguments.get(1..).unwrap_or_default().to_vec(),
                "apply" => arguments
                    .get(1)
                    .and_then(|it| self.items(it))
                    .map(|(items, _)| items)
                    .unwrap_or_default(),
                _ => return Ok(Js::V(Value::Api(Rc::clone(api)))),
            };
            // `String.prototype.slice.call('…', 1)`, `[].slice.call(…)`.
            if let Some((_, method)) = path.rsplit_once(".prototype.") {
                return self.invoke_method(&receiver, method, passed, span);
            }
            return self.invoke(&Js::V(Value::Api(Rc::clone(api))), &receiver, passed, span);
        }
        match name {
            "then" => {
                let callback = arguments.first().cloned().unwrap_or(UNDEFINED);
                if self.is_function(&callback) {
                    let result = self.invoke(&callback, &UNDEFINED, vec![Js::V(Value::Api(Rc::clone(api)))], span)?;
                    return self.awaited(result);
                }
                return Ok(Js::V(Value::Api(Rc::clone(api))));
            }
            "catch" | "finally" => return Ok(Js::V(Value::Api(Rc::clone(api)))),
            _ => {}
        }
        if let Some(result) = self.api_method(api, name, &arguments, span) {
            self.hide();
            return result;
        }
        let member = self.api_member(api, name);
        self.invoke(&member, &Js::V(Value::Api(Rc::clone(api))), arguments, span)
    }

    /// Calls a value.
    pub(super) fn invoke(&self, callee: &Js, this: &Js, arguments: Vec<Js>, span: Span) -> Res {
        match callee {
            Js::V(Value::Function(function)) => self.call_function(*function, None, this, arguments),
            Js::H(place) => {
                let closure = match &self.heap.borrow()[*place] {
                    Heap::Function { function, frame, .. } => Some((*function, frame.clone())),
                    _ => None,
                };
                match closure {
                    Some((function, frame)) => self.call_function(function, frame, this, arguments),
                    None => Err(Stop::Bail),
                }
            }
            Js::V(Value::Api(api)) => {
                if let Some(result) = self.api_call(api, &arguments, span) {
                    return result;
                }
                Ok(self.api_result(api, &arguments, span))
            }
            Js::V(Value::OneOf(values)) => {
                let mut all = Vec::with_capacity(values.len());
                for value in values.iter() {
                    if matches!(value, Value::Undefined | Value::Null) {
                        continue;
                    }
                    all.push(self.export(&self.invoke(&Js::V(value.clone()), this, arguments.clone(), span)?));
                }
                Ok(Js::V(join(all)))
            }
            Js::V(value) => {
                let mut origins = value.origins();
                arguments.iter().for_each(|it| origins.add(&self.origins(it)));
                Ok(Js::V(derived(origins)))
            }
        }
    }

    /// Calls a function of the file.
    fn call_function(&self, function: FunctionIdx, frame: Option<Rc<Frame>>, this: &Js, arguments: Vec<Js>) -> Res {
        if self.live.get() {
            return self.run(function, frame, this.clone(), arguments);
        }
        self.hide();
        let helped = self
            .interop(function, &arguments)
            .or_else(|| self.bundler_function(function, &arguments));
        if let Some(value) = helped {
            return Ok(Js::V(value));
        }
        let all_known = arguments.iter().all(|it| match it {
            Js::V(value) => value.is_constant() || matches!(value, Value::Function(_)),
            Js::H(_) => true,
        });
        let before = self.fuel.get();
        let failures = self.failures.borrow().get(&function).copied().unwrap_or(0);
        let span = self.module.function(function).span;
        let (tries, fuel) = if all_known { (24, CALL_FUEL) } else { (2, ATTEMPT_FUEL) };
        if failures < tries && (all_known || span.size() <= MAX_ATTEMPTED) {
            if let Some(value) = self.attempt(fuel, || self.run(function, frame, this.clone(), arguments.clone())) {
                return Ok(Js::V(value));
            }
            // What took long for nothing is hardly tried again.
            *self.failures.borrow_mut().entry(function).or_default() += if before - self.fuel.get() > CALL_FUEL / 20 {
                8
            } else {
                1
            };
        }
        let summary = self.returns(function);
        Ok(Js::V(self.rebase(&summary, function, &arguments)))
    }

    /// Helpers of bundlers and compilers that wrap what `require` gave: `__toESM(require('x'))`.
    fn interop(&self, function: FunctionIdx, arguments: &[Js]) -> Option<Value> {
        let Some(Js::V(value @ Value::Api(api))) = arguments.first() else {
            return None;
        };
        if api.path.contains("()") {
            return None;
        }
        let span = self.module.function(function).span;
        let text = self.module.source.get(span.start as usize..span.end as usize)?;
        (text.len() < 2_000 && text.contains("__esModule")).then(|| value.clone())
    }

    /// Calls a finished value.
    pub(super) fn call_value(&self, callee: &Value, arguments: Vec<Value>) -> Value {
        let arguments = arguments.into_iter().map(Js::V).collect();
        match self.invoke(&Js::V(callee.clone()), &UNDEFINED, arguments, Span::default()) {
            Ok(value) => self.export(&value),
            Err(_) => derived(Origins::default()),
        }
    }

    /// What `await` makes of a value: a promise and what it will hold are not told apart.
    pub(super) fn awaited(&self, value: Js) -> Res {
        Ok(value)
    }

    pub(super) fn tagged(&self, tagged: &'a TaggedTemplateExpression<'a>, frame: In<'_>) -> Res {
        let tag = self.unnoted(|| self.eval(&tagged.tag, frame))?;
        let raw = matches!(&tag, Js::V(Value::Api(api)) if &*api.path == "String.raw");
        let mut quasis = Vec::new();
        for quasi in &tagged.quasi.quasis {
            let cooked = quasi.value.cooked.unwrap_or(quasi.value.raw);
            quasis.push(Js::str(if raw { quasi.value.raw.as_str() } else { cooked.as_str() }));
        }
        let mut values = Vec::new();
        for expression in &tagged.quasi.expressions {
            values.push(self.eval(expression, frame)?);
        }
        if raw {
            self.hide();
            let mut pieces = Vec::new();
            let mut values = values.into_iter();
            for quasi in quasis {
                pieces.push(quasi);
                pieces.extend(values.next());
            }
            return self.concatenate(pieces);
        }
        let mut arguments = vec![self.make_array(quasis)?];
        arguments.extend(values);
        self.invoke(&tag, &UNDEFINED, arguments, tagged.span)
    }
}

/// Steps for interpreting a call of which all arguments are known, and of one of which some are not.
const CALL_FUEL: u64 = 1_500_000;
const ATTEMPT_FUEL: u64 = 800;

/// The longest function that is interpreted though not all of its arguments are known.
const MAX_ATTEMPTED: u32 = 500;
