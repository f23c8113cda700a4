use super::*;

/// Number, text, characters cut at the left, whether some were at the right, mark.
type Line<'t> = (u32, &'t str, u32, bool, Option<(u32, u32)>);

fn check(text: &str, line: u32, column: u32, width: u32, expected: &[Line<'_>]) {
    let lines = lines_around(text, line, column, width);
    let got: Vec<_> = lines
        .iter()
        .map(|it| (it.number, it.text.as_str(), it.cut_left, it.cut_right, it.mark))
        .collect();
    assert_eq!(got, expected);
}

#[test]
fn two_lines_before_and_one_behind_are_shown() {
    check(
        "a\nb\nc\nddd\ne\nf\n",
        4,
        2,
        2,
        &[
            (2, "b", 0, false, None),
            (3, "c", 0, false, None),
            (4, "ddd", 0, false, Some((1, 2))),
            (5, "e", 0, false, None),
        ],
    );
}

#[test]
fn the_first_and_the_last_line_have_no_neighbours() {
    check("x", 1, 1, 9, &[(1, "x", 0, false, Some((0, 1)))]);
    check(
        "x\r\ny\r\n",
        1,
        1,
        1,
        &[(1, "x", 0, false, Some((0, 1))), (2, "y", 0, false, None)],
    );
}

#[test]
fn a_place_beyond_the_text_shows_what_is_there() {
    check("x\ny", 9, 1, 1, &[]);
    check("x", 1, 50, 3, &[(1, "x", 0, false, None)]);
}

#[test]
fn a_long_line_is_cut_around_the_place() {
    let text = format!("{}é{}", "a".repeat(100_000), "b".repeat(100_000));
    let lines = lines_around(&text, 1, 100_001, 5);
    let [line] = lines.as_slice() else { panic!("{lines:?}") };
    assert_eq!(
        (line.cut_left, line.cut_right, line.mark),
        (100_000 - 80, true, Some((80, 5)))
    );
    assert_eq!(line.text.chars().count(), WINDOW);
    assert_eq!(line.text.chars().nth(80), Some('é'));
}
