//! Methods of strings and numbers, and of strings that are only partly known.

use std::rc::Rc;

use oxc_span::Span;

use super::super::heap::{Js, Res, Stop, UNDEFINED, derived};
use super::super::text;
use super::super::{Folder, MAX_ITEMS, MAX_STRING, Origins, Value};

impl Folder<'_, '_> {
    pub(super) fn string_method(&self, text: &Rc<str>, name: &str, arguments: &[Js], span: Span) -> Res {
        if !matches!(name, "trim" | "toString" | "valueOf" | "concat" | "toLowerCase") {
            self.hide();
        }
        if !self.spend(1 + text.len() as u64 / 64) {
            return Err(Stop::Bail);
        }
        if matches!(
            name,
            "replace" | "replaceAll" | "match" | "matchAll" | "split" | "search" | "concat"
        ) {
            let result = self.searching_method(text, name, arguments, span);
            return match result {
                Err(Stop::Bail) if !self.live.get() => {
                    self.unmodelled(&Js::V(Value::String(Rc::clone(text))), arguments)
                }
                result => result,
            };
        }
        match self.plain_string_method(text, name, arguments) {
            Some(result) => result,
            None => self.unmodelled(&Js::V(Value::String(Rc::clone(text))), arguments),
        }
    }

    /// Methods whose arguments are numbers and strings. `None` if one is not known, or the method is not modelled.
    fn plain_string_method(&self, text: &Rc<str>, name: &str, arguments: &[Js]) -> Option<Res> {
        let length = text::length(text);
        let number = |index: usize, default: f64| match arguments.get(index) {
            None | Some(Js::V(Value::Undefined)) => Some(default),
            Some(value) => self.number(value),
        };
        let string = |index: usize| self.string(arguments.get(index).unwrap_or(&UNDEFINED));
        let clamp = |it: f64| {
            if it.is_nan() {
                0
            } else {
                it.clamp(0.0, length as f64) as usize
            }
        };
        let result = match name {
            "slice" => {
                let start = text::relative(number(0, 0.0)?, length);
                let end = text::relative(number(1, length as f64)?, length);
                text::slice(text, start, end).into_owned()
            }
            "substring" => {
                let (start, end) = (clamp(number(0, 0.0)?), clamp(number(1, length as f64)?));
                text::slice(text, start.min(end), start.max(end)).into_owned()
            }
            "substr" => {
                let start = text::relative(number(0, 0.0)?, length);
                let count = clamp(number(1, length as f64)?);
                text::slice(text, start, (start + count).min(length)).into_owned()
            }
            "at" | "charAt" => {
                let index = number(0, 0.0)?;
                let index = if name == "at" && index < 0.0 {
                    index + length as f64
                } else {
                    index
                };
                let unit = (index >= 0.0).then(|| text::unit(text, index as usize)).flatten();
                return Some(Ok(match unit {
                    Some(unit) => Js::str(String::from_utf16_lossy(&[unit])),
                    None if name == "at" => UNDEFINED,
                    None => Js::str(""),
                }));
            }
            "charCodeAt" | "codePointAt" => return Some(Ok(self.code_at(text, name, number(0, 0.0)?))),
            "toLowerCase" | "toLocaleLowerCase" => text.to_lowercase(),
            "toUpperCase" | "toLocaleUpperCase" => text.to_uppercase(),
            "trim" => text.trim().to_owned(),
            "trimStart" | "trimLeft" => text.trim_start().to_owned(),
            "trimEnd" | "trimRight" => text.trim_end().to_owned(),
            "toString" | "valueOf" | "normalize" | "toWellFormed" => {
                return Some(Ok(Js::V(Value::String(Rc::clone(text)))));
            }
            "padStart" | "padEnd" => {
                let target = number(0, 0.0)?.min(MAX_STRING as f64) as usize;
                let fill = if arguments.len() > 1 { string(1)? } else { " ".into() };
                let missing = target.saturating_sub(length);
                let padding: String = fill
                    .chars()
                    .cycle()
                    .take(if fill.is_empty() { 0 } else { missing })
                    .collect();
                if name == "padStart" {
                    format!("{padding}{text}")
                } else {
                    format!("{text}{padding}")
                }
            }
            "repeat" => {
                let count = number(0, 0.0)?;
                if !(0.0..=MAX_STRING as f64).contains(&count) || count as usize * text.len() > MAX_STRING {
                    return Some(Err(Stop::Bail));
                }
                text.repeat(count as usize)
            }
            "indexOf" | "lastIndexOf" | "includes" | "startsWith" | "endsWith" => {
                return Some(Ok(position(text, name, &string(0)?, number(1, 0.0)?)));
            }
            "localeCompare" => {
                return Some(Ok(Js::number(f64::from(text.as_ref().cmp(string(0)?.as_ref()) as i8))));
            }
            "hasOwnProperty" => return Some(Ok(Js::bool(false))),
            _ => return None,
        };
        Some(self.make_text(result))
    }

    fn code_at(&self, text: &str, name: &str, index: f64) -> Js {
        let missing = if name == "charCodeAt" {
            Js::number(f64::NAN)
        } else {
            UNDEFINED
        };
        if index < 0.0 {
            return missing;
        }
        let index = if index.is_nan() { 0 } else { index as usize };
        let Some(unit) = text::unit(text, index) else {
            return missing;
        };
        if name == "codePointAt" && (0xD800..0xDC00).contains(&unit) {
            let point = text.chars().scan(0, |units, it| {
                let at = *units;
                *units += it.len_utf16();
                Some((at, it))
            });
            return point
                .into_iter()
                .find(|(at, _)| *at == index)
                .map_or(missing, |(_, it)| Js::number(f64::from(u32::from(it))));
        }
        Js::number(f64::from(unit))
    }

    /// Methods that look for a string or a pattern.
    fn searching_method(&self, text: &Rc<str>, name: &str, arguments: &[Js], span: Span) -> Res {
        match (name, arguments.first()) {
            ("concat", _) => {
                let mut pieces = vec![Js::V(Value::String(Rc::clone(text)))];
                pieces.extend(arguments.iter().cloned());
                self.concatenate(pieces)
            }
            ("split", Some(Js::V(Value::RegExp { pattern, flags }))) => {
                let pieces = self.pattern_split(text, pattern, flags)?;
                self.make_array(pieces)
            }
            ("split", separator) => self.split(text, separator, arguments.get(1)),
            ("replace" | "replaceAll", Some(Js::V(Value::RegExp { pattern, flags }))) => {
                self.pattern_replace(text, pattern, flags, arguments.get(1).unwrap_or(&UNDEFINED), span)
            }
            ("replace" | "replaceAll", Some(wanted)) => {
                let wanted = self.string(wanted).ok_or(Stop::Bail)?;
                let all = name == "replaceAll";
                self.replace_text(text, &wanted, all, arguments.get(1).unwrap_or(&UNDEFINED), span)
            }
            ("match", Some(Js::V(Value::RegExp { pattern, flags }))) => self.pattern_match(text, pattern, flags),
            ("match", Some(Js::V(Value::String(pattern)))) => self.pattern_match(text, pattern, ""),
            ("matchAll", Some(Js::V(Value::RegExp { pattern, flags }))) => self.pattern_match_all(text, pattern, flags),
            ("search", Some(Js::V(Value::RegExp { pattern, flags }))) => self.pattern_search(text, pattern, flags),
            _ => Err(Stop::Bail),
        }
    }

    fn split(&self, text: &str, separator: Option<&Js>, limit: Option<&Js>) -> Res {
        let separator = match separator {
            None | Some(Js::V(Value::Undefined)) => return self.make_array(vec![Js::str(text)]),
            Some(separator) => self.string(separator).ok_or(Stop::Bail)?,
        };
        let limit = match limit {
            None | Some(Js::V(Value::Undefined)) => usize::MAX,
            Some(limit) => self.number(limit).ok_or(Stop::Bail)?.max(0.0) as usize,
        };
        let pieces: Vec<Js> = if separator.is_empty() {
            let units = text.chars().map(|it| Js::str(it.to_string()));
            units.take(limit.min(MAX_ITEMS + 1)).collect()
        } else {
            text.split(&*separator)
                .take(limit.min(MAX_ITEMS + 1))
                .map(Js::str)
                .collect()
        };
        self.make_array(pieces)
    }

    fn replace_text(&self, text: &str, wanted: &str, all: bool, by: &Js, span: Span) -> Res {
        let mut pieces = Vec::new();
        let mut rest = text;
        let mut before = 0;
        while let Some(at) = rest.find(wanted) {
            if pieces.len() > MAX_ITEMS {
                return Err(Stop::Bail);
            }
            pieces.push(Js::str(&rest[..at]));
            let offset = Js::number(text::units_before(text, before + at) as f64);
            pieces.push(self.replacement(by, &[Some(wanted.to_owned())], offset, text, span)?);
            let next = at + wanted.len();
            before += next;
            rest = &rest[next..];
            if !all {
                break;
            }
            if wanted.is_empty() {
                let Some(first) = rest.chars().next() else { break };
                pieces.push(Js::str(first.to_string()));
                before += first.len_utf8();
                rest = &rest[first.len_utf8()..];
            }
        }
        pieces.push(Js::str(rest));
        self.concatenate(pieces)
    }

    /// What one match is replaced by: a string with `$1`, or what a callback returns.
    pub(super) fn replacement(&self, by: &Js, groups: &[Option<String>], offset: Js, whole: &str, span: Span) -> Res {
        if let Js::V(Value::Function(_)) | Js::H(_) = by {
            let group = |it: &Option<String>| it.as_deref().map_or(UNDEFINED, Js::str);
            let mut arguments: Vec<Js> = groups.iter().map(group).collect();
            arguments.push(offset);
            arguments.push(Js::str(whole));
            return self.invoke(by, &UNDEFINED, arguments, span);
        }
        let Js::V(Value::String(by)) = by else {
            return match by {
                Js::V(Value::Api(api)) if !self.live.get() => {
                    let arguments: Vec<_> = groups.iter().take(1).flatten().map(|it| Js::str(it.as_str())).collect();
                    self.invoke(&Js::V(Value::Api(Rc::clone(api))), &UNDEFINED, arguments, span)
                }
                by => Ok(by.clone()),
            };
        };
        if !by.contains('$') {
            return Ok(Js::V(Value::String(Rc::clone(by))));
        }
        let mut filled = String::new();
        let mut rest = &**by;
        while let Some(at) = rest.find('$') {
            filled.push_str(&rest[..at]);
            rest = &rest[at + 1..];
            let digit = rest
                .bytes()
                .next()
                .filter(u8::is_ascii_digit)
                .map(|it| usize::from(it - b'0'));
            match (rest.bytes().next(), digit) {
                (Some(b'$'), _) => filled.push('$'),
                (Some(b'&'), _) => filled.push_str(groups[0].as_deref().unwrap_or("")),
                (_, Some(digit)) if digit > 0 && digit < groups.len() => {
                    filled.push_str(groups[digit].as_deref().unwrap_or(""));
                }
                _ => {
                    filled.push('$');
                    continue;
                }
            }
            rest = &rest[1..];
        }
        filled.push_str(rest);
        self.make_text(filled)
    }

    pub(super) fn number_method(&self, number: f64, name: &str, arguments: &[Js]) -> Res {
        let argument = |default: f64| match arguments.first() {
            None | Some(Js::V(Value::Undefined)) => Some(default),
            Some(value) => self.number(value),
        };
        let result = match name {
            "toString" | "toLocaleString" => {
                self.hide();
                argument(10.0).and_then(|radix| text::number_in_base(number, radix as u32))
            }
            "toFixed" => argument(0.0)
                .filter(|it| (0.0..=100.0).contains(it) && number.abs() < 1e21)
                .map(|digits| format!("{number:.*}", digits as usize)),
            "valueOf" => return Ok(Js::number(number)),
            _ => None,
        };
        match result {
            Some(text) => self.make_text(text),
            None => self.unmodelled(&Js::number(number), arguments),
        }
    }

    /// Methods of what is known only in part, or not at all.
    pub(super) fn partial_method(&self, receiver: &Js, name: &str, arguments: &[Js], span: Span) -> Res {
        if name == "concat" {
            return match receiver {
                Js::V(Value::Concat(_)) => {
                    let mut pieces = vec![receiver.clone()];
                    pieces.extend(arguments.iter().cloned());
                    self.concatenate(pieces)
                }
                _ => {
                    let mut items = vec![receiver.clone()];
                    for argument in arguments {
                        match self.items(argument) {
                            Some((more, _)) => items.extend(more),
                            None => items.push(argument.clone()),
                        }
                    }
                    Ok(self.make_open_array(&items))
                }
            };
        }
        let Js::V(Value::Concat(pieces)) = receiver else {
            return self.unmodelled(receiver, arguments);
        };
        match name {
            "trim" | "trimStart" | "trimEnd" | "toString" | "valueOf" | "normalize" => Ok(receiver.clone()),
            "toLowerCase" | "toUpperCase" | "replace" | "replaceAll" => {
                let mut changed = Vec::with_capacity(pieces.len());
                for piece in pieces.iter() {
                    changed.push(match piece {
                        Value::String(text) => self.string_method(text, name, arguments, span)?,
                        piece => Js::V(piece.clone()),
                    });
                }
                self.concatenate(changed)
            }
            "split" => match arguments.first() {
                Some(Js::V(Value::String(separator))) if !separator.is_empty() => self.split_pieces(pieces, separator),
                _ => self.unmodelled(receiver, arguments),
            },
            _ => self.unmodelled(receiver, arguments),
        }
    }

    /// Splits a text of which some pieces are not known: more items may hide in those.
    fn split_pieces(&self, pieces: &[Value], separator: &str) -> Res {
        let mut items: Vec<Js> = Vec::new();
        let mut current: Vec<Js> = Vec::new();
        for piece in pieces {
            let Value::String(text) = piece else {
                current.push(Js::V(piece.clone()));
                continue;
            };
            let mut parts = text.split(separator);
            current.extend(parts.next().filter(|it| !it.is_empty()).map(Js::str));
            for part in parts {
                items.push(self.concatenate(std::mem::take(&mut current))?);
                if !part.is_empty() {
                    current.push(Js::str(part));
                }
            }
        }
        items.push(self.concatenate(current)?);
        Ok(self.make_open_array(&items))
    }

    /// Unknown, from a value and what is done to it.
    pub(super) fn unknown_from(&self, values: &[Js]) -> Js {
        let mut origins = Origins::default();
        values.iter().for_each(|it| origins.add(&self.origins(it)));
        Js::V(derived(origins))
    }
}

fn position(text: &str, name: &str, wanted: &str, from: f64) -> Js {
    let from = if from.is_nan() || from < 0.0 { 0 } else { from as usize };
    let from_bytes = if text.is_ascii() {
        from.min(text.len())
    } else {
        text.char_indices().nth(from).map_or(text.len(), |(at, _)| at)
    };
    let found = |at: Option<usize>| Js::number(at.map_or(-1.0, |at| text::units_before(text, at) as f64));
    match name {
        "indexOf" => found(text[from_bytes..].find(wanted).map(|at| at + from_bytes)),
        "lastIndexOf" => found(text.rfind(wanted)),
        "includes" => Js::bool(text[from_bytes..].contains(wanted)),
        "startsWith" => Js::bool(text[from_bytes..].starts_with(wanted)),
        _ => Js::bool(text.ends_with(wanted)),
    }
}
