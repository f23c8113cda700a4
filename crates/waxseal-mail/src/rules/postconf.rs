//! Lines of Postfix's main.cf for the milter.

use super::Kind;

pub(super) const KIND: Kind = Kind {
    id: "postconf",
    title: "Postfix: ask `waxseal mail milter` about each mail",
    text: include_str!("postconf.cf"),
    exempt: None,
    domain: None,
    socket: Some("unix:waxseal/milter.sock"),
};
