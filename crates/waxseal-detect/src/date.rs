//! A calendar day, as policies write it and as the caller says it is today.

use std::fmt;
use std::str::FromStr;

use serde::de::{Error, MapAccess, Visitor};
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use waxseal_model::Moment;

/// A day of the Gregorian calendar, in UTC, written `YYYY-MM-DD` (RFC 3339 `full-date`).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Date {
    year: u16,
    month: u8,
    day: u8,
}

impl Date {
    /// Checks that there is such a day.
    ///
    /// # Errors
    /// There is none.
    pub fn new(year: u16, month: u8, day: u8) -> Result<Self, DateError> {
        let exists = year <= MAX_YEAR && (1..=12).contains(&month) && (1..=days_in(year, month)).contains(&day);
        exists
            .then_some(Self { year, month, day })
            .ok_or(DateError::NoSuchDay { year, month, day })
    }

    /// The day of a moment in UTC; the calendar's last day for moments it has no room for.
    pub fn of(moment: Moment) -> Self {
        let mut days = moment.0.div_euclid(SECONDS_OF_DAY).max(0);
        let (mut year, mut month) = (1970, 1);
        let of_year = |year: u16| if days_in(year, 2) == 29 { 366 } else { 365 };
        while days >= of_year(year) {
            days -= of_year(year);
            year += 1;
            if year > MAX_YEAR {
                return Self {
                    year: MAX_YEAR,
                    month: 12,
                    day: 31,
                };
            }
        }
        while days >= i64::from(days_in(year, month)) {
            days -= i64::from(days_in(year, month));
            month += 1;
        }
        let day = u8::try_from(days + 1).unwrap_or(1);
        Self { year, month, day }
    }
}

impl FromStr for Date {
    type Err = DateError;

    fn from_str(text: &str) -> Result<Self, DateError> {
        let form = || DateError::Form(text.chars().take(MAX_QUOTED).collect());
        let bytes = text.as_bytes();
        let shaped = bytes.len() == 10
            && bytes.iter().enumerate().all(|(at, byte)| match at {
                4 | 7 => *byte == b'-',
                _ => byte.is_ascii_digit(),
            });
        if !shaped {
            return Err(form());
        }
        let number = |from: usize, to: usize| text[from..to].parse::<u16>().map_err(|_| form());
        let small = |value: u16| u8::try_from(value).map_err(|_| form());
        Self::new(number(0, 4)?, small(number(5, 7)?)?, small(number(8, 10)?)?)
    }
}

impl fmt::Display for Date {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:04}-{:02}-{:02}", self.year, self.month, self.day)
    }
}

impl Serialize for Date {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Date {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(DateVisitor)
    }
}

/// Takes a string, and a map of one string, which is how the TOML library hands over a date written without quotes.
struct DateVisitor;

impl<'de> Visitor<'de> for DateVisitor {
    type Value = Date;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a date, written YYYY-MM-DD")
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<Date, E> {
        text.parse().map_err(E::custom)
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Date, A::Error> {
        let (_, text) = map
            .next_entry::<String, String>()?
            .ok_or_else(|| A::Error::custom("a date is written YYYY-MM-DD"))?;
        text.parse().map_err(A::Error::custom)
    }
}

/// Why a date was refused.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum DateError {
    /// Not written `YYYY-MM-DD`.
    #[error("`{0}` is not a date; a date is written YYYY-MM-DD")]
    Form(String),
    /// Written right, but the calendar has no such day.
    #[error("there is no day {year:04}-{month:02}-{day:02}")]
    NoSuchDay {
        /// The year as written.
        year: u16,
        /// The month as written.
        month: u8,
        /// The day as written.
        day: u8,
    },
}

fn days_in(year: u16, month: u8) -> u8 {
    let leap = year.is_multiple_of(4) && (!year.is_multiple_of(100) || year.is_multiple_of(400));
    match month {
        2 if leap => 29,
        2 => 28,
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    }
}

/// UTC has no others.
const SECONDS_OF_DAY: i64 = 86_400;
/// Four digits are all the form has room for.
const MAX_YEAR: u16 = 9999;
/// Enough of a wrong date to recognise it in an error.
const MAX_QUOTED: usize = 40;

#[cfg(test)]
mod tests;
