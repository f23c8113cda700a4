//! Hosts that a release names and the one before did not.

use std::collections::{BTreeMap, BTreeSet};
use std::net::IpAddr;

use waxseal_model::{Capability, CapabilityKind, Change, Confidence, Finding, Severity, Target};

use super::{HIDDEN_HOST, NEW_HOST};
use crate::capability::hides;
use crate::proof::{self, Values};
use crate::{Case, Step};

/// One finding a host, since a policy allows hosts one by one.
pub(super) fn new_hosts(case: &Case<'_>, step: Step, change: &Change) -> Vec<Finding> {
    let (Some(source), Some(old)) = (case.source(), case.previous.and_then(|it| it.source.present())) else {
        return Vec::new();
    };
    let known: BTreeSet<String> = old.capabilities.iter().filter_map(host).collect();
    let mut new: BTreeMap<String, Vec<&Capability>> = BTreeMap::new();
    for gained in &change.gained {
        if let Some(host) = host(&gained.capability).filter(|host| !known.contains(host)) {
            new.entry(host).or_default().push(&gained.capability);
        }
    }
    new.into_iter()
        .map(|(host, mut places)| {
            places.sort_by_key(|it| (!hides(it), !it.reach.is_reached()));
            let reached = places.iter().any(|it| it.reach.is_reached());
            let hides = places.iter().any(|it| hides(it));
            let address = is_bare_address(&host);
            let (indicator, severity) = match (hides || address, reached) {
                (true, true) if step.arrives_by_itself() => (HIDDEN_HOST, Severity::High),
                (true, _) => (HIDDEN_HOST, Severity::Medium),
                (false, true) => (NEW_HOST, Severity::Medium),
                (false, false) => (NEW_HOST, Severity::Low),
            };
            let how = match (hides, address) {
                (true, _) => ", whose name it hides",
                (false, true) => ", a bare address",
                (false, false) => "",
            };
            let summary = format!(
                "the release newly reaches `{}`{how}, by `{}`",
                proof::cut(&host, MAX_HOST),
                places[0].api
            );
            let prove = |it: &&Capability| proof::of_capability(source, it).with("host", &host);
            let proofs = places.iter().take(proof::MAX_PROOFS).map(prove).collect();
            proof::finding(
                case,
                indicator,
                (severity, Confidence::Medium),
                summary,
                proofs,
                Some(true),
            )
        })
        .collect()
}

/// The host a capability is aimed at, if one is named; never this machine or its own network.
fn host(capability: &Capability) -> Option<String> {
    if !matches!(capability.kind, CapabilityKind::Network | CapabilityKind::Mail) {
        return None;
    }
    let (Target::Constant(text) | Target::Pattern(text)) = &capability.target else {
        return None;
    };
    let rest = match text.split_once("//") {
        Some((_, rest)) => rest,
        None if text.starts_with(['/', '.', '*']) => return None,
        None => text,
    };
    let authority = rest.split(['/', '?', '#']).next().unwrap_or(rest);
    let authority = authority.rsplit_once('@').map_or(authority, |(_, host)| host);
    let host = match authority.strip_prefix('[').and_then(|rest| rest.split_once(']')) {
        Some((inside, _)) => inside,
        None if authority.matches(':').count() == 1 => authority.split(':').next().unwrap_or(authority),
        None => authority,
    };
    let host = host.trim_end_matches('.').to_lowercase();
    let address = host.parse::<IpAddr>();
    // A name of one label leads nowhere outside; a star alone says nothing.
    let named = host.contains('.')
        && host
            .chars()
            .all(|c| c.is_alphanumeric() || matches!(c, '.' | '-' | '_' | '*'));
    let known_end = host
        .rsplit('.')
        .next()
        .is_some_and(|end| !end.is_empty() && !end.contains('*'));
    match address {
        Ok(address) => (!is_near(address)).then_some(host),
        Err(_) => (named && known_end && !host.ends_with(".localhost")).then_some(host),
    }
}

fn is_bare_address(host: &str) -> bool {
    host.parse::<IpAddr>().is_ok()
}

/// This machine, nobody, or everybody nearby. A cloud's metadata service (169.254.169.254) hands out credentials, so it is not.
fn is_near(address: IpAddr) -> bool {
    match address {
        IpAddr::V4(it) => {
            let metadata = it.octets() == [169, 254, 169, 254];
            let local =
                it.is_loopback() || it.is_unspecified() || it.is_broadcast() || it.is_multicast() || it.is_private();
            (local || it.is_link_local()) && !metadata
        }
        IpAddr::V6(it) => {
            it.is_loopback()
                || it.is_unspecified()
                || it.is_multicast()
                || it.is_unique_local()
                || it.is_unicast_link_local()
        }
    }
}

/// RFC 1035 §2.3.4.
const MAX_HOST: usize = 255;
