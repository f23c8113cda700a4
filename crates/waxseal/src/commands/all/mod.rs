//! `waxseal check --all`: reads every release that a lockfile names, and runs none.

mod lockfiles;
mod releases;

use std::sync::Arc;

use waxseal_detect::Question;
use waxseal_model::{
    Anomaly, AnomalyKind, Collected, Decision, Evidence, Gap, ReportEntry, ReportError, Subject, Verdict,
};
use waxseal_npm::integrity::{Integrity, IntegrityError};
use waxseal_npm::{PackageSpec, Wanted};

use super::assess::Bench;
use super::check::several;
use super::judging::{Extras, entry};
use super::report::{Outputs, assemble};
use super::screen::{Problem, Screen};
use super::settings;
use super::work::Work;
use crate::cli::{Check, Shared};
use crate::collect::{Bar, Collector, Repositories, Target};
use crate::exit::Exit;
use crate::reader::SideInput;
use lockfiles::Named;
use releases::{Listed, Release};

pub(super) fn run(arguments: &Check, shared: &Shared, screen: &Screen) -> Result<Exit, Problem> {
    let typed = match arguments.packages.as_slice() {
        [] => ".",
        [one] => one.as_str(),
        _ => {
            let hint = "name one lockfile, or the folder it lies in".to_owned();
            return Err(Problem::usage("`--all` takes one project at a time", hint));
        }
    };
    let (mut env, config) = settings::load(shared)?;
    let offline = settings::source(&arguments.source, &config, &mut env);
    let reader = settings::reader(&arguments.limits, &config);
    let outputs = Outputs::new(&arguments.output, &config).brief();
    let now = settings::now();
    let named = lockfiles::find(&env.cwd, typed)?;
    let bench = Bench {
        policy: &config.policy,
        now,
        reader: &reader,
        human_diff: false,
        runs: false,
        verbose: shared.verbose,
    };
    let pins = settings::pins(&env, screen);
    let bar = if screen.progress {
        Bar::on_terminal()
    } else {
        Bar::default()
    };
    // One git for each of some hundred packages, most of them of a few hosts, is more than those should be asked at once.
    let repositories = Repositories {
        ask: false,
        ..Repositories::default()
    };
    let collector = Collector::new(env, offline, reader.max_unpacked, &bar).asking(repositories);
    let work = Work {
        bench,
        collector: &collector,
        bar: &bar,
        rooms: None,
        screen,
        question: Question::Release,
        pins: &pins,
    };
    let entries = judge(&named, &work);
    let notes = collector.notes();
    let database = collector.database();
    drop(collector);
    drop(bar);
    screen.warn(&notes);
    if entries.is_empty() {
        return Err(Problem::Sentence {
            exit: Exit::Nothing,
            message: format!("there is nothing to check: no lockfile of `{typed}` names a package"),
            hint: None,
        });
    }
    let report = assemble("check", entries, &config.policy, now, database);
    outputs.write(&report, shared, screen)?;
    Ok(outputs.exit(&report, &config))
}

/// One entry for each lockfile of which something could not be looked at, and one for each release.
fn judge(named: &[Named], work: &Work<'_>) -> Vec<ReportEntry> {
    let mut entries = Vec::new();
    let mut all = Listed::default();
    for lockfile in named {
        let subject = Subject::Project(lockfile.shown.clone());
        match lockfile.read() {
            Ok(read) => {
                let gaps = all.add(&read, &subject);
                if !gaps.is_empty() {
                    entries.push(project(subject, gaps, None));
                }
            }
            Err(error) => {
                let gap = releases::decisive(&subject, error.message.clone());
                entries.push(project(subject, vec![gap], Some(error)));
            }
        }
    }
    let releases = all.releases();
    work.bar.counts_packages(releases.len());
    entries.extend(several(&releases, AT_ONCE, |release| {
        let entry = judge_release(release, work);
        work.bar.did_one();
        entry
    }));
    entries
}

fn judge_release(release: &Release, work: &Work<'_>) -> ReportEntry {
    let target = Target {
        typed: format!("{}@{}", release.name, release.version),
        spec: PackageSpec::Registry {
            name: release.name.clone(),
            wanted: Wanted::Version(release.version.clone()),
            alias: None,
        },
    };
    match work.collector.fetch(&target) {
        Ok(found) => {
            let odd = match &found.input {
                SideInput::Archive(bytes) => other_hash(&release.hashes, bytes),
                SideInput::File(_) | SideInput::Folder(_) => None,
            };
            work.read(found, odd)
        }
        Err(failure) => work.bench.judge_failure(*failure),
    }
}

/// What is odd where a lockfile expects other bytes than the registry serves.
fn other_hash(hashes: &[String], bytes: &Arc<[u8]>) -> Option<Anomaly> {
    let detail = hashes
        .iter()
        .find_map(|text| match Integrity::parse(text).and_then(|it| it.verify(bytes)) {
            Err(IntegrityError::Mismatch { expected, actual, .. }) => Some(format!(
                "the lockfile expects {expected}, and what the registry serves has {actual}"
            )),
            // What nothing can be compared with was told when the lockfile was read.
            _ => None,
        })?;
    Some(Anomaly {
        kind: AnomalyKind::OtherHash,
        path: None,
        detail,
        location: None,
    })
}

/// The entry of a lockfile: what of it could not be looked at.
fn project(subject: Subject, gaps: Vec<Gap>, error: Option<ReportError>) -> ReportEntry {
    let current = Evidence {
        source: Collected::NotRequested,
        ..Evidence::new(subject.clone())
    };
    let complete = !gaps.iter().any(|gap| gap.weight == waxseal_model::GapWeight::Decisive);
    let verdict = Verdict {
        subject,
        compared_with: None,
        decision: Decision::Allow,
        complete,
        findings: Vec::new(),
        shared: Vec::new(),
        gaps,
        ran: Vec::new(),
    };
    ReportEntry {
        error,
        ..entry(verdict, &current, None, Extras::default())
    }
}

/// While some are downloaded, others are read, each by a reader with several threads.
const AT_ONCE: usize = 4;
