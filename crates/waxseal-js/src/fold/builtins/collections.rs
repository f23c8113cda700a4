//! Methods of sets and maps.

use oxc_span::Span;

use crate::fold::heap::{Heap, Js, Res, Stop, UNDEFINED};
use crate::fold::{Folder, MAX_ITEMS, Value};

impl<'a> Folder<'_, 'a> {
    /// `map.get(key)`, `map.has(key)`, `set.has(item)` of what a map or set was made of.
    pub(in crate::fold) fn looked_up(&self, made_of: &Value, name: &str, arguments: &[Js]) -> Res {
        let key = arguments.first().unwrap_or(&UNDEFINED);
        let Some((entries, false)) = self.items(&Js::V(made_of.clone())) else {
            return self.unmodelled(&Js::V(made_of.clone()), arguments);
        };
        for entry in entries.iter().rev() {
            let (candidate, value) = match self.items(entry) {
                Some((pair, _)) => (
                    pair.first().cloned().unwrap_or(UNDEFINED),
                    pair.get(1).cloned().unwrap_or(UNDEFINED),
                ),
                None => (entry.clone(), entry.clone()),
            };
            match self.strictly_equal(&candidate, key) {
                Some(true) => return Ok(if name == "get" { value } else { Js::bool(true) }),
                Some(false) => {}
                None => return self.unmodelled(&Js::V(made_of.clone()), arguments),
            }
        }
        Ok(if name == "get" { UNDEFINED } else { Js::bool(false) })
    }

    pub(in crate::fold) fn new_collection(&self, path: &str, arguments: &[Js]) -> Res {
        let items = match arguments.first() {
            None | Some(Js::V(Value::Undefined | Value::Null)) => Vec::new(),
            Some(made_of) => self.iterated(made_of).filter(|(_, open)| !open).ok_or(Stop::Bail)?.0,
        };
        if path == "Set" {
            let mut unique: Vec<Js> = Vec::new();
            for item in items {
                if !self.spend(1 + unique.len() as u64 / 8) {
                    return Err(Stop::Bail);
                }
                if !unique.iter().any(|it| self.strictly_equal(it, &item) == Some(true)) {
                    unique.push(item);
                }
            }
            return self.alloc(Heap::Set(unique));
        }
        let mut entries = Vec::with_capacity(items.len());
        for item in items {
            let (pair, _) = self.items(&item).ok_or(Stop::Bail)?;
            entries.push((
                pair.first().cloned().unwrap_or(UNDEFINED),
                pair.get(1).cloned().unwrap_or(UNDEFINED),
            ));
        }
        self.alloc(Heap::Map(entries))
    }

    /// Methods of a map or a set with an identity.
    pub(in crate::fold) fn collection_method(&self, place: usize, name: &str, arguments: &[Js], span: Span) -> Res {
        let key = arguments.first().cloned().unwrap_or(UNDEFINED);
        let (mut entries, is_set) = match &self.heap.borrow()[place] {
            Heap::Map(entries) => (entries.clone(), false),
            Heap::Set(items) => (items.iter().map(|it| (it.clone(), it.clone())).collect(), true),
            _ => return Err(Stop::Bail),
        };
        if !self.spend(1 + entries.len() as u64 / 4) {
            return Err(Stop::Bail);
        }
        let mut at = None;
        if matches!(name, "get" | "has" | "set" | "add" | "delete") {
            for (index, (candidate, _)) in entries.iter().enumerate() {
                if self.strictly_equal(candidate, &key).ok_or(Stop::Bail)? {
                    at = Some(index);
                }
            }
        }
        match name {
            "get" => return Ok(at.map_or(UNDEFINED, |it| entries[it].1.clone())),
            "has" => return Ok(Js::bool(at.is_some())),
            "keys" => return self.make_array(entries.into_iter().map(|(key, _)| key).collect()),
            "values" => return self.make_array(entries.into_iter().map(|(_, value)| value).collect()),
            "entries" => {
                let pairs = entries
                    .into_iter()
                    .map(|(key, value)| self.make_array(vec![key, value]));
                return self.make_array(pairs.collect::<Res<Vec<_>>>()?);
            }
            "forEach" => {
                for (key, value) in entries {
                    self.invoke(arguments.first().ok_or(Stop::Bail)?, &UNDEFINED, vec![value, key], span)?;
                }
                return Ok(UNDEFINED);
            }
            "set" | "add" => {
                let value = if name == "add" {
                    key.clone()
                } else {
                    arguments.get(1).cloned().unwrap_or(UNDEFINED)
                };
                match at {
                    Some(at) => entries[at].1 = value,
                    None if entries.len() >= MAX_ITEMS => return Err(Stop::Bail),
                    None => entries.push((key, value)),
                }
            }
            "delete" => {
                if let Some(at) = at {
                    entries.remove(at);
                }
            }
            "clear" => entries.clear(),
            _ => return Err(Stop::Bail),
        }
        self.touch(place);
        let changed = match is_set {
            true => Heap::Set(entries.into_iter().map(|(it, _)| it).collect()),
            false => Heap::Map(entries),
        };
        self.heap.borrow_mut()[place] = changed;
        Ok(if name == "delete" {
            Js::bool(at.is_some())
        } else {
            Js::H(place)
        })
    }
}
