//! Members: reading, writing, listing them, and what `this` holds.

use std::rc::Rc;

use super::eval::In;
use super::heap::{Heap, Js, Res, UNDEFINED, derived, join};
use super::text;
use super::{Folder, Origins, Parameter, Value};
use crate::module::FunctionIdx;

mod instance;
mod list;
mod write;

impl<'a> Folder<'_, 'a> {
    /// `object[key]`.
    pub(super) fn read_computed(&self, object: &Js, key: &Js, optional: bool, frame: In<'_>) -> Res {
        if let Js::V(Value::Undefined | Value::Null) = object {
            return self.read_nothing(optional, frame);
        }
        if let Js::V(Value::Number(number)) = key
            && number.fract() == 0.0
            && *number >= 0.0
            && let Some(item) = self.item(object, *number as usize)
        {
            return Ok(item);
        }
        if let Js::V(Value::OneOf(keys)) = key {
            let values = keys.iter().map(|key| {
                self.spend(1);
                Ok(self.export(&self.read_computed(object, &Js::V(key.clone()), optional, frame)?))
            });
            return Ok(Js::V(join(values.collect::<Res<Vec<_>>>()?)));
        }
        match self.key_text(key) {
            Some(name) => self.get(object, &name),
            None => self.get_unknown(object, key),
        }
    }

    /// A key as the name of a property.
    pub(super) fn key_text(&self, key: &Js) -> Option<Rc<str>> {
        match key {
            Js::V(Value::Api(_) | Value::Unknown(_)) => None,
            key => self.string(key),
        }
    }

    /// A member whose name is not known: any of them, if they are few.
    fn get_unknown(&self, object: &Js, key: &Js) -> Res {
        match object {
            Js::V(Value::Api(api)) => Ok(self.extend_api(api, "[]", &Origins::default())),
            Js::V(Value::Object(it)) if it.properties.len() <= super::MAX_ALTERNATIVES => {
                let mut values: Vec<_> = it.properties.iter().map(|it| it.value.value.clone()).collect();
                let mut origins = self.origins(key);
                origins.add(&it.rest);
                values.push(derived(origins));
                Ok(Js::V(join(values)))
            }
            Js::V(Value::Array(it)) if it.items.len() <= super::MAX_ALTERNATIVES => {
                let mut values = it.items.clone();
                values.push(derived(self.origins(key)));
                Ok(Js::V(join(values)))
            }
            object => {
                let mut origins = self.origins(object);
                origins.add(&self.origins(key));
                Ok(Js::V(derived(origins)))
            }
        }
    }

    /// `object.name`.
    pub(super) fn get(&self, object: &Js, name: &str) -> Res {
        if let Some(index) = index_of(name)
            && let Some(item) = self.item(object, index)
        {
            return Ok(item);
        }
        match object {
            Js::H(place) => self.get_heap(*place, name),
            Js::V(value) => Ok(self.get_value(value, name)),
        }
    }

    fn get_heap(&self, place: usize, name: &str) -> Res {
        let find = |properties: &[(Rc<str>, Js)]| {
            self.spend(properties.len() as u64 / 8);
            properties
                .iter()
                .find(|(it, _)| &**it == name)
                .map(|(_, value)| value.clone())
        };
        let mut inherited = None;
        let (found, class, rest) = match &self.heap.borrow()[place] {
            Heap::Array(items) if name == "length" => return Ok(Js::number(items.len() as f64)),
            Heap::Bytes(bytes) if name == "length" || name == "byteLength" => {
                return Ok(Js::number(bytes.len() as f64));
            }
            Heap::Map(entries) if name == "size" => return Ok(Js::number(entries.len() as f64)),
            Heap::Set(items) if name == "size" => return Ok(Js::number(items.len() as f64)),
            Heap::Object {
                properties,
                class,
                rest,
            } => {
                inherited = properties
                    .iter()
                    .find(|(it, _)| &**it == PROTOTYPE)
                    .map(|(_, it)| it.clone());
                (find(properties), *class, rest.clone())
            }
            Heap::Function {
                properties, function, ..
            } => {
                let found = find(properties);
                if found.is_none() && name == "name" {
                    return Ok(self.function_name(*function));
                }
                (found, None, Origins::default())
            }
            Heap::Array(_) => return Ok(self.prototype_member("Array", name)),
            Heap::Bytes(_) | Heap::Map(_) | Heap::Set(_) => return Ok(UNDEFINED),
        };
        if let Some(value) = found {
            return Ok(value);
        }
        if name == "prototype" {
            return self.prototype(place);
        }
        if let Some(Js::H(prototype)) = inherited {
            return self.get_heap(prototype, name);
        }
        if let Some(class) = class
            && let Some(value) = self.class_member(class, name, false)
        {
            return Ok(Js::V(value));
        }
        if !rest.is_empty() {
            return Ok(Js::unknown(rest));
        }
        Ok(self.prototype_member("Object", name))
    }

    /// The object that `new` of a function makes its objects inherit from.
    pub(super) fn prototype(&self, function: usize) -> Res {
        if let Heap::Function { properties, .. } = &self.heap.borrow()[function] {
            if let Some((_, value)) = properties.iter().find(|(it, _)| &**it == "prototype") {
                return Ok(value.clone());
            }
        } else {
            return Ok(UNDEFINED);
        }
        let prototype = self.alloc(Heap::Object {
            properties: Vec::new(),
            class: None,
            rest: Origins::default(),
        })?;
        self.put(&Js::H(function), &Rc::from("prototype"), &prototype)?;
        Ok(prototype)
    }

    /// A member of an immutable value.
    fn get_value(&self, value: &Value, name: &str) -> Js {
        match value {
            Value::String(string) if name == "length" => {
                self.hide();
                Js::number(text::length(string) as f64)
            }
            Value::Bytes(bytes) if name == "length" || name == "byteLength" => Js::number(bytes.len() as f64),
            Value::Array(array) if name == "length" && !array.open => Js::number(array.items.len() as f64),
            Value::Array(array) => {
                if let Some(index) = index_of(name)
                    && let Some(item) = self.item(&Js::V(value.clone()), index)
                {
                    return item;
                }
                if array.open && (name == "length" || index_of(name).is_some()) {
                    return Js::V(derived(value.origins()));
                }
                self.prototype_member("Array", name)
            }
            Value::Object(_) => self.object_member(value, name),
            Value::OneOf(values) => {
                let members = values.iter().filter(|it| !matches!(it, Value::Undefined | Value::Null));
                let members: Vec<_> = members.map(|it| self.export(&self.get_value(it, name))).collect();
                Js::V(join(members))
            }
            Value::Api(api) => self.api_member(api, name),
            Value::Function(function) => self.function_member(*function, name),
            Value::Unknown(origins) => Js::unknown(origins.clone()),
            Value::Concat(_) => Js::V(derived(value.origins())),
            Value::String(_) => self.prototype_member("String", name),
            Value::Number(_) => self.prototype_member("Number", name),
            Value::Bool(_) => self.prototype_member("Boolean", name),
            Value::RegExp { pattern, .. } if name == "source" => Js::V(Value::String(Rc::clone(pattern))),
            Value::RegExp { .. } | Value::Bytes(_) | Value::Undefined | Value::Null => UNDEFINED,
        }
    }

    fn object_member(&self, value: &Value, name: &str) -> Js {
        let Value::Object(object) = value else { return UNDEFINED };
        self.spend(1 + object.properties.len() as u64 / 16);
        let mut found = object.properties.iter().filter(|it| &*it.name == name).peekable();
        if let Some(first) = found.next() {
            self.adopt(&first.value);
            if found.peek().is_none() {
                return Js::V(first.value.value.clone());
            }
            let rest = found
                .inspect(|it| self.adopt(&it.value))
                .map(|it| it.value.value.clone());
            return Js::V(join(std::iter::once(first.value.value.clone()).chain(rest)));
        }
        if !object.rest.is_empty() {
            return Js::unknown(object.rest.clone());
        }
        self.prototype_member("Object", name)
    }

    /// What every array, string, … has: a method known by name, or nothing.
    fn prototype_member(&self, owner: &str, name: &str) -> Js {
        let known = match name {
            "constructor" => return self.api_value(owner, Origins::default()),
            "toString" | "valueOf" | "hasOwnProperty" => true,
            _ => match owner {
                "Array" => ARRAY_METHODS.contains(&name),
                "String" => STRING_METHODS.contains(&name),
                _ => false,
            },
        };
        if known {
            self.api_value(&format!("{owner}.prototype.{name}"), Origins::default())
        } else {
            UNDEFINED
        }
    }

    fn function_name(&self, function: FunctionIdx) -> Js {
        Js::str(self.module.function(function).name.unwrap_or(""))
    }

    fn function_member(&self, function: FunctionIdx, name: &str) -> Js {
        if let Some(value) = self.class_member(function, name, true) {
            return Js::V(value);
        }
        match name {
            "name" => self.function_name(function),
            "constructor" => self.api_value("Function", Origins::default()),
            "call" | "apply" | "bind" | "toString" => {
                self.api_value(&format!("Function.prototype.{name}"), Origins::default())
            }
            _ => UNDEFINED,
        }
    }

    /// A property of a finished value.
    pub(super) fn value_property(&self, value: &Value, name: &str) -> Value {
        match self.get(&Js::V(value.clone()), name) {
            Ok(member) => self.export(&member),
            Err(_) => derived(value.origins()),
        }
    }
}

/// The name under which an object keeps what it inherits from; no property can be called so.
pub(super) const PROTOTYPE: &str = "\0prototype";

/// What a parameter is worth: what the caller passes.
pub(super) fn caller(function: FunctionIdx, index: usize) -> Value {
    let parameter = Parameter {
        function,
        index: u8::try_from(index).unwrap_or(u8::MAX),
    };
    Value::Unknown(Origins {
        bits: Origins::CALLER,
        parameters: Rc::from([parameter]),
        ..Origins::default()
    })
}

/// A property name that is an array index.
pub(super) fn index_of(name: &str) -> Option<usize> {
    if name.is_empty() || name.len() > 7 || !name.bytes().all(|it| it.is_ascii_digit()) {
        return None;
    }
    name.parse().ok()
}

const ARRAY_METHODS: [&str; 34] = [
    "at",
    "concat",
    "copyWithin",
    "entries",
    "every",
    "fill",
    "filter",
    "find",
    "findIndex",
    "findLast",
    "flat",
    "flatMap",
    "forEach",
    "includes",
    "indexOf",
    "join",
    "keys",
    "lastIndexOf",
    "map",
    "pop",
    "push",
    "reduce",
    "reduceRight",
    "reverse",
    "shift",
    "slice",
    "some",
    "sort",
    "splice",
    "toReversed",
    "toSorted",
    "unshift",
    "values",
    "with",
];

const STRING_METHODS: [&str; 38] = [
    "at",
    "charAt",
    "charCodeAt",
    "codePointAt",
    "concat",
    "endsWith",
    "fontcolor",
    "includes",
    "indexOf",
    "italics",
    "lastIndexOf",
    "link",
    "localeCompare",
    "match",
    "matchAll",
    "normalize",
    "padEnd",
    "padStart",
    "repeat",
    "replace",
    "replaceAll",
    "search",
    "slice",
    "split",
    "startsWith",
    "strike",
    "substr",
    "substring",
    "sub",
    "sup",
    "toLocaleLowerCase",
    "toLocaleUpperCase",
    "toLowerCase",
    "toUpperCase",
    "trim",
    "trimEnd",
    "trimStart",
    "big",
];
