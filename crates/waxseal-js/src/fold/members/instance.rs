//! Members of classes, and what `this` is.

use std::rc::Rc;

use oxc_ast::ast::*;
use oxc_span::Span;

use crate::fold::eval::In;
use crate::fold::heap::{Js, Res, derived, join};
use crate::fold::members::caller;
use crate::fold::{Folder, Origins, Value};
use crate::module::{FunctionIdx, FunctionNode, PropertyKeyNote};

impl<'a> Folder<'_, 'a> {
    /// A member of a class: a field or a method as declared, and whatever its methods write to `this`.
    pub(in crate::fold) fn class_member(&self, class: FunctionIdx, name: &str, is_static: bool) -> Option<Value> {
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

    pub(in crate::fold) fn find_class_member(&self, class: FunctionIdx, name: &str, is_static: bool) -> Option<Value> {
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

    pub(in crate::fold) fn is_key(&self, key: &'a PropertyKey<'a>, name: &str) -> bool {
        match key {
            PropertyKey::StaticIdentifier(it) => it.name == name,
            PropertyKey::PrivateIdentifier(it) => it.name == name,
            PropertyKey::StringLiteral(it) => it.value == name,
            _ => self.key(key, None).ok().flatten().as_deref() == Some(name),
        }
    }

    /// `Class.name = …` anywhere.
    pub(in crate::fold) fn written_onto_class(&self, class: &Class<'a>, name: &str, values: &mut Vec<Value>) {
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
    pub(in crate::fold) fn written_to_this(&self, class: FunctionIdx, name: &str, values: &mut Vec<Value>) {
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
    pub(in crate::fold) fn this_class(&self, place: u32) -> Option<FunctionIdx> {
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
    pub(in crate::fold) fn function_around(&self, place: u32) -> FunctionIdx {
        let functions = &self.module.functions;
        let after = functions.partition_point(|it| it.span.start <= place).max(1);
        let mut function = FunctionIdx(u32::try_from(after - 1).unwrap_or(0));
        while function != FunctionIdx::TOP && functions[function.0 as usize].span.end <= place {
            function = functions[function.0 as usize].parent;
        }
        function
    }

    /// `this.name` where the object before the dot, at `of`, is `this` inside a class.
    pub(in crate::fold) fn this_member(&self, of: Span, name: &str) -> Option<Value> {
        if of.size() != 4 || self.module.source.get(of.start as usize..of.end as usize) != Some("this") {
            return None;
        }
        let class = self.this_class(of.start)?;
        self.class_member(class, name, false)
            .or_else(|| self.class_member(class, name, true))
    }

    pub(in crate::fold) fn this(&self, span: Span, frame: In<'_>) -> Res {
        if let Some(frame) = frame {
            return Ok(frame.this.clone());
        }
        let function = self.function_around(span.start);
        if function == FunctionIdx::TOP {
            return Ok(self.api_value("globalThis", Origins::default()));
        }
        Ok(Js::unknown(Origins::of(Origins::CALLER)))
    }
}
