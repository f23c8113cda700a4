use super::*;

#[track_caller]
fn check(old: &str, new: &str, expected: Step) {
    assert_eq!(Step::between(old, new), expected, "{old} -> {new}");
}

#[test]
fn the_first_number_that_grows_decides() {
    check("1.0.15", "1.0.16", Step::Patch);
    check("1.2.9", "1.3.0", Step::Minor);
    check("1.9.9", "2.0.0", Step::Breaking);
    check("v1.2.3", "1.2.4+build.7", Step::Patch);
}

#[test]
fn below_one_a_caret_range_does_not_take_a_new_minor() {
    check("0.34.5", "0.35.0", Step::Breaking);
    check("0.0.82", "0.0.83", Step::Patch);
}

#[test]
fn what_cannot_be_compared_is_the_strictest() {
    check("1.2.3", "1.2.3", Step::Patch);
    check("2.0.0", "1.0.0", Step::Patch);
    check("latest", "2.0.0", Step::Patch);
    check("1.0.0", "99999999999999999999.0.0", Step::Patch);
    check("1.0.0", "2.0", Step::Patch);
    check("1.0.0-beta.1", "1.0.0", Step::Patch);
}
