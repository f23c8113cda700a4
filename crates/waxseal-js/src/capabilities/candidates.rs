//! Says cheaply, by syntax alone, which calls cannot be of anything in the tables: most, and folding each would be the most
//! expensive thing that is done with a file.
//!
//! A method is called by its name. If no table knows the name, the call can only be of an API that the file itself has put
//! under that name, so the names under which it puts anything but functions of its own and plain data are collected first.

use std::sync::LazyLock;

use oxc_ast::ast::{ChainElement, ClassElement, Expression, ObjectPropertyKind, PropertyKey};
use oxc_semantic::SymbolId;
use rustc_hash::FxHashSet;

use super::table::TABLE;
use super::{WRAPPERS, dynamic_code, environment, tampering};
use crate::module::{BindingSource, FunctionNode, Module, PropertyKeyNote};

/// Names under which a file puts what may be an API.
pub(super) struct Candidates<'f, 'a> {
    module: &'f Module<'a>,
    aliases: FxHashSet<&'a str>,
}

impl<'f, 'a> Candidates<'f, 'a> {
    pub(super) fn new(module: &'f Module<'a>) -> Self {
        let mut candidates = Self {
            module,
            aliases: FxHashSet::default(),
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
            Expression::Identifier(it) => it
                .reference_id
                .get()
                .and_then(|id| self.module.scoping.get_reference(id).symbol_id())
                .is_none_or(|symbol| !self.is_own_function(symbol)),
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
        match callee {
            Expression::Identifier(it) => {
                match it
                    .reference_id
                    .get()
                    .and_then(|id| self.module.scoping.get_reference(id).symbol_id())
                {
                    Some(symbol) => !self.is_own_function(symbol),
                    None => NAMES.contains(it.name.as_str()),
                }
            }
            Expression::StaticMemberExpression(it) => self.may_be_member(it.property.name.as_str(), &it.object),
            Expression::PrivateFieldExpression(it) => self.aliases.contains(it.field.name.as_str()),
            Expression::ComputedMemberExpression(it) => match &it.expression {
                Expression::StringLiteral(name) => self.may_be_member(name.value.as_str(), &it.object),
                _ => true,
            },
            Expression::ChainExpression(it) => match &it.expression {
                ChainElement::StaticMemberExpression(it) => self.may_be_member(it.property.name.as_str(), &it.object),
                _ => true,
            },
            Expression::FunctionExpression(_) | Expression::ArrowFunctionExpression(_) | Expression::Super(_) => false,
            Expression::SequenceExpression(it) => it.expressions.last().is_some_and(|it| self.may_be_known(it)),
            _ => true,
        }
    }

    fn may_be_member(&self, name: &str, object: &Expression<'a>) -> bool {
        match name {
            "call" | "apply" | "bind" => self.may_be_known(object),
            name => NAMES.contains(name) || self.aliases.contains(name),
        }
    }
}

/// Every last part of a path in the tables.
static NAMES: LazyLock<FxHashSet<&'static str>> = LazyLock::new(|| {
    let mut names = FxHashSet::default();
    let listed = [
        dynamic_code::LOADS,
        environment::SERIALISERS,
        environment::LISTERS,
        tampering::LOADERS,
        tampering::DEFINERS,
    ];
    let paths = TABLE
        .keys()
        .map(String::as_str)
        .chain(listed.into_iter().flatten().copied())
        .chain(WRAPPERS);
    for path in paths {
        let path = path.strip_suffix("()").unwrap_or(path);
        // A package's own name may hold dots and slashes; a name too many costs nothing but time.
        names.extend(path.rsplit('.').next());
    }
    names
});
