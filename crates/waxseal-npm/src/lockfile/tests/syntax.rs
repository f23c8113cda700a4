//! The readers of JSON and YAML, held to others.

use super::json::{self, Dialect};
use super::tree::{Node, Value};
use super::*;

/// A tree as serde_json would hold it.
fn plain(node: &Node<'_>) -> serde_json::Value {
    match &node.value {
        Value::Text(text) => serde_json::Value::String(text.to_string()),
        Value::Literal(text) => serde_json::from_str(text).unwrap(),
        Value::List(items) => items.iter().map(plain).collect(),
        Value::Map(entries) => entries.iter().map(|(key, it)| (key.to_string(), plain(it))).collect(),
    }
}

#[test]
fn json_is_read_as_serde_json_reads_it() {
    let files = saved().into_iter().filter(|it| it.file.ends_with(".json"));
    let mut texts: Vec<String> = files.map(|it| String::from_utf8(it.bytes).unwrap()).collect();
    texts.extend(JSON.iter().map(|text| (*text).to_owned()));
    for text in texts {
        let ours = json::parse(&text, Dialect::Json).ok().map(|node| plain(&node));
        let theirs = serde_json::from_str::<serde_json::Value>(&text).ok();
        assert_eq!(ours, theirs, "{text}");
    }
}

#[test]
fn half_a_pair_of_surrogates_is_replaced_as_nothing_else_can_hold_it() {
    for (text, expected) in [
        (r#""\ud800""#, "\u{fffd}"),
        (r#""\udc00\ud83d\ude00""#, "\u{fffd}\u{1f600}"),
        (r#""\ud83dx""#, "\u{fffd}x"),
        (r#""\ud83d\u0041""#, "\u{fffd}A"),
    ] {
        assert_eq!(json::parse(text, Dialect::Json).unwrap().text(), Some(expected));
    }
}

#[test]
fn only_bun_may_have_comments_and_commas_too_many() {
    for text in [
        "[1,]",
        "{\"a\": 1,}",
        "// a\n[1]",
        "[/* a */1]",
        "[1] // b",
        "{\"a\": [1, /* \n */ 2,], }",
    ] {
        assert!(json::parse(text, Dialect::Json).is_err(), "{text}");
        assert!(json::parse(text, Dialect::Bun).is_ok(), "{text}");
    }
    for text in ["[,]", "[1,,]", "{,}", "/* a", "/", "[1] /", "[1 2]", "{\"a\" 1}"] {
        assert!(json::parse(text, Dialect::Bun).is_err(), "{text}");
    }
}

#[test]
fn each_yaml_that_pnpm_and_yarn_write_is_regular() {
    for saved in saved() {
        let text = String::from_utf8(saved.bytes).unwrap();
        if saved.file == "pnpm-lock.yaml" || text.contains("__metadata") {
            assert!(yaml::agree(&text), "{}", saved.id);
            assert!(
                yaml::agree(&text.replace('\n', "\r\n")),
                "{} with other ends of lines",
                saved.id
            );
        }
    }
}

#[test]
fn yaml_that_is_not_regular_is_read_all_the_same() {
    let text = "lockfileVersion:\n  '9.0'\npackages:\n  ? 'a@1.0.0'\n  : resolution:\n      {\n        integrity: sha512-x,\n      }\n  \"b\\x401.0.0\": {}\n";
    assert_eq!(shown("pnpm-lock.yaml", text), ["a 1.0.0", "b 1.0.0"]);
}

#[test]
fn what_the_quick_reader_of_yaml_takes_is_what_is_meant() {
    for text in YAML {
        yaml::agree(text);
    }
    assert!(yaml::agree("a: 'it''s'\n\"b c\": [x, 'y', {z: 1}]\nd:\n- e\n- 'f'\n"));
}

const JSON: [&str; 24] = [
    "",
    " ",
    "null",
    "tru",
    "0",
    "-0",
    "01",
    "1.",
    ".5",
    "1e5",
    "1E+5",
    "1e",
    "-",
    "\"a\\n\\u0041\"",
    "\"\n\"",
    "\"\\x\"",
    "\"",
    "[]",
    "[1, [2, {}]]",
    "{\"a\": {\"b\": null}, \"a\": 2}",
    "{\"a\"}",
    "{a: 1}",
    "[1}",
    "[1] 2",
];

const YAML: [&str; 44] = [
    "a: b: c\n",
    "a: b:\n",
    "a: b #c\n",
    "a: b#c\n",
    "a: 'b' c\n",
    "a: \"b\" #c\n",
    "a:b\n",
    "a :b\n",
    "a : b\n",
    "a: -\n",
    "a: - b\n",
    "a: -b\n",
    "- a\n- b: c\n",
    "a:\n  - b\n  -\n",
    "a: [b, c,]\n",
    "a: [b c]\n",
    "a: {b: c, d: [e]}\n",
    "a: {b: c}d\n",
    "a: {b:c}\n",
    "a: {b}\n",
    "a: {'b':c}\n",
    "a: [b: c]\n",
    "a: [{b: c}]\n",
    "a: [a#b]\n",
    "a: [a #b]\n",
    "a:\n  b\n",
    "a: b\n  c\n",
    "a:\n b:\n   c\n  d:\n",
    "a:\n\n  # x\n  b: c\n# y\nd: e\n",
    "---\na: b\n---\nc: d\n",
    "a: b\n...\n",
    "a: b\n---\n",
    "a\n",
    "a: |\n  b\n",
    "deprecated: |-\n  b: c\n\n  d\ne: f\n",
    "deprecated: >-\n  b\n  c\nname: d\n",
    "a:   b   \n",
    "a: ~\nb: null\nc: 1.5\nd: 1.5.0\ne: .5\nf: +1\n",
    "a: 'b\n  c'\n",
    "? a\n: b\n",
    "a: <<\n<<: b\n",
    "'<<': b\n",
    "a: 'x''y'\n'': z\n",
    "a: (b)\n$c: =d\n.e: ;f\n",
];
