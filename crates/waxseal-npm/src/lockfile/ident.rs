//! `name@reference`, which most formats write in one way or another, and where a reference leads.

use waxseal_model::{DependencySource, OccurrenceSource};

use crate::spec::source_of;

/// Parts `name@reference`; the `@` of a scope is not the one.
pub(super) fn split(ident: &str) -> Option<(&str, &str)> {
    let at = ident.char_indices().skip(1).find(|(_, c)| *c == '@')?.0;
    Some((&ident[..at], &ident[at + 1..]))
}

/// Where a reference leads that is not one to a registry: a path, an archive, a repository. `None` for versions, ranges and tags.
pub(super) fn elsewhere(reference: &str) -> Option<OccurrenceSource> {
    for scheme in ["file:", "link:", "portal:", "workspace:"] {
        if let Some(path) = reference.strip_prefix(scheme) {
            return Some(OccurrenceSource::Local(path.to_owned()));
        }
    }
    match source_of(reference) {
        DependencySource::Registry => None,
        // yarn, pnpm and bun take an address for a repository's where it says so, npm never does without `git+`.
        DependencySource::Url if is_repository(reference) => Some(OccurrenceSource::Git(reference.to_owned())),
        DependencySource::Git => Some(OccurrenceSource::Git(reference.to_owned())),
        DependencySource::Url => Some(OccurrenceSource::Remote(reference.to_owned())),
        DependencySource::File => Some(OccurrenceSource::Local(reference.to_owned())),
    }
}

/// `https://host/name.git`, with or without a commit behind `#`.
fn is_repository(address: &str) -> bool {
    let (path, commit) = address.split_once('#').unwrap_or((address, ""));
    path.ends_with(".git") || commit.starts_with("commit=")
}
