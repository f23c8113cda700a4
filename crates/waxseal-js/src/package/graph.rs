//! Who calls whom inside one file, and what of other files its functions use: resolved by symbol, never by name.
//!
//! A function counts as used wherever its name is read, not only where it is called: it may be handed to anything. That errs
//! on the side of saying that code is reached.

use crate::capabilities::LoadNote;
use crate::module::Module;

mod edges;
mod names;

/// The call graph of one file. Functions are numbered as in [`Module::functions`].
#[derive(Debug, Default)]
pub(super) struct FileGraph {
    /// Names of the functions.
    pub(super) names: Vec<Option<Box<str>>>,
    /// Sorted by the function they start from.
    pub(super) edges: Vec<Edge>,
    /// Module names as the file writes them.
    pub(super) specifiers: Vec<Box<str>>,
    /// Which function loads which module, sorted.
    pub(super) loads: Vec<Load>,
    /// Which function uses what of which module, sorted.
    pub(super) uses: Vec<Use>,
    /// What the file exports.
    pub(super) exports: Vec<Export>,
}

/// One function leads to another.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Edge {
    pub(super) from: u32,
    pub(super) to: u32,
    /// It is called, and so runs when the other does; otherwise it is only mentioned.
    pub(super) runs: bool,
}

/// A function loads a module.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Load {
    pub(super) from: u32,
    /// Position in [`FileGraph::specifiers`].
    pub(super) specifier: u32,
}

/// A function uses an export of a module.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Use {
    pub(super) from: u32,
    /// Position in [`FileGraph::specifiers`].
    pub(super) specifier: u32,
    /// The export; `*` if it could not be said which.
    pub(super) name: Box<str>,
    pub(super) runs: bool,
}

/// Something the file exports.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Export {
    pub(super) name: Box<str>,
    pub(super) value: Exported,
}

/// What an export stands for, as far as it matters who calls whom.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Exported {
    Function(u32),
    /// An export of another module; `*` for all of them.
    From {
        specifier: u32,
        name: Box<str>,
    },
}
/// Builds the graph of a file. `loads` are the calls that load modules.
pub(super) fn build(module: &Module<'_>, loads: &[LoadNote]) -> FileGraph {
    let mut builder = names::Builder::new(module, loads);
    builder.add_exports();
    builder.add_symbols();
    builder.add_inline_functions();
    builder.finish()
}

/// Files are far too small for more.
fn number(idx: usize) -> u32 {
    u32::try_from(idx).unwrap_or(u32::MAX)
}
