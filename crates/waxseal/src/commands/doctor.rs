//! `waxseal doctor`: what this machine can give, one line each.

use std::fmt::Write;

use anstyle::{AnsiColor, Style};
use waxseal_npm::cache::Cache;
use waxseal_npm::config::NpmConfig;
use waxseal_npm::registry::Options;
use waxseal_npm::{Environment, Form, PackageSource, Registry, RegistryError};
use waxseal_sandbox::Landlock;

use super::screen::{Problem, Screen, plain};
use super::settings;
use crate::cli::{Doctor, Shared};
use crate::db::{Database, DatabaseError, described};
use crate::exit::Exit;
use crate::reader::{ReaderOptions, Session};

pub(super) fn run(arguments: &Doctor, shared: &Shared, screen: &Screen) -> Result<Exit, Problem> {
    let (mut env, config) = settings::load(shared)?;
    let offline = settings::source(&arguments.source, &config, &mut env);
    let mut lines = vec![version(), configuration(&config.path), sealing(), room(), ceilings()];
    lines.extend(programs(&env));
    lines.push(cache(&env));
    lines.push(known(&env));
    lines.extend(registry(&env, offline));
    let mut out = String::new();
    for line in &lines {
        let (word, color) = match line.health {
            Health::Good => ("ok", AnsiColor::Green),
            Health::Weaker => ("note", AnsiColor::Yellow),
            Health::Bad => ("FAIL", AnsiColor::Red),
        };
        let style = if screen.color {
            color.on_default().bold()
        } else {
            Style::new()
        };
        let _ = writeln!(
            out,
            "{style}{word:<5}{style:#} {:<14} {}",
            line.what,
            plain(&line.found)
        );
        if let Some(hint) = &line.hint {
            let _ = writeln!(out, "      {:<14} hint: {}", "", plain(hint));
        }
    }
    screen.print(&out)?;
    let bad = lines.iter().any(|line| line.health == Health::Bad);
    Ok(if bad { Exit::Incomplete } else { Exit::Clean })
}

struct Line {
    health: Health,
    what: &'static str,
    found: String,
    hint: Option<String>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Health {
    Good,
    /// Works, with less than there could be.
    Weaker,
    /// Something will not work.
    Bad,
}

impl Line {
    fn good(what: &'static str, found: impl Into<String>) -> Self {
        Self {
            health: Health::Good,
            what,
            found: found.into(),
            hint: None,
        }
    }

    fn weaker(what: &'static str, found: impl Into<String>, hint: &str) -> Self {
        Self {
            health: Health::Weaker,
            what,
            found: found.into(),
            hint: Some(hint.to_owned()),
        }
    }

    fn bad(what: &'static str, found: impl Into<String>, hint: impl Into<String>) -> Self {
        let hint = Some(hint.into()).filter(|hint| !hint.is_empty());
        Self {
            health: Health::Bad,
            what,
            found: found.into(),
            hint,
        }
    }
}

fn version() -> Line {
    Line::good(
        "waxseal",
        format!(
            "{} on {} {}",
            env!("CARGO_PKG_VERSION"),
            std::env::consts::OS,
            std::env::consts::ARCH
        ),
    )
}

fn configuration(path: &Option<std::path::PathBuf>) -> Line {
    let found = path.as_ref().map_or_else(
        || "no waxseal.toml, the defaults are in force".to_owned(),
        |path| path.display().to_string(),
    );
    Line::good("configuration", found)
}

/// What is publicly known of malicious packages.
fn known(env: &Environment) -> Line {
    let what = "known malice";
    match Database::open(&Database::default_folder(env)) {
        Ok(database) => match database.broken().first() {
            None => Line::good(what, described(Some(&database.info()), settings::now())),
            Some(err) => Line::bad(what, err.to_string(), err.hint()),
        },
        Err(DatabaseError::Absent) => {
            Line::weaker(what, DatabaseError::Absent.to_string(), &DatabaseError::Absent.hint())
        }
        Err(err) => Line::bad(what, err.to_string(), err.hint()),
    }
}

/// Starts a reader, which says what seals it before it reads anything.
fn sealing() -> Line {
    let options = ReaderOptions {
        allow_unsealed: true,
        ..ReaderOptions::default()
    };
    match Session::start(&options) {
        Err(failure) => Line::bad(
            "reader",
            failure.to_string(),
            "waxseal starts its own program again; is it still there?",
        ),
        Ok(session) => match (&session.seal().syscalls, &session.seal().landlock) {
            (Err(reason), _) => Line::bad(
                "reader",
                format!("cannot be sealed: {reason}"),
                "allow seccomp filters in this container, or accept the risk with `--allow-unsealed`",
            ),
            (Ok(()), Ok(abi)) => Line::good(
                "reader",
                format!("sealed by a filter of system calls and by Landlock (interface {abi})"),
            ),
            (Ok(()), Err(reason)) => Line::weaker(
                "reader",
                format!("sealed by a filter of system calls; {reason}"),
                "Landlock would be a second wall; it comes with Linux 5.13",
            ),
        },
    }
}

/// Makes a room, and takes it down again.
fn room() -> Line {
    match crate::run::probe() {
        Ok(()) => match waxseal_sandbox::landlock() {
            Ok(Landlock::Enforced(abi)) => Line::good(
                "locked room",
                format!("{ROOM}, files once more by Landlock (interface {abi})"),
            ),
            Ok(Landlock::NotEnabled | Landlock::NotImplemented) => Line::weaker(
                "locked room",
                format!("{ROOM}; no Landlock"),
                "Landlock would be a second wall around files; it comes with Linux 5.13 and may have to be named in `lsm=` at boot",
            ),
            Err(err) => Line::bad(
                "locked room",
                err.to_string(),
                "a kernel that has Landlock must grant it",
            ),
        },
        Err(missing) => Line::bad("locked room", missing.reason, missing.hint),
    }
}

/// Who holds a room to its memory and its number of processes.
fn ceilings() -> Line {
    match waxseal_sandbox::control_group() {
        Ok(()) => Line::good(
            "room's limits",
            "a control group of its own, and a watch over its memory",
        ),
        Err(reason) => Line::weaker(
            "room's limits",
            format!("a watch over its memory and limits of each process; no control group: {reason}"),
            "a control group (cgroup v2 with memory and pids) is lent by `systemd-run --user --scope waxseal …`",
        ),
    }
}

const ROOM: &str = "namespaces, a private root, all addresses of IPv4 and IPv6 answered, system calls filtered";

fn programs(env: &Environment) -> Vec<Line> {
    let line = |what: &'static str, hint: &str| match env.find_program(what) {
        Some(path) => Line::good(what, path.display().to_string()),
        None => Line::weaker(what, "not found on PATH", hint),
    };
    vec![line(
        "npm",
        "needed only to ask it for the registry it is configured with; `--registry` does without",
    )]
}

fn cache(env: &Environment) -> Line {
    let root = Cache::default_root(env);
    match Cache::open(&root) {
        Ok(_) => Line::good("cache", root.display().to_string()),
        Err(err) => Line::bad("cache", err.to_string(), err.hint()),
    }
}

/// Which registry, and whether it answers: a name nobody can have is asked for, so that nothing is fetched.
fn registry(env: &Environment, offline: bool) -> Vec<Line> {
    let config = match NpmConfig::load(env) {
        Ok(config) => config,
        Err(err) => return vec![Line::bad("registry", err.to_string(), err.hint())],
    };
    let url = shown(config.registry().as_str());
    let mut lines = vec![Line::good(
        "registry",
        format!("{url}, said by {}", config.registry_source()),
    )];
    lines.extend(
        config
            .notes()
            .iter()
            .map(|note| Line::weaker("npm settings", note.clone(), "see npm's own documentation")),
    );
    if offline {
        lines.push(Line::good("network", "switched off"));
        return lines;
    }
    let answer = Cache::open(&Cache::default_root(env))
        .map_err(|err| (err.to_string(), err.hint().to_owned()))
        .and_then(|cache| {
            let options = Options { offline: false };
            let ask = |registry: Registry| registry.packument(&PROBE.parse_name(), Form::Abbreviated);
            match Registry::new(config, cache, options).and_then(ask) {
                Ok(_) | Err(RegistryError::NotFound { .. }) => Ok(()),
                Err(err) => Err((err.to_string(), err.hint())),
            }
        });
    lines.push(match answer {
        Ok(()) => Line::good("network", "the registry answers"),
        Err((reason, hint)) => Line::bad("network", reason, hint),
    });
    lines
}

/// An address without the credentials that may stand in it.
fn shown(url: &str) -> String {
    match (url.find("://"), url.rfind('@')) {
        (Some(scheme), Some(at)) if scheme < at => format!("{}://{}", &url[..scheme], &url[at + 1..]),
        _ => url.to_owned(),
    }
}

/// A name that is asked for to hear an answer.
struct Probe(&'static str);

impl Probe {
    fn parse_name(&self) -> waxseal_model::PackageName {
        waxseal_model::PackageName::parse(self.0).expect("the name is one npm accepts")
    }
}

/// npm refuses new names with capitals, and nobody has this one.
const PROBE: Probe = Probe("Waxseal-Doctor-Asks-Whether-You-Answer");
