use waxseal_model::{Capability, CapabilityKind, Novelty, Reach};

use crate::testing::*;

const MAIL: &str = "tampering/mail";
const NETWORK: &str = "tampering/network";
const LOADER: &str = "tampering/loader";
const BUILT_IN: &str = "tampering/built-in";

fn writes(owner: &str, key: &str) -> Capability {
    let reach = imported();
    Capability {
        sensitive: true,
        reach,
        ..capability(CapabilityKind::Tampering, owner, key)
    }
}

/// Only where it is missing.
fn guarded(it: Capability) -> Capability {
    Capability { sensitive: false, ..it }
}

fn hidden(it: Capability) -> Capability {
    Capability { hidden: true, ..it }
}

fn unreached(it: Capability) -> Capability {
    Capability {
        reach: Reach::Unreached,
        ..it
    }
}

fn mail() -> Capability {
    writes("nodemailer", "createTransport")
}

fn fetch() -> Capability {
    writes("globalThis", "fetch")
}

fn load() -> Capability {
    writes("node:module", "_load")
}

pub(crate) fn samples() -> Vec<Sample> {
    let major = || update_between("1.0.0", "2.0.0");
    vec![
        flagged(
            MAIL,
            "critical medium block",
            "for the first time, in a patch",
            update().gained(mail(), Novelty::Kind),
        ),
        flagged(
            MAIL,
            "high medium review",
            "for the first time, in a major",
            major().gained(mail(), Novelty::Kind),
        ),
        flagged(
            MAIL,
            "high medium review",
            "by who writes elsewhere",
            update().can(load()).gained(mail(), Novelty::Api),
        ),
        flagged(MAIL, "high medium review", "in one release", release().can(mail())),
        flagged(
            MAIL,
            "critical medium block",
            "in one release, hidden",
            release().can(hidden(mail())),
        ),
        flagged(
            MAIL,
            "medium medium allow",
            "known from the release before",
            update().can(mail()),
        ),
        flagged(
            MAIL,
            "high medium review",
            "a prototype",
            release().can(writes("postmark.prototype", "sendEmail")),
        ),
        flagged(
            MAIL,
            "info high allow",
            "only where it is missing",
            update().gained(guarded(mail()), Novelty::Kind),
        ),
        clean(
            MAIL,
            "another package's",
            release().can(writes("nodemailer-mock", "createTransport")),
        ),
        flagged(
            NETWORK,
            "high medium review",
            "for the first time, in a patch",
            update().gained(fetch(), Novelty::Kind),
        ),
        flagged(
            NETWORK,
            "medium medium allow",
            "for the first time, in a major",
            major().gained(fetch(), Novelty::Kind),
        ),
        flagged(
            NETWORK,
            "medium medium allow",
            "by who writes elsewhere",
            update()
                .can(load())
                .gained(writes("node:http", "request"), Novelty::Api),
        ),
        flagged(NETWORK, "medium medium allow", "in one release", release().can(fetch())),
        flagged(
            NETWORK,
            "high medium review",
            "in one release, hidden",
            release().can(hidden(fetch())),
        ),
        flagged(
            NETWORK,
            "info high allow",
            "a polyfill",
            update().gained(guarded(fetch()), Novelty::Kind),
        ),
        flagged(
            NETWORK,
            "info high allow",
            "nothing loads it",
            update().gained(unreached(fetch()), Novelty::Kind),
        ),
        clean(
            NETWORK,
            "another global",
            release().can(writes("globalThis", "console")),
        ),
        flagged(
            LOADER,
            "high medium review",
            "for the first time, in a patch",
            update().gained(load(), Novelty::Kind),
        ),
        flagged(
            LOADER,
            "medium medium allow",
            "in one release",
            release().can(writes("require.cache", "?")),
        ),
        flagged(
            LOADER,
            "medium medium allow",
            "known from the release before",
            update().can(load()),
        ),
        clean(LOADER, "nothing of the kind", release()),
        flagged(
            BUILT_IN,
            "low medium allow",
            "a prototype",
            update().gained(writes("Array.prototype", "at"), Novelty::Kind),
        ),
        flagged(
            BUILT_IN,
            "info high allow",
            "a polyfill",
            release().can(guarded(writes("Array.prototype", "at"))),
        ),
        flagged(
            BUILT_IN,
            "medium medium allow",
            "hidden, in a patch",
            update().gained(hidden(writes("Array.prototype", "at")), Novelty::Kind),
        ),
        clean(BUILT_IN, "nothing of the kind", release()),
    ]
}

#[test]
fn every_write_is_weighed_as_the_manual_says() {
    check(&samples());
}

#[test]
fn the_finding_names_file_and_member() {
    let finding = only(&update().gained(mail(), Novelty::Kind), MAIL);
    assert_eq!(
        finding.summary,
        "index.js newly writes to `createTransport` of `nodemailer`"
    );
    assert_eq!(finding.evidence[0].values["member"], "createTransport");
    assert_eq!(finding.new, Some(true));
}
