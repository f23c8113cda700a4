use std::collections::BTreeSet;

use waxseal_model::{Author, Destination, Phase};

use crate::testing::*;

const NOT_ALLOWED: &str = "egress/not-allowed";
const METADATA: &str = "egress/metadata-service";
const LOOKUP: &str = "egress/cloud-lookup";
const INSTALL: &str = "egress/install";
const SECOND_STAGE: &str = "egress/second-stage";
const OPAQUE: &str = "egress/opaque-channel";
const NAME_SERVER: &str = "egress/name-server";
const ADDRESS: &str = "egress/bare-address";
const REACHED: &str = "egress/reached";

/// Over plain HTTP.
fn asked(mut destination: Destination) -> Destination {
    destination.protocols = ["http".to_owned()].into();
    destination
}

fn named(name: &str) -> Destination {
    destination(Some(name), "104.16.0.9", 443)
}

fn bare(address: &str, port: u16) -> Destination {
    destination(None, address, port)
}

fn with(mut destination: Destination, change: impl FnOnce(&mut Destination)) -> Destination {
    change(&mut destination);
    destination
}

/// A run without an allowlist.
fn free(destination: Destination) -> World {
    release().ran(reaching(destination))
}

/// A run with one.
fn held(destination: Destination) -> World {
    let mut run = reaching(destination);
    run.restricted = true;
    release().ran(run)
}

fn installing(destination: Destination) -> Destination {
    with(destination, |it| it.phases = BTreeSet::from([Phase::Install]))
}

fn answered(by: &str, destination: Destination) -> Destination {
    with(destination, |it| it.answered_by = [by.to_owned()].into())
}

fn refused(destination: Destination) -> Destination {
    with(destination, |it| {
        it.opaque = ["it refused our certificate".to_owned()].into()
    })
}

fn allowed(destination: Destination) -> Destination {
    with(destination, |it| it.allowed = true)
}

pub(crate) fn samples() -> Vec<Sample> {
    let resolver = |address| with(bare(address, 53), |it| it.protocols = ["dns".to_owned()].into());
    vec![
        flagged(
            NOT_ALLOWED,
            "high high review",
            "another host",
            held(named("collector.example")),
        ),
        clean(NOT_ALLOWED, "an allowed host", held(allowed(named("api.example")))),
        clean(NOT_ALLOWED, "no allowlist", free(named("collector.example"))),
        flagged(
            METADATA,
            "high high review",
            "by address",
            free(bare("169.254.169.254", 80)),
        ),
        flagged(
            METADATA,
            "high high review",
            "over IPv6",
            free(bare("fd00:ec2::254", 80)),
        ),
        flagged(
            METADATA,
            "high high review",
            "by name",
            free(named("metadata.google.internal")),
        ),
        flagged(
            METADATA,
            "high high review",
            "with an allowlist",
            held(bare("169.254.169.254", 80)),
        ),
        flagged(
            METADATA,
            "high high review",
            "a look, and more",
            free(answered(
                "generic/cloud-metadata",
                answered("generic/cloud-lookup", asked(bare("169.254.169.254", 80))),
            )),
        ),
        clean(
            METADATA,
            "a look",
            free(answered("generic/cloud-lookup", asked(bare("169.254.169.254", 80)))),
        ),
        flagged(
            LOOKUP,
            "info high allow",
            "a look",
            free(answered("generic/cloud-lookup", asked(bare("169.254.169.254", 80)))),
        ),
        clean(LOOKUP, "a neighbour", free(bare("169.254.1.2", 80))),
        clean(METADATA, "allowed", held(allowed(bare("169.254.169.254", 80)))),
        clean(METADATA, "a neighbour", free(bare("169.254.1.2", 80))),
        flagged(
            INSTALL,
            "high medium review",
            "a script's own host",
            free(installing(named("cdn.example"))),
        ),
        clean(
            INSTALL,
            "the registry",
            free(answered("registry", installing(named("registry.example")))),
        ),
        clean(INSTALL, "later", free(named("cdn.example"))),
        flagged(
            SECOND_STAGE,
            "high medium review",
            "another package",
            held(answered("registry/unforeseen", allowed(named("registry.example")))),
        ),
        clean(
            SECOND_STAGE,
            "what it may do without",
            free(answered("registry/optional", named("registry.example"))),
        ),
        clean(
            SECOND_STAGE,
            "what it needs",
            free(answered("registry", named("registry.example"))),
        ),
        flagged(
            OPAQUE,
            "high low review",
            "a pinned certificate",
            free(refused(named("pinned.example"))),
        ),
        flagged(
            OPAQUE,
            "high low review",
            "an allowed host",
            held(refused(allowed(named("pinned.example")))),
        ),
        clean(OPAQUE, "an open one", free(named("api.example"))),
        flagged(
            NAME_SERVER,
            "medium low allow",
            "a public one",
            free(resolver("8.8.8.8")),
        ),
        clean(NAME_SERVER, "no name server", free(named("dns.example"))),
        flagged(
            ADDRESS,
            "medium low allow",
            "a public one",
            free(bare("45.33.1.2", 4444)),
        ),
        clean(ADDRESS, "a private one", free(bare("10.1.2.3", 5432))),
        clean(ADDRESS, "a name", free(named("api.example"))),
        flagged(REACHED, "info high allow", "a host", free(named("api.example"))),
        clean(REACHED, "nothing", release().ran(run())),
        clean(
            REACHED,
            "only the registry",
            free(answered("registry", named("registry.example"))),
        ),
    ]
}

#[test]
fn every_destination_is_weighed_as_the_manual_says() {
    check(&samples());
}

#[test]
fn the_finding_names_the_host_the_program_and_the_line() {
    let world = held(with(named("collector.example"), |it| {
        it.by.insert(Author {
            program: Some("node send.js".to_owned()),
            pid: Some(7),
            frame: Some("/project/node_modules/mailer/index.js:4:25 send".to_owned()),
        });
    }));
    let finding = only(&world, NOT_ALLOWED);
    assert_eq!(
        finding.summary,
        "it reached collector.example:443, which the allowlist does not name"
    );
    let values = &finding.evidence[0].values;
    assert_eq!(values["host"], "collector.example");
    assert_eq!(values["program"], "node send.js");
    assert_eq!(values["frame"], "/project/node_modules/mailer/index.js:4:25 send");
}

#[test]
fn the_same_destination_in_two_runs_is_one_finding() {
    let mut world = held(named("collector.example"));
    let again = world.current.runs.present().expect("it ran")[0].clone();
    world = world.ran(again);
    let found = world.judge().findings;
    let found: Vec<_> = found.iter().filter(|it| it.finding.indicator == NOT_ALLOWED).collect();
    assert_eq!((found.len(), found[0].finding.evidence.len()), (1, 2));
}
