//! What npx, pnpm dlx and bunx installed to run it, and left lying.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use waxseal_model::{Occurrence, OccurrenceSource, PlaceKind, Presence};

use super::files::{self, Trouble};
use super::global::{children, each};
use super::{Contents, Limits, PlaceSource, other_caches, tree};
use crate::lenient::{self, Field, List, Map, Text, fields};

/// `<cache>/_npx/<hash>`: `package.json` with what was asked for in `_npx.packages`, and `node_modules` (npm/cli,
/// `workspaces/libnpmexec/lib/index.js`).
pub(super) const NPM: PlaceSource = PlaceSource {
    id: "npx",
    kind: PlaceKind::NpxCache,
    tool: "npx",
    find: |it| children(&it.npm.cache.join("_npx")),
    read,
};

/// `<cache>/dlx/<hash>/<time>-<pid>`, `pkg` being a link to the newest (pnpm/pnpm, `cleanExpiredDlxCache.ts`; the cache folder:
/// `config/config/src/dirs.ts`, `getCacheDir`).
pub(super) const PNPM: PlaceSource = PlaceSource {
    id: "pnpm-dlx",
    kind: PlaceKind::NpxCache,
    tool: "pnpm dlx",
    find: |it| {
        let folders = [
            it.var("XDG_CACHE_HOME", "pnpm"),
            it.home(".cache/pnpm"),
            it.home("Library/Caches/pnpm"),
            it.var("LOCALAPPDATA", "pnpm-cache"),
        ];
        each(folders, |cache| {
            children(&cache.join("dlx"))
                .iter()
                .flat_map(|hash| children(hash))
                .collect()
        })
    },
    read,
};

/// `.bunx-<uid>/<package>@<version>` in bun's cache (bun 1.4.5, tried); before that `bunx-<uid>-<package>` in the folder for temporary
/// files (oven-sh/bun, `src/cli/bunx_command.zig`).
pub(super) const BUN: PlaceSource = PlaceSource {
    id: "bunx",
    kind: PlaceKind::NpxCache,
    tool: "bunx",
    find: |it| {
        let temporary = [
            it.var("BUN_TMPDIR", ""),
            it.var("TMPDIR", ""),
            it.var("TEMP", ""),
            Some(PathBuf::from("/tmp")),
        ];
        let mut older = each(temporary, |folder| with_name(folder, |name| name.starts_with("bunx-")));
        let caches = other_caches::bun_caches(it);
        let users = each(caches, |cache| with_name(cache, |name| name.starts_with(".bunx-")));
        older.extend(users.iter().flat_map(|user| children(user)));
        // The second part of a scoped name is one more folder.
        let scoped: Vec<PathBuf> = older
            .iter()
            .filter(|it| !has_modules(it))
            .flat_map(|it| children(it))
            .collect();
        older
            .into_iter()
            .chain(scoped)
            .filter(|folder| has_modules(folder))
            .collect()
    },
    read,
};

fn with_name(folder: &Path, is_it: impl Fn(&str) -> bool) -> Vec<PathBuf> {
    let mut found = children(folder);
    found.retain(|child| child.file_name().is_some_and(|name| is_it(&name.to_string_lossy())));
    found
}

/// A folder that may not be looked into counts, so that it is told.
fn has_modules(folder: &Path) -> bool {
    !matches!(files::kind(&folder.join("node_modules")), Err(Trouble::Missing))
}

fn read(folder: &Path, limits: &Limits) -> Contents {
    let modules = folder.join("node_modules");
    let mut contents = Contents::default();
    if !matches!(files::kind(&modules), Err(Trouble::Missing)) {
        let found = tree::read(folder, &modules, "node_modules", limits);
        contents.packages = found.packages;
        contents.problems = found.problems;
    }
    let asked = match asked_for(folder, limits) {
        Ok(asked) => asked,
        Err(reason) => {
            contents.problems.push(waxseal_model::PlaceProblem {
                path: String::from("package.json"),
                reason,
            });
            return contents;
        }
    };
    for (name, spec) in asked {
        let path = format!("node_modules/{name}");
        match contents.packages.iter_mut().find(|it| it.path == path) {
            Some(package) => package.requested = Some(spec),
            None => contents.packages.push(named(name, spec)),
        }
    }
    contents
        .packages
        .sort_by(|a, b| (&a.path, &a.name).cmp(&(&b.path, &b.name)));
    contents
}

/// It was asked for, and does not lie there (any more).
fn named(name: String, spec: String) -> Occurrence {
    Occurrence {
        name,
        version: None,
        requested: Some(spec),
        presence: Presence::CouldHaveRun,
        path: String::from("package.json"),
        line: None,
        alias: None,
        integrity: None,
        source: OccurrenceSource::Unknown,
    }
}

/// The names that the folder was made for, with what was typed (`_npx.packages`), else with the range that npm wrote down.
fn asked_for(folder: &Path, limits: &Limits) -> Result<BTreeMap<String, String>, String> {
    let bytes = match files::read(&folder.join("package.json"), limits.manifest) {
        Ok(bytes) => bytes,
        Err(Trouble::Missing) => return Ok(BTreeMap::new()),
        Err(trouble) => return Err(trouble.reason()),
    };
    let Field::Present(document) = lenient::read::<Document>(&bytes)? else {
        return Err(String::from("it is another kind of value"));
    };
    let mut asked = BTreeMap::new();
    if let Field::Present(dependencies) = document.dependencies {
        for (name, range) in dependencies.entries {
            if let Field::Present(Text(range)) = range {
                asked.insert(name, range);
            }
        }
    }
    if let Field::Present(Npx {
        packages: Field::Present(packages),
    }) = document.npx
    {
        for package in packages.entries {
            let Field::Present(Text(spec)) = package else { continue };
            let at = spec.get(1..).and_then(|rest| rest.find('@')).map(|at| at + 1);
            let (name, wanted) = at.map_or((spec.as_str(), "latest"), |at| (&spec[..at], &spec[at + 1..]));
            if let Some(known) = asked.get_mut(name) {
                wanted.clone_into(known);
            }
        }
    }
    Ok(asked)
}

#[derive(Default)]
struct Document {
    dependencies: Field<Map<Text>>,
    npx: Field<Npx>,
}

fields!(Document {
    "dependencies" => dependencies,
    "_npx" => npx,
});

#[derive(Default)]
struct Npx {
    packages: Field<List<Text>>,
}

fields!(Npx { "packages" => packages });
