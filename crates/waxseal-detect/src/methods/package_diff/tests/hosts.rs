//! Cases of package-diff: hosts.

use super::*;

pub(super) fn samples() -> Vec<Sample> {
    const NEW: &str = "package-diff/new-host";
    const HIDDEN: &str = "package-diff/hidden-host";
    let known = || update().can(fetch("https://api.crm.example/email"));
    vec![
        flagged(
            NEW,
            "medium medium allow",
            "in plain sight",
            known().gained(fetch(STRANGE), Target),
        ),
        flagged(
            NEW,
            "low medium allow",
            "nothing loads it",
            known().gained(unreached(fetch(STRANGE)), Target),
        ),
        flagged(
            NEW,
            "medium medium allow",
            "below a known domain",
            known().gained(fetch("https://x.crm.example/"), Target),
        ),
        clean(
            NEW,
            "another path at a known host",
            known().gained(fetch("https://api.crm.example/batch"), Target),
        ),
        clean(
            NEW,
            "this machine",
            known().gained(fetch("http://127.0.0.1:3000/"), Target),
        ),
        clean(
            NEW,
            "a host that the call decides",
            known().gained(fetch("https://*/v1"), Target),
        ),
        clean(NEW, "a relative address", known().gained(fetch("/v1/send"), Target)),
        flagged(
            HIDDEN,
            "high medium review",
            "a hidden name",
            known().gained(hidden(fetch(STRANGE)), Target),
        ),
        flagged(
            HIDDEN,
            "high medium review",
            "a bare address",
            known().gained(fetch("http://203.0.113.9:8080/"), Api),
        ),
        flagged(
            HIDDEN,
            "high medium review",
            "a bare address of IPv6",
            known().gained(fetch("http://[2001:db8::1]:80/"), Api),
        ),
        flagged(
            HIDDEN,
            "high medium review",
            "the metadata service",
            known().gained(fetch("http://169.254.169.254/"), Api),
        ),
        flagged(
            HIDDEN,
            "medium medium allow",
            "nothing loads it",
            known().gained(unreached(hidden(fetch(STRANGE))), Target),
        ),
        flagged(
            HIDDEN,
            "medium medium allow",
            "a hidden name, in a major",
            major()
                .can(fetch("https://api.crm.example/"))
                .gained(hidden(fetch(STRANGE)), Target),
        ),
        clean(HIDDEN, "in plain sight", known().gained(fetch(STRANGE), Target)),
        clean(
            HIDDEN,
            "the network it is in",
            known().gained(fetch("http://192.168.0.1/"), Target),
        ),
    ]
}
