//! `waxseal check`: judges packages, each by itself or compared with another release.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, PoisonError};

use waxseal_detect::Question;
use waxseal_model::{Gap, GapWeight, ReportEntry, Subject};
use waxseal_npm::SpecError;

use super::assess::Bench;
use super::report::{Outputs, assemble};
use super::room::{Forked, Kitchen, RoomOptions, Rooms, Unpack};
use super::screen::{Problem, Screen};
use super::settings;
use super::work::{Asked, Work, target_of};
use crate::cli::{Check, Shared};
use crate::collect::{Bar, Collector, Failure, Found, Target, release_of};
use crate::exit::Exit;
use crate::reader::SideInput;

pub(super) fn run(arguments: &Check, shared: &Shared, screen: &Screen) -> Result<Exit, Problem> {
    if arguments.all {
        return super::all::run(arguments, shared, screen);
    }
    // Before anything is read, and before there is another thread.
    let each = if arguments.against.is_some() { 2 } else { 1 };
    let forked = (!arguments.no_run).then(|| Forked::new(each * arguments.packages.len(), Unpack::Before));
    let (mut env, config) = settings::load(shared)?;
    let offline = settings::source(&arguments.source, &config, &mut env);
    let reader = settings::reader(&arguments.limits, &config);
    let outputs = Outputs::new(&arguments.output, &config);
    let jobs = jobs(arguments, screen)?;
    let mut forked = forked.filter(|_| config.run);
    let roles = forked.as_mut().map(Forked::take);
    let now = settings::now();
    let bench = Bench {
        policy: &config.policy,
        now,
        reader: &reader,
        human_diff: arguments.against.is_some() && outputs.show_diff(),
        runs: roles.is_some(),
        verbose: shared.verbose,
    };
    let pins = settings::pins(&env, screen);
    let bar = if screen.progress {
        Bar::on_terminal()
    } else {
        Bar::default()
    };
    let known = settings::known(&arguments.known, &config, now);
    let repositories = settings::repositories(&arguments.origin, &config);
    let collector = Collector::new(env, offline, reader.max_unpacked, &bar)
        .looking_up(known)
        .asking(repositories);
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
        question: Question::Release,
        pins: &pins,
    };
    let entries = judge_all(&jobs, &collector, &work);
    let notes = collector.notes();
    let database = collector.database();
    drop(rooms);
    drop(collector);
    drop(bar);
    screen.warn(&notes);
    let judged: Vec<ReportEntry> = entries.into_iter().flatten().collect();
    if judged.is_empty() {
        return Err(Problem::Sentence {
            exit: Exit::Nothing,
            message: "there is nothing to check: the folder is empty".to_owned(),
            hint: Some("name a folder that holds a `package.json`".to_owned()),
        });
    }
    let report = assemble("check", judged, &config.policy, now, database);
    outputs.write(&report, shared, screen)?;
    Ok(outputs.exit(&report, &config))
}

/// One package and what it is compared with.
struct Job {
    target: Target,
    against: Against,
}

/// What a package is compared with.
pub(super) enum Against {
    Nothing,
    Previous,
    Release(Target),
}

impl Against {
    /// Reads what `--against` was given.
    pub(super) fn of(target: &Target, typed: Option<&str>) -> Result<Self, SpecError> {
        Ok(match typed {
            None => Self::Nothing,
            Some("previous") => Self::Previous,
            Some(typed) => Self::Release(release_of(target, typed)?),
        })
    }
}

/// Every package is read before any is fetched, so that a slip of the pen costs nothing.
fn jobs(arguments: &Check, screen: &Screen) -> Result<Vec<Job>, Problem> {
    let mut jobs = Vec::new();
    let mut wrong = false;
    let mut refuse = |err: SpecError| {
        screen.error(&err.to_string(), Some(&err.hint()));
        wrong = true;
    };
    for typed in &arguments.packages {
        let target = match Target::parse(typed) {
            Ok(target) => target,
            Err(err) => {
                refuse(err);
                continue;
            }
        };
        let against = match Against::of(&target, arguments.against.as_deref()) {
            Ok(against) => against,
            Err(err) => {
                refuse(err);
                continue;
            }
        };
        jobs.push(Job { target, against });
    }
    if wrong {
        Err(Problem::Said(Exit::Usage))
    } else {
        Ok(jobs)
    }
}

fn judge_all(jobs: &[Job], collector: &Collector<'_>, work: &Work<'_>) -> Vec<Option<ReportEntry>> {
    several(jobs, AT_ONCE, |job| judge(job, collector, work))
}

/// A few at a time: while one is downloaded another is read. The results are in the order of the jobs.
pub(super) fn several<J: Sync, T: Send>(jobs: &[J], at_once: usize, judge: impl Fn(&J) -> T + Sync) -> Vec<T> {
    let slots: Vec<Mutex<Option<T>>> = jobs.iter().map(|_| Mutex::new(None)).collect();
    let next = AtomicUsize::new(0);
    let judge_each = || {
        while let Some((job, slot)) = {
            let idx = next.fetch_add(1, Ordering::Relaxed);
            jobs.get(idx).zip(slots.get(idx))
        } {
            let outcome = judge(job);
            *slot.lock().unwrap_or_else(PoisonError::into_inner) = Some(outcome);
        }
    };
    std::thread::scope(|scope| {
        for _ in 1..jobs.len().min(at_once) {
            scope.spawn(judge_each);
        }
        judge_each();
    });
    slots
        .into_iter()
        .filter_map(|slot| slot.into_inner().unwrap_or_else(PoisonError::into_inner))
        .collect()
}

/// `None` for an empty folder, in which there is nothing to judge.
fn judge(job: &Job, collector: &Collector<'_>, work: &Work<'_>) -> Option<ReportEntry> {
    let target = &job.target;
    match &job.against {
        Against::Nothing => match collector.fetch(target) {
            Ok(found) if is_empty_folder(&found) => None,
            Ok(found) => Some(work.one(Asked { target, found }, None)),
            Err(failure) => Some(work.bench.judge_failure(*failure)),
        },
        Against::Previous => {
            let (new, old) = collector.fetch_with_previous(target);
            Some(match (new, old) {
                (Err(failure), _) => work.bench.judge_failure(*failure),
                (Ok(found), Some(Ok(old))) => {
                    let before = target_of(&old, target);
                    let old = Asked {
                        target: &before,
                        found: old,
                    };
                    work.two(old, Asked { target, found })
                }
                (Ok(found), Some(Err(failure))) => {
                    let gap = uncompared(&found.subject, &failure);
                    work.one(Asked { target, found }, Some((gap, None)))
                }
                (Ok(found), None) => {
                    let gap = first_release(&found.subject);
                    work.one(Asked { target, found }, Some((gap, None)))
                }
            })
        }
        Against::Release(old) => {
            let (before, now) = collector.fetch_pair(old, target);
            Some(super::diff::judge_pair((old, before), (target, now), work))
        }
    }
}

fn is_empty_folder(found: &Found) -> bool {
    matches!(&found.input, SideInput::Folder(files) if files.files.is_empty() && files.anomalies.is_empty())
}

/// A comparison that was asked for and could not be made, because the other release could not be had.
pub(super) fn uncompared(subject: &Subject, failure: &Failure) -> Gap {
    Gap {
        subject: subject.clone(),
        method: "package-diff".to_owned(),
        reason: format!("it was not compared with the other release: {}", failure.error.message),
        weight: GapWeight::Decisive,
    }
}

/// There is nothing to compare with, which nobody can mend.
fn first_release(subject: &Subject) -> Gap {
    let reason = match subject {
        Subject::Package(_) => "it was not compared, since there is no release before it",
        _ => "it was not compared, since only a registry knows the release before",
    };
    let weight = if matches!(subject, Subject::Package(_)) {
        GapWeight::Partial
    } else {
        GapWeight::Decisive
    };
    Gap {
        subject: subject.clone(),
        method: "package-diff".to_owned(),
        reason: reason.to_owned(),
        weight,
    }
}

/// Each may take a reader with several threads.
const AT_ONCE: usize = 3;
