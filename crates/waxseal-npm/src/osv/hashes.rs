//! Hashes of files and archives that records carry, wherever their database puts them.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde::de::{MapAccess, SeqAccess};
use serde::{Deserialize, Serialize};

use crate::integrity::to_hex;
use crate::lenient::{Field, Key, Shape};

/// A hash of a malicious file or archive.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Hash {
    /// How it was made.
    pub algorithm: Algorithm,
    /// All of its bytes.
    pub digest: Vec<u8>,
}

/// How a hash was made.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum Algorithm {
    /// SHA-1, 20 bytes: npm's `shasum` of an archive.
    Sha1,
    /// SHA-256, 32 bytes.
    Sha256,
    /// SHA-512, 64 bytes: npm's `integrity` of an archive.
    Sha512,
}

impl Algorithm {
    /// The stable id: `sha256`.
    pub fn id(self) -> &'static str {
        match self {
            Self::Sha1 => "sha1",
            Self::Sha256 => "sha256",
            Self::Sha512 => "sha512",
        }
    }

    fn of_length(bytes: usize) -> Option<Self> {
        [Self::Sha1, Self::Sha256, Self::Sha512]
            .into_iter()
            .find(|it| it.length() == bytes)
    }

    fn length(self) -> usize {
        match self {
            Self::Sha1 => 20,
            Self::Sha256 => 32,
            Self::Sha512 => 64,
        }
    }
}

impl Hash {
    /// Reads hexadecimal digits, or a subresource-integrity string such as `sha512-…`. The length says how it was made. `None` for
    /// anything else, and for the hash of an empty file, which says nothing.
    pub fn parse(text: &str) -> Option<Self> {
        let text = text.trim();
        let digest = match text.split_once('-') {
            Some((name, digest)) => {
                let digest = STANDARD.decode(digest.split('?').next()?).ok()?;
                let known = Algorithm::of_length(digest.len())?;
                name.eq_ignore_ascii_case(known.id()).then_some(digest)?
            }
            None => from_hex(text)?,
        };
        let algorithm = Algorithm::of_length(digest.len())?;
        let hash = Self { algorithm, digest };
        (!EMPTY.iter().any(|empty| hash.hex().starts_with(empty))).then_some(hash)
    }

    /// Hexadecimal digits.
    pub fn hex(&self) -> String {
        to_hex(&self.digest)
    }
}

impl std::fmt::Display for Hash {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}:{}", self.algorithm.id(), self.hex())
    }
}

fn from_hex(text: &str) -> Option<Vec<u8>> {
    if !text.len().is_multiple_of(2) || !text.bytes().all(|byte| byte.is_ascii_hexdigit()) {
        return None;
    }
    (0..text.len())
        .step_by(2)
        .map(|at| u8::from_str_radix(text.get(at..at + 2)?, 16).ok())
        .collect()
}

/// What `database_specific` and `ecosystem_specific` say that is of use: texts below the keys of [`KEYS`], however deep. They have no
/// common shape (ossf/malicious-packages, `docs/schema_additions.md`; `indicators.evidence_files[].sha256`,
/// `indicators.package_integrity[].hashes.sha512_sri`).
#[derive(Debug, Default)]
pub(super) struct Specific(pub(super) Vec<(&'static str, String)>);

impl Specific {
    pub(super) fn hashes(&self) -> impl Iterator<Item = Hash> {
        self.0.iter().filter_map(|(_, text)| Hash::parse(text))
    }

    /// GitHub says `type: malware`; others name CWE-506, "embedded malicious code".
    pub(super) fn says_malware(&self) -> bool {
        self.0.iter().any(|(key, text)| match *key {
            "type" => text.eq_ignore_ascii_case("malware"),
            "cwe_ids" | "cweid" => text.eq_ignore_ascii_case("CWE-506"),
            _ => false,
        })
    }
}

/// A value below some key.
enum Piece {
    Text(String),
    Texts(Vec<String>),
    Inner(Specific),
}

impl Shape for Piece {
    fn from_text(text: &str) -> Option<Self> {
        (text.len() <= MAX_VALUE).then(|| Self::Text(text.to_owned()))
    }

    fn from_map<'de, A: MapAccess<'de>>(map: A) -> Result<Option<Self>, A::Error> {
        Specific::from_map(map).map(|it| it.map(Self::Inner))
    }

    fn from_list<'de, A: SeqAccess<'de>>(mut list: A) -> Result<Option<Self>, A::Error> {
        let (mut texts, mut inner) = (Vec::new(), Specific::default());
        while let Some(entry) = list.next_element::<Field<Self>>()? {
            match entry {
                Field::Present(Self::Text(text)) if texts.len() < MAX_KEPT => texts.push(text),
                Field::Present(Self::Inner(more)) => inner.extend(more),
                _ => {}
            }
        }
        Ok(Some(if inner.0.is_empty() {
            Self::Texts(texts)
        } else {
            Self::Inner(inner)
        }))
    }
}

impl Specific {
    fn extend(&mut self, more: Self) {
        let room = MAX_KEPT.saturating_sub(self.0.len());
        self.0.extend(more.0.into_iter().take(room));
    }
}

impl Shape for Specific {
    fn from_map<'de, A: MapAccess<'de>>(mut map: A) -> Result<Option<Self>, A::Error> {
        let mut read = Self::default();
        while let Some(Key(key)) = map.next_key()? {
            if key == ORIGINS {
                map.next_value::<serde::de::IgnoredAny>()?;
                continue;
            }
            let known = KEYS.iter().find(|known| key.eq_ignore_ascii_case(known)).copied();
            match (map.next_value::<Field<Piece>>()?, known) {
                (Field::Present(Piece::Text(text)), Some(key)) => read.extend(Self(vec![(key, text)])),
                (Field::Present(Piece::Texts(texts)), Some(key)) => {
                    read.extend(Self(texts.into_iter().map(|text| (key, text)).collect()));
                }
                (Field::Present(Piece::Inner(inner)), _) => read.extend(inner),
                _ => {}
            }
        }
        Ok(Some(read))
    }
}

/// Keys whose texts are kept.
const KEYS: [&str; 14] = [
    "sha1",
    "sha-1",
    "shasum",
    "sha256",
    "sha-256",
    "sha512",
    "sha-512",
    "sha512_sri",
    "sha256_sri",
    "integrity",
    "hash",
    "type",
    "cwe_ids",
    "cweid",
];

/// Below it stand hashes of other records, not of files.
const ORIGINS: &str = "malicious-packages-origins";

/// How the hashes of no bytes at all begin: SHA-1, SHA-256, SHA-512.
const EMPTY: [&str; 3] = ["da39a3ee5e6b4b0d3255", "e3b0c44298fc1c149afb", "cf83e1357eefb8bdf154"];

/// A SHA-512 in hexadecimal digits has 128 characters.
const MAX_VALUE: usize = 200;

/// The largest records list some hundreds of files.
const MAX_KEPT: usize = 20_000;
