//! Which messages are meant: sets of numbers (RFC 3501 §9, `sequence-set`), and what is searched for (§6.4.4).

use super::message::{header, split};
use super::store::{Mailbox, Message, internal_date};
use super::words::Word;

/// How messages are numbered in a command.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Numbers {
    /// By their place in the mailbox.
    Places,
    /// By their identifiers.
    Uids,
}

/// The places of the messages of a set, from 0.
pub(super) fn places(set: &str, mailbox: &Mailbox, numbers: Numbers) -> Vec<usize> {
    let set = Set::of(set, mailbox, numbers);
    let all = mailbox.messages.iter().enumerate();
    all.filter(|(idx, it)| set.holds(*idx, it))
        .map(|(idx, _)| idx)
        .collect()
}

/// A set of numbers, read once.
struct Set {
    ranges: Vec<(u32, u32)>,
    numbers: Numbers,
}

impl Set {
    fn of(set: &str, mailbox: &Mailbox, numbers: Numbers) -> Self {
        let count = mailbox.messages.len();
        let last = mailbox.messages.last().map_or(0, |it| number(count - 1, it, numbers));
        let bound = |text: &str| {
            if text == "*" {
                Some(last)
            } else {
                text.parse::<u32>().ok()
            }
        };
        let range = |range: &str| {
            let (from, to) = range.split_once(':').unwrap_or((range, range));
            let (from, to) = (bound(from)?, bound(to)?);
            Some((from.min(to), from.max(to)))
        };
        Self {
            ranges: set.split(',').take(MAX_RANGES).filter_map(range).collect(),
            numbers,
        }
    }

    fn holds(&self, idx: usize, message: &Message) -> bool {
        let number = number(idx, message, self.numbers);
        self.ranges.iter().any(|(from, to)| (*from..=*to).contains(&number))
    }
}

fn number(idx: usize, message: &Message, numbers: Numbers) -> u32 {
    match numbers {
        Numbers::Places => u32::try_from(idx + 1).unwrap_or(u32::MAX),
        Numbers::Uids => message.uid,
    }
}

/// Whether a message is one that is searched for.
pub(super) fn fits(keys: &[Word], idx: usize, mailbox: &Mailbox) -> bool {
    let Some(message) = mailbox.messages.get(idx) else {
        return false;
    };
    Keys { keys, left: MAX_KEYS }.all(idx, message, mailbox)
}

struct Keys<'k> {
    keys: &'k [Word],
    left: usize,
}

impl<'k> Keys<'k> {
    fn next(&mut self) -> Option<&'k Word> {
        let (first, rest) = self.keys.split_first()?;
        self.keys = rest;
        Some(first)
    }

    fn text(&mut self) -> String {
        self.next().map(Word::text).unwrap_or_default()
    }

    fn all(&mut self, idx: usize, message: &Message, mailbox: &Mailbox) -> bool {
        let mut fits = true;
        while !self.keys.is_empty() {
            fits &= self.one(idx, message, mailbox);
        }
        fits
    }

    /// Takes one key, with what belongs to it; what is not known fits.
    fn one(&mut self, idx: usize, message: &Message, mailbox: &Mailbox) -> bool {
        self.left = self.left.saturating_sub(1);
        let Some(key) = self.next().filter(|_| self.left > 0) else {
            self.keys = &[];
            return true;
        };
        if let Word::List(inner) = key {
            let mut inner = Keys {
                keys: inner,
                left: self.left,
            };
            let fits = inner.all(idx, message, mailbox);
            self.left = inner.left;
            return fits;
        }
        let flag = |name: &str| message.flags.iter().any(|it| it.eq_ignore_ascii_case(name));
        match key.upper().as_str() {
            "NOT" => !self.one(idx, message, mailbox),
            "OR" => {
                let one = self.one(idx, message, mailbox);
                self.one(idx, message, mailbox) || one
            }
            "SEEN" | "ANSWERED" | "FLAGGED" | "DELETED" | "DRAFT" => flag(&format!("\\{}", key.text())),
            name @ ("UNSEEN" | "UNANSWERED" | "UNFLAGGED" | "UNDELETED" | "UNDRAFT") => {
                !flag(&format!("\\{}", name.trim_start_matches("UN")))
            }
            "KEYWORD" => flag(&self.text()),
            "UNKEYWORD" => !flag(&self.text()),
            "UID" => Set::of(&self.text(), mailbox, Numbers::Uids).holds(idx, message),
            name @ ("FROM" | "TO" | "CC" | "BCC" | "SUBJECT") => has(header(&message.raw, name), &self.text()),
            "HEADER" => {
                let name = self.text();
                has(header(&message.raw, &name), &self.text())
            }
            "BODY" => holds(split(&message.raw).1, &self.text()),
            "TEXT" => holds(&message.raw, &self.text()),
            "LARGER" => self.text().parse().is_ok_and(|size| message.raw.len() > size),
            "SMALLER" => self.text().parse().is_ok_and(|size| message.raw.len() < size),
            name @ ("SINCE" | "SENTSINCE" | "BEFORE" | "SENTBEFORE" | "ON" | "SENTON") => {
                let (came, day) = (day(&internal_date(message.came)), day(&self.text()));
                match name.trim_start_matches("SENT") {
                    "SINCE" => came >= day,
                    "BEFORE" => came < day,
                    _ => came == day,
                }
            }
            set if set.starts_with(|c: char| c.is_ascii_digit() || c == '*') => {
                Set::of(set, mailbox, Numbers::Places).holds(idx, message)
            }
            _ => true,
        }
    }
}

fn has(value: Option<String>, part: &str) -> bool {
    value.is_some_and(|value| holds(value.as_bytes(), part))
}

/// RFC 3501 §6.4.4: a part of a text, whatever its case.
fn holds(bytes: &[u8], part: &str) -> bool {
    let text = String::from_utf8_lossy(&bytes[..bytes.len().min(MAX_LOOKED)]).to_lowercase();
    text.contains(&part.to_lowercase())
}

/// A day such that later ones are greater; `29-Nov-2026`.
fn day(text: &str) -> (u32, usize, u32) {
    const MONTHS: [&str; 12] = [
        "jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec",
    ];
    let date = text.split_whitespace().next().unwrap_or_default().to_lowercase();
    let mut parts = date.split('-');
    let mut next = || parts.next().unwrap_or_default().to_owned();
    let (day, month, year) = (next(), next(), next());
    let month = MONTHS.iter().position(|it| *it == month).unwrap_or(0);
    (year.parse().unwrap_or(0), month, day.parse().unwrap_or(0))
}

const MAX_RANGES: usize = 1_000;
/// Keys of one search that are looked at.
const MAX_KEYS: usize = 64;
/// Bytes of a message that are searched.
const MAX_LOOKED: usize = 16 << 10;
