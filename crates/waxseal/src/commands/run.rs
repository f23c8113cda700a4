//! `waxseal run`: what a package or a command does where nothing real can be reached.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use waxseal_detect::Question;
use waxseal_model::{Phase, ReportEntry, Subject};
use waxseal_npm::PackageSpec;

use super::assess::Bench;
use super::check::Against;
use super::report::{Outputs, assemble};
use super::room::{self, Candidate, Done, Escaped, Forked, Kitchen, Ran, RoomOptions, Rooms, Side, Unpack};
use super::screen::{Problem, Screen};
use super::settings;
use super::survey::{Survey, survey};
use super::work::{early, side, target_of};
use crate::cli::{Run, Shared};
use crate::collect::{Bar, Collector, Fetched, Target};
use crate::exit::Exit;
use crate::reader::ReaderOptions;
use crate::run::save::make_ready;
use crate::run::{Input, Output, Step};

pub(super) fn run(arguments: &Run, shared: &Shared, screen: &Screen) -> Result<Exit, Problem> {
    // Before anything is read, and before there is another thread.
    let unpack = if arguments.reinstall || arguments.package.is_none() {
        Unpack::InTheRoom
    } else {
        Unpack::Before
    };
    let mut forked = Forked::new(if arguments.against.is_some() { 2 } else { 1 }, unpack);
    let (mut env, config) = settings::load(shared)?;
    let options = RoomOptions::of(arguments, &config)?;
    let outputs = Outputs::new(&arguments.output, &config);
    let offline = settings::source(&arguments.source, &config, &mut env);
    let bar = if screen.progress {
        Bar::on_terminal()
    } else {
        Bar::default()
    };
    let collector = Collector::new(env, offline, waxseal_npm::Limits::default().inflated, &bar);
    let roles = forked.take();
    let kitchen = Kitchen {
        collector: &collector,
        options: &options,
        unpackers: &forked.unpackers,
        screen,
    };
    let reader = ReaderOptions::default();
    let bench = Bench {
        policy: &config.policy,
        now: settings::now(),
        reader: &reader,
        human_diff: false,
        runs: true,
        verbose: shared.verbose,
    };
    let running = Running {
        arguments,
        rooms: Rooms::new(roles, kitchen),
        bench,
        screen,
        bar: &bar,
    };
    let entry = match &arguments.package {
        Some(package) => running.package(package)?,
        None => running.command()?,
    };
    drop(running);
    drop(collector);
    drop(bar);
    let report = assemble("run", vec![entry], &config.policy, bench.now, None);
    outputs.write(&report, shared, screen)?;
    Ok(outputs.exit(&report, &config))
}

/// What a run takes beside its subject.
struct Running<'a> {
    arguments: &'a Run,
    rooms: Rooms<'a>,
    bench: Bench<'a>,
    screen: &'a Screen,
    bar: &'a Bar,
}

impl Running<'_> {
    /// A command of the person's, or a scenario in their project.
    fn command(&self) -> Result<ReportEntry, Problem> {
        let options = self.rooms.kitchen.options;
        let mut spec = options.blank();
        spec.project = project(self.arguments)?;
        let subject = match &options.person {
            Some(person) => {
                spec.title = vec![person.name.clone()];
                Subject::Command(person.name.clone())
            }
            None => {
                spec.steps.push(Step {
                    command: self.arguments.command.clone(),
                    phase: Phase::Call,
                    input: Input::Nothing,
                });
                Subject::Command(self.arguments.command.join(" "))
            }
        };
        self.alone(Side {
            subject,
            spec: Ok(spec),
        })
    }

    /// A package, by itself or compared with another release.
    fn package(&self, package: &str) -> Result<ReportEntry, Problem> {
        let usage = |err: waxseal_npm::SpecError| Problem::usage(&err, err.hint());
        let target = Target::parse(package).map_err(usage)?;
        let against = Against::of(&target, self.arguments.against.as_deref()).map_err(usage)?;
        let collector = self.rooms.kitchen.collector;
        let (new, old) = match &against {
            Against::Nothing => (collector.fetch(&target), None),
            Against::Release(before) => {
                let (old, new) = collector.fetch_pair(before, &target);
                (new, Some((before.clone(), old)))
            }
            Against::Previous => match collector.fetch_with_previous(&target) {
                (new, Some(old)) => {
                    let before = old
                        .as_ref()
                        .map_or_else(|_| target.clone(), |found| target_of(found, &target));
                    (new, Some((before, old)))
                }
                (Err(failure), None) => return Err(room::not_had(failure.error)),
                (Ok(_), None) => {
                    let message = format!("there is no release before `{package}` to compare it with");
                    return Err(room::incomplete(&message, "name another with `--against`".to_owned()));
                }
            },
        };
        let Some((before, old)) = old else {
            let side = self.made_ready(&target, new)?;
            return self.alone(side);
        };
        let (first, second) = std::thread::scope(|scope| {
            let first = scope.spawn(|| self.made_ready(&before, old));
            let second = self.made_ready(&target, new);
            let first = first.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic));
            (first, second)
        });
        self.both(first?, second?)
    }

    /// Finds out what a release needs, while it is read. What cannot be read has no variables: the run itself will tell.
    fn made_ready(&self, target: &Target, fetched: Fetched) -> Result<Side, Problem> {
        let kitchen = self.rooms.kitchen;
        let (subject, candidate, found) = match fetched {
            Ok(mut found) => {
                let candidate = Candidate::of(target, &mut found);
                (found.subject.clone(), candidate, Some(found))
            }
            // npm may say why, but of what is on disk nothing can be installed.
            Err(failure) if matches!(target.spec, PackageSpec::Archive(_)) => {
                let subject = Subject::Unresolved(target.typed.clone());
                (subject, Err(failure.error), None)
            }
            Err(_) => {
                let subject = Subject::Unresolved(target.typed.clone());
                (subject, Ok(Candidate::unknown(target)), None)
            }
        };
        self.bar.doing("finding out what it needs");
        Ok(std::thread::scope(|scope| {
            let early = early(scope, &candidate, kitchen);
            let survey = found.map_or_else(Survey::default, |found| survey(found, self.bench.reader));
            side(&subject, &candidate, early, &survey, kitchen)
        }))
    }

    fn alone(&self, mut side: Side) -> Result<ReportEntry, Problem> {
        let folder = self.arguments.save.as_deref();
        keep_packets(&mut side, folder)?;
        let subject = side.subject.clone();
        self.bar.rest();
        let outcome = self.rooms.run(side, self.shown(""));
        let done = outcome.map_err(room::not_had)?;
        self.note(&done);
        if let Some(folder) = folder {
            room::keep(folder, &done)?;
        }
        let ran = Ran::alone(&subject, Ok(done));
        Ok(self.bench.judge_runs(subject, ran))
    }

    /// The older release is proven beside the newer one: in a folder that ends in `-older`.
    fn both(&self, mut old: Side, mut new: Side) -> Result<ReportEntry, Problem> {
        let folder = self.arguments.save.as_deref();
        let beside = folder.map(|folder| {
            let mut name = folder.as_os_str().to_owned();
            name.push("-older");
            PathBuf::from(name)
        });
        keep_packets(&mut new, folder)?;
        keep_packets(&mut old, beside.as_deref())?;
        let (older, subject) = (old.subject.clone(), new.subject.clone());
        self.bar.rest();
        let (first, second) = self.rooms.run_both(old, new, [self.shown("old "), self.shown("new ")]);
        let second = second.map_err(room::not_had)?;
        self.note(&second);
        for (folder, done) in [(folder, Some(&second)), (beside.as_deref(), first.as_ref().ok())] {
            if let (Some(folder), Some(done)) = (folder, done) {
                room::keep(folder, done)?;
            }
        }
        let ran = Ran::of_both((older, first), (&subject, Ok(second)), Question::Difference);
        Ok(self.bench.judge_runs(subject, ran))
    }

    /// Whoever shows what it writes.
    fn shown(&self, mark: &'static str) -> Arc<dyn Output> {
        Arc::new(Escaped::new(self.screen, mark, self.bar.speaker()))
    }

    fn note(&self, done: &Done) {
        if self.bench.verbose {
            let after = done.executed.network_after.as_secs_f64() * 1e3;
            self.screen
                .note(&format!("the room had its network after {after:.1} ms"));
        }
    }
}

/// Makes the folder of the proof before anything runs, and a file for the packets.
fn keep_packets(side: &mut Side, folder: Option<&Path>) -> Result<(), Problem> {
    if let (Ok(spec), Some(folder)) = (&mut side.spec, folder) {
        let file = make_ready(folder).map_err(|err| Problem::usage(&err, err.hint().to_owned()))?;
        spec.packets = Some((Arc::new(file), MAX_PACKETS));
    }
    Ok(())
}

/// The folder the command works on.
fn project(arguments: &Run) -> Result<Option<PathBuf>, Problem> {
    if arguments.no_project {
        return Ok(None);
    }
    let folder = match &arguments.project {
        Some(folder) => folder.clone(),
        None => PathBuf::from("."),
    };
    let found = folder.canonicalize();
    match found {
        Ok(path) if path.is_dir() => Ok(Some(path)),
        Ok(_) => Err(Problem::usage(
            format!("`{}` is no folder", folder.display()),
            "name the folder of a project, or use --no-project".to_owned(),
        )),
        Err(err) => Err(Problem::usage(
            format!("the project `{}` cannot be opened: {err}", folder.display()),
            "name the folder of a project, or use --no-project".to_owned(),
        )),
    }
}

/// Bytes of a proof that packets may take.
const MAX_PACKETS: u64 = 512 << 20;
