//! The operations of JavaScript and Node that only compute: dispatch by receiver or by canonical path.

use std::rc::Rc;

use oxc_span::Span;

use super::heap::{Heap, Js, Res, Stop, derived, join};
use super::{Api, ArrayValue, Folder, MAX_ITEMS, Origins, Value};

mod arrays;
mod bytes;
mod code;
mod collections;
mod globals;
mod iteration;
mod json;
mod objects;
mod patterns;
mod strings;

impl Folder<'_, '_> {
    /// A new array: with an identity while something is interpreted.
    pub(super) fn make_array(&self, items: Vec<Js>) -> Res {
        if items.len() > MAX_ITEMS || !self.spend(1 + items.len() as u64 / 4) {
            return Err(Stop::Bail);
        }
        let known = !items
            .iter()
            .any(|it| matches!(it, Js::V(Value::Array(array)) if array.open));
        if self.live.get() && known {
            return self.alloc(Heap::Array(items));
        }
        let items = items.iter().map(|it| self.export(it)).collect();
        Ok(Js::V(Value::Array(Rc::new(ArrayValue { items, open: false }))))
    }

    pub(super) fn make_open_array(&self, items: &[Js]) -> Js {
        let items = items.iter().take(MAX_ITEMS).map(|it| self.export(it)).collect();
        Js::V(Value::Array(Rc::new(ArrayValue { items, open: true })))
    }

    pub(super) fn make_bytes(&self, bytes: Vec<u8>) -> Res {
        if bytes.len() > super::MAX_STRING || !self.spend(1 + bytes.len() as u64 / 16) {
            return Err(Stop::Bail);
        }
        if self.live.get() {
            self.alloc(Heap::Bytes(bytes))
        } else {
            Ok(Js::V(Value::Bytes(bytes.into())))
        }
    }

    pub(super) fn make_text(&self, text: String) -> Res {
        if text.len() > super::MAX_STRING || !self.spend(1 + text.len() as u64 / 32) {
            return Err(Stop::Bail);
        }
        Ok(Js::str(text))
    }

    /// What an operation that is not modelled gives.
    pub(super) fn unmodelled(&self, receiver: &Js, arguments: &[Js]) -> Res {
        let mut origins = self.origins(receiver);
        arguments.iter().for_each(|it| origins.add(&self.origins(it)));
        if self.live.get() && origins.is_empty() {
            return Err(Stop::Bail);
        }
        Ok(Js::V(derived(origins)))
    }

    /// A method that every value of the receiver's kind has.
    pub(super) fn builtin_method(&self, receiver: &Js, name: &str, arguments: &[Js], span: Span) -> Res {
        if let Some(position) = arguments.iter().position(|it| matches!(it, Js::V(Value::OneOf(_))))
            && let Js::V(Value::OneOf(values)) = &arguments[position]
            && !matches!(name, "concat" | "push" | "unshift")
        {
            let mut all = Vec::with_capacity(values.len());
            for value in values.iter() {
                let mut arguments = arguments.to_vec();
                arguments[position] = Js::V(value.clone());
                for other in &mut arguments[position + 1..] {
                    if let Js::V(Value::OneOf(_)) = other {
                        *other = Js::unknown(self.origins(other));
                    }
                }
                all.push(self.export(&self.builtin_method(receiver, name, &arguments, span)?));
            }
            return Ok(Js::V(join(all)));
        }
        match receiver {
            Js::V(Value::String(text)) => self.string_method(text, name, arguments, span),
            Js::V(Value::Number(number)) => self.number_method(*number, name, arguments),
            Js::V(Value::Array(_)) => self.array_method(receiver, name, arguments, span),
            Js::V(Value::Bytes(_)) => self.bytes_method(receiver, name, arguments, span),
            Js::V(Value::RegExp { pattern, flags }) => self.pattern_method(pattern, flags, name, arguments),
            Js::V(Value::Concat(_) | Value::Unknown(_)) => self.partial_method(receiver, name, arguments, span),
            Js::V(_) => self.object_method(receiver, name, arguments),
            Js::H(place) => {
                enum Kind {
                    Array,
                    Bytes,
                    Collection,
                    Other,
                }
                let kind = match &self.heap.borrow()[*place] {
                    Heap::Array(_) => Kind::Array,
                    Heap::Bytes(_) => Kind::Bytes,
                    Heap::Map(_) | Heap::Set(_) => Kind::Collection,
                    _ => Kind::Other,
                };
                match kind {
                    Kind::Array => self.array_method(receiver, name, arguments, span),
                    Kind::Bytes => self.bytes_method(receiver, name, arguments, span),
                    Kind::Collection => self.collection_method(*place, name, arguments, span),
                    Kind::Other => self.object_method(receiver, name, arguments),
                }
            }
        }
    }

    /// A call of something global by its path, if it only computes.
    pub(super) fn api_call(&self, api: &Rc<Api>, arguments: &[Js], span: Span) -> Option<Res> {
        if let Some(position) = arguments.iter().position(|it| matches!(it, Js::V(Value::OneOf(_))))
            && is_computation(&api.path)
            && let Js::V(Value::OneOf(values)) = &arguments[position]
        {
            return Some(self.each(values, |value| {
                let mut arguments = arguments.to_vec();
                arguments[position] = Js::V(value.clone());
                self.api_call(api, &arguments, span)
                    .unwrap_or_else(|| self.unmodelled(&Js::V(value.clone()), &[]))
            }));
        }
        let path = &*api.path;
        if matches!(path, "require" | "node:module.createRequire()") {
            return Some(Ok(self.loaded(arguments.first().unwrap_or(&super::heap::UNDEFINED))));
        }
        if matches!(path, "process.getBuiltinModule") {
            return Some(Ok(self.loaded(arguments.first()?)));
        }
        if let Some(value) = self.bundle_call(path, &api.calls, arguments) {
            return Some(Ok(Js::V(value)));
        }
        if matches!(path, "eval" | "Function" | "Function()") {
            return self.code(path, arguments, api);
        }
        let result = self.global_call(path, arguments, span)?;
        self.hide();
        Some(match result {
            // An operation that is modelled met what it is not modelled for.
            Err(Stop::Bail) if !self.live.get() => self.unmodelled(&super::heap::UNDEFINED, arguments),
            result => result,
        })
    }

    fn each(&self, values: &[Value], run: impl Fn(&Value) -> Res) -> Res {
        let mut all = Vec::with_capacity(values.len());
        for value in values {
            all.push(self.export(&run(value)?));
        }
        Ok(Js::V(join(all)))
    }

    /// A method of something global that only computes: `Map().get`, `TextDecoder().decode`, `Buffer.from`.
    pub(super) fn api_method(&self, api: &Rc<Api>, name: &str, arguments: &[Js], span: Span) -> Option<Res> {
        match (&*api.path, name) {
            ("Map()", "get" | "has") | ("Set()", "has") => {
                let call = api.calls.last()?;
                Some(self.looked_up(call.arguments.first()?, name, arguments))
            }
            ("TextDecoder()" | "node:util.TextDecoder()", "decode") => {
                let bytes = self.bytes_of(arguments.first()?)?;
                Some(self.make_text(String::from_utf8_lossy(&bytes).into_owned()))
            }
            ("TextEncoder()" | "node:util.TextEncoder()", "encode") => {
                let text = self.string(arguments.first()?)?;
                Some(self.make_bytes(text.as_bytes().to_vec()))
            }
            ("URL()", "toString") => {
                let call = api.calls.last()?;
                call.arguments.first().map(|it| Ok(Js::V(it.clone())))
            }
            _ => {
                let path = format!("{}.{name}", api.path);
                if !is_computation(&path) {
                    return None;
                }
                let joined = Rc::new(Api {
                    path: path.into(),
                    origins: api.origins.clone(),
                    calls: Rc::clone(&api.calls),
                });
                self.api_call(&joined, arguments, span)
            }
        }
    }

    /// `new` of something global that only computes.
    pub(super) fn api_new(&self, api: &Rc<Api>, arguments: &[Js]) -> Option<Res> {
        match &*api.path {
            "Function" => self.code("Function", arguments, api),
            "Map" | "Set" if self.live.get() => Some(self.new_collection(&api.path, arguments)),
            "String" | "Number" | "Boolean" | "Object" | "Array" | "Buffer" | "Uint8Array" | "Uint8ClampedArray"
            | "RegExp" | "Uint16Array" | "Uint32Array" | "Int32Array" | "Int8Array" | "Float64Array" => {
                let path = if &*api.path == "Buffer" {
                    "Buffer.from"
                } else {
                    &*api.path
                };
                let result = self.global_call(path, arguments, Span::default())?;
                Some(match result {
                    Err(Stop::Bail) if !self.live.get() => self.unmodelled(&super::heap::UNDEFINED, arguments),
                    result => result,
                })
            }
            "Error" | "TypeError" | "RangeError" if self.live.get() => Some(self.alloc(Heap::Object {
                properties: vec![(
                    "message".into(),
                    arguments.first().cloned().unwrap_or(super::heap::UNDEFINED),
                )],
                class: None,
                rest: Origins::default(),
            })),
            _ => None,
        }
    }
}

/// Whether a path names something that only computes.
fn is_computation(path: &str) -> bool {
    let root = path.split(['.', '(']).next().unwrap_or(path);
    COMPUTING.contains(&root) || path.starts_with("node:buffer.Buffer") || path.starts_with("node:path.")
}

/// Globals whose functions only compute.
const COMPUTING: [&str; 31] = [
    "String",
    "Number",
    "Math",
    "Object",
    "Array",
    "JSON",
    "Buffer",
    "Boolean",
    "RegExp",
    "parseInt",
    "parseFloat",
    "isNaN",
    "isFinite",
    "atob",
    "btoa",
    "escape",
    "unescape",
    "encodeURIComponent",
    "decodeURIComponent",
    "encodeURI",
    "decodeURI",
    "Uint8Array",
    "Uint16Array",
    "Uint32Array",
    "Int32Array",
    "Promise",
    "Reflect",
    "BigInt",
    "Symbol",
    "structuredClone",
    "Uint8ClampedArray",
];
