//! `mail.toml`: what the people of a mail server accept, and how the mail side runs.

use std::path::{Path, PathBuf};

use serde::Deserialize;
use toml::de::{DeTable, ValueDeserializer};
use waxseal_detect::mail::MailPolicy;

use super::milter::settings::MilterSettings;
use crate::alerts::TargetSettings;
use crate::config::{ConfigError, misread};

/// Everything `mail.toml` can say.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct MailSettings {
    /// The file it came from, if there is one.
    pub path: Option<PathBuf>,
    /// What is accepted.
    pub policy: MailPolicy,
    /// `[milter]`: where the filter listens and how it runs.
    pub milter: MilterSettings,
    /// `[[alerts]]`: who is told at once.
    pub alerts: Vec<TargetSettings>,
}

impl MailSettings {
    /// Reads the file named by the user, else the system's, if it is there.
    ///
    /// # Errors
    /// The file cannot be read or says something that has no meaning. A file that was named must be there.
    pub fn load(named: Option<&Path>) -> Result<Self, ConfigError> {
        let default = Path::new(SYSTEM_FILE);
        let path = named.unwrap_or(default);
        let shown = path.display().to_string();
        let text = match std::fs::read_to_string(path) {
            Ok(text) => text,
            Err(err) if named.is_none() && err.kind() == std::io::ErrorKind::NotFound => return Ok(Self::default()),
            Err(err) => {
                return Err(ConfigError::Unreadable {
                    path: shown,
                    reason: err.to_string(),
                });
            }
        };
        Ok(Self {
            path: Some(path.to_owned()),
            ..Self::parse(&text, &shown)?
        })
    }

    /// Reads the text of a file. `path` is for messages.
    ///
    /// # Errors
    /// It says something that has no meaning.
    pub fn parse(text: &str, path: &str) -> Result<Self, ConfigError> {
        let error = |err: &toml::de::Error| misread(text, path, err.message(), err.span(), &SECTIONS);
        let mut table = DeTable::parse(text).map_err(|err| error(&err))?;
        let milter = match table.get_mut().remove(MILTER) {
            Some(value) => MilterSettings::deserialize(ValueDeserializer::from(value)).map_err(|err| error(&err))?,
            None => MilterSettings::default(),
        };
        let alerts = match table.get_mut().remove(ALERTS) {
            Some(value) => {
                Vec::<TargetSettings>::deserialize(ValueDeserializer::from(value)).map_err(|err| error(&err))?
            }
            None => Vec::new(),
        };
        let policy = MailPolicy::deserialize(toml::de::Deserializer::from(table)).map_err(|err| error(&err))?;
        Ok(Self {
            path: None,
            policy,
            milter,
            alerts,
        })
    }
}

/// Where it lies unless it is named.
pub const SYSTEM_FILE: &str = "/etc/waxseal/mail.toml";

/// The sections that are not the policy's.
const SECTIONS: [&str; 2] = [MILTER, ALERTS];
const MILTER: &str = "milter";
const ALERTS: &str = "alerts";
