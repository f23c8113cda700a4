//! JavaScript and TypeScript in, capabilities and mail flows out.
//!
//! The path of a file through this crate: [`parse`] turns bytes into a syntax tree, `module` walks the tree once and notes what
//! later questions need, `fold` answers "what value can this expression have", and on these answers `capabilities` finds what the
//! code could do, `flow` whom its mail goes to. `package` does that for every file and links the files; `diff` compares two results.
//!
//! What counts as sending mail is handed in as [`waxseal_model::SinkSpec`]s. No I/O of any kind.

pub mod parse;

mod module;

mod fold;

mod local;

mod textual;

mod capabilities;
mod flow;

pub mod defaults;
pub mod diff;
pub mod hints;
pub mod package;
pub mod pretty;
pub mod variables;
