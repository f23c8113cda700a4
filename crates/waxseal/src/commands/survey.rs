//! What the sealed reader says of a package before it runs: its manifest, and the environment variables that it may read.

use std::collections::BTreeSet;

use waxseal_model::{CapabilityKind, Manifest, SourceEvidence, Target};

use crate::collect::Found;
use crate::reader::{self, Keep, ReaderOptions, Session, SideReading};

/// What is known of a package before it runs.
#[derive(Debug, Default)]
pub(super) struct Survey {
    /// Its `package.json`, if that can be read.
    pub(super) manifest: Option<Manifest>,
    /// The environment variables that are to be made up for it.
    pub(super) names: Vec<String>,
}

/// Reads a package. What cannot be read has no names: the run itself will tell.
pub(super) fn survey(found: Found, options: &ReaderOptions) -> Survey {
    let sides = [(found.subject, found.input)];
    let mut reading = reader::read(&sides, Keep::Facts, options, &());
    let Some(SideReading::Read(evidence)) = reading.sides.pop() else {
        return Survey::default();
    };
    let names = names(&[&evidence], reading.session.as_mut());
    Survey::of(&evidence, names)
}

impl Survey {
    /// Of what was read already.
    pub(super) fn of(evidence: &SourceEvidence, names: Vec<String>) -> Self {
        Self {
            manifest: evidence.manifest.present().cloned(),
            names,
        }
    }
}

/// The variables that releases may read, those that are certain first.
pub(super) fn names(sides: &[&SourceEvidence], session: Option<&mut Session>) -> Vec<String> {
    let certain = sides
        .iter()
        .flat_map(|side| &side.capabilities)
        .filter(|it| it.kind == CapabilityKind::Environment)
        .filter_map(|it| match &it.target {
            Target::Constant(name) => Some(name.clone()),
            _ => None,
        });
    let mut names: BTreeSet<String> = certain.filter(|name| is_made_up(name)).take(MAX_NAMES).collect();
    let likely = session.and_then(|it| it.variables().ok()).unwrap_or_default();
    for name in likely.into_iter().filter(|name| is_made_up(name)) {
        if names.len() >= MAX_NAMES {
            break;
        }
        names.insert(name);
    }
    names.into_iter().collect()
}

/// Whether a variable may be made up: not one that a room has anyway, that says what the room is, that a runtime or a package manager
/// obeys, or that turns something off, leads to a file, or leads away from the service a program is for: a program does most where none of
/// these is set.
fn is_made_up(name: &str) -> bool {
    let upper = name.to_ascii_uppercase();
    let known = upper.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_')
        && upper.len() <= MAX_NAME
        && upper.bytes().all(|it| it.is_ascii_alphanumeric() || it == b'_');
    let words = || upper.split('_');
    let runtime = RUNTIMES.iter().any(|it| upper.starts_with(it)) && !SECRETS.contains(&upper.as_str());
    known
        && !runtime
        && !ORDINARY.contains(&upper.as_str())
        && !words().any(|word| OFF.contains(&word))
        && !words().next_back().is_some_and(|word| PLACES.contains(&word))
        && !AWAY.iter().any(|ending| upper.ends_with(ending))
}

/// What a room has of its own, or what would say that it is none.
const ORDINARY: [&str; 32] = [
    "PATH",
    "HOME",
    "USER",
    "USERNAME",
    "USERPROFILE",
    "LOGNAME",
    "SHELL",
    "LANG",
    "LANGUAGE",
    "TERM",
    "TZ",
    "PWD",
    "EDITOR",
    "VISUAL",
    "PAGER",
    "CI",
    "DEBUG",
    "VERBOSE",
    "TMPDIR",
    "TEMP",
    "TMP",
    "COLUMNS",
    "LINES",
    "DISPLAY",
    "HTTP_PROXY",
    "HTTPS_PROXY",
    "ALL_PROXY",
    "SSL_CERT_FILE",
    "REQUESTS_CA_BUNDLE",
    "FORCE_COLOR",
    "COLORTERM",
    "IFS",
];

/// How variables begin that a runtime, a loader or npm obeys.
const RUNTIMES: [&str; 15] = [
    "NODE_",
    "NPM_",
    "LD_",
    "DYLD_",
    "BASH_",
    "UV_",
    "V8_",
    "OPENSSL_",
    "SSLKEYLOG",
    "XDG_",
    "LC_",
    "MALLOC_",
    "SYSTEMROOT",
    "PROGRAM",
    "__",
];

/// Those of them that are secrets all the same.
const SECRETS: [&str; 3] = ["NODE_AUTH_TOKEN", "NPM_TOKEN", "NPM_AUTH_TOKEN"];

/// Words by which something is turned off, or shown instead of done.
const OFF: [&str; 14] = [
    "NO", "DRY", "DRYRUN", "MOCK", "FAKE", "DISABLE", "DISABLED", "SKIP", "IGNORE", "OFFLINE", "JEST", "VITEST",
    "MOCHA", "SUPPRESS",
];

/// Last words of variables that lead to a file, which would not be there.
const PLACES: [&str; 10] = [
    "PATH",
    "DIR",
    "DIRECTORY",
    "FILE",
    "FILENAME",
    "FILEPATH",
    "FOLDER",
    "APPDATA",
    "LOCALAPPDATA",
    "SOCK",
];

/// Endings of variables that put another address in the place of a service's own.
const AWAY: [&str; 4] = ["BASE_URL", "API_URL", "API_BASE", "API_ENDPOINT"];

/// Variables that are made up for one package.
const MAX_NAMES: usize = 400;
/// Longer names are none.
const MAX_NAME: usize = 100;

#[cfg(test)]
mod tests {
    use super::is_made_up;

    #[test]
    fn what_a_program_does_least_with_is_not_made_up() {
        for name in [
            "SMTP_HOST",
            "apiKey",
            "POSTMARK_SERVER_TOKEN",
            "NPM_TOKEN",
            "DEFAULT_FROM",
            "_X",
            "SUPPORT_EMAIL",
        ] {
            assert!(is_made_up(name), "{name}");
        }
        for name in [
            "NODE_OPTIONS",
            "npm_config_registry",
            "LD_PRELOAD",
            "HTTPS_PROXY",
            "MAIL_DRY_RUN",
            "DISABLE_MAIL",
            "GMAIL_CREDENTIALS_PATH",
            "RESEND_BASE_URL",
            "CI",
            "PATH",
            "A=B",
            "",
            "0A",
            "A\0",
        ] {
            assert!(!is_made_up(name), "{name:?}");
        }
    }
}
