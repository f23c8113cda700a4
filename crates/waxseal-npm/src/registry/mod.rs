//! Where packages come from: a registry over HTTP, or one recorded for tests, behind one small trait.

mod attested;
mod error;
mod file;
mod http;
mod recorded;
mod tls;
mod transport;

use std::sync::Arc;

use waxseal_model::{PackageName, PackageRef};

pub use error::RegistryError;
pub use file::{Answer, FileRequest};
pub use http::{Options, Progress, Registry};
pub use recorded::Recorded;

use crate::{Dist, Packument, Wanted};

/// How much of a packument is asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Form {
    /// Everything, publication times included.
    Full,
    /// What an install needs.
    Abbreviated,
}

/// A source of package documents and archives.
pub trait PackageSource: Send + Sync {
    /// The document about a package name.
    ///
    /// # Errors
    /// Each way it can fail is told apart.
    fn packument(&self, name: &PackageName, form: Form) -> Result<Packument, RegistryError>;

    /// As [`PackageSource::packument`], but a stored document will do when it settles the request: an exact version it lists
    /// cannot change.
    ///
    /// # Errors
    /// As [`PackageSource::packument`].
    fn packument_for(&self, name: &PackageName, form: Form, wanted: &Wanted) -> Result<Packument, RegistryError> {
        let _ = wanted;
        self.packument(name, form)
    }

    /// The archive of a release, verified against what the document promises before anything else looks at it.
    ///
    /// # Errors
    /// Each way it can fail is told apart; a wrong hash is [`RegistryError::Integrity`].
    fn tarball(&self, package: &PackageRef, dist: &Dist) -> Result<Tarball, RegistryError>;
}

/// A verified archive.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tarball {
    /// The bytes as downloaded, still packed.
    pub bytes: Arc<[u8]>,
    /// The hash that was verified, `sha512-…`.
    pub verified: String,
}
