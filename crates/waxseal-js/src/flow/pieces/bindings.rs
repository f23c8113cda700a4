//! Names and parameters: everything that was ever put into them.

use super::super::index::{arguments, element, member_of, statement_condition, symbol_of};
use super::literals::values_at;
use super::{Judge, MAX_BINDINGS, Way, with};
use crate::fold::{Folded, Origins, Value};
use crate::module::{Binding, BindingSource, PathStep};
use oxc_ast::ast::Expression;
use oxc_syntax::symbol::SymbolId;

impl<'j, 'c, 'm, 'a> Judge<'j, 'c, 'm, 'a> {
    pub(super) fn symbol(&mut self, symbol: SymbolId, expression: &'a Expression<'a>, way: &Way) {
        if !self.symbols.insert(symbol) {
            return;
        }
        let ctx = self.ctx;
        let Some(note) = ctx.module.symbols.get(&symbol) else {
            self.folded(expression, way);
            return;
        };
        for binding in note.bindings.iter().take(MAX_BINDINGS) {
            let condition = way
                .condition
                .or_else(|| statement_condition(ctx.module, binding.function, binding.span));
            let way = Way {
                condition,
                ..way.deeper()
            };
            self.binding(symbol, binding, &way);
        }
        for write in note.property_writes.iter().take(MAX_BINDINGS) {
            let write = &ctx.module.property_writes[*write as usize];
            if let Some(value) = write.value
                && symbol_of(ctx.module, write.object) == Some(symbol)
            {
                let condition = way.condition.or_else(|| write.conditions.last().copied());
                self.expression(
                    value,
                    &Way {
                        condition,
                        ..way.deeper()
                    },
                );
            }
        }
        for mutation in note.mutations.iter().take(MAX_BINDINGS) {
            let call = &ctx.module.calls[*mutation as usize];
            let condition = way.condition.or_else(|| call.conditions.last().copied());
            if let Some(callee) = super::super::index::callee(call)
                && let Some(method) = member_of(callee).and_then(|it| it.static_property_name())
                && matches!(
                    method,
                    "push" | "unshift" | "add" | "splice" | "fill" | "assign" | "append"
                )
            {
                for argument in arguments(call) {
                    if symbol_of(ctx.module, argument) != Some(symbol) {
                        self.expression(
                            argument,
                            &Way {
                                condition,
                                ..way.deeper()
                            },
                        );
                    }
                }
            }
        }
        self.symbols.remove(&symbol);
    }

    pub(super) fn binding(&mut self, symbol: SymbolId, binding: &Binding<'a>, way: &Way) {
        match binding.source {
            BindingSource::Parameter { .. } => self.parameter(symbol, binding, way),
            BindingSource::Expression { value, .. } if binding.path.is_empty() => self.expression(value, way),
            BindingSource::ElementOf(list) if binding.path.is_empty() => self.each(list, way),
            BindingSource::Uninitialised | BindingSource::Function(_) => {}
            _ => self.folded_symbol(symbol, binding, way),
        }
    }

    /// The items of a list one by one: they never meet in one message.
    pub(super) fn each(&mut self, list: &'a Expression<'a>, way: &Way) {
        let Expression::ArrayExpression(array) = list.get_inner_expression() else {
            let before = self.pieces.len();
            let choice = self.choice();
            self.expression(list, way);
            for (arm, piece) in self.pieces[before..].iter_mut().enumerate() {
                piece.choices.push((choice, u8::try_from(arm).unwrap_or(u8::MAX)));
            }
            return;
        };
        let choice = self.choice();
        for (arm, item) in array.elements.iter().filter_map(element).enumerate() {
            self.expression(item, &way.arm(choice, arm));
        }
    }

    pub(super) fn folded_symbol(&mut self, symbol: SymbolId, binding: &Binding<'a>, way: &Way) {
        let folded = self.ctx.folder.fold_symbol(symbol);
        match binding.default {
            Some(default) => {
                let choice = self.choice();
                let without_default = match &folded.value {
                    Value::OneOf(values) => values.iter().filter(|it| !it.is_constant()).cloned().collect(),
                    value if value.is_constant() => Vec::new(),
                    value => vec![value.clone()],
                };
                for value in &without_default {
                    self.value(value, &with(&folded, &way.arm(choice, 0)));
                }
                self.expression(
                    default,
                    &Way {
                        default: true,
                        ..way.arm(choice, 1)
                    },
                );
            }
            None => self.value(&folded.value, &with(&folded, way)),
        }
    }

    /// A parameter: its default, what the calls in this file hand in, and what others may.
    pub(super) fn parameter(&mut self, symbol: SymbolId, binding: &Binding<'a>, way: &Way) {
        let BindingSource::Parameter { function, index, rest } = binding.source else {
            return;
        };
        let choice = self.choice();
        if let Some(default) = binding.default {
            self.expression(
                default,
                &Way {
                    default: true,
                    ..way.arm(choice, 0)
                },
            );
        }
        let ctx = self.ctx;
        let calls = ctx.calls().callers.get(&function).map_or(&[][..], Vec::as_slice);
        let mut handed_in = 0;
        for (at, call) in calls.iter().take(MAX_CALLS).enumerate() {
            let call = &ctx.module.calls[*call as usize];
            let given = arguments(call);
            let given = if rest {
                given.get(usize::from(index)..).unwrap_or(&[])
            } else {
                given.get(usize::from(index)..=usize::from(index)).unwrap_or(&[])
            };
            for value in given {
                handed_in += 1;
                let way = Way {
                    condition: way.condition.or(call.conditions.last().copied()),
                    ..way.arm(choice, at + 2)
                };
                self.along(value, &binding.path, &way);
            }
        }
        if index == 0
            && binding.path.is_empty()
            && let Some((call, 0)) = ctx.module.callbacks.get(&function)
            && let Some(member) = super::super::index::callee(&ctx.module.calls[*call as usize]).and_then(member_of)
            && let Some("map" | "forEach" | "flatMap" | "each") = member.static_property_name()
        {
            let before = self.pieces.len();
            self.each(member.object(), way);
            if self.pieces.len() > before {
                return;
            }
        }
        if handed_in == 0 || ctx.index.is_exported(function) || calls.len() > MAX_CALLS {
            let mut origins = ctx.folder.fold_symbol(symbol).value.origins();
            origins.add(&Origins::of(Origins::CALLER));
            self.unknown(&origins, &way.arm(choice, 1));
        }
    }

    /// The value at the end of a destructuring path.
    pub(super) fn along(&mut self, value: &'a Expression<'a>, path: &[PathStep<'a>], way: &Way) {
        let Some((first, rest)) = path.split_first() else {
            self.expression(value, way);
            return;
        };
        if let PathStep::Property(name) = first {
            let values = values_at(self.ctx, value, name);
            for value in &values {
                self.along(value, rest, &way.deeper());
            }
            if !values.is_empty() {
                return;
            }
        }
        let mut folded = self.ctx.folder.fold(value);
        for step in path {
            if matches!(folded.value, Value::Unknown(_)) {
                break;
            }
            folded = match step {
                PathStep::Property(name) => self.ctx.folder.property(&folded.value, name),
                PathStep::Index(at) => self.ctx.folder.property(&folded.value, &at.to_string()),
                PathStep::Computed(_) | PathStep::Rest => Folded::plain(Value::Unknown(folded.value.origins())),
            };
        }
        self.value(&folded.value, &with(&folded, way));
    }
}

/// Calls of one function that are followed.
const MAX_CALLS: usize = 12;
