use waxseal_model::{CanaryDeed, CanaryUse, PackageName, PackageRef, Phase, Subject};

use crate::testing::*;

const SENT: &str = "canaries/sent";
const MISDIRECTED: &str = "canaries/misdirected";
const USED: &str = "canaries/used";
const CHANGED: &str = "canaries/changed";
const OPENED: &str = "canaries/opened";

fn did(deed: CanaryDeed, canary: &str, place: &str, given: bool) -> World {
    let mut run = run();
    run.canaries.push(CanaryUse {
        canary: canary.to_owned(),
        deed,
        place: place.to_owned(),
        times: 1,
        phase: Phase::Call,
        given,
    });
    release().ran(run)
}

/// A package of another name.
fn of(name: &str, mut world: World) -> World {
    world.current.subject = Subject::Package(PackageRef {
        name: PackageName::parse(name).unwrap(),
        version: "1.0.16".to_owned(),
    });
    world
}

fn sent(canary: &str, place: &str) -> World {
    did(CanaryDeed::Sent, canary, place, false)
}

fn given(canary: &str, place: &str) -> World {
    did(CanaryDeed::Sent, canary, place, true)
}

fn file(deed: CanaryDeed, path: &str) -> World {
    did(deed, path, path, false)
}

pub(crate) fn samples() -> Vec<Sample> {
    use CanaryDeed::{Changed, Opened};
    vec![
        flagged(
            SENT,
            "critical high block",
            "a key",
            sent("ssh-key", "collector.example:443"),
        ),
        flagged(
            SENT,
            "critical high block",
            "a token, to its own service",
            sent("npm-token", "npm.example:443"),
        ),
        clean(SENT, "nothing", release().ran(run())),
        flagged(
            MISDIRECTED,
            "critical medium block",
            "elsewhere",
            given("postmark-token", "collector.example:443"),
        ),
        flagged(
            MISDIRECTED,
            "critical medium block",
            "a host that borrows the name",
            given("postmark-token", "postmark.collector.example:443"),
        ),
        flagged(
            MISDIRECTED,
            "critical medium block",
            "names",
            given("postmark-token", "names below collector.example"),
        ),
        flagged(
            MISDIRECTED,
            "high medium review",
            "an account that took no mail",
            given("smtp-password", "smtp.collector.example:587"),
        ),
        flagged(
            MISDIRECTED,
            "high medium review",
            "a secret of no service",
            given("env-secret", "collector.example:443"),
        ),
        flagged(
            MISDIRECTED,
            "critical medium block",
            "a page of somebody's at Google",
            given("gmail-token", "script.google.com:443"),
        ),
        clean(
            MISDIRECTED,
            "a login that is renewed",
            given("gmail-refresh-token", "accounts.google.com:443"),
        ),
        clean(
            MISDIRECTED,
            "under another name",
            given("aws-key-id", "email.eu-central-1.amazonaws.com:443"),
        ),
        clean(
            MISDIRECTED,
            "at home",
            given("postmark-token", "api.postmarkapp.com:443"),
        ),
        clean(
            MISDIRECTED,
            "the person's own server",
            given("smtp-password", "smtp.brightfield.example:587"),
        ),
        clean(
            MISDIRECTED,
            "an account, at a mail server with accounts for all",
            given("smtp-password", "smtp.gmail.com:465"),
        ),
        flagged(
            MISDIRECTED,
            "high medium review",
            "an account, at that host and no port of mail",
            given("smtp-password", "smtp.gmail.com:8443"),
        ),
        flagged(
            MISDIRECTED,
            "high medium review",
            "an account, at another mail server",
            given("smtp-password", "smtp.collector.example:465"),
        ),
        flagged(
            MISDIRECTED,
            "high medium review",
            "a secret of no known service, where the package is not",
            given("env-secret", "collector.example:443"),
        ),
        flagged(
            MISDIRECTED,
            "high medium review",
            "a secret of no known service, at a host that borrows the package's name",
            of("postbox-client", given("env-secret", "postbox.collector.example:443")),
        ),
        flagged(
            MISDIRECTED,
            "high medium review",
            "a secret of no known service, at a host that is called as anything is",
            of("mail-client", given("env-secret", "mail-collector.example:443")),
        ),
        clean(
            MISDIRECTED,
            "a secret of no known service, where the package is",
            of("postbox-client", given("env-secret", "api.postbox.example:443")),
        ),
        flagged(
            USED,
            "info high allow",
            "its own login",
            did(
                Opened,
                "/home/kim/.gmail-mcp/credentials.json",
                "/home/kim/.gmail-mcp/credentials.json",
                true,
            ),
        ),
        flagged(
            USED,
            "info high allow",
            "at home",
            given("sendgrid-key", "api.sendgrid.com:443"),
        ),
        clean(USED, "nothing", release().ran(run())),
        flagged(
            CHANGED,
            "high high review",
            "a shell's start",
            file(Changed, "/home/kim/.bashrc"),
        ),
        clean(CHANGED, "nothing", release().ran(run())),
        flagged(
            OPENED,
            "high medium review",
            "a key",
            file(Opened, "/home/kim/.ssh/id_ed25519"),
        ),
        flagged(
            OPENED,
            "low high allow",
            "npm's settings",
            file(Opened, "/home/kim/.npmrc"),
        ),
        clean(OPENED, "nothing", release().ran(run())),
    ]
}

#[test]
fn every_use_is_weighed_as_the_manual_says() {
    check(&samples());
}

#[test]
fn the_finding_names_the_secret_and_the_place() {
    let finding = only(&sent("npm-token", "collector.example:443"), SENT);
    assert_eq!(
        finding.summary,
        "it sent the planted secret `npm-token` to collector.example:443"
    );
    assert_eq!(finding.evidence[0].values["place"], "collector.example:443");
}
