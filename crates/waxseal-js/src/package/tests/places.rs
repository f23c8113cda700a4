use super::scan_files;

/// Line, column and width of the only fetch.
fn check(source: &str, expected: (u32, u32, u32)) {
    let found = scan_files(&[], &[("a.js", source)]);
    let place = found
        .capabilities
        .iter()
        .find(|it| it.api == "fetch")
        .expect("a fetch was found")
        .location;
    assert_eq!((place.line, place.column, place.width), expected, "{source:?}");
}

#[test]
fn places_are_counted_in_characters_from_one() {
    check("fetch(x)", (1, 1, 8));
    check("\n\n  fetch(x)", (3, 3, 8));
    check("'äöü'; fetch(x)", (1, 8, 8));
    check("'🚀🚀'; fetch(x)", (1, 7, 8));
    check("a()\r\nfetch(x)", (2, 1, 8));
}

#[test]
fn a_width_ends_with_its_line() {
    check("fetch(\n  x\n)", (1, 1, 6));
}

#[test]
fn a_long_line_of_many_bytes_is_counted_right() {
    let source = format!("f('{}'); fetch(x)", "ä".repeat(10_000));
    check(&source, (1, 10_008, 8));
}

#[test]
fn a_function_is_told_by_its_name() {
    let found = scan_files(
        &[],
        &[("a.js", "function send() { fetch(x) } fetch(y); (() => fetch(z))()")],
    );
    let names: Vec<_> = found.capabilities.iter().map(|it| it.function.as_deref()).collect();
    assert_eq!(names, [Some("send"), None, None]);
}
