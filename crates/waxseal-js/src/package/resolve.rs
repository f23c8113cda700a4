//! Finds the file of the package that a module name means, as Node and the common bundlers do.
//!
//! Conditions are not chosen between: where `exports` or `imports` gives several files, all of them are answers.

use std::cell::{Cell, RefCell};

use rustc_hash::FxHashMap;
use serde::Deserialize;
use waxseal_model::Manifest;

use super::InputFile;

/// What a module name means inside a package.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Resolved {
    /// Files of the package, by position.
    pub(super) files: Vec<u32>,
    /// Modules outside of it: packages and built-ins, as written.
    pub(super) outside: Vec<String>,
}

/// The files of a package by path, and what its manifest says of names.
pub(super) struct Resolver<'p> {
    manifest: Option<&'p Manifest>,
    files: &'p [InputFile<'p>],
    by_path: FxHashMap<&'p str, u32>,
    /// What directories with a `package.json` of their own begin with, once asked.
    directories: RefCell<FxHashMap<String, Vec<String>>>,
    /// Whether the package carries packages of its own.
    bundles: bool,
    /// Comparisons with patterns that may still be made.
    budget: Cell<usize>,
}

impl<'p> Resolver<'p> {
    pub(super) fn new(manifest: Option<&'p Manifest>, files: &'p [InputFile<'p>]) -> Self {
        let by_path = (0..).zip(files).map(|(idx, file)| (file.path, idx)).collect();
        let bundles = files
            .iter()
            .any(|file| file.path.starts_with("node_modules/") || file.path.contains("/node_modules/"));
        Self {
            manifest,
            files,
            by_path,
            directories: RefCell::default(),
            bundles,
            budget: Cell::new(MAX_COMPARISONS),
        }
    }

    /// What `specifier`, written in the file at `from`, means.
    pub(super) fn resolve(&self, from: &str, specifier: &str) -> Resolved {
        if is_relative(specifier) {
            let files = join(parent(from), specifier)
                .map(|path| self.load(&path))
                .unwrap_or_default();
            return Resolved {
                files,
                outside: Vec::new(),
            };
        }
        if specifier.starts_with('#') {
            return self.resolve_internal(specifier);
        }
        if specifier.is_empty() || specifier.starts_with('/') || specifier.contains('\0') {
            return Resolved::default();
        }
        let mut files = self.resolve_itself(specifier);
        if self.bundles && files.is_empty() {
            files = self.resolve_bundled(from, specifier);
        }
        let outside = if files.is_empty() {
            vec![specifier.to_owned()]
        } else {
            Vec::new()
        };
        Resolved { files, outside }
    }

    /// The files a path of the manifest means: `./lib/`, `dist/index`, `./features/*.js`.
    pub(super) fn entry(&self, target: &str) -> Vec<u32> {
        let Some(path) = join("", target) else {
            return Vec::new();
        };
        match path.split_once('*') {
            None => self.load(&path),
            Some((before, after)) => self.matching(before, after),
        }
    }

    /// The file at exactly this path.
    pub(super) fn exact(&self, path: &str) -> Option<u32> {
        self.by_path.get(path).copied()
    }

    /// Files that a target with a `*` can stand for.
    fn matching(&self, before: &str, after: &str) -> Vec<u32> {
        if self.budget.get() < self.files.len() {
            return Vec::new();
        }
        self.budget.set(self.budget.get() - self.files.len());
        // A second `*` stands for the same text (Node documentation, "Subpath patterns"); any text will do here.
        let after = after.rsplit('*').next().unwrap_or(after);
        let matches =
            |path: &str| path.len() > before.len() + after.len() && path.starts_with(before) && path.ends_with(after);
        (0..)
            .zip(self.files)
            .filter_map(|(idx, file)| matches(file.path).then_some(idx))
            .collect()
    }

    /// `require` of a path: the file, the file with an extension, the directory.
    fn load(&self, path: &str) -> Vec<u32> {
        if let Some(file) = self.file(path) {
            return vec![file];
        }
        self.directory(path)
    }

    fn file(&self, path: &str) -> Option<u32> {
        if path.is_empty() {
            return None;
        }
        if let Some(file) = self.exact(path) {
            return Some(file);
        }
        let mut with_extension = String::with_capacity(path.len() + 5);
        for extension in EXTENSIONS {
            with_extension.clear();
            with_extension.push_str(path);
            with_extension.push_str(extension);
            if let Some(file) = self.exact(&with_extension) {
                return Some(file);
            }
        }
        // TypeScript sources name the file they will become.
        let (stem, replacements) = SOURCES
            .iter()
            .find_map(|(js, ts)| path.strip_suffix(js).map(|stem| (stem, ts)))?;
        replacements
            .iter()
            .find_map(|extension| self.exact(&format!("{stem}{extension}")))
    }

    fn directory(&self, path: &str) -> Vec<u32> {
        let prefix = if path.is_empty() {
            String::new()
        } else {
            format!("{path}/")
        };
        let mut found = Vec::new();
        for main in self.mains(&prefix) {
            let Some(main) = join(path, &main) else { continue };
            let file = self.file(&main).or_else(|| self.file(&format!("{main}/index")));
            if let Some(file) = file
                && !found.contains(&file)
            {
                found.push(file);
            }
        }
        if found.is_empty() {
            found.extend(self.file(&format!("{prefix}index")));
        }
        found
    }

    /// Where loading a directory below the root begins, by its own `package.json`.
    fn mains(&self, prefix: &str) -> Vec<String> {
        if prefix.is_empty() {
            let entries = self.manifest.map(|it| it.entries.as_slice()).unwrap_or_default();
            return entries
                .iter()
                .filter(|it| !it.label.starts_with("bin:"))
                .map(|it| it.target.clone())
                .collect();
        }
        if let Some(known) = self.directories.borrow().get(prefix) {
            return known.clone();
        }
        let mains = self
            .exact(&format!("{prefix}package.json"))
            .map(|idx| self.read_mains(idx))
            .unwrap_or_default();
        self.directories.borrow_mut().insert(prefix.to_owned(), mains.clone());
        mains
    }

    fn read_mains(&self, idx: u32) -> Vec<String> {
        let bytes = self.files[idx as usize].bytes;
        if bytes.len() > MAX_NESTED_MANIFEST {
            return Vec::new();
        }
        let Ok(nested) = serde_json::from_slice::<NestedManifest>(bytes) else {
            return Vec::new();
        };
        let mut mains = Vec::new();
        for value in [nested.main, nested.module, nested.browser].into_iter().flatten() {
            if let serde_json::Value::String(path) = value {
                mains.push(path);
            }
        }
        if let Some(exports) = &nested.exports {
            collect_leaves(exports, 0, &mut mains);
        }
        mains
    }

    /// `#name`, by the manifest's `imports` (Node documentation, "Subpath imports").
    fn resolve_internal(&self, specifier: &str) -> Resolved {
        let mut resolved = Resolved::default();
        let Some(manifest) = self.manifest else { return resolved };
        let mut add = |target: &str| {
            if is_relative(target) {
                resolved.files.extend(self.entry(target));
            } else {
                resolved.outside.push(target.to_owned());
            }
        };
        if let Some(targets) = manifest.imports.get(specifier) {
            targets.iter().for_each(|target| add(target));
            return resolved;
        }
        for (pattern, targets) in &manifest.imports {
            if let Some(rest) = match_pattern(pattern, specifier) {
                targets.iter().for_each(|target| add(&target.replace('*', rest)));
            }
        }
        resolved
    }

    /// The package's own name (Node documentation, "Self-referencing a package using its name").
    fn resolve_itself(&self, specifier: &str) -> Vec<u32> {
        let Some(manifest) = self.manifest else {
            return Vec::new();
        };
        let Some(rest) = manifest.name.as_deref().and_then(|name| specifier.strip_prefix(name)) else {
            return Vec::new();
        };
        let subpath = match rest.strip_prefix('/') {
            Some(rest) => format!("./{rest}"),
            None if rest.is_empty() => ".".to_owned(),
            None => return Vec::new(),
        };
        let mut files = Vec::new();
        for entry in &manifest.entries {
            let label = entry.label.split(" [").next().unwrap_or(&entry.label);
            let main = subpath == "." && matches!(label, "main" | "module" | "browser");
            if label == subpath || main {
                files.extend(self.entry(&entry.target));
            } else if let Some(rest) = match_pattern(label, &subpath) {
                files.extend(self.entry(&entry.target.replace('*', rest)));
            }
        }
        if files.is_empty() {
            files = self.entry(&subpath);
        }
        files
    }

    /// A package carried inside this one, looked up from the nearest `node_modules` outwards.
    fn resolve_bundled(&self, from: &str, specifier: &str) -> Vec<u32> {
        let mut directory = parent(from);
        loop {
            let base = if directory.is_empty() {
                "node_modules".to_owned()
            } else {
                format!("{directory}/node_modules")
            };
            if let Some(path) = join(&base, specifier) {
                let found = self.load(&path);
                if !found.is_empty() {
                    return found;
                }
            }
            if directory.is_empty() {
                return Vec::new();
            }
            directory = parent(directory);
        }
    }
}

/// The part of a nested `package.json` that decides where loading its directory begins.
#[derive(Deserialize)]
struct NestedManifest {
    main: Option<serde_json::Value>,
    module: Option<serde_json::Value>,
    browser: Option<serde_json::Value>,
    exports: Option<serde_json::Value>,
}

/// The paths in an `exports` value, whatever conditions lead to them.
fn collect_leaves(value: &serde_json::Value, depth: usize, leaves: &mut Vec<String>) {
    if depth > MAX_CONDITIONS || leaves.len() >= MAX_LEAVES {
        return;
    }
    match value {
        serde_json::Value::String(path) if !path.contains('*') => leaves.push(path.clone()),
        serde_json::Value::Array(items) => items.iter().for_each(|item| collect_leaves(item, depth + 1, leaves)),
        serde_json::Value::Object(map) => {
            map.iter()
                .filter(|(key, _)| !key.starts_with("./"))
                .for_each(|(_, item)| collect_leaves(item, depth + 1, leaves));
        }
        _ => {}
    }
}

/// Whether a module name is a path beside the file that names it.
pub(super) fn is_relative(specifier: &str) -> bool {
    matches!(specifier, "." | "..") || specifier.starts_with("./") || specifier.starts_with("../")
}

/// The package that a module name belongs to: `@scope/name/sub` is `@scope/name`; a built-in is `node:name`.
pub(super) fn package_name(specifier: &str) -> Option<String> {
    if specifier.starts_with("node:") {
        return Some(specifier.split('/').next().unwrap_or(specifier).to_owned());
    }
    // `data:`, `https:`, `file:`, a Windows path: not a package.
    if specifier.contains([':', '\\', ' ', '*', '\0']) || specifier.starts_with(['.', '/', '#']) {
        return None;
    }
    let mut parts = specifier.splitn(3, '/');
    let first = parts.next().filter(|part| !part.is_empty())?;
    if first.starts_with('@') {
        let name = parts.next().filter(|part| !part.is_empty())?;
        return (first.len() > 1).then(|| format!("{first}/{name}"));
    }
    if BUILTINS.binary_search(&first).is_ok() {
        return Some(format!("node:{first}"));
    }
    Some(first.to_owned())
}

/// The folder of a path; empty at the root.
fn parent(path: &str) -> &str {
    path.rsplit_once('/').map_or("", |(directory, _)| directory)
}

/// A path relative to a folder, normalised; `None` if it leaves the package.
fn join(directory: &str, path: &str) -> Option<String> {
    // Bundlers and modules allow `./file.js?query`.
    let path = path.split(['?', '#']).next().unwrap_or(path);
    let mut parts: Vec<&str> = directory.split('/').filter(|part| !part.is_empty()).collect();
    for part in path.split('/') {
        match part {
            "" | "." => {}
            ".." => {
                parts.pop()?;
            }
            part => parts.push(part),
        }
    }
    Some(parts.join("/"))
}

/// What `*` of a pattern stands for in a name that matches it.
fn match_pattern<'n>(pattern: &str, name: &'n str) -> Option<&'n str> {
    let (before, after) = pattern.split_once('*')?;
    let rest = name.strip_prefix(before)?;
    rest.strip_suffix(after).filter(|rest| !rest.is_empty())
}

/// What `require` and bundlers append, in their order.
const EXTENSIONS: [&str; 11] = [
    ".js", ".json", ".node", ".cjs", ".mjs", ".ts", ".cts", ".mts", ".tsx", ".jsx", ".wasm",
];

/// What a name in TypeScript source may be written as.
const SOURCES: [(&str, &[&str]); 3] = [
    (".js", &[".ts", ".tsx", ".jsx"]),
    (".mjs", &[".mts"]),
    (".cjs", &[".cts"]),
];

/// Patterns times files; beyond it what a pattern stands for is left unsaid, and its files unreached.
const MAX_COMPARISONS: usize = 50_000_000;

/// Conditions nest two or three deep in practice.
const MAX_CONDITIONS: usize = 16;
const MAX_LEAVES: usize = 256;

/// A `package.json` below the root only says `type` or `main`.
const MAX_NESTED_MANIFEST: usize = 1 << 20;

/// Built-in modules that can be loaded without `node:` (Node documentation, `module.builtinModules`), sorted.
#[rustfmt::skip]
pub(super) const BUILTINS: [&str; 56] = [
    "_http_agent", "_http_client", "_http_common", "_http_incoming", "_http_outgoing", "_http_server",
    "_stream_duplex", "_stream_passthrough", "_stream_readable", "_stream_transform", "_stream_wrap",
    "_stream_writable", "_tls_common", "_tls_wrap", "assert", "async_hooks", "buffer", "child_process", "cluster",
    "console", "constants", "crypto", "dgram", "diagnostics_channel", "dns", "domain", "events", "fs", "http", "http2",
    "https", "inspector", "module", "net", "os", "path", "perf_hooks", "process", "punycode", "querystring",
    "readline", "repl", "stream", "string_decoder", "sys", "timers", "tls", "trace_events", "tty", "url", "util", "v8",
    "vm", "wasi", "worker_threads", "zlib",
];
