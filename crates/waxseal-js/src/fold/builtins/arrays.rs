//! Methods of arrays, sets and maps.

use std::rc::Rc;

use oxc_span::Span;

use super::super::heap::{Heap, Js, Res, Stop, UNDEFINED};
use super::super::text;
use super::super::{Folder, MAX_ITEMS, Value};

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

    pub(super) fn flatten(&self, items: &[Js], depth: u32, all: &mut Vec<Js>) -> Option<bool> {
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
}
