//! Follows names back to what they may stand for, by syntax alone.

use oxc_ast::ast::{Expression, ObjectPropertyKind};
use oxc_syntax::symbol::SymbolId;

use super::Candidates;
use crate::module::{Binding, BindingSource};

impl<'a> Candidates<'_, 'a> {
    /// Whether the object of a method may be an API, or what one gave: a map, a parameter, a field that only holds plain
    /// things is not.
    pub(super) fn may_lead_to_api(&self, object: &Expression<'a>) -> bool {
        match self.lead(object) {
            Lead::Symbol(symbol) => self.symbol_may_be_api(symbol),
            Lead::Api => true,
            Lead::Plain => false,
        }
    }

    /// Where following members back from an expression leads.
    fn lead(&self, object: &Expression<'a>) -> Lead {
        let mut object = object;
        loop {
            object = match object {
                Expression::Identifier(it) => return self.symbol(it).map_or(Lead::Api, Lead::Symbol),
                Expression::StaticMemberExpression(it) => {
                    if self.has_alias(it.property.name.as_str()) {
                        return Lead::Api;
                    }
                    if let Expression::ThisExpression(_) = it.object {
                        return Lead::Plain;
                    }
                    &it.object
                }
                Expression::PrivateFieldExpression(it) => {
                    return if self.has_alias(it.field.name.as_str()) {
                        Lead::Api
                    } else {
                        Lead::Plain
                    };
                }
                Expression::AwaitExpression(it) => &it.argument,
                Expression::NewExpression(it) => {
                    return if self.makes_plain(&it.callee) {
                        Lead::Plain
                    } else {
                        Lead::Api
                    };
                }
                Expression::StringLiteral(_)
                | Expression::TemplateLiteral(_)
                | Expression::NumericLiteral(_)
                | Expression::BooleanLiteral(_)
                | Expression::NullLiteral(_)
                | Expression::RegExpLiteral(_)
                | Expression::ArrayExpression(_)
                | Expression::BinaryExpression(_)
                | Expression::UnaryExpression(_)
                | Expression::UpdateExpression(_)
                | Expression::FunctionExpression(_)
                | Expression::ArrowFunctionExpression(_) => return Lead::Plain,
                Expression::ObjectExpression(it) => {
                    let copies = it
                        .properties
                        .iter()
                        .any(|it| matches!(it, ObjectPropertyKind::SpreadProperty(_)));
                    return if copies { Lead::Api } else { Lead::Plain };
                }
                _ => return Lead::Api,
            };
        }
    }

    /// Whether anything a symbol stands for, directly or by way of other symbols, may be an API.
    pub(super) fn symbol_may_be_api(&self, symbol: SymbolId) -> bool {
        if let Some(known) = self.symbols.borrow().get(&symbol) {
            return *known;
        }
        let mut visited = vec![symbol];
        let mut next = 0;
        let mut answer = false;
        while !answer && next < visited.len() {
            answer = visited.len() > MAX_VISITED || self.leads_on(visited[next], &mut visited);
            next += 1;
        }
        let mut symbols = self.symbols.borrow_mut();
        symbols.insert(symbol, answer);
        if !answer {
            // None of those that it leads to is one either.
            symbols.extend(visited.into_iter().map(|it| (it, false)));
        }
        answer
    }

    /// Whether a symbol itself may be an API; the symbols it may stand for are added to those to be visited.
    fn leads_on(&self, symbol: SymbolId, visited: &mut Vec<SymbolId>) -> bool {
        let Some(note) = self.module.symbols.get(&symbol) else {
            return true;
        };
        note.bindings
            .iter()
            .any(|binding| self.binding_may_be_api(binding, visited))
    }

    pub(super) fn binding_may_be_api(&self, binding: &Binding<'a>, visited: &mut Vec<SymbolId>) -> bool {
        match binding.source {
            BindingSource::Function(_) | BindingSource::Uninitialised => false,
            BindingSource::Parameter { function, .. } => {
                binding.default.is_some()
                    || self.module.immediate_calls.contains_key(&function)
                    || self.module.callbacks.contains_key(&function)
            }
            BindingSource::Expression { value, .. } => {
                binding.default.is_some()
                    || match self.lead(value) {
                        Lead::Symbol(symbol) => {
                            if !visited.contains(&symbol) {
                                visited.push(symbol);
                            }
                            false
                        }
                        Lead::Api => true,
                        Lead::Plain => false,
                    }
            }
            _ => true,
        }
    }

    /// `new Map()` and the like, and classes of the file's own: their methods are the file's own too.
    pub(super) fn makes_plain(&self, class: &Expression<'a>) -> bool {
        let Expression::Identifier(it) = class else {
            return false;
        };
        match self.symbol(it) {
            Some(symbol) => self.is_own_function(symbol),
            None => PLAIN.contains(&it.name.as_str()),
        }
    }
}

/// Where an expression leads.
enum Lead {
    /// To whatever this symbol stands for.
    Symbol(SymbolId),
    /// It may be an API.
    Api,
    /// It cannot be one.
    Plain,
}

/// Built-in classes that only hold or compute.
#[rustfmt::skip]
const PLAIN: [&str; 19] = [
    "Map", "Set", "WeakMap", "WeakSet", "WeakRef", "Date", "Error", "TypeError", "RangeError", "SyntaxError", "Promise", "Array", "Object",
    "RegExp", "Uint8Array", "ArrayBuffer", "DataView", "TextEncoder", "TextDecoder",
];

/// Symbols that are followed from one; beyond it anything is possible.
const MAX_VISITED: usize = 64;
