//! Postfix header_checks that write what headers name into the log.

use super::Kind;

pub(super) const KIND: Kind = Kind {
    id: "header-checks",
    title: "Postfix: write what the headers name into the log, for `waxseal mail logs`",
    text: include_str!("header_checks.cf"),
    exempt: None,
    domain: None,
    socket: None,
};
