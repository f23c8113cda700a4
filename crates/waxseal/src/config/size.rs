//! Amounts as people write them: `512MB`, `90s`.

use std::fmt;
use std::str::FromStr;

use serde::de::{Error, Visitor};
use serde::{Deserialize, Deserializer};

/// A number of bytes, written `1000`, `64k`, `512MB`, `2 GiB`. Multiples are of 1024.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Size(pub u64);

/// A number of seconds, written `90`, `90s`, `2m`, `12h`, `7d` or `2w`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Seconds(pub u64);

/// Not an amount.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{text}` is no {what}")]
pub struct AmountError {
    text: String,
    what: &'static str,
}

impl FromStr for Size {
    type Err = AmountError;

    fn from_str(text: &str) -> Result<Self, AmountError> {
        let shift = |unit: &str| match unit.to_ascii_lowercase().as_str() {
            "" | "b" => Some(0),
            "k" | "kb" | "kib" => Some(10),
            "m" | "mb" | "mib" => Some(20),
            "g" | "gb" | "gib" => Some(30),
            _ => None,
        };
        amount(text)
            .and_then(|(number, unit)| number.checked_mul(1 << shift(unit)?))
            .map(Self)
            .ok_or_else(|| AmountError {
                text: text.to_owned(),
                what: "size; write it as `512MB`",
            })
    }
}

impl FromStr for Seconds {
    type Err = AmountError;

    fn from_str(text: &str) -> Result<Self, AmountError> {
        let factor = |unit: &str| match unit.to_ascii_lowercase().as_str() {
            "" | "s" => Some(1),
            "m" | "min" => Some(60),
            "h" => Some(3600),
            "d" => Some(86_400),
            "w" => Some(604_800),
            _ => None,
        };
        amount(text)
            .and_then(|(number, unit)| number.checked_mul(factor(unit)?))
            .map(Self)
            .ok_or_else(|| AmountError {
                text: text.to_owned(),
                what: "time; write it as `90s`",
            })
    }
}

/// A positive whole number and its unit.
fn amount(text: &str) -> Option<(u64, &str)> {
    let text = text.trim();
    let end = text.find(|c: char| !c.is_ascii_digit()).unwrap_or(text.len());
    let number: u64 = text[..end].parse().ok()?;
    (number > 0).then(|| (number, text[end..].trim()))
}

impl<'de> Deserialize<'de> for Size {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer
            .deserialize_any(AmountVisitor)
            .and_then(|text| text.parse().map_err(D::Error::custom))
    }
}

impl<'de> Deserialize<'de> for Seconds {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer
            .deserialize_any(AmountVisitor)
            .and_then(|text| text.parse().map_err(D::Error::custom))
    }
}

/// Takes a string or a plain number.
struct AmountVisitor;

impl Visitor<'_> for AmountVisitor {
    type Value = String;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an amount such as `512MB` or `90s`")
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<String, E> {
        Ok(text.to_owned())
    }

    fn visit_i64<E: Error>(self, number: i64) -> Result<String, E> {
        Ok(number.to_string())
    }

    fn visit_u64<E: Error>(self, number: u64) -> Result<String, E> {
        Ok(number.to_string())
    }
}
