//! Who is told: the `[[alerts]]` tables of a settings file.

use std::fmt;
use std::path::{Path, PathBuf};

use serde::de::{DeserializeOwned, Error as _};
use serde::{Deserialize, Deserializer};
use waxseal_model::Severity;

use super::alert::severity;
use super::targets::{self, Target};
use crate::config::Seconds;

/// One `[[alerts]]` table: a target, and what it wants to hear. No secret is in it, only where one is read from.
#[derive(Clone, PartialEq)]
pub struct TargetSettings {
    /// What the target is called, in the spool too: `name`, else its kind. Small letters, digits and `-`.
    pub name: String,
    /// Which kind of target: a row of the table of targets.
    pub kind: &'static str,
    /// The least severity that it hears of: `min-severity`, else everything.
    pub min_severity: Severity,
    /// How long an alert that comes again is only counted: `repeat-after`, else ten minutes.
    pub repeat_after: u64,
    /// How many messages it gets in a minute: `per-minute`, else 20. Beyond that, several alerts go into one message.
    pub per_minute: u32,
    /// How many it gets at once after a quiet time: `burst`, else 20.
    pub burst: u32,
    /// What its kind makes of the rest.
    table: toml::Table,
}

/// Why settings cannot be used.
#[derive(Debug, thiserror::Error)]
#[error("the alert target `{name}` cannot be used: {reason}")]
pub struct SettingsError {
    /// What the target is called.
    pub name: String,
    /// One sentence without a full stop. It holds no secret.
    pub reason: String,
}

/// What all kinds have.
#[derive(Deserialize)]
#[serde(default, deny_unknown_fields, rename_all = "kebab-case")]
struct Common {
    name: Option<String>,
    min_severity: Option<String>,
    repeat_after: Seconds,
    per_minute: u32,
    burst: u32,
}

impl Default for Common {
    fn default() -> Self {
        Self {
            name: None,
            min_severity: None,
            repeat_after: Seconds(600),
            per_minute: 20,
            burst: 20,
        }
    }
}

impl<'de> Deserialize<'de> for TargetSettings {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let table = toml::Table::deserialize(deserializer)?;
        Self::read(table).map_err(D::Error::custom)
    }
}

impl TargetSettings {
    /// Reads one table.
    pub(super) fn read(mut table: toml::Table) -> Result<Self, String> {
        let kinds = || {
            targets::TARGETS
                .iter()
                .map(|kind| kind.id)
                .collect::<Vec<_>>()
                .join("`, `")
        };
        let kind = match table.remove("kind") {
            Some(toml::Value::String(id)) => targets::find(&id).ok_or_else(|| {
                format!(
                    "there is no kind of alert `{}`; there are `{}`",
                    id.escape_debug(),
                    kinds()
                )
            })?,
            _ => return Err(format!("an `[[alerts]]` table has a `kind`: one of `{}`", kinds())),
        };
        let mut common = toml::Table::new();
        for key in ["name", "min-severity", "repeat-after", "per-minute", "burst"] {
            if let Some(value) = table.remove(key) {
                common.insert(key.to_owned(), value);
            }
        }
        let common: Common = common
            .try_into()
            .map_err(|err: toml::de::Error| err.message().to_owned())?;
        let name = common.name.unwrap_or_else(|| kind.id.to_owned());
        if name.is_empty()
            || name.len() > MAX_NAME
            || !name
                .bytes()
                .all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-')
        {
            return Err("the `name` of an alert target is made of small letters, digits and `-`".to_owned());
        }
        let min_severity = match common.min_severity {
            None => Severity::Info,
            Some(text) => severity::read(&text)
                .ok_or("`min-severity` is one of `info`, `low`, `medium`, `high` and `critical`")?,
        };
        if common.per_minute == 0 || common.burst == 0 {
            return Err("`per-minute` and `burst` are at least 1".to_owned());
        }
        // Read once here, so that a mistake is told with the file; read again when it is used.
        (kind.check)(table.clone())?;
        Ok(Self {
            name,
            kind: kind.id,
            min_severity,
            repeat_after: common.repeat_after.0,
            per_minute: common.per_minute,
            burst: common.burst,
            table,
        })
    }

    /// The target itself; reads its secrets.
    pub(super) fn open(&self) -> Result<Box<dyn Target>, SettingsError> {
        let failed = |reason| SettingsError {
            name: self.name.clone(),
            reason,
        };
        let kind = targets::find(self.kind).ok_or_else(|| failed("its kind is gone".to_owned()))?;
        (kind.open)(self.table.clone()).map_err(failed)
    }

    /// Whether a mail is one that this target itself sends: from its own sender, to nobody but whom it tells. A mail server's filter need not
    /// judge those. The headers of a mail say nothing here, since everybody can write them.
    pub fn is_own_mail(&self, sender: &str, recipients: &[&str]) -> bool {
        let Some((from, to)) = targets::mailboxes(self.kind, &self.table) else {
            return false;
        };
        from.eq_ignore_ascii_case(sender)
            && !recipients.is_empty()
            && recipients
                .iter()
                .all(|recipient| to.iter().any(|known| known.eq_ignore_ascii_case(recipient)))
    }
}

impl fmt::Debug for TargetSettings {
    /// Without the rest of the table: what somebody put there by mistake may be a secret.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("TargetSettings")
            .field("name", &self.name)
            .field("kind", &self.kind)
            .field("min_severity", &self.min_severity)
            .finish_non_exhaustive()
    }
}

/// The part of a table that belongs to a kind, as its type.
pub(super) fn read<T: DeserializeOwned>(table: toml::Table) -> Result<T, String> {
    table
        .try_into()
        .map_err(|err: toml::de::Error| err.message().to_owned())
}

/// Where a secret is read from: `{ file = "/etc/waxseal/alerts.key" }` or `{ env = "NAME" }`. Never the secret.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum SecretPlace {
    /// The content of a file, without blanks around it.
    File(PathBuf),
    /// The value of a variable.
    Env(String),
}

impl<'de> Deserialize<'de> for SecretPlace {
    /// By hand, since serde repeats what it finds in the wrong place: there it is likely the secret.
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let value = toml::Value::deserialize(deserializer)?;
        let only = value
            .as_table()
            .filter(|table| table.len() == 1)
            .and_then(|table| table.iter().next());
        match only {
            Some((key, toml::Value::String(text))) if key == "file" => Ok(Self::File(PathBuf::from(text))),
            Some((key, toml::Value::String(text))) if key == "env" => Ok(Self::Env(text.clone())),
            _ => Err(D::Error::custom(
                "a secret is not written into settings: say where it is, `{ file = \"PATH\" }` or `{ env = \"NAME\" }`",
            )),
        }
    }
}

/// A secret. It shows itself to nobody.
#[derive(Clone)]
pub(super) struct Secret(String);

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret(…)")
    }
}

impl Secret {
    pub(super) fn expose(&self) -> &str {
        &self.0
    }
}

impl SecretPlace {
    /// Reads it. The reason names the place, never what is there.
    pub(super) fn read(&self) -> Result<Secret, String> {
        let text = match self {
            Self::File(path) => {
                read_small(path).map_err(|err| format!("`{}` cannot be read: {err}", path.display()))?
            }
            Self::Env(name) => {
                std::env::var(name).map_err(|_| format!("the variable `{}` is not set", name.escape_debug()))?
            }
        };
        let text = text.trim();
        if text.is_empty() {
            return Err(format!("{} is empty", self.place()));
        }
        if text.len() > MAX_SECRET || text.contains(char::is_control) {
            return Err(format!("{} holds no secret on one line", self.place()));
        }
        Ok(Secret(text.to_owned()))
    }

    fn place(&self) -> String {
        match self {
            Self::File(path) => format!("`{}`", path.display()),
            Self::Env(name) => format!("the variable `{}`", name.escape_debug()),
        }
    }
}

/// A text file of at most [`MAX_SECRET`] bytes and a line feed.
fn read_small(path: &Path) -> std::io::Result<String> {
    use std::io::Read as _;
    let mut text = String::new();
    std::fs::File::open(path)?
        .take(MAX_SECRET as u64 + 2)
        .read_to_string(&mut text)?;
    Ok(text)
}

const MAX_SECRET: usize = 4096;
const MAX_NAME: usize = 32;
