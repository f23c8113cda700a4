//! Asks npm itself which registry it uses by default, which no file says and this project writes nowhere.
//!
//! The one program that is run here; it gets a limited time and can change nothing.

use std::io::Read as _;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use url::Url;

use super::ConfigError;
use crate::Environment;

/// What `npm config get registry` prints.
pub(super) fn registry(env: &Environment) -> Result<Url, ConfigError> {
    run(env, &[], &env.cwd)
}

/// The same without any file or variable: the registry npm was built with.
pub(super) fn built_in_registry(env: &Environment) -> Result<Url, ConfigError> {
    let mut bare = env.clone();
    bare.vars
        .retain(|name, _| !name.to_ascii_lowercase().starts_with("npm_config_"));
    run(
        &bare,
        &["--userconfig=/dev/null", "--globalconfig=/dev/null"],
        Path::new("/"),
    )
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
