//! syslog-ng: lines of Postfix that somebody should see at once.

use super::Kind;

pub(super) const KIND: Kind = Kind {
    id: "syslog-ng",
    title: "syslog-ng: lines that somebody should see at once",
    text: include_str!("syslog_ng.conf"),
    exempt: None,
    domain: None,
    socket: None,
};
