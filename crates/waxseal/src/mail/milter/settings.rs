//! `[milter]` of `mail.toml`: where the filter listens and how it runs.

use std::fmt;
use std::path::PathBuf;
use std::str::FromStr;
use std::time::Duration;

use serde::{Deserialize, Deserializer};

use crate::config::Seconds;

/// The `[milter]` table. What is left out has a default; the command line goes before it.
#[derive(Debug, Clone, PartialEq, Eq, Default, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case", default)]
pub struct MilterSettings {
    /// `listen`: one place or several. Default: `unix:/run/waxseal/milter.sock`.
    pub listen: Option<Places>,
    /// `socket-mode`: the permissions of a unix socket, in octal. Default: `0660`.
    pub socket_mode: Option<Mode>,
    /// `socket-group`: the group of a unix socket. Default: Postfix's, if there is one.
    pub socket_group: Option<String>,
    /// `user`: who it becomes once it listens, if it is started by root.
    pub user: Option<String>,
    /// `state`: the folder in which it keeps what it saw.
    pub state: Option<PathBuf>,
    /// `save-every`: how often that is written. Default: 60 s.
    pub save_every: Option<Seconds>,
    /// `max-connections`: more are closed at once. Default: 1,000.
    pub max_connections: Option<usize>,
    /// `max-recipients`: a mail with more counts as one that cannot be judged. Default: 100,000.
    pub max_recipients: Option<usize>,
    /// `idle-timeout`: how long a connection may say nothing. Default: 2 h, which is more than any mail server waits.
    pub idle_timeout: Option<Seconds>,
    /// `packet-timeout`: how long a packet that has begun may take. Default: 30 s.
    pub packet_timeout: Option<Seconds>,
    /// `metrics`: where figures can be fetched from, `HOST:PORT` or `unix:PATH`. Default: nowhere.
    pub metrics: Option<Place>,
    /// `log`: the file for its log, one JSON object a line. Default: standard error.
    pub log: Option<PathBuf>,
    /// `log-mails`: every mail has a line, or only those with something to say. Default: `found`.
    pub log_mails: Option<LogMails>,
}

/// Which mails have a line in the log.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum LogMails {
    /// Those with hidden or undecided recipients, findings, or a failure.
    #[default]
    Found,
    /// All.
    All,
}

impl MilterSettings {
    /// Where it listens.
    pub fn places(&self) -> Vec<Place> {
        match &self.listen {
            Some(places) => places.0.clone(),
            None => vec![Place::Unix(PathBuf::from(DEFAULT_SOCKET))],
        }
    }

    /// How often what was seen is written.
    pub fn save_every(&self) -> Duration {
        Duration::from_secs(self.save_every.map_or(60, |it| it.0.max(1)))
    }

    /// How long a connection may say nothing.
    pub fn idle_timeout(&self) -> Duration {
        Duration::from_secs(self.idle_timeout.map_or(7200, |it| it.0.max(1)))
    }

    /// How long a packet that has begun may take.
    pub fn packet_timeout(&self) -> Duration {
        Duration::from_secs(self.packet_timeout.map_or(30, |it| it.0.max(1)))
    }

    /// The permissions of a unix socket.
    pub fn socket_mode(&self) -> u32 {
        self.socket_mode.map_or(0o660, |it| it.0)
    }

    /// The most connections.
    pub fn max_connections(&self) -> usize {
        self.max_connections.unwrap_or(1000).max(1)
    }
}

/// A place to listen at.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Place {
    /// A socket in the file system; written `unix:PATH`.
    Unix(PathBuf),
    /// A port; written `inet:HOST:PORT`, or `HOST:PORT`.
    Inet {
        /// A name or an address, without brackets.
        host: String,
        /// The port.
        port: u16,
    },
}

impl Place {
    /// Whether only this machine can reach it, as far as its text says.
    pub fn is_local(&self) -> bool {
        match self {
            Self::Unix(_) => true,
            Self::Inet { host, .. } => {
                host == "localhost" || host.parse::<std::net::IpAddr>().is_ok_and(|it| it.is_loopback())
            }
        }
    }
}

impl FromStr for Place {
    type Err = PlaceError;

    fn from_str(text: &str) -> Result<Self, PlaceError> {
        let wrong = || PlaceError(text.to_owned());
        if let Some(path) = text.strip_prefix("unix:").or_else(|| text.strip_prefix("local:")) {
            return match path.starts_with('/') {
                true => Ok(Self::Unix(PathBuf::from(path))),
                false => Err(wrong()),
            };
        }
        let (host, port) = text
            .strip_prefix("inet:")
            .unwrap_or(text)
            .rsplit_once(':')
            .ok_or_else(wrong)?;
        let bare = host.strip_prefix('[').and_then(|it| it.strip_suffix(']'));
        let host = bare.unwrap_or(host);
        // Sendmail's own order, `inet:PORT@HOST`, would be taken for something else.
        if host.is_empty() || host.contains('@') || (bare.is_none() && host.contains(':')) {
            return Err(wrong());
        }
        Ok(Self::Inet {
            host: host.to_owned(),
            port: port.parse().map_err(|_| wrong())?,
        })
    }
}

/// No place to listen at.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is no place to listen at; write it as `unix:/run/waxseal/milter.sock` or `inet:127.0.0.1:8893`")]
pub struct PlaceError(String);

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Unix(path) => write!(f, "unix:{}", path.display()),
            Self::Inet { host, port } if host.contains(':') => write!(f, "inet:[{host}]:{port}"),
            Self::Inet { host, port } => write!(f, "inet:{host}:{port}"),
        }
    }
}

impl<'de> Deserialize<'de> for Place {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        text.parse().map_err(serde::de::Error::custom)
    }
}

/// One place or several.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Places(pub Vec<Place>);

impl<'de> Deserialize<'de> for Places {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        #[derive(Deserialize)]
        #[serde(untagged)]
        enum Written {
            One(String),
            More(Vec<String>),
        }
        let texts = match Written::deserialize(deserializer)? {
            Written::One(text) => vec![text],
            Written::More(texts) => texts,
        };
        let places: Result<Vec<Place>, PlaceError> = texts.iter().map(|text| text.parse()).collect();
        match places {
            Ok(places) if places.is_empty() => Err(serde::de::Error::custom("`listen` names no place")),
            Ok(places) => Ok(Self(places)),
            Err(err) => Err(serde::de::Error::custom(err)),
        }
    }
}

/// Permissions, written in octal: `"0660"`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Mode(pub u32);

impl<'de> Deserialize<'de> for Mode {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        u32::from_str_radix(&text, 8)
            .ok()
            .filter(|mode| *mode <= 0o777)
            .map(Self)
            .ok_or_else(|| serde::de::Error::custom(format!("`{text}` is no mode; write it as \"0660\"")))
    }
}

/// Where it listens unless it is told to listen elsewhere: in a folder of its own below the one that services have for that.
pub const DEFAULT_SOCKET: &str = "/run/waxseal/milter.sock";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_are_written_as_postfix_writes_them() {
        let check = |text: &str, expected: Option<&str>| {
            let place = text.parse::<Place>().ok().map(|it| it.to_string());
            assert_eq!(place.as_deref(), expected, "{text}");
        };
        check("unix:/run/waxseal/milter.sock", Some("unix:/run/waxseal/milter.sock"));
        check("local:/a", Some("unix:/a"));
        check("inet:127.0.0.1:8893", Some("inet:127.0.0.1:8893"));
        check("127.0.0.1:9753", Some("inet:127.0.0.1:9753"));
        check("inet:[::1]:8893", Some("inet:[::1]:8893"));
        for wrong in [
            "",
            "unix:relative",
            "inet:8893@localhost",
            "inet:host",
            "inet:host:70000",
            "inet:::1:3",
            ":3",
        ] {
            check(wrong, None);
        }
    }

    #[test]
    fn a_mistake_in_the_table_is_one() {
        let read = |text: &str| toml::from_str::<MilterSettings>(text);
        let settings =
            read("listen = [\"unix:/a\", \"inet:localhost:1\"]\nsocket-mode = \"0600\"\nsave-every = \"5m\"").unwrap();
        assert_eq!(settings.places().len(), 2);
        assert_eq!(settings.socket_mode(), 0o600);
        assert_eq!(settings.save_every(), Duration::from_secs(300));
        for wrong in [
            "listen = []",
            "socket-mode = \"0999\"",
            "socket-mode = 660",
            "lissten = \"unix:/a\"",
            "metrics = \"x\"",
        ] {
            assert!(read(wrong).is_err(), "{wrong}");
        }
    }
}
