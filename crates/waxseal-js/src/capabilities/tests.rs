use oxc_allocator::Allocator;
use waxseal_model::{CapabilityKind, Target};

use super::CodeFacts;
use crate::fold::{Folder, ModuleEnv};
use crate::module::Module;
use crate::package::Limits;

mod dynamic_code;
mod environment;
mod file_system;
mod hiding;
mod native;
mod network;
mod process;
mod tampering;

/// Everything one file could do. The slow way that looks at every call finds the same.
fn facts(source: &str) -> CodeFacts {
    let allocator = Allocator::default();
    let parsed = crate::parse::parse(&allocator, source, "index.js").expect("the case is code");
    let module = Module::new(&parsed);
    let env = ModuleEnv::default();
    let find = |exhaustive| {
        let limits = Limits {
            file_facts: 1_000,
            exhaustive,
            ..Limits::default()
        };
        let folder = Folder::new(&module, &env);
        let texts = crate::textual::Texts {
            module: &module,
            folder: &folder,
            exhaustive,
        };
        super::find(&module, &folder, &limits, super::Candidates::new(texts))
    };
    let (fast, slow) = (find(false), find(true));
    assert_eq!(
        (&fast.capabilities, &fast.loads),
        (&slow.capabilities, &slow.loads),
        "{source}"
    );
    fast
}

/// The facts of one kind as `api target`, with `!` behind what is sensitive and `#` behind what was hidden.
/// A pattern stands between slashes, `-` is no target, `?` one that could not be said.
fn check(kind: CapabilityKind, source: &str, expected: &[&str]) {
    let found: Vec<String> = facts(source)
        .capabilities
        .iter()
        .filter(|it| it.kind == kind)
        .map(|it| {
            let target = match &it.target {
                Target::None => "-".to_owned(),
                Target::Dynamic => "?".to_owned(),
                Target::Constant(text) => text.clone(),
                Target::Pattern(text) => format!("/{text}/"),
            };
            let mark = |on: bool, mark: &'static str| if on { mark } else { "" };
            format!("{} {target}{}{}", it.api, mark(it.sensitive, "!"), mark(it.hidden, "#"))
        })
        .collect();
    assert_eq!(found, expected, "{source}");
}

/// Cases of one kind, each beside a twin in which nothing of that kind is found.
fn check_twins(kind: CapabilityKind, cases: &[(&str, &str, &str)]) {
    for (source, expected, twin) in cases {
        check(kind, source, &[expected]);
        check(kind, twin, &[]);
    }
}
