//! What a package's code looks out for: words that it compares texts with, domains, points in time, and the names under which it keeps
//! addresses. Whoever makes a package run shapes what it is handed by them; nothing is concluded from them.
//!
//! As in [`crate::variables`] the bytes are looked through once, without a syntax tree: a word too many is a word more in a subject, a word
//! too few is a payload that is not woken.

mod tables;
mod times;

use std::cmp::Reverse;
use std::collections::BTreeMap;

use tables::{ADDRESSES, FILES, OF_LANGUAGES};
use times::time_at;

/// What code looks out for, the likeliest first.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Hints {
    /// Words and short phrases that texts are compared with: letters, digits, spaces and hyphens.
    pub words: Vec<String>,
    /// Domains that texts are compared with: `bank.example`.
    pub domains: Vec<String>,
    /// Names of members and variables that may hold somebody's address: `copyTo`.
    pub names: Vec<String>,
    /// The last point in time that is written down, in milliseconds since 1970; none before the year 2020 or behind 2050 counts.
    pub latest: Option<i64>,
}

/// The hints in these files (path and content).
pub fn hints<'f>(files: impl Iterator<Item = (&'f str, &'f [u8])>) -> Hints {
    let mut found = Found::default();
    let mut left = MAX_BYTES;
    for (_, bytes) in files.filter(|(path, _)| is_code(path)) {
        let Some(rest) = left.checked_sub(bytes.len()) else {
            continue;
        };
        left = rest;
        let text = String::from_utf8_lossy(bytes);
        found.compared(&text);
        found.names(&text);
        found.times(&text);
    }
    found.ranked()
}

#[derive(Default)]
struct Found {
    words: BTreeMap<String, (u8, u32)>,
    domains: BTreeMap<String, (u8, u32)>,
    names: BTreeMap<String, u32>,
    latest: Option<i64>,
}

impl Found {
    /// Texts beside what compares.
    fn compared(&mut self, text: &str) {
        for (call, kind) in COMPARING {
            for (at, _) in text.match_indices(call).take(MAX_PLACES) {
                let near = about_mail(text, at);
                match kind {
                    Place::Before => {
                        if let Some(pattern) = pattern_before(&text[..at]) {
                            self.pattern(pattern, near);
                        }
                        if let Some(list) = list_before(&text[..at]) {
                            self.list(list, near);
                        }
                    }
                    Place::Behind => {
                        let rest = text[at + call.len()..].trim_start();
                        if let Some(pattern) = rest.strip_prefix('/').and_then(until_slash) {
                            self.pattern(pattern, near);
                        } else if let Some(literal) = literal(rest) {
                            self.note(literal, near);
                        }
                    }
                }
            }
        }
        // `const WORDS = ['invoice', 'contract']`, of which nobody knows here where it is used.
        for (at, _) in text.match_indices("= [").take(MAX_PLACES) {
            let rest = &text[at + 2..];
            let end = rest.floor_char_boundary(MAX_LIST).min(rest.find(']').unwrap_or(0));
            self.list(&rest[..end], 2);
        }
    }

    /// The literals of a list.
    fn list(&mut self, list: &str, rank: u8) {
        let mut rest = list;
        while let Some(at) = rest.find(['\'', '"', '`']) {
            let Some(text) = literal(&rest[at..]) else { break };
            self.note(text, rank);
            rest = &rest[at + text.len() + 2..];
        }
    }

    /// The words that a regular expression names.
    fn pattern(&mut self, pattern: &str, rank: u8) {
        let mut text = String::new();
        let mut chars = pattern.chars().peekable();
        while let Some(c) = chars.next() {
            match c {
                '\\' => match chars.next() {
                    Some('s') => text.push(' '),
                    Some('.') => text.push('.'),
                    Some('-') => text.push('-'),
                    _ => text.push('\n'),
                },
                '[' => {
                    while chars.next_if(|it| *it != ']').is_some() {}
                    text.push('\n');
                }
                '?' | '+' | '*' => {}
                c if c.is_alphanumeric() || c == ' ' || c == '-' || c == '@' => text.push(c),
                _ => text.push('\n'),
            }
        }
        for word in text.split('\n') {
            self.note(word, rank);
        }
    }

    fn note(&mut self, text: &str, rank: u8) {
        let text = text.trim();
        // Whose whole address is written down is nobody one compares recipients with.
        let (bare, at) = match text.strip_prefix('@') {
            Some(bare) => (bare, true),
            None => (text, false),
        };
        let bare = bare.trim_start_matches('.');
        if is_domain(bare) {
            add(
                &mut self.domains,
                &bare.to_ascii_lowercase(),
                if at { 0 } else { rank + 1 },
            );
        } else if is_word(text) {
            add(&mut self.words, text, rank);
        }
    }

    /// Names that end as names of addresses do.
    fn names(&mut self, text: &str) {
        let is_letter = |c: char| c.is_ascii_alphanumeric() || c == '_' || c == '$';
        for name in text.split(|c: char| !is_letter(c)) {
            if name.len() < 2 || name.len() > MAX_NAME || !holds_an_address(name) || self.names.len() > MAX_KNOWN {
                continue;
            }
            *self.names.entry(name.to_owned()).or_default() += 1;
        }
    }

    /// Points in time: `2027-01-15`, `Date.UTC(2027, 0, 15)`, `getFullYear() > 2027`, milliseconds and seconds since 1970.
    fn times(&mut self, text: &str) {
        let bytes = text.as_bytes();
        let mut at = 0;
        while at < bytes.len() {
            let length = bytes[at..]
                .iter()
                .take_while(|it| it.is_ascii_digit() || **it == b'_')
                .count();
            if length == 0 {
                at += 1;
                continue;
            }
            let bare = at == 0 || !(bytes[at - 1].is_ascii_alphanumeric() || bytes[at - 1] == b'.');
            if bare && let Some(time) = time_at(&text[at..], length) {
                self.latest = self.latest.max(Some(time));
            }
            at += length;
        }
    }

    fn ranked(self) -> Hints {
        let ranked = |all: BTreeMap<String, (u8, u32)>, most: usize| {
            let mut list: Vec<_> = all
                .into_iter()
                .map(|(text, (rank, count))| (rank, Reverse(count), text))
                .collect();
            list.sort();
            list.into_iter().map(|(_, _, text)| text).take(most).collect()
        };
        let mut names: Vec<_> = self.names.into_iter().map(|(name, count)| (count, name)).collect();
        // What is written once or twice is more of one's own than what is everywhere.
        names.sort();
        Hints {
            words: ranked(self.words, MAX_WORDS),
            domains: ranked(self.domains, MAX_DOMAINS),
            names: names.into_iter().map(|(_, name)| name).take(MAX_NAMES).collect(),
            latest: self.latest,
        }
    }
}

fn add(all: &mut BTreeMap<String, (u8, u32)>, text: &str, rank: u8) {
    if all.len() >= MAX_KNOWN && !all.contains_key(text) {
        return;
    }
    let entry = all.entry(text.to_owned()).or_insert((rank, 0));
    entry.0 = entry.0.min(rank);
    entry.1 = entry.1.saturating_add(1);
}

/// Where the text stands that something is compared with.
#[derive(Clone, Copy)]
enum Place {
    Before,
    Behind,
}

/// What compares texts.
const COMPARING: [(&str, Place); 15] = [
    (".test(", Place::Before),
    (".exec(", Place::Before),
    (".some(", Place::Before),
    (".every(", Place::Before),
    (".find(", Place::Before),
    (".match(", Place::Behind),
    (".search(", Place::Behind),
    (".includes(", Place::Behind),
    (".indexOf(", Place::Behind),
    (".startsWith(", Place::Behind),
    (".endsWith(", Place::Behind),
    ("RegExp(", Place::Behind),
    ("==", Place::Behind),
    ("=", Place::Behind),
    ("case ", Place::Behind),
];

/// The regular expression that ends before a position, but for its flags.
fn pattern_before(text: &str) -> Option<&str> {
    let text = text
        .trim_end_matches(|c: char| "dgimsuvy".contains(c))
        .strip_suffix('/')?;
    let line = text.len() - text[text.ceil_char_boundary(text.len().saturating_sub(MAX_LIST))..].len();
    let mut end = text.len();
    while let Some(at) = text[line..end].rfind('/').map(|at| at + line) {
        // A slash of the expression itself is escaped.
        if !text[..at].ends_with('\\') {
            return Some(&text[at + 1..]);
        }
        end = at;
    }
    None
}

/// The list in brackets that ends before a position.
fn list_before(text: &str) -> Option<&str> {
    let text = text.strip_suffix(']')?;
    let from = text.ceil_char_boundary(text.len().saturating_sub(MAX_LIST));
    let at = text[from..].rfind('[')? + from;
    Some(&text[at + 1..])
}

/// A regular expression from behind its first slash.
fn until_slash(text: &str) -> Option<&str> {
    let mut escaped = false;
    for (at, c) in text.char_indices().take(MAX_LIST) {
        match c {
            '\n' => return None,
            '/' if !escaped => return Some(&text[..at]),
            _ => escaped = c == '\\' && !escaped,
        }
    }
    None
}

/// A text in quotes at the start, without escapes.
fn literal(text: &str) -> Option<&str> {
    let quote = text.chars().next().filter(|c| matches!(c, '\'' | '"' | '`'))?;
    let end = text[1..].find(quote)?;
    let inner = text.get(1..=end)?;
    (inner.len() <= MAX_WORD && !inner.contains(['\\', '\n', '$'])).then_some(inner)
}

/// 0 where mail is spoken of beside it.
fn about_mail(text: &str, at: usize) -> u8 {
    let from = text.floor_char_boundary(at.saturating_sub(NEAR));
    let to = text.ceil_char_boundary((at + NEAR).min(text.len()));
    let near = text[from..to].to_ascii_lowercase();
    let speaks = ["subject", "body", "text", "message", "recipient", "content", "html"];
    u8::from(!speaks.iter().any(|word| near.contains(word)))
}

/// A word or phrase that a text may hold, and that no language or protocol needs.
fn is_word(text: &str) -> bool {
    let fits = (3..=MAX_WORD).contains(&text.len())
        && text.starts_with(|c: char| c.is_ascii_alphanumeric())
        && text
            .bytes()
            .all(|it| it.is_ascii_alphanumeric() || it == b' ' || it == b'-')
        && text.bytes().any(|it| it.is_ascii_alphabetic());
    // Ten letters and digits may be taken for something that was made up for a call.
    let token = text
        .split([' ', '-'])
        .any(|word| word.len() == 10 && word.bytes().any(|it| it.is_ascii_digit()));
    fits && !token && !OF_LANGUAGES.contains(&text.to_ascii_lowercase().as_str())
}

fn is_domain(text: &str) -> bool {
    let Some((before, last)) = text.rsplit_once('.') else {
        return false;
    };
    let label = |it: &str| !it.is_empty() && it.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-');
    (2..=12).contains(&last.len())
        && last.bytes().all(|it| it.is_ascii_alphabetic())
        && before.split('.').all(label)
        && before.bytes().any(|it| it.is_ascii_alphabetic())
        && text.len() <= 60
        && !FILES.contains(&last.to_ascii_lowercase().as_str())
}

/// Whether a name speaks of an address: one of its words does.
fn holds_an_address(name: &str) -> bool {
    let mut word = String::new();
    let mut small = false;
    let ends = |word: &mut String| {
        let known = ADDRESSES.contains(&word.as_str());
        word.clear();
        known
    };
    let mut found = false;
    for c in name.chars() {
        if !c.is_ascii_alphabetic() || (small && c.is_ascii_uppercase()) {
            found |= ends(&mut word);
        }
        small = c.is_ascii_lowercase();
        if c.is_ascii_alphabetic() {
            word.push(c.to_ascii_lowercase());
        }
    }
    found | ends(&mut word)
}

/// Scripts; what stands in other files is not compared with.
fn is_code(path: &str) -> bool {
    let name = path.rsplit('/').next().unwrap_or(path);
    match name.rsplit_once('.') {
        Some((stem, ending)) => {
            matches!(ending, "js" | "cjs" | "mjs" | "ts" | "cts" | "mts" | "jsx" | "tsx") && !stem.ends_with(".d")
        }
        None => true,
    }
}

/// Bytes of all files that are looked at.
const MAX_BYTES: usize = 24 << 20;
/// Places of one file at which something compares.
const MAX_PLACES: usize = 20_000;
/// Characters of a list or an expression.
const MAX_LIST: usize = 400;
const MAX_WORD: usize = 32;
const MAX_NAME: usize = 40;
/// Characters around a comparison that may speak of mail.
const NEAR: usize = 120;
const MAX_KNOWN: usize = 5_000;
const MAX_WORDS: usize = 24;
const MAX_DOMAINS: usize = 4;
const MAX_NAMES: usize = 64;

#[cfg(test)]
mod tests;
