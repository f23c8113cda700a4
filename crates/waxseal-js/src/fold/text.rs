//! Strings and numbers as JavaScript writes and reads them.

use std::borrow::Cow;

/// A number as `String(number)` gives it.
pub(super) fn number_text(number: f64) -> String {
    if number.is_nan() {
        return "NaN".to_owned();
    }
    if number.is_infinite() {
        return if number > 0.0 { "Infinity" } else { "-Infinity" }.to_owned();
    }
    if number == 0.0 {
        return "0".to_owned();
    }
    let magnitude = number.abs();
    if (1e-6..1e21).contains(&magnitude) {
        return format!("{number}");
    }
    let text = format!("{number:e}");
    match text.split_once('e') {
        Some((digits, exponent)) if !exponent.starts_with('-') => format!("{digits}e+{exponent}"),
        _ => text,
    }
}

/// A number in another base, as `number.toString(radix)` gives it; fractions to 52 digits.
pub(super) fn number_in_base(number: f64, radix: u32) -> Option<String> {
    if !(2..=36).contains(&radix) || !number.is_finite() {
        return (radix == 10 || !number.is_finite()).then(|| number_text(number));
    }
    if radix == 10 {
        return Some(number_text(number));
    }
    let mut whole = number.abs().trunc();
    let mut fraction = number.abs().fract();
    let radix_number = f64::from(radix);
    let mut digits = Vec::new();
    while whole >= 1.0 && digits.len() < 1_100 {
        digits.push(std::char::from_digit((whole % radix_number) as u32, radix)?);
        whole = (whole / radix_number).trunc();
    }
    if digits.is_empty() {
        digits.push('0');
    }
    if number < 0.0 {
        digits.push('-');
    }
    let mut text: String = digits.into_iter().rev().collect();
    if fraction > 0.0 {
        text.push('.');
        // The digits that tell the number from its neighbours, as V8 writes them.
        let mut delta = (0.5 * (number.abs().next_up() - number.abs())).max(f64::MIN_POSITIVE);
        loop {
            fraction *= radix_number;
            delta *= radix_number;
            let digit = fraction.trunc();
            text.push(std::char::from_digit(digit as u32, radix)?);
            fraction -= digit;
            if fraction < delta || fraction + delta > 1.0 || text.len() > 1_200 {
                break;
            }
        }
    }
    Some(text)
}

/// A string as `Number(text)` reads it.
pub(super) fn text_number(text: &str) -> f64 {
    let text = text.trim();
    if text.is_empty() {
        return 0.0;
    }
    for (prefix, radix) in [("0x", 16), ("0X", 16), ("0b", 2), ("0B", 2), ("0o", 8), ("0O", 8)] {
        if let Some(digits) = text.strip_prefix(prefix) {
            return integer(digits, radix)
                .filter(|(_, used)| *used == digits.len())
                .map_or(f64::NAN, |(it, _)| it);
        }
    }
    match text {
        "Infinity" | "+Infinity" => f64::INFINITY,
        "-Infinity" => f64::NEG_INFINITY,
        _ if text
            .bytes()
            .all(|it| it.is_ascii_digit() || matches!(it, b'.' | b'e' | b'E' | b'+' | b'-')) =>
        {
            text.parse().unwrap_or(f64::NAN)
        }
        _ => f64::NAN,
    }
}

/// A string as `parseInt(text, radix)` reads it.
pub(super) fn parse_int(text: &str, radix: i32) -> f64 {
    let text = text.trim_start();
    let (negative, text) = match text.as_bytes().first() {
        Some(b'-') => (true, &text[1..]),
        Some(b'+') => (false, &text[1..]),
        _ => (false, text),
    };
    let hex = text.strip_prefix("0x").or_else(|| text.strip_prefix("0X"));
    let (text, radix) = match (hex, radix) {
        (Some(hex), 0 | 16) => (hex, 16),
        (_, 0) => (text, 10),
        (_, radix) => (text, radix),
    };
    let Ok(radix) = u32::try_from(radix) else {
        return f64::NAN;
    };
    if !(2..=36).contains(&radix) {
        return f64::NAN;
    }
    match integer(text, radix) {
        Some((number, _)) => {
            if negative {
                -number
            } else {
                number
            }
        }
        None => f64::NAN,
    }
}

/// A string as `parseFloat(text)` reads it.
pub(super) fn parse_float(text: &str) -> f64 {
    let text = text.trim_start();
    let mut end = 0;
    let (mut dot, mut exponent) = (false, false);
    for (index, byte) in text.bytes().enumerate() {
        let sign = matches!(byte, b'+' | b'-') && (index == 0 || matches!(text.as_bytes()[index - 1], b'e' | b'E'));
        match byte {
            b'0'..=b'9' => end = index + 1,
            b'.' if !dot && !exponent => dot = true,
            b'e' | b'E' if !exponent && end > 0 => exponent = true,
            _ if sign => {}
            _ => break,
        }
    }
    text[..end].parse().unwrap_or(f64::NAN)
}

fn integer(text: &str, radix: u32) -> Option<(f64, usize)> {
    let mut number = 0.0;
    let mut used = 0;
    for digit in text.chars() {
        let Some(digit) = digit.to_digit(radix) else { break };
        number = number * f64::from(radix) + f64::from(digit);
        used += 1;
    }
    (used > 0).then_some((number, used))
}

/// The length in UTF-16 units.
pub(super) fn length(text: &str) -> usize {
    if text.is_ascii() {
        text.len()
    } else {
        text.encode_utf16().count()
    }
}

/// The units from `start` to `end`.
pub(super) fn slice(text: &str, start: usize, end: usize) -> Cow<'_, str> {
    if start >= end {
        return Cow::Borrowed("");
    }
    if text.is_ascii() {
        return Cow::Borrowed(&text[start.min(text.len())..end.min(text.len())]);
    }
    let units: Vec<u16> = text.encode_utf16().skip(start).take(end - start).collect();
    Cow::Owned(String::from_utf16_lossy(&units))
}

/// The unit at a position.
pub(super) fn unit(text: &str, index: usize) -> Option<u16> {
    if text.is_ascii() {
        text.as_bytes().get(index).map(|it| u16::from(*it))
    } else {
        text.encode_utf16().nth(index)
    }
}

/// A position in bytes as one in units.
pub(super) fn units_before(text: &str, bytes: usize) -> usize {
    length(&text[..bytes])
}

/// A relative index of `slice`, `splice`, `at`: negative counts from the end.
pub(super) fn relative(index: f64, length: usize) -> usize {
    if index.is_nan() {
        return 0;
    }
    if index < 0.0 {
        let from_end = (-index).min(length as f64) as usize;
        return length - from_end;
    }
    index.min(length as f64) as usize
}

/// `ToInt32`.
pub(super) fn int32(number: f64) -> i32 {
    if !number.is_finite() {
        return 0;
    }
    let wrapped = number.trunc().rem_euclid(4_294_967_296.0);
    wrapped as u32 as i32
}
