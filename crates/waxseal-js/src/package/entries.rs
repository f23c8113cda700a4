//! Where loading a package can start: its exports, its commands, its install scripts.

use std::collections::BTreeSet;

use waxseal_model::Manifest;

use super::resolve::Resolver;

/// One way into the package.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Entry {
    /// How a person would name it: `main`, `./client [import]`, `bin:tool`, `postinstall`.
    pub(super) label: String,
    /// The files it starts.
    pub(super) files: Vec<u32>,
    /// npm runs it by itself.
    pub(super) install: bool,
}

/// All ways into the package: install scripts first, then in the manifest's order.
pub(super) fn find_entries(resolver: &Resolver<'_>, manifest: Option<&Manifest>) -> Vec<Entry> {
    let Some(manifest) = manifest else {
        return default_entry(resolver).into_iter().collect();
    };
    let mut entries = Vec::new();
    for (name, body) in manifest.install_scripts() {
        let mut files = Vec::new();
        script_files(resolver, manifest, &body, &mut BTreeSet::new(), &mut files);
        push_entry(&mut entries, name, files, true);
    }
    let mut has_main = false;
    for entry in &manifest.entries {
        has_main |= !entry.label.starts_with("bin:") && !entry.label.starts_with("./");
        push_entry(&mut entries, entry.label.clone(), resolver.entry(&entry.target), false);
    }
    if !has_main {
        // Without `main` and `exports` Node loads `index.js` (Node documentation, "main").
        entries.extend(default_entry(resolver));
    }
    for (command, target) in &manifest.bin {
        let label = format!("bin:{command}");
        if !manifest.entries.iter().any(|it| it.label == label) {
            push_entry(&mut entries, label, resolver.entry(target), false);
        }
    }
    entries
}

fn push_entry(entries: &mut Vec<Entry>, label: String, files: Vec<u32>, install: bool) {
    if !files.is_empty() {
        entries.push(Entry { label, files, install });
    }
}

fn default_entry(resolver: &Resolver<'_>) -> Option<Entry> {
    let files = resolver.entry("./index");
    (!files.is_empty()).then(|| Entry {
        label: "index".to_owned(),
        files,
        install: false,
    })
}

/// The files of the package that a script's command line names, also by way of `npm run other`.
fn script_files(
    resolver: &Resolver<'_>,
    manifest: &Manifest,
    command: &str,
    run: &mut BTreeSet<String>,
    files: &mut Vec<u32>,
) {
    let words: Vec<&str> = command
        .split(is_separator)
        .filter(|word| !word.is_empty())
        .take(MAX_WORDS)
        .collect();
    for (idx, word) in words.iter().enumerate() {
        let previous = idx.checked_sub(1).map_or("", |before| words[before]);
        for file in word_files(resolver, word, previous) {
            if !files.contains(&file) {
                files.push(file);
            }
        }
        let runs_script =
            matches!(*word, "run" | "run-script") || matches!(*word, "yarn" | "npm-run-all" | "run-s" | "run-p");
        if runs_script {
            for name in words[idx + 1..].iter().take(MAX_NAMED_SCRIPTS) {
                if let Some(body) = manifest.scripts.get(*name)
                    && run.len() < MAX_RUN_SCRIPTS
                    && run.insert((*name).to_owned())
                {
                    script_files(resolver, manifest, body, run, files);
                }
            }
        }
    }
}

/// The file a word of a command names. A bare word counts only behind `node`, which would add `.js`.
fn word_files(resolver: &Resolver<'_>, word: &str, previous: &str) -> Vec<u32> {
    let looks_like_path = word.contains('/') || word.contains('.');
    if word.starts_with('-') || word.contains('*') || word == "." || word == ".." {
        return Vec::new();
    }
    if looks_like_path || matches!(previous, "node" | "bun" | "tsx" | "ts-node") || previous.starts_with('-') {
        return resolver.entry(word);
    }
    Vec::new()
}

fn is_separator(c: char) -> bool {
    c.is_whitespace() || matches!(c, ';' | '&' | '|' | '(' | ')' | '<' | '>' | '=' | '"' | '\'' | '`')
}

/// A script longer than this many words is no command line.
const MAX_WORDS: usize = 2_000;
/// Scripts that are followed from one install script; each is followed once.
const MAX_RUN_SCRIPTS: usize = 32;
const MAX_NAMED_SCRIPTS: usize = 8;
