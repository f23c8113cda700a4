//! What differs between two manifests.

use std::collections::BTreeMap;

use waxseal_model::{DependencyKind, Manifest, ManifestChange};

/// What differs: scripts, dependencies, commands, entry points, engines, systems, files, licence, type, repository. Name and
/// version are left out.
pub fn compare(old: &Manifest, new: &Manifest) -> Vec<ManifestChange> {
    let (old, new) = (flatten(old), flatten(new));
    let mut fields: Vec<&String> = old.keys().chain(new.keys()).collect();
    fields.sort();
    fields.dedup();
    let changed = fields.into_iter().filter(|field| old.get(*field) != new.get(*field));
    changed
        .map(|field| ManifestChange {
            field: field.clone(),
            old: old.get(field).cloned(),
            new: new.get(field).cloned(),
        })
        .collect()
}

/// Every compared field by its dotted name.
fn flatten(manifest: &Manifest) -> BTreeMap<String, String> {
    let mut flat = BTreeMap::new();
    let mut add = |field: String, value: &str| {
        let joined: &mut String = flat.entry(field).or_default();
        if !joined.is_empty() {
            joined.push_str(", ");
        }
        joined.push_str(value);
    };
    for (field, value) in [
        ("license", &manifest.license),
        ("type", &manifest.module_type),
        ("repository", &manifest.repository),
    ] {
        if let Some(value) = value {
            add(field.to_owned(), value);
        }
    }
    for (prefix, map) in [
        ("scripts", &manifest.scripts),
        ("bin", &manifest.bin),
        ("engines", &manifest.engines),
    ] {
        for (key, value) in map {
            add(format!("{prefix}.{key}"), value);
        }
    }
    for (field, list) in [
        ("os", &manifest.os),
        ("cpu", &manifest.cpu),
        ("files", &manifest.files),
        ("bundleDependencies", &manifest.bundled),
    ] {
        for value in list {
            add(field.to_owned(), value);
        }
    }
    for dependency in &manifest.dependencies {
        let (prefix, note) = match dependency.kind {
            DependencyKind::Regular => ("dependencies", ""),
            DependencyKind::Optional => ("optionalDependencies", ""),
            DependencyKind::Peer => ("peerDependencies", ""),
            DependencyKind::OptionalPeer => ("peerDependencies", " (optional)"),
        };
        add(
            format!("{prefix}.{}", dependency.name),
            &format!("{}{note}", dependency.spec),
        );
    }
    // Commands are entry points too, and are compared as commands already.
    for entry in manifest.entries.iter().filter(|entry| !entry.label.starts_with("bin:")) {
        let prefix = if entry.label.starts_with('.') { "exports " } else { "" };
        add(format!("{prefix}{}", entry.label), &entry.target);
    }
    for (name, files) in &manifest.imports {
        add(format!("imports {name}"), &files.join(", "));
    }
    if manifest.implicit_gyp && !manifest.gypfile_off {
        add(
            String::from("scripts.install (implicit, binding.gyp)"),
            "node-gyp rebuild",
        );
    }
    flat
}
