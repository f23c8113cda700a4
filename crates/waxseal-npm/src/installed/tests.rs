//! What is read from single texts; whole trees are in `tests/installed`.

use super::*;

#[test]
fn problems_beyond_the_ceiling_are_counted_and_ceilings_are_always_told() {
    let limits = Limits {
        problems: 1,
        ..Limits::default()
    };
    let mut problems = Problems::new(&limits);
    problems.add("a", "x");
    problems.add("b", "x");
    problems.add_always("c", "there is more");
    let told: Vec<String> = problems
        .into_vec()
        .into_iter()
        .map(|it| format!("{}: {}", it.path, it.reason))
        .collect();
    assert_eq!(
        told,
        ["a: x", "c: there is more", ": 1 more problems are not told one by one"]
    );
}
