//! What stands at a place of a JSON value, and points in time as sources write them.

use std::borrow::Cow;

use serde_json::Value;
use waxseal_model::Moment;

/// The value behind these names; nothing where one is missing.
pub(super) fn at<'v>(value: &'v Value, path: &[&str]) -> &'v Value {
    path.iter().fold(value, |value, name| &value[*name])
}

/// The text there; empty if there is none.
pub(super) fn text<'v>(value: &'v Value, path: &[&str]) -> &'v str {
    at(value, path).as_str().unwrap_or_default()
}

/// A text or a number as text: ids are written as either.
pub(super) fn word<'v>(value: &'v Value, path: &[&str]) -> Cow<'v, str> {
    match at(value, path) {
        Value::String(text) => Cow::Borrowed(text),
        Value::Number(number) => Cow::Owned(number.to_string()),
        _ => Cow::Borrowed(""),
    }
}

/// The first of these names that holds a text which is not empty.
pub(super) fn first<'v>(value: &'v Value, names: &[&str]) -> &'v str {
    names
        .iter()
        .map(|name| text(value, &[name]))
        .find(|text| !text.is_empty())
        .unwrap_or_default()
}

/// The elements of an array; a single value counts as one, nothing as none.
pub(super) fn each(value: &Value) -> &[Value] {
    match value {
        Value::Null => &[],
        Value::Array(elements) => elements,
        one => std::slice::from_ref(one),
    }
}

/// Reads everything in a list.
pub(super) trait ReadAll: Iterator + Sized {
    /// Whether all could be read; unlike [`Iterator::all`], what follows one that could not is read too.
    fn all_read(self, mut read: impl FnMut(Self::Item) -> bool) -> bool {
        let mut all = true;
        for element in self {
            all &= read(element);
        }
        all
    }
}

impl<I: Iterator> ReadAll for I {}

/// The list that an object holds under one of these names: a page of an API's answer.
pub(super) fn page<'v>(value: &'v Value, names: &[&str]) -> Option<&'v [Value]> {
    names.iter().find_map(|name| value[*name].as_array()).map(Vec::as_slice)
}

/// What a service that took in a webhook kept around its body: `{"headers": …, "body": …}`, the body as an object or as text.
pub(super) fn body(value: &Value) -> Option<Cow<'_, Value>> {
    ["body", "Body", "payload", "rawBody"]
        .iter()
        .find_map(|name| inner(&value[*name]))
}

/// An object or array, itself or as text.
pub(super) fn inner(value: &Value) -> Option<Cow<'_, Value>> {
    match value {
        Value::Object(_) | Value::Array(_) => Some(Cow::Borrowed(value)),
        Value::String(text) if text.trim_start().starts_with(['{', '[']) => {
            serde_json::from_str(text).ok().map(Cow::Owned)
        }
        _ => None,
    }
}

/// Whether `"name":` stands in the text. A value cannot imitate it: its quotes would be escaped.
pub(super) fn has_name(text: &str, name: &str) -> bool {
    let bytes = text.as_bytes();
    memchr::memmem::find_iter(bytes, name.as_bytes()).any(|start| {
        let quoted = start > 0 && bytes[start - 1] == b'"' && (start < 2 || bytes[start - 2] != b'\\');
        let mut rest = bytes[start + name.len()..].iter();
        quoted && rest.next() == Some(&b'"') && rest.find(|byte| !byte.is_ascii_whitespace()) == Some(&b':')
    })
}

/// Seconds, milliseconds or microseconds since 1970, or a date with time. Without an offset it is taken for UTC.
pub(super) fn moment(value: &Value) -> Option<Moment> {
    match value {
        Value::Number(number) => epoch(number.as_f64()?),
        Value::String(text) => moment_of(text),
        _ => None,
    }
}

/// The same of a text.
pub(super) fn moment_of(text: &str) -> Option<Moment> {
    let text = text.trim();
    if text.len() >= 9 && text.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.') {
        return epoch(text.parse().ok()?);
    }
    date_time(text.as_bytes())
}

/// Values of today have 10 digits in seconds, 13 in milliseconds, 16 in microseconds.
fn epoch(number: f64) -> Option<Moment> {
    let seconds = match number {
        n if !n.is_finite() || n < 0.0 => return None,
        n if n < 1e11 => n,
        n if n < 1e14 => n / 1e3,
        n if n < 1e17 => n / 1e6,
        _ => return None,
    };
    Some(Moment(seconds as i64))
}

/// RFC 3339 §5.6, and what is written for it: a space for the T, no offset, an offset of hours alone.
fn date_time(bytes: &[u8]) -> Option<Moment> {
    let number = |from: usize, to: usize| -> Option<i64> {
        let digits = bytes.get(from..to)?;
        let digits = digits.iter().all(u8::is_ascii_digit).then_some(digits)?;
        std::str::from_utf8(digits).ok()?.parse().ok()
    };
    let is = |at: usize, any: &[u8]| bytes.get(at).is_some_and(|byte| any.contains(byte));
    if !(is(4, b"-/") && is(7, b"-/") && is(10, b"Tt ") && is(13, b":") && is(16, b":")) {
        return None;
    }
    let (year, month, day) = (number(0, 4)?, number(5, 7)?, number(8, 10)?);
    let (hour, minute, second) = (number(11, 13)?, number(14, 16)?, number(17, 19)?);
    if !(1..=12).contains(&month) || !(1..=31).contains(&day) || hour > 23 || minute > 59 || second > 60 {
        return None;
    }
    let mut at = 19;
    if is(at, b".,") {
        at += 1 + bytes[at + 1..].iter().take_while(|byte| byte.is_ascii_digit()).count();
    }
    let rest = bytes.get(at..)?.trim_ascii();
    let offset = match rest {
        [] | b"Z" | b"z" | b"UTC" => 0,
        [sign @ (b'+' | b'-'), offset @ ..] => {
            let digits: Vec<u8> = offset.iter().copied().filter(|byte| *byte != b':').collect();
            if !matches!(digits.len(), 2 | 4) || !digits.iter().all(u8::is_ascii_digit) {
                return None;
            }
            let two = |at: usize| {
                digits
                    .get(at..at + 2)
                    .map_or(0, |two| i64::from(two[0] - b'0') * 10 + i64::from(two[1] - b'0'))
            };
            let minutes = two(0) * 60 + two(2);
            if *sign == b'+' { minutes } else { -minutes }
        }
        _ => return None,
    };
    let seconds = since_epoch(year, month, day) * 86_400 + hour * 3_600 + minute * 60 + second;
    Some(Moment(seconds - offset * 60))
}

/// Days from 1970-01-01 (the Gregorian calendar, reckoned from March so that a leap day ends the year).
fn since_epoch(year: i64, month: i64, day: i64) -> i64 {
    let year = if month <= 2 { year - 1 } else { year };
    let month = (month + 9) % 12;
    365 * year + year.div_euclid(4) - year.div_euclid(100) + year.div_euclid(400) + (month * 306 + 5) / 10 + day
        - 1
        - 719_468
}
