//! The desk, and the table of APIs.

use super::*;
use crate::providers::PROVIDERS;

#[test]
fn an_api_is_at_the_hosts_of_its_provider() {
    for provider in PROVIDERS {
        for host in provider.api.map_or::<&[&str], _>(&[], |api| api.hosts) {
            assert!(provider.sinks.hosts.contains(host), "{}: {host}", provider.id);
        }
    }
}

#[test]
fn days_are_counted_as_the_calendar_does() {
    let check = |seconds, expected: &str| assert_eq!(desk::timestamp(seconds), expected);
    check(0, "1970-01-01T00:00:00Z");
    check(951_782_399, "2000-02-28T23:59:59Z");
    check(951_782_400, "2000-02-29T00:00:00Z");
    check(1_790_000_000, "2026-09-21T14:13:20Z");
    check(4_107_542_399, "2100-02-28T23:59:59Z");
    check(4_107_542_400, "2100-03-01T00:00:00Z");
}

#[test]
fn ids_are_the_same_for_the_same_seed_and_differ_otherwise() {
    let ids = |seed| {
        let mut desk = Desk::new(seed, 0, Vec::new());
        [desk.uuid(), desk.uuid(), desk.hex(24)]
    };
    assert_eq!(ids(1), ids(1));
    assert_ne!(ids(1), ids(2));
    let [first, second, hex] = ids(1);
    assert_ne!(first, second);
    assert!(
        first.len() == 36 && first.as_bytes()[14] == b'4' && hex.len() == 24,
        "{first} {hex}"
    );
}
