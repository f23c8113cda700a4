//! Members: reading, writing, listing them, and what `this` holds.

use std::rc::Rc;

use oxc_ast::ast::*;
use oxc_span::Span;

use super::eval::In;
use super::heap::{Heap, Js, Res, Stop, UNDEFINED, derived, join};
use super::text;
use super::{Folder, Origins, Parameter, Value};
use crate::module::{FunctionIdx, FunctionNode, PropertyKeyNote};

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

    /// The item at an index of something indexed.
    fn item(&self, object: &Js, index: usize) -> Option<Js> {
        match object {
            Js::V(Value::Array(array)) => match array.items.get(index) {
                Some(item) if !array.open => Some(Js::V(item.clone())),
                Some(item) => {
                    let mut origins = Origins::default();
                    array.items.iter().for_each(|it| origins.add(&it.origins()));
                    Some(Js::V(join([item.clone(), derived(origins)])))
                }
                None if array.open => None,
                None => Some(UNDEFINED),
            },
            Js::V(Value::String(string)) => {
                self.hide();
                self.spend(1 + string.len() as u64 / 64);
                Some(text::unit(string, index).map_or(UNDEFINED, |it| Js::str(String::from_utf16_lossy(&[it]))))
            }
            Js::V(Value::Bytes(bytes)) => Some(bytes.get(index).map_or(UNDEFINED, |it| Js::number(f64::from(*it)))),
            Js::H(place) => match &self.heap.borrow()[*place] {
                Heap::Array(items) => Some(items.get(index).cloned().unwrap_or(UNDEFINED)),
                Heap::Bytes(bytes) => Some(bytes.get(index).map_or(UNDEFINED, |it| Js::number(f64::from(*it)))),
                _ => None,
            },
            Js::V(_) => None,
        }
    }

    /// The items of an array, and whether there may be more.
    pub(super) fn items(&self, value: &Js) -> Option<(Vec<Js>, bool)> {
        match value {
            Js::V(Value::Array(array)) => {
                self.spend(array.items.len() as u64 / 4);
                Some((array.items.iter().cloned().map(Js::V).collect(), array.open))
            }
            Js::V(Value::Bytes(bytes)) => Some((bytes.iter().map(|it| Js::number(f64::from(*it))).collect(), false)),
            Js::H(place) => match &self.heap.borrow()[*place] {
                Heap::Array(items) => {
                    self.spend(items.len() as u64 / 4);
                    Some((items.clone(), false))
                }
                Heap::Bytes(bytes) => Some((bytes.iter().map(|it| Js::number(f64::from(*it))).collect(), false)),
                _ => None,
            },
            Js::V(_) => None,
        }
    }

    /// What `for … of` goes over.
    pub(super) fn iterated(&self, value: &Js) -> Option<(Vec<Js>, bool)> {
        if let Js::V(Value::String(string)) = value {
            self.hide();
            if string.len() > super::MAX_ITEMS || !self.spend(string.len() as u64) {
                return None;
            }
            return Some((string.chars().map(|it| Js::str(it.to_string())).collect(), false));
        }
        if let Js::H(place) = value {
            let entries = match &self.heap.borrow()[*place] {
                Heap::Set(items) => return Some((items.clone(), false)),
                Heap::Map(entries) => Some(entries.clone()),
                _ => None,
            };
            if let Some(entries) = entries {
                let pairs = entries
                    .into_iter()
                    .map(|(key, value)| self.alloc_array(vec![key, value]));
                return Some((pairs.collect::<Res<Vec<_>>>().ok()?, false));
            }
        }
        self.items(value)
    }

    /// An object's own properties, if all are known.
    pub(super) fn own_properties(&self, value: &Js) -> Option<Vec<(Rc<str>, Js)>> {
        match value {
            Js::V(Value::Object(object)) if object.rest.is_empty() => {
                self.spend(object.properties.len() as u64);
                let mut all: Vec<(Rc<str>, Js)> = Vec::with_capacity(object.properties.len());
                for property in &object.properties {
                    let value = Js::V(property.value.value.clone());
                    match all.iter_mut().find(|(name, _)| *name == property.name) {
                        Some((_, slot)) => *slot = Js::V(join([self.export(slot), property.value.value.clone()])),
                        None => all.push((Rc::clone(&property.name), value)),
                    }
                    if !self.spend(all.len() as u64 / 8) {
                        return None;
                    }
                }
                Some(all)
            }
            Js::H(place) => match &self.heap.borrow()[*place] {
                Heap::Object { properties, rest, .. } if rest.is_empty() => Some(
                    properties
                        .iter()
                        .filter(|(name, _)| &**name != PROTOTYPE)
                        .cloned()
                        .collect(),
                ),
                Heap::Function { properties, .. } => Some(properties.clone()),
                Heap::Array(items) => Some(
                    items
                        .iter()
                        .enumerate()
                        .map(|(index, it)| (index.to_string().into(), it.clone()))
                        .collect(),
                ),
                _ => None,
            },
            Js::V(Value::Array(array)) if !array.open => {
                let items = array.items.iter().enumerate();
                Some(
                    items
                        .map(|(index, it)| (index.to_string().into(), Js::V(it.clone())))
                        .collect(),
                )
            }
            Js::V(_) => None,
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

    /// A member of a class: a field or a method as declared, and whatever its methods write to `this`.
    pub(super) fn class_member(&self, class: FunctionIdx, name: &str, is_static: bool) -> Option<Value> {
        let FunctionNode::Class(_) = self.module.function(class).node else {
            return None;
        };
        let key = (class, Rc::from(name), is_static);
        match self.class_members.borrow().get(&key) {
            Some(Some((value, hidden))) => {
                if *hidden {
                    self.hide();
                }
                return value.clone();
            }
            Some(None) => {
                self.cycle();
                return Some(derived(Origins::default()));
            }
            None => {}
        }
        if !self.enter() {
            return Some(derived(Origins::default()));
        }
        self.class_members.borrow_mut().insert(key.clone(), None);
        let mut value = None;
        let folded = self.tracked(|| {
            value = self.standing(|| self.find_class_member(class, name, is_static));
            Value::Undefined
        });
        self.leave();
        if folded.hidden {
            self.hide();
        }
        if self.source.get().is_none() {
            self.source.set(folded.source);
        }
        self.class_members
            .borrow_mut()
            .insert(key, Some((value.clone(), folded.hidden)));
        value
    }

    fn find_class_member(&self, class: FunctionIdx, name: &str, is_static: bool) -> Option<Value> {
        let FunctionNode::Class(node) = self.module.function(class).node else {
            return None;
        };
        let mut values = Vec::new();
        for element in &node.body.body {
            match element {
                ClassElement::PropertyDefinition(it) if it.r#static == is_static && self.is_key(&it.key, name) => {
                    values.push(it.value.as_ref().map_or(Value::Undefined, |value| self.outside(value)));
                }
                ClassElement::MethodDefinition(it) if it.r#static == is_static && self.is_key(&it.key, name) => {
                    let function = self.module.function_at(it.value.span.start)?;
                    values.push(match it.kind {
                        MethodDefinitionKind::Get => self.returns(function),
                        _ => Value::Function(function),
                    });
                }
                _ => {}
            }
        }
        if is_static {
            self.written_onto_class(node, name, &mut values);
        } else {
            self.written_to_this(class, name, &mut values);
        }
        if values.len() > 1 {
            values.retain(|it| !matches!(it, Value::Undefined));
        }
        (!values.is_empty()).then(|| join(values))
    }

    fn is_key(&self, key: &'a PropertyKey<'a>, name: &str) -> bool {
        match key {
            PropertyKey::StaticIdentifier(it) => it.name == name,
            PropertyKey::PrivateIdentifier(it) => it.name == name,
            PropertyKey::StringLiteral(it) => it.value == name,
            _ => self.key(key, None).ok().flatten().as_deref() == Some(name),
        }
    }

    /// `Class.name = …` anywhere.
    fn written_onto_class(&self, class: &Class<'a>, name: &str, values: &mut Vec<Value>) {
        let Some(symbol) = class.id.as_ref().and_then(|id| id.symbol_id.get()) else {
            return;
        };
        let Some(note) = self.module.symbols.get(&symbol) else {
            return;
        };
        for write in &note.property_writes {
            let write = &self.module.property_writes[*write as usize];
            if matches!(write.key, PropertyKeyNote::Name(it) if it == name)
                && matches!(write.object, Expression::Identifier(_))
                && let Some(value) = write.value
            {
                values.push(self.outside(value));
            }
        }
    }

    /// `this.name = …` in the methods of a class, and parameters that TypeScript makes fields.
    fn written_to_this(&self, class: FunctionIdx, name: &str, values: &mut Vec<Value>) {
        for (position, function) in self.module.functions.iter().enumerate().skip(class.0 as usize + 1) {
            if function.span.start > self.module.function(class).span.end {
                break;
            }
            let Some(parameters) = function.node.parameters().filter(|_| function.class == Some(class)) else {
                continue;
            };
            for (index, parameter) in parameters.items.iter().enumerate() {
                let id = parameter.pattern.get_binding_identifier();
                if parameter.accessibility.is_some() && id.is_some_and(|id| id.name == name) {
                    let function = FunctionIdx(u32::try_from(position).unwrap_or(u32::MAX));
                    values.push(caller(function, index));
                }
            }
        }
        let span = self.module.function(class).span;
        let writes = &self.module.property_writes;
        // Writes are in source order by their ends only within a statement: the window is widened by the class itself.
        let first = writes.partition_point(|it| it.span.start < span.start);
        for write in writes[first.saturating_sub(4)..]
            .iter()
            .take_while(|it| it.span.start <= span.end)
        {
            self.spend(1);
            if matches!(write.key, PropertyKeyNote::Name(it) if it == name)
                && matches!(write.object, Expression::ThisExpression(_))
                && self.this_class(write.span.start) == Some(class)
                && let Some(value) = write.value
            {
                values.push(self.outside(value));
            }
        }
    }

    /// The class whose instance `this` is at a place.
    pub(super) fn this_class(&self, place: u32) -> Option<FunctionIdx> {
        let mut function = self.function_around(place);
        loop {
            let note = self.module.function(function);
            if note.class.is_some() {
                return note.class;
            }
            match note.node {
                FunctionNode::Arrow(_) => function = note.parent,
                FunctionNode::Class(_) => return Some(function),
                FunctionNode::Top(_) | FunctionNode::Function(_) => return None,
            }
        }
    }

    /// The innermost function around a place.
    pub(super) fn function_around(&self, place: u32) -> FunctionIdx {
        let functions = &self.module.functions;
        let after = functions.partition_point(|it| it.span.start <= place).max(1);
        let mut function = FunctionIdx(u32::try_from(after - 1).unwrap_or(0));
        while function != FunctionIdx::TOP && functions[function.0 as usize].span.end <= place {
            function = functions[function.0 as usize].parent;
        }
        function
    }

    /// `this.name` where the object before the dot, at `of`, is `this` inside a class.
    pub(super) fn this_member(&self, of: Span, name: &str) -> Option<Value> {
        if of.size() != 4 || self.module.source.get(of.start as usize..of.end as usize) != Some("this") {
            return None;
        }
        let class = self.this_class(of.start)?;
        self.class_member(class, name, false)
            .or_else(|| self.class_member(class, name, true))
    }

    pub(super) fn this(&self, span: Span, frame: In<'_>) -> Res {
        if let Some(frame) = frame {
            return Ok(frame.this.clone());
        }
        let function = self.function_around(span.start);
        if function == FunctionIdx::TOP {
            return Ok(self.api_value("globalThis", Origins::default()));
        }
        Ok(Js::unknown(Origins::of(Origins::CALLER)))
    }

    /// `object.name = value` inside a frame.
    pub(super) fn put(&self, object: &Js, name: &Rc<str>, value: &Js) -> Res<()> {
        let Js::H(place) = object else {
            // Writing onto something of the outside changes nothing that is modelled.
            return match object {
                Js::V(Value::Unknown(_) | Value::Api(_)) => Ok(()),
                _ => Err(Stop::Bail),
            };
        };
        self.touch(*place);
        // Asked before the heap is borrowed for good.
        let number = match value {
            Js::V(_) => self.number(value),
            Js::H(_) => None,
        };
        match &mut self.heap.borrow_mut()[*place] {
            Heap::Array(items) => {
                if &**name == "length" {
                    let length = number.filter(|it| *it <= items.len() as f64).ok_or(Stop::Bail)?;
                    items.truncate(length as usize);
                    return Ok(());
                }
                let index = index_of(name).filter(|it| *it < super::MAX_ITEMS).ok_or(Stop::Bail)?;
                if index >= items.len() {
                    items.resize(index + 1, UNDEFINED);
                }
                items[index] = value.clone();
            }
            Heap::Bytes(bytes) => {
                let index = index_of(name).ok_or(Stop::Bail)?;
                let byte = text::int32(number.ok_or(Stop::Bail)?) as u8;
                if let Some(slot) = bytes.get_mut(index) {
                    *slot = byte;
                }
            }
            Heap::Object { properties, .. } | Heap::Function { properties, .. } => {
                self.spend(properties.len() as u64 / 8);
                match properties.iter().position(|(it, _)| it == name) {
                    Some(at) => properties[at].1 = value.clone(),
                    None if properties.len() >= super::MAX_ITEMS => return Err(Stop::Bail),
                    None => properties.push((Rc::clone(name), value.clone())),
                }
            }
            Heap::Map(_) | Heap::Set(_) => return Err(Stop::Bail),
        }
        Ok(())
    }

    /// `delete object.name`.
    pub(super) fn delete(&self, argument: &'a Expression<'a>, frame: In<'_>) -> Res {
        let (Some(frame), Some(member)) = (frame, argument.as_member_expression()) else {
            return Ok(Js::bool(true));
        };
        let object = self.eval(member.object(), Some(frame))?;
        let name = self.member_name(member, Some(frame))?;
        if let Js::H(place) = object {
            self.touch(place);
            match &mut self.heap.borrow_mut()[place] {
                Heap::Object { properties, .. } | Heap::Function { properties, .. } => {
                    properties.retain(|(it, _)| *it != name);
                }
                _ => return Err(Stop::Bail),
            }
        }
        Ok(Js::bool(true))
    }

    /// The name of a member that is written to.
    pub(super) fn member_name(&self, member: &'a MemberExpression<'a>, frame: In<'_>) -> Res<Rc<str>> {
        match member {
            MemberExpression::StaticMemberExpression(it) => Ok(it.property.name.as_str().into()),
            MemberExpression::PrivateFieldExpression(it) => Ok(it.field.name.as_str().into()),
            MemberExpression::ComputedMemberExpression(it) => {
                let key = self.eval(&it.expression, frame)?;
                self.key_text(&key).ok_or(Stop::Bail)
            }
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
