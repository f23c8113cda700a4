//! What a symbol is worth where it stands: every value it is given anywhere, and what is written onto it.

use std::rc::Rc;

use oxc_ast::ast::*;
use oxc_span::Span;
use oxc_syntax::symbol::SymbolId;

use super::eval::In;
use super::heap::{Js, Res, UNDEFINED, derived, join};
use super::members::caller;
use super::{ArrayValue, Folded, Folder, ObjectValue, Origins, Property, Value};
use crate::module::{Binding, BindingSource, CallNode, FunctionIdx, PathStep, SymbolNote};

mod world;
mod written;

impl<'a> Folder<'_, 'a> {
    pub(super) fn identifier(&self, identifier: &'a IdentifierReference<'a>, frame: In<'_>) -> Res {
        let Some(symbol) = self.module.symbol(identifier) else {
            return self.global(identifier.name.as_str(), frame);
        };
        let Some(frame) = frame else {
            let folded = self.symbol_at(symbol, identifier.span);
            self.adopt(&folded);
            return Ok(Js::V(folded.value));
        };
        match frame.get(symbol) {
            Some(value) => Ok(value),
            None => self.world(symbol),
        }
    }

    /// A name that nothing in the file declares.
    fn global(&self, name: &'a str, frame: In<'_>) -> Res {
        match (name, frame) {
            ("undefined", _) => Ok(UNDEFINED),
            ("NaN", _) => Ok(Js::number(f64::NAN)),
            ("Infinity", _) => Ok(Js::number(f64::INFINITY)),
            ("arguments", Some(frame)) => Ok(frame.arguments.clone()),
            ("arguments", None) => Ok(Js::unknown(Origins::of(Origins::CALLER))),
            _ => Ok(self.api_value(
                super::api::global_path(name),
                super::api::global_origins(super::api::global_path(name)),
            )),
        }
    }

    /// What a symbol is worth at a place: where it is built up by statements, as far as they stand before it.
    fn symbol_at(&self, symbol: SymbolId, place: Span) -> Folded {
        let state = self.states.borrow()[symbol.index()];
        if let Some(answer) = state.checked_sub(ANSWERED) {
            return self.answers.borrow()[answer as usize].clone();
        }
        if state == BEING_FOUND {
            self.cycle();
            return Folded::plain(Value::Unknown(Origins::of(Origins::DERIVED)));
        }
        match self.sliced(symbol, Some(place)) {
            Some(folded) => folded,
            None => self.symbol(symbol),
        }
    }

    /// What a symbol can be worth.
    pub(super) fn symbol(&self, symbol: SymbolId) -> Folded {
        let state = self.states.borrow()[symbol.index()];
        if let Some(answer) = state.checked_sub(ANSWERED) {
            return self.answers.borrow()[answer as usize].clone();
        }
        if state == BEING_FOUND {
            self.cycle();
            return Folded::plain(Value::Unknown(Origins::of(Origins::DERIVED)));
        }
        if let Some(folded) = self.sliced(symbol, None) {
            return folded;
        }
        if !self.enter() {
            return Folded::plain(derived(Origins::default()));
        }
        self.states.borrow_mut()[symbol.index()] = BEING_FOUND;
        let folded = self.tracked(|| self.standing(|| self.symbol_value(symbol)));
        self.leave();
        let mut answers = self.answers.borrow_mut();
        let answer = ANSWERED + u32::try_from(answers.len()).unwrap_or(u32::MAX - ANSWERED);
        answers.push(folded.clone());
        self.states.borrow_mut()[symbol.index()] = answer;
        folded
    }

    fn symbol_value(&self, symbol: SymbolId) -> Value {
        let Some(note) = self.module.symbols.get(&symbol) else {
            return Value::Unknown(Origins::of(Origins::OTHER));
        };
        if let Some(function) = self.redefining(note) {
            return Value::Function(function);
        }
        let mut values: Vec<Value> = Vec::with_capacity(note.bindings.len().min(super::MAX_ALTERNATIVES));
        let mut added: Vec<Value> = Vec::new();
        for binding in note.bindings.iter().take(MAX_BINDINGS) {
            match binding.source {
                BindingSource::Uninitialised if note.bindings.len() > 1 => {}
                BindingSource::Expression { value, compound: true } => added.push(self.outside(value)),
                _ => values.push(self.binding(binding)),
            }
        }
        if note.bindings.len() > MAX_BINDINGS {
            values.push(Value::Unknown(Origins::of(Origins::OTHER)));
        }
        if values.len() > 1 {
            // `let x = null; … x = …`: the placeholder says nothing.
            values.retain(|it| !matches!(it, Value::Undefined | Value::Null));
        }
        if note.bindings.len() > 1 && note.bindings.iter().any(|it| matches!(it.source, BindingSource::Other)) {
            // A counter is hardly what it starts from.
            values.retain(|it| !matches!(it, Value::Number(_)));
            values.push(derived(Origins::default()));
        }
        let mut value = join(values);
        if !added.is_empty() {
            let mut pieces = vec![Js::V(value.clone())];
            pieces.extend(added.into_iter().map(Js::V));
            if let Ok(sum) = self.add_all(pieces) {
                value = join([value, self.export(&sum)]);
            }
        }
        self.written_onto(note, value)
    }

    /// The function a symbol is declared as, if all that assigns to the symbol stands inside that function.
    pub(super) fn redefining(&self, note: &SymbolNote<'a>) -> Option<FunctionIdx> {
        let function = note.bindings.iter().find_map(|it| match it.source {
            BindingSource::Function(function) => Some(function),
            _ => None,
        })?;
        let span = self.module.function(function).span;
        let inside = |it: &Binding<'a>| {
            matches!(it.source, BindingSource::Function(it) if it == function)
                || span.start <= it.span.start && it.span.end <= span.end
        };
        note.bindings.iter().all(inside).then_some(function)
    }

    /// What one binding gives.
    pub(super) fn binding(&self, binding: &Binding<'a>) -> Value {
        let mut value = match binding.source {
            BindingSource::Expression { value, .. } => self.outside(value),
            BindingSource::Uninitialised => Value::Undefined,
            BindingSource::Parameter { function, index, rest } => self.parameter(function, index, rest),
            BindingSource::Function(function) => Value::Function(function),
            BindingSource::Import { specifier, imported } => self.imported(specifier, imported),
            BindingSource::ElementOf(expression) => self.element(&self.outside(expression)),
            BindingSource::KeyOf(expression) => self.keys(&self.outside(expression)),
            BindingSource::Enum(it) => self.enumeration(it),
            BindingSource::Caught | BindingSource::Other => Value::Unknown(Origins::of(Origins::OTHER)),
        };
        for (index, step) in binding.path.iter().enumerate() {
            if index == binding.default_at
                && let Some(default) = binding.default
            {
                value = self.or_default(value, default);
            }
            // `[a, ...b]`: the index says where the rest begins.
            if !matches!(binding.path.get(index + 1), Some(PathStep::Rest)) || !matches!(step, PathStep::Index(_)) {
                value = self.step(&value, step, index, binding);
            }
        }
        if binding.default_at >= binding.path.len()
            && let Some(default) = binding.default
        {
            value = self.or_default(value, default);
        }
        value
    }

    fn or_default(&self, value: Value, default: &'a Expression<'a>) -> Value {
        match &value {
            Value::Undefined => self.outside(default),
            Value::Unknown(_) | Value::OneOf(_) | Value::Api(_) => join([value, self.outside(default)]),
            _ => value,
        }
    }

    fn step(&self, value: &Value, step: &PathStep<'a>, position: usize, binding: &Binding<'a>) -> Value {
        match step {
            PathStep::Property(name) => self.value_property(value, name),
            PathStep::Index(index) => match value {
                Value::Array(_) | Value::OneOf(_) => self.value_property(value, &index.to_string()),
                Value::Api(_) | Value::Unknown(_) => self.value_property(value, &index.to_string()),
                value => match self.iterated(&Js::V(value.clone())) {
                    Some((items, _)) => items
                        .get(*index as usize)
                        .map_or(Value::Undefined, |it| self.export(it)),
                    None => derived(value.origins()),
                },
            },
            PathStep::Computed(key) => {
                let read = self.unnoted_key(key, None);
                let read = read.and_then(|key| self.read_computed(&Js::V(value.clone()), &key, true, None));
                read.map_or_else(|_| derived(value.origins()), |it| self.export(&it))
            }
            PathStep::Rest => {
                let before = position.checked_sub(1).and_then(|it| binding.path.get(it));
                rest(value, before)
            }
        }
    }

    /// Any item of an array.
    pub(super) fn element(&self, value: &Value) -> Value {
        match self.iterated(&Js::V(value.clone())) {
            Some((items, open)) if items.len() <= super::MAX_ALTERNATIVES => {
                let mut values: Vec<_> = items.iter().map(|it| self.export(it)).collect();
                if open || values.is_empty() {
                    values.push(derived(value.origins()));
                }
                join(values)
            }
            _ => match value {
                Value::OneOf(values) => join(values.iter().map(|it| self.element(it))),
                Value::Api(api) => self.export(&self.extend_api(api, "[]", &Origins::default())),
                value => derived(value.origins()),
            },
        }
    }

    fn keys(&self, value: &Value) -> Value {
        match self.own_properties(&Js::V(value.clone())) {
            Some(properties) if !properties.is_empty() => join(
                properties
                    .into_iter()
                    .take(super::MAX_ALTERNATIVES + 1)
                    .map(|(name, _)| Value::String(name)),
            ),
            _ => derived(value.origins()),
        }
    }

    /// What a parameter gets: what an immediate call passes, what a callback is known to be called with, or the caller's.
    fn parameter(&self, function: FunctionIdx, index: u8, rest: bool) -> Value {
        if let Some(call) = self.module.immediate_calls.get(&function)
            && let CallNode::Call(call) = self.module.calls[*call as usize].node
            && !call.arguments.iter().any(Argument::is_spread)
        {
            let mut arguments = call
                .arguments
                .iter()
                .skip(usize::from(index))
                .filter_map(Argument::as_expression);
            if rest {
                let items = arguments.map(|it| self.outside(it)).collect();
                return Value::Array(Rc::new(ArrayValue { items, open: false }));
            }
            return arguments.next().map_or(Value::Undefined, |it| self.outside(it));
        }
        if let Some((call, position)) = self.module.callbacks.get(&function).copied()
            && let Some(value) = self.callback_parameter(call, position, index)
        {
            return value;
        }
        if let Some(value) = self.bundler_parameter(function, index) {
            return value;
        }
        let value = caller(function, usize::from(index));
        if rest {
            return Value::Array(Rc::new(ArrayValue {
                items: vec![value],
                open: true,
            }));
        }
        value
    }

    /// An enum of TypeScript as the object it is.
    fn enumeration(&self, it: &'a TSEnumDeclaration<'a>) -> Value {
        let mut properties = Vec::with_capacity(it.body.members.len());
        let mut next = Some(0.0);
        for member in &it.body.members {
            let name: Rc<str> = match &member.id {
                TSEnumMemberName::Identifier(name) => name.name.as_str().into(),
                TSEnumMemberName::String(name) | TSEnumMemberName::ComputedString(name) => name.value.as_str().into(),
                TSEnumMemberName::ComputedTemplateString(_) => continue,
            };
            let value = match &member.initializer {
                Some(init) => self.fold_here(init),
                None => Folded::plain(next.map_or_else(|| derived(Origins::default()), Value::Number)),
            };
            next = match value.value {
                Value::Number(number) => Some(number + 1.0),
                _ => None,
            };
            properties.push(Property {
                name,
                value,
                span: member.span,
            });
        }
        Value::Object(Rc::new(ObjectValue {
            properties,
            rest: Origins::default(),
            span: Some(it.span),
        }))
    }
}

/// What `...rest` takes of a value, after the step before it.
fn rest(value: &Value, before: Option<&PathStep<'_>>) -> Value {
    let from = match before {
        Some(PathStep::Index(index)) => *index as usize,
        _ => 0,
    };
    match value {
        Value::Array(array) => {
            let items = array.items.iter().skip(from).cloned().collect();
            Value::Array(Rc::new(ArrayValue {
                items,
                open: array.open,
            }))
        }
        value => value.clone(),
    }
}

/// States of a symbol: not asked for, being found out, the first position of an answer.
const BEING_FOUND: u32 = 1;
const ANSWERED: u32 = 2;

/// Bindings of one symbol that are looked at.
const MAX_BINDINGS: usize = 64;
