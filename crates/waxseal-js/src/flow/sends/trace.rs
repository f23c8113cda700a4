//! What a call is given, followed back to the messages it comes from.

use super::super::context::Context;
use super::super::index::{arguments, callee, element, function_expression, function_of_symbol, member_of, symbol_of};
use super::super::messages::{Key, Messages, class_around};
use super::super::names::{self, Role};
use crate::module::{BindingSource, FunctionIdx};
use oxc_ast::ast::{Expression, ObjectPropertyKind};
use oxc_span::{GetSpan, Span};
use oxc_syntax::symbol::SymbolId;
use rustc_hash::FxHashSet;

impl<'t, 'c, 'm, 'a> Trace<'t, 'c, 'm, 'a> {
    pub(super) fn new(ctx: &'t Context<'c, 'm, 'a>, messages: &'t Messages<'a>) -> Self {
        Self {
            ctx,
            messages,
            work: Vec::new(),
            seen: FxHashSet::default(),
            symbols: FxHashSet::default(),
            reached: Vec::new(),
            caller: false,
            fuel: FUEL,
        }
    }

    pub(super) fn expression(&mut self, expression: &'a Expression<'a>) {
        self.work.push(expression);
    }

    pub(super) fn run(&mut self) {
        while let Some(expression) = self.work.pop() {
            if self.fuel == 0 {
                return;
            }
            self.fuel -= 1;
            if self.seen.insert(expression.span()) {
                self.step(expression);
            }
        }
    }

    pub(super) fn reach(&mut self, message: Option<usize>) {
        if let Some(message) = message
            && self.reached.len() < MAX_REACHED
            && !self.reached.contains(&message)
        {
            self.caller |= self.messages.all[message].foreign;
            self.reached.push(message);
        }
    }

    pub(super) fn step(&mut self, expression: &'a Expression<'a>) {
        let inner = expression.get_inner_expression();
        self.reach(self.messages.find(&Key::Text(expression.span())));
        match inner {
            Expression::Identifier(_) => {
                if let Some(symbol) = symbol_of(self.ctx.module, inner) {
                    self.symbol(symbol);
                }
            }
            Expression::ThisExpression(_) => {
                let function = super::super::index::enclosing(self.ctx.module, inner.span());
                if let Some(class) = class_around(self.ctx, function) {
                    self.reach(self.messages.find(&Key::Class(class)));
                }
            }
            Expression::ObjectExpression(object) => {
                self.reach(self.messages.of_literal(object.span.start));
                for property in &object.properties {
                    match property {
                        ObjectPropertyKind::SpreadProperty(spread) => self.work.push(&spread.argument),
                        ObjectPropertyKind::ObjectProperty(property) => {
                            let role = property.key.static_name().and_then(|name| names::role(&name));
                            let follow = !matches!(role, Some(Role::Recipient(_) | Role::Sender));
                            if follow && function_expression(self.ctx.module, &property.value).is_none() {
                                self.work.push(&property.value);
                            }
                        }
                    }
                }
            }
            Expression::ArrayExpression(array) => self.work.extend(array.elements.iter().filter_map(element)),
            Expression::CallExpression(call) => {
                self.reach(self.messages.find(&Key::Call(call.span)));
                let called = self
                    .ctx
                    .calls()
                    .call_at(call.span)
                    .and_then(|it| self.ctx.calls().callees.get(&it).copied());
                if let Some(function) = called {
                    self.work
                        .extend(self.ctx.index.returns(self.ctx.module, function).iter().copied());
                }
                for argument in call.arguments.iter().filter_map(|it| it.as_expression()) {
                    match function_expression(self.ctx.module, argument) {
                        Some(function) => {
                            self.work
                                .extend(self.ctx.index.returns(self.ctx.module, function).iter().copied());
                        }
                        None => self.work.push(argument),
                    }
                }
                if let Some(member) = member_of(&call.callee) {
                    self.work.push(member.object());
                }
            }
            Expression::NewExpression(new) => {
                self.reach(self.messages.find(&Key::Call(new.span)));
                if let Some(class) = symbol_of(self.ctx.module, &new.callee)
                    .and_then(|symbol| function_of_symbol(self.ctx.module, symbol))
                {
                    self.reach(self.messages.find(&Key::Class(class)));
                }
                self.work
                    .extend(new.arguments.iter().filter_map(|it| it.as_expression()));
            }
            _ => {
                if member_of(inner).is_some() {
                    self.path(inner);
                }
                super::super::index::parts(expression, &mut self.work);
            }
        }
    }

    /// `this.message`
    pub(super) fn path(&mut self, member: &'a Expression<'a>) {
        let function = super::super::index::enclosing(self.ctx.module, member.span());
        let scope = class_around(self.ctx, function).unwrap_or(FunctionIdx::TOP);
        let text = self.ctx.slice(member.span()).chars().take(80).collect::<String>();
        self.reach(self.messages.find(&Key::Path(format!("{}:{text}", scope.0))));
        if let Some(name) = member_of(member).and_then(|it| it.static_property_name()) {
            let is_this = member_of(member)
                .is_some_and(|it| matches!(it.object().get_inner_expression(), Expression::ThisExpression(_)));
            if is_this {
                self.work.extend(self.ctx.written_on_this(member.span(), name));
            }
        }
    }

    pub(super) fn symbol(&mut self, symbol: SymbolId) {
        if !self.symbols.insert(symbol) {
            return;
        }
        self.reach(self.messages.find(&Key::Symbol(symbol)));
        let Some(note) = self.ctx.module.symbols.get(&symbol) else {
            return;
        };
        for binding in note.bindings.iter().take(MAX_BINDINGS) {
            match binding.source {
                BindingSource::Expression { value, .. } | BindingSource::ElementOf(value) => self.work.push(value),
                BindingSource::Parameter { function, index, .. } => self.parameter(function, index),
                _ => {}
            }
        }
        for mutation in note.mutations.iter().take(MAX_BINDINGS) {
            let call = &self.ctx.module.calls[*mutation as usize];
            self.reach(self.messages.find(&Key::Call(call.span)));
            self.work.extend(arguments(call));
        }
    }

    pub(super) fn parameter(&mut self, function: FunctionIdx, index: u8) {
        let calls = self.ctx.calls().callers.get(&function).map_or(&[][..], Vec::as_slice);
        if calls.is_empty() || self.ctx.index.is_exported(function) {
            self.caller = true;
        }
        for call in calls.iter().take(MAX_CALLS) {
            let given = arguments(&self.ctx.module.calls[*call as usize]);
            self.work.extend(given.get(usize::from(index)));
        }
        if let Some((call, _)) = self.ctx.module.callbacks.get(&function)
            && let Some(member) = callee(&self.ctx.module.calls[*call as usize]).and_then(member_of)
        {
            self.work.push(member.object());
        }
    }
}

/// Follows what a call is given back to the messages it comes from.
pub(super) struct Trace<'t, 'c, 'm, 'a> {
    pub(super) ctx: &'t Context<'c, 'm, 'a>,
    pub(super) messages: &'t Messages<'a>,
    pub(super) work: Vec<&'a Expression<'a>>,
    pub(super) seen: FxHashSet<Span>,
    pub(super) symbols: FxHashSet<SymbolId>,
    pub(super) reached: Vec<usize>,
    pub(super) caller: bool,
    pub(super) fuel: u32,
}

/// Messages that one call sends.
const MAX_REACHED: usize = 64;
/// Expressions followed back from one call.
const FUEL: u32 = 1_500;
/// Assignments of one name that are followed.
const MAX_BINDINGS: usize = 12;
/// Calls of one function that are followed.
const MAX_CALLS: usize = 16;
