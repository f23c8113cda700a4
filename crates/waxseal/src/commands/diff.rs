//! `waxseal diff`: what a newer release can newly do; or, with `--patch` and `--stat`, only what differs as text.

use std::fmt::Write;
use std::io;

use waxseal_detect::Question;
use waxseal_model::{ReportEntry, Subject};

use super::assess::Bench;
use super::check::uncompared;
use super::report::{Outputs, assemble};
use super::room::{Forked, Kitchen, RoomOptions, Rooms, Unpack};
use super::screen::{self, Problem, Screen};
use super::settings;
use super::work::{Asked, Work};
use crate::cli::{Diff, Shared};
use crate::collect::{Bar, Collector, Fetched, Target, release_of};
use crate::diff::patch::{Presence, Stat};
use crate::exit::Exit;
use crate::reader::{ReaderFailure, ReaderOptions, Session, SideInput};

pub(super) fn run(arguments: &Diff, shared: &Shared, screen: &Screen) -> Result<Exit, Problem> {
    // Before anything is read, and before there is another thread.
    let mut forked = arguments.run.then(|| Forked::new(2, Unpack::Before));
    let roles = forked.as_mut().map(Forked::take);
    let (mut env, config) = settings::load(shared)?;
    let offline = settings::source(&arguments.source, &config, &mut env);
    let reader = settings::reader(&arguments.limits, &config);
    let outputs = Outputs::new(&arguments.output, &config);
    let old = Target::parse(&arguments.old).map_err(|err| Problem::usage(&err, err.hint()))?;
    let new = release_of(&old, &arguments.new).map_err(|err| Problem::usage(&err, err.hint()))?;
    let pins = settings::pins(&env, screen);
    let bar = if screen.progress {
        Bar::on_terminal()
    } else {
        Bar::default()
    };
    let now = settings::now();
    let known = settings::known(&arguments.known, &config, now);
    let repositories = settings::repositories(&arguments.origin, &config);
    let collector = Collector::new(env, offline, reader.max_unpacked, &bar)
        .looking_up(known)
        .asking(repositories);
    let (before, after) = collector.fetch_pair(&old, &new);
    if arguments.patch || arguments.stat {
        let notes = collector.notes();
        drop(collector);
        drop(bar);
        screen.warn(&notes);
        return raw(before, after, arguments, &reader, screen);
    }
    let bench = Bench {
        policy: &config.policy,
        now,
        reader: &reader,
        human_diff: outputs.show_diff(),
        runs: arguments.run,
        verbose: shared.verbose,
    };
    let options = RoomOptions::usual(&arguments.room, &config);
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
        question: Question::Difference,
        pins: &pins,
    };
    let entry = judge_pair((&old, before), (&new, after), &work);
    let notes = collector.notes();
    let database = collector.database();
    drop(rooms);
    drop(collector);
    drop(bar);
    screen.warn(&notes);
    let report = assemble("diff", vec![entry], &config.policy, now, database);
    outputs.write(&report, shared, screen)?;
    Ok(outputs.exit(&report, &config))
}

/// Judges the newer of two releases, of which each may not have been had.
pub(super) fn judge_pair(
    (before, old): (&Target, Fetched),
    (target, new): (&Target, Fetched),
    work: &Work<'_>,
) -> ReportEntry {
    match (old, new) {
        (Ok(old), Ok(found)) => {
            let old = Asked {
                target: before,
                found: old,
            };
            work.two(old, Asked { target, found })
        }
        (_, Err(failure)) => work.bench.judge_failure(*failure),
        (Err(failure), Ok(found)) => {
            let gap = uncompared(&found.subject, &failure);
            work.one(Asked { target, found }, Some((gap, Some(failure.error))))
        }
    }
}

/// The difference as text. It judges nothing, so a difference is no finding.
fn raw(
    old: Fetched,
    new: Fetched,
    arguments: &Diff,
    options: &ReaderOptions,
    screen: &Screen,
) -> Result<Exit, Problem> {
    let mut worst = None;
    let mut sides: Vec<(Subject, SideInput)> = Vec::new();
    for side in [old, new] {
        match side {
            Ok(found) => sides.push((found.subject, found.input)),
            Err(failure) => {
                screen.error(&failure.error.message, failure.error.hint.as_deref());
                let exit = if failure.anomaly.is_some() {
                    Exit::Findings
                } else {
                    Exit::Incomplete
                };
                // Bytes that are not what was promised are worse than none.
                worst = Some(worst.map_or(exit, |worst: Exit| worst.min(exit)));
            }
        }
    }
    if let Some(exit) = worst {
        return Err(Problem::Said(exit));
    }
    let failed = |failure: ReaderFailure| {
        let exit = match failure {
            ReaderFailure::Start(_) => Exit::Fault,
            ReaderFailure::Unsealed(_) => Exit::Incomplete,
            // Hostile until shown otherwise.
            _ => Exit::Findings,
        };
        Problem::Sentence {
            exit,
            message: failure.to_string(),
            hint: None,
        }
    };
    let mut session = Session::start(options).map_err(failed)?;
    let broken = session.open_for_text(&sides, options.max_unpacked).map_err(failed)?;
    drop(sides);
    if let Some(reason) = broken {
        return Err(Problem::Sentence {
            exit: Exit::Findings,
            message: reason,
            hint: None,
        });
    }
    if arguments.stat {
        let stats = session.stat().map_err(failed)?;
        screen.print(&table(&stats, screen.width))?;
        return Ok(Exit::Clean);
    }
    let mut out = io::stdout().lock();
    let done = if screen.terminal {
        session.patch(&mut Visible::new(&mut out)).map_err(failed)?
    } else {
        session.patch(&mut out).map_err(failed)?
    };
    screen::written(done)?;
    Ok(Exit::Clean)
}

/// Shows on a terminal what it would otherwise obey. A file or a pipe gets the bytes as they are, since a patch must fit.
struct Visible<'o> {
    out: &'o mut dyn io::Write,
    /// The beginning of a line whose end is still to come.
    line: Vec<u8>,
}

impl<'o> Visible<'o> {
    fn new(out: &'o mut dyn io::Write) -> Self {
        Self { out, line: Vec::new() }
    }

    fn show(&mut self, line: &[u8]) -> io::Result<()> {
        let mut shown = String::with_capacity(line.len());
        let mut marks = 0;
        for c in String::from_utf8_lossy(line).chars() {
            match c {
                '\t' => shown.push('\t'),
                _ => crate::report::escape::visible(c, &mut marks).push_to(&mut shown),
            }
        }
        self.out.write_all(shown.as_bytes())
    }
}

impl io::Write for Visible<'_> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        for piece in bytes.split_inclusive(|byte| *byte == b'\n') {
            self.line.extend_from_slice(piece);
            if let Some(line) = self.line.strip_suffix(b"\n") {
                let line = line.to_vec();
                self.show(&line)?;
                self.out.write_all(b"\n")?;
                self.line.clear();
            }
        }
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        let rest = std::mem::take(&mut self.line);
        self.show(&rest)?;
        self.out.flush()
    }
}

/// One line a file, as git shows it.
fn table(stats: &[Stat], width: usize) -> String {
    let mut out = String::new();
    let most = stats
        .iter()
        .map(|stat| u64::from(stat.added) + u64::from(stat.removed))
        .max()
        .unwrap_or(0)
        .max(1);
    let names: Vec<String> = stats.iter().map(|stat| screen::plain(&stat.path)).collect();
    let column = names
        .iter()
        .map(|name| name.chars().count())
        .max()
        .unwrap_or(0)
        .min(width / 2);
    let bar = width.saturating_sub(column + NUMBERS).clamp(MIN_BAR, MAX_BAR) as u64;
    let (mut added, mut removed) = (0_u64, 0_u64);
    for (stat, name) in stats.iter().zip(&names) {
        let what = match (stat.binary, stat.presence) {
            (true, Presence::Added) => "binary, new".to_owned(),
            (true, Presence::Removed) => "binary, gone".to_owned(),
            (true, Presence::Changed) => "binary".to_owned(),
            (false, presence) => {
                let signs = |lines: u32| (u64::from(lines) * bar).div_ceil(most.max(bar)) as usize;
                let word = match presence {
                    Presence::Added => " new",
                    Presence::Removed => " gone",
                    Presence::Changed => "",
                };
                let total = u64::from(stat.added) + u64::from(stat.removed);
                format!(
                    "{total:>6} {}{}{word}",
                    "+".repeat(signs(stat.added)),
                    "-".repeat(signs(stat.removed))
                )
            }
        };
        added += u64::from(stat.added);
        removed += u64::from(stat.removed);
        let _ = writeln!(out, " {name:<column$} | {what}");
    }
    let files = if stats.len() == 1 { "file" } else { "files" };
    let _ = writeln!(
        out,
        " {} {files} differ, {added} lines added, {removed} removed",
        stats.len()
    );
    out
}

/// Columns for the numbers and what stands around them.
const NUMBERS: usize = 16;
const MIN_BAR: usize = 8;
const MAX_BAR: usize = 60;
