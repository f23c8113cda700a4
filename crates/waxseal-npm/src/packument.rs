//! A packument: the registry's document about one package name, read leniently so that one bad field loses only itself.

use std::collections::BTreeMap;

use waxseal_model::{PackageName, PackageRef, RegistryFacts};

/// The registry's document about one package name.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Packument {
    /// The name the document itself gives.
    pub name: Option<String>,
    /// Tag to version.
    pub dist_tags: BTreeMap<String, String>,
    /// Version to what is known of it.
    pub versions: BTreeMap<String, VersionInfo>,
    /// Version to publication time, also of versions that were removed; empty in the abbreviated form.
    pub time: BTreeMap<String, String>,
    /// When the whole package was unpublished, if it was.
    pub unpublished: Option<String>,
    /// Who may publish now, by name; `None` where the registry does not say.
    pub maintainers: Option<Vec<String>>,
    /// What could not be read as it should be: one sentence each, without text of the document.
    pub oddities: Vec<String>,
}

/// One version in a packument.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct VersionInfo {
    /// Where the archive is and what it must hash to.
    pub dist: Dist,
    /// The deprecation message, if it is deprecated.
    pub deprecated: Option<String>,
    /// `engines.node`.
    pub node: Option<String>,
    /// The registry says that it has install scripts.
    pub has_install_script: bool,
    /// Who published it, by name, where the registry says.
    pub publisher: Option<String>,
}

/// Where an archive is and what it must hash to.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Dist {
    /// The archive's URL.
    pub tarball: Option<String>,
    /// Its hashes as subresource integrity, `sha512-…`.
    pub integrity: Option<String>,
    /// Its SHA-1 in hex, of old releases.
    pub shasum: Option<String>,
    /// The unpacked size the registry claims.
    pub unpacked_size: Option<u64>,
    /// The number of files the registry claims.
    pub file_count: Option<u64>,
}

impl Packument {
    /// Reads a document as the registry sent it.
    ///
    /// # Errors
    /// Only when the whole is not one JSON object.
    pub fn parse(bytes: &[u8]) -> Result<Self, MalformedPackument> {
        let _ = bytes;
        Err(MalformedPackument {
            reason: String::from("not read yet"),
        })
    }

    /// What the model keeps of the registry's word about one release.
    pub fn facts(&self, package: &PackageRef) -> RegistryFacts {
        let _ = package;
        RegistryFacts::default()
    }

    /// Whether the registry holds this name for security reasons: every version is `0.0.1-security…`.
    pub fn is_security_holder(&self) -> bool {
        false
    }

    /// Versions that have a publication time but are gone: removed releases, sorted by semver.
    pub fn removed(&self) -> Vec<String> {
        Vec::new()
    }

    /// The name, if it is one npm accepts.
    pub fn package_name(&self) -> Option<PackageName> {
        self.name.as_deref().and_then(|name| PackageName::parse(name).ok())
    }
}

/// The document is not a packument at all.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("the registry's answer is not a package document: {reason}")]
pub struct MalformedPackument {
    /// What is wrong, in our words.
    pub reason: String,
}
