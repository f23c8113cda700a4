mod squats;

use std::collections::BTreeMap;

use squats::squats;

fn names() -> Vec<&'static str> {
    include_str!("../../../data/popular-npm-names.txt").lines().collect()
}

#[test]
fn the_rules_give_two_hundred_names_of_which_none_is_listed() {
    let names = names();
    assert_eq!(names.len(), 5_000);
    let squats = squats(&names);
    let mut rules: BTreeMap<&str, usize> = BTreeMap::new();
    for squat in &squats {
        *rules.entry(squat.rule).or_default() += 1;
        assert!(!names.contains(&squat.name.as_str()), "{squat:?}");
    }
    assert_eq!(rules.len(), 10);
    assert!(rules.values().all(|number| *number == 20), "{rules:?}");
}
