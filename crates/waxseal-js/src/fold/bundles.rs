//! Modules inside a bundle: what the `require` of webpack, esbuild and browserify gives within one file.

use std::rc::Rc;

use oxc_ast::ast::*;
use oxc_span::GetSpan;
use oxc_syntax::symbol::SymbolId;
use rustc_hash::FxHashMap;

use super::heap::{Js, join};
use super::{Folder, ObjectValue, Origins, Property, Value};
use crate::module::{CallNode, FunctionIdx, PropertyKeyNote};

/// The modules of a bundle, found in one pass over a file's object literals.
#[derive(Default)]
pub(super) struct Bundle {
    /// Functions that hold modules, by the key they are loaded by.
    modules: FxHashMap<Rc<str>, FunctionIdx>,
    kinds: FxHashMap<FunctionIdx, Kind>,
    /// `n.d(exports, …)`: calls that define exports, by the symbol of the exports.
    definitions: FxHashMap<SymbolId, Vec<u32>>,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    /// `123: (module, exports, require) => …`
    Webpack,
    /// `1: [function (require, module, exports) { … }, { … }]`
    Browserify,
}

impl<'a> Folder<'_, 'a> {
    /// What a bundler passes to the functions it wraps modules in.
    pub(super) fn bundler_parameter(&self, function: FunctionIdx, index: u8) -> Option<Value> {
        let kind = self.bundle().kinds.get(&function).copied()?;
        let path = match (kind, index) {
            (Kind::Webpack, 2) => WEBPACK_REQUIRE,
            (Kind::Browserify, 0) => "require",
            _ => return Some(Value::Unknown(Origins::of(Origins::OTHER))),
        };
        Some(self.export(&self.api_value(path, Origins::default())))
    }

    /// Calls of what stands for a bundle's `require`.
    pub(super) fn bundle_call(&self, path: &str, calls: &[super::ApiCall], arguments: &[Js]) -> Option<Value> {
        match path {
            WEBPACK_REQUIRE => self.bundled(arguments.first()?),
            WEBPACK_GETTER => calls.last()?.arguments.first().cloned(),
            LAZY_MODULE => match calls.last()?.arguments.first()? {
                Value::Function(function) => Some(self.exports_of(*function, 1, 0)),
                Value::Object(object) => match &object.properties[..] {
                    [Property { value, .. }] => match value.value {
                        Value::Function(function) => Some(self.exports_of(function, 1, 0)),
                        _ => None,
                    },
                    _ => None,
                },
                _ => None,
            },
            _ => None,
        }
    }

    /// What a function of the file gives that is a bundler's own: its `require`, or what makes a lazy module.
    pub(super) fn bundler_function(&self, function: FunctionIdx, arguments: &[Js]) -> Option<Value> {
        let span = self.module.function(function).span;
        let text = self.module.source.get(span.start as usize..span.end as usize)?;
        if text.len() > MAX_HELPER
            || !text.contains("exports")
            || !(text.contains("exports:") || text.contains("exports ="))
        {
            return None;
        }
        match arguments.first()? {
            key @ Js::V(Value::String(_) | Value::Number(_)) => self.bundled(key),
            Js::V(module @ (Value::Function(_) | Value::Object(_))) => {
                let call = super::ApiCall {
                    end: LAZY_MODULE.len(),
                    arguments: vec![module.clone()],
                    span,
                };
                let origins = Origins::default();
                Some(Value::Api(Rc::new(super::Api {
                    path: LAZY_MODULE.into(),
                    origins,
                    calls: Rc::from([call]),
                })))
            }
            _ => None,
        }
    }

    /// The module a key loads.
    fn bundled(&self, key: &Js) -> Option<Value> {
        let key = self.key_text(key)?;
        let function = self.bundle().modules.get(&key).copied()?;
        Some(self.exports_of(function, 0, 1))
    }

    /// What the function of a module exports through its parameters.
    fn exports_of(&self, function: FunctionIdx, module: usize, exports: usize) -> Value {
        match self.exported.borrow().get(&function) {
            Some(Some(value)) => return value.clone(),
            Some(None) => {
                self.cycle();
                return Value::Unknown(Origins::of(Origins::OTHER));
            }
            None => {}
        }
        if !self.enter() {
            return Value::Unknown(Origins::of(Origins::OTHER));
        }
        self.exported.borrow_mut().insert(function, None);
        let value = self.standing(|| self.find_exports(function, module, exports));
        self.leave();
        self.exported.borrow_mut().insert(function, Some(value.clone()));
        value
    }

    fn find_exports(&self, function: FunctionIdx, module: usize, exports: usize) -> Value {
        let mut whole = Vec::new();
        let mut properties = Vec::new();
        if let Some(symbol) = self.parameter_symbol(function, module) {
            self.written_exports(symbol, &mut whole, &mut properties);
        }
        if let Some(symbol) = self.parameter_symbol(function, exports) {
            self.named_exports(symbol, &mut properties);
        }
        if !whole.is_empty() {
            return join(whole);
        }
        Value::Object(Rc::new(ObjectValue {
            properties,
            rest: Origins::of(Origins::OTHER),
            span: None,
        }))
    }

    fn parameter_symbol(&self, function: FunctionIdx, index: usize) -> Option<SymbolId> {
        let parameters = self.module.function(function).node.parameters()?;
        parameters
            .items
            .get(index)?
            .pattern
            .get_binding_identifier()?
            .symbol_id
            .get()
    }

    /// `module.exports = …` and `module.exports.name = …`.
    fn written_exports(&self, module: SymbolId, whole: &mut Vec<Value>, properties: &mut Vec<Property>) {
        let Some(note) = self.module.symbols.get(&module) else {
            return;
        };
        for write in note
            .property_writes
            .iter()
            .map(|it| &self.module.property_writes[*it as usize])
        {
            let (PropertyKeyNote::Name(name), Some(value)) = (write.key, write.value) else {
                continue;
            };
            match write.object {
                Expression::Identifier(_) if name == "exports" => whole.push(self.outside(value)),
                Expression::StaticMemberExpression(member) if member.property.name == "exports" => {
                    properties.push(Property {
                        name: name.into(),
                        value: self.fold_here(value),
                        span: write.span,
                    });
                }
                _ => {}
            }
        }
    }

    /// `exports.name = …` and `n.d(exports, { name: () => … })`.
    fn named_exports(&self, exports: SymbolId, properties: &mut Vec<Property>) {
        if let Some(note) = self.module.symbols.get(&exports) {
            for write in note
                .property_writes
                .iter()
                .map(|it| &self.module.property_writes[*it as usize])
            {
                if let (PropertyKeyNote::Name(name), Some(value), Expression::Identifier(_)) =
                    (write.key, write.value, write.object)
                {
                    properties.push(Property {
                        name: name.into(),
                        value: self.fold_here(value),
                        span: write.span,
                    });
                }
            }
        }
        let definitions = self.bundle().definitions.get(&exports).cloned().unwrap_or_default();
        for call in definitions {
            let CallNode::Call(call) = self.module.calls[call as usize].node else {
                continue;
            };
            match &call.arguments[1..] {
                [Argument::ObjectExpression(table), ..] => {
                    for property in table.properties.iter().filter_map(|it| it.as_property()) {
                        if let Some(name) = property.key.static_name() {
                            self.defined_export(&name, &property.value, properties);
                        }
                    }
                }
                [Argument::StringLiteral(name), getter, ..] => {
                    if let Some(getter) = getter.as_expression() {
                        self.defined_export(name.value.as_str(), getter, properties);
                    }
                }
                _ => {}
            }
        }
    }

    fn defined_export(&self, name: &str, getter: &'a Expression<'a>, properties: &mut Vec<Property>) {
        if let Some(function) = self.module.function_at(getter.span().start) {
            let value = self.tracked(|| self.returns(function));
            properties.push(Property {
                name: name.into(),
                value,
                span: getter.span(),
            });
        }
    }

    fn bundle(&self) -> std::cell::Ref<'_, Bundle> {
        if self.bundle.borrow().is_none() {
            *self.bundle.borrow_mut() = Some(self.find_bundle());
        }
        std::cell::Ref::map(self.bundle.borrow(), |it| it.as_ref().expect("found just before"))
    }

    fn find_bundle(&self) -> Bundle {
        let mut bundle = Bundle::default();
        for object in &self.module.objects {
            for property in object.node.properties.iter().filter_map(|it| it.as_property()) {
                let Some(key) = module_key(&property.key) else { break };
                let (kind, function) = match &property.value {
                    Expression::ArrayExpression(array) => (
                        Kind::Browserify,
                        array.elements.first().and_then(|it| it.as_expression()),
                    ),
                    value => (Kind::Webpack, Some(value)),
                };
                let Some(function) = function.and_then(|it| self.module_function(it)) else {
                    break;
                };
                bundle.kinds.insert(function, kind);
                if kind == Kind::Webpack {
                    bundle.modules.entry(key).or_insert(function);
                }
            }
        }
        if bundle.kinds.is_empty() {
            return bundle;
        }
        for (position, call) in self.module.calls.iter().enumerate() {
            if let CallNode::Call(call) = call.node
                && let Expression::StaticMemberExpression(member) = &call.callee
                && member.property.name == "d"
                && let Some(Argument::Identifier(first)) = call.arguments.first()
                && let Some(symbol) = self.module.symbol(first)
            {
                bundle
                    .definitions
                    .entry(symbol)
                    .or_default()
                    .push(u32::try_from(position).unwrap_or(u32::MAX));
            }
        }
        bundle
    }

    /// A function that can hold a module: it takes at most three parameters.
    fn module_function(&self, expression: &Expression<'a>) -> Option<FunctionIdx> {
        let parameters = match expression {
            Expression::FunctionExpression(function) => &function.params,
            Expression::ArrowFunctionExpression(arrow) => &arrow.params,
            _ => return None,
        };
        (parameters.items.len() <= 3)
            .then(|| self.module.function_at(expression.span().start))
            .flatten()
    }
}

/// The key of a module in a bundle: a number, or a path.
fn module_key(key: &PropertyKey<'_>) -> Option<Rc<str>> {
    match key {
        PropertyKey::NumericLiteral(number) => Some(super::text::number_text(number.value).into()),
        PropertyKey::StringLiteral(text)
            if text.value.contains('/') || text.value.bytes().all(|it| it.is_ascii_digit()) =>
        {
            Some(text.value.as_str().into())
        }
        _ => None,
    }
}

/// What stands for a bundle's `require`, for the getter it makes of a module, and for a module that is loaded when called.
pub(super) const WEBPACK_REQUIRE: &str = "__webpack_require__";
pub(super) const WEBPACK_GETTER: &str = "__webpack_require__.n()";
const LAZY_MODULE: &str = "__commonJS()";

/// The longest function that can be a bundler's own.
const MAX_HELPER: usize = 800;
