//! Postfix header_checks that refuse a Bcc header, with their blind spots.

use std::fmt::Write as _;

use super::{Kind, Name};

pub(super) const KIND: Kind = Kind {
    id: "header-checks-reject",
    title: "Postfix: refuse mail with a Bcc header (sees 3 of 13 ways)",
    text: include_str!("header_checks_reject.cf"),
    exempt: Some(exempt),
    domain: None,
    socket: None,
};

/// A line for each name, before the one that refuses. Only a header with that one address passes: with a second one it is refused.
fn exempt(names: &[Name]) -> String {
    let mut out = String::new();
    for name in names {
        let mailbox = if name.is_domain() {
            format!("[^][:space:],;:<>@\"]+@{}", name.in_expression())
        } else {
            name.in_expression()
        };
        let _ = writeln!(out, "/^Bcc[[:space:]]*:[[:space:]]*<?{mailbox}>?[[:space:]]*$/ DUNNO");
    }
    out
}
