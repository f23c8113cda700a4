//! Runs the user's npm for a lockfile, with everything switched off by which npm could run something else.
//!
//! What was found with npm 11: `--package-lock-only` installs nothing, but fetches and unpacks the archives of packages that bring
//! dependencies inside of them, into npm's own cache and for a moment; `--ignore-scripts` runs no script of the project.
//! For a git dependency anywhere in the tree it would still run `git ls-remote` and clone: `--allow-git=none` makes it stop with
//! `EALLOWGIT` before that, and where an older npm does not know that setting, `--git=/bin/false` is the git it finds. For a
//! dependency by URL it would download the archive: `--allow-remote=none`, `EALLOWREMOTE`. npm 11.19 also stops so at an archive of
//! the registry that it wants to look into, so then it gets a second try in which every host but the registries lies behind a
//! proxy that is not there. An *optional* dependency that is not
//! allowed is left out without a word, so the lockfile's own edges are looked at as well (`lockfile.rs`).

use std::fs::{self, File};
use std::io::Read as _;
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitStatus, Stdio};
use std::time::{Duration, Instant};

use serde_json::Value;

use super::manifest::{MAX_FILE, Wish, refusal};
use super::{ClosureError, Options, Refused};

/// How npm did not give a lockfile.
#[derive(Debug)]
pub(super) enum Failure {
    /// It was not allowed to get a dependency.
    Refused(Refused),
    /// Anything else.
    Failed(ClosureError),
}

/// The lockfile for a wish.
pub(super) fn lock(wish: &Wish, options: &Options<'_>) -> Result<Vec<u8>, Failure> {
    let beside = wish.archive.is_some();
    let mut strict = vec!["--allow-remote=none".to_owned()];
    strict.extend(beside.then(|| BESIDE.to_owned()));
    match attempt(wish, options, &strict) {
        // A proxy of the user's own could reach anything, and without it the registry may not be reached.
        Err(Failure::Refused(refused)) if refused.why == FROM_URL && !has_proxy(options) => {
            let mut walled = walled(options);
            walled.extend(beside.then(|| BESIDE.to_owned()));
            attempt(wish, options, &walled).map_err(|_| Failure::Refused(refused))
        }
        other => other,
    }
}

fn has_proxy(options: &Options<'_>) -> bool {
    let registries = options.config.registries();
    registries
        .iter()
        .any(|registry| options.config.proxy_for(registry).is_some())
}

/// Settings by which npm reaches the registries and no other host.
fn walled(options: &Options<'_>) -> Vec<String> {
    let registries = options.config.registries();
    let hosts: Vec<&str> = registries.iter().filter_map(|registry| registry.host_str()).collect();
    vec![
        "--allow-remote=all".to_owned(),
        format!("--proxy={NOWHERE}"),
        format!("--https-proxy={NOWHERE}"),
        format!("--noproxy={}", hosts.join(",")),
        "--fetch-retries=0".to_owned(),
    ]
}

fn attempt(wish: &Wish, options: &Options<'_>, more: &[String]) -> Result<Vec<u8>, Failure> {
    let npm = options.env.npm.as_ref().ok_or(Failure::Failed(ClosureError::NoNpm))?;
    let private = tempfile::Builder::new()
        .prefix("waxseal-closure-")
        .tempdir()
        .map_err(folder)?;
    let project = private.path().join("project");
    lay_out(&project, wish, options).map_err(folder)?;
    let answer = private.path().join("answer");
    let out = File::create(&answer).map_err(folder)?;
    let mut command = Command::new(npm);
    command
        .args(ARGUMENTS)
        .args(more)
        .arg("--prefix")
        .arg(&project)
        .current_dir(&project)
        .env_clear()
        .envs(&options.env.vars)
        .stdin(Stdio::null())
        .stdout(out)
        .stderr(Stdio::null());
    if options.offline {
        command.arg("--offline");
    }
    let status = wait(command)?;
    if !status.success() {
        return Err(failure(&answer));
    }
    let names = ["npm-shrinkwrap.json", "package-lock.json"];
    let written = names.iter().find_map(|name| read(&project.join(name)));
    written.ok_or_else(|| {
        Failure::Failed(ClosureError::Lockfile {
            reason: "npm wrote none".to_owned(),
        })
    })
}

/// Makes the private project.
fn lay_out(project: &Path, wish: &Wish, options: &Options<'_>) -> std::io::Result<()> {
    fs::create_dir(project)?;
    let mut files: Vec<(&str, &[u8])> = vec![("package.json", &wish.manifest)];
    if let Some((name, bytes)) = &wish.lockfile {
        files.push((name, bytes));
    }
    if let Some((name, bytes)) = &wish.archive {
        files.push((name, bytes));
    }
    let around = settings_around(&options.env.cwd);
    if let Some(settings) = wish.settings.as_ref().or(around.as_ref()) {
        // Tokens live there; the folder is private as well, and goes away.
        files.push((".npmrc", settings));
    }
    for (name, bytes) in files {
        let mut options = fs::OpenOptions::new();
        let mut file = options
            .write(true)
            .create_new(true)
            .mode(0o600)
            .open(project.join(name))?;
        std::io::Write::write_all(&mut file, bytes)?;
    }
    Ok(())
}

/// The `.npmrc` of the project the user works in: npm would go by it for a package that is asked for from there.
fn settings_around(cwd: &Path) -> Option<Vec<u8>> {
    let is_project = |path: &&Path| path.join("package.json").is_file() || path.join("node_modules").is_dir();
    let root: PathBuf = cwd.ancestors().find(is_project).unwrap_or(cwd).to_owned();
    read(&root.join(".npmrc"))
}

fn wait(mut command: Command) -> Result<ExitStatus, Failure> {
    let mut child = command.spawn().map_err(|err| {
        Failure::Failed(ClosureError::Npm {
            code: "start".to_owned(),
            summary: err.to_string(),
        })
    })?;
    let begun = Instant::now();
    loop {
        match child.try_wait() {
            Ok(Some(status)) => return Ok(status),
            Ok(None) if begun.elapsed() < PATIENCE => std::thread::sleep(STEP),
            _ => {
                // Its end is awaited so that it does not stay behind; that it may have ended meanwhile does not matter.
                let _ = child.kill();
                let _ = child.wait();
                return Err(Failure::Failed(ClosureError::TooLong {
                    seconds: PATIENCE.as_secs(),
                }));
            }
        }
    }
}

/// What npm said: with `--json` an object with `error` on its output.
fn failure(answer: &Path) -> Failure {
    let answer: Value = read(answer)
        .and_then(|bytes| serde_json::from_slice(&bytes).ok())
        .unwrap_or_default();
    let text = |key: &str| match &answer["error"][key] {
        Value::String(text) => text.clone(),
        // Of a program that failed, npm gives the status.
        Value::Number(status) => status.to_string(),
        _ => String::new(),
    };
    let (code, summary, detail) = (text("code"), text("summary"), text("detail"));
    if let Some((_, why)) = NOT_ALLOWED.iter().find(|(known, _)| *known == code) {
        // Only shown; nothing is decided by it.
        let spec = detail.split('"').nth(1).unwrap_or("(npm does not say)");
        let name = spec
            .get(1..)
            .and_then(|rest| rest.find('@'))
            .map_or(spec, |at| &spec[..=at]);
        return Failure::Refused(refusal(name, spec, why));
    }
    Failure::Failed(ClosureError::Npm {
        code: or(code, "no code"),
        summary: or(summary, "it does not say why"),
    })
}

fn or(text: String, other: &str) -> String {
    if text.is_empty() { other.to_owned() } else { text }
}

/// A file of ordinary size.
pub(in crate::run) fn read(path: &Path) -> Option<Vec<u8>> {
    let mut bytes = Vec::new();
    let file = File::open(path).ok()?;
    if !file.metadata().ok()?.is_file() {
        return None;
    }
    file.take(MAX_FILE + 1).read_to_end(&mut bytes).ok()?;
    (bytes.len() as u64 <= MAX_FILE).then_some(bytes)
}

fn folder(source: std::io::Error) -> Failure {
    Failure::Failed(ClosureError::Folder { source })
}

/// What npm is asked; what stands here wins over every file and variable.
const ARGUMENTS: [&str; 22] = [
    "install",
    "--package-lock-only",
    "--ignore-scripts",
    "--no-audit",
    "--no-fund",
    "--json",
    "--loglevel=silent",
    "--no-progress",
    "--no-update-notifier",
    "--git=/bin/false",
    "--allow-git=none",
    "--allow-file=none",
    "--allow-directory=none",
    // Settings by which there would be no lockfile, or not this one.
    "--package-lock",
    "--save",
    "--no-dry-run",
    "--no-global",
    "--location=project",
    "--lockfile-version=3",
    "--no-omit-lockfile-registry-resolved",
    // Nobody looks at the terminal.
    "--no-color",
    "--yes",
];

/// The archive that the project itself names, and none that another package names.
const BESIDE: &str = "--allow-file=root";

/// Why what comes from a URL is refused.
const FROM_URL: &str = "it comes from a URL, which is not fetched";

/// A proxy that is not there: nobody can listen on port 1 but the system itself.
const NOWHERE: &str = "http://127.0.0.1:1/";

/// npm's codes for what it is not allowed to get.
const NOT_ALLOWED: [(&str, &str); 4] = [
    ("EALLOWGIT", "it comes from a git repository, which is not fetched"),
    ("EALLOWREMOTE", FROM_URL),
    (
        "EALLOWFILE",
        "it is a folder or file beside the project, which is not copied",
    ),
    (
        "EALLOWDIRECTORY",
        "it is a folder or file beside the project, which is not copied",
    ),
];

/// A large project takes npm a minute with an empty cache.
const PATIENCE: Duration = Duration::from_secs(300);

/// How often it is looked whether npm has ended.
const STEP: Duration = Duration::from_millis(10);
