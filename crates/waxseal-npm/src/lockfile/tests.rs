//! Reads what the tools wrote, and what somebody else may have written.

use super::*;

#[test]
fn npm_reads_its_shrinkwrap_and_not_the_lockfile_beside_it() {
    let names = ["package-lock.json", "README.md", "npm-shrinkwrap.json"];
    assert_eq!(which(&names), ["npm-shrinkwrap.json"]);
    assert!(is_lockfile_name("a/package-lock.json"));
    assert!(!is_lockfile_name("my-package-lock.json"));
}
