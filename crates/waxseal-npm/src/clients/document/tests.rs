//! Where values stand, in every format.

#![allow(clippy::unwrap_used)]

use std::path::Path;

use super::*;

#[track_caller]
fn raw_texts(name: &str, text: &str, expected: &[&str]) {
    let document = Document::read(Path::new(name), text.as_bytes()).unwrap();
    let mut found = Vec::new();
    let mut open: Vec<&Node> = document.roots.iter().rev().collect();
    while let Some(node) = open.pop() {
        match &node.value {
            Value::Text(_) => found.push(document.text[node.span.clone()].trim_end()),
            Value::List(items) => open.extend(items.iter().rev()),
            Value::Map(entries) => open.extend(entries.iter().rev().map(|(_, node)| node)),
            Value::Word(_) | Value::Alias => {}
        }
    }
    assert_eq!(found, expected, "{name}");
}

#[test]
fn places_are_bytes_in_every_format() {
    raw_texts(
        "a.json",
        "{\"ä\": [\"ö\", 1, 'x'], /* é */ \"b\": \"c\\n\"}",
        &["\"ö\"", "'x'", "\"c\\n\""],
    );
    raw_texts(
        "a.toml",
        "# é\n[a.'ß']\nb = [\"ö\", 'x']\nc = \"\"\"d\"\"\"\n",
        &["\"ö\"", "'x'", "\"\"\"d\"\"\""],
    );
    raw_texts(
        "a.yaml",
        "# é\nä:\n  - ö\n  - 'x'   # c\n  - plain word # c\nb: \"c\"\n",
        &["ö", "'x'", "plain word", "\"c\""],
    );
    raw_texts("a.yml", "a: 1\n---\nb: x\n", &["1", "x"]);
}

#[test]
fn lines_are_counted_from_one() {
    let document = Document::read(Path::new("a.json"), b"{\n\"a\":\n1}").unwrap();
    assert_eq!([0, 1, 2, 6, 7].map(|at| document.line(at)), [1, 1, 2, 2, 3]);
}

#[test]
fn a_depth_that_readers_survive() {
    for (name, open, close) in [
        ("a.json", "[", "]"),
        ("a.yaml", "[", "]"),
        ("a.json", "{\"a\":", "}"),
        ("a.toml", "[", "]"),
    ] {
        let nested = |depth: usize| {
            let inner = if open.len() > 1 { "1" } else { "" };
            let text = open.repeat(depth) + inner + &close.repeat(depth);
            if name == "a.toml" { format!("a = {text}") } else { text }
        };
        let read = |depth| Document::read(Path::new(name), nested(depth).as_bytes()).is_ok();
        assert!(read(60), "{name}");
        assert!(!read(100_000), "{name}");
    }
}
