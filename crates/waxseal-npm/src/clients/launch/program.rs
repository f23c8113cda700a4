//! The names of programs, however their paths are written.

use super::Launch;
use super::spec::looks_secret;

/// The name of a program, without folders, without Windows' endings, in small letters where it had such an ending.
pub(super) fn program_name(command: &str) -> String {
    let command = command.trim();
    let windows = command.contains('\\') && !command.starts_with('/');
    let name = if windows {
        command.rsplit(['\\', '/']).next()
    } else {
        command.rsplit('/').next()
    };
    let name = name.unwrap_or(command);
    let lower = name.to_ascii_lowercase();
    for ending in [".exe", ".cmd", ".ps1"] {
        if let Some(bare) = lower.strip_suffix(ending) {
            return bare.to_owned();
        }
    }
    // Windows does not tell `NPX` from `npx`.
    if windows || KNOWN_ANY_CASE.contains(&lower.as_str()) {
        return lower;
    }
    name.to_owned()
}

/// A path that may hold blanks, rather than a line of words.
pub(super) fn is_path(command: &str) -> bool {
    let command = command.trim();
    let drive = command.get(1..3).is_some_and(|it| it == ":\\" || it == ":/");
    (drive || command.starts_with('/') || command.starts_with("\\\\")) && {
        // `/usr/bin/npx -y mail` is a line, `/Applications/My App/bin/server` is a path: a word of a line begins with `-` or names a package.
        !command
            .split_whitespace()
            .skip(1)
            .any(|word| word.starts_with('-') || word.starts_with('@'))
    }
}

/// Tools that run programs of other languages' packages.
pub(super) fn other_language(name: &str) -> Option<Launch> {
    if let Some(known) = OTHER_LANGUAGES.iter().find(|known| **known == name) {
        return Some(Launch::OtherLanguage(known));
    }
    // `python3.12`.
    name.strip_prefix("python")
        .filter(|rest| rest.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.'))
        .map(|_| Launch::OtherLanguage("python"))
}

/// A program's name as it may leave this module.
pub(super) fn shown(name: &str) -> String {
    if looks_secret(name) || name.contains(['=', '?', '@']) {
        return String::from("…");
    }
    name.chars().take(MAX_NAME).collect()
}

const KNOWN_ANY_CASE: &[&str] = &["npx", "npm", "node", "cmd", "powershell", "pwsh"];

const OTHER_LANGUAGES: &[&str] = &[
    "uvx", "uv", "pipx", "pip", "poetry", "pdm", "hatch", "rye", "conda", "mamba", "py", "ruby", "gem", "bundle",
    "java", "jbang", "dotnet", "dnx", "go", "cargo", "php", "composer", "perl", "elixir", "mix", "rscript", "Rscript",
    "julia", "swift",
];

const MAX_NAME: usize = 200;
