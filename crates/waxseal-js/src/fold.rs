//! Answers "what value can this expression have" without running anything of the package.
//!
//! Two ways of looking share one evaluator ([`eval`]). *Outside* any frame an expression is folded where it stands: a variable
//! is one of all values assigned to it, a parameter is the caller's. *Inside* a frame ([`run`]) a function of the file is
//! interpreted with the values it is called with, statement by statement, on a heap of its own; nothing but pure operations on
//! known values is modelled, and whatever else is met ends the attempt. Steps, depth and sizes are bounded for the whole file.

use std::cell::{Cell, RefCell};
use std::rc::Rc;

use oxc_ast::ast::Expression;
use oxc_span::Span;
use oxc_syntax::symbol::SymbolId;
use rustc_hash::FxHashMap;

use crate::module::{CallNote, ExportValue, FunctionIdx, Module};

mod constant;
mod value;

mod api;
mod builtins;
mod bundles;
mod calls;
mod eval;
mod heap;
mod members;
mod operators;
mod returns;
mod run;
mod slice;
mod symbols;
mod text;

pub(crate) use constant::{Constant, ModuleEnv};
pub(crate) use value::*;

use heap::{Heap, Js};

/// Folds expressions of one module. Everything is asked for lazily and remembered per symbol.
pub(crate) struct Folder<'m, 'a> {
    module: &'m Module<'a>,
    env: &'m ModuleEnv,
    /// What is known of each symbol: one of the constants of [`symbols`], or a position in `answers`.
    states: RefCell<Vec<u32>>,
    answers: RefCell<Vec<Folded>>,
    /// Things of the outside world by their paths, those without arguments.
    apis: RefCell<FxHashMap<Rc<str>, Rc<Api>>>,
    /// What symbols are worth at a place, where that depends on the statements before it.
    slices: RefCell<FxHashMap<(SymbolId, u32), Option<Folded>>>,
    /// The statements that build a symbol; `None` if it cannot be followed.
    selections: RefCell<FxHashMap<SymbolId, Option<Rc<slice::Selection>>>>,
    /// What members of classes are worth; `None` while it is being found out.
    class_members: RefCell<FxHashMap<Member, Option<MemberValue>>>,
    /// What calls are worth where they stand, by where they end and begin.
    results: RefCell<FxHashMap<(u32, u32), Folded>>,
    /// How often something was asked for while it was being found out: what was answered then is not remembered.
    cycles: Cell<u32>,
    /// What functions return, by their return statements alone.
    returned: RefCell<FxHashMap<FunctionIdx, Option<Folded>>>,
    /// The modules of a bundle, found when first asked for, and what each exports.
    bundle: RefCell<Option<bundles::Bundle>>,
    exported: RefCell<FxHashMap<FunctionIdx, Option<Value>>>,
    /// How often interpreting a function came to nothing.
    failures: RefCell<FxHashMap<FunctionIdx, u32>>,
    /// Variables outside the functions being interpreted.
    world: RefCell<FxHashMap<SymbolId, Js>>,
    heap: RefCell<Vec<Heap>>,
    /// Something in the part of the heap that outlives a run now points into the part that does not.
    heap_escaped: Cell<bool>,
    heap_mark: Cell<usize>,
    /// Steps left for the whole file, and for the question at hand.
    fuel: Cell<u64>,
    allowance: Cell<u64>,
    depth: Cell<u32>,
    heap_writes: Cell<u64>,
    /// Something is being interpreted, so that arrays and objects get an identity.
    live: Cell<bool>,
    /// Symbols given a value more than once, by the function they belong to; found when first asked for.
    built: RefCell<Option<Vec<(FunctionIdx, SymbolId)>>>,
    /// The current answer took more than naming and joining constants.
    hidden: Cell<bool>,
    /// Where the literal that decides the current answer stands.
    source: Cell<Option<Span>>,
    /// Steps that may still be granted for turning string tables.
    table_fuel: Cell<u64>,
    /// Expressions that may still be interpreted as a whole.
    attempts: Cell<u32>,
    /// Regular expressions that were built, and those that could not be.
    patterns: RefCell<FxHashMap<Pattern, Option<regex::Regex>>>,
    /// How many programs inside strings are being folded around this one.
    nested: u32,
}

/// A member of a class: the class, the name, and whether it is static.
type Member = (FunctionIdx, Rc<str>, bool);

/// What a member of a class is worth, if there is one, and whether that was hidden.
type MemberValue = (Option<Value>, bool);

/// A regular expression: its pattern and its flags.
type Pattern = (Rc<str>, Rc<str>);

impl<'m, 'a> Folder<'m, 'a> {
    /// A folder over a module and what its relative imports stand for.
    pub(crate) fn new(module: &'m Module<'a>, env: &'m ModuleEnv) -> Self {
        Self::nested(module, env, 0)
    }

    /// A folder over code that stands in a string of other code.
    fn nested(module: &'m Module<'a>, env: &'m ModuleEnv, nested: u32) -> Self {
        let fuel = (BASE_FUEL + 2 * module.source.len() as u64) >> (4 * nested);
        Self {
            module,
            env,
            states: RefCell::new(vec![0; module.scoping.symbols_len()]),
            answers: RefCell::default(),
            apis: RefCell::default(),
            slices: RefCell::default(),
            selections: RefCell::default(),
            class_members: RefCell::default(),
            results: RefCell::default(),
            cycles: Cell::new(0),
            returned: RefCell::default(),
            bundle: RefCell::default(),
            exported: RefCell::default(),
            failures: RefCell::default(),
            world: RefCell::default(),
            heap: RefCell::default(),
            heap_escaped: Cell::new(false),
            heap_mark: Cell::new(0),
            fuel: Cell::new(fuel),
            allowance: Cell::new(0),
            depth: Cell::new(0),
            heap_writes: Cell::new(0),
            live: Cell::new(false),
            built: RefCell::default(),
            hidden: Cell::new(false),
            source: Cell::new(None),
            table_fuel: Cell::new(if nested == 0 { TABLE_FUEL } else { 0 }),
            attempts: Cell::new(MAX_ATTEMPTS),
            patterns: RefCell::default(),
            nested,
        }
    }

    /// What an expression can be worth.
    pub(crate) fn fold(&self, expression: &'a Expression<'a>) -> Folded {
        self.question(|| self.fold_here(expression))
    }

    /// What a symbol can be worth.
    pub(crate) fn fold_symbol(&self, symbol: SymbolId) -> Folded {
        self.question(|| self.symbol(symbol))
    }

    /// What is called, if it is something of the outside world. `fetch.call(null, u)`, `Reflect.apply(fetch, null, [u])`
    /// are calls of `fetch`. If it can be several things, the first.
    pub(crate) fn fold_call_api(&self, call: &CallNote<'a>) -> Option<Rc<Api>> {
        self.fold_call_apis(call).into_iter().next()
    }

    /// Everything of the outside world that a call can be a call of.
    pub(crate) fn fold_call_apis(&self, call: &CallNote<'a>) -> Vec<Rc<Api>> {
        self.question(|| self.called_apis(call))
    }

    /// The arguments of a call as what is called gets them: those of `fetch.call(null, u)` are `[u]`.
    pub(crate) fn fold_arguments(&self, call: &CallNote<'a>) -> Vec<Folded> {
        self.question(|| self.passed_arguments(call))
    }

    /// A property of a value.
    pub(crate) fn property(&self, value: &Value, name: &str) -> Folded {
        self.question(|| self.tracked(|| self.value_property(value, name)))
    }

    /// Starts over with many times the steps of a file, for a look that leaves nothing out.
    pub(crate) fn refuel(&self) {
        self.fuel
            .set(REFERENCE_FACTOR * (BASE_FUEL + 2 * self.module.source.len() as u64));
    }

    /// Whether anything is known of what other files of the package give.
    pub(crate) fn knows_other_files(&self) -> bool {
        !self.env.is_empty()
    }

    /// Whether the steps for this file ran out, so that what is asked now can only be answered from what is remembered.
    #[allow(dead_code, reason = "for whoever reports what was not looked at")]
    pub(crate) fn is_exhausted(&self) -> bool {
        self.fuel.get() == 0
    }

    /// Gives a question its share of the steps.
    fn question<T>(&self, answer: impl FnOnce() -> T) -> T {
        if self.depth.get() > 0 {
            return answer();
        }
        self.allowance.set(self.fuel.get().min(QUESTION_FUEL));
        answer()
    }

    fn fold_here(&self, expression: &'a Expression<'a>) -> Folded {
        self.tracked(|| self.outside(expression))
    }

    /// Runs something that yields a value, and says what it took.
    fn tracked(&self, run: impl FnOnce() -> Value) -> Folded {
        let outer = (self.hidden.replace(false), self.source.replace(None));
        let value = run();
        let folded = Folded {
            value,
            hidden: self.hidden.get(),
            source: self.source.get(),
        };
        self.hidden.set(outer.0);
        self.source.set(outer.1);
        folded
    }

    /// Takes over what an answer took that the current one builds on.
    fn adopt(&self, folded: &Folded) {
        if folded.hidden {
            self.hidden.set(true);
        }
        if self.source.get().is_none() {
            self.source.set(folded.source);
        }
    }

    fn hide(&self) {
        self.hidden.set(true);
    }

    /// Notes that the current answer rests on one that is being found out.
    fn cycle(&self) {
        self.cycles.set(self.cycles.get() + 1);
    }

    /// Runs something with the steps that a file has for its string tables on top; what is left of them is kept.
    fn with_table_fuel<T>(&self, run: impl FnOnce() -> T) -> T {
        let grant = self.table_fuel.replace(0);
        let allowance = self.allowance.get();
        self.allowance.set(allowance + grant);
        self.fuel.set(self.fuel.get() + grant);
        let result = run();
        let kept = self.allowance.get().saturating_sub(allowance).min(grant);
        self.allowance.set(self.allowance.get() - kept);
        self.fuel.set(self.fuel.get().saturating_sub(kept));
        self.table_fuel.set(kept);
        result
    }

    /// Takes steps; false if there are none left.
    fn spend(&self, steps: u64) -> bool {
        let left = self.allowance.get();
        if left < steps {
            self.allowance.set(0);
            return false;
        }
        self.allowance.set(left - steps);
        self.fuel.set(self.fuel.get().saturating_sub(steps));
        true
    }
}

impl<'a> Folder<'_, 'a> {
    /// What the module's exports are worth, as far as they are constant, for the modules that import them.
    pub(crate) fn exported_constants(&self) -> Vec<(String, Constant)> {
        let mut all: Vec<(String, Constant)> = Vec::new();
        for export in &self.module.exports {
            let value = match export.value {
                ExportValue::Expression(expression) => self.fold(expression).value,
                ExportValue::Symbol(symbol) => self.fold_symbol(symbol).value,
                ExportValue::Function(function) => Value::Function(function),
                ExportValue::From { .. } => continue,
            };
            if let Some(constant) = self.question(|| self.constant(&value, 0)) {
                match all.iter_mut().find(|(name, _)| name == export.name) {
                    Some((_, Constant::OneOf(several))) => several.push(constant),
                    Some((_, before)) if *before != constant => {
                        let first = std::mem::replace(before, Constant::Undefined);
                        *before = Constant::OneOf(vec![first, constant]);
                    }
                    Some(_) => {}
                    None => all.push((export.name.to_owned(), constant)),
                }
            }
        }
        all
    }

    /// A value as a constant, if it holds one; a function that always returns one counts.
    fn constant(&self, value: &Value, depth: u32) -> Option<Constant> {
        if depth > MAX_CONSTANT_DEPTH {
            return None;
        }
        Some(match value {
            Value::Undefined => return None,
            Value::Null => Constant::Null,
            Value::Bool(it) => Constant::Bool(*it),
            Value::Number(it) => Constant::Number(*it),
            Value::String(it) => Constant::String(it.to_string()),
            Value::Array(array) if !array.open => {
                let items = array.items.iter().map(|item| self.constant(item, depth + 1));
                Constant::Array(items.collect::<Option<_>>()?)
            }
            Value::Object(object) => {
                let constants = object.properties.iter().filter_map(|property| {
                    let constant = self.constant(&property.value.value, depth + 1)?;
                    Some((property.name.to_string(), constant))
                });
                let constants: Vec<_> = constants.collect();
                if constants.is_empty() {
                    return None;
                }
                Constant::Object(constants)
            }
            Value::OneOf(values) => {
                let constants: Vec<_> = values.iter().filter_map(|it| self.constant(it, depth + 1)).collect();
                if constants.is_empty() {
                    return None;
                }
                Constant::OneOf(constants)
            }
            // A longer one does more than to name a constant.
            Value::Function(function) if self.module.function(*function).span.size() <= MAX_CONSTANT_FUNCTION => {
                let result = self.call_value(&Value::Function(*function), Vec::new());
                Constant::Function(Box::new(self.constant(&result, depth + 1)?))
            }
            _ => return None,
        })
    }
}

/// Steps for a file of any size; two more for every byte of it.
const BASE_FUEL: u64 = 6_000_000;

/// How many times the steps of a file the reference may take.
const REFERENCE_FACTOR: u64 = 50;

/// Steps more, once for a file, for turning the string tables of obfuscated code: up to a second for the worst.
const TABLE_FUEL: u64 = 20_000_000;

/// Steps for one question.
const QUESTION_FUEL: u64 = 3_000_000;

/// Expressions of one file that are interpreted as a whole.
const MAX_ATTEMPTS: u32 = 100;

/// Bytes of an exported function that is called to see whether it always returns one constant.
const MAX_CONSTANT_FUNCTION: u32 = 2_000;

/// How deep exported constants are looked into.
const MAX_CONSTANT_DEPTH: u32 = 6;

/// How deep expressions, statements and calls may nest while folding.
const MAX_DEPTH: u32 = 400;

/// The longest string, and the most bytes of a buffer, that folding makes.
const MAX_STRING: usize = 64 << 10;

/// The longest array that folding makes.
const MAX_ITEMS: usize = 4_096;

#[cfg(test)]
mod tests;
