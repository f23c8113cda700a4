//! What the sealed reader says of a package before it runs: its manifest, and the environment variables that it may read.

use std::collections::BTreeSet;

use waxseal_model::{CapabilityKind, Manifest, SourceEvidence, Target};

use crate::collect::Found;
use crate::reader::{self, Keep, ReaderOptions, Session, SideReading};
use crate::run::Hints;
use crate::run::mint::Vocabulary;

/// What is known of a package before it runs.
#[derive(Debug, Default)]
pub(super) struct Survey {
    /// Its `package.json`, if that can be read.
    pub(super) manifest: Option<Manifest>,
    /// The environment variables that are to be made up for it.
    pub(super) names: Vec<String>,
    /// What its code looks out for.
    pub(super) hints: Hints,
}

/// Reads a package. What cannot be read has no names: the run itself will tell.
pub(super) fn survey(found: Found, options: &ReaderOptions) -> Survey {
    let sides = [(found.subject, found.input)];
    let mut reading = reader::read(&sides, Keep::Facts, options, &());
    let Some(SideReading::Read(evidence)) = reading.sides.pop() else {
        return Survey::default();
    };
    let wanted = wanted(&[&evidence], reading.session.as_mut());
    Survey::of(&evidence, wanted)
}

impl Survey {
    /// Of what was read already.
    pub(super) fn of(evidence: &SourceEvidence, wanted: Wanted) -> Self {
        Self {
            manifest: evidence.manifest.present().cloned(),
            names: wanted.names,
            hints: wanted.hints,
        }
    }
}

/// What releases are given so that they do all they can.
#[derive(Debug, Clone, Default)]
pub(super) struct Wanted {
    names: Vec<String>,
    hints: Hints,
}

/// The variables that releases may read, those that are certain first, and what their code looks out for.
pub(super) fn wanted(sides: &[&SourceEvidence], mut session: Option<&mut Session>) -> Wanted {
    let certain = sides
        .iter()
        .flat_map(|side| &side.capabilities)
        .filter(|it| it.kind == CapabilityKind::Environment)
        .filter_map(|it| match &it.target {
            Target::Constant(name) => Some(name.clone()),
            _ => None,
        });
    let said = session.as_mut().and_then(|it| it.variables().ok());
    let (likely, defaulted) = said.unwrap_or_default();
    let wanted = |name: &String| is_made_up(name) && (is_needed(name) || !defaulted.contains(name));
    let mut names: BTreeSet<String> = certain.filter(wanted).take(MAX_NAMES).collect();
    for name in likely.into_iter().filter(wanted) {
        if names.len() >= MAX_NAMES {
            break;
        }
        names.insert(name);
    }
    let found = session.and_then(|it| it.hints().ok()).unwrap_or_default();
    let names: Vec<String> = names.into_iter().collect();
    Wanted {
        hints: hints(found, &names),
        names,
    }
}

/// What a run makes of what the code looks out for: its clock is moved behind the last day that the code names, and by more than a year
/// at least.
fn hints(found: waxseal_js::hints::Hints, names: &[String]) -> Hints {
    let now = jiff::Timestamp::now().as_millisecond();
    let named = found.latest.map_or(0, |it| it.saturating_add(WEEK) - now);
    Hints {
        vocabulary: Vocabulary {
            words: found.words,
            domains: found.domains,
        },
        names: found.names,
        ahead: u64::try_from(named.max(AHEAD)).unwrap_or_default(),
        optional: names.iter().filter(|name| is_optional(name)).cloned().collect(),
    }
}

/// Whether a program may do without a variable: it is neither a secret nor says where and as whom to send.
fn is_optional(name: &str) -> bool {
    let mut words = vec![String::new()];
    let mut small = false;
    for c in name.chars() {
        if c == '_' || (small && c.is_ascii_uppercase()) {
            words.push(String::new());
        }
        small = c.is_ascii_lowercase();
        if c != '_'
            && let Some(word) = words.last_mut()
        {
            word.push(c.to_ascii_uppercase());
        }
    }
    // `EMAIL`, `MAIL_ADDRESS`: as whom.
    let own = words.iter().all(|word| OWN.contains(&word.as_str()));
    !own && !words.iter().any(|word| NEEDED.contains(&word.as_str()))
}

/// Words of variables that a program needs.
#[rustfmt::skip]
const NEEDED: [&str; 46] = [
    "KEY", "APIKEY", "SECRET", "TOKEN", "PASSWORD", "PASS", "PASSWD", "PWD", "AUTH", "CREDENTIALS", "DSN", "PAT", "JWT", "BEARER", "SID",
    "HOST", "HOSTNAME", "SERVER", "PORT", "USER", "USERNAME", "LOGIN", "ACCOUNT", "FROM", "SENDER", "DOMAIN", "REGION", "SECURE", "TLS", "SSL",
    "STARTTLS", "SERVICE", "PROVIDER", "TRANSPORT", "ENV", "ENVIRONMENT", "SMTP", "IMAP", "DATABASE", "TENANT", "PROJECT", "CLIENT",
    "CONNECTION", "REFRESH", "GRANT", "PROFILE",
];
/// Words of variables that name the sender.
const OWN: [&str; 8] = ["EMAIL", "MAIL", "ADDRESS", "DEFAULT", "MY", "GMAIL", "ID", "NAME"];
/// 400 days: every month, and another year.
const AHEAD: i64 = 400 * 86_400_000;
const WEEK: i64 = 7 * 86_400_000;

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

/// Whether a value is made up whatever the program would take instead: its keys and servers are those that are known, not those of examples.
fn is_needed(name: &str) -> bool {
    let upper = name.to_ascii_uppercase();
    upper.contains("RATE_LIMIT") || upper.split('_').any(|word| IN_ANY_CASE.contains(&word))
}

/// Words of what is made up in any case.
const IN_ANY_CASE: [&str; 14] = [
    "KEY", "APIKEY", "SECRET", "TOKEN", "PASSWORD", "PASS", "PASSWD", "PWD", "USER", "USERNAME", "HOST", "HOSTNAME",
    "SERVER", "DOMAIN",
];

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
    use super::{is_made_up, is_optional};

    #[test]
    fn what_says_where_and_as_whom_to_send_is_always_set() {
        for name in [
            "SMTP_HOST",
            "POSTMARK_SERVER_TOKEN",
            "DEFAULT_SENDER_EMAIL",
            "MAIL_FROM",
            "EMAIL",
            "apiKey",
        ] {
            assert!(!is_optional(name), "{name}");
        }
        for name in [
            "ALWAYS_BCC",
            "archiveEmail",
            "AUDIT_URL",
            "REPLY_TO",
            "DEFAULT_MESSAGE_STREAM",
        ] {
            assert!(is_optional(name), "{name}");
        }
    }

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
