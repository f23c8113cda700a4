//! What package-diff finds, case by case.

mod hosts;

use waxseal_model::{Capability, CapabilityKind, Collected, DependencyKind, Gap, GapWeight, Novelty, Reach};

use crate::testing::*;

use CapabilityKind::{DynamicCode, Environment, FileSystem, Mail, Network, Process};
use Novelty::{Api, Kind, More, Target};

const STRANGE: &str = "https://mirror.collector.example/v1";

fn minor() -> World {
    update_between("1.0.0", "1.1.0")
}

fn major() -> World {
    update_between("1.0.0", "2.0.0")
}

fn exec(target: &str) -> Capability {
    capability(Process, "node:child_process.exec", target)
}

fn fetch(target: &str) -> Capability {
    capability(Network, "fetch", target)
}

fn on_import(it: Capability) -> Capability {
    Capability {
        reach: imported(),
        ..it
    }
}

fn unreached(it: Capability) -> Capability {
    Capability {
        reach: Reach::Unreached,
        ..it
    }
}

fn hidden(it: Capability) -> Capability {
    Capability { hidden: true, ..it }
}

fn sensitive(it: Capability) -> Capability {
    Capability { sensitive: true, ..it }
}

pub(crate) fn samples() -> Vec<Sample> {
    let mut samples = new_capabilities();
    samples.extend(hidden_and_sensitive());
    samples.extend(hosts::samples());
    samples.extend(notes());
    samples
}

fn new_capabilities() -> Vec<Sample> {
    const ID: &str = "package-diff/new-capability";
    vec![
        flagged(
            ID,
            "high medium review",
            "a first process, on loading, in a patch",
            update().gained(on_import(exec("id")), Kind),
        ),
        flagged(
            ID,
            "high medium review",
            "the same in a minor",
            minor().gained(on_import(exec("id")), Kind),
        ),
        flagged(
            ID,
            "medium medium allow",
            "the same in a major",
            major().gained(on_import(exec("id")), Kind),
        ),
        flagged(
            ID,
            "medium medium allow",
            "a first process, on being called",
            update().gained(exec("git *"), Kind),
        ),
        flagged(
            ID,
            "high medium review",
            "a sensitive one, on being called",
            update().gained(sensitive(exec("curl *")), Kind),
        ),
        flagged(
            ID,
            "low high allow",
            "one that nothing loads",
            update().gained(unreached(on_import(exec("id"))), Kind),
        ),
        flagged(
            ID,
            "high medium review",
            "a first connection, on loading",
            update().gained(on_import(fetch("?")), Kind),
        ),
        flagged(
            ID,
            "medium medium allow",
            "the same in a package that sends mail, which checks for updates",
            update()
                .can(capability(Mail, "postmark.sendEmail", ""))
                .gained(on_import(fetch("https://updates.crm.example/latest.json")), Kind),
        ),
        flagged(
            ID,
            "medium medium allow",
            "a server that begins to listen",
            minor().gained(on_import(capability(Network, "node:http.createServer", "")), Kind),
        ),
        flagged(
            ID,
            "high medium review",
            "text of unknown origin run as code, on loading",
            update().gained(on_import(capability(DynamicCode, "eval", "?")), Kind),
        ),
        flagged(
            ID,
            "medium medium allow",
            "a module whose name is computed",
            update().gained(on_import(capability(DynamicCode, "require", "?")), Kind),
        ),
        flagged(
            ID,
            "medium medium allow",
            "first mail",
            update().gained(capability(Mail, "resend.emails.send", ""), Kind),
        ),
        flagged(
            ID,
            "low high allow",
            "a first file",
            update().gained(capability(FileSystem, "node:fs.readFile", "./x.json"), Kind),
        ),
        clean(
            ID,
            "one more place of what it did",
            update().can(exec("git *")).gained(exec("git *"), More),
        ),
        clean(
            ID,
            "another command than before",
            update().can(exec("git *")).gained(exec("hg *"), Target),
        ),
        clean(ID, "nothing new", update()),
    ]
}

fn hidden_and_sensitive() -> Vec<Sample> {
    const HIDDEN: &str = "package-diff/hidden-capability";
    const SENSITIVE: &str = "package-diff/sensitive-target";
    let token = |name| capability(Environment, "process.env", name);
    vec![
        flagged(
            HIDDEN,
            "high medium review",
            "a command",
            update().can(exec("git")).gained(hidden(exec("id")), Target),
        ),
        flagged(
            HIDDEN,
            "medium medium allow",
            "in a major",
            major().can(exec("git")).gained(hidden(exec("id")), Target),
        ),
        flagged(
            HIDDEN,
            "high medium review",
            "the name of a credential",
            update().gained(hidden(sensitive(token("NPM_TOKEN"))), Target),
        ),
        clean(
            HIDDEN,
            "a command in plain sight",
            update().can(exec("git")).gained(exec("id"), Target),
        ),
        clean(
            HIDDEN,
            "a file of its own by a computed path",
            update().can(capability(DynamicCode, "require", "?")).gained(
                hidden(sensitive(capability(DynamicCode, "require", "./package.json"))),
                Target,
            ),
        ),
        clean(
            HIDDEN,
            "a harmless name",
            update().gained(hidden(token("NODE_ENV")), Target),
        ),
        clean(
            HIDDEN,
            "nothing loads it",
            update().gained(unreached(hidden(exec("id"))), Target),
        ),
        clean(
            HIDDEN,
            "one more of what it did",
            update().gained(hidden(exec("id")), More),
        ),
        flagged(
            SENSITIVE,
            "high medium review",
            "a command that fetches, on loading",
            update().gained(on_import(sensitive(exec("curl *"))), Target),
        ),
        flagged(
            SENSITIVE,
            "medium low allow",
            "the same, on being called",
            update().gained(sensitive(exec("curl *")), Target),
        ),
        flagged(
            SENSITIVE,
            "medium low allow",
            "a token",
            update().gained(on_import(sensitive(token("GITHUB_TOKEN"))), Target),
        ),
        clean(SENSITIVE, "a variable", update().gained(token("LOG_LEVEL"), Target)),
    ]
}

fn notes() -> Vec<Sample> {
    use DependencyKind::{Peer, Regular};
    vec![
        flagged(
            "package-diff/more",
            "info high allow",
            "other targets",
            update().gained(exec("hg *"), Target),
        ),
        clean("package-diff/more", "the same as before", update().can(exec("hg *"))),
        flagged(
            "package-diff/new-dependency",
            "low high allow",
            "one that is loaded",
            update().needs("left", "^1.0.0", Regular).loads(&["left"]),
        ),
        clean(
            "package-diff/new-dependency",
            "a newer range",
            update()
                .needed("left", "^1.0.0", Regular)
                .needs("left", "^2.0.0", Regular)
                .loads(&["left"]),
        ),
        clean(
            "package-diff/new-dependency",
            "a peer",
            update().needs("left", "*", Peer),
        ),
        flagged(
            "package-diff/manifest",
            "info high allow",
            "another entry",
            update().changed("exports", None, Some("./x.js")),
        ),
        flagged(
            "package-diff/manifest",
            "info high allow",
            "engines",
            update().changed("engines.node", Some(">=18"), Some(">=20")),
        ),
        clean(
            "package-diff/manifest",
            "a description",
            update().changed("description", Some("a"), Some("b")),
        ),
    ]
}

#[test]
fn every_gain_is_weighed_as_the_manual_says() {
    check(&samples());
}

#[test]
fn the_finding_names_release_act_and_place() {
    let finding = only(
        &update().gained(on_import(exec("id")), Kind),
        "package-diff/new-capability",
    );
    assert_eq!(
        finding.summary,
        "this patch release can newly start processes, which the one before could not at all: `node:child_process.exec`"
    );
    assert_eq!(
        finding.evidence[0].values,
        values(&[
            ("api", "node:child_process.exec"),
            ("capability", "process"),
            ("target", "id")
        ])
    );
    assert_eq!(finding.evidence[0].location, Some(line(12)));
}

#[test]
fn it_does_not_run_without_a_comparison_which_is_no_gap() {
    let detection = release().detect();
    assert!(!detection.ran.contains(&"package-diff".to_owned()));
    assert_eq!(detection.gaps, []);
}

#[test]
fn a_comparison_whose_other_side_could_not_be_had_is_a_gap() {
    let mut world = update();
    let gap = Gap {
        subject: world.previous.as_ref().unwrap().subject.clone(),
        method: "npm".to_owned(),
        reason: "it was not there".to_owned(),
        weight: GapWeight::Partial,
    };
    world.previous.as_mut().unwrap().source = Collected::Missing(gap);
    world.change = None;
    let verdict = world.judge();
    assert!(!verdict.complete);
    assert_eq!(verdict.gaps.len(), 1);
    assert!(!verdict.ran.contains(&"package-diff".to_owned()));
    assert!(verdict.ran.contains(&"recipients".to_owned()));
}
