//! Listing what something holds: items, what iterating gives, own properties.

use std::rc::Rc;

use crate::fold::heap::{Heap, Js, Res, UNDEFINED, derived, join};
use crate::fold::text;
use crate::fold::{Folder, MAX_ITEMS, Origins, Value};

impl<'a> Folder<'_, 'a> {
    /// The item at an index of something indexed.
    pub(in crate::fold) fn item(&self, object: &Js, index: usize) -> Option<Js> {
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
    pub(in crate::fold) fn items(&self, value: &Js) -> Option<(Vec<Js>, bool)> {
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
    pub(in crate::fold) fn iterated(&self, value: &Js) -> Option<(Vec<Js>, bool)> {
        if let Js::V(Value::String(string)) = value {
            self.hide();
            if string.len() > MAX_ITEMS || !self.spend(string.len() as u64) {
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
    pub(in crate::fold) fn own_properties(&self, value: &Js) -> Option<Vec<(Rc<str>, Js)>> {
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
                        .filter(|(name, _)| &**name != crate::fold::members::PROTOTYPE)
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
}
