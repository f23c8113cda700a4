//! Archives that try to be read differently by npm and by a scanner. Shared by the conformance test and the fuzz corpus.
//!
//! Every archive begins with a proper `package.json` whose name is the case's name, so that npm can install it, unless the
//! case is about an archive npm refuses.

#![allow(dead_code, unreachable_pub, unused_imports)]

mod build;
mod cases;

pub use build::{Tar, gzip, gzip_tight, zlib};
pub use cases::archives;

/// One archive.
pub struct Case {
    /// A valid package name, which says what is tried.
    pub name: &'static str,
    /// The archive as it would be downloaded.
    pub bytes: Vec<u8>,
}
