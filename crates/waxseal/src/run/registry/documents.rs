//! The packuments of a closure, made from its lockfile: nothing is read from an archive, which a package wrote.

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};
use url::Url;
use waxseal_model::PackageName;
use waxseal_npm::version::Version;

use crate::run::closure::{Archives, Closure, Locked};

/// Name, full form, abbreviated form.
pub(super) fn of(closure: &Closure, archives: &Archives, base: &Url) -> Vec<(PackageName, Vec<u8>, Vec<u8>)> {
    let mut by_name: BTreeMap<&PackageName, BTreeMap<&str, &Locked>> = BTreeMap::new();
    for package in closure.packages.iter().filter(|package| !package.bundled) {
        let versions = by_name.entry(&package.name).or_default();
        // One release stands at several places of a tree; all entries say the same of it.
        versions.entry(&package.version).or_insert(package);
    }
    let documents = by_name.into_iter().map(|(name, locked)| {
        let mut versions = Map::new();
        for (version, package) in &locked {
            versions.insert((*version).to_owned(), manifest(package, archives, base));
        }
        let tags = tags(name, &locked, closure);
        let abbreviated = json!({
            "name": name.as_str(),
            "modified": MOMENT,
            "dist-tags": tags,
            "versions": versions,
        });
        let mut full = abbreviated.clone();
        full["_id"] = json!(name.as_str());
        full["description"] = json!("");
        full["readme"] = json!("");
        full["maintainers"] = json!([]);
        full["time"] = times(&locked);
        (
            name.clone(),
            full.to_string().into_bytes(),
            abbreviated.to_string().into_bytes(),
        )
    });
    documents.collect()
}

/// What the document says of one version.
fn manifest(package: &Locked, archives: &Archives, base: &Url) -> Value {
    let mut manifest = package.manifest.clone();
    manifest.insert("name".to_owned(), json!(package.name.as_str()));
    manifest.insert("version".to_owned(), json!(package.version));
    manifest.insert("_id".to_owned(), json!(format!("{}@{}", package.name, package.version)));
    // npm looks for install scripts in the archive only where this says that there are some. Where there are none after all, npm
    // finds none, and says of a package too many that it has some.
    if package.may_have_install_script() {
        manifest.insert("hasInstallScript".to_owned(), json!(true));
    }
    let verified = archives
        .archives
        .get(&package.release())
        .map(|archive| &archive.verified);
    let integrity = package.integrity.as_ref().or(verified);
    let mut dist = json!({ "tarball": archive_url(base, package) });
    if let Some(integrity) = integrity {
        dist["integrity"] = json!(integrity);
    }
    manifest.insert("dist".to_owned(), dist);
    Value::Object(manifest)
}

/// What each tag stands for: what the tree asks for, and `latest`, without which npm takes a document for broken.
fn tags(name: &PackageName, locked: &BTreeMap<&str, &Locked>, closure: &Closure) -> BTreeMap<String, String> {
    let mut tags = BTreeMap::new();
    let highest = locked
        .keys()
        .filter_map(|version| Some((Version::parse(version)?, *version)))
        .max();
    if let Some((_, version)) = highest {
        tags.insert("latest".to_owned(), version.to_owned());
    }
    for tag in closure.tags.iter().filter(|tag| tag.name == *name) {
        tags.insert(tag.tag.clone(), tag.version.clone());
    }
    tags
}

/// When what was published is not known in the room: one day for all of it.
fn times(locked: &BTreeMap<&str, &Locked>) -> Value {
    let mut times = json!({ "created": MOMENT, "modified": MOMENT });
    for version in locked.keys() {
        times[*version] = json!(MOMENT);
    }
    times
}

fn archive_url(base: &Url, package: &Locked) -> String {
    let path = archive_path(&package.name, &package.version);
    let slash = if base.as_str().ends_with('/') { "" } else { "/" };
    format!("{base}{slash}{path}")
}

/// `@scope/name/-/name-1.2.3.tgz`, where npm's own registry has it too.
pub(super) fn archive_path(name: &PackageName, version: &str) -> String {
    let base = name.as_str().rsplit('/').next().unwrap_or_default();
    format!("{name}/-/{base}-{version}.tgz")
}

/// A day long enough ago for every setting that waits for a release to be old.
const MOMENT: &str = "2023-03-14T09:26:53.000Z";
