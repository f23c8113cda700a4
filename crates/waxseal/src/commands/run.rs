//! `waxseal run -- COMMAND`: what a command does where nothing real can be reached.

use std::io::Write as _;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use waxseal_model::{Manifest, Phase, RunSummary, Subject};
use waxseal_npm::config::NpmConfig;
use waxseal_npm::{Environment, PackageSpec};

use super::assess::Bench;
use super::report::{Outputs, assemble};
use super::screen::{Problem, Screen};
use super::settings;
use super::survey::{Survey, survey};
use crate::cli::{Run, Shared};
use crate::collect::{Bar, Collector, Found, Target};
use crate::config::Config;
use crate::exit::Exit;
use crate::reader::{ReaderOptions, SideInput};
use crate::run::allow::Allowlist;
use crate::run::closure::LocalArchive;
use crate::run::save::{Extras, Packets, make_ready, save};
use crate::run::summary::{Known, summarize};
use crate::run::{
    Executed, Input, Output, Roles, RunError, RunSpec, Step, Stream, Unpacker, attachable, drive, execute, prepare,
    server,
};

pub(super) fn run(arguments: &Run, shared: &Shared, screen: &Screen) -> Result<Exit, Problem> {
    // Before anything is read, and before there is another thread.
    let roles = Roles::fork().map_err(|err| no_run(&err))?;
    let unpacks = arguments.package.is_some() && !arguments.reinstall;
    let unpackers = unpacks.then(Roles::fork).transpose().map_err(|err| no_run(&err))?;
    let (env, config) = settings::load(shared)?;
    let typed = Allowlist::parse(&arguments.allow).map_err(|err| Problem::usage(&err, err.hint().to_owned()))?;
    let mut allow = config.egress.clone();
    allow.extend(typed);
    let outputs = Outputs::new(&arguments.output, &config);
    let mut spec = RunSpec {
        steps: Vec::new(),
        project: None,
        tree: None,
        keep: None,
        env: Vec::new(),
        own: arguments.env.iter().map(|(_, value)| value.clone()).collect(),
        names: Vec::new(),
        title: Vec::new(),
        seed: arguments.seed.unwrap_or_else(chance),
        time: Duration::from_secs(arguments.max_time.0),
        linger: Duration::from_secs(arguments.linger.0),
        memory: arguments.max_memory.0,
        keys: arguments.save.is_some(),
        packets: None,
        files: Vec::new(),
        registry: None,
        attribution: !arguments.no_attribution,
        drive: None,
        gaps: Vec::new(),
    };
    let person = arguments.scenario.as_deref().map(scenario).transpose()?;
    let subject = match (&arguments.package, &person) {
        (Some(package), _) => {
            let unpacker = unpackers.map(|roles| Unpacker::new(&env, roles));
            install(package, &mut spec, arguments, (env, &config, unpacker), screen)?
        }
        (None, Some(person)) => {
            spec.project = project(arguments)?;
            spec.title = vec![person.name.clone()];
            Subject::Command(person.name.clone())
        }
        (None, None) => {
            spec.project = project(arguments)?;
            spec.steps.push(Step {
                command: arguments.command.clone(),
                phase: Phase::Call,
                input: Input::Nothing,
            });
            Subject::Command(arguments.command.join(" "))
        }
    };
    if let (Some(registry), false) = (&spec.registry, allow.is_empty()) {
        // Where npm itself gets what it installs; what it is asked for beyond that is told.
        let own = Allowlist::parse(&[registry.host()]).map_err(|err| Problem::usage(&err, err.hint().to_owned()))?;
        allow.extend(own);
    }
    spec.env.extend(arguments.env.iter().cloned());
    // A server is used as a server; what else it exports is nobody's way to send mail.
    let serves = spec.steps.iter().any(|step| step.input == Input::Protocol);
    if (arguments.package.is_some() && !serves) || person.is_some() {
        drive::equip(&mut spec, person.as_ref());
    }
    if spec.drive.as_ref().is_some_and(drive::Drive::is_beside) && !allow.is_empty() {
        // Where clean clients beside the package send to.
        let own = Allowlist::parse(&drive::HOSTS_BESIDE).map_err(|err| Problem::usage(&err, err.hint().to_owned()))?;
        allow.extend(own);
    }
    if let Some(folder) = &arguments.save {
        let file = make_ready(folder).map_err(|err| Problem::usage(&err, err.hint().to_owned()))?;
        spec.packets = Some((Arc::new(file), MAX_PACKETS));
    }
    let started = jiff::Timestamp::now();
    let executed = executed(roles, &spec, shared, screen)?;
    let mut summary = sum_up(&spec, &executed, &allow);
    summary.packets = executed.packets.as_ref().and_then(|it| it.as_ref().ok().copied());
    if let Some(folder) = &arguments.save {
        keep(folder, &spec, &executed, &summary, started)?;
    }
    let bench = Bench {
        policy: &config.policy,
        today: settings::today(),
        reader: &ReaderOptions::default(),
        human_diff: false,
        verbose: shared.verbose,
    };
    let entry = bench.judge_run(subject, summary);
    let report = assemble("run", vec![entry], &config.policy, bench.today);
    outputs.write(&report, shared, screen)?;
    Ok(outputs.exit(&report, &config))
}

fn executed(roles: Roles, spec: &RunSpec, shared: &Shared, screen: &Screen) -> Result<Executed, Problem> {
    let executed = execute(roles, spec, Arc::new(Escaped::new(screen))).map_err(|err| no_run(&err))?;
    if shared.verbose {
        let after = executed.network_after.as_secs_f64() * 1e3;
        screen.note(&format!("the room had its network after {after:.1} ms"));
    }
    Ok(executed)
}

/// What was seen, joined with what was allowed and planted.
fn sum_up(spec: &RunSpec, executed: &Executed, allow: &Allowlist) -> RunSummary {
    let canaries = &executed.canaries;
    let find = |bytes: &[u8]| -> Vec<String> {
        let hits = canaries.found_in(bytes);
        hits.into_iter().map(|hit| hit.canary.to_owned()).collect()
    };
    let values = canaries.environment(&spec.names);
    let mut given: Vec<String> = values.iter().flat_map(|(_, value)| find(value.as_bytes())).collect();
    // What a server for Gmail is logged in with lies where it looks for it.
    let title = spec.title.first().map_or("", String::as_str);
    let for_gmail = ["gmail", "google"]
        .iter()
        .any(|word| title.to_ascii_lowercase().contains(word));
    if for_gmail && spec.steps.iter().any(|step| step.input == Input::Protocol) {
        given.extend(GMAIL.map(str::to_owned));
    }
    if spec.drive.is_some() {
        given.extend(drive::handed().map(str::to_owned));
    }
    summarize(
        &executed.run,
        &Known {
            allow: Some(allow),
            planted: &[],
            find: Some(&find),
            given: &given,
            resolver: Some(waxseal_sandbox::NAME_SERVER.into()),
            stacks: spec.attribution,
        },
    )
}

/// Finds out and fetches what a package needs, and says what it is.
fn install(
    package: &str,
    spec: &mut RunSpec,
    arguments: &Run,
    (mut env, config, unpacker): (Environment, &Config, Option<Unpacker>),
    screen: &Screen,
) -> Result<Subject, Problem> {
    let offline = settings::source(&arguments.source, config, &mut env);
    let target = Target::parse(package).map_err(|err| Problem::usage(&err, err.hint()))?;
    let bar = if screen.progress {
        Bar::on_terminal()
    } else {
        Bar::default()
    };
    let npm = NpmConfig::load(&env).map_err(|err| incomplete(&err, err.hint().to_owned()))?;
    let collector = Collector::new(env.clone(), offline, waxseal_npm::Limits::default().inflated, &bar);
    let registry = collector
        .registry()
        .map_err(|err| incomplete(&err.message, err.hint.clone().unwrap_or_default()))?;
    // What cannot be read has no names: the run itself will tell.
    let (subject, survey, bytes) = match collector.fetch(&target) {
        Ok(mut found) => {
            let bytes = in_memory(&mut found)?;
            (found.subject.clone(), survey(found, &ReaderOptions::default()), bytes)
        }
        Err(failure) if matches!(target.spec, PackageSpec::Archive(_)) => {
            return Err(incomplete(
                &failure.error.message,
                failure.error.hint.unwrap_or_default(),
            ));
        }
        Err(_) => (Subject::Unresolved(package.to_owned()), Survey::default(), None),
    };
    let nothing = Manifest::default();
    let archive = bytes.as_deref().map(|bytes| LocalArchive {
        path: package,
        bytes,
        manifest: survey.manifest.as_ref().unwrap_or(&nothing),
    });
    bar.doing("finding out what it needs");
    let install = prepare(&target.spec, archive.as_ref(), &env, registry, &npm, offline, unpacker)
        .map_err(|err| incomplete(&err, err.hint().to_owned()))?;
    spec.steps = install.steps;
    let manifest = survey.manifest.as_ref();
    if let Some(step) = manifest.and_then(|it| server(it, &install.folder)) {
        spec.steps.push(step);
    }
    if let (Some(why), true) = (&install.no_tree, screen.shows_notes()) {
        screen.note(&format!("everything is unpacked in the room: {why}"));
    }
    spec.tree = install.tree.map(Arc::new);
    spec.project = install.project;
    spec.files = install.files;
    spec.files.push(attachable());
    spec.registry = Some(install.registry);
    spec.env = install.env;
    spec.gaps = install.gaps;
    spec.title = vec![package.to_owned()];
    spec.names = survey.names;
    Ok(subject)
}

/// The archive on disk that was asked for, in memory: what the reader sees is what is installed.
fn in_memory(found: &mut Found) -> Result<Option<Arc<[u8]>>, Problem> {
    let SideInput::File(file) = &found.input else {
        return Ok(None);
    };
    let bytes = file.bytes().map_err(|err| incomplete(&err, String::new()))?;
    if bytes.len() > MAX_ARCHIVE {
        let message = format!("`{}` holds more than {MAX_ARCHIVE} bytes", found.subject);
        return Err(incomplete(&message, String::new()));
    }
    found.input = SideInput::Archive(Arc::clone(&bytes));
    Ok(Some(bytes))
}

/// What was asked for could not be had.
fn incomplete(message: &dyn std::fmt::Display, hint: String) -> Problem {
    Problem::Sentence {
        exit: Exit::Incomplete,
        message: message.to_string(),
        hint: Some(hint).filter(|hint| !hint.is_empty()),
    }
}

/// A person's own scenario, from its file.
fn scenario(path: &std::path::Path) -> Result<drive::PersonScenario, Problem> {
    let hint = || "name a file that ends in .mjs, .cjs or .js".to_owned();
    let name = path.file_name().and_then(|name| name.to_str()).unwrap_or_default();
    let ordinary = |c: char| c.is_ascii_alphanumeric() || "-_.".contains(c);
    let ends = [".mjs", ".cjs", ".js"].iter().any(|ending| name.ends_with(ending));
    if !ends || !name.chars().all(ordinary) {
        return Err(Problem::usage(format!("`{}` is no scenario", path.display()), hint()));
    }
    let text = std::fs::read(path).map_err(|err| {
        Problem::usage(
            format!("the scenario `{}` cannot be read: {err}", path.display()),
            hint(),
        )
    })?;
    Ok(drive::PersonScenario {
        name: name.to_owned(),
        text,
    })
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

/// No room is never a pass.
fn no_run(err: &RunError) -> Problem {
    Problem::Sentence {
        exit: Exit::Incomplete,
        message: err.to_string(),
        hint: Some(err.hint().to_owned()),
    }
}

fn keep(
    folder: &std::path::Path,
    spec: &RunSpec,
    executed: &Executed,
    summary: &RunSummary,
    started: jiff::Timestamp,
) -> Result<(), Problem> {
    let failed =
        |err: &dyn std::fmt::Display| incomplete(&format!("the packets could not be saved: {err}"), String::new());
    let packets = match (&spec.packets, &executed.packets) {
        (Some((file, _)), Some(Ok(count))) => Some(Packets {
            blocks: file,
            count: *count,
        }),
        (_, Some(Err(err))) => return Err(failed(err)),
        _ => None,
    };
    let extras = Extras {
        started,
        packets,
        tls_keys: &executed.tls_keys,
        versions: &[],
        limit: MAX_SAVED,
    };
    match save(folder, &executed.run, summary, &extras) {
        Ok(_) => Ok(()),
        Err(err) => Err(Problem::Sentence {
            exit: Exit::Incomplete,
            hint: Some(err.hint().to_owned()),
            message: err.to_string(),
        }),
    }
}

/// Random enough that no package knows it beforehand.
fn chance() -> u64 {
    use std::hash::{BuildHasher as _, Hasher as _};
    std::hash::RandomState::new().build_hasher().finish()
}

/// Shows what the command writes, on standard error, without anything that a terminal would obey.
struct Escaped {
    shown: bool,
    rest: Mutex<[Vec<u8>; 2]>,
}

impl Escaped {
    fn new(screen: &Screen) -> Self {
        Self {
            shown: screen.shows_notes(),
            rest: Mutex::default(),
        }
    }
}

impl Output for Escaped {
    fn write(&self, stream: Stream, bytes: &[u8]) {
        if !self.shown {
            return;
        }
        let mut rest = self.rest.lock().unwrap_or_else(PoisonError::into_inner);
        let pending = &mut rest[usize::from(stream == Stream::Err)];
        pending.extend_from_slice(bytes);
        let mut err = std::io::stderr().lock();
        while let Some(end) = pending.iter().position(|byte| *byte == b'\n').or_else(|| {
            // A line that never ends is shown in pieces.
            (pending.len() > MAX_LINE).then_some(MAX_LINE)
        }) {
            let line: Vec<u8> = pending.drain(..=end.min(pending.len() - 1)).collect();
            let text = crate::report::escape::escape(String::from_utf8_lossy(&line).trim_end(), MAX_LINE);
            let _ = writeln!(err, "  | {text}");
        }
    }
}

/// The canaries that a login at Gmail is made of.
const GMAIL: [&str; 2] = ["gmail-token", "gmail-refresh-token"];
/// An archive is handed to the room in one piece.
const MAX_ARCHIVE: usize = 128 << 20;
/// Bytes of one line of output that are shown on one line.
const MAX_LINE: usize = 4 << 10;
/// Bytes of a proof that packets may take.
const MAX_PACKETS: u64 = 512 << 20;
/// Bytes of a proof.
const MAX_SAVED: u64 = 2 << 30;
