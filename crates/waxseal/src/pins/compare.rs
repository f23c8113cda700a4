//! What was recorded when a server was pinned, against what is there now.

use std::path::Path;

use waxseal_model::{
    Difference, DifferenceKind, PackageRef, Place, PlaceContents, PlaceKind, PlaceProblem, RunSummary,
};
use waxseal_npm::Environment;
use waxseal_npm::clients::launch::RequestedKind;
use waxseal_npm::clients::{self, CLIENTS, Client, Launch, PackageLaunch, Runner, Servers, npx};

use super::{Pin, Pins, Tools, tools_of};

/// What differs, and what could not be compared.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Compared {
    /// What differs.
    pub differences: Vec<Difference>,
    /// What could not be compared.
    pub problems: Vec<PlaceProblem>,
    /// What says nothing, and leaves no doubt about the rest.
    pub notes: Vec<PlaceProblem>,
}

/// Compares a client's configuration, and what npx fetched for its servers, with what was recorded. Starts nothing and asks nobody.
pub fn compare(pins: &Pins, client: &Client, path: &Path, servers: &Servers, env: &Environment) -> Compared {
    let mut compared = Compared::default();
    let path = path.to_string_lossy();
    for server in &servers.servers {
        let Launch::Package(launch) = &server.launch else {
            continue;
        };
        for pin in pins.pins.iter().filter(|pin| pin.is_of(client.id, &path, &server.path)) {
            let Some(found) = version_of(launch, &pin.package) else {
                continue;
            };
            match found {
                // Unpinned again is told as that.
                None => {}
                Some(version) if version != pin.version => compared.notes.push(PlaceProblem {
                    path: server.path.clone(),
                    reason: OTHER_VERSION.to_owned(),
                }),
                Some(_) => fetched(pin, launch, env, &mut compared),
            }
        }
    }
    compared
}

/// What a client's configuration starts, with what differs from what was recorded of it.
pub fn read(pins: &Pins, (client, path): (&'static Client, &Path), bytes: &[u8], env: &Environment) -> PlaceContents {
    let servers = clients::servers(client, path, bytes);
    let compared = compare(pins, client, path, &servers, env);
    let mut contents = clients::contents(client, path, servers);
    contents.differences.extend(compared.differences);
    contents.problems.extend(compared.problems);
    contents.notes.extend(compared.notes);
    contents
}

/// The exact version a launch asks for; `None` where it does not ask for the package at all, `Some(None)` where it asks for no exact one.
fn version_of<'l>(launch: &'l PackageLaunch, package: &str) -> Option<Option<&'l str>> {
    launch.packages.iter().find_map(|requested| match &requested.wanted {
        RequestedKind::Registry { name, version, .. } if name == package => Some(version.as_deref()),
        _ => None,
    })
}

/// What npx fetched for that very request.
fn fetched(pin: &Pin, launch: &PackageLaunch, env: &Environment, compared: &mut Compared) {
    let (Runner::Npx, Some(expected), Some(cache)) = (launch.runner, &pin.integrity, npx::cache(env)) else {
        return;
    };
    let specs: Vec<&str> = launch
        .packages
        .iter()
        .map(|requested| requested.spec.as_str())
        .collect();
    let problem = |reason: &str| PlaceProblem {
        path: pin.server.clone(),
        reason: reason.to_owned(),
    };
    match npx::fetched(&cache, &specs, &pin.package) {
        Ok(None) => {}
        Err(reason) => compared.problems.push(problem(reason)),
        Ok(Some(found)) => match same(expected, found.integrity.as_deref()) {
            Some(true) => {}
            Some(false) => compared.differences.push(integrity(pin, expected, found.integrity)),
            None => compared.notes.push(problem(
                "npx's lockfile has no hash that can be compared with the one that was recorded",
            )),
        },
    }
}

/// Compares a release that was fetched and run again with what was recorded of it: one place for each configuration in which something differs.
pub fn compare_release(
    pins: &Pins,
    release: &PackageRef,
    verified: Option<&str>,
    runs: &[RunSummary],
) -> Vec<PlaceContents> {
    let tools = tools_of(runs);
    let mut places: Vec<PlaceContents> = Vec::new();
    let named = |pin: &&Pin| release.name.to_string() == pin.package && release.version == pin.version;
    for pin in pins.pins.iter().filter(named) {
        let mut differences = Vec::new();
        if let (Some(expected), Some(verified)) = (&pin.integrity, verified)
            && same(expected, Some(verified)) == Some(false)
        {
            differences.push(integrity(pin, expected, Some(verified.to_owned())));
        }
        if let (Some(expected), Tools::Listed { hash, .. }) = (&pin.tools, &tools)
            && expected != hash
        {
            differences.push(Difference {
                kind: DifferenceKind::OtherTools,
                name: pin.package.clone(),
                path: pin.server.clone(),
                expected: Some(expected.clone()),
                found: Some(hash.clone()),
            });
        }
        if differences.is_empty() {
            continue;
        }
        match places.iter_mut().find(|it| it.place.path == pin.path) {
            Some(place) => place.differences.extend(differences),
            None => places.push(PlaceContents {
                place: place(pin),
                packages: Vec::new(),
                differences,
                problems: Vec::new(),
                notes: Vec::new(),
            }),
        }
    }
    places
}

/// The configuration a pin is in.
fn place(pin: &Pin) -> Place {
    let client = CLIENTS.iter().find(|client| client.id == pin.client);
    Place {
        kind: PlaceKind::ClientConfig,
        tool: client.map_or_else(|| pin.client.clone(), |client| client.name.to_owned()),
        path: pin.path.clone(),
    }
}

fn integrity(pin: &Pin, expected: &str, found: Option<String>) -> Difference {
    Difference {
        kind: DifferenceKind::OtherIntegrity,
        name: pin.package.clone(),
        path: pin.server.clone(),
        expected: Some(expected.to_owned()),
        found,
    }
}

/// Whether two integrity texts agree; `None` where they have no algorithm in common. One hash of the strongest common algorithm is enough, as for npm.
fn same(expected: &str, found: Option<&str>) -> Option<bool> {
    let found = found?;
    let of = |text: &str, algorithm: &str| -> Vec<String> {
        let hashes = text
            .split_whitespace()
            .filter_map(|hash| hash.strip_prefix(algorithm)?.strip_prefix('-'));
        // What follows `?` are options, not hash.
        hashes
            .map(|hash| hash.split('?').next().unwrap_or_default().to_owned())
            .collect()
    };
    ["sha512", "sha384", "sha256", "sha1"].iter().find_map(|algorithm| {
        let (expected, found) = (of(expected, algorithm), of(found, algorithm));
        (!expected.is_empty() && !found.is_empty()).then(|| expected.iter().any(|hash| found.contains(hash)))
    })
}

const OTHER_VERSION: &str = "it names another version than the one it was pinned to, of which nothing is recorded";
