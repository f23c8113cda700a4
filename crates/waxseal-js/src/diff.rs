//! What a newer release can do that an older one could not, insensitive to everything a mere rebuild changes.
//!
//! Capabilities are compared as multisets of [`Capability::key`] after `normal` has removed what rebuilds change. Neither
//! places, names of variables and functions, files nor formatting take part. A package that ships the same code twice, as
//! CommonJS and as a module, or plain and minified, is counted once: files with the same multiset of facts are one.

mod normal;

use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};

use rustc_hash::{FxHashMap, FxHashSet};
use waxseal_model::{
    Capability, CapabilityKind, Change, FileChanges, FileFacts, FlowKind, Gained, MailFlow, ManifestChange, Novelty,
    Origin, Reach, SourceEvidence,
};

/// Compares two releases. The comparison of the manifests is handed in, since it needs no code.
pub fn compare(old: &SourceEvidence, new: &SourceEvidence, manifest: Vec<ManifestChange>) -> Change {
    let (gained, lost) = compare_capabilities(old, new);
    Change {
        manifest,
        gained,
        lost,
        flows: new_flows(old, new),
        files: compare_files(&old.files, &new.files),
    }
}

/// All places of one key in both releases.
#[derive(Default)]
struct Places<'e> {
    old: Vec<&'e Capability>,
    new: Vec<&'e Capability>,
    /// Places that count: those in files that are not a twin of an earlier one.
    old_count: u32,
    new_count: u32,
}

/// What capabilities are compared by, see [`Capability::key`].
type Key<'e> = (CapabilityKind, &'e str, String);

fn compare_capabilities(old: &SourceEvidence, new: &SourceEvidence) -> (Vec<Gained>, Vec<Capability>) {
    let mut keys: FxHashMap<Key<'_>, usize> = FxHashMap::default();
    let mut places: Vec<Places<'_>> = Vec::new();
    let old_ids = intern(old, &mut keys, &mut places);
    let new_ids = intern(new, &mut keys, &mut places);
    let (old_twins, new_twins) = (twin_files(old, &old_ids), twin_files(new, &new_ids));
    for (capability, id) in old.capabilities.iter().zip(&old_ids) {
        places[*id].old.push(capability);
        places[*id].old_count += u32::from(!old_twins.contains(&capability.location.file.0));
    }
    for (capability, id) in new.capabilities.iter().zip(&new_ids) {
        places[*id].new.push(capability);
        places[*id].new_count += u32::from(!new_twins.contains(&capability.location.file.0));
    }
    let old_kinds: BTreeSet<CapabilityKind> = old.capabilities.iter().map(|it| it.kind).collect();
    let old_apis: BTreeSet<(CapabilityKind, &str)> =
        old.capabilities.iter().map(|it| (it.kind, it.api.as_str())).collect();
    let unchanged = unchanged_files(old, new);

    let mut gained = Vec::new();
    let mut lost = Vec::new();
    for group in &places {
        match (group.old.first(), first_new_place(&group.new, &unchanged)) {
            (None, Some(capability)) => {
                let novelty = if !old_kinds.contains(&capability.kind) {
                    Novelty::Kind
                } else if !old_apis.contains(&(capability.kind, capability.api.as_str())) {
                    Novelty::Api
                } else {
                    Novelty::Target
                };
                gained.push(Gained {
                    capability: capability.clone(),
                    more: group.new_count.max(1),
                    novelty,
                });
            }
            (Some(_), Some(capability)) => {
                let more = group.new_count.saturating_sub(group.old_count);
                if newly_reached(group) {
                    let best = group
                        .new
                        .iter()
                        .max_by_key(|it| (rank(&it.reach), Reverse(it.location)));
                    let capability = (*best.unwrap_or(&capability)).clone();
                    gained.push(Gained {
                        capability,
                        more,
                        novelty: Novelty::Reached,
                    });
                } else if more > 0 {
                    gained.push(Gained {
                        capability: capability.clone(),
                        more,
                        novelty: Novelty::More,
                    });
                }
                if group.old_count > group.new_count {
                    lost.push((*group.old[0]).clone());
                }
            }
            (Some(capability), None) => lost.push((*capability).clone()),
            (None, None) => {}
        }
    }
    gained.sort_by(|a, b| gained_order(a).cmp(&gained_order(b)));
    lost.sort_by(|a, b| (a.kind, &a.api, &a.target, a.location).cmp(&(b.kind, &b.api, &b.target, b.location)));
    (gained, lost)
}

/// The number of every capability's key, new keys being added.
fn intern<'e>(
    evidence: &'e SourceEvidence,
    keys: &mut FxHashMap<Key<'e>, usize>,
    places: &mut Vec<Places<'e>>,
) -> Vec<usize> {
    let mut ids = Vec::with_capacity(evidence.capabilities.len());
    for capability in &evidence.capabilities {
        let key = (
            capability.kind,
            capability.api.as_str(),
            normal::target(capability.kind, &capability.target),
        );
        let next = places.len();
        let id = *keys.entry(key).or_insert(next);
        if id == next {
            places.push(Places::default());
        }
        ids.push(id);
    }
    ids
}

/// Files whose multiset of facts an earlier file has too.
fn twin_files(evidence: &SourceEvidence, ids: &[usize]) -> FxHashSet<u32> {
    let mut profiles: BTreeMap<u32, Vec<usize>> = BTreeMap::new();
    for (capability, id) in evidence.capabilities.iter().zip(ids) {
        profiles.entry(capability.location.file.0).or_default().push(*id);
    }
    let mut seen: FxHashSet<Vec<usize>> = FxHashSet::default();
    let mut twins = FxHashSet::default();
    for (file, mut profile) in profiles {
        profile.sort_unstable();
        if !seen.insert(profile) {
            twins.insert(file);
        }
    }
    twins
}

/// Positions of the newer release's files that the older one has with the same path and content.
fn unchanged_files(old: &SourceEvidence, new: &SourceEvidence) -> FxHashSet<u32> {
    let known: FxHashSet<(&str, [u8; 16])> = old.files.iter().map(|file| (file.path.as_str(), file.digest)).collect();
    let same = |(idx, file): (u32, &FileFacts)| known.contains(&(file.path.as_str(), file.digest)).then_some(idx);
    (0..).zip(&new.files).filter_map(same).collect()
}

/// The place to show: in a file that changed, reached, the first.
fn first_new_place<'e>(places: &[&'e Capability], unchanged: &FxHashSet<u32>) -> Option<&'e Capability> {
    places
        .iter()
        .min_by_key(|it| {
            (
                unchanged.contains(&it.location.file.0),
                !it.reach.is_reached(),
                it.location,
            )
        })
        .copied()
}

/// The newer release is seen to reach what the older was not, or reaches it on being installed.
fn newly_reached(group: &Places<'_>) -> bool {
    let best = |places: &[&Capability]| places.iter().map(|it| rank(&it.reach)).max().unwrap_or(0);
    let (old, new) = (best(&group.old), best(&group.new));
    (old == 0 && new > 0) || (old < INSTALL && new == INSTALL)
}

/// How directly code is reached.
fn rank(reach: &Reach) -> u8 {
    match reach {
        Reach::Unreached => 0,
        Reach::Loaded(_) => 1,
        Reach::Call(_) => 2,
        Reach::Import(_) => 3,
        Reach::Install(_) => INSTALL,
    }
}

/// What matters first: the newest, then what is sensitive or hidden, then what is reached.
fn gained_order(gained: &Gained) -> impl Ord {
    let it = &gained.capability;
    (
        Reverse(gained.novelty),
        !it.sensitive,
        !it.hidden,
        Reverse(rank(&it.reach)),
        it.kind,
        it.location,
        it.api.clone(),
        it.target.clone(),
    )
}

/// What flows are compared by.
#[derive(PartialEq, Eq, Hash)]
struct FlowKey<'e> {
    kind: &'e FlowKind,
    origin: u8,
    value: Option<String>,
    /// The message, or one beside it, goes to somebody the caller named: what a copy is worth stealing from.
    beside_caller: bool,
}

fn new_flows(old: &SourceEvidence, new: &SourceEvidence) -> Vec<MailFlow> {
    let mut known: FxHashMap<FlowKey<'_>, u8> = FxHashMap::default();
    for flow in &old.flows {
        let best = known.entry(flow_key(flow)).or_default();
        *best = (*best).max(rank(&flow.reach));
    }
    let is_new = |flow: &&MailFlow| match known.get(&flow_key(flow)) {
        None => true,
        Some(best) => *best == 0 && flow.reach.is_reached(),
    };
    let mut flows: Vec<MailFlow> = new.flows.iter().filter(is_new).cloned().collect();
    flows.sort_by(|a, b| flow_order(a).cmp(&flow_order(b)));
    flows
}

fn flow_key(flow: &MailFlow) -> FlowKey<'_> {
    let value = match &flow.mailbox {
        Some(mailbox) => Some(mailbox.to_string()),
        None => flow.value.as_deref().map(|value| value.trim().to_lowercase()),
    };
    let beside_caller = flow.message.caller_recipients || flow.message.beside_caller_message;
    FlowKey {
        kind: &flow.kind,
        origin: origin_class(&flow.origin),
        value,
        beside_caller,
    }
}

/// The origin without the name of what is read.
fn origin_class(origin: &Origin) -> u8 {
    match origin {
        Origin::Constant => 0,
        Origin::Fetched => 1,
        Origin::Derived => 2,
        Origin::Shipped => 3,
        Origin::Default => 4,
        Origin::Unknown => 5,
        Origin::Configured(_) => 6,
        Origin::Caller => 7,
    }
}

fn flow_order(flow: &MailFlow) -> impl Ord {
    (
        !(flow.message.caller_recipients || flow.message.beside_caller_message),
        origin_class(&flow.origin),
        !flow.hidden,
        Reverse(rank(&flow.reach)),
        flow.kind.clone(),
        flow.location,
    )
}

fn compare_files(old: &[FileFacts], new: &[FileFacts]) -> FileChanges {
    let before: BTreeMap<&str, [u8; 16]> = old.iter().map(|file| (file.path.as_str(), file.digest)).collect();
    let after: BTreeMap<&str, [u8; 16]> = new.iter().map(|file| (file.path.as_str(), file.digest)).collect();
    let mut changes = FileChanges::default();
    for (path, digest) in &after {
        match before.get(path) {
            None => changes.added.push((*path).to_owned()),
            Some(other) if other == digest => changes.identical += 1,
            Some(_) => changes.changed.push((*path).to_owned()),
        }
    }
    changes.removed = before
        .keys()
        .filter(|path| !after.contains_key(*path))
        .map(|path| (*path).to_owned())
        .collect();
    changes
}

/// The rank of code that runs on installing.
const INSTALL: u8 = 4;

#[cfg(test)]
mod tests;
