//! Functions and classes: their notes, their parameters, what runs inside them.

use oxc_ast::ast::*;
use oxc_span::Span;

use super::super::{Binding, BindingSource, FunctionIdx, FunctionNode, FunctionNote};
use super::{Walker, static_key};

impl<'a> Walker<'a> {
    pub(super) fn function_note(&mut self, function: &'a Function<'a>, name: Option<&'a str>) {
        let Some(body) = &function.body else { return };
        let own = function.id.as_ref().map(|id| id.name.as_str());
        let idx = self.note_function(FunctionNode::Function(function), own.or(name), function.span);
        if let Some(id) = &function.id {
            self.bind_function(id, idx);
        }
        self.inside(idx, |walker| {
            walker.parameters(&function.params, idx);
            walker.statements(&body.statements);
        });
    }

    pub(super) fn arrow(&mut self, arrow: &'a ArrowFunctionExpression<'a>, name: Option<&'a str>) {
        let idx = self.note_function(FunctionNode::Arrow(arrow), name, arrow.span);
        self.inside(idx, |walker| {
            walker.parameters(&arrow.params, idx);
            match &arrow.body {
                ArrowFunctionBody::FunctionBody(body) => walker.statements(&body.statements),
                body => walker.expression(body.to_expression()),
            }
        });
    }

    pub(super) fn class_note(&mut self, class: &'a Class<'a>, name: Option<&'a str>) {
        let own = class.id.as_ref().map(|id| id.name.as_str());
        let idx = self.note_function(FunctionNode::Class(class), own.or(name), class.span);
        if let Some(id) = &class.id {
            self.bind_function(id, idx);
        }
        self.decorators(&class.decorators);
        if let Some(heritage) = class.heritage_expression() {
            self.expression(heritage);
        }
        for element in &class.body.body {
            self.class_element(element, idx);
        }
    }

    fn class_element(&mut self, element: &'a ClassElement<'a>, class: FunctionIdx) {
        match element {
            ClassElement::StaticBlock(block) => self.statements(&block.body),
            ClassElement::MethodDefinition(method) => {
                self.decorators(&method.decorators);
                self.property_key(&method.key);
                self.owner = Some(class);
                self.function_note(&method.value, static_key(&method.key));
                self.owner = None;
            }
            ClassElement::PropertyDefinition(property) => {
                self.decorators(&property.decorators);
                self.property_key(&property.key);
                if let Some(value) = &property.value {
                    self.field(static_key(&property.key), value, property.r#static, class);
                }
            }
            ClassElement::AccessorProperty(property) => {
                if let Some(value) = &property.value {
                    self.field(static_key(&property.key), value, property.r#static, class);
                }
            }
            ClassElement::TSIndexSignature(_) => {}
        }
    }

    /// The value of a field: that of an instance runs with the constructor, a static one at once.
    fn field(&mut self, name: Option<&'a str>, value: &'a Expression<'a>, is_static: bool, class: FunctionIdx) {
        self.name = name;
        self.owner = Some(class);
        if is_static {
            self.expression(value);
        } else {
            self.inside(class, |walker| walker.expression(value));
        }
    }

    fn decorators(&mut self, decorators: &'a [Decorator<'a>]) {
        decorators
            .iter()
            .for_each(|decorator| self.expression(&decorator.expression));
    }

    fn parameters(&mut self, parameters: &'a FormalParameters<'a>, function: FunctionIdx) {
        for (index, parameter) in parameters.items.iter().enumerate() {
            self.decorators(&parameter.decorators);
            let index = u8::try_from(index).unwrap_or(u8::MAX);
            let source = BindingSource::Parameter {
                function,
                index,
                rest: false,
            };
            let default = parameter.initializer.as_deref();
            if let Some(default) = default {
                self.expression(default);
            }
            self.bind_pattern(&parameter.pattern, source, default);
        }
        if let Some(rest) = &parameters.rest {
            let index = u8::try_from(parameters.items.len()).unwrap_or(u8::MAX);
            let source = BindingSource::Parameter {
                function,
                index,
                rest: true,
            };
            self.bind_pattern(&rest.rest.argument, source, None);
        }
    }

    fn bind_function(&mut self, id: &BindingIdentifier<'a>, function: FunctionIdx) {
        let binding = Binding {
            source: BindingSource::Function(function),
            path: Vec::new(),
            default: None,
            default_at: 0,
            span: id.span,
            function: self.function,
        };
        self.bind(id, binding);
    }

    fn note_function(&mut self, node: FunctionNode<'a>, name: Option<&'a str>, span: Span) -> FunctionIdx {
        let idx = FunctionIdx(u32::try_from(self.module.functions.len()).unwrap_or(u32::MAX));
        let class = self.owner.take();
        self.module.functions.push(FunctionNote {
            node,
            name,
            parent: self.function,
            class,
            span,
            immediate: false,
        });
        self.module.function_starts.insert(span.start, idx);
        idx
    }

    /// Walks the inside of a function: conditions outside it do not count within.
    fn inside(&mut self, function: FunctionIdx, walk: impl FnOnce(&mut Self)) {
        let outer = std::mem::replace(&mut self.function, function);
        let noted = self.noted.take();
        let floor = std::mem::replace(&mut self.floor, self.conditions.len());
        walk(self);
        self.floor = floor;
        self.noted = noted;
        self.function = outer;
    }
}
