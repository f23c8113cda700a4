//! The ini files npm reads, as its `ini` package reads them.

/// A value in an ini file.
#[derive(Clone, PartialEq, Eq)]
pub(super) enum Value {
    /// A text; `true`, `false` and `null` too, since npm's settings are told apart later.
    One(String),
    /// `key[]=` once or several times.
    Many(Vec<String>),
}

/// The settings outside any section, in order; of two equal keys the later one counts. Sections hold nothing npm knows.
pub(super) fn parse(text: &str) -> Vec<(String, Value)> {
    let mut settings: Vec<(String, Value)> = Vec::new();
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    for line in text.split(['\r', '\n']) {
        let trimmed = line.trim();
        if trimmed.is_empty() || trimmed.starts_with([';', '#']) {
            continue;
        }
        if line.starts_with('[') && line.trim_end().ends_with(']') {
            break;
        }
        let (key, value) = match line.split_once('=') {
            Some(("", _)) => continue,
            Some((key, value)) => (key, unquote(value)),
            None => (line, String::from("true")),
        };
        set(&mut settings, &unquote(key), value);
    }
    settings
}

fn set(settings: &mut Vec<(String, Value)>, key: &str, value: String) {
    let array = key.strip_suffix("[]").filter(|key| !key.is_empty());
    let name = array.unwrap_or(key);
    let known = settings
        .iter_mut()
        .find(|(known, _)| known == name)
        .map(|(_, value)| value);
    match (known, array.is_some()) {
        (Some(Value::Many(list)), _) => list.push(value),
        (Some(one), true) => {
            let first = match one {
                Value::One(first) => std::mem::take(first),
                Value::Many(_) => String::new(),
            };
            *one = Value::Many(vec![first, value]);
        }
        (Some(one), false) => *one = Value::One(value),
        (None, true) => settings.push((name.to_owned(), Value::Many(vec![value]))),
        (None, false) => settings.push((name.to_owned(), Value::One(value))),
    }
}

/// Takes quotes away, or a comment behind an unquoted value, in which `\;`, `\#` and `\\` stand for themselves.
fn unquote(text: &str) -> String {
    let text = text.trim();
    let quoted = |mark| text.len() > 1 && text.starts_with(mark) && text.ends_with(mark);
    if quoted('"') {
        return serde_json::from_str(text).unwrap_or_else(|_| text.to_owned());
    }
    if quoted('\'') {
        // npm takes the single quotes off and reads what is left as JSON, so a string needs double quotes within.
        let inner = &text[1..text.len() - 1];
        return serde_json::from_str(inner).unwrap_or_else(|_| inner.to_owned());
    }
    let mut out = String::with_capacity(text.len());
    let mut chars = text.chars();
    while let Some(c) = chars.next() {
        match c {
            ';' | '#' => break,
            '\\' => match chars.next() {
                Some(escaped @ ('\\' | ';' | '#')) => out.push(escaped),
                Some(other) => out.extend(['\\', other]),
                None => out.push('\\'),
            },
            _ => out.push(c),
        }
    }
    out.trim().to_owned()
}
