//! What expressions fold to.

use oxc_allocator::Allocator;
use oxc_ast::ast::{Argument, Expression};

use super::{Constant, Folded, Folder, ModuleEnv, Origins, Value};
use crate::module::{CallNode, Module};
use crate::parse::parse;

mod apis;
mod hostile;
mod mailboxes;
mod values;

/// Folds the argument of the first call of `out` in a file, on a stack as large as the readers have.
fn folded<T: Send>(source: &str, env: &ModuleEnv, answer: impl Fn(&Folder<'_, '_>, Folded) -> T + Send) -> T {
    let env_ref = env;
    std::thread::scope(|scope| {
        let run = move || {
            let allocator = Allocator::default();
            let path = if source.contains("// ts") { "a.ts" } else { "a.js" };
            let parsed = parse(&allocator, source, path)
                .unwrap_or_else(|failure| panic!("{failure}: {}", &source[..80.min(source.len())]));
            let module = Module::new(&parsed);
            let folder = Folder::new(&module, env_ref);
            let found = module.calls.iter().find_map(|call| match call.node {
                CallNode::Call(call) => match &call.callee {
                    Expression::Identifier(it) if it.name == "out" => call.arguments.first(),
                    _ => None,
                },
                _ => None,
            });
            let argument = found.and_then(Argument::as_expression).expect("a call of out");
            let folded = folder.fold(argument);
            answer(&folder, folded)
        };
        std::thread::Builder::new()
            .stack_size(64 << 20)
            .spawn_scoped(scope, run)
            .expect("a thread")
            .join()
            .expect("no panic")
    })
}

/// The pattern a file's `out(…)` folds to.
fn pattern(source: &str) -> String {
    folded(source, &ModuleEnv::default(), |_, folded| folded.value.to_pattern())
}

/// Folds many files; lists those that gave something else.
fn check(cases: &[(&str, &str)]) {
    let mut wrong = String::new();
    for (source, expected) in cases {
        let found = pattern(source);
        if found != *expected {
            wrong.push_str(&format!("\n{source}\n  gave     {found:?}\n  expected {expected:?}"));
        }
    }
    assert!(wrong.is_empty(), "{wrong}");
}

fn origins(source: &str) -> Origins {
    folded(source, &ModuleEnv::default(), |_, folded| folded.value.origins().bits).into()
}

impl From<u16> for Origins {
    fn from(bits: u16) -> Self {
        Self::of(bits)
    }
}
