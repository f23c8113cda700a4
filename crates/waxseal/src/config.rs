//! `waxseal.toml`: how waxseal runs in this project, and what the project accepts.

use std::collections::BTreeMap;
use std::ops::Range;
use std::path::{Path, PathBuf};

use serde::Deserialize;
use toml::de::DeTable;
use waxseal_detect::Policy;

use crate::collect::Repositories;
use crate::run::allow::Allowlist;

mod size;

pub use size::{Seconds, Size};

/// Everything `waxseal.toml` can say.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Config {
    /// The file it came from, if there is one.
    pub path: Option<PathBuf>,
    /// `[report]`.
    pub report: ReportConfig,
    /// `[source]`.
    pub source: SourceConfig,
    /// `[limits]`.
    pub limits: LimitsConfig,
    /// `[egress] allow`: as `--allow`.
    pub egress: Allowlist,
    /// `[database]`.
    pub database: DatabaseConfig,
    /// `run`: whether `check` runs packages in the locked room; as `--no-run` where it is `false`.
    pub run: bool,
    /// `[repository]`: whether and where source repositories are asked.
    pub repository: Repositories,
    /// Everything else: what the project accepts.
    pub policy: Policy,
}

/// `[report]`: what is written and what fails.
#[derive(Debug, Clone, PartialEq, Eq, Default, Deserialize)]
#[serde(default, deny_unknown_fields, rename_all = "kebab-case")]
pub struct ReportConfig {
    /// As `--format`.
    pub format: Option<String>,
    /// As `--fail-on`.
    pub fail_on: Option<FailOn>,
    /// As `--allow-incomplete`.
    pub allow_incomplete: bool,
}

/// `[source]`: where packages come from.
#[derive(Debug, Clone, PartialEq, Eq, Default, Deserialize)]
#[serde(default, deny_unknown_fields, rename_all = "kebab-case")]
pub struct SourceConfig {
    /// As `--offline`.
    pub offline: bool,
    /// As `--registry`.
    pub registry: Option<String>,
}

/// `[limits]`: how much of a package is looked at.
#[derive(Debug, Clone, PartialEq, Eq, Default, Deserialize)]
#[serde(default, deny_unknown_fields, rename_all = "kebab-case")]
pub struct LimitsConfig {
    /// As `--max-unpacked`.
    pub max_unpacked: Option<Size>,
    /// As `--max-memory`.
    pub max_memory: Option<Size>,
    /// As `--max-time`.
    pub max_time: Option<Seconds>,
}

/// `[database]`: what is publicly known of malicious packages.
#[derive(Debug, Clone, PartialEq, Eq, Default, Deserialize)]
#[serde(default, deny_unknown_fields, rename_all = "kebab-case")]
pub struct DatabaseConfig {
    /// As `db update --from`.
    pub url: Option<String>,
    /// As `--max-db-age`.
    pub max_age: Option<Seconds>,
}

/// `[egress]`: where packages may go when they run.
#[derive(Debug, Clone, PartialEq, Eq, Default, Deserialize)]
#[serde(default, deny_unknown_fields, rename_all = "kebab-case")]
struct EgressConfig {
    allow: Vec<String>,
}

/// `[repository]`: what is asked of source repositories.
#[derive(Debug, Clone, PartialEq, Eq, Default, Deserialize)]
#[serde(default, deny_unknown_fields, rename_all = "kebab-case")]
struct RepositoryConfig {
    ask: Option<bool>,
    mirrors: BTreeMap<String, String>,
}

impl RepositoryConfig {
    /// What it means; else what is wrong with it, and what to write instead.
    fn read(self) -> Result<Repositories, (String, &'static str)> {
        for (beginning, instead) in &self.mirrors {
            if !beginning.starts_with("https://") {
                let message = format!("`{beginning}` is no beginning of a repository's address");
                return Err((message, "write it as `https://code.example/`"));
            }
            if !instead.starts_with('/') && !instead.starts_with("https://") {
                let message = format!("`{instead}` is no mirror of repositories");
                return Err((
                    message,
                    "write an absolute path, or an address as `https://mirror.example/`",
                ));
            }
        }
        Ok(Repositories {
            ask: self.ask.unwrap_or(true),
            mirrors: self.mirrors.into_iter().collect(),
        })
    }
}

/// From which decision on a report fails.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize, clap::ValueEnum)]
#[serde(rename_all = "kebab-case")]
pub enum FailOn {
    /// Review and block.
    #[default]
    Review,
    /// Only block.
    Block,
}

/// A configuration that cannot be used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ConfigError {
    /// It cannot be read.
    #[error("cannot read `{path}`: {reason}")]
    Unreadable {
        /// The file.
        path: String,
        /// The system's reason.
        reason: String,
    },
    /// It says something that has no meaning.
    #[error("{path}:{line}: {message}")]
    Meaningless {
        /// The file.
        path: String,
        /// The line, from 1.
        line: usize,
        /// One sentence.
        message: String,
        /// What was probably meant.
        hint: Option<String>,
    },
}

impl ConfigError {
    /// What to do about it.
    pub fn hint(&self) -> Option<String> {
        match self {
            Self::Unreadable { .. } => Some(
                "name another file with `--config` (a mail policy with `--policy`), or mend this one's permissions"
                    .to_owned(),
            ),
            Self::Meaningless { hint, .. } => hint.clone(),
        }
    }
}

impl Default for Config {
    fn default() -> Self {
        Self {
            path: None,
            report: ReportConfig::default(),
            source: SourceConfig::default(),
            limits: LimitsConfig::default(),
            egress: Allowlist::default(),
            database: DatabaseConfig::default(),
            run: true,
            repository: Repositories::default(),
            policy: Policy::default(),
        }
    }
}

impl Config {
    /// Reads the file named by the user, else the nearest one from `cwd` up to the root of the git repository.
    ///
    /// # Errors
    /// The file cannot be read or says something that has no meaning.
    pub fn load(named: Option<&Path>, cwd: &Path) -> Result<Self, ConfigError> {
        let Some(path) = named.map(|path| cwd.join(path)).or_else(|| find(cwd)) else {
            return Ok(Self::default());
        };
        let shown = path.strip_prefix(cwd).unwrap_or(&path).display().to_string();
        let text = std::fs::read_to_string(&path).map_err(|err| ConfigError::Unreadable {
            path: shown.clone(),
            reason: err.to_string(),
        })?;
        Ok(Self {
            path: Some(path),
            ..Self::parse(&text, &shown)?
        })
    }

    /// Reads the text of a file. `path` is for messages.
    ///
    /// # Errors
    /// It says something that has no meaning.
    pub fn parse(text: &str, path: &str) -> Result<Self, ConfigError> {
        let error = |err: &toml::de::Error| meaningless(text, path, err.message(), err.span());
        let mut table = DeTable::parse(text).map_err(|err| error(&err))?;
        let mut own = |name: &str| table.get_mut().remove(name).map(toml::de::ValueDeserializer::from);
        let (report, source, limits, egress) = (own("report"), own("source"), own("limits"), own("egress"));
        let (run, database, repository) = (own("run"), own("database"), own("repository"));
        fn read<'de, T: Deserialize<'de> + Default>(
            value: Option<toml::de::ValueDeserializer<'de>>,
        ) -> Result<T, toml::de::Error> {
            value.map_or_else(|| Ok(T::default()), T::deserialize)
        }
        let report: ReportConfig = read(report).map_err(|err| error(&err))?;
        let source: SourceConfig = read(source).map_err(|err| error(&err))?;
        let limits: LimitsConfig = read(limits).map_err(|err| error(&err))?;
        let egress: EgressConfig = read(egress).map_err(|err| error(&err))?;
        let database: DatabaseConfig = read(database).map_err(|err| error(&err))?;
        let run = run.map_or(Ok(true), bool::deserialize).map_err(|err| error(&err))?;
        let egress = Allowlist::parse(&egress.allow).map_err(|err| {
            let mut wrong = meaningless(text, path, &err.to_string(), None);
            if let ConfigError::Meaningless { hint, .. } = &mut wrong {
                *hint = Some(err.hint().to_owned());
            }
            wrong
        })?;
        let repository: RepositoryConfig = read(repository).map_err(|err| error(&err))?;
        let repository = repository.read().map_err(|(message, known)| {
            let mut wrong = meaningless(text, path, &message, None);
            if let ConfigError::Meaningless { hint, .. } = &mut wrong {
                *hint = Some(known.to_owned());
            }
            wrong
        })?;
        if let Some(format) = report
            .format
            .as_deref()
            .filter(|format| crate::report::find(format).is_none())
        {
            let known: Vec<&str> = crate::report::FORMATS.iter().map(|format| format.id).collect();
            let message = format!("`{format}` is no report format");
            let mut err = meaningless(text, path, &message, None);
            if let ConfigError::Meaningless { hint, .. } = &mut err {
                *hint = Some(suggestion(format, &known).unwrap_or_else(|| format!("there are {}", known.join(", "))));
            }
            return Err(err);
        }
        let policy = Policy::deserialize(toml::de::Deserializer::from(table)).map_err(|err| error(&err))?;
        Ok(Self {
            path: None,
            report,
            source,
            limits,
            egress,
            database,
            run,
            repository,
            policy,
        })
    }
}

/// The nearest `waxseal.toml`, from `cwd` up to the root of the git repository. Outside of one only `cwd` is looked into, since
/// whoever can write to a folder above could otherwise decide what is accepted.
fn find(cwd: &Path) -> Option<PathBuf> {
    let root = cwd
        .ancestors()
        .find(|folder| folder.join(".git").exists())
        .unwrap_or(cwd);
    cwd.ancestors()
        .take_while(|folder| folder.starts_with(root))
        .flat_map(|folder| [folder.join(NAME), folder.join(".github").join(NAME)])
        .find(|path| path.is_file())
}

/// An error with its line. Where the library does not know the place, it is where the first quoted word stands.
fn meaningless(text: &str, path: &str, message: &str, span: Option<Range<usize>>) -> ConfigError {
    misread(text, path, message, span, &SECTIONS)
}

/// As [`meaningless`], of a file with these sections beside what its own type knows.
pub(crate) fn misread(
    text: &str,
    path: &str,
    message: &str,
    span: Option<Range<usize>>,
    sections: &[&str],
) -> ConfigError {
    let quoted = message.split('`').nth(1).filter(|word| !word.is_empty());
    // A span of the whole file says nothing.
    let start = span.filter(|span| span.len() < text.len()).map(|span| span.start);
    let at = start
        .or_else(|| quoted.and_then(|word| text.find(word)))
        .unwrap_or(0)
        .min(text.len());
    let line = text.as_bytes()[..at].iter().filter(|byte| **byte == b'\n').count() + 1;
    // serde's words for a key that is not there: "unknown field `x`, expected one of `a`, `b`".
    let (message, hint) = match message
        .strip_prefix("unknown field `")
        .and_then(|rest| rest.split_once('`'))
    {
        Some((key, rest)) => {
            let known: Vec<&str> = if at_root(text, key) {
                sections
                    .iter()
                    .copied()
                    .chain(rest.split('`').skip(1).step_by(2))
                    .collect()
            } else {
                rest.split('`').skip(1).step_by(2).collect()
            };
            let hint = suggestion(key, &known).unwrap_or_else(|| format!("known here are {}", known.join(", ")));
            (format!("unknown key `{key}`"), Some(hint))
        }
        None => (message.lines().next().unwrap_or_default().to_owned(), None),
    };
    ConfigError::Meaningless {
        path: path.to_owned(),
        line,
        message,
        hint,
    }
}

/// Whether `key` is a section or key of the file itself and not of a section.
fn at_root(text: &str, key: &str) -> bool {
    DeTable::parse(text).is_ok_and(|table| table.get_ref().contains_key(key))
}

/// What was probably meant.
pub(crate) fn suggestion(word: &str, known: &[&str]) -> Option<String> {
    let (distance, nearest) = known.iter().map(|known| (distance(word, known), known)).min()?;
    (distance <= 1 + nearest.len() / 4).then(|| format!("did you mean `{nearest}`?"))
}

/// How many characters must be changed, added or removed (Levenshtein).
fn distance(left: &str, right: &str) -> usize {
    let right: Vec<char> = right.chars().take(MAX_WORD).collect();
    let mut row: Vec<usize> = (0..=right.len()).collect();
    for (idx, from) in left.chars().take(MAX_WORD).enumerate() {
        let mut diagonal = std::mem::replace(&mut row[0], idx + 1);
        for (column, to) in right.iter().enumerate() {
            let changed = diagonal + usize::from(from != *to);
            diagonal = row[column + 1];
            row[column + 1] = changed.min(row[column] + 1).min(diagonal + 1);
        }
    }
    row[right.len()]
}

/// The file's name.
pub const NAME: &str = "waxseal.toml";

/// The sections and keys that are not the policy's.
const SECTIONS: [&str; 7] = ["report", "source", "limits", "egress", "database", "run", "repository"];

/// Keys are shorter.
const MAX_WORD: usize = 64;

#[cfg(test)]
mod tests;
