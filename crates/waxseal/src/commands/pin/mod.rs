//! `waxseal scan --pin`: writes exact, judged versions into the configurations of MCP clients.
//!
//! For each server that fetches a package without an exact version: the release is chosen as npm would choose it now, judged as `waxseal check`
//! judges it, and shown; then it is written, after a question, with a copy of the old file beside it, and recorded. A server that was pinned before is judged
//! again and compared with what was recorded.

mod found;
mod judged;
mod tasks;
mod written;

use std::io::{self, IsTerminal as _, Write as _};

use waxseal_detect::Question;
use waxseal_npm::Environment;

use super::assess::Bench;
use super::room::{Forked, Kitchen, RoomOptions, Rooms, Unpack};
use super::screen::{Problem, Screen, plain};
use super::settings;
use super::work::Work;
use crate::cli::{Limits, Origin, Room, Scan, Shared};
use crate::collect::{Bar, Collector};
use crate::exit::Exit;
use crate::pins;

use judged::{Judgement, Judgements};
use tasks::{Config, Task};

/// Pins every server of the configurations that are named or found. Nothing may have been read before, and there must be no other thread: the rooms'
/// processes are made first.
pub(super) fn run(arguments: &Scan, shared: &Shared, screen: &Screen) -> Result<Exit, Problem> {
    let forked = Forked::new(ROOMS, Unpack::Before);
    let (mut env, config) = settings::load(shared)?;
    let offline = settings::source(&arguments.source, &config, &mut env);
    let reader = settings::reader(&NO_LIMITS, &config);
    let recorded = pins::load(&env).map_err(|err| Problem::usage(&err, Some(PINS_HINT.to_owned())))?;
    let mut exit = Exit::Clean;
    let mut configs = Vec::new();
    for found in found::configs(arguments, &env, screen)? {
        let config = Config::read(found, &recorded);
        for problem in &config.problems {
            screen.error(&format!("{}: {problem}", config.shown()), None);
            worsen(&mut exit, Exit::Incomplete);
        }
        configs.push(config);
    }
    if configs.iter().all(|config| config.tasks.is_empty()) {
        return nothing(&configs, screen, exit);
    }
    let mut forked = Some(forked).filter(|_| config.run);
    let roles = forked.as_mut().map(Forked::take);
    let bench = Bench {
        policy: &config.policy,
        now: settings::now(),
        reader: &reader,
        human_diff: false,
        runs: roles.is_some(),
        verbose: shared.verbose,
    };
    let bar = if screen.progress {
        Bar::on_terminal()
    } else {
        Bar::default()
    };
    let known = settings::known(&arguments.known, &config, bench.now);
    let collector = Collector::new(env.clone(), offline, reader.max_unpacked, &bar)
        .looking_up(known)
        .asking(settings::repositories(&AS_CONFIGURED, &config));
    let options = RoomOptions::usual(&NO_ROOM, &config);
    let rooms = roles.zip(forked.as_ref()).map(|(roles, forked)| {
        let kitchen = Kitchen {
            collector: &collector,
            options: &options,
            unpackers: &forked.unpackers,
            screen,
        };
        Rooms::new(roles, kitchen)
    });
    let work = Work {
        bench,
        collector: &collector,
        bar: &bar,
        rooms: rooms.as_ref(),
        screen,
        question: Question::Release,
        pins: &recorded,
    };
    let judgements = Judgements::of(&configs, &work);
    let notes = collector.notes();
    drop(rooms);
    drop(collector);
    drop(bar);
    screen.warn(&notes);
    let asking = Asking {
        yes: arguments.yes,
        env: &env,
        now: bench.now.0,
        screen,
    };
    for config in &configs {
        worsen(&mut exit, asking.config(config, &judgements)?);
    }
    Ok(exit)
}

/// Nothing is to be pinned.
fn nothing(configs: &[Config], screen: &Screen, exit: Exit) -> Result<Exit, Problem> {
    if exit != Exit::Clean {
        return Ok(exit);
    }
    if configs.is_empty() {
        return Err(Problem::Sentence {
            exit: Exit::Nothing,
            message: "there is no configuration of an MCP client".to_owned(),
            hint: Some("name one: `waxseal scan --pin ~/.cursor/mcp.json`".to_owned()),
        });
    }
    screen.print("every server that fetches a package does so in an exact version\n")?;
    Ok(exit)
}

/// The end of what is worse: findings over what could not be looked at over nothing.
fn worsen(exit: &mut Exit, other: Exit) {
    let rank = |exit: Exit| match exit {
        Exit::Findings => 2,
        Exit::Clean => 0,
        _ => 1,
    };
    if rank(other) > rank(*exit) {
        *exit = other;
    }
}

/// How it is shown, asked and written.
struct Asking<'a> {
    yes: bool,
    env: &'a Environment,
    now: i64,
    screen: &'a Screen,
}

impl Asking<'_> {
    /// One configuration: what would change, the question, the change.
    fn config(&self, config: &Config, judgements: &Judgements) -> Result<Exit, Problem> {
        if config.tasks.is_empty() {
            return Ok(Exit::Clean);
        }
        let mut exit = Exit::Clean;
        let mut text = format!("{} ({})\n", config.shown(), config.client.name);
        let mut pinned: Vec<(&Task, &Judgement)> = Vec::new();
        for task in &config.tasks {
            let Some(judgement) = judgements.get(task) else {
                continue;
            };
            let (line, task_exit) = task.told(judgement);
            worsen(&mut exit, task_exit);
            text.push_str(&line);
            if judgement.is_fit() && task.is_unpinned() {
                pinned.push((task, judgement));
            }
        }
        if pinned.is_empty() {
            self.screen.print(&text)?;
            return Ok(exit);
        }
        let rewritten = match written::rewrite(config, &pinned) {
            Ok(rewritten) => rewritten,
            Err(err) => {
                self.screen.print(&text)?;
                self.screen.error(&format!("{}: {err}", config.shown()), None);
                worsen(&mut exit, Exit::Incomplete);
                return Ok(exit);
            }
        };
        for change in &rewritten.changes {
            let (before, after) = (plain(&change.before), plain(&change.after));
            text.push_str(&format!("  line {}\n  - {before}\n  + {after}\n", change.line));
        }
        self.screen.print(&text)?;
        match self.agreed(config)? {
            Answer::No => self.screen.note("nothing was changed"),
            Answer::Nobody => self
                .screen
                .note("nothing was changed: `--yes` writes it without a question"),
            Answer::Yes => match written::write(config, &rewritten, &pinned, self) {
                Ok(backup) => self.screen.print(&format!(
                    "  written; the old text is in {}\n",
                    plain(&backup.to_string_lossy())
                ))?,
                Err(message) => {
                    self.screen.error(&format!("{}: {message}", config.shown()), None);
                    worsen(&mut exit, Exit::Incomplete);
                }
            },
        }
        Ok(exit)
    }

    /// Asks, where there is somebody to ask.
    fn agreed(&self, config: &Config) -> Result<Answer, Problem> {
        if self.yes {
            return Ok(Answer::Yes);
        }
        if !(io::stdin().is_terminal() && io::stderr().is_terminal()) {
            return Ok(Answer::Nobody);
        }
        let mut err = io::stderr().lock();
        let asked = write!(err, "Write this into {}? [y/N] ", config.shown()).and_then(|()| err.flush());
        asked.map_err(Problem::fault)?;
        let mut answer = String::new();
        io::stdin().read_line(&mut answer).map_err(Problem::fault)?;
        let yes = matches!(answer.trim().to_ascii_lowercase().as_str(), "y" | "yes");
        Ok(if yes { Answer::Yes } else { Answer::No })
    }
}

enum Answer {
    Yes,
    No,
    /// There is nobody to ask.
    Nobody,
}

/// Rooms of one command: it is not known before how many are needed, and they are made before anything is read.
const ROOMS: usize = 32;
const PINS_HINT: &str = "move the file away: what was pinned stays pinned, only what was recorded of it is lost";
const NO_LIMITS: Limits = Limits {
    max_unpacked: None,
    max_memory: None,
    max_time: None,
    allow_unsealed: false,
};
const AS_CONFIGURED: Origin = Origin { no_repository: false };
const NO_ROOM: Room = Room {
    env: Vec::new(),
    seed: None,
};
