//! The values of the evaluator: immutable ones, and places on a heap while something is interpreted.

use std::cell::RefCell;
use std::rc::Rc;

use oxc_span::Span;
use oxc_syntax::symbol::SymbolId;

use super::{ArrayValue, Folded, Folder, MAX_ITEMS, ObjectValue, Origins, Property, Value};
use crate::module::FunctionIdx;

/// A value while evaluating.
#[derive(Debug, Clone)]
pub(super) enum Js {
    /// A value that nothing changes.
    V(Value),
    /// Something with an identity: its place on the heap.
    H(usize),
}

/// Something with an identity.
#[derive(Debug)]
pub(super) enum Heap {
    Array(Vec<Js>),
    Bytes(Vec<u8>),
    Object {
        properties: Vec<(Rc<str>, Js)>,
        class: Option<FunctionIdx>,
        rest: Origins,
    },
    Function {
        function: FunctionIdx,
        frame: Option<Rc<Frame>>,
        properties: Vec<(Rc<str>, Js)>,
    },
    Map(Vec<(Js, Js)>),
    Set(Vec<Js>),
}

/// The variables of one call.
#[derive(Debug)]
pub(super) struct Frame {
    pub(super) variables: RefCell<Vec<(SymbolId, Js)>>,
    pub(super) parent: Option<Rc<Frame>>,
    pub(super) this: Js,
    pub(super) arguments: Js,
    /// What `return` under a condition that is not known gave.
    pub(super) returned: RefCell<Vec<Value>>,
}

impl Frame {
    pub(super) fn new(parent: Option<Rc<Self>>, this: Js, arguments: Js) -> Rc<Self> {
        let variables = RefCell::default();
        Rc::new(Self {
            variables,
            parent,
            this,
            arguments,
            returned: RefCell::default(),
        })
    }

    /// The value of a variable of this frame or one around it.
    pub(super) fn get(&self, symbol: SymbolId) -> Option<Js> {
        let mut frame = self;
        loop {
            if let Some((_, value)) = frame.variables.borrow().iter().find(|(it, _)| *it == symbol) {
                return Some(value.clone());
            }
            frame = frame.parent.as_deref()?;
        }
    }

    /// Changes a variable of this frame or one around it; false if there is none.
    pub(super) fn set(&self, symbol: SymbolId, value: &Js) -> bool {
        let mut frame = self;
        loop {
            if let Some((_, slot)) = frame.variables.borrow_mut().iter_mut().find(|(it, _)| *it == symbol) {
                *slot = value.clone();
                return true;
            }
            match frame.parent.as_deref() {
                Some(parent) => frame = parent,
                None => return false,
            }
        }
    }

    /// Declares a variable, or gives it its value anew.
    pub(super) fn declare(&self, symbol: SymbolId, value: Js) {
        let mut variables = self.variables.borrow_mut();
        match variables.iter_mut().find(|(it, _)| *it == symbol) {
            Some((_, slot)) => *slot = value,
            None => variables.push((symbol, value)),
        }
    }
}

/// Why an evaluation ended without a value.
#[derive(Debug)]
pub(super) enum Stop {
    /// Something is not modelled, not known, or too much.
    Bail,
    /// The code threw this.
    Throw(Js),
}

/// The outcome of an evaluation.
pub(super) type Res<T = Js> = Result<T, Stop>;

pub(super) const UNDEFINED: Js = Js::V(Value::Undefined);

impl Js {
    pub(super) fn str(text: impl Into<Rc<str>>) -> Self {
        Self::V(Value::String(text.into()))
    }

    pub(super) fn number(number: f64) -> Self {
        Self::V(Value::Number(number))
    }

    pub(super) fn bool(value: bool) -> Self {
        Self::V(Value::Bool(value))
    }

    pub(super) fn into_text(self) -> Option<Rc<str>> {
        match self {
            Self::V(Value::String(text)) => Some(text),
            _ => None,
        }
    }

    pub(super) fn unknown(origins: Origins) -> Self {
        Self::V(Value::Unknown(origins))
    }
}

/// An unknown value computed from what came from `origins`: if that is nothing, then from constants alone.
pub(super) fn derived(mut origins: Origins) -> Value {
    if origins.is_empty() {
        origins.bits = Origins::DERIVED;
    }
    Value::Unknown(origins)
}

impl Folder<'_, '_> {
    pub(super) fn alloc(&self, object: Heap) -> Res {
        let mut heap = self.heap.borrow_mut();
        if heap.len() >= MAX_HEAP || !self.spend(4) {
            return Err(Stop::Bail);
        }
        heap.push(object);
        Ok(Js::H(heap.len() - 1))
    }

    pub(super) fn alloc_array(&self, items: Vec<Js>) -> Res {
        if items.len() > MAX_ITEMS || !self.spend(items.len() as u64 / 4) {
            return Err(Stop::Bail);
        }
        self.alloc(Heap::Array(items))
    }

    /// Notes that a heap object is about to be changed.
    pub(super) fn touch(&self, place: usize) {
        self.heap_writes.set(self.heap_writes.get() + 1);
        if place < self.heap_mark.get() {
            self.heap_escaped.set(true);
        }
    }

    /// A value as it stands now, apart from the heap.
    pub(super) fn export(&self, value: &Js) -> Value {
        self.export_within(value, 0, &mut MAX_EXPORT.clone())
    }

    fn export_within(&self, value: &Js, depth: u32, left: &mut u32) -> Value {
        let place = match value {
            Js::V(value) => return value.clone(),
            Js::H(place) => *place,
        };
        if depth > MAX_EXPORT_DEPTH || *left == 0 || !self.spend(1) {
            return derived(Origins::default());
        }
        *left -= 1;
        let heap = self.heap.borrow();
        match &heap[place] {
            Heap::Array(items) => {
                let items = items
                    .iter()
                    .map(|item| self.export_within(item, depth + 1, left))
                    .collect();
                Value::Array(Rc::new(ArrayValue { items, open: false }))
            }
            Heap::Bytes(bytes) => Value::Bytes(bytes.as_slice().into()),
            Heap::Object { properties, rest, .. } => {
                let own = properties
                    .iter()
                    .filter(|(name, _)| &**name != super::members::PROTOTYPE);
                let properties = own.map(|(name, value)| Property {
                    name: Rc::clone(name),
                    value: Folded {
                        value: self.export_within(value, depth + 1, left),
                        hidden: self.hidden.get(),
                        source: self.source.get(),
                    },
                    span: Span::default(),
                });
                let properties = properties.collect();
                Value::Object(Rc::new(ObjectValue {
                    properties,
                    rest: rest.clone(),
                    span: None,
                }))
            }
            Heap::Function {
                function, frame: None, ..
            } => Value::Function(*function),
            Heap::Function { .. } | Heap::Map(_) | Heap::Set(_) => derived(Origins::default()),
        }
    }

    /// A copy with an identity, for code that may change it.
    pub(super) fn import(&self, value: &Value) -> Res {
        if !self.enter() {
            return Err(Stop::Bail);
        }
        let result = self.import_entered(value);
        self.leave();
        result
    }

    fn import_entered(&self, value: &Value) -> Res {
        match value {
            Value::Array(array) if !array.open => {
                let items = array
                    .items
                    .iter()
                    .map(|item| self.import(item))
                    .collect::<Res<Vec<_>>>()?;
                self.alloc_array(items)
            }
            Value::Object(object) => {
                let mut properties: Vec<(Rc<str>, Js)> = Vec::with_capacity(object.properties.len());
                for property in &object.properties {
                    let value = self.import(&property.value.value)?;
                    match properties.iter_mut().find(|(name, _)| *name == property.name) {
                        Some((_, slot)) => {
                            let both = join([self.export(slot), self.export(&value)]);
                            *slot = Js::V(both);
                        }
                        None => properties.push((Rc::clone(&property.name), value)),
                    }
                    if !self.spend(1 + properties.len() as u64 / 8) {
                        return Err(Stop::Bail);
                    }
                }
                self.alloc(Heap::Object {
                    properties,
                    class: None,
                    rest: object.rest.clone(),
                })
            }
            Value::Bytes(bytes) => self.alloc(Heap::Bytes(bytes.to_vec())),
            value => Ok(Js::V(value.clone())),
        }
    }

    /// Goes one level deeper; false if that is too deep or the steps ran out.
    pub(super) fn enter(&self) -> bool {
        if self.depth.get() >= super::MAX_DEPTH || !self.spend(1) {
            return false;
        }
        self.depth.set(self.depth.get() + 1);
        true
    }

    pub(super) fn leave(&self) {
        self.depth.set(self.depth.get() - 1);
    }
}

/// One of several values: the same is not listed twice, the unknown ones are one.
pub(super) fn join(values: impl IntoIterator<Item = Value>) -> Value {
    let mut all: Vec<Value> = Vec::new();
    let mut unknown: Option<Origins> = None;
    let mut overflow = false;
    let mut add = |value: Value| match value {
        Value::Unknown(origins) => unknown.get_or_insert_with(Origins::default).add(&origins),
        value if all.iter().any(|it| same(it, &value)) => {}
        value if all.len() >= super::MAX_ALTERNATIVES => {
            overflow = true;
            unknown.get_or_insert_with(Origins::default).add(&value.origins());
        }
        value => all.push(value),
    };
    for value in values {
        match value {
            Value::OneOf(alternatives) => alternatives.iter().cloned().for_each(&mut add),
            value => add(value),
        }
    }
    if overflow {
        let mut origins = unknown.unwrap_or_default();
        all.iter().for_each(|value| origins.add(&value.origins()));
        return derived(origins);
    }
    if let Some(origins) = unknown {
        if all.len() == super::MAX_ALTERNATIVES {
            let mut origins = origins;
            all.iter().for_each(|value| origins.add(&value.origins()));
            return derived(origins);
        }
        all.push(Value::Unknown(origins));
    }
    match all.len() {
        0 => Value::Undefined,
        1 => all.swap_remove(0),
        _ => Value::OneOf(all.into()),
    }
}

/// Whether two values are plainly the same.
fn same(left: &Value, right: &Value) -> bool {
    match (left, right) {
        (Value::Undefined, Value::Undefined) | (Value::Null, Value::Null) => true,
        (Value::Bool(left), Value::Bool(right)) => left == right,
        (Value::Number(left), Value::Number(right)) => left == right || left.is_nan() && right.is_nan(),
        (Value::String(left), Value::String(right)) => left == right,
        (Value::Bytes(left), Value::Bytes(right)) => left == right,
        (Value::Function(left), Value::Function(right)) => left == right,
        (Value::Api(left), Value::Api(right)) => left.path == right.path && left.calls.len() == right.calls.len(),
        (Value::Array(left), Value::Array(right)) => Rc::ptr_eq(left, right),
        (Value::Object(left), Value::Object(right)) => Rc::ptr_eq(left, right),
        (Value::Concat(left), Value::Concat(right)) => {
            Rc::ptr_eq(left, right)
                || left.len() == right.len() && left.iter().zip(right.iter()).all(|(left, right)| same(left, right))
        }
        (Value::Unknown(left), Value::Unknown(right)) => left == right,
        _ => false,
    }
}

/// Objects on the heap.
const MAX_HEAP: usize = 400_000;

/// How deep, and how many objects, a value taken off the heap holds.
const MAX_EXPORT_DEPTH: u32 = 12;
const MAX_EXPORT: u32 = 20_000;
