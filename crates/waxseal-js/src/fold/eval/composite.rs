//! Array and object literals, and templates.

use std::rc::Rc;

use oxc_ast::ast::*;
use oxc_span::GetSpan;

use crate::fold::eval::In;
use crate::fold::heap::{Heap, Js, Res, Stop, UNDEFINED, derived, join};
use crate::fold::{ArrayValue, Folded, Folder, MAX_ITEMS, ObjectValue, Origins, Property, Value};

impl<'a> Folder<'_, 'a> {
    pub(in crate::fold) fn template(&self, template: &'a TemplateLiteral<'a>, frame: In<'_>) -> Res {
        let mut pieces = Vec::with_capacity(template.quasis.len() * 2);
        for (index, quasi) in template.quasis.iter().enumerate() {
            let text = quasi.value.cooked.unwrap_or(quasi.value.raw).as_str();
            if !text.is_empty() || pieces.is_empty() {
                self.note_source(text, quasi.span);
                pieces.push(Js::str(text));
            }
            if let Some(expression) = template.expressions.get(index) {
                pieces.push(self.eval(expression, frame)?);
            }
        }
        self.concatenate(pieces)
    }

    pub(in crate::fold) fn array(&self, array: &'a ArrayExpression<'a>, frame: In<'_>) -> Res {
        let mut items = Vec::with_capacity(array.elements.len().min(MAX_ITEMS));
        let mut open = false;
        for element in &array.elements {
            if items.len() >= MAX_ITEMS {
                if frame.is_some() {
                    return Err(Stop::Bail);
                }
                open = true;
                items.push(Js::V(derived(Origins::default())));
                break;
            }
            match element {
                ArrayExpressionElement::Elision(_) => items.push(UNDEFINED),
                ArrayExpressionElement::SpreadElement(spread) => {
                    let value = self.eval(&spread.argument, frame)?;
                    open |= self.spread_into(&value, &mut items)?;
                }
                element => items.push(self.eval(element.to_expression(), frame)?),
            }
        }
        if frame.is_some() && !open {
            return self.alloc_array(items);
        }
        let items = items.iter().map(|item| self.export(item)).collect();
        Ok(Js::V(Value::Array(Rc::new(ArrayValue { items, open }))))
    }

    /// Adds what `...value` adds; true if that is not all of it.
    pub(in crate::fold) fn spread_into(&self, value: &Js, items: &mut Vec<Js>) -> Res<bool> {
        if let Some((more, open)) = self.iterated(value) {
            if items.len() + more.len() > MAX_ITEMS || !self.spend(more.len() as u64) {
                return Err(Stop::Bail);
            }
            items.extend(more);
            return Ok(open);
        }
        match self.export(value) {
            Value::OneOf(alternatives) => {
                // Whichever it is, its items may be in it.
                for alternative in alternatives.iter() {
                    self.spread_into(&Js::V(alternative.clone()), items)?;
                }
            }
            Value::Undefined | Value::Null | Value::Bool(false) => return Ok(false),
            value => items.push(Js::unknown(value.origins())),
        }
        Ok(true)
    }

    pub(in crate::fold) fn object(&self, object: &'a ObjectExpression<'a>, frame: In<'_>) -> Res {
        let outer = (self.hidden.get(), self.source.get());
        let mut properties: Vec<Property> = Vec::with_capacity(object.properties.len());
        let mut rest = Origins::default();
        let mut heap: Vec<(Rc<str>, Js)> = Vec::new();
        for property in &object.properties {
            match property {
                ObjectPropertyKind::ObjectProperty(property) => {
                    let Some(name) = self.key(&property.key, frame)? else {
                        rest.add(&Origins::of(Origins::DERIVED));
                        continue;
                    };
                    if let Some(frame) = frame {
                        let value = self.eval(&property.value, Some(frame))?;
                        match heap.iter_mut().find(|(it, _)| *it == name) {
                            Some((_, slot)) => *slot = value,
                            None => heap.push((name, value)),
                        }
                        continue;
                    }
                    let value = self.property_folded(property);
                    properties.push(Property {
                        name,
                        value,
                        span: property.span,
                    });
                }
                ObjectPropertyKind::SpreadProperty(spread) => {
                    let value = self.eval(&spread.argument, frame)?;
                    if frame.is_some() {
                        self.copy_properties(&value, &mut heap, &mut rest)?;
                    } else {
                        self.spread_properties(&self.export(&value), &mut properties, &mut rest);
                    }
                }
            }
        }
        self.hidden.set(outer.0);
        self.source.set(outer.1);
        if frame.is_some() {
            return self.alloc(Heap::Object {
                properties: heap,
                class: None,
                rest,
            });
        }
        Ok(Js::V(Value::Object(Rc::new(ObjectValue {
            properties,
            rest,
            span: Some(object.span),
        }))))
    }

    pub(in crate::fold) fn property_folded(&self, property: &'a ObjectProperty<'a>) -> Folded {
        if property.kind == PropertyKind::Init {
            return self.fold_here(&property.value);
        }
        // A getter's value is what it returns.
        self.tracked(|| match self.module.function_at(property.value.span().start) {
            Some(function) if property.kind == PropertyKind::Get => self.returns(function),
            _ => Value::Unknown(Origins::of(Origins::OTHER)),
        })
    }

    /// Adds what spreading a value into an object adds.
    pub(in crate::fold) fn spread_properties(&self, value: &Value, properties: &mut Vec<Property>, rest: &mut Origins) {
        match value {
            Value::Object(object) => {
                if !self.spend(object.properties.len() as u64) {
                    rest.add(&Origins::of(Origins::DERIVED));
                    return;
                }
                properties.extend(object.properties.iter().cloned());
                rest.add(&object.rest);
            }
            Value::OneOf(values) => {
                for value in values.iter() {
                    self.spread_properties(value, properties, rest);
                }
            }
            Value::Undefined | Value::Null | Value::Bool(_) | Value::Number(_) => {}
            value => {
                let origins = value.origins();
                // What stands before may be overwritten by it.
                for property in properties.iter_mut() {
                    let either = join([property.value.value.clone(), Value::Unknown(origins.clone())]);
                    property.value.value = either;
                }
                rest.add(&origins);
                if origins.is_empty() {
                    rest.add(&Origins::of(Origins::DERIVED));
                }
            }
        }
    }

    pub(in crate::fold) fn copy_properties(
        &self,
        value: &Js,
        into: &mut Vec<(Rc<str>, Js)>,
        rest: &mut Origins,
    ) -> Res<()> {
        let Some(entries) = self.own_properties(value) else {
            match self.export(value) {
                Value::Undefined | Value::Null | Value::Bool(_) | Value::Number(_) => {}
                value => rest.add(&value.origins()),
            }
            return Ok(());
        };
        for (name, value) in entries {
            if !self.spend(1 + into.len() as u64 / 8) {
                return Err(Stop::Bail);
            }
            match into.iter_mut().find(|(it, _)| *it == name) {
                Some((_, slot)) => *slot = value,
                None => into.push((name, value)),
            }
        }
        Ok(())
    }

    /// The name of a property as written, or folded if it is computed.
    pub(in crate::fold) fn key(&self, key: &'a PropertyKey<'a>, frame: In<'_>) -> Res<Option<Rc<str>>> {
        Ok(match key {
            PropertyKey::StaticIdentifier(name) => Some(name.name.as_str().into()),
            PropertyKey::PrivateIdentifier(name) => Some(name.name.as_str().into()),
            PropertyKey::StringLiteral(literal) => Some(literal.value.as_str().into()),
            key => match key.as_expression() {
                Some(expression) => {
                    let value = self.eval(expression, frame)?;
                    self.key_text(&value)
                }
                None => None,
            },
        })
    }
}
