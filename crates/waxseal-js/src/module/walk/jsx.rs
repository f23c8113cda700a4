//! JSX: what is written inside elements is code too.

use oxc_ast::ast::*;

use super::Walker;

impl<'a> Walker<'a> {
    pub(super) fn jsx_element(&mut self, element: &'a JSXElement<'a>) {
        for attribute in &element.opening_element.attributes {
            match attribute {
                JSXAttributeItem::SpreadAttribute(spread) => self.expression(&spread.argument),
                JSXAttributeItem::Attribute(attribute) => match &attribute.value {
                    Some(JSXAttributeValue::StringLiteral(literal)) => {
                        self.string(literal.value.as_str(), literal.span)
                    }
                    Some(JSXAttributeValue::ExpressionContainer(container)) => {
                        self.jsx_expression(&container.expression)
                    }
                    Some(JSXAttributeValue::Element(element)) => self.jsx_element(element),
                    Some(JSXAttributeValue::Fragment(fragment)) => self.jsx_children(&fragment.children),
                    None => {}
                },
            }
        }
        self.jsx_children(&element.children);
    }

    pub(super) fn jsx_children(&mut self, children: &'a [JSXChild<'a>]) {
        for child in children {
            match child {
                JSXChild::Text(text) => self.string(text.value.as_str(), text.span),
                JSXChild::Element(element) => self.jsx_element(element),
                JSXChild::Fragment(fragment) => self.jsx_children(&fragment.children),
                JSXChild::ExpressionContainer(container) => self.jsx_expression(&container.expression),
                JSXChild::Spread(spread) => self.expression(&spread.expression),
            }
        }
    }

    fn jsx_expression(&mut self, expression: &'a JSXExpression<'a>) {
        if let Some(expression) = expression.as_expression() {
            self.expression(expression);
        }
    }
}
