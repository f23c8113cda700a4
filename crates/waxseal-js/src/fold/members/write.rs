//! Writing and deleting members inside a frame.

use std::rc::Rc;

use oxc_ast::ast::*;

use crate::fold::eval::In;
use crate::fold::heap::{Heap, Js, Res, Stop, UNDEFINED};
use crate::fold::members::index_of;
use crate::fold::text;
use crate::fold::{Folder, MAX_ITEMS, Value};

impl<'a> Folder<'_, 'a> {
    /// `object.name = value` inside a frame.
    pub(in crate::fold) fn put(&self, object: &Js, name: &Rc<str>, value: &Js) -> Res<()> {
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
                let index = index_of(name).filter(|it| *it < MAX_ITEMS).ok_or(Stop::Bail)?;
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
                    None if properties.len() >= MAX_ITEMS => return Err(Stop::Bail),
                    None => properties.push((Rc::clone(name), value.clone())),
                }
            }
            Heap::Map(_) | Heap::Set(_) => return Err(Stop::Bail),
        }
        Ok(())
    }

    /// `delete object.name`.
    pub(in crate::fold) fn delete(&self, argument: &'a Expression<'a>, frame: In<'_>) -> Res {
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
    pub(in crate::fold) fn member_name(&self, member: &'a MemberExpression<'a>, frame: In<'_>) -> Res<Rc<str>> {
        match member {
            MemberExpression::StaticMemberExpression(it) => Ok(it.property.name.as_str().into()),
            MemberExpression::PrivateFieldExpression(it) => Ok(it.field.name.as_str().into()),
            MemberExpression::ComputedMemberExpression(it) => {
                let key = self.eval(&it.expression, frame)?;
                self.key_text(&key).ok_or(Stop::Bail)
            }
        }
    }
}
