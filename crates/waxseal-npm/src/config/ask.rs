//! Asks npm itself which registry it uses by default, which no file says and this project writes nowhere.
//!
//! The one program that is run here; it gets a limited time and can change nothing. Starting it takes longer than most of what
//! follows, so its answer is kept in the cache for as long as that very npm is installed.

use std::fs;
use std::io::Read as _;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant, SystemTime};

use url::Url;

use super::ConfigError;
use crate::Environment;
use crate::cache::{Cache, CachedDocument};

/// What `npm config get registry` prints, where none of npm's files and variables says.
pub(super) fn registry(env: &Environment) -> Result<Url, ConfigError> {
    remembering(env, "registry", || run(env, &[], &env.cwd))
}

/// The same without any file or variable: the registry npm was built with.
pub(super) fn built_in_registry(env: &Environment) -> Result<Url, ConfigError> {
    let mut bare = env.clone();
    bare.vars
        .retain(|name, _| !name.to_ascii_lowercase().starts_with("npm_config_"));
    let options = ["--userconfig=/dev/null", "--globalconfig=/dev/null"];
    remembering(env, "built-in", || run(&bare, &options, Path::new("/")))
}

/// Takes a kept answer of this npm, or asks and keeps it.
fn remembering(
    env: &Environment,
    what: &str,
    ask: impl FnOnce() -> Result<Url, ConfigError>,
) -> Result<Url, ConfigError> {
    let cache = Cache::open(&Cache::default_root(env)).ok();
    let Some((cache, key)) = cache.zip(env.npm.as_deref().and_then(fingerprint)) else {
        return ask();
    };
    let key = format!("npm-{what}:{key}");
    let kept = cache.document(&key).and_then(|kept| String::from_utf8(kept.body).ok());
    if let Some(Ok(url)) = kept.map(|text| super::registry_url(&text)) {
        return Ok(url);
    }
    let url = ask()?;
    // Only a convenience for the next run: where it cannot be kept, npm is asked again.
    let _ = cache.store_document(
        &key,
        &CachedDocument {
            body: url.as_str().into(),
            ..CachedDocument::default()
        },
    );
    Ok(url)
}

/// Tells one installation of npm from another, and from itself after a change: the program, and npm's built-in settings
/// beside it.
fn fingerprint(npm: &Path) -> Option<String> {
    let program = fs::canonicalize(npm).ok()?;
    let settings = program.parent().and_then(Path::parent).map(|root| root.join("npmrc"));
    let state = |path: &Path| {
        let meta = fs::metadata(path).ok()?;
        let changed = meta.modified().ok()?.duration_since(SystemTime::UNIX_EPOCH).ok()?;
        Some(format!("{}:{}", meta.len(), changed.as_nanos()))
    };
    let built_in = settings.as_deref().and_then(state).unwrap_or_default();
    Some(format!("{}:{}:{built_in}", program.display(), state(&program)?))
}

fn run(env: &Environment, options: &[&str], folder: &Path) -> Result<Url, ConfigError> {
    let failed = |reason: &str| ConfigError::NoRegistry {
        reason: reason.to_owned(),
    };
    let npm = env.npm.as_ref().ok_or_else(|| failed("there is no npm on the PATH"))?;
    let mut child = Command::new(npm)
        .args(["config", "get", "registry"])
        .args(options)
        .current_dir(folder)
        .env_clear()
        .envs(&env.vars)
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .map_err(|err| failed(&format!("npm does not start ({err})")))?;
    let begun = Instant::now();
    let status = loop {
        match child.try_wait() {
            Ok(Some(status)) => break status,
            Ok(None) if begun.elapsed() < PATIENCE => std::thread::sleep(STEP),
            _ => {
                // Its end is awaited so that it does not stay behind; that it may have ended meanwhile does not matter.
                let _ = child.kill();
                let _ = child.wait();
                return Err(failed("npm gave no answer in time"));
            }
        }
    };
    let mut text = String::new();
    // Its output is one line; what it left in the pipe is there already, since it has ended.
    let read = child
        .stdout
        .take()
        .map(|stdout| stdout.take(MAX_OUTPUT).read_to_string(&mut text));
    if !status.success() || !matches!(read, Some(Ok(_))) {
        return Err(failed("npm could not say"));
    }
    super::registry_url(text.trim()).map_err(|_| failed("npm's answer is no address"))
}

/// npm starts in about half a second.
const PATIENCE: Duration = Duration::from_secs(10);

/// How often it is looked whether npm has ended.
const STEP: Duration = Duration::from_millis(10);

/// Far more than an address.
const MAX_OUTPUT: u64 = 64 << 10;
