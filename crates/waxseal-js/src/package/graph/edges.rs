//! Which function leads to which: by a call, by a mention, by where it stands.

use oxc_ast::ast::Expression;
use oxc_syntax::scope::ScopeId;
use oxc_syntax::symbol::SymbolId;

use super::names::Builder;
use super::{Edge, FileGraph, Load, Use, number};
use crate::module::names::Reference;
use crate::module::{CallNode, FunctionNode, FunctionNote, Module};

impl<'a> Builder<'_, 'a> {
    /// Edges along names: calls, then every other mention.
    pub(super) fn add_symbols(&mut self) {
        let module = self.module;
        for call in &module.calls {
            let callee = match call.node {
                CallNode::Call(node) => &node.callee,
                CallNode::New(node) => &node.callee,
                CallNode::Tagged(node) => &node.tag,
                CallNode::Import(_) => continue,
            };
            self.note_use(callee, call.function.0, true);
        }
        for read in &module.member_reads {
            self.note_use(read.node, read.function.0, false);
        }
        for symbol in module.scoping.symbol_ids() {
            if self.meanings.contains_key(&symbol) {
                self.add_mentions(symbol);
            }
        }
    }

    /// An edge for `f` or `module.f`, called or read.
    fn note_use(&mut self, expression: &Expression<'a>, from: u32, runs: bool) {
        let (reference, member) = match expression {
            Expression::Identifier(it) => (it, None),
            Expression::StaticMemberExpression(it) => match &it.object {
                Expression::Identifier(object) => (object, Some(it.property.name.as_str())),
                _ => return,
            },
            // `(0, module.f)()` is how compilers call a function without its receiver.
            Expression::SequenceExpression(it) => match it.expressions.last() {
                Some(last @ (Expression::Identifier(_) | Expression::StaticMemberExpression(_))) => {
                    return self.note_use(last, from, runs);
                }
                _ => return,
            },
            _ => return,
        };
        let Some(symbol) = self.symbol(reference) else { return };
        let Some(meaning) = self.meanings.get(&symbol) else {
            return;
        };
        *self.noted.entry((symbol, from)).or_default() += 1;
        for function in &meaning.functions {
            let runs = runs && member.is_none();
            self.graph.edges.push(Edge {
                from,
                to: *function,
                runs,
            });
        }
        for (specifier, name) in &meaning.imports {
            let name: &str = match (name.as_ref(), member) {
                ("*", Some(member)) => member,
                (name, _) => name,
            };
            self.graph.uses.push(Use {
                from,
                specifier: *specifier,
                name: name.into(),
                runs,
            });
        }
    }

    /// Edges for the mentions of a symbol that are neither calls nor member reads nor exports.
    fn add_mentions(&mut self, symbol: SymbolId) {
        let scoping = &self.module.scoping;
        let is_value = |it: &&Reference| it.is_read() && !it.is_type();
        let scope_function = |it: &Reference| self.scopes.get(it.scope_id().index()).copied().unwrap_or(0);
        let mut readers: Vec<u32> = scoping
            .get_resolved_references(symbol)
            .filter(is_value)
            .map(scope_function)
            .collect();
        readers.sort_unstable();
        let exported = self.exported_reads.get(&symbol).copied().unwrap_or(0);
        let meaning = &self.meanings[&symbol];
        for same in readers.chunk_by(|a, b| a == b) {
            let from = same[0];
            let known = self.noted.get(&(symbol, from)).copied().unwrap_or(0) + if from == 0 { exported } else { 0 };
            if number(same.len()) <= known {
                continue;
            }
            for to in &meaning.functions {
                self.graph.edges.push(Edge {
                    from,
                    to: *to,
                    runs: false,
                });
            }
            for (specifier, name) in &meaning.imports {
                self.graph.uses.push(Use {
                    from,
                    specifier: *specifier,
                    name: name.clone(),
                    runs: false,
                });
            }
        }
    }

    /// Edges to functions that stand where they are used: callbacks, methods, immediate functions.
    pub(super) fn add_inline_functions(&mut self) {
        for (idx, function) in self.module.functions.iter().enumerate().skip(1) {
            let to = number(idx);
            match function.class {
                Some(class) => {
                    let runs = function.immediate || is_constructor(function);
                    self.graph.edges.push(Edge {
                        from: class.0,
                        to,
                        runs,
                    });
                }
                None if function.immediate => {
                    self.graph.edges.push(Edge {
                        from: function.parent.0,
                        to,
                        runs: true,
                    });
                }
                None if !self.named[idx] => {
                    self.graph.edges.push(Edge {
                        from: function.parent.0,
                        to,
                        runs: false,
                    });
                }
                None => {}
            }
        }
    }

    pub(super) fn finish(mut self) -> FileGraph {
        let module = self.module;
        for import in module.imports.iter().filter(|it| !it.type_only) {
            let specifier = self.specifier(import.specifier);
            self.graph.loads.push(Load { from: 0, specifier });
        }
        for (idx, load) in self.loads.iter().enumerate() {
            let specifier = self.specifier(&load.specifier);
            if load.runs {
                self.graph.loads.push(Load {
                    from: load.function.0,
                    specifier,
                });
            }
            if !self.bound[idx] {
                self.graph.uses.push(Use {
                    from: load.function.0,
                    specifier,
                    name: "*".into(),
                    runs: false,
                });
            }
        }
        let mut graph = self.graph;
        graph.edges.sort_unstable();
        graph.edges.dedup();
        graph.loads.sort_unstable();
        graph.loads.dedup();
        graph.uses.sort_unstable();
        graph.uses.dedup();
        graph.exports.sort_by(|a, b| a.name.cmp(&b.name));
        graph
    }
}

/// The function that each scope belongs to.
pub(super) fn scope_functions(module: &Module<'_>) -> Vec<u32> {
    let mut own: Vec<Option<u32>> = vec![None; module.scoping.scopes_len()];
    for (idx, function) in (0..).zip(&module.functions) {
        let scope = match function.node {
            FunctionNode::Top(_) => None,
            FunctionNode::Function(node) => node.scope_id.get(),
            FunctionNode::Arrow(node) => node.scope_id.get(),
            FunctionNode::Class(node) => node.scope_id.get(),
        };
        if let Some(slot) = scope.and_then(|scope| own.get_mut(scope.index())) {
            *slot = Some(idx);
        }
    }
    let mut functions = vec![0; own.len()];
    // A scope is numbered before the scopes inside it.
    for scope in 0..own.len() {
        let parent = module
            .scoping
            .scope_parent_id(ScopeId::from_usize(scope))
            .map_or(0, |it| functions[it.index()]);
        functions[scope] = own[scope].unwrap_or(parent);
    }
    functions
}

fn is_constructor(function: &FunctionNote<'_>) -> bool {
    function.name == Some("constructor")
}
