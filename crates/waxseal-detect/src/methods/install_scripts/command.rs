//! What kind of command line an install script is.

use std::collections::BTreeMap;

/// Ordered: a line is as bad as the worst command in it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Command {
    /// Builds or picks a native addon by a well-known tool, prints something, or does nothing.
    Builder,
    /// Runs a file of the package.
    File,
    /// Runs code that stands in the command line itself.
    Inline,
    /// Fetches something or hands something to a shell.
    Download,
}

/// Reads the command line `body`; `npm run x` in it stands for the script `x`.
pub(super) fn read(body: &str, scripts: &BTreeMap<String, String>) -> Command {
    read_within(body, scripts, MAX_DEPTH)
}

fn read_within(body: &str, scripts: &BTreeMap<String, String>, depth: usize) -> Command {
    let body = &body[..body.len().min(body.floor_char_boundary(MAX_BODY))];
    if body.contains("://") || body.contains("/dev/tcp") {
        return Command::Download;
    }
    body.split(['&', '|', ';', '\n'])
        .map(|segment| one(segment, scripts, depth))
        .max()
        .unwrap_or(Command::Builder)
}

/// One simple command.
fn one(segment: &str, scripts: &BTreeMap<String, String>, depth: usize) -> Command {
    let mut words = segment
        .split_whitespace()
        .map(|word| word.trim_matches(['(', ')', '"', '\'']))
        .filter(|word| !word.is_empty())
        .skip_while(|word| word.contains('=') || WRAPPERS.contains(word));
    let Some(first) = words.next() else {
        return Command::Builder;
    };
    let program = first.rsplit(['/', '\\']).next().unwrap_or(first).to_ascii_lowercase();
    let program = program.strip_suffix(".exe").unwrap_or(&program);
    let rest: Vec<&str> = words.take(MAX_WORDS).collect();
    match program {
        "node" | "nodejs" => node(&rest),
        "npm" | "yarn" | "pnpm" => script_runner(&rest, scripts, depth),
        _ if FETCHERS.contains(&program) || rest.iter().any(|word| FETCHERS.contains(word)) => Command::Download,
        _ if BUILDERS.contains(&program) => Command::Builder,
        _ => Command::File,
    }
}

fn node(arguments: &[&str]) -> Command {
    let inline = ["-e", "--eval", "-p", "--print", "-pe", "-"];
    if arguments.iter().any(|word| inline.contains(word)) {
        Command::Inline
    } else {
        Command::File
    }
}

fn script_runner(arguments: &[&str], scripts: &BTreeMap<String, String>, depth: usize) -> Command {
    let name = match arguments {
        ["run" | "run-script", rest @ ..] => rest.iter().find(|word| !word.starts_with('-')),
        // `npm install something` fetches it.
        ["install" | "i" | "add" | "exec" | "dlx" | "x", ..] => return Command::Download,
        [name, ..] => Some(name),
        [] => None,
    };
    match name.and_then(|name| scripts.get(*name)) {
        Some(body) if depth > 0 => read_within(body, scripts, depth - 1),
        _ => Command::File,
    }
}

/// Stand before a command and change nothing about it.
const WRAPPERS: [&str; 5] = ["cross-env", "cross-env-shell", "env", "sudo", "@"];

/// Build or pick native code by what the package declares, or do nothing that matters.
const BUILDERS: [&str; 24] = [
    "node-gyp",
    "node-gyp-build",
    "node-gyp-build-optional-packages",
    "node-gyp-build-test",
    "prebuild-install",
    "prebuild",
    "prebuildify",
    "node-pre-gyp",
    "pre-gyp",
    "cmake-js",
    "napi-postinstall",
    "pkg-prebuilds-verify",
    "electron-rebuild",
    "husky",
    "is-ci",
    "opencollective",
    "opencollective-postinstall",
    "patch-package",
    "ngcc",
    "echo",
    "exit",
    "true",
    "test",
    ":",
];

/// Fetch something from elsewhere, or take their program from a stream or a string.
const FETCHERS: [&str; 22] = [
    "curl",
    "wget",
    "fetch",
    "powershell",
    "pwsh",
    "cmd",
    "bash",
    "sh",
    "zsh",
    "bun",
    "bunx",
    "deno",
    "npx",
    "python",
    "python3",
    "perl",
    "ruby",
    "base64",
    "certutil",
    "nc",
    "eval",
    "iex",
];

/// Scripts that call each other end somewhere.
const MAX_DEPTH: usize = 4;
/// A command line's meaning is in its first words.
const MAX_WORDS: usize = 64;
/// Longer command lines are read so far; the reader of manifests bounds them anyway.
const MAX_BODY: usize = 16 * 1024;

#[cfg(test)]
mod tests;
