//! Formatting, and places that survive it.

use super::{is_minified, pretty};

fn minified() -> String {
    let filler = "function q(e){return e&&e.x?e.x+1:0}".repeat(40);
    format!("{filler}var m={{To:a,Bcc:\"archive@collector.example\"}};")
}

#[test]
fn a_long_line_is_minified_and_a_written_file_is_not() {
    assert!(is_minified(&minified()));
    assert!(!is_minified(&"const answer = 42;\n".repeat(400)));
    assert!(!is_minified("short()"));
}

#[test]
fn a_place_in_one_long_line_becomes_its_own_line() {
    let source = minified();
    let formatted = pretty("bundle.js", &source).expect("it parses");
    let column = source.find("\"archive").expect("it is there") + 1;
    let (line, _) = formatted.place_of(1, u32::try_from(column).expect("short"));
    let text = formatted.text.lines().nth(line as usize - 1).expect("the line exists");
    assert!(text.contains("archive@collector.example"), "{text}");
    assert!(text.len() < 60, "{text}");
}

#[test]
fn what_is_nested_too_deep_is_left_as_it_is() {
    let source = format!("x={}1{}", "[".repeat(600), "]".repeat(600));
    assert_eq!(pretty("deep.js", &source), None);
    let shallow = format!("x={}1{}", "[".repeat(60), "]".repeat(60));
    assert!(pretty("deep.js", &shallow).is_some());
}
