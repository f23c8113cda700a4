//! A registry made of documents and archives held in memory, for tests.

use std::collections::BTreeMap;

use waxseal_model::{PackageName, PackageRef};

use super::{Form, PackageSource, RegistryError, Tarball};
use crate::integrity::Integrity;
use crate::{Dist, Packument};

/// A registry in memory. It verifies archives as the real one does.
#[derive(Debug, Clone, Default)]
pub struct Recorded {
    packuments: BTreeMap<PackageName, Vec<u8>>,
    tarballs: BTreeMap<String, Vec<u8>>,
}

impl Recorded {
    /// Adds the document of a package, as a registry would send it.
    pub fn with_packument(mut self, name: PackageName, json: impl Into<Vec<u8>>) -> Self {
        self.packuments.insert(name, json.into());
        self
    }

    /// Adds an archive under the URL that the document gives.
    pub fn with_tarball(mut self, url: impl Into<String>, bytes: impl Into<Vec<u8>>) -> Self {
        self.tarballs.insert(url.into(), bytes.into());
        self
    }
}

impl PackageSource for Recorded {
    fn packument(&self, name: &PackageName, _form: Form) -> Result<Packument, RegistryError> {
        let body = self.packuments.get(name).ok_or_else(|| RegistryError::NotFound {
            name: name.clone(),
            registry: String::from("the recording"),
        })?;
        Packument::parse(body).map_err(|err| RegistryError::Malformed {
            name: name.clone(),
            reason: err.reason,
        })
    }

    fn tarball(&self, package: &PackageRef, dist: &Dist) -> Result<Tarball, RegistryError> {
        let url = dist.tarball.as_ref().ok_or_else(|| RegistryError::NoDist {
            package: package.clone(),
            what: "archive",
        })?;
        let bytes = self.tarballs.get(url).ok_or_else(|| RegistryError::TarballGone {
            package: package.clone(),
            registry: String::from("the recording"),
        })?;
        let integrity = Integrity::of_dist(dist).map_err(|_| RegistryError::NoDist {
            package: package.clone(),
            what: "hash that can be checked",
        })?;
        let verified = integrity.verify(bytes).map_err(|source| RegistryError::Integrity {
            package: package.clone(),
            source,
        })?;
        Ok(Tarball {
            bytes: bytes.as_slice().into(),
            verified,
        })
    }
}
