//! What is written onto the value of a symbol after it was given.

use std::rc::Rc;

use oxc_ast::ast::*;

use crate::fold::heap::{Js, join};
use crate::fold::{ArrayValue, Folder, MAX_ITEMS, ObjectValue, Origins, Property, Value};
use crate::module::{CallNode, PropertyKeyNote, SymbolNote};

impl<'a> Folder<'_, 'a> {
    /// Adds what is written onto a symbol's properties to its value.
    pub(in crate::fold) fn written_onto(&self, note: &SymbolNote<'a>, value: Value) -> Value {
        if note.property_writes.is_empty() && note.mutations.is_empty() {
            return value;
        }
        match value {
            Value::Object(object) => self.written_object(note, &object),
            Value::Array(array) => self.written_array(note, &array),
            Value::OneOf(values) => join(values.iter().map(|it| match it {
                Value::Object(object) => self.written_object(note, object),
                Value::Array(array) => self.written_array(note, array),
                value => value.clone(),
            })),
            value => value,
        }
    }

    pub(in crate::fold) fn written_object(&self, note: &SymbolNote<'a>, object: &ObjectValue) -> Value {
        let mut object = object.clone();
        for write in note.property_writes.iter().take(MAX_WRITES) {
            let write = &self.module.property_writes[*write as usize];
            // Deeper writes (`o.a.b = …`) are part of what `o.a` is worth.
            let Some(name) = self.written_path(write.object) else {
                continue;
            };
            let Some(value) = write.value else { continue };
            let key = match write.key {
                PropertyKeyNote::Name(name) => Some(Rc::from(name)),
                PropertyKeyNote::Computed(key) => self.eval(key, None).ok().and_then(|key| self.key_text(&key)),
            };
            let Some(key) = key else {
                if name.is_empty() {
                    object.rest.add(&self.outside(value).origins());
                    object.rest.add(&Origins::of(Origins::DERIVED));
                }
                continue;
            };
            let value = self.fold_here(value);
            put_deep(
                &mut object,
                &name,
                Property {
                    name: key,
                    value,
                    span: write.span,
                },
            );
        }
        for call in &note.mutations {
            self.defined(*call, &mut object);
        }
        if note.property_writes.len() > MAX_WRITES {
            object.rest.add(&Origins::of(Origins::DERIVED));
        }
        Value::Object(Rc::new(object))
    }

    /// The names between a symbol and the last dot of what is written: empty for `o.p = …`, `[a]` for `o.a.p = …`.
    pub(in crate::fold) fn written_path(&self, object: &'a Expression<'a>) -> Option<Vec<Rc<str>>> {
        let mut names = Vec::new();
        let mut object = object;
        loop {
            match object {
                Expression::Identifier(_) => break,
                Expression::StaticMemberExpression(member) => {
                    names.push(member.property.name.as_str().into());
                    object = &member.object;
                }
                Expression::ComputedMemberExpression(member) => {
                    let key = self.eval(&member.expression, None).ok()?;
                    names.push(self.key_text(&key)?);
                    object = &member.object;
                }
                Expression::TSAsExpression(it) => object = &it.expression,
                Expression::TSNonNullExpression(it) => object = &it.expression,
                _ => return None,
            }
            if names.len() > 4 {
                return None;
            }
        }
        names.reverse();
        Some(names)
    }

    /// `Object.assign(o, …)`, `Object.defineProperty(o, 'p', { value })`, `Reflect.set(o, 'p', v)`.
    pub(in crate::fold) fn defined(&self, call: u32, object: &mut ObjectValue) {
        let CallNode::Call(call) = self.module.calls[call as usize].node else {
            return;
        };
        let Ok(Js::V(Value::Api(api))) = self.eval(&call.callee, None) else {
            return;
        };
        let arguments: Vec<_> = call.arguments.iter().filter_map(Argument::as_expression).collect();
        match (&*api.path, &arguments[..]) {
            ("Object.assign", [_, sources @ ..]) => {
                for source in sources {
                    let value = self.outside(source);
                    self.spread_properties(&value, &mut object.properties, &mut object.rest);
                }
            }
            ("Object.defineProperty" | "Reflect.defineProperty", [_, key, descriptor]) => {
                let name = self.eval(key, None).ok().and_then(|key| self.key_text(&key));
                let descriptor = self.outside(descriptor);
                let mut value = self.tracked(|| self.value_property(&descriptor, "value"));
                if matches!(value.value, Value::Undefined)
                    && let Value::Function(getter) = self.value_property(&descriptor, "get")
                {
                    value = self.tracked(|| self.returns(getter));
                }
                if let Some(name) = name {
                    object.properties.push(Property {
                        name,
                        value,
                        span: call.span,
                    });
                }
            }
            ("Reflect.set", [_, key, value, ..]) => {
                let name = self.eval(key, None).ok().and_then(|key| self.key_text(&key));
                if let Some(name) = name {
                    object.properties.push(Property {
                        name,
                        value: self.fold_here(value),
                        span: call.span,
                    });
                }
            }
            _ => {}
        }
    }

    /// Items pushed onto an array by statements that could not be followed.
    pub(in crate::fold) fn written_array(&self, note: &SymbolNote<'a>, array: &ArrayValue) -> Value {
        let mut items = array.items.clone();
        for write in note.property_writes.iter().take(MAX_WRITES) {
            let write = &self.module.property_writes[*write as usize];
            if let (Expression::Identifier(_), Some(value)) = (write.object, write.value) {
                items.push(self.outside(value));
            }
        }
        for call in note.mutations.iter().take(MAX_WRITES) {
            let CallNode::Call(call) = self.module.calls[*call as usize].node else {
                continue;
            };
            let Some(member) = call.callee.as_member_expression() else {
                continue;
            };
            if matches!(
                member.static_property_name(),
                Some("push" | "unshift" | "splice" | "fill")
            ) {
                let arguments = call.arguments.iter().filter_map(Argument::as_expression);
                items.extend(arguments.map(|it| self.outside(it)));
            }
        }
        items.truncate(MAX_ITEMS);
        Value::Array(Rc::new(ArrayValue { items, open: true }))
    }
}

/// Puts a property into an object, or into the object that the names lead to.
fn put_deep(object: &mut ObjectValue, names: &[Rc<str>], property: Property) {
    let Some((first, deeper)) = names.split_first() else {
        object.properties.push(property);
        return;
    };
    if let Some(slot) = object.properties.iter_mut().find(|it| it.name == *first)
        && let Value::Object(inner) = &slot.value.value
    {
        let mut inner = ObjectValue::clone(inner);
        put_deep(&mut inner, deeper, property);
        slot.value.value = Value::Object(Rc::new(inner));
    }
}

/// Writes onto one symbol that are looked at.
const MAX_WRITES: usize = 512;
