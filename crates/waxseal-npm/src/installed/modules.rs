//! The `node_modules` folder of a project.

use std::collections::HashSet;
use std::ffi::OsString;
use std::path::Path;

use waxseal_model::{Occurrence, OccurrenceSource, Place, PlaceContents, PlaceKind, PlaceProblem, Presence};

use super::files::{self, Kind, Trouble};
use super::{Expected, Limits, Problems, differences, manifest, other_caches, tree};

/// What lies in a project: its `node_modules`, those of its workspaces, pnpm's and bun's stores within it, and the archives and
/// unpacked packages of yarn's Plug'n'Play. Compared with what its lockfile says, where that is handed in.
pub fn node_modules(project: &Path, expected: Option<&[Expected]>, limits: &Limits) -> PlaceContents {
    let mut problems = Problems::new(limits);
    let mut packages = Vec::new();
    let mut needed = needed_by(project, limits);
    let modules = project.join("node_modules");
    let has_modules = !matches!(files::kind(&modules), Err(Trouble::Missing));
    if has_modules {
        let found = tree::read(project, &modules, "node_modules", limits);
        packages.extend(found.packages);
        problems.append(found.problems);
        needed.extend(found.needed);
    }
    let plug_and_play = PNP
        .iter()
        .any(|name| files::kind(&project.join(name)) == Ok(Kind::File));
    if plug_and_play {
        packages.extend(read_plug_and_play(project, limits, &mut problems));
    }
    packages.sort_by(|a, b| (&a.path, &a.name).cmp(&(&b.path, &b.name)));
    // Plug'n'Play keeps archives elsewhere too, and a project that was never installed differs in nothing.
    let differences = match expected {
        Some(expected) if has_modules && !plug_and_play => differences(&mut packages, expected, &needed),
        _ => Vec::new(),
    };
    PlaceContents {
        place: Place {
            kind: PlaceKind::NodeModules,
            tool: tool(project).to_owned(),
            path: files::text(project),
        },
        packages,
        differences,
        problems: problems.into_vec(),
        notes: plug_and_play.then(archives_note).into_iter().collect(),
    }
}

/// What the project's own `package.json` depends on.
fn needed_by(project: &Path, limits: &Limits) -> HashSet<String> {
    let bytes = files::read(&project.join("package.json"), limits.manifest).ok();
    let own = bytes.and_then(|bytes| manifest::parse(&bytes).ok());
    own.map(|own| own.needs.into_iter().collect()).unwrap_or_default()
}

/// Who laid the folder out, by what it left there.
fn tool(project: &Path) -> &'static str {
    let left = MARKS.iter().find(|(mark, _)| files::kind(&project.join(mark)).is_ok());
    left.map_or("npm", |(_, tool)| tool)
}

/// Of archives only the name is read; what was unpacked for install scripts lies in folders.
fn read_plug_and_play(project: &Path, limits: &Limits, problems: &mut Problems) -> Vec<Occurrence> {
    let mut packages = Vec::new();
    let unplugged = project.join(".yarn/unplugged");
    match files::list(&unplugged, limits.entries) {
        Ok((names, _)) => {
            for (name, _) in names.iter().filter(|(_, kind)| *kind == Kind::Folder) {
                let shown = format!(".yarn/unplugged/{}/node_modules", name.to_string_lossy());
                let found = tree::read(project, &unplugged.join(name).join("node_modules"), &shown, limits);
                packages.extend(found.packages);
                problems.append(found.problems);
            }
        }
        Err(Trouble::Missing) => {}
        Err(trouble) => problems.add(".yarn/unplugged", trouble.reason()),
    }
    let cache = project.join(".yarn/cache");
    match files::list(&cache, limits.packages) {
        Ok((names, more)) => {
            let unclear = archives(&cache, &names, &mut packages);
            if unclear > 0 {
                let reason = format!("{unclear} archives have names that do not say which package is in them");
                problems.add(".yarn/cache", reason);
            }
            if more {
                problems.add_always(".yarn/cache", "there are more archives than are looked at");
            }
        }
        Err(Trouble::Missing) => {}
        Err(trouble) => problems.add(".yarn/cache", trouble.reason()),
    }
    packages
}

/// Archives in the project's own cache are told by their names; those in the user's are not looked for.
fn archives_note() -> PlaceProblem {
    PlaceProblem {
        path: String::from(".pnp.cjs"),
        reason: String::from(
            "packages lie in archives that are not opened (Plug'n'Play): the lockfile says which they are",
        ),
    }
}

/// Adds what the archives are called; says how many have names that do not tell.
fn archives(cache: &Path, names: &[(OsString, Kind)], packages: &mut Vec<Occurrence>) -> usize {
    let mut unclear = 0;
    for (file, _) in names.iter().filter(|(_, kind)| *kind == Kind::File) {
        let text = file.to_string_lossy();
        let Some(stem) = text.strip_suffix(".zip") else {
            continue;
        };
        let Some((name, version)) = other_caches::berry_release(&cache.join(file), stem) else {
            unclear += 1;
            continue;
        };
        packages.push(Occurrence {
            name,
            version: Some(version),
            requested: None,
            presence: Presence::Present,
            path: format!(".yarn/cache/{text}"),
            line: None,
            alias: None,
            integrity: None,
            source: OccurrenceSource::Registry,
        });
    }
    unclear
}

/// yarn's loader of Plug'n'Play, of version 2 and later and of version 1.
const PNP: [&str; 2] = [".pnp.cjs", ".pnp.js"];

/// What each package manager leaves in a project.
const MARKS: [(&str, &str); 8] = [
    ("node_modules/.package-lock.json", "npm"),
    ("node_modules/.modules.yaml", "pnpm"),
    ("node_modules/.yarn-state.yml", "yarn"),
    ("node_modules/.yarn-integrity", "yarn"),
    (".pnp.cjs", "yarn"),
    (".pnp.js", "yarn"),
    ("node_modules/.bun", "bun"),
    ("bun.lock", "bun"),
];
