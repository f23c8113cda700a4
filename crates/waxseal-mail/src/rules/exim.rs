//! Exim: write what headers name into the log.

use super::Kind;

pub(super) const KIND: Kind = Kind {
    id: "exim",
    title: "Exim: write what the headers name into the log, for `waxseal mail logs`",
    text: include_str!("exim.conf"),
    exempt: None,
    domain: None,
    socket: None,
};
