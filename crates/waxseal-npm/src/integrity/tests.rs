//! Integrity strings as ssri reads them.

#![allow(clippy::unwrap_used)]

use super::*;

const GOOD: &str = "sha512-m3HSJL1i83hdltRq0+o9czGb+8KJDKra4t/3JRlnPKcjI8PZm6XBHXx6zG4UuMXaDEZjR1wuXDre9G9zvN7AQw==";
const WRONG: &str = "sha512-AAAAJL1i83hdltRq0+o9czGb+8KJDKra4t/3JRlnPKcjI8PZm6XBHXx6zG4UuMXaDEZjR1wuXDre9G9zvN7AQw==";
const SHA1: &str = "sha1-qvTGHdzF6KLavt4PO0gs2a6pQ00=";

/// Whether `hello` passes; `None` when the text cannot be used at all.
fn check(text: &str, expected: Option<bool>) {
    let verdict = Integrity::parse(text)
        .ok()
        .map(|integrity| integrity.verify(b"hello").is_ok());
    assert_eq!(verdict, expected, "{text}");
}

#[test]
fn the_strongest_algorithm_decides() {
    check(GOOD, Some(true));
    check(WRONG, Some(false));
    check(SHA1, Some(true));
    check(&format!("{SHA1} {GOOD}"), Some(true));
    check(&format!("{SHA1} {WRONG}"), Some(false));
    check(&format!("sha1-AAAAHdzF6KLavt4PO0gs2a6pQ00= {GOOD}"), Some(true));
}

#[test]
fn any_hash_of_that_algorithm_will_do() {
    check(&format!("{WRONG} {GOOD}"), Some(true));
    check(&format!("{GOOD} {WRONG}"), Some(true));
}

#[test]
fn what_cannot_be_read_is_left_out() {
    check(&format!("md5-XUFAKrxLKna5cZ2REBfFkg== {GOOD}"), Some(true));
    check(&format!("sha512-short {SHA1}"), Some(true));
    check(&format!("{GOOD}?option"), Some(true));
    check(&format!("  \n{GOOD}\t"), Some(true));
    check("md5-XUFAKrxLKna5cZ2REBfFkg==", None);
    check("", None);
    check("sha512-", None);
    check("sha512-!!!!", None);
}

#[test]
fn an_old_release_has_a_hex_sum_only() {
    let mut dist = Dist {
        shasum: Some(String::from("aaf4c61ddcc5e8a2dabede0f3b482cd9aea9434d")),
        ..Dist::default()
    };
    assert_eq!(Integrity::of_dist(&dist).unwrap().verify(b"hello").unwrap(), SHA1);
    dist.shasum = Some(String::from("zz"));
    assert_eq!(Integrity::of_dist(&dist), Err(IntegrityError::Unknown));
    assert_eq!(Integrity::of_dist(&Dist::default()), Err(IntegrityError::Unknown));
}

#[test]
fn a_broken_integrity_does_not_fall_back_to_the_weaker_sum() {
    let shasum = Some(String::from("aaf4c61ddcc5e8a2dabede0f3b482cd9aea9434d"));
    let dist = Dist {
        integrity: Some(String::from("sha512-broken")),
        shasum,
        ..Dist::default()
    };
    assert_eq!(Integrity::of_dist(&dist), Err(IntegrityError::Unknown));
}

#[test]
fn a_mismatch_names_both_hashes() {
    let err = Integrity::parse(WRONG).unwrap().verify(b"hello").unwrap_err();
    assert_eq!(
        err,
        IntegrityError::Mismatch {
            expected: WRONG.to_owned(),
            actual: GOOD.to_owned()
        }
    );
}
