//! What is written fits the published schema, and the published schema is the current one.
#![allow(clippy::unwrap_used, reason = "a test that unwraps fails as it should")]

use std::path::PathBuf;

use schemars::JsonSchema;
use schemars::generate::SchemaSettings;
use serde_json::Value;

use super::*;
use crate::report::samples;

/// The schemas of what is written here, by the name of the file they are published in.
fn schemas() -> [(&'static str, Value); 2] {
    [
        ("report-1.schema.json", schema::<JsonReport>()),
        ("report-line-1.schema.json", schema::<JsonLine>()),
    ]
}

fn schema<T: JsonSchema>() -> Value {
    SchemaSettings::draft2020_12()
        .for_serialize()
        .into_generator()
        .into_root_schema_for::<T>()
        .to_value()
}

fn published(name: &str) -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
        .join("../../docs/schemas")
        .join(name)
}

#[test]
fn the_published_schemas_are_current() {
    for (name, schema) in schemas() {
        let current = serde_json::to_string_pretty(&schema).unwrap() + "\n";
        if std::env::var_os("UPDATE_SCHEMAS").is_some() {
            std::fs::write(published(name), &current).unwrap();
        }
        let found = std::fs::read_to_string(published(name)).unwrap_or_default();
        let found: Value = serde_json::from_str(&found).unwrap_or_default();
        assert!(
            found == schema,
            "docs/schemas/{name} is stale; run the tests with UPDATE_SCHEMAS=1 and look at the difference"
        );
    }
}

#[test]
fn every_sample_fits_its_schema() {
    let [(_, document), (_, line)] =
        schemas().map(|(name, schema)| (name, jsonschema::validator_for(&schema).unwrap()));
    for (name, report) in samples::all() {
        let options = RenderOptions::default();
        let whole: Value = serde_json::from_str(&render(&report, &options)).unwrap();
        let errors: Vec<String> = document.iter_errors(&whole).map(|error| error.to_string()).collect();
        assert!(errors.is_empty(), "{name}: {errors:?}");
        let lines = render_lines(&report, &options);
        assert_eq!(lines.lines().count(), report.entries.len() + 1);
        for text in lines.lines() {
            let errors: Vec<String> = line
                .iter_errors(&serde_json::from_str(text).unwrap())
                .map(|error| error.to_string())
                .collect();
            assert!(errors.is_empty(), "{name}: {errors:?}");
        }
    }
}

#[test]
fn the_schema_refuses_what_is_not_a_report() {
    let validator = jsonschema::validator_for(&schema::<JsonReport>()).unwrap();
    let mut report: Value = serde_json::from_str(&render(&samples::block(), &RenderOptions::default())).unwrap();
    assert!(validator.is_valid(&report));
    report["packages"][0]["decision"] = "fine".into();
    assert!(!validator.is_valid(&report));
    report["packages"][0]["decision"] = "block".into();
    report["packages"][0].as_object_mut().unwrap().remove("complete");
    assert!(!validator.is_valid(&report));
}

#[test]
fn the_recipient_stands_in_a_field_of_its_own() {
    let report: Value = serde_json::from_str(&render(&samples::diff(), &RenderOptions::default())).unwrap();
    let package = &report["packages"][0];
    assert_eq!(package["package"], "pkg:npm/postmark-mcp-replica@1.0.16");
    assert_eq!(package["compared_with"], "pkg:npm/postmark-mcp-replica@1.0.15");
    assert_eq!(package["decision"], "block");
    let evidence = &package["findings"][0]["evidence"][0];
    assert_eq!(evidence["values"]["recipient"], "archive@collector.example");
    assert_eq!(
        (&evidence["path"], &evidence["line"]),
        (&"index.js".into(), &231.into())
    );
    assert_eq!(package["change"]["gained"][0]["path"], "lib/telemetry.js");
}

#[test]
fn an_error_is_never_complete() {
    let report: Value = serde_json::from_str(&render(&samples::missing(), &RenderOptions::default())).unwrap();
    assert_eq!(report["packages"][0]["complete"], false);
    assert_eq!(report["summary"]["incomplete"], 1);
    assert_eq!(report["summary"]["allowed"], 0);
}
