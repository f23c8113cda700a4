//! Methods that call a function for each item.

use oxc_span::Span;

use crate::fold::heap::{Js, Res, Stop, UNDEFINED, derived};
use crate::fold::{Folder, Origins, Value};

impl<'a> Folder<'_, 'a> {
    pub(in crate::fold) fn sorted(&self, mut items: Vec<Js>, by: Option<&Js>) -> Res<Vec<Js>> {
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
    pub(in crate::fold) fn iteration(
        &self,
        name: &str,
        items: &[Js],
        open: bool,
        arguments: &[Js],
        span: Span,
    ) -> Option<Res> {
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

    pub(in crate::fold) fn mapped(&self, items: &[Js], open: bool, callback: &Js, span: Span) -> Res<Vec<Js>> {
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

    pub(in crate::fold) fn filtered(&self, items: &[Js], open: bool, callback: &Js, span: Span) -> Res {
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

    pub(in crate::fold) fn found(&self, name: &str, items: &[Js], callback: &Js, span: Span) -> Res {
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

    pub(in crate::fold) fn reduced(&self, name: &str, items: &[Js], arguments: &[Js], span: Span) -> Res {
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
}

/// Items that are sorted: sorting by a function takes up to the square of it.
const MAX_SORTED: usize = 512;
