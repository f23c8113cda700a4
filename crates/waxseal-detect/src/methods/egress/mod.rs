//! Where a package went when it ran, compared with where it was expected to go.

use std::collections::{BTreeMap, BTreeSet};
use std::net::IpAddr;

use waxseal_model::{Confidence, Destination, Finding, Phase, Proof, RunSummary, Severity};

use crate::proof::{self, Values};
use crate::{Case, Indicator, Method, Need, Question};

pub(crate) const METHOD: Method = Method {
    id: "egress",
    title: "Where it went",
    summary: "Compares every destination of a run in the locked room with the allowlist, and finds those that nobody expects.",
    context: false,
    needs: &[Need::Runs],
    indicators: &[
        indicator(
            NOT_ALLOWED,
            "Reached what is not on the allowlist",
            "A run reached a destination that the allowlist does not name.",
            Severity::High,
            &["T1071", "T1041"],
        ),
        indicator(
            METADATA,
            "Asked a cloud's metadata service",
            "A run reached the address at which clouds hand out a machine's credentials.",
            Severity::High,
            &["T1552.005"],
        ),
        indicator(
            LOOKUP,
            "Looked whether it is in a cloud",
            "A run asked a cloud's metadata service whether it is there, or for the name of the project, and for nothing else.",
            Severity::Info,
            &[],
        ),
        indicator(
            INSTALL,
            "Reached the network while it was installed",
            "An install reached a destination other than npm's registry.",
            Severity::High,
            &["T1195.002", "T1059"],
        ),
        indicator(
            SECOND_STAGE,
            "Asked the registry for more than it needs",
            "A run asked npm's registry for packages that are none of its dependencies.",
            Severity::High,
            &["T1195.002", "T1105"],
        ),
        indicator(
            OPAQUE,
            "Channel that could not be looked into",
            "A run refused the room's certificate, or spoke something unknown inside of TLS, so that what was said is not known.",
            Severity::High,
            &["T1573"],
        ),
        indicator(
            NAME_SERVER,
            "Asked a name server of its own",
            "A run asked another name server than the one the machine is configured with.",
            Severity::Medium,
            &["T1071.004", "T1572"],
        ),
        indicator(
            ADDRESS,
            "Went to a bare address",
            "A run reached a public address without having asked for a name.",
            Severity::Medium,
            &["T1071"],
        ),
        indicator(
            REACHED,
            "Reached the network",
            "A run reached destinations, and there is no allowlist to compare them with.",
            Severity::Info,
            &[],
        ),
    ],
    run,
    manual: include_str!("manual.md"),
};

const fn indicator(
    id: &'static str,
    title: &'static str,
    summary: &'static str,
    severity: Severity,
    attack: &'static [&'static str],
) -> Indicator {
    Indicator {
        id,
        title,
        summary,
        severity,
        attack,
        controls: &["iso27001:A.8.20", "iso27001:A.8.30", "nist80053:SC-7", "nist80053:SI-4"],
    }
}

const NOT_ALLOWED: &str = "egress/not-allowed";
const METADATA: &str = "egress/metadata-service";
const LOOKUP: &str = "egress/cloud-lookup";
const INSTALL: &str = "egress/install";
const SECOND_STAGE: &str = "egress/second-stage";
const OPAQUE: &str = "egress/opaque-channel";
const NAME_SERVER: &str = "egress/name-server";
const ADDRESS: &str = "egress/bare-address";
const REACHED: &str = "egress/reached";

fn run(case: &Case<'_>) -> Vec<Finding> {
    let mut found: BTreeMap<(&'static str, String), Vec<Proof>> = BTreeMap::new();
    let mut reached: Vec<&Destination> = Vec::new();
    // Where only the difference is asked for, what both reached is no note.
    let before = case.previous_runs().filter(|_| case.question == Question::Difference);
    let before = before.unwrap_or_default().iter().flat_map(|run| &run.destinations);
    let known: BTreeSet<String> = before.map(Destination::place).collect();
    for run in case.runs().unwrap_or_default() {
        for destination in &run.destinations {
            let claims = claims(run, destination);
            let quiet = claims.is_empty() && !run.restricted && !is_registry(destination);
            if quiet && !known.contains(&destination.place()) {
                reached.push(destination);
            }
            for claim in claims {
                found
                    .entry((claim, destination.place()))
                    .or_default()
                    .push(prove(destination));
            }
        }
    }
    let mut findings: Vec<Finding> = found
        .into_iter()
        .map(|((indicator, place), proofs)| {
            let summary = sentence(indicator, &place);
            proof::finding(case, indicator, weight(indicator), summary, proofs, None)
        })
        .collect();
    findings.extend(note(case, &reached));
    findings
}

/// What there is to say of one destination; more than one thing may be.
fn claims(run: &RunSummary, destination: &Destination) -> Vec<&'static str> {
    let mut claims = Vec::new();
    if !destination.opaque.is_empty() {
        claims.push(OPAQUE);
    }
    if destination.answered_by.contains(UNFORESEEN) {
        claims.push(SECOND_STAGE);
    }
    if run.restricted && destination.allowed {
        return claims;
    }
    if is_metadata(destination) && !is_lookup(destination) {
        claims.push(METADATA);
    } else if run.restricted {
        claims.push(NOT_ALLOWED);
    } else if destination.phases.contains(&Phase::Install) && !is_registry(destination) {
        claims.push(INSTALL);
    } else if is_metadata(destination) {
        claims.push(LOOKUP);
    } else if destination.protocols.contains("dns") && destination.name.is_none() {
        claims.push(NAME_SERVER);
    } else if destination.name.is_none() && destination.addresses.iter().any(is_public) {
        claims.push(ADDRESS);
    }
    claims
}

fn weight(indicator: &str) -> (Severity, Confidence) {
    match indicator {
        NOT_ALLOWED | METADATA => (Severity::High, Confidence::High),
        LOOKUP => (Severity::Info, Confidence::High),
        // Clients that pin certificates are rare and mostly mean well.
        OPAQUE => (Severity::High, Confidence::Low),
        // Packages that fetch a program for the machine they are on do so too.
        INSTALL | SECOND_STAGE => (Severity::High, Confidence::Medium),
        _ => (Severity::Medium, Confidence::Low),
    }
}

fn sentence(indicator: &str, place: &str) -> String {
    let place = proof::cut(place, MAX_PLACE);
    match indicator {
        NOT_ALLOWED => format!("it reached {place}, which the allowlist does not name"),
        METADATA => format!("it asked the cloud's metadata service at {place}"),
        LOOKUP => format!("it asked {place} whether it runs in a cloud, and for nothing else"),
        INSTALL => format!("it reached {place} while it was installed"),
        SECOND_STAGE => format!("it asked the registry at {place} for packages that are none of its dependencies"),
        OPAQUE => format!("what it said to {place} could not be looked into"),
        NAME_SERVER => format!("it asked the name server {place} instead of the machine's own"),
        _ => format!("it went to the bare address {place}"),
    }
}

/// One note for all destinations that there is nothing to say of.
fn note(case: &Case<'_>, reached: &[&Destination]) -> Option<Finding> {
    if reached.is_empty() {
        return None;
    }
    let mut places: Vec<String> = reached.iter().map(|it| it.place()).collect();
    places.sort();
    places.dedup();
    let summary = format!("it reached {}", proof::some_of(places.iter().map(String::as_str)));
    let proofs = reached.iter().take(proof::MAX_PROOFS).map(|it| prove(it)).collect();
    Some(proof::finding(
        case,
        REACHED,
        (Severity::Info, Confidence::High),
        summary,
        proofs,
        None,
    ))
}

fn prove(destination: &Destination) -> Proof {
    let list = |values: Vec<String>| Some(values.join(", ")).filter(|text| !text.is_empty());
    let phases = destination.phases.iter().map(|phase| phase.id().to_owned()).collect();
    let frame = destination.by.iter().find_map(|author| author.frame.as_ref());
    let program = destination.by.iter().find_map(|author| author.program.as_ref());
    let address = destination.addresses.first().map(IpAddr::to_string);
    Proof::default()
        .with_some("host", destination.name.clone().or_else(|| address.clone()))
        .with_some("address", address)
        .with_some("port", destination.port.map(|port| port.to_string()))
        .with_some("protocol", list(destination.protocols.iter().cloned().collect()))
        .with_some("phase", list(phases))
        .with("times", destination.times.to_string())
        .with_some("program", program)
        .with_some("frame", frame)
        .with_some("reason", destination.opaque.first())
}

/// Only npm's registry answered there, with what the install needs.
fn is_registry(destination: &Destination) -> bool {
    let own = |by: &String| by == REGISTRY || by == OPTIONAL;
    !destination.answered_by.is_empty() && destination.answered_by.iter().all(own)
}

/// <https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/instancedata-data-retrieval.html>; other clouds use the same address, but for two.
fn is_metadata(destination: &Destination) -> bool {
    let by_name = destination
        .name
        .as_deref()
        .is_some_and(|name| name == "metadata.google.internal");
    let by_address = destination.name.is_none()
        && destination.addresses.iter().any(|address| match address {
            IpAddr::V4(address) => matches!(
                address.octets(),
                [169, 254, 169, 254] | [169, 254, 170, 2] | [100, 100, 100, 200]
            ),
            IpAddr::V6(address) => address.segments() == [0xfd00, 0xec2, 0, 0, 0, 0, 0, 0x254],
        });
    by_name || by_address
}

/// All that was asked there is whether it is there at all: libraries of clouds do so at every start.
fn is_lookup(destination: &Destination) -> bool {
    destination.answered_by.iter().eq([CLOUD_LOOKUP]) && destination.protocols.iter().eq(["http"])
}

/// An address of the internet at large, not of a machine's own or its neighbours' network.
fn is_public(address: &IpAddr) -> bool {
    match address {
        IpAddr::V4(address) => {
            !(address.is_private() || address.is_link_local() || address.is_multicast() || address.is_broadcast())
        }
        IpAddr::V6(address) => {
            !(address.is_unique_local() || address.is_unicast_link_local() || address.is_multicast())
        }
    }
}

/// Who answered what an install needs, and what it does not.
const REGISTRY: &str = "registry";
/// Whether a package is there that one may do without.
const OPTIONAL: &str = "registry/optional";
/// Questions to a metadata service that hold nothing and get nothing.
const CLOUD_LOOKUP: &str = "generic/cloud-lookup";
const UNFORESEEN: &str = "registry/unforeseen";
/// A host's name has 253 bytes at most.
const MAX_PLACE: usize = 280;

#[cfg(test)]
pub(crate) mod tests;
