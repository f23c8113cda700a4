use waxseal_model::Moment;
use waxseal_npm::osv::{Named, Record};

use super::*;
use crate::db::export::{Form, export};

const NOW: Moment = Moment(1_795_305_600);

/// Whether any record of a list names a release.
fn names(records: &[Record], name: &str, version: &str) -> bool {
    records.iter().flat_map(|it| &it.affected).any(|affected| {
        let named = affected.names(Some(version));
        affected.name == name && matches!(named, Named::Every | Named::Range(_) | Named::Version)
    })
}

#[test]
fn a_table_is_read_with_and_without_a_first_line_that_names_its_columns() {
    let text = "name,version,reason,reference\r\n\
        axios,\"1.14.1, 0.30.4\",\"hijacked, \"\"twice\"\"\",https://notes.example/axios\r\n\
        # a remark\r\n\r\n\
        @scope/x,>=1.0.0 <1.0.3;2.0.0\r\n\
        gone,*\r\n\
        also-gone\r\n";
    let listed = csv(text, NOW).unwrap().records;
    assert_eq!(listed.len(), 4);
    assert_eq!(listed[0].summary, "hijacked, \"twice\"");
    assert_eq!((listed[0].id.as_str(), listed[0].references.len()), ("line 2", 1));
    assert_eq!(listed[1].id, "line 5");
    for (name, version, bad) in [
        ("axios", "1.14.1", true),
        ("axios", "0.30.4", true),
        ("axios", "1.14.0", false),
        ("@scope/x", "1.0.2", true),
        ("@scope/x", "1.0.3", false),
        ("@scope/x", "2.0.0", true),
        ("gone", "0.0.1-rc", true),
        ("also-gone", "3.0.0", true),
    ] {
        assert_eq!(names(&listed, name, version), bad, "{name}@{version}");
    }
    let moved = "description,package,package_versions\nbad,x,1.0.0\n";
    assert!(names(&csv(moved, NOW).unwrap().records, "x", "1.0.0"));
    let plain = csv("x,1.0.0,why\n", NOW).unwrap().records;
    assert_eq!((names(&plain, "x", "1.0.0"), plain[0].summary.as_str()), (true, "why"));
}

#[test]
fn bounds_with_a_comma_between_them_are_one_range() {
    let listed = csv("x,\">= 1.0.0, < 1.0.3\"\n", NOW).unwrap().records;
    assert!(names(&listed, "x", "1.0.2") && !names(&listed, "x", "0.9.0") && !names(&listed, "x", "1.0.3"));
    let listed = csv("x,1.x\ny,^2.1.0\nz,1.0.0 - 1.2.0\nw,1.0.0 || 2.0.0\n", NOW)
        .unwrap()
        .records;
    assert!(names(&listed, "x", "1.9.9") && !names(&listed, "x", "2.0.0"));
    assert!(names(&listed, "y", "2.9.0") && names(&listed, "z", "1.1.0") && names(&listed, "w", "2.0.0"));
    // Prereleases between the bounds are meant too.
    assert!(names(&listed, "y", "2.5.0-beta.1"));
}

#[test]
fn a_line_that_cannot_be_read_is_named() {
    for (text, line) in [
        ("x,1.0.0\ny,latest\n", 2),
        ("x,>=one\n", 1),
        ("x,\"1.0.0\n", 1),
        (",1.0.0\n", 1),
        ("two words,1.0.0\n", 1),
        ("x,foo 1.0.0\n", 1),
        ("x,,\nz,<>\n", 2),
        ("y,;\n", 1),
    ] {
        assert_eq!(
            csv(text, NOW).map(|it| it.records.len()).unwrap_err().line,
            line,
            "{text}"
        );
    }
}

#[test]
fn package_urls_are_read_one_a_line() {
    let text = "# ours\npkg:npm/%40scope/x@1.0.0\npkg:npm/gone\n\nPKG:NPM/y@2.0.0?arch=x86#lib\npkg:pypi/z@1.0.0\nw@3.0.0 # seen twice\nv@^1.0.0\n";
    let listed = purls(text, NOW).unwrap();
    assert_eq!((listed.records.len(), listed.other), (5, 1));
    let listed = listed.records;
    assert!(names(&listed, "@scope/x", "1.0.0") && !names(&listed, "@scope/x", "1.0.1"));
    assert!(names(&listed, "gone", "7.0.0") && names(&listed, "y", "2.0.0") && names(&listed, "v", "1.5.0"));
    assert_eq!(listed[3].summary, "seen twice");
    for text in ["pkg:npm/", "./folder", "x@latest", "pkg:npm/x@not-one"] {
        assert_eq!(purls(text, NOW).unwrap_err().line, 1, "{text}");
    }
}

fn bundle(objects: &str) -> String {
    format!(r#"{{"type":"bundle","id":"bundle--1","objects":[{objects}]}}"#)
}

fn indicator(pattern: &str, rest: &str) -> String {
    let pattern = serde_json::to_string(pattern).unwrap();
    format!(
        r#"{{"type":"indicator","spec_version":"2.1","id":"indicator--8e2e2d2b-17d4-4cbf-938f-98ee46b3cd3f","pattern_type":"stix","pattern":{pattern},"valid_from":"2026-01-01T00:00:00Z"{rest}}}"#
    )
}

/// What an indicator with this pattern comes to: records, other things, unreadable.
fn read_pattern(pattern: &str) -> Listed {
    stix(&bundle(&indicator(pattern, "")), NOW).unwrap()
}

#[test]
fn patterns_name_packages_and_files() {
    for (pattern, bad, good) in [
        ("[software:name = 'x' AND software:version = '1.0.0']", "1.0.0", "1.0.1"),
        (
            "[software:name='x' AND software:vendor='npm' AND software:version IN ('1.0.0', '1.0.2')]",
            "1.0.2",
            "1.0.1",
        ),
        (
            "[software:name = 'x' AND software:version >= '1.0.0' AND software:version < '1.0.2']",
            "1.0.1",
            "1.0.2",
        ),
        (
            "[software:name = 'x' AND (software:version = '1.0.0' OR software:version = '3.0.0')]",
            "3.0.0",
            "2.0.0",
        ),
        (
            "[software:name = 'x' AND software:version = '1.0.0'] OR [software:name = 'x' AND software:version = '2.0.0']",
            "2.0.0",
            "3.0.0",
        ),
        (
            "([software:name = 'x'] AND [software:version = '1.0.0']) WITHIN 5 MINUTES",
            "1.0.0",
            "2.0.0",
        ),
        (
            "[software:x_purl = 'pkg:npm/x@1.0.0'] REPEATS 2 TIMES",
            "1.0.0",
            "2.0.0",
        ),
    ] {
        let records = read_pattern(pattern).records;
        assert!(
            names(&records, "x", bad) && !names(&records, "x", good),
            "{pattern}: {records:?}"
        );
    }
    assert!(names(
        &read_pattern("[software:name = 'it\\'s']").records,
        "it's",
        "1.0.0"
    ));
    let sha256 = "54dc7ea54a1317cca0e890a2770630cf7fa6c97813e0cb9d2caa93012b350668";
    let records = read_pattern(&format!(
        "[file:hashes.'SHA-256' = '{sha256}' AND file:name = 'setup.mjs']"
    ))
    .records;
    assert_eq!(records[0].hashes[0].to_string(), format!("sha256:{sha256}"));
    assert_eq!(records[0].id, "indicator--8e2e2d2b-17d4-4cbf-938f-98ee46b3cd3f");
}

#[test]
fn what_a_pattern_says_beyond_is_never_taken_for_more() {
    for pattern in [
        "[software:name = 'x' AND process:pid = 7]",
        "[software:name = 'x' AND NOT software:version = '1.0.0']",
        "[software:name LIKE 'x%']",
        "[software:version = '1.0.0']",
        "[software:name = 'x'] FOLLOWEDBY [file:name = 'y']",
        "[software:name = 'x'",
        "",
    ] {
        let listed = read_pattern(pattern);
        assert_eq!((listed.records.len(), listed.unreadable), (0, 1), "{pattern}");
    }
    for pattern in [
        "[domain-name:value = 'collector.example']",
        "[software:name = 'x' AND software:vendor = 'pypi']",
        "[software:purl = 'pkg:pypi/x@1']",
    ] {
        let listed = read_pattern(pattern);
        assert_eq!((listed.records.len(), listed.other), (0, 1), "{pattern}");
    }
    assert!(stix("{}", NOW).is_err() && stix("[", NOW).is_err() && stix(r#"{"type":"bundle"}"#, NOW).is_err());
}

#[test]
fn indicators_that_were_taken_back_and_software_are_told_apart() {
    let of = |rest: &str| {
        stix(&bundle(&indicator("[software:name = 'x']", rest)), NOW)
            .unwrap()
            .records[0]
            .withdrawn
    };
    assert_eq!(of(""), None);
    assert_eq!(of(r#","valid_until":"2999-01-01T00:00:00Z""#), None);
    assert!(of(r#","valid_until":"2026-02-01T00:00:00Z""#).is_some());
    assert!(of(r#","revoked":true"#).is_some());
    let benign = stix(
        &bundle(&indicator("[software:name = 'x']", r#","indicator_types":["benign"]"#)),
        NOW,
    )
    .unwrap();
    assert_eq!((benign.records.len(), benign.other), (0, 1));
    let software = r#"{"type":"software","id":"software--1","name":"x","version":"1.0.0","purl":"pkg:npm/x@1.0.0"},
        {"type":"software","id":"software--2","name":"y","vendor":"npm","version":"2.0.0"},
        {"type":"software","id":"software--3","name":"Word","vendor":"Somebody"}"#;
    let listed = stix(&bundle(software), NOW).unwrap();
    assert!(names(&listed.records, "x", "1.0.0") && names(&listed.records, "y", "2.0.0"));
    assert_eq!((listed.records.len(), listed.other), (2, 1));
}

#[test]
fn a_range_in_the_place_of_a_version_is_read_as_one() {
    let records = read_pattern("[software:name = 'x' AND software:version = '>=1.0.16']").records;
    assert!(names(&records, "x", "1.0.16") && !names(&records, "x", "1.0.15"));
    let records = read_pattern("[software:name = 'x' AND software:version = '*']").records;
    assert!(names(&records, "x", "7.0.0"));
    for version in ["latest", ""] {
        let listed = read_pattern(&format!("[software:name = 'x' AND software:version = '{version}']"));
        assert_eq!((listed.records.len(), listed.unreadable), (0, 1), "{version}");
    }
    let software = r#"{"type":"software","id":"software--1","name":"x","vendor":"npm","version":">=1.0.16"},
        {"type":"software","id":"software--2","name":"y","vendor":"npm","version":"latest"},
        {"type":"software","id":"software--3","name":"z","purl":"pkg:npm/z@latest"},
        {"type":"software","id":"software--4","name":"w","purl":"pkg:pypi/w@1.0.0"}"#;
    let listed = stix(&bundle(software), NOW).unwrap();
    assert!(names(&listed.records, "x", "1.0.17") && !names(&listed.records, "x", "1.0.15"));
    assert_eq!((listed.records.len(), listed.unreadable, listed.other), (1, 2, 1));
}

#[test]
fn a_pattern_that_multiplies_its_values_is_not_written_down() {
    let quoted = |count: usize| {
        (0..count)
            .map(|idx| format!("'1.{idx}.0'"))
            .collect::<Vec<_>>()
            .join(",")
    };
    let versions: Vec<String> = (0..1_000).map(|idx| format!("software:version='1.{idx}.0'")).collect();
    for pattern in [
        format!("[software:name IN ({}) AND ({})]", quoted(1_000), versions.join(" OR ")),
        format!(
            "[software:name IN ({}) AND software:version IN ({})]",
            quoted(1_000),
            quoted(1_000)
        ),
    ] {
        let listed = read_pattern(&pattern);
        assert_eq!((listed.records.len(), listed.unreadable), (0, 1));
    }
    let listed = read_pattern(&format!("[software:name = 'x' AND ({})]", versions.join(" OR ")));
    assert_eq!(listed.records[0].affected.len(), 1);
    assert_eq!(listed.records[0].affected[0].versions.len(), 1_000);
}

#[test]
fn what_is_written_moves_nothing_on_a_terminal_and_is_no_formula() {
    let mut records = csv("@scope/x,>=1.0.0,=1+1\n", NOW).unwrap().records;
    let out = export(Form::Csv, &records, NOW).text;
    assert!(out.ends_with("\n@scope/x,>=1.0.0,'=1+1,\n"), "{out}");
    let odd = "a\u{1b}[2J\u{9b}2J\u{202e}b";
    records[0].summary = odd.to_owned();
    for form in [Form::Csv, Form::Stix] {
        let out = export(form, &records, NOW).text;
        let is_raw = |c: char| c != '\n' && (c.is_control() || c == '\u{202e}');
        assert!(!out.contains(is_raw), "{out:?}");
    }
    let back = stix(&export(Form::Stix, &records, NOW).text, NOW).unwrap();
    assert_eq!(back.records[0].summary, odd);
}

/// Names, versions that are meant and those that are not.
const ASKED: [(&str, &str); 10] = [
    ("axios", "1.14.1"),
    ("axios", "1.14.0"),
    ("@scope/it's", "0.1.0"),
    ("@scope/it's", "1.0.2"),
    ("@scope/it's", "1.0.3"),
    ("gone", "0.0.1"),
    ("caret", "1.9.0"),
    ("caret", "2.0.0"),
    ("caret", "1.2.0-beta"),
    ("never", "1.0.0"),
];

#[test]
fn a_list_survives_the_way_out_and_in() {
    let text = "name,version,reason,reference\naxios,0.30.4;1.14.1,\"a, \"\"b\"\"\",https://notes.example/1\n@scope/it's,0.1.0;>=1.0.0 <1.0.3\ngone,*\ncaret,^1.1.0\n";
    let records = csv(text, NOW).unwrap().records;
    let before = ASKED.map(|(name, version)| names(&records, name, version));
    assert_eq!(before.iter().filter(|it| **it).count(), 6);
    for form in [Form::Csv, Form::Stix] {
        let out = export(form, &records, NOW);
        assert_eq!(out.left_out, 0, "{form:?}");
        let back = match form {
            Form::Csv => csv(&out.text, NOW),
            _ => stix(&out.text, NOW),
        };
        let back = back.unwrap();
        assert_eq!((back.other, back.unreadable), (0, 0), "{}", out.text);
        assert_eq!(
            ASKED.map(|(name, version)| names(&back.records, name, version)),
            before,
            "{}",
            out.text
        );
        assert_eq!(back.records[0].summary, "a, \"b\"");
        assert_eq!(back.records[0].references, ["https://notes.example/1"]);
        // What was written once is written the same again.
        assert_eq!(export(form, &records, NOW), out);
    }
    let out = export(Form::Purls, &records, NOW);
    assert_eq!(
        out.text,
        "pkg:npm/axios@0.30.4\npkg:npm/axios@1.14.1\npkg:npm/%40scope/it%27s@0.1.0\npkg:npm/gone\n"
    );
    assert_eq!(out.left_out, 2, "ranges cannot be said");
}

#[test]
fn what_was_taken_back_is_not_handed_on() {
    let mut records = csv("x,1.0.0\n", NOW).unwrap().records;
    records[0].withdrawn = Some(NOW);
    assert_eq!(export(Form::Purls, &records, NOW).text, "");
}

#[test]
fn an_exported_bundle_has_what_the_standard_asks_for() {
    let mut records = csv("x,1.0.0,why\ny,>=1.0.0 <2.0.0 || 3.0.0\n", NOW).unwrap().records;
    records[0].id = "MAL-2026-1".to_owned();
    let text = export(Form::Stix, &records, NOW).text;
    let bundle: serde_json::Value = serde_json::from_str(&text).unwrap();
    let is_id = |id: &serde_json::Value, kind: &str| {
        let id = id
            .as_str()
            .unwrap()
            .strip_prefix(kind)
            .unwrap()
            .strip_prefix("--")
            .unwrap();
        let parts: Vec<&str> = id.split('-').collect();
        let sound = parts.iter().map(|it| it.len()).eq([8, 4, 4, 4, 12]);
        sound && parts[2].starts_with('4') && parts[3].starts_with(['8', '9', 'a', 'b'])
    };
    // STIX 2.1 §8: a bundle has type, id and objects, and no spec_version.
    assert!(bundle["type"] == "bundle" && is_id(&bundle["id"], "bundle") && bundle.get("spec_version").is_none());
    let objects = bundle["objects"].as_array().unwrap();
    assert_eq!(objects.len(), 2);
    for object in objects {
        // §4.7.1 and §3.1: what is required of an indicator.
        assert!(object["type"] == "indicator" && object["spec_version"] == "2.1" && is_id(&object["id"], "indicator"));
        for time in ["created", "modified", "valid_from"] {
            assert_eq!(object[time], "2026-11-22T00:00:00.000Z", "{time}");
        }
        assert_eq!(object["pattern_type"], "stix");
        assert!(stix_pattern::parse(object["pattern"].as_str().unwrap()).is_some());
        // §2.5: a reference has a name and at least one of url, external_id, description.
        for reference in object["external_references"].as_array().unwrap() {
            assert!(
                reference["source_name"].is_string()
                    && (reference["url"].is_string() || reference["external_id"].is_string())
            );
        }
    }
    assert_eq!(objects[0]["external_references"][0]["external_id"], "MAL-2026-1");
    assert_eq!(
        objects[1]["pattern"],
        "[software:name = 'y' AND software:vendor = 'npm' AND software:version >= '1.0.0' AND software:version < '2.0.0'] OR \
         [software:name = 'y' AND software:vendor = 'npm' AND software:version = '3.0.0']"
    );
}
