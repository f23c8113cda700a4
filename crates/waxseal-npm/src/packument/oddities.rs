//! Reads fields and remembers which could not be read.

use std::collections::BTreeMap;

use waxseal_model::Person;

use super::document::{Account, DistFields, VersionFields};
use super::{Dist, VersionInfo};
use crate::lenient::{Field, List, Map, Text, Truthy};

/// Collects what could not be read, each sentence once.
#[derive(Default)]
pub(super) struct Oddities(Vec<String>);

impl Oddities {
    pub(super) fn add(&mut self, oddity: &str) {
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

    pub(super) fn text(&mut self, name: &str, field: Field<Text>) -> Option<String> {
        self.take(name, field).map(|text| text.0)
    }

    pub(super) fn entries<T>(&mut self, name: &str, field: Field<Map<T>>) -> Vec<(String, Field<T>)> {
        let Some(map) = self.take(name, field) else {
            return Vec::new();
        };
        if map.cut {
            self.add(&format!("`{name}` has more entries than are read"));
        }
        map.entries
    }

    pub(super) fn texts(&mut self, name: &str, field: Field<Map<Text>>) -> BTreeMap<String, String> {
        let entries = self.entries(name, field);
        entries
            .into_iter()
            .filter_map(|(key, value)| Some((key, self.text(name, value)?)))
            .collect()
    }

    pub(super) fn people(&mut self, name: &str, field: Field<List<Account>>) -> Option<Vec<Person>> {
        let list = self.take(name, field)?;
        let people = list.entries.into_iter();
        Some(people.filter_map(|it| self.take(name, it)?.person()).collect())
    }

    pub(super) fn version(&mut self, fields: Field<VersionFields>) -> Option<VersionInfo> {
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
            publisher: publisher.and_then(Account::publisher),
            maintainers: self.people("versions.*.maintainers", fields.maintainers),
            git_head: self
                .text("versions.*.gitHead", fields.git_head)
                .filter(|commit| is_commit(commit)),
            repository: self
                .take("versions.*.repository", fields.repository)
                .and_then(|repository| repository.0),
        })
    }

    fn dist(&mut self, dist: DistFields) -> Dist {
        Dist {
            tarball: self.text("versions.*.dist.tarball", dist.tarball),
            integrity: self.text("versions.*.dist.integrity", dist.integrity),
            shasum: self.text("versions.*.dist.shasum", dist.shasum),
            unpacked_size: self.take("versions.*.dist.unpackedSize", dist.unpacked_size),
            file_count: self.take("versions.*.dist.fileCount", dist.file_count),
            attested: self
                .take("versions.*.dist.attestations", dist.attestations)
                .is_some_and(|it| it.is_true()),
            signatures: self
                .take("versions.*.dist.signatures", dist.signatures)
                .map(|list| u32::try_from(list.entries.len()).unwrap_or(u32::MAX)),
        }
    }

    pub(super) fn into_vec(self) -> Vec<String> {
        self.0
    }
}

/// 40 hex digits of SHA-1, or 64 of SHA-256 (gitrepository-layout, "objects").
fn is_commit(text: &str) -> bool {
    matches!(text.len(), 40 | 64) && text.bytes().all(|byte| byte.is_ascii_hexdigit())
}
