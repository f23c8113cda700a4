//! "Not affected", as a document that can be kept and handed on: OpenVEX 0.2.0 (openvex/spec, OPENVEX-SPEC.md).
//!
//! One statement for each thing that was asked for. The product is each folder that was searched, on the day it was searched.

use jiff::Timestamp;
use serde::Serialize;
use sha2::{Digest as _, Sha256};
use waxseal_model::{AskedFor, Presence, Report, Scan};

use super::escape::escape;

/// Writes the document; ends with a line feed. Of a report without a scan nothing is said.
pub(crate) fn render(report: &Report) -> String {
    let nothing = Scan::default();
    let scan = report.scan.as_ref().unwrap_or(&nothing);
    let made = Timestamp::from_second(report.made.0).unwrap_or_default().to_string();
    let statements: Vec<Statement> = scan.asked.iter().map(|asked| statement(report, scan, asked)).collect();
    let seed = serde_json::to_vec(&(&made, &statements)).unwrap_or_default();
    let document = Document {
        context: "https://openvex.dev/ns/v0.2.0",
        id: format!("urn:uuid:{}", uuid(&seed)),
        author: "waxseal",
        role: "scanner",
        timestamp: made,
        version: 1,
        tooling: format!("waxseal {}", report.version),
        statements,
    };
    let mut out = serde_json::to_string_pretty(&document).expect("plain data can be written as JSON");
    out.push('\n');
    out
}

/// What was found of one thing that was asked for.
fn statement(report: &Report, scan: &Scan, asked: &AskedFor) -> Statement {
    let unseen = report
        .entries
        .iter()
        .any(|entry| !entry.verdict.complete || entry.error.is_some());
    let (status, status_notes) = match asked.found {
        Some(Presence::Present | Presence::CouldHaveRun) => (Status::Affected, None),
        Some(Presence::Unknown) => {
            let why = "A place names the package without saying which release.";
            (Status::UnderInvestigation, Some(why))
        }
        None if unseen => (
            Status::UnderInvestigation,
            Some("Not every place could be looked into."),
        ),
        None => (Status::NotAffected, None),
    };
    let components = || asked.releases.iter().map(|purl| Component { id: purl.clone() });
    let products = scan.roots.iter().map(|root| Product {
        id: file_uri(root),
        subcomponents: components().collect(),
    });
    Statement {
        vulnerability: Vulnerability {
            name: escape(&asked.typed, MAX_TEXT),
        },
        products: products.collect(),
        status,
        justification: (status == Status::NotAffected).then_some("component_not_present"),
        action_statement: (status == Status::Affected)
            .then_some("Remove the release from every place that the scan names, and change what it could read."),
        status_notes,
    }
}

/// RFC 8089, each byte outside the unreserved set and `/` percent-encoded.
fn file_uri(path: &str) -> String {
    let mut out = String::from("file://");
    for byte in path.bytes() {
        if byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b'_' | b'~' | b'/') {
            out.push(char::from(byte));
        } else {
            out.push_str(&format!("%{byte:02X}"));
        }
    }
    out
}

/// A UUID made from content (RFC 9562, version 8), so that equal scans make equal documents.
fn uuid(seed: &[u8]) -> String {
    let mut bytes: [u8; 16] = [0; 16];
    bytes.copy_from_slice(&Sha256::digest(seed)[..16]);
    bytes[6] = (bytes[6] & 0x0f) | 0x80;
    bytes[8] = (bytes[8] & 0x3f) | 0x80;
    let hex: String = bytes.iter().map(|byte| format!("{byte:02x}")).collect();
    format!(
        "{}-{}-{}-{}-{}",
        &hex[..8],
        &hex[8..12],
        &hex[12..16],
        &hex[16..20],
        &hex[20..]
    )
}

#[derive(Debug, Serialize)]
struct Document {
    #[serde(rename = "@context")]
    context: &'static str,
    #[serde(rename = "@id")]
    id: String,
    author: &'static str,
    role: &'static str,
    timestamp: String,
    version: u32,
    tooling: String,
    statements: Vec<Statement>,
}

#[derive(Debug, Serialize)]
struct Statement {
    vulnerability: Vulnerability,
    products: Vec<Product>,
    status: Status,
    #[serde(skip_serializing_if = "Option::is_none")]
    justification: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    action_statement: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    status_notes: Option<&'static str>,
}

#[derive(Debug, Serialize)]
struct Vulnerability {
    name: String,
}

#[derive(Debug, Serialize)]
struct Product {
    #[serde(rename = "@id")]
    id: String,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    subcomponents: Vec<Component>,
}

#[derive(Debug, Serialize)]
struct Component {
    #[serde(rename = "@id")]
    id: String,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
enum Status {
    Affected,
    NotAffected,
    UnderInvestigation,
}

/// A question is typed by a person and short.
const MAX_TEXT: usize = 300;
