//! A packument: the registry's document about one package name, read leniently so that one bad field loses only itself.

use std::collections::BTreeMap;

use waxseal_model::{PackageName, PackageRef, Person, Publisher, RegistryFacts, Tombstone};

use self::document::{Document, Time, is_version};
use self::oddities::Oddities;
use crate::lenient::{self, Field};
use crate::resolve::previous;
use crate::version::Version;

mod document;
mod history;
mod oddities;

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
    /// What is left of the whole package, if it was unpublished.
    pub tombstone: Option<Tombstone>,
    /// Who may publish now; `None` where the registry does not say.
    pub maintainers: Option<Vec<Person>>,
    /// `description` of the newest release, cut to 64 KiB.
    pub description: Option<String>,
    /// `readme` of the newest release, cut to 64 KiB.
    pub readme: Option<String>,
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
    /// Who published it, where the registry says.
    pub publisher: Option<Publisher>,
    /// Who could publish at that time, where the registry says.
    pub maintainers: Option<Vec<Person>>,
    /// `gitHead`: the commit it was published from, as npm noted it.
    pub git_head: Option<String>,
    /// `repository`, as one text.
    pub repository: Option<String>,
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
    /// The registry says that attestations exist.
    pub attested: bool,
    /// How many registry signatures there are; `None` where none are served.
    pub signatures: Option<u32>,
}

/// The document is not a packument at all.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("the registry's answer is not a package document: {reason}")]
pub struct MalformedPackument {
    /// What is wrong, in our words.
    pub reason: String,
}

impl Packument {
    /// Reads a document as the registry sent it.
    ///
    /// # Errors
    /// Only when the whole is not one JSON object.
    pub fn parse(bytes: &[u8]) -> Result<Self, MalformedPackument> {
        let malformed = |reason| MalformedPackument { reason };
        let Field::Present(document) = lenient::read::<Document>(bytes).map_err(malformed)? else {
            return Err(malformed(String::from("it is not an object")));
        };
        let mut oddities = Oddities::default();
        let mut packument = Self {
            name: oddities.text("name", document.name),
            dist_tags: oddities.texts("dist-tags", document.dist_tags),
            maintainers: oddities.people("maintainers", document.maintainers),
            description: document.description.excerpt(),
            readme: document.readme.excerpt().filter(|text| text != NO_README),
            ..Self::default()
        };
        for (version, fields) in oddities.entries("versions", document.versions) {
            if !is_version(&version) {
                oddities.add("a version's text holds characters that no version has");
            } else if let Some(info) = oddities.version(fields) {
                packument.versions.insert(version, info);
            }
        }
        for (key, when) in oddities.entries("time", document.time) {
            match (key.as_str(), when) {
                ("unpublished", Field::Absent) => {}
                ("unpublished", when) => {
                    let (when, tombstone) = when.unpublished();
                    packument.unpublished = Some(when);
                    packument.tombstone = Some(tombstone);
                }
                (_, Field::Present(Time::At(when))) => drop(packument.time.insert(key, when)),
                _ => oddities.add("a time is not a text"),
            }
        }
        packument.oddities = oddities.into_vec();
        Ok(packument)
    }

    /// What the model keeps of the registry's word about one release.
    pub fn facts(&self, package: &PackageRef) -> RegistryFacts {
        let info = self.versions.get(&package.version);
        RegistryFacts {
            latest: self.dist_tags.get("latest").cloned(),
            published: self.time.get(&package.version).cloned(),
            deprecated: info.and_then(|info| info.deprecated.clone()),
            versions: self.versions.len(),
            previous: previous(self, package).map(|previous| previous.version),
        }
    }

    /// Whether the registry holds this name for security reasons: every version is `0.0.1-security…`.
    pub fn is_security_holder(&self) -> bool {
        !self.versions.is_empty() && self.versions.keys().all(|version| version.starts_with(SECURITY_HOLDER))
    }

    /// Versions that have a publication time but are gone: removed releases, oldest first by semver.
    pub fn removed(&self) -> Vec<String> {
        let mut gone: Vec<(Version, &String)> = self
            .time
            .keys()
            .filter(|key| !self.versions.contains_key(*key) && is_version(key))
            .filter_map(|key| Some((Version::parse(key)?, key)))
            .collect();
        gone.sort();
        gone.into_iter().map(|(_, key)| key.clone()).collect()
    }

    /// The name, if it is one npm accepts.
    pub fn package_name(&self) -> Option<PackageName> {
        self.name.as_deref().and_then(|name| PackageName::parse(name).ok())
    }
}

/// What npm puts in the place of a package it removed for security reasons.
const SECURITY_HOLDER: &str = "0.0.1-security";

/// What npm's registry says where a package has none.
const NO_README: &str = "ERROR: No README data found!";

#[cfg(test)]
mod tests;
