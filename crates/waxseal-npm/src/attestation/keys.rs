//! The keys a registry signs with, as it lists them below `/-/npm/v1/keys` (npm documentation, "About registry signatures").

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde::Deserialize;

/// A registry's keys.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct RegistryKeys(Vec<RegistryKey>);

/// One of them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct RegistryKey {
    id: String,
    /// SubjectPublicKeyInfo, DER (RFC 5280 §4.1.2.7).
    pub(super) spki: Vec<u8>,
    /// Seconds since 1970, if it ends.
    pub(super) expires: Option<i64>,
}

#[derive(Deserialize)]
struct Answer {
    keys: Vec<Listed>,
}

#[derive(Deserialize)]
struct Listed {
    keyid: String,
    key: String,
    #[serde(default)]
    expires: Option<String>,
}

impl RegistryKeys {
    /// Reads a registry's answer; keys of another form are left out. `None` if it is no list of keys.
    pub fn parse(answer: &[u8]) -> Option<Self> {
        let answer: Answer = serde_json::from_slice(answer).ok()?;
        let read = |listed: Listed| {
            // An end that cannot be read ended long ago.
            let end = |text: String| text.parse::<jiff::Timestamp>().map_or(0, jiff::Timestamp::as_second);
            let expires = listed.expires.map(end);
            Some(RegistryKey {
                id: listed.keyid,
                spki: STANDARD.decode(&listed.key).ok()?,
                expires,
            })
        };
        Some(Self(answer.keys.into_iter().take(MAX_KEYS).filter_map(read).collect()))
    }

    pub(super) fn get(&self, id: &str) -> Option<&RegistryKey> {
        self.0.iter().find(|key| key.id == id)
    }
}

/// npm lists two.
const MAX_KEYS: usize = 32;
