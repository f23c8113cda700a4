//! What a README, a description and a repository say of whose package it is.

use super::names::{Names, split};
use super::table::BORROWED;

/// A package that is borrowed from, and what is its own.
#[derive(Debug)]
pub(super) struct Borrowed {
    pub(super) name: &'static str,
    /// Owner and name of its repository, in which nothing else is kept.
    pub(super) repository: &'static str,
    /// Its description; empty where it has none.
    pub(super) description: &'static str,
}

/// What a README says of another package instead of its own.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Readme {
    /// The popular package that is to be installed.
    pub(super) target: &'static str,
    /// It is the title, too.
    pub(super) titled: bool,
    /// It says that it is a fork.
    pub(super) fork: bool,
}

/// The popular package that a README has installed, where it never names its own.
pub(super) fn readme(name: &str, text: &str, names: Names<'_>) -> Option<Readme> {
    let text: String = text.to_ascii_lowercase();
    let installed = installed(&text);
    let target = installed.first().and_then(|first| names.find(first))?;
    let own = name.to_ascii_lowercase();
    let is_family = split(name).0.is_some() && split(name).0 == split(target).0;
    if is_family || target == name || mentions(&text, &own) {
        return None;
    }
    let (scope, base) = split(&own);
    // `@me/nodemailer` has the base of what it copies, so that only its whole name is its own.
    if scope.is_some() && base != target && mentions(&text, base) {
        return None;
    }
    Some(Readme {
        target,
        titled: title(&text).is_some_and(|title| is_title_of(&title, target)),
        fork: text.contains("fork of") || text.contains("forked from"),
    })
}

/// The package whose description this is, word for word.
pub(super) fn description(text: &str) -> Option<&'static Borrowed> {
    let plain = |text: &str| -> Vec<String> {
        let words = text
            .split(|c: char| !c.is_ascii_alphanumeric())
            .filter(|word| !word.is_empty());
        words.map(str::to_ascii_lowercase).collect()
    };
    let own = plain(text);
    BORROWED.iter().find(|it| {
        let theirs = plain(it.description);
        theirs.len() >= LEAST_WORDS && own.starts_with(&theirs) && own.len() <= theirs.len() + LEAST_WORDS
    })
}

/// The package whose repository this is.
pub(super) fn repository(text: &str) -> Option<&'static Borrowed> {
    let claimed = owner_and_name(text)?;
    BORROWED.iter().find(|it| it.repository.eq_ignore_ascii_case(&claimed))
}

/// The name of the repository, without its owner.
pub(super) fn repository_name(text: &str) -> Option<String> {
    Some(owner_and_name(text)?.split_once('/')?.1.to_owned())
}

/// `owner/name` of a repository as manifests write it: `owner/name`, `github:owner/name`, an address of a code host.
fn owner_and_name(text: &str) -> Option<String> {
    let text = text.split('#').next().unwrap_or_default().trim_end_matches('/');
    let text = text.strip_suffix(".git").unwrap_or(text);
    let path = match (text.split_once("://"), text.split_once(':')) {
        (Some((_, rest)), _) => rest.split_once('/')?.1,
        (None, Some((_, rest))) => rest,
        (None, None) => text,
    };
    let mut parts = path.split('/');
    let (owner, name) = (parts.next()?, parts.next()?);
    let plain = |part: &str| !part.is_empty() && part.len() <= MAX_PART;
    (plain(owner) && plain(name)).then(|| format!("{owner}/{name}"))
}

/// What the commands of a README install, in their order, without versions.
fn installed(text: &str) -> Vec<String> {
    let mut found = Vec::new();
    for line in text.lines().take(MAX_LINES) {
        for command in COMMANDS {
            let Some((_, rest)) = line.split_once(command) else {
                continue;
            };
            let packages = rest
                .split_whitespace()
                .map(|word| word.trim_matches(|c: char| matches!(c, '`' | '"' | '\'' | ',' | ';' | ')' | '<')))
                .take_while(|word| !matches!(*word, "&&" | "#" | "//" | "or" | "and" | "|"))
                .filter(|word| !word.starts_with('-') && !word.is_empty())
                .map(without_version);
            found.extend(packages.take(MAX_PACKAGES));
            break;
        }
        if found.len() >= MAX_PACKAGES {
            break;
        }
    }
    found
}

fn without_version(spec: &str) -> String {
    match spec.char_indices().skip(1).find(|(_, c)| *c == '@') {
        Some((at, _)) => spec[..at].to_owned(),
        None => spec.to_owned(),
    }
}

/// The first heading, without marks.
fn title(text: &str) -> Option<String> {
    let mut lines = text.lines().take(MAX_TITLE_LINES).peekable();
    while let Some(line) = lines.next() {
        let under = lines
            .peek()
            .is_some_and(|next| next.len() >= 3 && next.chars().all(|c| c == '='));
        let heading = line.strip_prefix("# ").or_else(|| under.then_some(line));
        if let Some(heading) = heading {
            let kept = heading.chars().filter(|c| !matches!(c, '`' | '*' | '[' | ']' | '#'));
            return Some(kept.collect::<String>().trim().to_owned());
        }
        if let Some((_, rest)) = line.split_once("<h1") {
            let inner = rest.split_once('>').map_or("", |(_, inner)| inner);
            return Some(inner.split('<').next().unwrap_or_default().trim().to_owned());
        }
    }
    None
}

/// The whole title is the name, but for a subtitle, spaces and marks.
fn is_title_of(title: &str, target: &str) -> bool {
    let main = title.split([':', '(', '|', '–', '—']).next().unwrap_or_default();
    let main = main.split(" - ").next().unwrap_or_default();
    let plain = |text: &str| -> String { text.chars().filter(|c| c.is_ascii_alphanumeric()).collect() };
    plain(main) == plain(target)
}

/// Whether a text names a package: as a word of its own, not as a part of a longer name.
fn mentions(text: &str, name: &str) -> bool {
    let part = |c: char| c.is_ascii_alphanumeric() || c == '-' || c == '_';
    text.match_indices(name).any(|(at, _)| {
        let before = text[..at].chars().next_back();
        let after = text[at + name.len()..].chars().next();
        !before.is_some_and(part) && !after.is_some_and(part)
    })
}

/// How READMEs have packages installed.
const COMMANDS: [&str; 11] = [
    "npm install ",
    "npm i ",
    "npm add ",
    "yarn add ",
    "pnpm add ",
    "pnpm install ",
    "pnpm i ",
    "bun add ",
    "bun install ",
    "npx -y ",
    "npx ",
];
/// A shorter description is said by many.
const LEAST_WORDS: usize = 5;
/// What a README has installed it has installed early.
const MAX_LINES: usize = 2_000;
const MAX_PACKAGES: usize = 8;
const MAX_TITLE_LINES: usize = 40;
/// Code hosts allow a hundred characters at most.
const MAX_PART: usize = 128;
