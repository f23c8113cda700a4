//! The ways a dependency is used: loaded by code, started by a script, or by its nature never loaded.

use std::collections::BTreeSet;

use waxseal_model::{Dependency, DependencyKind, Manifest, SourceEvidence};

/// How a dependency is used.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Use {
    /// Code loads it, a script starts it, or everybody knows what it is for.
    Seen,
    /// Its name says that it is used without being loaded. Anybody can choose such a name.
    Plausible,
    /// Nothing uses it.
    Unseen,
}

/// What in a package explains its dependencies.
pub(super) struct Uses<'a> {
    loads: BTreeSet<&'a str>,
    manifest: &'a Manifest,
}

impl<'a> Uses<'a> {
    pub(super) fn of(source: &'a SourceEvidence, manifest: &'a Manifest) -> Self {
        Self {
            loads: source.loads.iter().map(|load| package_of(load)).collect(),
            manifest,
        }
    }

    /// How the dependency is used.
    pub(super) fn of_dependency(&self, dependency: &Dependency) -> Use {
        let name = dependency.name.as_str();
        if self.loads.contains(name) || self.is_started(name) || HELPERS.contains(&name) || name.starts_with("@types/")
        {
            Use::Seen
        } else if is_named_like_data(name) || (dependency.kind == DependencyKind::Optional && is_for_one_platform(name))
        {
            Use::Plausible
        } else {
            Use::Unseen
        }
    }

    /// A script, a program or an entry point of the package names it.
    fn is_started(&self, name: &str) -> bool {
        let base = name.rsplit('/').next().unwrap_or(name);
        let manifest = self.manifest;
        let scripts = manifest.scripts.values().any(|body| names(body, base));
        let files = manifest
            .bin
            .values()
            .chain(manifest.entries.iter().map(|entry| &entry.target));
        scripts
            || files
                .chain(manifest.imports.values().flatten())
                .any(|target| names(target, name))
    }
}

/// Whether `text` holds `name` as a word of its own.
fn names(text: &str, name: &str) -> bool {
    let part_of_word = |c: char| c.is_alphanumeric() || matches!(c, '-' | '_' | '.');
    text.match_indices(name).any(|(at, _)| {
        let before = text[..at].chars().next_back();
        let after = text[at + name.len()..].chars().next();
        !before.is_some_and(part_of_word) && !after.is_some_and(part_of_word)
    })
}

/// The package a module name leads to: `@scope/name/sub` is in `@scope/name`.
fn package_of(load: &str) -> &str {
    let parts = if load.starts_with('@') { 2 } else { 1 };
    match load.match_indices('/').nth(parts - 1) {
        Some((at, _)) => &load[..at],
        None => load,
    }
}

/// Types, styles, fonts, and presets read by name from a configuration.
fn is_named_like_data(name: &str) -> bool {
    let base = name.rsplit('/').next().unwrap_or(name);
    let starts = [
        "eslint-",
        "stylelint-",
        "prettier-plugin-",
        "babel-",
        "postcss-",
        "typescript-eslint",
        "types-",
        "tsconfig-",
    ];
    let scopes = [
        "@fontsource/",
        "@fontsource-variable/",
        "@eslint/",
        "@babel/",
        "@tsconfig/",
    ];
    scopes.iter().any(|scope| name.starts_with(scope))
        || starts.iter().any(|start| base.starts_with(start))
        || ["-types", ".css", "-css", "-fonts", "-icons"]
            .iter()
            .any(|end| base.ends_with(end))
        || base == "types"
}

/// A binary for one system, picked by a computed name: `@esbuild/linux-x64`.
fn is_for_one_platform(name: &str) -> bool {
    let parts = name.rsplit('/').next().unwrap_or(name).split(['-', '_', '.']);
    parts.into_iter().any(|part| PLATFORMS.contains(&part))
        || name.split(['/', '-']).any(|part| PLATFORMS.contains(&part))
}

/// Declared for what compilers and type checkers do with them, whether code loads them or not.
const HELPERS: [&str; 18] = [
    "tslib",
    "@babel/runtime",
    "@babel/runtime-corejs3",
    "core-js",
    "regenerator-runtime",
    "@swc/helpers",
    "typescript",
    "type-fest",
    "csstype",
    "undici-types",
    "@standard-schema/spec",
    "normalize.css",
    "ts-essentials",
    // Headers and tools that a `binding.gyp` names.
    "nan",
    "node-addon-api",
    "node-gyp",
    "node-gyp-build",
    "cmake-js",
];

/// What the names of systems look like in packages that hold a binary for one.
const PLATFORMS: [&str; 17] = [
    "linux",
    "darwin",
    "win32",
    "windows",
    "freebsd",
    "openbsd",
    "netbsd",
    "sunos",
    "aix",
    "android",
    "openharmony",
    "wasm32",
    "wasm",
    "linuxmusl",
    "musl",
    "macos",
    "universal",
];
