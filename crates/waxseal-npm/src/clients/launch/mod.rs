//! What an entry of a client's configuration starts: an npm package that is fetched, a script on this disk, or something else.
//!
//! A command line is read, never run, and only what is certain is said: where a shell would have to be asked, the answer is [`Launch::Unclear`].

mod container;
mod node;
mod program;
mod runner;
mod shell;
mod spec;
mod wrapper;

use program::program_name;
use shell::{Word, words};

/// What is started. Holds nothing of the arguments but what is named here.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Launch {
    /// npm packages that are fetched, unless they lie in a cache.
    Package(PackageLaunch),
    /// A JavaScript file on this disk, by its path as it is written.
    Script(String),
    /// A container, by its image where that is certain.
    Container(Option<String>),
    /// A program of another language's packages, by the tool that fetches or runs it: `uvx`, `python`.
    OtherLanguage(&'static str),
    /// A server elsewhere, by its host and port.
    Remote(Option<String>),
    /// A program on this disk, by its file name.
    Program(String),
    /// Nobody can tell without asking a shell or the client: one sentence of ours.
    Unclear(&'static str),
}

/// npm packages that are fetched and run.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PackageLaunch {
    /// What fetches them.
    pub runner: Runner,
    /// The packages; the first is the one whose program runs, unless the program is named apart.
    pub packages: Vec<Requested>,
}

/// What fetches a package and runs it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Runner {
    /// `npx`, `npm exec`, `npm x`.
    Npx,
    /// `pnpm dlx`, `pnpx`.
    PnpmDlx,
    /// `yarn dlx`.
    YarnDlx,
    /// `bunx`, `bun x`.
    Bunx,
    /// `deno run npm:…`.
    Deno,
}

impl Runner {
    /// As it is typed.
    pub fn id(self) -> &'static str {
        match self {
            Self::Npx => "npx",
            Self::PnpmDlx => "pnpm dlx",
            Self::YarnDlx => "yarn dlx",
            Self::Bunx => "bunx",
            Self::Deno => "deno",
        }
    }
}

/// One package that is asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Requested {
    /// The spec as it is written, without credentials, query and fragment of an address; not safe to print raw.
    pub spec: String,
    /// Where it comes from and which release.
    pub wanted: RequestedKind,
    /// Where it stands.
    pub at: Spot,
}

/// What a spec asks for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum RequestedKind {
    /// A release of a registry package.
    Registry {
        /// The package's own name.
        name: String,
        /// The exact version, where one is named.
        version: Option<String>,
        /// What is asked for else: a range or a tag; `None` where nothing is.
        range: Option<String>,
    },
    /// A repository, by its address; pinned by a whole commit.
    Git {
        /// The commit, where all of it is named.
        commit: Option<String>,
    },
    /// An archive by its address.
    Remote,
    /// A folder or archive on this disk.
    Local,
}

/// Where a spec stands in an entry, so that it can be rewritten.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Spot {
    /// The argument, from 0; `None` for the command itself.
    pub argument: Option<usize>,
    /// The first byte of the spec in that text.
    pub start: usize,
    /// The byte behind it.
    pub end: usize,
}

impl Requested {
    /// It names one exact release, so that what runs does not change by itself.
    pub fn is_pinned(&self) -> bool {
        match &self.wanted {
            RequestedKind::Registry { version, .. } => version.is_some(),
            RequestedKind::Git { commit } => commit.is_some(),
            RequestedKind::Remote => false,
            RequestedKind::Local => true,
        }
    }

    /// The spec that asks for one version of the same registry package, written as this one is; `None` for anything else.
    pub fn pinned_to(&self, version: &str) -> Option<String> {
        let RequestedKind::Registry { name, .. } = &self.wanted else {
            return None;
        };
        let alias = self.spec.split_once("@npm:").map(|(alias, _)| alias);
        Some(match alias {
            Some(alias) => format!("{alias}@npm:{name}@{version}"),
            None if self.spec.starts_with("npm:") => format!("npm:{name}@{version}"),
            None => format!("{name}@{version}"),
        })
    }
}

/// Reads a command and its arguments.
pub fn parse(command: &str, arguments: &[String]) -> Launch {
    let total: usize = arguments.iter().map(String::len).sum();
    if arguments.len() > MAX_WORDS || command.len() + total > MAX_TEXT {
        return Launch::Unclear(TOO_LONG);
    }
    let mut line = Vec::with_capacity(arguments.len() + 1);
    // Some write the whole line as the command; a path may hold blanks, and then ends in a program's name.
    let whole = arguments.is_empty() && command.trim().contains(char::is_whitespace) && !program::is_path(command);
    if whole {
        match words(command, None, 0) {
            Ok(split) => line = split,
            Err(reason) => return Launch::Unclear(reason),
        }
    } else {
        line.push(Word::plain(command, None));
    }
    line.extend(
        arguments
            .iter()
            .enumerate()
            .map(|(at, text)| Word::plain(text, Some(at))),
    );
    of_words(&line, 0)
}

/// Reads a line of words: through what only starts another program, to what is started.
fn of_words(line: &[Word], depth: usize) -> Launch {
    if depth > MAX_WRAPPERS {
        return Launch::Unclear(TOO_LONG);
    }
    let Some((first, rest)) = line.split_first() else {
        return Launch::Unclear(NO_PROGRAM);
    };
    if first.text.trim().is_empty() {
        return Launch::Unclear(NO_PROGRAM);
    }
    if wrapper::is_assignment(&first.text) {
        return of_words(rest, depth + 1);
    }
    if first.is_open() {
        return Launch::Unclear(VARIABLE);
    }
    let name = program_name(&first.text);
    let name = name.as_str();
    if let Some(launch) = shell::of(name, rest, depth) {
        return launch;
    }
    if let Some(inner) = wrapper::inside(name, rest) {
        return match inner {
            Ok(inner) => of_words(inner, depth + 1),
            Err(reason) => Launch::Unclear(reason),
        };
    }
    runner::of(name, rest)
        .or_else(|| node::of(name, rest))
        .or_else(|| container::of(name, rest))
        .or_else(|| program::other_language(name))
        .unwrap_or_else(|| Launch::Program(program::shown(name)))
}

const TOO_LONG: &str = "its command line is longer than is read";
const NO_PROGRAM: &str = "it names no program";
const VARIABLE: &str = "which program or package it starts depends on a variable";
const UNREADABLE: &str = "its command line is for a shell to read";

/// Words of one line.
const MAX_WORDS: usize = 4_096;
/// Bytes of one line.
const MAX_TEXT: usize = 256 << 10;
/// Programs that only start another.
const MAX_WRAPPERS: usize = 16;

#[cfg(test)]
mod tests;
