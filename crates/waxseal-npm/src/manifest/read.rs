//! From the JSON of a `package.json` to the model's manifest.

use std::collections::{BTreeMap, BTreeSet};

use waxseal_model::{Dependency, DependencyKind, EntryPoint, Manifest};

use super::Read;
use super::entries::{self, Tree};
use super::shapes::{Bin, Bundle, Directories, Gypfile, License, OneOrMany, PeerMeta, Repository};
use crate::lenient::{Field, List, Map, Text, fields};
use crate::spec;

/// The fields that are read.
#[derive(Default)]
pub(super) struct Document {
    name: Field<Text>,
    version: Field<Text>,
    description: Field<Text>,
    license: Field<License>,
    licenses: Field<List<License>>,
    module_type: Field<Text>,
    scripts: Field<Map<Text>>,
    dependencies: Field<Map<Text>>,
    optional: Field<Map<Text>>,
    peer: Field<Map<Text>>,
    peer_meta: Field<Map<PeerMeta>>,
    bin: Field<Bin>,
    directories: Field<Directories>,
    main: Field<Text>,
    module: Field<Text>,
    browser: Field<Tree>,
    exports: Field<Tree>,
    imports: Field<Tree>,
    engines: Field<Map<Text>>,
    os: Field<OneOrMany>,
    cpu: Field<OneOrMany>,
    files: Field<List<Text>>,
    repository: Field<Repository>,
    gypfile: Field<Gypfile>,
    bundle: Field<Bundle>,
    bundled: Field<Bundle>,
}

fields!(Document {
    "name" => name,
    "version" => version,
    "description" => description,
    "license" => license,
    "licenses" => licenses,
    "type" => module_type,
    "scripts" => scripts,
    "dependencies" => dependencies,
    "optionalDependencies" => optional,
    "peerDependencies" => peer,
    "peerDependenciesMeta" => peer_meta,
    "bin" => bin,
    "directories" => directories,
    "main" => main,
    "module" => module,
    "browser" => browser,
    "exports" => exports,
    "imports" => imports,
    "engines" => engines,
    "os" => os,
    "cpu" => cpu,
    "files" => files,
    "repository" => repository,
    "gypfile" => gypfile,
    "bundleDependencies" => bundle,
    "bundledDependencies" => bundled,
});

/// Builds the manifest and notes what had to be left out.
pub(super) fn manifest(document: Document) -> Read {
    let mut notes = Notes(Vec::new());
    let name = notes.text("name", document.name);
    let mut manifest = Manifest {
        version: notes.text("version", document.version),
        description: described(document.description),
        license: license(&mut notes, document.license, document.licenses),
        module_type: notes.text("type", document.module_type),
        scripts: notes.texts("scripts", document.scripts),
        engines: notes.texts("engines", document.engines),
        os: notes.take("os", document.os).map(|it| it.0).unwrap_or_default(),
        cpu: notes.take("cpu", document.cpu).map(|it| it.0).unwrap_or_default(),
        files: notes.list("files", document.files),
        repository: notes.take("repository", document.repository).and_then(|it| it.0),
        gypfile_off: matches!(document.gypfile, Field::Present(Gypfile(false))),
        ..Manifest::default()
    };
    manifest.bin = bin(&mut notes, document.bin, document.directories, name.as_deref());
    let dependencies = notes.texts("dependencies", document.dependencies);
    let optional = notes.texts("optionalDependencies", document.optional);
    let bundle = if matches!(document.bundle, Field::Absent) {
        document.bundled
    } else {
        document.bundle
    };
    manifest.bundled = match notes.take("bundleDependencies", bundle) {
        None | Some(Bundle::None) => Vec::new(),
        Some(Bundle::Names(names)) => names,
        Some(Bundle::All) => dependencies.keys().cloned().collect(),
    };
    let optional_peers: BTreeSet<String> = notes
        .entries("peerDependenciesMeta", document.peer_meta)
        .into_iter()
        .filter(|(_, meta)| matches!(meta, Field::Present(PeerMeta { optional: Field::Present(optional) }) if optional.is_true()))
        .map(|(name, _)| name)
        .collect();
    let peers = notes.texts("peerDependencies", document.peer);
    manifest.dependencies = dependencies_of(dependencies, optional, peers, &optional_peers);
    for (label, field) in [("main", document.main), ("module", document.module)] {
        if let Some(target) = notes.text(label, field) {
            manifest.entries.push(EntryPoint {
                label: label.to_owned(),
                target,
            });
        }
    }
    let mut cut = false;
    if let Some(tree) = notes.take("browser", document.browser) {
        manifest.entries.extend(entries::browser(tree, &mut cut));
    }
    if let Some(tree) = notes.take("exports", document.exports) {
        manifest.entries.extend(entries::exports(tree, &mut cut));
    }
    if let Some(tree) = notes.take("imports", document.imports) {
        manifest.imports = entries::imports(tree, &mut cut);
    }
    if cut {
        notes.add("`exports`, `imports` or `browser` hold more, or nest deeper, than is read");
    }
    let commands = manifest.bin.iter();
    manifest.entries.extend(commands.map(|(name, file)| EntryPoint {
        label: format!("bin:{name}"),
        target: file.clone(),
    }));
    manifest.name = name;
    Read {
        manifest,
        oddities: notes.0,
    }
}

/// One of a wrong type says nothing, which changes nothing of what is installed.
fn described(description: Field<Text>) -> Option<String> {
    let Field::Present(Text(mut text)) = description else {
        return None;
    };
    text.truncate(text.floor_char_boundary(MAX_DESCRIPTION));
    Some(text)
}

/// npm installs an optional dependency as such even where `dependencies` names it too.
fn dependencies_of(
    regular: BTreeMap<String, String>,
    optional: BTreeMap<String, String>,
    peers: BTreeMap<String, String>,
    optional_peers: &BTreeSet<String>,
) -> Vec<Dependency> {
    let make = |kind: DependencyKind, (name, spec): (String, String)| {
        let source = spec::source_of(&spec);
        Dependency {
            name,
            spec,
            kind,
            source,
        }
    };
    let regular = regular
        .into_iter()
        .filter(|(name, _)| !optional.contains_key(name))
        .collect::<Vec<_>>();
    let mut all: Vec<Dependency> = regular
        .into_iter()
        .map(|it| make(DependencyKind::Regular, it))
        .collect();
    all.extend(optional.into_iter().map(|it| make(DependencyKind::Optional, it)));
    all.extend(peers.into_iter().map(|it| {
        let optional = optional_peers.contains(&it.0);
        make(
            if optional {
                DependencyKind::OptionalPeer
            } else {
                DependencyKind::Peer
            },
            it,
        )
    }));
    all
}

fn license(notes: &mut Notes, license: Field<License>, licenses: Field<List<License>>) -> Option<String> {
    if let Some(License(name)) = notes.take("license", license) {
        return name;
    }
    let list = notes.take("licenses", licenses)?;
    let names: Vec<String> = list
        .entries
        .into_iter()
        .filter_map(|it| notes.take("licenses", it)?.0)
        .collect();
    (!names.is_empty()).then(|| names.join(" OR "))
}

/// `bin` as a text is one command with the package's own name; `directories.bin` makes one of every file there.
fn bin(
    notes: &mut Notes,
    bin: Field<Bin>,
    directories: Field<Directories>,
    name: Option<&str>,
) -> BTreeMap<String, String> {
    match notes.take("bin", bin) {
        Some(Bin::One(file)) => {
            let command = name.map_or("", |name| name.rsplit('/').next().unwrap_or(name));
            BTreeMap::from([(command.to_owned(), file)])
        }
        Some(Bin::Many(commands)) => {
            let entries = commands.into_iter();
            entries
                .filter_map(|(name, file)| Some((name, notes.text("bin", file)?)))
                .collect()
        }
        None => {
            let folder = notes
                .take("directories", directories)
                .and_then(|it| notes.text("directories.bin", it.bin));
            folder
                .map(|folder| (String::from("*"), format!("{}/*", folder.trim_end_matches('/'))))
                .into_iter()
                .collect()
        }
    }
}

/// What had to be left out, each sentence once.
struct Notes(Vec<String>);

impl Notes {
    fn add(&mut self, note: &str) {
        if !self.0.iter().any(|known| known == note) {
            self.0.push(note.to_owned());
        }
    }

    fn take<T>(&mut self, name: &str, field: Field<T>) -> Option<T> {
        match field {
            Field::Absent => None,
            Field::Present(value) => Some(value),
            Field::Wrong => {
                self.add(&format!("`{name}` is of a wrong type or too large"));
                None
            }
        }
    }

    fn text(&mut self, name: &str, field: Field<Text>) -> Option<String> {
        self.take(name, field).map(|text| text.0)
    }

    fn entries<T>(&mut self, name: &str, field: Field<Map<T>>) -> Vec<(String, Field<T>)> {
        let Some(map) = self.take(name, field) else {
            return Vec::new();
        };
        if map.cut {
            self.add(&format!("`{name}` has more entries than are read"));
        }
        map.entries
    }

    fn texts(&mut self, name: &str, field: Field<Map<Text>>) -> BTreeMap<String, String> {
        let entries = self.entries(name, field);
        entries
            .into_iter()
            .filter_map(|(key, value)| Some((key, self.text(name, value)?)))
            .collect()
    }

    fn list(&mut self, name: &str, field: Field<List<Text>>) -> Vec<String> {
        let Some(list) = self.take(name, field) else {
            return Vec::new();
        };
        list.entries
            .into_iter()
            .filter_map(|text| self.text(name, text))
            .collect()
    }
}

/// A longer description is none.
const MAX_DESCRIPTION: usize = 1024;
