//! The `package.json` that npm is given, from which everything that is no registry's is taken out before npm sees it.

use std::fs::File;
use std::io::Read as _;
use std::path::Path;

use serde_json::{Map, Value, json};
use waxseal_npm::spec::source_of;
use waxseal_npm::{PackageSpec, Wanted};

use super::{ClosureError, Refused, why};

/// What npm is given.
#[derive(Debug, Default)]
pub(super) struct Wish {
    /// The `package.json`.
    pub(super) manifest: Vec<u8>,
    /// The project's lockfile, by its name.
    pub(super) lockfile: Option<(&'static str, Vec<u8>)>,
    /// The project's `.npmrc`.
    pub(super) settings: Option<Vec<u8>>,
    /// An archive beside the project, by its name: one of ours, which stands for one on disk.
    pub(super) archive: Option<(String, Vec<u8>)>,
    /// What was taken out.
    pub(super) refused: Vec<Refused>,
}

/// A project that depends on one package.
pub(super) fn of_package(spec: &PackageSpec, default_tag: &str, beside: &[(&str, &str)]) -> Result<Wish, ClosureError> {
    let (name, wanted, alias) = match spec {
        PackageSpec::Registry { name, wanted, alias } => (name, wanted, alias),
        PackageSpec::Folder(path) | PackageSpec::Archive(path) => {
            return Err(ClosureError::Local { path: path.0.clone() });
        }
    };
    let range = match wanted {
        Wanted::Default => default_tag,
        Wanted::Version(text) | Wanted::Range(text) | Wanted::Tag(text) => text,
    };
    let (key, range) = match alias {
        Some(alias) => (alias.as_str(), format!("npm:{name}@{range}")),
        None => (name.as_str(), range.to_owned()),
    };
    let mut dependencies: Map<String, Value> = beside
        .iter()
        .map(|(name, range)| ((*name).to_owned(), (*range).into()))
        .collect();
    dependencies.insert(key.to_owned(), range.into());
    let manifest = json!({
        "name": "project",
        "version": "1.0.0",
        "private": true,
        "dependencies": dependencies,
    });
    Ok(Wish {
        manifest: written(&manifest),
        ..Wish::default()
    })
}

/// The dependencies of a project.
pub(super) fn of_project(folder: &Path) -> Result<Wish, ClosureError> {
    let path = folder.join("package.json");
    let fail = |reason: String| ClosureError::Project {
        path: path.display().to_string(),
        reason,
    };
    let text = read(&path).map_err(|err| fail(err.to_string()))?;
    let text = text.strip_prefix(b"\xef\xbb\xbf").unwrap_or(&text);
    let manifest: Value = serde_json::from_slice(text).map_err(|_| fail("it is not JSON".to_owned()))?;
    let Value::Object(mut manifest) = manifest else {
        return Err(fail("it is not an object".to_owned()));
    };
    let refused = take_out(&mut manifest);
    // npm prefers the first where both are there.
    let lockfiles = ["npm-shrinkwrap.json", "package-lock.json"];
    let lockfile = lockfiles
        .into_iter()
        .find_map(|name| Some((name, read(&folder.join(name)).ok()?)));
    Ok(Wish {
        manifest: written(&Value::Object(manifest)),
        lockfile,
        settings: read(&folder.join(".npmrc")).ok(),
        archive: None,
        refused,
    })
}

/// Takes out what is not fetched.
pub(super) fn take_out(manifest: &mut Map<String, Value>) -> Vec<Refused> {
    let mut refused = Vec::new();
    for kind in KINDS {
        let Some(Value::Object(dependencies)) = manifest.get_mut(kind) else {
            continue;
        };
        dependencies.retain(|name, spec| {
            let reason = spec.as_str().and_then(|spec| why(source_of(spec)));
            if let Some(reason) = reason {
                refused.push(refusal(name, spec.as_str().unwrap_or_default(), reason));
            }
            reason.is_none()
        });
    }
    if let Some(workspaces) = manifest.remove("workspaces") {
        refused.push(refusal(
            "workspaces",
            &workspaces.to_string(),
            "the project's workspaces are not copied",
        ));
    }
    // What an override leads to may stand in for any dependency, so it is all of them or none.
    if let Some(overrides) = manifest.get("overrides")
        && let Some((name, spec, reason)) = elsewhere("overrides", overrides, 0)
    {
        refused.push(refusal(&name, &spec, reason));
        manifest.remove("overrides");
    }
    refused
}

/// The first override that leads elsewhere than to a registry.
fn elsewhere(name: &str, value: &Value, depth: usize) -> Option<(String, String, &'static str)> {
    match value {
        // `$name` stands for what the project itself asks for.
        Value::String(spec) if !spec.starts_with('$') => {
            why(source_of(spec)).map(|reason| (name.to_owned(), spec.clone(), reason))
        }
        Value::Object(map) if depth < MAX_DEPTH => {
            map.iter().find_map(|(name, value)| elsewhere(name, value, depth + 1))
        }
        _ => None,
    }
}

pub(super) fn refusal(name: &str, spec: &str, why: &str) -> Refused {
    let short = |text: &str| text.chars().take(MAX_TEXT).collect();
    Refused {
        name: short(name),
        spec: short(spec),
        why: why.to_owned(),
    }
}

fn read(path: &Path) -> std::io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    let file = File::open(path)?;
    // Opening a pipe or a device of a hostile project could wait forever.
    if !file.metadata()?.is_file() {
        return Err(std::io::ErrorKind::InvalidInput.into());
    }
    file.take(MAX_FILE + 1).read_to_end(&mut bytes)?;
    if bytes.len() as u64 > MAX_FILE {
        return Err(std::io::ErrorKind::FileTooLarge.into());
    }
    Ok(bytes)
}

pub(super) fn written(manifest: &Value) -> Vec<u8> {
    manifest.to_string().into_bytes()
}

/// The kinds of dependencies an install follows.
const KINDS: [&str; 4] = [
    "dependencies",
    "devDependencies",
    "optionalDependencies",
    "peerDependencies",
];

/// The largest lockfiles in use have some tens of megabytes.
pub(super) const MAX_FILE: u64 = 128 << 20;

/// Overrides within overrides.
const MAX_DEPTH: usize = 64;

/// Longer texts are not kept.
const MAX_TEXT: usize = 500;
