//! What a value counts as: true or false, a number, a text.

use std::rc::Rc;

use crate::fold::heap::{Heap, Js};
use crate::fold::text;
use crate::fold::{Folder, MAX_STRING, Value};

impl<'a> Folder<'_, 'a> {
    pub(in crate::fold) fn type_of(&self, value: &Js) -> Option<&'static str> {
        Some(match value {
            Js::V(value) => match value {
                Value::Undefined => "undefined",
                Value::Null | Value::Bytes(_) | Value::RegExp { .. } | Value::Array(_) | Value::Object(_) => "object",
                Value::Bool(_) => "boolean",
                Value::Number(_) => "number",
                Value::String(_) | Value::Concat(_) => "string",
                Value::Function(_) => "function",
                Value::Api(api) => return Self::api_type(api),
                Value::OneOf(_) | Value::Unknown(_) => return None,
            },
            Js::H(place) => match &self.heap.borrow()[*place] {
                Heap::Function { .. } => "function",
                _ => "object",
            },
        })
    }

    pub(in crate::fold) fn strictly_equal(&self, left: &Js, right: &Js) -> Option<bool> {
        Some(match (left, right) {
            (Js::H(left), Js::H(right)) => left == right,
            (Js::H(_), Js::V(value)) | (Js::V(value), Js::H(_)) => match value {
                Value::Unknown(_) | Value::OneOf(_) => return None,
                _ => false,
            },
            (Js::V(left), Js::V(right)) => match (left, right) {
                (Value::Undefined, Value::Undefined) | (Value::Null, Value::Null) => true,
                (Value::Bool(left), Value::Bool(right)) => left == right,
                (Value::Number(left), Value::Number(right)) => left == right,
                (Value::String(left), Value::String(right)) => left == right,
                (Value::Function(left), Value::Function(right)) => left == right,
                (Value::Array(left), Value::Array(right)) => Rc::ptr_eq(left, right),
                (Value::Object(left), Value::Object(right)) => Rc::ptr_eq(left, right),
                (Value::Unknown(_) | Value::OneOf(_) | Value::Concat(_) | Value::Api(_), _)
                | (_, Value::Unknown(_) | Value::OneOf(_) | Value::Concat(_) | Value::Api(_)) => return None,
                _ => false,
            },
        })
    }

    pub(in crate::fold) fn loosely_equal(&self, left: &Js, right: &Js) -> Option<bool> {
        let nothing = |it: &Js| matches!(it, Js::V(Value::Undefined | Value::Null));
        if nothing(left) || nothing(right) {
            return match (nothing(left), nothing(right)) {
                (true, true) => Some(true),
                (true, false) => self.nullish(right),
                _ => self.nullish(left),
            };
        }
        match (left, right) {
            (Js::V(Value::Number(_) | Value::Bool(_)), _) | (_, Js::V(Value::Number(_) | Value::Bool(_))) => {
                Some(self.number(left)? == self.number(right)?)
            }
            (Js::V(Value::String(text)), other) | (other, Js::V(Value::String(text))) => {
                Some(*text == self.string(other)?)
            }
            _ => self.strictly_equal(left, right),
        }
    }

    /// Whether a value counts as true, if that can be said.
    pub(in crate::fold) fn truth(&self, value: &Js) -> Option<bool> {
        let Js::V(value) = value else { return Some(true) };
        match value {
            Value::Undefined | Value::Null => Some(false),
            Value::Bool(value) => Some(*value),
            Value::Number(value) => Some(*value != 0.0 && !value.is_nan()),
            Value::String(text) => Some(!text.is_empty()),
            Value::Bytes(_) | Value::RegExp { .. } | Value::Array(_) | Value::Object(_) | Value::Function(_) => {
                Some(true)
            }
            Value::Api(_) | Value::Unknown(_) => None,
            Value::Concat(pieces) => {
                let known = pieces.iter().any(|it| it.as_str().is_some_and(|it| !it.is_empty()));
                known.then_some(true)
            }
            Value::OneOf(values) => {
                let first = self.truth(&Js::V(values.first()?.clone()))?;
                values
                    .iter()
                    .all(|it| self.truth(&Js::V(it.clone())) == Some(first))
                    .then_some(first)
            }
        }
    }

    /// Whether a value is `null` or `undefined`, if that can be said.
    pub(in crate::fold) fn nullish(&self, value: &Js) -> Option<bool> {
        match value {
            Js::V(Value::Undefined | Value::Null) => Some(true),
            Js::V(Value::Api(_) | Value::Unknown(_)) => None,
            Js::V(Value::OneOf(values)) => {
                let first = self.nullish(&Js::V(values.first()?.clone()))?;
                values
                    .iter()
                    .all(|it| self.nullish(&Js::V(it.clone())) == Some(first))
                    .then_some(first)
            }
            _ => Some(false),
        }
    }

    /// `Number(value)`, if it is known.
    pub(in crate::fold) fn number(&self, value: &Js) -> Option<f64> {
        match value {
            Js::V(Value::Number(number)) => Some(*number),
            Js::V(Value::Undefined) => Some(f64::NAN),
            Js::V(Value::Null) => Some(0.0),
            Js::V(Value::Bool(value)) => Some(f64::from(u8::from(*value))),
            Js::V(Value::String(string)) => Some(text::text_number(string)),
            Js::V(Value::Array(_)) | Js::H(_) => Some(text::text_number(&self.string(value)?)),
            Js::V(Value::Object(_) | Value::Function(_) | Value::RegExp { .. }) => Some(f64::NAN),
            Js::V(_) => None,
        }
    }

    /// `String(value)`, if it is known.
    pub(in crate::fold) fn string(&self, value: &Js) -> Option<Rc<str>> {
        match value {
            Js::V(Value::String(text)) => Some(Rc::clone(text)),
            Js::V(Value::Undefined) => Some("undefined".into()),
            Js::V(Value::Null) => Some("null".into()),
            Js::V(Value::Bool(value)) => Some(if *value { "true" } else { "false" }.into()),
            Js::V(Value::Number(number)) => Some(text::number_text(*number).into()),
            Js::V(Value::Bytes(bytes)) => Some(String::from_utf8_lossy(bytes).into()),
            Js::V(Value::RegExp { pattern, flags }) => Some(format!("/{pattern}/{flags}").into()),
            Js::V(Value::Object(_)) => Some("[object Object]".into()),
            Js::V(Value::Function(_)) if self.live.get() => self.source_text(value).into_text(),
            Js::V(Value::Api(api)) => Self::native_text(api),
            Js::V(Value::Array(array)) if array.open => None,
            _ => {
                if let Js::H(place) = value {
                    match &self.heap.borrow()[*place] {
                        Heap::Array(_) => {}
                        Heap::Object { .. } => return Some("[object Object]".into()),
                        Heap::Bytes(bytes) => return Some(String::from_utf8_lossy(bytes).into()),
                        Heap::Function { function, .. } => {
                            return self.source_text(&Js::V(Value::Function(*function))).into_text();
                        }
                        _ => return None,
                    }
                }
                let (items, open) = self.items(value)?;
                if open || !self.enter() {
                    return None;
                }
                let mut all = String::new();
                let mut complete = true;
                for (index, item) in items.iter().enumerate() {
                    if index > 0 {
                        all.push(',');
                    }
                    if matches!(item, Js::V(Value::Undefined | Value::Null)) {
                        continue;
                    }
                    match self.string(item) {
                        Some(text) if all.len() + text.len() <= MAX_STRING => all.push_str(&text),
                        _ => {
                            complete = false;
                            break;
                        }
                    }
                }
                self.leave();
                complete.then(|| all.into())
            }
        }
    }
}
