use waxseal_model::{AnomalyKind, Capability, CapabilityKind, Novelty, Reach};

use crate::testing::*;

const HIDDEN_CODE: &str = "obfuscation/hidden-code";
const DECEPTIVE_TEXT: &str = "obfuscation/deceptive-text";

fn table() -> Capability {
    capability(CapabilityKind::Obfuscation, "string table", "")
}

pub(crate) fn samples() -> Vec<Sample> {
    vec![
        flagged(
            HIDDEN_CODE,
            "low medium allow",
            "a table of strings",
            release().can(table()),
        ),
        flagged(
            HIDDEN_CODE,
            "medium medium allow",
            "new",
            update().gained(table(), Novelty::Kind),
        ),
        flagged(
            HIDDEN_CODE,
            "low medium allow",
            "one more",
            update().can(table()).gained(table(), Novelty::More),
        ),
        flagged(
            HIDDEN_CODE,
            "info medium allow",
            "nothing loads it",
            release().can(Capability {
                reach: Reach::Unreached,
                ..table()
            }),
        ),
        clean(
            HIDDEN_CODE,
            "code in plain sight",
            release().can(capability(CapabilityKind::Network, "fetch", "/")),
        ),
        flagged(
            DECEPTIVE_TEXT,
            "medium low allow",
            "characters that turn text around",
            release().odd(AnomalyKind::DeceptiveText, Some("index.js")),
        ),
        clean(DECEPTIVE_TEXT, "plain text", release()),
    ]
}

#[test]
fn every_sign_is_weighed_as_the_manual_says() {
    check(&samples());
}
