//! A packument: the registry's document about one package name, read leniently so that one bad field loses only itself.

use std::collections::BTreeMap;

use serde::de::{MapAccess, SeqAccess};
use waxseal_model::{PackageName, PackageRef, RegistryFacts};

use crate::lenient::{self, Field, List, Map, Shape, Text, Truthy, fields};
use crate::resolve::previous;
use crate::version::Version;

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
            maintainers: oddities.names("maintainers", document.maintainers),
            ..Self::default()
        };
        for (version, fields) in oddities.entries("versions", document.versions) {
            // No version npm can install holds anything else, and what is kept here gets printed.
            if !version.bytes().all(|byte| byte.is_ascii_graphic()) {
                oddities.add("a version's text holds characters that no version has");
            } else if let Some(info) = oddities.version(fields) {
                packument.versions.insert(version, info);
            }
        }
        for (key, when) in oddities.entries("time", document.time) {
            match (key.as_str(), when) {
                ("unpublished", Field::Absent) => {}
                ("unpublished", when) => packument.unpublished = Some(when.unpublished_time()),
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
            .filter(|key| !self.versions.contains_key(*key))
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

/// The document as sent; what is not named here is skipped without being kept.
#[derive(Default)]
struct Document {
    name: Field<Text>,
    dist_tags: Field<Map<Text>>,
    versions: Field<Map<VersionFields>>,
    time: Field<Map<Time>>,
    maintainers: Field<List<Person>>,
}

fields!(Document {
    "name" => name,
    "dist-tags" => dist_tags,
    "versions" => versions,
    "time" => time,
    "maintainers" => maintainers,
});

#[derive(Default)]
struct VersionFields {
    dist: Field<DistFields>,
    deprecated: Field<Truthy>,
    engines: Field<Engines>,
    has_install_script: Field<Truthy>,
    publisher: Field<Person>,
}

fields!(VersionFields {
    "dist" => dist,
    "deprecated" => deprecated,
    "engines" => engines,
    "hasInstallScript" => has_install_script,
    "_npmUser" => publisher,
});

#[derive(Default)]
struct DistFields {
    tarball: Field<Text>,
    integrity: Field<Text>,
    shasum: Field<Text>,
    unpacked_size: Field<u64>,
    file_count: Field<u64>,
}

fields!(DistFields {
    "tarball" => tarball,
    "integrity" => integrity,
    "shasum" => shasum,
    "unpackedSize" => unpacked_size,
    "fileCount" => file_count,
});

/// `engines`; old packages give a list of texts, which npm ignores as well.
#[derive(Default)]
struct Engines {
    node: Field<Text>,
}

impl Shape for Engines {
    fn from_map<'de, A: MapAccess<'de>>(map: A) -> Result<Option<Self>, A::Error> {
        let entries = Map::<Text>::from_map(map)?.map(|map| map.entries).unwrap_or_default();
        let node = entries
            .into_iter()
            .rev()
            .find(|(key, _)| key == "node")
            .map(|(_, value)| value);
        Ok(Some(Self {
            node: node.unwrap_or_default(),
        }))
    }

    fn from_list<'de, A: SeqAccess<'de>>(list: A) -> Result<Option<Self>, A::Error> {
        lenient::skip_list(list).map(|()| Some(Self::default()))
    }
}

/// `{ "name": … }`, or the name alone as old documents have it.
struct Person(Option<String>);

#[derive(Default)]
struct PersonFields {
    name: Field<Text>,
}

fields!(PersonFields { "name" => name });

impl Shape for Person {
    fn from_text(text: &str) -> Option<Self> {
        Text::from_text(text).map(|text| Self(Some(text.0)))
    }

    fn from_map<'de, A: MapAccess<'de>>(map: A) -> Result<Option<Self>, A::Error> {
        let name = PersonFields::from_map(map)?.map(|fields| fields.name);
        Ok(Some(Self(match name {
            Some(Field::Present(name)) => Some(name.0),
            _ => None,
        })))
    }
}

/// A value of `time`: a text, or the tombstone of an unpublished package.
enum Time {
    At(String),
    Tombstone(Option<String>),
}

#[derive(Default)]
struct TombstoneFields {
    time: Field<Text>,
}

fields!(TombstoneFields { "time" => time });

impl Shape for Time {
    fn from_text(text: &str) -> Option<Self> {
        Text::from_text(text).map(|text| Self::At(text.0))
    }

    fn from_map<'de, A: MapAccess<'de>>(map: A) -> Result<Option<Self>, A::Error> {
        let time = TombstoneFields::from_map(map)?.map(|fields| fields.time);
        Ok(Some(Self::Tombstone(match time {
            Some(Field::Present(time)) => Some(time.0),
            _ => None,
        })))
    }
}

impl Field<Time> {
    /// The time of `time.unpublished`, whatever else stands there: that it stands there is what counts.
    fn unpublished_time(self) -> String {
        match self {
            Self::Present(Time::At(when) | Time::Tombstone(Some(when))) => when,
            _ => String::from("an unknown day"),
        }
    }
}

/// Collects what could not be read, each sentence once.
#[derive(Default)]
struct Oddities(Vec<String>);

impl Oddities {
    fn add(&mut self, oddity: &str) {
        if !self.0.iter().any(|known| known == oddity) {
            self.0.push(oddity.to_owned());
        }
    }

    /// The value of a field, or a note that it has a wrong type.
    fn take<T>(&mut self, name: &str, field: Field<T>) -> Option<T> {
        match field {
            Field::Absent => None,
            Field::Present(value) => Some(value),
            Field::Wrong => {
                self.add(&format!("`{name}` is of a wrong type or too large"));
                None
            }
        }
    }

    fn text(&mut self, name: &str, field: Field<Text>) -> Option<String> {
        self.take(name, field).map(|text| text.0)
    }

    fn entries<T>(&mut self, name: &str, field: Field<Map<T>>) -> Vec<(String, Field<T>)> {
        let Some(map) = self.take(name, field) else {
            return Vec::new();
        };
        if map.cut {
            self.add(&format!("`{name}` has more entries than are read"));
        }
        map.entries
    }

    fn texts(&mut self, name: &str, field: Field<Map<Text>>) -> BTreeMap<String, String> {
        let entries = self.entries(name, field);
        entries
            .into_iter()
            .filter_map(|(key, value)| Some((key, self.text(name, value)?)))
            .collect()
    }

    fn names(&mut self, name: &str, field: Field<List<Person>>) -> Option<Vec<String>> {
        let list = self.take(name, field)?;
        let names: Vec<String> = list
            .entries
            .into_iter()
            .filter_map(|person| self.take(name, person)?.0)
            .collect();
        Some(names)
    }

    fn version(&mut self, fields: Field<VersionFields>) -> Option<VersionInfo> {
        let fields = self.take("versions.*", fields)?;
        let dist = self
            .take("versions.*.dist", fields.dist)
            .map(|dist| self.dist(dist))
            .unwrap_or_default();
        let engines = self.take("versions.*.engines", fields.engines);
        let publisher = self.take("versions.*._npmUser", fields.publisher);
        Some(VersionInfo {
            dist,
            deprecated: self
                .take("versions.*.deprecated", fields.deprecated)
                .and_then(Truthy::text),
            node: engines.and_then(|engines| self.text("versions.*.engines.node", engines.node)),
            has_install_script: self
                .take("versions.*.hasInstallScript", fields.has_install_script)
                .is_some_and(|it| it.is_true()),
            publisher: publisher.and_then(|person| person.0),
        })
    }

    fn dist(&mut self, dist: DistFields) -> Dist {
        Dist {
            tarball: self.text("versions.*.dist.tarball", dist.tarball),
            integrity: self.text("versions.*.dist.integrity", dist.integrity),
            shasum: self.text("versions.*.dist.shasum", dist.shasum),
            unpacked_size: self.take("versions.*.dist.unpackedSize", dist.unpacked_size),
            file_count: self.take("versions.*.dist.fileCount", dist.file_count),
        }
    }

    fn into_vec(self) -> Vec<String> {
        self.0
    }
}

/// What npm puts in the place of a package it removed for security reasons.
const SECURITY_HOLDER: &str = "0.0.1-security";

#[cfg(test)]
mod tests;
