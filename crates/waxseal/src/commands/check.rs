//! `waxseal check`: judges packages, each by itself or compared with another release.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, PoisonError};

use waxseal_model::{Gap, GapWeight, ReportEntry, Subject};
use waxseal_npm::SpecError;

use super::assess::Bench;
use super::report::{Outputs, assemble};
use super::screen::{Problem, Screen};
use super::settings;
use crate::cli::{Check, Shared};
use crate::collect::{Bar, Collector, Failure, Found, Target, release_of};
use crate::exit::Exit;
use crate::reader::SideInput;

pub(super) fn run(arguments: &Check, shared: &Shared, screen: &Screen) -> Result<Exit, Problem> {
    let (mut env, config) = settings::load(shared)?;
    let offline = settings::source(&arguments.source, &config, &mut env);
    let reader = settings::reader(&arguments.limits, &config);
    let outputs = Outputs::new(&arguments.output, &config);
    let jobs = jobs(arguments, screen)?;
    let today = settings::today();
    let bench = Bench {
        policy: &config.policy,
        today,
        reader: &reader,
        human_diff: arguments.against.is_some() && outputs.show_diff(),
        verbose: shared.verbose,
    };
    let bar = if screen.progress {
        Bar::on_terminal()
    } else {
        Bar::default()
    };
    let collector = Collector::new(env, offline, reader.max_unpacked, &bar);
    let entries = judge_all(&jobs, &collector, &bench, &bar);
    let notes = collector.notes();
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
    let report = assemble("check", judged, &config.policy, today);
    outputs.write(&report, shared, screen)?;
    Ok(outputs.exit(&report, &config))
}

/// One package and what it is compared with.
struct Job {
    target: Target,
    against: Against,
}

enum Against {
    Nothing,
    Previous,
    Release(Target),
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
        let against = match arguments.against.as_deref() {
            None => Against::Nothing,
            Some("previous") => Against::Previous,
            Some(typed) => match release_of(&target, typed) {
                Ok(release) => Against::Release(release),
                Err(err) => {
                    refuse(err);
                    continue;
                }
            },
        };
        jobs.push(Job { target, against });
    }
    if wrong {
        Err(Problem::Said(Exit::Usage))
    } else {
        Ok(jobs)
    }
}

/// A few at a time: while one is downloaded another is read.
fn judge_all(jobs: &[Job], collector: &Collector<'_>, bench: &Bench<'_>, bar: &Bar) -> Vec<Option<ReportEntry>> {
    let entries: Vec<Mutex<Option<ReportEntry>>> = jobs.iter().map(|_| Mutex::new(None)).collect();
    let next = AtomicUsize::new(0);
    let work = || {
        while let Some((job, slot)) = {
            let idx = next.fetch_add(1, Ordering::Relaxed);
            jobs.get(idx).zip(entries.get(idx))
        } {
            let entry = judge(job, collector, bench, bar);
            *slot.lock().unwrap_or_else(PoisonError::into_inner) = entry;
        }
    };
    std::thread::scope(|scope| {
        for _ in 1..jobs.len().min(AT_ONCE) {
            scope.spawn(work);
        }
        work();
    });
    entries
        .into_iter()
        .map(|slot| slot.into_inner().unwrap_or_else(PoisonError::into_inner))
        .collect()
}

/// `None` for an empty folder, in which there is nothing to judge.
fn judge(job: &Job, collector: &Collector<'_>, bench: &Bench<'_>, bar: &Bar) -> Option<ReportEntry> {
    match &job.against {
        Against::Nothing => match collector.fetch(&job.target) {
            Ok(found) if is_empty_folder(&found) => None,
            Ok(found) => Some(bench.judge_one(found, bar)),
            Err(failure) => Some(bench.judge_failure(*failure)),
        },
        Against::Previous => {
            let (new, old) = collector.fetch_with_previous(&job.target);
            Some(match (new, old) {
                (Err(failure), _) => bench.judge_failure(*failure),
                (Ok(new), Some(Ok(old))) => bench.judge_two(old, new, bar),
                (Ok(new), Some(Err(failure))) => {
                    let gap = uncompared(&new.subject, &failure);
                    bench.judge_without(new, gap, bar)
                }
                (Ok(new), None) => {
                    let gap = first_release(&new.subject);
                    bench.judge_without(new, gap, bar)
                }
            })
        }
        Against::Release(old) => {
            let (old, new) = collector.fetch_pair(old, &job.target);
            Some(super::diff::judge_pair(old, new, bench, bar))
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
