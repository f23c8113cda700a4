//! What a variable is worth that statements build up step by step: `s += …` in a loop, `list.push(…)`.
//!
//! The statements of its block that change it, or that change what those depend on, are interpreted in order; nothing else of
//! the function is. What is asked for at a place counts only the statements before that place.

use std::cell::Cell;
use std::rc::Rc;

use oxc_ast::ast::*;
use oxc_span::{GetSpan, Span};
use oxc_syntax::symbol::SymbolId;

use super::heap::{Frame, Js, UNDEFINED};
use super::{Folded, Folder};
use crate::module::{BindingSource, CallNode, FunctionIdx, FunctionNode, SymbolNote};

/// The statements that build a symbol, in order.
pub(super) struct Selection {
    function: FunctionIdx,
    /// Where the symbol is declared.
    declared: Span,
    statements: Vec<Selected>,
    is_parameter: bool,
    /// For how many places its value was worked out.
    places: Cell<u32>,
}

/// One statement of the block in which a symbol is declared.
#[derive(Clone, Copy)]
struct Selected {
    span: Span,
    index: usize,
    is_loop: bool,
}

impl<'a> Folder<'_, 'a> {
    /// The value a symbol has been given step by step, if it is built so and can be followed.
    pub(super) fn sliced(&self, symbol: SymbolId, place: Option<Span>) -> Option<Folded> {
        let note = self.module.symbols.get(&symbol)?;
        if !is_built(note) || self.redefining(note).is_some() {
            return None;
        }
        let selection = self.selection(symbol, note)?;
        let selected = &selection.statements;
        let mut count = selected.len();
        // A place in another function sees all of them, one inside a loop that builds sees what the loop leaves.
        if let Some(place) = place
            && self.function_around(place.start) == selection.function
        {
            count = selected.partition_point(|it| it.span.end <= place.start);
            if selected
                .get(count)
                .is_some_and(|it| it.is_loop && it.span.start <= place.start)
            {
                count += 1;
            }
        }
        let key = (symbol, u32::try_from(count).unwrap_or(u32::MAX));
        match self.slices.borrow().get(&key) {
            Some(Some(folded)) => return Some(folded.clone()),
            Some(None) => return None,
            None => {}
        }
        if selection.places.get() >= MAX_PLACES && count < selected.len() {
            return None;
        }
        selection.places.set(selection.places.get() + 1);
        self.slices.borrow_mut().insert(key, None);
        let block = self.block(selection.function, selection.declared)?;
        let statements: Vec<_> = selected
            .iter()
            .take(count)
            .filter_map(|it| block.get(it.index))
            .collect();
        let folded = self.run_slice(symbol, selection.is_parameter, &statements);
        self.slices.borrow_mut().insert(key, folded.clone());
        folded
    }

    /// The statements that build a symbol.
    fn selection(&self, symbol: SymbolId, note: &SymbolNote<'a>) -> Option<Rc<Selection>> {
        if let Some(known) = self.selections.borrow().get(&symbol) {
            return known.clone();
        }
        let selection = note.bindings.first().and_then(|first| {
            let function = match first.source {
                BindingSource::Parameter { function, .. } => function,
                _ => first.function,
            };
            let block = self.block(function, first.span)?;
            let statements = self.selected(symbol, function, block)?;
            let is_parameter = matches!(first.source, BindingSource::Parameter { .. });
            Some(Rc::new(Selection {
                function,
                declared: first.span,
                statements,
                is_parameter,
                places: Cell::new(0),
            }))
        });
        self.selections.borrow_mut().insert(symbol, selection.clone());
        selection
    }

    fn run_slice(&self, symbol: SymbolId, is_parameter: bool, statements: &[&'a Statement<'a>]) -> Option<Folded> {
        if !self.enter() {
            return None;
        }
        let initial = if is_parameter {
            self.standing(|| self.symbol_parameter(symbol))
        } else {
            UNDEFINED
        };
        let mut value = None;
        let folded = self.tracked(|| {
            value = self.attempt(SLICE_FUEL, || {
                let frame = Frame::new(None, UNDEFINED, UNDEFINED);
                frame.declare(symbol, initial);
                for statement in statements {
                    self.statement(statement, &frame)?;
                }
                self.variable(symbol, &frame)
            });
            value.clone().unwrap_or(super::Value::Undefined)
        });
        self.leave();
        value.is_some().then_some(folded)
    }

    fn symbol_parameter(&self, symbol: SymbolId) -> Js {
        let parameter = self.module.symbols.get(&symbol).and_then(|note| note.bindings.first());
        match parameter {
            Some(binding) => Js::V(self.binding(binding)),
            None => UNDEFINED,
        }
    }

    /// The statements that change a symbol or what they depend on, in order, with their places.
    fn selected(&self, symbol: SymbolId, function: FunctionIdx, block: &'a [Statement<'a>]) -> Option<Vec<Selected>> {
        let mut symbols = vec![symbol];
        let mut chosen = vec![false; block.len()];
        let built = self.built_in(function);
        let mut next = 0;
        while next < symbols.len() && symbols.len() <= MAX_SYMBOLS {
            let Some(note) = self.module.symbols.get(&symbols[next]) else {
                break;
            };
            next += 1;
            for (span, by) in self.writes(note) {
                if !self.runs_within(by, function) {
                    return None;
                }
                let Some(index) = statement_around(block, span) else {
                    continue;
                };
                if std::mem::replace(&mut chosen[index], true) {
                    continue;
                }
                let around = block[index].span();
                for other in &built {
                    if symbols.contains(other) {
                        continue;
                    }
                    let writes = self
                        .module
                        .symbols
                        .get(other)
                        .map(|note| self.writes(note))
                        .unwrap_or_default();
                    if writes
                        .iter()
                        .skip(1)
                        .any(|(it, _)| around.start <= it.start && it.end <= around.end)
                    {
                        symbols.push(*other);
                    }
                }
            }
        }
        let chosen = block.iter().enumerate().zip(chosen).filter(|(_, chosen)| *chosen);
        let selected = chosen.map(|((index, statement), _)| Selected {
            span: statement.span(),
            index,
            is_loop: is_loop(statement),
        });
        Some(selected.collect())
    }

    /// Places where a symbol or what it holds is changed, and by which function; the declaration first.
    fn writes(&self, note: &SymbolNote<'a>) -> Vec<(Span, FunctionIdx)> {
        let declared = note.bindings.iter().map(|it| match it.source {
            BindingSource::Parameter { function, .. } => (it.span, function),
            _ => (it.span, it.function),
        });
        let mut places: Vec<_> = declared.collect();
        let writes = note
            .property_writes
            .iter()
            .map(|it| &self.module.property_writes[*it as usize]);
        places.extend(writes.map(|it| (it.span, it.function)));
        let calls = note.mutations.iter().map(|it| &self.module.calls[*it as usize]);
        places.extend(calls.map(|it| (it.span, it.function)));
        places
    }

    /// Whether a function runs where it stands inside `outer`: it is called there, or given to a method that calls it there.
    fn runs_within(&self, function: FunctionIdx, outer: FunctionIdx) -> bool {
        let mut function = function;
        while function != outer {
            let called = self.module.immediate_calls.contains_key(&function)
                || self
                    .module
                    .callbacks
                    .get(&function)
                    .is_some_and(|(call, _)| self.calls_back_at_once(*call));
            if !called || function == FunctionIdx::TOP {
                return false;
            }
            function = self.module.function(function).parent;
        }
        true
    }

    fn calls_back_at_once(&self, call: u32) -> bool {
        let CallNode::Call(call) = self.module.calls[call as usize].node else {
            return false;
        };
        let name = call
            .callee
            .as_member_expression()
            .and_then(|it| it.static_property_name());
        name.is_some_and(|name| AT_ONCE.contains(&name))
    }

    /// Symbols of a function that are built up.
    fn built_in(&self, function: FunctionIdx) -> Vec<SymbolId> {
        if self.built.borrow().is_none() {
            let mut built: Vec<(FunctionIdx, SymbolId)> = Vec::new();
            for symbol in self.module.scoping.symbol_ids() {
                if let Some(note) = self.module.symbols.get(&symbol)
                    && (note.bindings.len() > 1 || is_built(note))
                    && let Some(first) = note.bindings.first()
                {
                    built.push((first.function, symbol));
                }
            }
            built.sort_unstable();
            *self.built.borrow_mut() = Some(built);
        }
        let built = self.built.borrow();
        let built = built.as_deref().unwrap_or_default();
        let first = built.partition_point(|(it, _)| *it < function);
        built[first..]
            .iter()
            .take_while(|(it, _)| *it == function)
            .take(MAX_BUILT)
            .map(|(_, it)| *it)
            .collect()
    }

    /// The innermost list of statements of a function around a place.
    fn block(&self, function: FunctionIdx, place: Span) -> Option<&'a [Statement<'a>]> {
        let mut block: &'a [Statement<'a>] = match self.module.function(function).node {
            FunctionNode::Top(program) => &program.body,
            FunctionNode::Function(it) => &it.body.as_ref()?.statements,
            FunctionNode::Arrow(it) => &it.body.as_function_body()?.statements,
            FunctionNode::Class(_) => return None,
        };
        while let Some(index) = statement_around(block, place) {
            match inner(&block[index], place) {
                Some(deeper) => block = deeper,
                None => break,
            }
        }
        Some(block)
    }
}

/// Whether a symbol's value is built up by statements rather than given.
fn is_built(note: &SymbolNote<'_>) -> bool {
    // What is written onto an object literal is gathered wherever it stands, and keeps its place.
    if let Some(first) = note.bindings.first()
        && let BindingSource::Expression {
            value: Expression::ObjectExpression(_),
            ..
        } = first.source
        && first.path.is_empty()
    {
        return false;
    }
    let built = note.bindings.iter().any(|it| {
        matches!(it.source, BindingSource::Expression { compound: true, .. })
            || matches!(it.source, BindingSource::Other) && note.bindings.len() > 1
    });
    built || !note.mutations.is_empty()
}

/// The statement of a list that a place is in.
fn statement_around(block: &[Statement<'_>], place: Span) -> Option<usize> {
    let after = block.partition_point(|it| it.span().start <= place.start);
    let index = after.checked_sub(1)?;
    (place.end <= block[index].span().end).then_some(index)
}

/// The list of statements inside a statement that a place is in.
fn inner<'a>(statement: &'a Statement<'a>, place: Span) -> Option<&'a [Statement<'a>]> {
    let within = |span: Span| span.start <= place.start && place.end <= span.end;
    let of = |statement: &'a Statement<'a>| match statement {
        Statement::BlockStatement(block) if within(block.span) => Some(&block.body[..]),
        _ => None,
    };
    match statement {
        Statement::BlockStatement(_) => of(statement),
        Statement::IfStatement(it) => {
            of(&it.consequent).or_else(|| it.alternate.as_ref().and_then(|it| of(it).or_else(|| inner(it, place))))
        }
        Statement::ForStatement(it) => of(&it.body),
        Statement::ForOfStatement(it) => of(&it.body),
        Statement::ForInStatement(it) => of(&it.body),
        Statement::WhileStatement(it) => of(&it.body),
        Statement::DoWhileStatement(it) => of(&it.body),
        Statement::LabeledStatement(it) => inner(&it.body, place),
        Statement::TryStatement(it) => {
            let blocks = [
                Some(&it.block),
                it.handler.as_ref().map(|it| &it.body),
                it.finalizer.as_ref(),
            ];
            blocks
                .into_iter()
                .flatten()
                .find(|it| within(it.span))
                .map(|it| &it.body[..])
        }
        _ => None,
    }
}

fn is_loop(statement: &Statement<'_>) -> bool {
    matches!(
        statement,
        Statement::ForStatement(_)
            | Statement::ForOfStatement(_)
            | Statement::ForInStatement(_)
            | Statement::WhileStatement(_)
            | Statement::DoWhileStatement(_)
    )
}

/// Methods that call what they are given before they return.
const AT_ONCE: [&str; 11] = [
    "forEach",
    "map",
    "filter",
    "reduce",
    "reduceRight",
    "some",
    "every",
    "find",
    "findIndex",
    "flatMap",
    "replace",
];

/// Steps for following the statements that build one variable.
const SLICE_FUEL: u64 = 400_000;

/// Places for which the value of one variable is worked out apart.
const MAX_PLACES: u32 = 8;

/// Variables that are followed together, and candidates of one function.
const MAX_SYMBOLS: usize = 24;
const MAX_BUILT: usize = 256;
