//! Methods of arrays, sets and maps.

use std::rc::Rc;

use oxc_span::Span;

use super::super::heap::{Heap, Js, Res, Stop, UNDEFINED, derived};
use super::super::text;
use super::super::{Folder, MAX_ITEMS, Origins, Value};

impl Folder<'_, '_> {
    pub(super) fn array_method(&self, receiver: &Js, name: &str, arguments: &[Js], span: Span) -> Res {
        let Some((items, open)) = self.items(receiver) else {
            return self.unmodelled(receiver, arguments);
        };
        if !matches!(name, "concat" | "join" | "push" | "filter" | "flat" | "toString") {
            self.hide();
        }
        if open
            && !matches!(
                name,
                "concat" | "join" | "map" | "filter" | "flat" | "slice" | "forEach" | "push" | "flatMap"
            )
        {
            return self.unmodelled(receiver, arguments);
        }
        if let Some(result) = self.mutation(receiver, name, &items, arguments) {
            return result;
        }
        if let Some(result) = self.iteration(name, &items, open, arguments, span) {
            return match result {
                Err(Stop::Bail) if !self.live.get() => self.unmodelled(receiver, arguments),
                result => result,
            };
        }
        match self.plain_array_method(&items, open, name, arguments) {
            Some(Err(Stop::Bail)) | None if !self.live.get() => self.unmodelled(receiver, arguments),
            None => Err(Stop::Bail),
            Some(result) => result,
        }
    }

    fn plain_array_method(&self, items: &[Js], open: bool, name: &str, arguments: &[Js]) -> Option<Res> {
        let number = |index: usize, default: f64| match arguments.get(index) {
            None | Some(Js::V(Value::Undefined)) => Some(default),
            Some(value) => self.number(value),
        };
        let build = |items: Vec<Js>| {
            if open {
                Ok(self.make_open_array(&items))
            } else {
                self.make_array(items)
            }
        };
        Some(match name {
            "join" | "toString" => {
                let separator = match arguments.first() {
                    Some(Js::V(Value::Undefined)) | None => ",".into(),
                    Some(separator) => self.string(separator)?,
                };
                if separator.is_empty() {
                    self.hide();
                }
                self.join_items(items, open, &separator)
            }
            "concat" => {
                let mut all = items.to_vec();
                let mut open = open;
                for argument in arguments {
                    match self.items(argument) {
                        Some((more, more_open)) => {
                            all.extend(more);
                            open |= more_open;
                        }
                        None => {
                            open |= matches!(argument, Js::V(Value::Unknown(_) | Value::Api(_)));
                            all.push(argument.clone());
                        }
                    }
                }
                if open {
                    Ok(self.make_open_array(&all))
                } else {
                    self.make_array(all)
                }
            }
            "slice" => {
                let start = text::relative(number(0, 0.0)?, items.len());
                let end = text::relative(number(1, items.len() as f64)?, items.len());
                build(items.get(start..end).unwrap_or_default().to_vec())
            }
            "flat" => {
                let depth = number(0, 1.0)?.min(8.0) as u32;
                let mut all = Vec::new();
                let more = self.flatten(items, depth, &mut all)?;
                if open || more {
                    Ok(self.make_open_array(&all))
                } else {
                    self.make_array(all)
                }
            }
            "indexOf" | "lastIndexOf" | "includes" => self.position(items, name, arguments.first()?)?,
            "at" => {
                let index = number(0, 0.0)?;
                let index = if index < 0.0 { index + items.len() as f64 } else { index };
                Ok(if index < 0.0 {
                    UNDEFINED
                } else {
                    items.get(index as usize).cloned().unwrap_or(UNDEFINED)
                })
            }
            "toReversed" => build(items.iter().rev().cloned().collect()),
            "toSorted" => self.sorted(items.to_vec(), arguments.first()).and_then(build),
            "with" => {
                let index = text::relative(number(0, 0.0)?, items.len());
                let mut items = items.to_vec();
                *items.get_mut(index)? = arguments.get(1)?.clone();
                build(items)
            }
            "keys" => build((0..items.len()).map(|it| Js::number(it as f64)).collect()),
            "values" => build(items.to_vec()),
            "entries" => {
                let pairs = items.iter().enumerate();
                let pairs = pairs.map(|(index, it)| self.make_array(vec![Js::number(index as f64), it.clone()]));
                pairs.collect::<Res<Vec<_>>>().and_then(build)
            }
            "hasOwnProperty" => {
                let key = self.string(arguments.first()?)?;
                Ok(Js::bool(
                    super::super::members::index_of(&key).is_some_and(|it| it < items.len()),
                ))
            }
            _ => return None,
        })
    }

    fn join_items(&self, items: &[Js], open: bool, separator: &Rc<str>) -> Res {
        let mut pieces = Vec::with_capacity(items.len() * 2);
        for (index, item) in items.iter().enumerate() {
            if index > 0 && !separator.is_empty() {
                pieces.push(Js::V(Value::String(Rc::clone(separator))));
            }
            match item {
                Js::V(Value::Undefined | Value::Null) => {}
                item => pieces.push(item.clone()),
            }
        }
        if open {
            pieces.push(self.unknown_from(items));
        }
        if pieces.is_empty() {
            return Ok(Js::str(""));
        }
        if pieces.len() == 1 && !matches!(pieces[0], Js::V(Value::String(_))) {
            pieces.push(Js::str(""));
        }
        self.concatenate(pieces)
    }

    fn flatten(&self, items: &[Js], depth: u32, all: &mut Vec<Js>) -> Option<bool> {
        let mut open = false;
        for item in items {
            match self.items(item).filter(|_| depth > 0) {
                Some((inner, inner_open)) => {
                    open |= inner_open;
                    open |= self.flatten(&inner, depth - 1, all)?;
                }
                None => {
                    open |= matches!(item, Js::V(Value::Unknown(_) | Value::Api(_)));
                    all.push(item.clone());
                }
            }
            if all.len() > MAX_ITEMS || !self.spend(1) {
                return None;
            }
        }
        Some(open)
    }

    fn position(&self, items: &[Js], name: &str, wanted: &Js) -> Option<Res> {
        self.spend(items.len() as u64 / 2);
        let mut found = None;
        for (index, item) in items.iter().enumerate() {
            if self.strictly_equal(item, wanted)? {
                found = Some(index);
                if name != "lastIndexOf" {
                    break;
                }
            }
        }
        Some(Ok(match name {
            "includes" => Js::bool(found.is_some()),
            _ => Js::number(found.map_or(-1.0, |it| it as f64)),
        }))
    }

    /// Methods that change the array itself; of one without an identity, only what they return counts.
    fn mutation(&self, receiver: &Js, name: &str, items: &[Js], arguments: &[Js]) -> Option<Res> {
        let mut changed = items.to_vec();
        let result = match name {
            "push" => {
                changed.extend(arguments.iter().cloned());
                Ok(Js::number(changed.len() as f64))
            }
            "unshift" => {
                changed.splice(0..0, arguments.iter().cloned());
                Ok(Js::number(changed.len() as f64))
            }
            "pop" => Ok(changed.pop().unwrap_or(UNDEFINED)),
            "shift" if changed.is_empty() => Ok(UNDEFINED),
            "shift" => Ok(changed.remove(0)),
            "reverse" => {
                changed.reverse();
                Ok(receiver.clone())
            }
            "sort" => match self.sorted(changed, arguments.first()) {
                Ok(sorted) => {
                    changed = sorted;
                    Ok(receiver.clone())
                }
                Err(stop) => return Some(Err(stop)),
            },
            "fill" => {
                let value = arguments.first().cloned().unwrap_or(UNDEFINED);
                let start = arguments.get(1).and_then(|it| self.number(it)).unwrap_or(0.0);
                let end = arguments
                    .get(2)
                    .and_then(|it| self.number(it))
                    .unwrap_or(changed.len() as f64);
                let (start, end) = (text::relative(start, items.len()), text::relative(end, items.len()));
                changed
                    .iter_mut()
                    .take(end)
                    .skip(start)
                    .for_each(|it| *it = value.clone());
                Ok(receiver.clone())
            }
            "splice" => {
                let start = text::relative(arguments.first().and_then(|it| self.number(it))?, items.len());
                let count = match arguments.get(1) {
                    Some(count) => self.number(count)?.max(0.0) as usize,
                    None => items.len(),
                };
                let end = (start + count.min(items.len())).min(items.len());
                let removed = changed.splice(start..end, arguments.iter().skip(2).cloned()).collect();
                self.make_array(removed)
            }
            _ => return None,
        };
        if changed.len() > MAX_ITEMS {
            return Some(Err(Stop::Bail));
        }
        match receiver {
            Js::H(place) => {
                self.touch(*place);
                match &mut self.heap.borrow_mut()[*place] {
                    Heap::Array(slot) => *slot = changed,
                    _ => return Some(Err(Stop::Bail)),
                }
                Some(result)
            }
            // What is returned is the changed array itself.
            _ if matches!(name, "reverse" | "sort" | "fill") => Some(self.make_array(changed)),
            _ => Some(result),
        }
    }

    fn sorted(&self, mut items: Vec<Js>, by: Option<&Js>) -> Res<Vec<Js>> {
        if items.len() > MAX_SORTED {
            return Err(Stop::Bail);
        }
        let Some(by) = by.filter(|it| !matches!(it, Js::V(Value::Undefined))) else {
            let mut keyed = Vec::with_capacity(items.len());
            for item in items {
                let key: Vec<u16> = self.string(&item).ok_or(Stop::Bail)?.encode_utf16().collect();
                keyed.push((key, item));
            }
            keyed.sort_by(|(left, _), (right, _)| left.cmp(right));
            return Ok(keyed.into_iter().map(|(_, item)| item).collect());
        };
        // By insertion: a comparison that contradicts itself cannot upset it.
        for index in 1..items.len() {
            let mut at = index;
            while at > 0 {
                let arguments = vec![items[at - 1].clone(), items[at].clone()];
                let order = self.invoke(by, &UNDEFINED, arguments, Span::default())?;
                let order = self.number(&order).ok_or(Stop::Bail)?;
                if order.is_nan() || order <= 0.0 {
                    break;
                }
                items.swap(at - 1, at);
                at -= 1;
            }
        }
        Ok(items)
    }

    /// Methods that call a function for each item.
    fn iteration(&self, name: &str, items: &[Js], open: bool, arguments: &[Js], span: Span) -> Option<Res> {
        let callback = arguments.first();
        Some(match name {
            "map" | "flatMap" => self.mapped(items, open, callback?, span).and_then(|mapped| {
                if name == "flatMap" {
                    let mut all = Vec::new();
                    let more = self.flatten(&mapped, 1, &mut all).ok_or(Stop::Bail)?;
                    return if open || more {
                        Ok(self.make_open_array(&all))
                    } else {
                        self.make_array(all)
                    };
                }
                if open {
                    Ok(self.make_open_array(&mapped))
                } else {
                    self.make_array(mapped)
                }
            }),
            "filter" => self.filtered(items, open, callback?, span),
            "forEach" => self.mapped(items, open, callback?, span).map(|_| UNDEFINED),
            "some" | "every" | "find" | "findIndex" | "findLast" => self.found(name, items, callback?, span),
            "reduce" | "reduceRight" => self.reduced(name, items, arguments, span),
            _ => return None,
        })
    }

    fn mapped(&self, items: &[Js], open: bool, callback: &Js, span: Span) -> Res<Vec<Js>> {
        let mut mapped = Vec::with_capacity(items.len());
        for (index, item) in items.iter().enumerate() {
            if !self.spend(1) {
                return Err(Stop::Bail);
            }
            let whole = if self.live.get() {
                UNDEFINED
            } else {
                Js::V(derived(Origins::default()))
            };
            let arguments = vec![item.clone(), Js::number(index as f64), whole];
            mapped.push(self.invoke(callback, &UNDEFINED, arguments, span)?);
        }
        let _ = open;
        Ok(mapped)
    }

    fn filtered(&self, items: &[Js], open: bool, callback: &Js, span: Span) -> Res {
        let mut kept = Vec::new();
        let mut unsure = open;
        for (index, item) in items.iter().enumerate() {
            let arguments = vec![item.clone(), Js::number(index as f64)];
            let verdict = match callback {
                Js::V(Value::Api(api)) if &*api.path == "Boolean" => self.truth(item),
                _ => self.truth(&self.invoke(callback, &UNDEFINED, arguments, span)?),
            };
            match verdict {
                Some(true) => kept.push(item.clone()),
                Some(false) => {}
                None => {
                    unsure = true;
                    kept.push(item.clone());
                }
            }
        }
        if unsure {
            Ok(self.make_open_array(&kept))
        } else {
            self.make_array(kept)
        }
    }

    fn found(&self, name: &str, items: &[Js], callback: &Js, span: Span) -> Res {
        let backwards = name == "findLast";
        let order: Vec<usize> = if backwards {
            (0..items.len()).rev().collect()
        } else {
            (0..items.len()).collect()
        };
        for index in order {
            let arguments = vec![items[index].clone(), Js::number(index as f64)];
            let verdict = self
                .truth(&self.invoke(callback, &UNDEFINED, arguments, span)?)
                .ok_or(Stop::Bail)?;
            match (name, verdict) {
                ("some", true) => return Ok(Js::bool(true)),
                ("every", false) => return Ok(Js::bool(false)),
                ("find" | "findLast", true) => return Ok(items[index].clone()),
                ("findIndex", true) => return Ok(Js::number(index as f64)),
                _ => {}
            }
        }
        Ok(match name {
            "some" => Js::bool(false),
            "every" => Js::bool(true),
            "findIndex" => Js::number(-1.0),
            _ => UNDEFINED,
        })
    }

    fn reduced(&self, name: &str, items: &[Js], arguments: &[Js], span: Span) -> Res {
        let callback = arguments.first().ok_or(Stop::Bail)?;
        let mut order: Vec<usize> = (0..items.len()).collect();
        if name == "reduceRight" {
            order.reverse();
        }
        let mut order = order.into_iter();
        let mut value = match arguments.get(1) {
            Some(initial) => initial.clone(),
            None => items[order.next().ok_or(Stop::Bail)?].clone(),
        };
        for index in order {
            let arguments = vec![value, items[index].clone(), Js::number(index as f64)];
            value = self.invoke(callback, &UNDEFINED, arguments, span)?;
        }
        Ok(value)
    }

    /// `map.get(key)`, `map.has(key)`, `set.has(item)` of what a map or set was made of.
    pub(super) fn looked_up(&self, made_of: &Value, name: &str, arguments: &[Js]) -> Res {
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

    pub(super) fn new_collection(&self, path: &str, arguments: &[Js]) -> Res {
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
    pub(super) fn collection_method(&self, place: usize, name: &str, arguments: &[Js], span: Span) -> Res {
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

/// Items that are sorted: sorting by a function takes up to the square of it.
const MAX_SORTED: usize = 512;
