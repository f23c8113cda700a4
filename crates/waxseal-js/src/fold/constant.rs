//! Constants that travel from one file to another.

use rustc_hash::FxHashMap;

/// A constant that owns itself.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Constant {
    Undefined,
    Null,
    Bool(bool),
    Number(f64),
    String(String),
    Array(Vec<Constant>),
    /// In the order written.
    Object(Vec<(String, Constant)>),
    /// A function that always returns this.
    Function(Box<Constant>),
    /// One of several.
    OneOf(Vec<Constant>),
}

/// What the names a file imports from other files of the package stand for.
#[derive(Debug, Default)]
pub(crate) struct ModuleEnv {
    modules: FxHashMap<String, FxHashMap<String, Constant>>,
}

impl ModuleEnv {
    /// Says that importing `name` from `specifier` (as the file writes it) gives `value`. A JSON module is its `default`.
    pub(crate) fn insert(&mut self, specifier: &str, name: &str, value: Constant) {
        self.modules
            .entry(specifier.to_owned())
            .or_default()
            .insert(name.to_owned(), value);
    }

    /// Whether nothing is known.
    pub(crate) fn is_empty(&self) -> bool {
        self.modules.is_empty()
    }

    /// What importing `name` from `specifier` gives, if it is known.
    pub(crate) fn get(&self, specifier: &str, name: &str) -> Option<&Constant> {
        self.modules.get(specifier)?.get(name)
    }
}
