//! What a configuration starts, as what a place holds.

use std::path::Path;

use waxseal_model::{
    Difference, DifferenceKind, Occurrence, OccurrenceSource, Place, PlaceContents, PlaceKind, PlaceProblem, Presence,
};

use super::launch::{Launch, Requested, RequestedKind};
use super::table::Client;
use super::{Server, Servers};

/// Sums a configuration up.
pub(super) fn of(client: &'static Client, path: &Path, servers: Servers) -> PlaceContents {
    let mut contents = PlaceContents {
        place: Place {
            kind: PlaceKind::ClientConfig,
            tool: client.name.to_owned(),
            path: path.to_string_lossy().into_owned(),
        },
        packages: Vec::new(),
        differences: Vec::new(),
        problems: servers.problems,
        notes: Vec::new(),
    };
    for server in &servers.servers {
        match &server.launch {
            Launch::Package(launch) => {
                for package in &launch.packages {
                    fetched(server, package, &mut contents);
                }
            }
            Launch::Script(file) => match lying(server, file) {
                Some(package) => contents.packages.push(package),
                None => contents.notes.push(told(server, NO_OWNER)),
            },
            // An extension of the client is no package that could be named here.
            launch => contents
                .problems
                .extend(launch.unread().map(|reason| told(server, reason))),
        }
    }
    contents
}

/// What is to be said of one server.
fn told(server: &Server, reason: &str) -> PlaceProblem {
    PlaceProblem {
        path: server.path.clone(),
        reason: reason.to_owned(),
    }
}

/// A package that is fetched.
fn fetched(server: &Server, package: &Requested, contents: &mut PlaceContents) {
    let (name, version, requested, source) = match &package.wanted {
        RequestedKind::Registry { name, version, range } => {
            (name.clone(), version.clone(), range.clone(), OccurrenceSource::Registry)
        }
        RequestedKind::Git { commit } => {
            let source = OccurrenceSource::Git(package.spec.clone());
            (package.spec.clone(), None, commit.clone(), source)
        }
        RequestedKind::Remote => (
            package.spec.clone(),
            None,
            None,
            OccurrenceSource::Remote(package.spec.clone()),
        ),
        RequestedKind::Local => (
            package.spec.clone(),
            None,
            None,
            OccurrenceSource::Local(package.spec.clone()),
        ),
    };
    if !package.is_pinned() {
        contents.differences.push(Difference {
            kind: DifferenceKind::Unpinned,
            name: name.clone(),
            path: server.path.clone(),
            expected: None,
            found: requested.clone(),
        });
    }
    contents.packages.push(Occurrence {
        presence: if version.is_some() {
            Presence::CouldHaveRun
        } else {
            Presence::Unknown
        },
        name,
        version,
        requested,
        path: server.path.clone(),
        line: Some(server.line),
        alias: Some(server.name.clone()),
        integrity: None,
        source,
    });
}

/// The package a script on this disk belongs to, where that says its name.
fn lying(server: &Server, file: &str) -> Option<Occurrence> {
    let owner = server.owner.as_ref()?;
    Some(Occurrence {
        name: owner.name.clone(),
        version: owner.version.clone(),
        requested: None,
        presence: Presence::Present,
        path: server.path.clone(),
        line: Some(server.line),
        alias: Some(server.name.clone()),
        integrity: None,
        source: OccurrenceSource::Local(file.to_owned()),
    })
}

const NO_OWNER: &str = "it starts a script, above which no package.json that names a package could be found";
