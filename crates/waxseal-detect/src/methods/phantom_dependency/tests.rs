use waxseal_model::{DependencyKind, FileState, SourceEvidence};

use crate::testing::*;

use DependencyKind::{Optional, OptionalPeer, Peer, Regular};

const NEW: &str = "phantom-dependency/new";
const UNUSED: &str = "phantom-dependency/unused";

fn with(mut world: World, change: impl FnOnce(&mut SourceEvidence)) -> World {
    change(world.source());
    world
}

fn adds(name: &str) -> World {
    update().needs(name, "^4.2.0", Regular)
}

pub(crate) fn samples() -> Vec<Sample> {
    let mut samples = new();
    samples.extend(explained());
    samples.extend(unused());
    samples
}

fn new() -> Vec<Sample> {
    vec![
        flagged(NEW, "high medium review", "in a patch", adds("plain-helper")),
        flagged(
            NEW,
            "high medium review",
            "in a minor",
            update_between("1.0.0", "1.1.0").needs("plain-helper", "^4.2.0", Regular),
        ),
        flagged(
            NEW,
            "medium medium allow",
            "in a major",
            update_between("1.0.0", "2.0.0").needs("plain-helper", "^4.2.0", Regular),
        ),
        flagged(
            NEW,
            "high medium review",
            "an optional one",
            update().needs("plain-helper", "^4.2.0", Optional),
        ),
        flagged(
            NEW,
            "medium low allow",
            "where a module's name could not be folded",
            with(adds("plain-helper"), |source| source.loads_unknown = true),
        ),
        flagged(
            NEW,
            "low medium allow",
            "in a package without code",
            with(adds("plain-helper"), |source| {
                source.files[0].state = FileState::NotCode
            }),
        ),
        flagged(
            NEW,
            "medium medium allow",
            "of the same owner",
            with(adds("@mail/core"), |source| {
                if let waxseal_model::Collected::Present(manifest) = &mut source.manifest {
                    manifest.name = Some("@mail/server".to_owned());
                }
            }),
        ),
        flagged(
            NEW,
            "low low allow",
            "with the name of a binary for one system",
            update().needs("@img/sharp-linux-x64", "0.35.0", Optional),
        ),
        flagged(
            NEW,
            "low low allow",
            "with the name of a preset",
            adds("eslint-config-mail"),
        ),
        flagged(
            NEW,
            "high medium review",
            "with a name that starts like a loaded one",
            adds("plain").loads(&["plain-helper"]),
        ),
        flagged(
            NEW,
            "high medium review",
            "with a name inside a word of a script",
            adds("plain").script("build", "node build-plain-text.js"),
        ),
    ]
}

fn explained() -> Vec<Sample> {
    vec![
        clean(NEW, "loaded", adds("plain-helper").loads(&["plain-helper"])),
        clean(
            NEW,
            "loaded by a path below it",
            adds("@scope/helper").loads(&["@scope/helper/sub/file.js"]),
        ),
        clean(
            NEW,
            "was a dependency before",
            adds("plain-helper").needed("plain-helper", "^3.0.0", Regular),
        ),
        clean(
            NEW,
            "moved to the optional ones",
            update().needed("a", "1", Regular).needs("a", "1", Optional),
        ),
        clean(
            NEW,
            "started by a script",
            adds("mjml-cli").script("build", "mjml-cli templates"),
        ),
        clean(NEW, "types", adds("@types/node")),
        clean(NEW, "a compiler's helpers", adds("tslib")),
        clean(
            NEW,
            "a peer",
            update()
                .needs("nodemailer", "*", Peer)
                .needs("resend", "*", OptionalPeer),
        ),
    ]
}

fn unused() -> Vec<Sample> {
    vec![
        flagged(
            UNUSED,
            "info low allow",
            "two in one release are one note",
            release().needs("left", "1", Regular).needs("right", "1", Regular),
        ),
        flagged(
            UNUSED,
            "info low allow",
            "known from the release before",
            update().needed("left", "1", Regular).needs("left", "2", Regular),
        ),
        clean(UNUSED, "loaded", release().needs("left", "1", Regular).loads(&["left"])),
        clean(UNUSED, "a peer", release().needs("left", "1", Peer)),
    ]
}

#[test]
fn every_dependency_is_weighed_as_the_manual_says() {
    check(&samples());
}

#[test]
fn the_finding_names_the_dependency_and_its_range() {
    let finding = only(&adds("plain-helper"), NEW);
    assert_eq!(
        finding.summary,
        "the release newly installs `plain-helper`, which none of its code loads"
    );
    assert_eq!(
        finding.evidence[0].values,
        values(&[("dependency", "plain-helper"), ("spec", "^4.2.0")])
    );
}
