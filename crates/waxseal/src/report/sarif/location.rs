//! Where a result is: a file below the root of its package, and the function in it.

use std::collections::BTreeMap;

use waxseal_model::{Proof, Report, ReportEntry, Subject};

use super::message;
use super::shape::{ArtifactLocation, Location, LogicalLocation, PhysicalLocation, Region};
use crate::report::answer::{NAME_LIMIT, identity};
use crate::report::escape::escape;

/// What the base ids of the entries stand for. A folder is where its files are; a release is known by its name only.
pub(super) fn bases(report: &Report) -> BTreeMap<String, ArtifactLocation> {
    let mut bases = BTreeMap::new();
    for (idx, entry) in report.entries.iter().enumerate() {
        let subject = &entry.verdict.subject;
        let text = format!("the root of {}", identity(subject));
        let mut location = ArtifactLocation {
            uri: None,
            uri_base_id: None,
            description: Some(message(&text)),
        };
        if let Subject::Folder(path) = subject {
            if path.starts_with('/') {
                location.uri = Some(format!("file:///{}", with_slash(&encode_path(path))));
            } else if !path.split('/').any(|part| part == "..") {
                location.uri = Some(with_slash(&encode_path(path)));
                location.uri_base_id = Some(WORKING_DIRECTORY.to_owned());
                let text = "the folder that waxseal was started in";
                let root = ArtifactLocation {
                    uri: None,
                    uri_base_id: None,
                    description: Some(message(text)),
                };
                bases.insert(WORKING_DIRECTORY.to_owned(), root);
            }
        }
        bases.insert(base_id(report, idx), location);
    }
    bases
}

/// The id of the root of an entry's files.
pub(super) fn base_id(report: &Report, entry: usize) -> String {
    if report.entries.len() == 1 {
        "PACKAGE".to_owned()
    } else {
        format!("PACKAGE_{}", entry + 1)
    }
}

/// The place of a proof. One that names no file is about the package, for which `package.json` stands.
pub(super) fn of(entry: &ReportEntry, base: &str, proof: Option<&Proof>, id: Option<usize>) -> Location {
    let path = proof.and_then(|proof| proof.path.as_deref()).unwrap_or("package.json");
    let region = proof.and_then(|proof| proof.location).map(|location| Region {
        start_line: location.line.max(1),
        start_column: location.column.max(1),
        end_column: location.column.max(1).saturating_add(location.width.max(1)),
    });
    let uri = encode_path(path);
    let artifact_location = ArtifactLocation {
        uri: Some(if uri.is_empty() { "package.json".to_owned() } else { uri }),
        uri_base_id: Some(base.to_owned()),
        description: None,
    };
    let package = identity(&entry.verdict.subject);
    let mut logical_locations = Vec::new();
    if let Some(function) = proof.and_then(|proof| proof.function.as_deref()) {
        let function = escape(function, NAME_LIMIT);
        logical_locations.push(LogicalLocation {
            fully_qualified_name: format!("{package}/{}#{function}", escape(path, NAME_LIMIT)),
            name: function,
            kind: "function",
        });
    }
    logical_locations.push(LogicalLocation {
        name: package.clone(),
        fully_qualified_name: package,
        kind: "package",
    });
    Location {
        id,
        physical_location: PhysicalLocation {
            artifact_location,
            region,
        },
        logical_locations,
    }
}

/// A relative URI reference (RFC 3986 §4.2) of a path: everything outside the unreserved set is percent-encoded, and no part
/// is left that would lead out of the package.
fn encode_path(path: &str) -> String {
    let mut out = String::new();
    for part in path
        .split('/')
        .filter(|part| !matches!(*part, "" | "." | ".."))
        .take(MAX_PARTS)
    {
        if !out.is_empty() {
            out.push('/');
        }
        for byte in part.bytes().take(MAX_PART) {
            if byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b'_' | b'~') {
                out.push(char::from(byte));
            } else {
                out.push_str(&format!("%{byte:02X}"));
            }
        }
    }
    out
}

fn with_slash(uri: &str) -> String {
    if uri.is_empty() {
        "./".to_owned()
    } else {
        format!("{uri}/")
    }
}

/// The base of folders that were given by a relative path.
const WORKING_DIRECTORY: &str = "WORKING_DIRECTORY";

/// No file system has longer names.
const MAX_PART: usize = 255;

/// Linux paths hold at most 4,096 bytes.
const MAX_PARTS: usize = 512;
