//! The registry that npm finds inside the room: it knows the releases of the closure, and nothing else.
//!
//! A pure lookup: what is not in it was not foreseen, which makes a request for it a second stage ([`What::Unknown`]).

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use serde_json::json;
use url::Url;
use waxseal_model::PackageName;

use super::closure::{Archives, Closure, Locked};

mod documents;

/// Everything the registry in the room can answer.
#[derive(Debug, Clone, Default)]
pub struct RegistryAnswers {
    /// Path below the root of the base URL, decoded, to what is there.
    documents: BTreeMap<String, Documents>,
    archives: BTreeMap<String, Arc<[u8]>>,
    /// The path of the base URL, with a slash at its end.
    prefix: String,
    /// The host of the base URL.
    host: String,
    /// Packages that one of the closure may do without, and which are not in it.
    optional: BTreeSet<String>,
}

/// What [`RegistryAnswers`] is made of, to be handed to another process.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Parts {
    pub(super) host: String,
    pub(super) prefix: String,
    /// Each package's document, whole and abbreviated.
    pub(super) documents: Vec<(String, Vec<u8>, Vec<u8>)>,
    pub(super) archives: Vec<(String, Arc<[u8]>)>,
    pub(super) optional: Vec<String>,
}

/// The document of a package in its two forms.
#[derive(Debug, Clone)]
struct Documents {
    full: Vec<u8>,
    abbreviated: Vec<u8>,
}

/// What npm is answered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RegistryAnswer {
    /// The HTTP status.
    pub status: u16,
    /// The media type.
    pub content_type: &'static str,
    /// The body.
    pub body: Arc<[u8]>,
    /// What it is.
    pub what: What,
}

/// What npm asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum What {
    /// The document of a package of the closure.
    Packument,
    /// An archive of the closure.
    Tarball,
    /// Something every npm asks for: whether the registry is there, who it is, advisories.
    Service,
    /// A package that one of the closure may do without, and which the closure does not have: npm looks whether it is there.
    Optional,
    /// A package or release that the closure does not have: nothing an install needs.
    Unknown {
        /// The path, decoded; hostile.
        path: String,
    },
}

impl RegistryAnswers {
    /// The answers for a closure. `base` is what the room's npm has as its registry.
    #[must_use]
    pub fn new(closure: &Closure, archives: &Archives, base: &Url) -> Self {
        let mut prefix = base.path().to_owned();
        if !prefix.ends_with('/') {
            prefix.push('/');
        }
        let mut answers = Self {
            prefix,
            host: base.host_str().unwrap_or_default().to_owned(),
            optional: optional(closure),
            ..Self::default()
        };
        for (name, full, abbreviated) in documents::of(closure, archives, base) {
            answers
                .documents
                .insert(name.as_str().to_owned(), Documents { full, abbreviated });
        }
        for (release, archive) in &archives.archives {
            let path = documents::archive_path(&release.name, &release.version);
            answers.archives.insert(path, Arc::clone(&archive.bytes));
        }
        // A project's lockfile may name the archive where the real registry has it: the path is the same at any host.
        for package in &closure.packages {
            let archive = archives.archives.get(&package.release());
            if let (Some(resolved), Some(archive)) = (&package.resolved, archive) {
                let path = decoded(resolved.path().trim_start_matches('/'));
                answers
                    .archives
                    .entry(path)
                    .or_insert_with(|| Arc::clone(&archive.bytes));
            }
        }
        answers
    }

    /// The host it is to be found at.
    #[must_use]
    pub fn host(&self) -> &str {
        &self.host
    }

    pub(super) fn parts(&self) -> Parts {
        Parts {
            host: self.host.clone(),
            prefix: self.prefix.clone(),
            documents: self
                .documents
                .iter()
                .map(|(name, it)| (name.clone(), it.full.clone(), it.abbreviated.clone()))
                .collect(),
            archives: self
                .archives
                .iter()
                .map(|(path, bytes)| (path.clone(), Arc::clone(bytes)))
                .collect(),
            optional: self.optional.iter().cloned().collect(),
        }
    }

    pub(super) fn from_parts(parts: Parts) -> Self {
        Self {
            documents: parts
                .documents
                .into_iter()
                .map(|(name, full, abbreviated)| (name, Documents { full, abbreviated }))
                .collect(),
            archives: parts.archives.into_iter().collect(),
            prefix: parts.prefix,
            host: parts.host,
            optional: parts.optional.into_iter().collect(),
        }
    }

    /// The answer to a request. `path` is the request's target with or without a query, `accept` the field `Accept`.
    /// `None` is for what a registry has no answer for: a method that changes something.
    #[must_use]
    pub fn answer(&self, method: &str, path: &str, accept: &str) -> Option<RegistryAnswer> {
        let path = path.split(['?', '#']).next().unwrap_or_default();
        let below = path.strip_prefix(&self.prefix).or_else(|| path.strip_prefix('/'))?;
        let below = decoded(below);
        match method {
            "GET" | "HEAD" => Some(self.get(&below, accept)),
            "POST" if below.starts_with("-/npm/v1/security/") => Some(advisories(&below)),
            _ => None,
        }
    }

    fn get(&self, path: &str, accept: &str) -> RegistryAnswer {
        if let Some(bytes) = self.archives.get(path) {
            return RegistryAnswer {
                status: 200,
                content_type: "application/octet-stream",
                body: Arc::clone(bytes),
                what: What::Tarball,
            };
        }
        if let Some(documents) = self.documents.get(path.trim_end_matches('/')) {
            let abbreviated = accept.contains(ABBREVIATED);
            return RegistryAnswer {
                status: 200,
                content_type: if abbreviated { ABBREVIATED } else { JSON },
                body: if abbreviated {
                    documents.abbreviated.as_slice().into()
                } else {
                    documents.full.as_slice().into()
                },
                what: What::Packument,
            };
        }
        match path {
            "-/ping" | "" => service(200, &json!({})),
            "-/whoami" => service(401, &json!({ "error": "unauthorized" })),
            // What signed the archives is not known in the room; npm takes an empty list for a registry without signatures.
            "-/npm/v1/keys" => service(404, &json!({ "error": "not found" })),
            "-/v1/search" => service(
                200,
                &json!({ "objects": [], "total": 0, "time": "1970-01-01T00:00:00.000Z" }),
            ),
            path if self.optional.contains(path) => RegistryAnswer {
                what: What::Optional,
                ..unknown(path)
            },
            path => unknown(path),
        }
    }

    /// Whether a package is part of the closure.
    #[must_use]
    pub fn knows(&self, name: &PackageName) -> bool {
        self.documents.contains_key(name.as_str())
    }
}

/// Optional dependencies and peers of the closure's packages that npm left out.
fn optional(closure: &Closure) -> BTreeSet<String> {
    let names = |package: &Locked, field: &str| -> Vec<String> {
        let field = package.manifest.get(field).and_then(serde_json::Value::as_object);
        field.map(|it| it.keys().cloned().collect()).unwrap_or_default()
    };
    let present: BTreeSet<&str> = closure.packages.iter().map(|it| it.name.as_str()).collect();
    closure
        .packages
        .iter()
        .flat_map(|package| {
            ["optionalDependencies", "peerDependencies", "peerDependenciesMeta"].map(|it| names(package, it))
        })
        .flatten()
        .filter(|name| !present.contains(name.as_str()))
        .collect()
}

/// What npm asks when it audits: nothing is known of any package.
fn advisories(path: &str) -> RegistryAnswer {
    if path.ends_with("advisories/bulk") {
        return service(200, &json!({}));
    }
    let severities = json!({ "info": 0, "low": 0, "moderate": 0, "high": 0, "critical": 0 });
    service(
        200,
        &json!({
            "actions": [],
            "advisories": {},
            "muted": [],
            "metadata": {
                "vulnerabilities": severities,
                "dependencies": 0,
                "devDependencies": 0,
                "optionalDependencies": 0,
                "totalDependencies": 0,
            },
        }),
    )
}

fn service(status: u16, body: &serde_json::Value) -> RegistryAnswer {
    RegistryAnswer {
        status,
        content_type: JSON,
        body: body.to_string().into_bytes().into(),
        what: What::Service,
    }
}

/// What a registry says of a package it does not have.
fn unknown(path: &str) -> RegistryAnswer {
    RegistryAnswer {
        status: 404,
        content_type: JSON,
        body: json!({ "error": "Not found" }).to_string().into_bytes().into(),
        what: What::Unknown {
            path: path.chars().take(MAX_PATH).collect(),
        },
    }
}

/// A path with `%2f` and its like undone, once (RFC 3986 §2.1). Only looked up, never opened.
fn decoded(path: &str) -> String {
    let mut out = Vec::with_capacity(path.len());
    let mut rest = path.as_bytes();
    while let Some((first, behind)) = rest.split_first() {
        let hex = behind.get(..2).and_then(|two| std::str::from_utf8(two).ok());
        let byte = hex
            .filter(|two| *first == b'%' && two.bytes().all(|digit| digit.is_ascii_hexdigit()))
            .and_then(|two| u8::from_str_radix(two, 16).ok());
        match byte {
            Some(byte) => {
                out.push(byte);
                rest = &behind[2..];
            }
            None => {
                out.push(*first);
                rest = behind;
            }
        }
    }
    String::from_utf8_lossy(&out).into_owned()
}

/// What npm asks for when it only wants to install.
const ABBREVIATED: &str = "application/vnd.npm.install-v1+json";

const JSON: &str = "application/json";

/// Longer paths are cut where they are noted.
const MAX_PATH: usize = 1_000;

#[cfg(test)]
mod npm_tests;
#[cfg(test)]
mod tests;
