//! Says cheaply, by syntax alone, which calls cannot be of anything in the tables: most, and folding each would be the most
//! expensive thing that is done with a file.
//!
//! A method is called by its name. If no table knows the name, the call can only be of an API that the file itself has put
//! under that name, so the names under which it puts anything but functions of its own and plain data are collected first.
//! The members of a module count only once the file is known to load it.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::rc::Rc;
use std::sync::LazyLock;

use oxc_ast::ast::{
    Argument, ChainElement, ClassElement, Expression, IdentifierReference, ObjectPropertyKind, PropertyKey,
    PropertyKind,
};
use oxc_syntax::symbol::SymbolId;
use rustc_hash::{FxHashMap, FxHashSet};

use super::table::TABLE;
use super::{WRAPPERS, dynamic_code, environment, tampering};
use crate::module::{BindingSource, CallNode, FunctionNode, Module, PathStep, PropertyKeyNote};
use crate::textual::Texts;

mod leads;

/// Names under which a file puts what may be an API.
pub(crate) struct Candidates<'f, 'a> {
    module: &'f Module<'a>,
    aliases: FxHashSet<&'a str>,
    /// Those that are worked out.
    made: FxHashSet<Rc<str>>,
    /// Members of the modules the file loads.
    members: FxHashSet<&'static str>,
    /// Whether symbols asked about may be an API.
    symbols: RefCell<FxHashMap<SymbolId, bool>>,
    /// Nothing is ruled out: the slow reference that the fast way is held to.
    exhaustive: bool,
}

impl<'f, 'a> Candidates<'f, 'a> {
    pub(crate) fn new(texts: Texts<'f, '_, 'a>) -> Self {
        let module = texts.module;
        let mut candidates = Self {
            module,
            aliases: FxHashSet::default(),
            made: FxHashSet::default(),
            members: FxHashSet::default(),
            symbols: RefCell::default(),
            exhaustive: texts.exhaustive,
        };
        for object in &module.objects {
            for property in &object.node.properties {
                if let ObjectPropertyKind::ObjectProperty(property) = property {
                    let getter = property.kind == PropertyKind::Get;
                    candidates.add(texts, &property.key, (!getter).then_some(&property.value));
                }
            }
        }
        for write in &module.property_writes {
            if write.value.is_none_or(|value| !candidates.may_hold(value)) {
                continue;
            }
            match write.key {
                PropertyKeyNote::Name(name) => {
                    candidates.aliases.insert(name);
                }
                PropertyKeyNote::Computed(key) => candidates.add_made(texts, key),
            }
        }
        for function in &module.functions {
            let FunctionNode::Class(class) = function.node else {
                continue;
            };
            for element in &class.body.body {
                match element {
                    ClassElement::PropertyDefinition(it) if it.value.is_some() => {
                        candidates.add(texts, &it.key, it.value.as_ref());
                    }
                    ClassElement::MethodDefinition(it) if it.kind.is_get() => candidates.add(texts, &it.key, None),
                    _ => {}
                }
            }
        }
        for call in &module.calls {
            // `Object.defineProperty(o, name, { value })`, `Reflect.set(o, name, value)`
            if let CallNode::Call(call) = call.node
                && let Some(member) = call.callee.as_member_expression()
                && matches!(
                    member.static_property_name(),
                    Some("defineProperty" | "set" | "__defineGetter__")
                )
                && let Some(name) = call.arguments.iter().rev().nth(1).and_then(Argument::as_expression)
                && call.arguments.len() > 1
            {
                candidates.add_made(texts, name);
            }
            // `Object.fromEntries([[name, value]])`
            if let CallNode::Call(call) = call.node
                && let Some(member) = call.callee.as_member_expression()
                && member.static_property_name() == Some("fromEntries")
                && let Some(Expression::ArrayExpression(list)) =
                    call.arguments.first().and_then(Argument::as_expression)
            {
                let pairs = list.elements.iter().filter_map(|it| it.as_expression());
                for name in pairs.filter_map(|pair| match pair {
                    Expression::ArrayExpression(pair) => pair.elements.first()?.as_expression(),
                    _ => None,
                }) {
                    candidates.add_made(texts, name);
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

    /// A property, or a getter if there is no value.
    fn add(&mut self, texts: Texts<'_, '_, 'a>, key: &'a PropertyKey<'a>, value: Option<&Expression<'a>>) {
        let name = match key {
            PropertyKey::StaticIdentifier(name) => name.name.as_str(),
            PropertyKey::PrivateIdentifier(name) => name.name.as_str(),
            PropertyKey::StringLiteral(name) => name.value.as_str(),
            key => {
                if let Some(key) = key.as_expression()
                    && value.is_none_or(|value| self.may_hold(value))
                {
                    self.add_made(texts, key);
                }
                return;
            }
        };
        if !self.aliases.contains(name) && value.is_none_or(|value| self.may_hold(value)) {
            self.aliases.insert(name);
        }
    }

    fn add_made(&mut self, texts: Texts<'_, '_, 'a>, key: &'a Expression<'a>) {
        if let Some((name, _)) = texts.constant(key) {
            self.made.insert(name);
        }
    }

    fn has_alias(&self, name: &str) -> bool {
        self.aliases.contains(name) || (!self.made.is_empty() && self.made.contains(name))
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

    /// Whether nothing is ruled out.
    pub(crate) fn is_exhaustive(&self) -> bool {
        self.exhaustive
    }

    /// Whether the file puts what may be an API under this name.
    pub(crate) fn is_alias(&self, name: &str) -> bool {
        self.exhaustive || self.has_alias(name)
    }

    /// Whether what is called may be something of the outside world at all.
    pub(crate) fn may_be_outside(&self, callee: &Expression<'a>) -> bool {
        if self.exhaustive {
            return true;
        }
        let mut callee = callee.get_inner_expression();
        loop {
            let (name, object) = match callee {
                Expression::Identifier(it) => {
                    return match self.symbol(it) {
                        Some(symbol) => !self.is_own_function(symbol) && self.symbol_may_be_api(symbol),
                        None => true,
                    };
                }
                Expression::StaticMemberExpression(it) => (it.property.name.as_str(), &it.object),
                Expression::FunctionExpression(_) | Expression::ArrowFunctionExpression(_) | Expression::Super(_) => {
                    return false;
                }
                _ => return true,
            };
            if !matches!(name, "call" | "apply" | "bind") {
                return self.has_alias(name) || self.may_lead_to_api(object);
            }
            callee = object.get_inner_expression();
        }
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
                Expression::PrivateFieldExpression(it) => return self.has_alias(it.field.name.as_str()),
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
                return self.has_alias(name) || (self.is_known_name(name) && self.may_lead_to_api(object));
            }
            callee = object;
        }
    }

    /// Whether what is handed to a call may be something the tables know: handed on, it can be called anywhere.
    pub(super) fn may_be_passed(&self, argument: &Expression<'a>) -> bool {
        if self.exhaustive {
            return true;
        }
        let mut argument = argument;
        for _ in 0..MAX_HOPS {
            let Expression::Identifier(it) = argument else {
                return self.may_be_member(argument);
            };
            let Some(symbol) = self.symbol(it) else {
                return is_handed_on(it.name.as_str());
            };
            let Some(note) = self.module.symbols.get(&symbol) else {
                return false;
            };
            if let [binding] = note.bindings.as_slice()
                && let (BindingSource::Expression { value, .. }, []) = (binding.source, binding.path.as_slice())
            {
                argument = value;
                continue;
            }
            return note
                .bindings
                .iter()
                .any(|binding| match (binding.source, binding.path.last()) {
                    (BindingSource::Import { imported, .. }, _) => self.members.contains(imported),
                    (_, Some(PathStep::Property(name))) => self.members.contains(name) || is_handed_on(name),
                    (BindingSource::Expression { value, .. }, None) => self.may_be_member(value),
                    (BindingSource::Parameter { .. }, None) => self.binding_may_be_api(binding, &mut Vec::new()),
                    _ => false,
                });
        }
        true
    }

    /// Whether a member expression may name a member of a module.
    fn may_be_member(&self, expression: &Expression<'a>) -> bool {
        match expression {
            Expression::StaticMemberExpression(it) => {
                let name = it.property.name.as_str();
                let known = self.members.contains(name) || is_handed_on(name);
                self.has_alias(name) || (known && self.may_lead_to_api(&it.object))
            }
            Expression::ComputedMemberExpression(it) => !matches!(it.expression, Expression::NumericLiteral(_)),
            Expression::PrivateFieldExpression(_) => true,
            _ => false,
        }
    }

    fn symbol(&self, reference: &IdentifierReference<'a>) -> Option<SymbolId> {
        self.module.symbol(reference)
    }

    fn is_known_name(&self, name: &str) -> bool {
        GLOBAL_NAMES.contains(name) || self.members.contains(name)
    }
}

/// Globals whose being handed to a function says something.
fn is_handed_on(name: &str) -> bool {
    matches!(name, "eval" | "fetch")
}

/// Names for names that are followed.
const MAX_HOPS: usize = 8;

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
