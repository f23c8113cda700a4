//! The folder that npx installs a request into, and what its lockfile says was fetched.

use std::fs::File;
use std::io::Read as _;
use std::path::{Path, PathBuf};

use sha2::{Digest as _, Sha512};

use crate::Environment;
use crate::lenient::{Field, Map, Text, fields, read};

/// The name of the folder below `_npx` for the specs of one call: the first 16 hexadecimal digits of the SHA-512 of all of them, sorted, a line each.
///
/// npm/cli `workspaces/libnpmexec/lib/index.js`. npm sorts by the rules of English; specs of one call hardly ever differ only by what those rules do
/// otherwise than the order of bytes. A folder's spec is its whole path there; only registry specs are meant here.
pub fn folder_name(specs: &[&str]) -> String {
    let mut sorted = specs.to_vec();
    sorted.sort_unstable();
    let digest = Sha512::digest(sorted.join("\n").as_bytes());
    digest.iter().take(8).map(|byte| format!("{byte:02x}")).collect()
}

/// npm's cache folder, by its variable and its default (`~/.npm`); what an `.npmrc` says is not asked.
pub fn cache(env: &Environment) -> Option<PathBuf> {
    let named = env
        .vars
        .iter()
        .find(|(name, value)| name.eq_ignore_ascii_case("npm_config_cache") && !value.is_empty());
    match named {
        Some((_, path)) => Some(env.cwd.join(path)),
        None => env.home.as_ref().map(|home| home.join(".npm")),
    }
}

/// What npx fetched for a request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fetched {
    /// The lockfile that says so.
    pub lockfile: PathBuf,
    /// The version that lies there.
    pub version: Option<String>,
    /// What its archive hashes to.
    pub integrity: Option<String>,
}

#[derive(Debug, Default)]
struct Lock {
    packages: Field<Map<Locked>>,
}
fields!(Lock { "packages" => packages });

#[derive(Debug, Default)]
struct Locked {
    version: Field<Text>,
    integrity: Field<Text>,
}
fields!(Locked { "version" => version, "integrity" => integrity });

/// What npx fetched of a package for these specs.
///
/// # Errors
/// One sentence, when there is a lockfile that cannot be read.
pub fn fetched(cache: &Path, specs: &[&str], package: &str) -> Result<Option<Fetched>, &'static str> {
    let lockfile = cache.join("_npx").join(folder_name(specs)).join("package-lock.json");
    let file = match File::open(&lockfile) {
        Ok(file) => file,
        Err(err) if err.kind() == std::io::ErrorKind::NotFound => return Ok(None),
        Err(_) => return Err(UNREADABLE),
    };
    let mut bytes = Vec::new();
    file.take(MAX_LOCK + 1)
        .read_to_end(&mut bytes)
        .map_err(|_| UNREADABLE)?;
    if bytes.len() as u64 > MAX_LOCK {
        return Err("npx's lockfile of it is larger than is read");
    }
    let Ok(Field::Present(Lock {
        packages: Field::Present(packages),
    })) = read::<Lock>(&bytes)
    else {
        return Err(UNREADABLE);
    };
    let key = format!("node_modules/{package}");
    let locked = packages.entries.into_iter().rev().find(|(name, _)| *name == key);
    let text = |field: Field<Text>| match field {
        Field::Present(Text(text)) => Some(text),
        _ => None,
    };
    Ok(match locked {
        Some((_, Field::Present(locked))) => Some(Fetched {
            lockfile,
            version: text(locked.version),
            integrity: text(locked.integrity),
        }),
        _ => None,
    })
}

const UNREADABLE: &str = "npx's lockfile of it cannot be read";
/// The largest lockfile that is read.
const MAX_LOCK: u64 = 64 << 20;

#[cfg(test)]
mod tests;
