//! Regular expressions that take linear time: those the `regex` crate accepts. All others stay unfolded.

use std::rc::Rc;

use oxc_span::Span;
use regex::{Regex, RegexBuilder};

use super::super::heap::{Js, Res, Stop, UNDEFINED};
use super::super::text;
use super::super::{Folder, MAX_ITEMS, Value};

impl Folder<'_, '_> {
    fn pattern(&self, pattern: &str, flags: &str) -> Res<Regex> {
        if pattern.len() > MAX_PATTERN || !self.spend(100 + 20 * pattern.len() as u64) {
            return Err(Stop::Bail);
        }
        if flags.contains('y') {
            return Err(Stop::Bail);
        }
        let key = (Rc::from(pattern), Rc::from(flags));
        if let Some(known) = self.patterns.borrow().get(&key) {
            return known.clone().ok_or(Stop::Bail);
        }
        let built = RegexBuilder::new(&translated(pattern))
            .case_insensitive(flags.contains('i'))
            .multi_line(flags.contains('m'))
            .dot_matches_new_line(flags.contains('s'))
            .size_limit(1 << 18)
            .dfa_size_limit(1 << 18)
            .nest_limit(40)
            .build()
            .ok();
        let mut patterns = self.patterns.borrow_mut();
        if patterns.len() < 256 {
            patterns.insert(key, built.clone());
        }
        built.ok_or(Stop::Bail)
    }

    pub(super) fn pattern_method(&self, pattern: &Rc<str>, flags: &Rc<str>, name: &str, arguments: &[Js]) -> Res {
        let receiver = Js::V(Value::RegExp {
            pattern: Rc::clone(pattern),
            flags: Rc::clone(flags),
        });
        let Some(text) = arguments.first().and_then(|it| self.string(it)) else {
            return self.unmodelled(&receiver, arguments);
        };
        match (name, self.pattern(pattern, flags)) {
            ("test", Ok(regex)) => Ok(Js::bool(regex.is_match(&text))),
            ("exec", Ok(regex)) if !flags.contains('g') => self.one_match(&regex, &text),
            _ => self.unmodelled(&receiver, arguments),
        }
    }

    fn one_match(&self, regex: &Regex, text: &str) -> Res {
        match regex.captures(text) {
            None => Ok(Js::V(Value::Null)),
            Some(captures) => {
                let groups = captures
                    .iter()
                    .map(|it| it.map_or(UNDEFINED, |it| Js::str(it.as_str())));
                self.make_array(groups.collect())
            }
        }
    }

    pub(super) fn pattern_match(&self, text: &str, pattern: &str, flags: &str) -> Res {
        let regex = self.pattern(pattern, flags)?;
        if !flags.contains('g') {
            return self.one_match(&regex, text);
        }
        let matches: Vec<Js> = regex
            .find_iter(text)
            .take(MAX_ITEMS + 1)
            .map(|it| Js::str(it.as_str()))
            .collect();
        if matches.is_empty() {
            return Ok(Js::V(Value::Null));
        }
        self.make_array(matches)
    }

    pub(super) fn pattern_match_all(&self, text: &str, pattern: &str, flags: &str) -> Res {
        let regex = self.pattern(pattern, flags)?;
        let mut all = Vec::new();
        for captures in regex.captures_iter(text).take(MAX_ITEMS) {
            let groups = captures
                .iter()
                .map(|it| it.map_or(UNDEFINED, |it| Js::str(it.as_str())));
            all.push(self.make_array(groups.collect())?);
        }
        self.make_array(all)
    }

    pub(super) fn pattern_search(&self, text: &str, pattern: &str, flags: &str) -> Res {
        let regex = self.pattern(pattern, flags)?;
        Ok(Js::number(
            regex
                .find(text)
                .map_or(-1.0, |it| text::units_before(text, it.start()) as f64),
        ))
    }

    pub(super) fn pattern_split(&self, text: &str, pattern: &str, flags: &str) -> Res<Vec<Js>> {
        if matches!(pattern, "" | "(?:)") {
            return Ok(text
                .chars()
                .take(MAX_ITEMS + 1)
                .map(|it| Js::str(it.to_string()))
                .collect());
        }
        let regex = self.pattern(pattern, flags)?;
        let mut pieces = Vec::new();
        let mut last = 0;
        for captures in regex.captures_iter(text).take(MAX_ITEMS) {
            let Some(whole) = captures.get(0) else { continue };
            if whole.is_empty() && (whole.start() == 0 || whole.start() == text.len()) {
                continue;
            }
            pieces.push(Js::str(&text[last..whole.start()]));
            pieces.extend(
                captures
                    .iter()
                    .skip(1)
                    .map(|it| it.map_or(UNDEFINED, |it| Js::str(it.as_str()))),
            );
            last = whole.end();
        }
        pieces.push(Js::str(&text[last..]));
        Ok(pieces)
    }

    pub(super) fn pattern_replace(&self, text: &str, pattern: &str, flags: &str, by: &Js, span: Span) -> Res {
        let regex = self.pattern(pattern, flags)?;
        let mut pieces = Vec::new();
        let mut last = 0;
        let count = if flags.contains('g') { MAX_ITEMS } else { 1 };
        for captures in regex.captures_iter(text).take(count) {
            let Some(whole) = captures.get(0) else { continue };
            if !self.spend(2) {
                return Err(Stop::Bail);
            }
            pieces.push(Js::str(&text[last..whole.start()]));
            let groups: Vec<_> = captures.iter().map(|it| it.map(|it| it.as_str().to_owned())).collect();
            let offset = Js::number(text::units_before(text, whole.start()) as f64);
            pieces.push(self.replacement(by, &groups, offset, text, span)?);
            last = whole.end();
        }
        pieces.push(Js::str(&text[last..]));
        self.concatenate(pieces)
    }
}

/// A JavaScript pattern as the `regex` crate writes it: `[^]`, `[` inside a class.
fn translated(pattern: &str) -> String {
    let mut out = String::with_capacity(pattern.len() + 8);
    let mut characters = pattern.chars().peekable();
    let mut in_class = false;
    while let Some(character) = characters.next() {
        match character {
            '\\' => {
                out.push('\\');
                out.extend(characters.next());
            }
            '[' if in_class => out.push_str("\\["),
            '[' => {
                let rest: String = characters.clone().take(2).collect();
                if rest.starts_with("^]") {
                    characters.next();
                    characters.next();
                    out.push_str("[\\s\\S]");
                    continue;
                }
                in_class = true;
                out.push('[');
            }
            ']' => {
                in_class = false;
                out.push(']');
            }
            '{' if !in_class && !is_quantifier(characters.clone()) => out.push_str("\\{"),
            '&' | '~' if in_class => {
                out.push('\\');
                out.push(character);
            }
            character => out.push(character),
        }
    }
    out
}

/// Whether what follows a `{` makes it a count: `{2}`, `{2,}`, `{2,3}`. JavaScript takes any other for itself.
fn is_quantifier(rest: impl Iterator<Item = char>) -> bool {
    let count: String = rest.take(12).take_while(|it| *it != '}').collect();
    count.starts_with(|it: char| it.is_ascii_digit()) && count.chars().all(|it| it.is_ascii_digit() || it == ',')
}

/// The longest pattern that is tried.
const MAX_PATTERN: usize = 2_000;
