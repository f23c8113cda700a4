//! Says cheaply, by syntax alone, which calls cannot be of anything in the tables: most, and folding each would be the most
//! expensive thing that is done with a file.
//!
//! A method is called by its name. If no table knows the name, the call can only be of an API that the file itself has put
//! under that name, so the names under which it puts anything but functions of its own and plain data are collected first.
//! The members of a module count only once the file is known to load it.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::sync::LazyLock;

use oxc_ast::ast::{ChainElement, ClassElement, Expression, IdentifierReference, ObjectPropertyKind, PropertyKey};
use oxc_semantic::SymbolId;
use rustc_hash::{FxHashMap, FxHashSet};

use super::table::TABLE;
use super::{WRAPPERS, dynamic_code, environment, tampering};
use crate::module::{Binding, BindingSource, FunctionNode, Module, PathStep, PropertyKeyNote};
use crate::package::Limits;

/// Names under which a file puts what may be an API.
pub(super) struct Candidates<'f, 'a> {
    module: &'f Module<'a>,
    aliases: FxHashSet<&'a str>,
    /// Members of the modules the file loads.
    members: FxHashSet<&'static str>,
    /// Whether symbols asked about may be an API.
    symbols: RefCell<FxHashMap<SymbolId, bool>>,
    /// Nothing is ruled out: the slow reference that the fast way is held to.
    exhaustive: bool,
}

impl<'f, 'a> Candidates<'f, 'a> {
    pub(super) fn new(module: &'f Module<'a>, limits: &Limits) -> Self {
        let mut candidates = Self {
            module,
            aliases: FxHashSet::default(),
            members: FxHashSet::default(),
            symbols: RefCell::default(),
            exhaustive: limits.exhaustive,
        };
        for object in &module.objects {
            for property in &object.node.properties {
                if let ObjectPropertyKind::ObjectProperty(property) = property {
                    candidates.add(&property.key, &property.value);
                }
            }
        }
        for write in &module.property_writes {
            if let (PropertyKeyNote::Name(name), Some(value)) = (write.key, write.value)
                && candidates.may_hold(value)
            {
                candidates.aliases.insert(name);
            }
        }
        for function in &module.functions {
            let FunctionNode::Class(class) = function.node else {
                continue;
            };
            for element in &class.body.body {
                if let ClassElement::PropertyDefinition(property) = element
                    && let Some(value) = &property.value
                {
                    candidates.add(&property.key, value);
                }
            }
        }
        candidates
    }

    /// Counts the members of these modules from now on.
    pub(super) fn admit<'s>(&mut self, specifiers: impl Iterator<Item = &'s str>) {
        let mut bare: Vec<&str> = specifiers.map(|it| it.strip_prefix("node:").unwrap_or(it)).collect();
        bare.sort_unstable();
        bare.dedup();
        for (module, members) in MEMBERS.iter() {
            if bare.iter().any(|it| it.starts_with(module)) {
                self.members.extend(members);
            }
        }
    }

    fn add(&mut self, key: &'a PropertyKey<'a>, value: &Expression<'a>) {
        let name = match key {
            PropertyKey::StaticIdentifier(name) => name.name.as_str(),
            PropertyKey::PrivateIdentifier(name) => name.name.as_str(),
            PropertyKey::StringLiteral(name) => name.value.as_str(),
            _ => return,
        };
        if !self.aliases.contains(name) && self.may_hold(value) {
            self.aliases.insert(name);
        }
    }

    /// Whether a value may be an API: it is neither data nor a function of the file.
    fn may_hold(&self, value: &Expression<'a>) -> bool {
        match value {
            Expression::Identifier(it) => self.symbol(it).is_none_or(|symbol| !self.is_own_function(symbol)),
            Expression::StringLiteral(_)
            | Expression::NumericLiteral(_)
            | Expression::BooleanLiteral(_)
            | Expression::NullLiteral(_)
            | Expression::BigIntLiteral(_)
            | Expression::RegExpLiteral(_)
            | Expression::TemplateLiteral(_)
            | Expression::ArrayExpression(_)
            | Expression::ObjectExpression(_)
            | Expression::FunctionExpression(_)
            | Expression::ArrowFunctionExpression(_)
            | Expression::ClassExpression(_)
            | Expression::BinaryExpression(_)
            | Expression::UnaryExpression(_)
            | Expression::UpdateExpression(_)
            | Expression::ThisExpression(_) => false,
            Expression::NewExpression(it) => !self.makes_plain(&it.callee),
            _ => true,
        }
    }

    fn is_own_function(&self, symbol: SymbolId) -> bool {
        self.module.symbols.get(&symbol).is_some_and(|note| {
            !note.bindings.is_empty()
                && note
                    .bindings
                    .iter()
                    .all(|it| matches!(it.source, BindingSource::Function(_)))
        })
    }

    /// Whether a call of this may be of something the tables know.
    pub(super) fn may_be_known(&self, callee: &Expression<'a>) -> bool {
        if self.exhaustive {
            return true;
        }
        let mut callee = callee;
        // `f.call.call.call…` is walked, not recursed into: it may be long.
        loop {
            let (name, object) = match callee {
                Expression::Identifier(it) => {
                    return match self.symbol(it) {
                        Some(symbol) => !self.is_own_function(symbol),
                        None => GLOBAL_NAMES.contains(it.name.as_str()),
                    };
                }
                Expression::StaticMemberExpression(it) => (it.property.name.as_str(), &it.object),
                Expression::PrivateFieldExpression(it) => return self.aliases.contains(it.field.name.as_str()),
                Expression::ComputedMemberExpression(it) => match &it.expression {
                    Expression::StringLiteral(name) => (name.value.as_str(), &it.object),
                    _ => return true,
                },
                Expression::ChainExpression(it) => match &it.expression {
                    ChainElement::StaticMemberExpression(it) => (it.property.name.as_str(), &it.object),
                    _ => return true,
                },
                Expression::FunctionExpression(_) | Expression::ArrowFunctionExpression(_) | Expression::Super(_) => {
                    return false;
                }
                Expression::SequenceExpression(it) => match it.expressions.last() {
                    Some(last) => {
                        callee = last;
                        continue;
                    }
                    None => return false,
                },
                _ => return true,
            };
            if !matches!(name, "call" | "apply" | "bind") {
                return self.aliases.contains(name) || (self.is_known_name(name) && self.may_lead_to_api(object));
            }
            callee = object;
        }
    }

    /// Whether what is handed to a call may be something the tables know: handed on, it can be called anywhere.
    pub(super) fn may_be_passed(&self, argument: &Expression<'a>) -> bool {
        if self.exhaustive {
            return true;
        }
        match argument {
            Expression::StaticMemberExpression(it) => self.members.contains(it.property.name.as_str()),
            Expression::Identifier(it) => match self.symbol(it) {
                None => matches!(it.name.as_str(), "eval" | "fetch"),
                Some(symbol) => self.module.symbols.get(&symbol).is_some_and(|note| {
                    note.bindings
                        .iter()
                        .any(|binding| match (binding.source, binding.path.last()) {
                            (BindingSource::Import { imported, .. }, _) => self.members.contains(imported),
                            (BindingSource::Expression { .. }, Some(PathStep::Property(name))) => {
                                self.members.contains(name)
                            }
                            (BindingSource::Expression { value, .. }, None) => match value {
                                Expression::StaticMemberExpression(it) => {
                                    self.members.contains(it.property.name.as_str())
                                }
                                Expression::Identifier(it) => matches!(it.name.as_str(), "eval" | "fetch"),
                                _ => false,
                            },
                            _ => false,
                        })
                }),
            },
            _ => false,
        }
    }

    fn symbol(&self, reference: &IdentifierReference<'a>) -> Option<SymbolId> {
        self.module.symbol(reference)
    }

    fn is_known_name(&self, name: &str) -> bool {
        GLOBAL_NAMES.contains(name) || self.members.contains(name)
    }

    /// Whether the object of a method may be an API, or what one gave: a map, a parameter, a field that only holds plain
    /// things is not.
    fn may_lead_to_api(&self, object: &Expression<'a>) -> bool {
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
                    if self.aliases.contains(it.property.name.as_str()) {
                        return Lead::Api;
                    }
                    if let Expression::ThisExpression(_) = it.object {
                        return Lead::Plain;
                    }
                    &it.object
                }
                Expression::PrivateFieldExpression(it) => {
                    return if self.aliases.contains(it.field.name.as_str()) {
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
    fn symbol_may_be_api(&self, symbol: SymbolId) -> bool {
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

    fn binding_may_be_api(&self, binding: &Binding<'a>, visited: &mut Vec<SymbolId>) -> bool {
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
    fn makes_plain(&self, class: &Expression<'a>) -> bool {
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

/// The last part of every path that begins with a global or is asked for beside the tables.
static GLOBAL_NAMES: LazyLock<FxHashSet<&'static str>> = LazyLock::new(|| {
    let listed = [
        dynamic_code::LOADS,
        environment::SERIALISERS,
        environment::LISTERS,
        tampering::LOADERS,
        tampering::DEFINERS,
    ];
    let globals = TABLE.iter().filter(|(_, row)| row.is_global());
    let globals = globals.map(|(path, _)| path.as_str());
    let paths = globals.chain(listed.into_iter().flatten().copied()).chain(WRAPPERS);
    paths.map(last_part).collect()
});

/// The members of every module in the tables. Its name is cut at the first dot, which may belong to it; a module too many
/// costs nothing but time.
static MEMBERS: LazyLock<BTreeMap<&'static str, FxHashSet<&'static str>>> = LazyLock::new(|| {
    let mut members: BTreeMap<&'static str, FxHashSet<&'static str>> = BTreeMap::new();
    for (path, row) in TABLE.iter().filter(|(_, row)| !row.is_global()) {
        let module = row.module.strip_prefix("node:").unwrap_or(row.module);
        let module = module.split(['.', '(']).next().unwrap_or(module);
        members.entry(module).or_default().insert(last_part(path));
    }
    members
});

fn last_part(path: &'static str) -> &'static str {
    let path = path.strip_suffix("()").unwrap_or(path);
    path.rsplit('.').next().unwrap_or(path)
}
