//! rsyslog: lines of Postfix that somebody should see at once.

use super::Kind;

pub(super) const KIND: Kind = Kind {
    id: "rsyslog",
    title: "rsyslog: lines that somebody should see at once",
    text: include_str!("rsyslog.conf"),
    exempt: None,
    domain: None,
    socket: None,
};
