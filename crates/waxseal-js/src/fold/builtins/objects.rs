//! `Object.*`, `Reflect.*` and what every object has.

use std::rc::Rc;

use oxc_span::Span;

use super::super::heap::{Heap, Js, Res, Stop, UNDEFINED, derived, join};
use super::super::{Folded, Folder, ObjectValue, Origins, Property, Value};

impl Folder<'_, '_> {
    pub(super) fn object_method(&self, receiver: &Js, name: &str, arguments: &[Js]) -> Res {
        match name {
            "hasOwnProperty" | "propertyIsEnumerable" => {
                let known = arguments
                    .first()
                    .and_then(|it| self.string(it))
                    .zip(self.own_properties(receiver));
                if let Some((name, properties)) = known {
                    return Ok(Js::bool(properties.iter().any(|(it, _)| *it == name)));
                }
            }
            "valueOf" => return Ok(receiver.clone()),
            "toString" => {
                if let Some(text) = self.string(receiver) {
                    return Ok(Js::V(Value::String(text)));
                }
            }
            "then" | "catch" | "finally" => return Ok(receiver.clone()),
            _ => {}
        }
        self.unmodelled(receiver, arguments)
    }

    /// An object of known properties: with an identity while something is interpreted.
    pub(super) fn make_object(&self, properties: Vec<(Rc<str>, Js)>) -> Res {
        if properties.len() > super::super::MAX_ITEMS || !self.spend(1 + properties.len() as u64 / 4) {
            return Err(Stop::Bail);
        }
        if self.live.get() {
            return self.alloc(Heap::Object {
                properties,
                class: None,
                rest: Origins::default(),
            });
        }
        let properties = properties.into_iter().map(|(name, value)| {
            let value = Folded {
                value: self.export(&value),
                hidden: self.hidden.get(),
                source: self.source.get(),
            };
            Property {
                name,
                value,
                span: Span::default(),
            }
        });
        let object = ObjectValue {
            properties: properties.collect(),
            rest: Origins::default(),
            span: None,
        };
        Ok(Js::V(Value::Object(Rc::new(object))))
    }

    /// `Object.name(…)`.
    pub(super) fn object_function(&self, name: &str, arguments: &[Js]) -> Option<Res> {
        let first = arguments.first().unwrap_or(&UNDEFINED);
        let known = || self.own_properties(first).ok_or(Stop::Bail);
        Some(match name {
            "keys" | "getOwnPropertyNames" => known().and_then(|properties| {
                self.make_array(
                    properties
                        .into_iter()
                        .map(|(name, _)| Js::V(Value::String(name)))
                        .collect(),
                )
            }),
            "values" => {
                known().and_then(|properties| self.make_array(properties.into_iter().map(|(_, value)| value).collect()))
            }
            "entries" => known().and_then(|properties| {
                let pairs = properties.into_iter();
                let pairs = pairs.map(|(name, value)| self.make_array(vec![Js::V(Value::String(name)), value]));
                self.make_array(pairs.collect::<Res<Vec<_>>>()?)
            }),
            "freeze" | "seal" | "preventExtensions" | "defineProperty" | "defineProperties" | "setPrototypeOf"
            | "create"
                if !self.live.get() =>
            {
                Ok(first.clone())
            }
            "freeze" | "seal" | "preventExtensions" => Ok(first.clone()),
            "create" => self.make_object(Vec::new()),
            "assign" => self.assigned(arguments),
            "fromEntries" => self
                .items(first)
                .filter(|(_, open)| !open)
                .ok_or(Stop::Bail)
                .and_then(|(pairs, _)| {
                    let mut properties = Vec::with_capacity(pairs.len());
                    for pair in pairs {
                        let (pair, _) = self.items(&pair).ok_or(Stop::Bail)?;
                        let name = pair.first().and_then(|it| self.string(it)).ok_or(Stop::Bail)?;
                        properties.push((name, pair.get(1).cloned().unwrap_or(UNDEFINED)));
                    }
                    self.make_object(properties)
                }),
            // What changes an object in a way that is not modelled ends the attempt.
            _ if self.live.get() => Err(Stop::Bail),
            _ => return None,
        })
    }

    fn assigned(&self, arguments: &[Js]) -> Res {
        let Some((target, sources)) = arguments.split_first() else {
            return Err(Stop::Bail);
        };
        if let (true, Js::H(_)) = (self.live.get(), target) {
            for source in sources {
                for (name, value) in self.own_properties(source).ok_or(Stop::Bail)? {
                    self.put(target, &name, &value)?;
                }
            }
            return Ok(target.clone());
        }
        let mut properties: Vec<Property> = Vec::new();
        let mut rest = Origins::default();
        for source in arguments {
            let mut more = Vec::new();
            self.spread_properties(&self.export(source), &mut more, &mut rest);
            properties.extend(more);
        }
        Ok(Js::V(Value::Object(Rc::new(ObjectValue {
            properties,
            rest,
            span: None,
        }))))
    }

    /// `Reflect.name(…)`.
    pub(super) fn reflect_function(&self, name: &str, arguments: &[Js], span: Span) -> Option<Res> {
        let target = arguments.first()?;
        Some(match name {
            "get" => {
                let key = self.key_text(arguments.get(1)?)?;
                self.get(target, &key)
            }
            "apply" => {
                let passed = arguments
                    .get(2)
                    .and_then(|it| self.items(it))
                    .map(|(items, _)| items)
                    .unwrap_or_default();
                self.invoke(target, arguments.get(1).unwrap_or(&UNDEFINED), passed, span)
            }
            "construct" => {
                let passed = arguments
                    .get(1)
                    .and_then(|it| self.items(it))
                    .map(|(items, _)| items)
                    .unwrap_or_default();
                self.construct_value(target, passed, span)
            }
            "set" if self.live.get() => {
                let key = self.key_text(arguments.get(1)?)?;
                let value = arguments.get(2).cloned().unwrap_or(UNDEFINED);
                self.put(target, &key, &value).map(|()| Js::bool(true))
            }
            "has" => {
                let key = self.key_text(arguments.get(1)?)?;
                Ok(Js::bool(
                    self.own_properties(target)?.iter().any(|(name, _)| *name == key),
                ))
            }
            "ownKeys" => return self.object_function("keys", arguments),
            _ => return None,
        })
    }

    /// `Promise.name(…)`: a promise and what it will hold are not told apart.
    pub(super) fn promise_function(&self, name: &str, arguments: &[Js]) -> Option<Res> {
        let first = arguments.first().cloned().unwrap_or(UNDEFINED);
        Some(match name {
            "resolve" | "all" | "allSettled" => Ok(first),
            "race" | "any" => match self.items(&first) {
                Some((items, false)) => Ok(Js::V(join(items.iter().map(|it| self.export(it))))),
                _ => Ok(Js::V(derived(self.origins(&first)))),
            },
            _ => return None,
        })
    }
}
