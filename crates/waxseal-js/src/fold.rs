//! Answers "what value can this expression have" without running anything.

use std::rc::Rc;

use oxc_ast::ast::Expression;
use oxc_semantic::SymbolId;

use crate::module::{CallNote, Module};

mod constant;
mod value;

pub(crate) use constant::{Constant, ModuleEnv};
pub(crate) use value::*;

/// Folds expressions of one module. Everything is asked for lazily and remembered per symbol.
pub(crate) struct Folder<'m, 'a> {
    module: &'m Module<'a>,
    env: &'m ModuleEnv,
}

impl<'m, 'a> Folder<'m, 'a> {
    /// A folder over a module and what its relative imports stand for.
    pub(crate) fn new(module: &'m Module<'a>, env: &'m ModuleEnv) -> Self {
        Self { module, env }
    }

    /// What an expression can be worth.
    pub(crate) fn fold(&self, _expression: &'a Expression<'a>) -> Folded {
        Folded { value: Value::Unknown(Origins::of(Origins::OTHER)), hidden: false, source: None }
    }

    /// What a symbol can be worth.
    pub(crate) fn fold_symbol(&self, _symbol: SymbolId) -> Folded {
        Folded { value: Value::Unknown(Origins::of(Origins::OTHER)), hidden: false, source: None }
    }

    /// What is called, if it is something of the outside world. `fetch.call(null, u)`, `Reflect.apply(fetch, null, [u])`
    /// are calls of `fetch`.
    pub(crate) fn fold_call_api(&self, _call: &CallNote<'a>) -> Option<Rc<Api>> {
        None
    }

    /// The arguments of a call as what is called gets them: those of `fetch.call(null, u)` are `[u]`.
    pub(crate) fn fold_arguments(&self, _call: &CallNote<'a>) -> Vec<Folded> {
        Vec::new()
    }

    /// A property of a value.
    pub(crate) fn property(&self, _value: &Value, _name: &str) -> Folded {
        Folded { value: Value::Unknown(Origins::of(Origins::OTHER)), hidden: false, source: None }
    }
}

/// What a module's exports are worth, as far as they are constant, for the modules that import them.
pub(crate) fn exported_constants(module: &Module<'_>) -> Vec<(String, Constant)> {
    let _ = module;
    Vec::new()
}
