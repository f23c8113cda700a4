//! What extended headers say about the next entry, read line by line as node-tar reads them.

/// Overrides gathered from pax, GNU long name and GNU long link headers. Only what changes the outcome is kept.
#[derive(Debug, Clone, Default, PartialEq)]
pub(super) struct Overrides {
    pub(super) path: Option<String>,
    pub(super) linkpath: Option<String>,
    pub(super) size: Option<f64>,
    /// A time or owner given here keeps a broken one in the header from being looked at.
    pub(super) uid: bool,
    pub(super) gid: bool,
    pub(super) mtime: bool,
    pub(super) atime: bool,
    pub(super) ctime: bool,
}

impl Overrides {
    /// Adds the records of a pax header's body. Later records win, and those of an earlier header stay.
    pub(super) fn add_records(&mut self, body: &str) {
        let body = body.strip_suffix('\n').unwrap_or(body);
        for line in body.split('\n') {
            self.add_record(line);
        }
    }

    /// POSIX pax: `LENGTH KEY=VALUE`. node-tar ignores a record whose length is not that of its line.
    fn add_record(&mut self, line: &str) {
        let Some(length) = parse_int(line, 10) else { return };
        if length != (line.len() + 1) as f64 {
            return;
        }
        let digits = format!("{length}").len();
        let Some(record) = skip_utf16(line, digits + 1) else {
            return;
        };
        let Some((key, value)) = record.split_once('=') else {
            self.set(record, "");
            return;
        };
        self.set(key, &cut_nul(value));
    }

    fn set(&mut self, key: &str, value: &str) {
        match key {
            "path" => self.path = Some(value.to_owned()),
            "linkpath" => self.linkpath = Some(value.to_owned()),
            "size" => {
                let size = js_number(value);
                if size >= 0.0 {
                    self.size = Some(size);
                }
            }
            "uid" => self.uid = true,
            "gid" => self.gid = true,
            "mtime" => self.mtime = true,
            "atime" => self.atime = true,
            "ctime" => self.ctime = true,
            _ => {}
        }
    }
}

/// JavaScript's `text.replace(/\0.*/, '')`: `.` stops at a line terminator, so what follows one stays.
pub(super) fn cut_nul(text: &str) -> String {
    let Some((head, tail)) = text.split_once('\0') else {
        return text.to_owned();
    };
    let rest = tail
        .find(['\n', '\r', '\u{2028}', '\u{2029}'])
        .map_or("", |at| &tail[at..]);
    format!("{head}{rest}")
}

/// JavaScript's `parseInt(text, radix)` for radix 8 and 10; `None` stands for NaN.
pub(super) fn parse_int(text: &str, radix: u32) -> Option<f64> {
    let text = text.trim_start_matches(is_js_space);
    let (negative, digits) = match text.as_bytes().first() {
        Some(b'-') => (true, &text[1..]),
        Some(b'+') => (false, &text[1..]),
        _ => (false, text),
    };
    let mut value = None;
    for digit in digits.chars().map_while(|c| c.to_digit(radix)) {
        value = Some(value.unwrap_or(0.0) * f64::from(radix) + f64::from(digit));
    }
    value.map(|value| if negative { -value } else { value })
}

/// JavaScript's `Number(text)`; NaN when it is no number.
pub(super) fn js_number(text: &str) -> f64 {
    let text = text.trim_matches(is_js_space);
    if text.is_empty() {
        return 0.0;
    }
    for (prefix, radix) in [("0x", 16), ("0X", 16), ("0o", 8), ("0O", 8), ("0b", 2), ("0B", 2)] {
        if let Some(digits) = text.strip_prefix(prefix) {
            return whole(digits, radix);
        }
    }
    if matches!(text, "Infinity" | "+Infinity") {
        return f64::INFINITY;
    }
    let decimal = text
        .bytes()
        .all(|byte| byte.is_ascii_digit() || matches!(byte, b'.' | b'e' | b'E' | b'+' | b'-'));
    if decimal {
        text.parse().unwrap_or(f64::NAN)
    } else {
        f64::NAN
    }
}

fn whole(digits: &str, radix: u32) -> f64 {
    let mut value = None;
    for c in digits.chars() {
        let Some(digit) = c.to_digit(radix) else {
            return f64::NAN;
        };
        value = Some(value.unwrap_or(0.0) * f64::from(radix) + f64::from(digit));
    }
    value.unwrap_or(f64::NAN)
}

/// ECMAScript's WhiteSpace and LineTerminator.
fn is_js_space(c: char) -> bool {
    c == '\u{feff}' || (c.is_whitespace() && c != '\u{85}')
}

/// JavaScript's `text.slice(units)`, where the cut falls between two characters.
fn skip_utf16(text: &str, units: usize) -> Option<&str> {
    let mut seen = 0;
    for (at, c) in text.char_indices() {
        if seen >= units {
            return Some(&text[at..]);
        }
        seen += c.len_utf16();
    }
    (seen >= units).then_some("")
}
