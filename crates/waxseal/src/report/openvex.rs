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

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};
    use waxseal_model::AskedFor;

    use super::*;
    use crate::report::samples;

    /// What the specification asks of a document (OPENVEX-SPEC.md 0.2.0, "The VEX Document", "Status Labels"), in our words.
    fn rules() -> Value {
        let status = |word: &str| json!({ "properties": { "status": { "const": word } } });
        json!({
            "type": "object",
            "required": ["@context", "@id", "author", "timestamp", "version", "statements"],
            "additionalProperties": false,
            "properties": {
                "@context": { "const": "https://openvex.dev/ns/v0.2.0" },
                "@id": { "type": "string", "pattern": "^urn:uuid:[0-9a-f-]{36}$" },
                "author": { "type": "string" }, "role": { "type": "string" }, "tooling": { "type": "string" },
                "timestamp": { "type": "string", "pattern": "^\\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\d:\\d\\dZ$" },
                "version": { "type": "integer", "minimum": 1 },
                "statements": { "type": "array", "minItems": 1, "uniqueItems": true, "items": {
                    "required": ["vulnerability", "status", "products"],
                    "properties": {
                        "status": { "enum": ["not_affected", "affected", "fixed", "under_investigation"] },
                        "justification": { "enum": [
                            "component_not_present", "vulnerable_code_not_present", "vulnerable_code_not_in_execute_path",
                            "vulnerable_code_cannot_be_controlled_by_adversary", "inline_mitigations_already_exist"
                        ] },
                        "vulnerability": { "type": "object", "required": ["name"], "additionalProperties": false, "properties": { "name": { "type": "string" } } },
                        "products": { "type": "array", "minItems": 1, "items": { "required": ["@id"] } }
                    },
                    "allOf": [
                        { "if": status("not_affected"), "then": { "required": ["justification"] } },
                        { "if": status("affected"), "then": { "required": ["action_statement"] } },
                        { "if": status("under_investigation"), "then": { "not": { "required": ["justification"] } } }
                    ]
                } }
            }
        })
    }

    /// The sample, asked for something that is `found`, with everything looked into or not.
    fn document(found: Option<Presence>, complete: bool) -> Value {
        let mut report = samples::scanned();
        if complete {
            report.entries.retain(|entry| entry.verdict.complete);
        }
        let scan = report.scan.as_mut().unwrap();
        scan.asked = vec![AskedFor {
            typed: "postmark-mcp-replica@>=1.0.16".to_owned(),
            found,
            releases: vec!["pkg:npm/postmark-mcp-replica@1.0.16".to_owned()],
        }];
        scan.roots = vec!["/srv/a shop/ü".to_owned()];
        serde_json::from_str(&render(&report)).unwrap()
    }

    #[test]
    fn every_answer_has_its_status_and_keeps_the_rules() {
        let validator = jsonschema::validator_for(&rules()).unwrap();
        let cases = [
            (Some(Presence::Present), true, "affected"),
            (Some(Presence::CouldHaveRun), false, "affected"),
            (Some(Presence::Unknown), true, "under_investigation"),
            (None, false, "under_investigation"),
            (None, true, "not_affected"),
        ];
        for (found, complete, status) in cases {
            let document = document(found, complete);
            assert_eq!(document["statements"][0]["status"], status, "{found:?}, {complete}");
            let errors: Vec<String> = validator.iter_errors(&document).map(|err| err.to_string()).collect();
            assert!(errors.is_empty(), "{errors:?}");
        }
        let mut broken = document(None, true);
        broken["statements"][0].as_object_mut().unwrap().remove("justification");
        assert!(!validator.is_valid(&broken), "the validator does look");
    }

    #[test]
    fn equal_scans_make_equal_documents_and_paths_are_addresses() {
        assert_eq!(document(None, true), document(None, true));
        assert_ne!(document(None, true)["@id"], document(None, false)["@id"]);
        let product = &document(None, true)["statements"][0]["products"][0]["@id"];
        assert_eq!(*product, "file:///srv/a%20shop/%C3%BC");
    }
}
