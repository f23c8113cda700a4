//! Two files as hunks of lines.

use std::borrow::Cow;
use std::collections::BTreeMap;

use imara_diff::{Algorithm, Diff, InternedInput};
use waxseal_js::pretty::{Pretty, is_minified, pretty};
use waxseal_model::{Hunk, HunkLine, LineTag};

use super::pair::Pair;
use super::{Mark, bounded};

/// The hunks of one pair of files.
pub(super) struct Compared {
    pub(super) hunks: Vec<Hunk>,
}

/// One side, ready to be compared line by line.
struct Side<'a> {
    text: Cow<'a, str>,
    pretty: Option<Pretty>,
}

impl Side<'_> {
    fn lines(&self) -> Vec<&str> {
        self.pretty
            .as_ref()
            .map_or(&*self.text, |pretty| &pretty.text)
            .lines()
            .collect()
    }
}

/// Compares the two files of a pair. Files that are not text give one hunk that says so.
pub(super) fn compare(pair: &Pair<'_>, marks: &[Mark]) -> Compared {
    let path = pair.shown().path;
    if [pair.old, pair.new]
        .into_iter()
        .flatten()
        .any(|file| is_binary(file.bytes))
    {
        return Compared {
            hunks: vec![binary(pair)],
        };
    }
    let formatted = pair.shown().code
        && [pair.old, pair.new]
            .into_iter()
            .flatten()
            .any(|file| is_minified(&String::from_utf8_lossy(file.bytes)));
    let side = |file: Option<super::File<'_>>| -> Side<'static> {
        let text = file
            .map(|file| String::from_utf8_lossy(file.bytes).into_owned())
            .unwrap_or_default();
        let pretty = if formatted { pretty(path, &text) } else { None };
        Side {
            text: Cow::Owned(text),
            pretty,
        }
    };
    let (old, new) = (side(pair.old), side(pair.new));
    // Both sides are formatted or neither: half of each cannot be compared.
    let formatted = formatted
        && [(&old, pair.old), (&new, pair.new)]
            .iter()
            .all(|(side, file)| file.is_none() || side.pretty.is_some());
    let (old, new) = if formatted {
        (old, new)
    } else {
        (Side { pretty: None, ..old }, Side { pretty: None, ..new })
    };
    let reasons = reasons_by_line(path, marks, new.pretty.as_ref());
    Compared {
        hunks: hunks(path, formatted, &old.lines(), &new.lines(), &reasons),
    }
}

/// What marks say of each line of the newer text, from 1, most important first.
fn reasons_by_line<'m>(path: &str, marks: &'m [Mark], pretty: Option<&Pretty>) -> BTreeMap<u32, Vec<&'m Mark>> {
    let mut reasons: BTreeMap<u32, Vec<&Mark>> = BTreeMap::new();
    for mark in marks.iter().filter(|mark| mark.path == path) {
        let line = pretty.map_or(mark.line, |pretty| pretty.place_of(mark.line, mark.column).0);
        reasons.entry(line).or_default().push(mark);
    }
    reasons
}

fn hunks(path: &str, formatted: bool, old: &[&str], new: &[&str], reasons: &BTreeMap<u32, Vec<&Mark>>) -> Vec<Hunk> {
    let mut input = InternedInput::default();
    input.update_before(old.iter().map(|line| key(line, formatted)));
    input.update_after(new.iter().map(|line| key(line, formatted)));
    let mut diff = Diff::compute(Algorithm::Histogram, &input);
    diff.postprocess_no_heuristic(&input);
    let mut hunks = Vec::new();
    for range in diff.hunks() {
        for (before, after) in cut(range.before, range.after, reasons) {
            hunks.push(hunk(path, formatted, old, new, before, after, reasons));
        }
    }
    hunks
}

/// What two lines are compared by: indentation does not count, and in formatted code neither do short local names.
fn key(line: &str, formatted: bool) -> Cow<'_, str> {
    if formatted {
        Cow::Owned(without_short_names(line.trim()))
    } else {
        Cow::Borrowed(line.trim())
    }
}

/// Cuts a large hunk that holds marks into windows around them, so that what matters stands alone; the rest stays whole.
fn cut(
    before: std::ops::Range<u32>,
    after: std::ops::Range<u32>,
    reasons: &BTreeMap<u32, Vec<&Mark>>,
) -> Vec<(std::ops::Range<u32>, std::ops::Range<u32>)> {
    let marked: Vec<u32> = reasons
        .range(after.start + 1..after.end + 1)
        .map(|(line, _)| line - 1)
        .collect();
    if marked.is_empty() || after.len() <= WHOLE {
        return vec![(before, after)];
    }
    let mut windows: Vec<std::ops::Range<u32>> = Vec::new();
    for line in marked {
        let window = line.saturating_sub(WINDOW).max(after.start)..(line + WINDOW + 1).min(after.end);
        match windows.last_mut() {
            Some(last) if window.start <= last.end => last.end = window.end,
            _ => windows.push(window),
        }
    }
    let mut parts = Vec::new();
    let mut at = after.start;
    // The removed lines go with the first part that is left over, or with the first window if none is.
    let mut removed = Some(before.clone());
    let none = before.end..before.end;
    for window in windows {
        if at < window.start {
            parts.push((removed.take().unwrap_or_else(|| none.clone()), at..window.start));
        }
        at = window.end;
        parts.push((none.clone(), window));
    }
    if at < after.end {
        parts.push((removed.take().unwrap_or_else(|| none.clone()), at..after.end));
    }
    if let Some(removed) = removed {
        parts[0].0 = removed;
    }
    parts
}

fn hunk(
    path: &str,
    formatted: bool,
    old: &[&str],
    new: &[&str],
    before: std::ops::Range<u32>,
    after: std::ops::Range<u32>,
    reasons: &BTreeMap<u32, Vec<&Mark>>,
) -> Hunk {
    let mut marks: Vec<&Mark> = reasons
        .range(after.start + 1..after.end + 1)
        .flat_map(|(_, marks)| marks.iter().copied())
        .collect();
    marks.sort_by_key(|mark| mark.rank);
    let mut names: Vec<String> = Vec::new();
    for mark in marks {
        if !names.contains(&mark.reason) && names.len() < MAX_REASONS {
            names.push(mark.reason.clone());
        }
    }
    let lead_start = after.start.saturating_sub(CONTEXT);
    let lead = after.start - lead_start;
    let mut lines = Vec::new();
    let mut push = |tag, all: &[&str], range: std::ops::Range<u32>| {
        let total = range.len();
        for text in all[range.start as usize..range.end as usize].iter().take(MAX_LINES) {
            lines.push(HunkLine {
                tag,
                text: bounded(text, MAX_LINE),
            });
        }
        if total > MAX_LINES {
            lines.push(HunkLine {
                tag,
                text: format!("… {} more lines", total - MAX_LINES),
            });
        }
    };
    push(LineTag::Context, new, lead_start..after.start);
    push(LineTag::Removed, old, before.clone());
    push(LineTag::Added, new, after.clone());
    let tail = u32::try_from(new.len()).unwrap_or(u32::MAX).min(after.end + CONTEXT);
    push(LineTag::Context, new, after.end..tail);
    Hunk {
        path: path.to_owned(),
        formatted,
        old_start: before.start.saturating_sub(lead) + 1,
        new_start: lead_start + 1,
        reasons: names,
        lines,
    }
}

fn binary(pair: &Pair<'_>) -> Hunk {
    let line = |tag, file: super::File<'_>| HunkLine {
        tag,
        text: format!("binary, {} bytes", file.bytes.len()),
    };
    let removed = pair.old.map(|file| line(LineTag::Removed, file));
    let added = pair.new.map(|file| line(LineTag::Added, file));
    Hunk {
        path: pair.shown().path.to_owned(),
        formatted: false,
        old_start: 1,
        new_start: 1,
        reasons: Vec::new(),
        lines: removed.into_iter().chain(added).collect(),
    }
}

/// git's rule: a zero byte early in the file.
fn is_binary(bytes: &[u8]) -> bool {
    bytes.iter().take(8000).any(|byte| *byte == 0)
}

/// A line with every short name that is not a property replaced by one sign: what a minifier names anew each time.
pub(super) fn without_short_names(line: &str) -> String {
    let mut out = String::with_capacity(line.len());
    let mut rest = line;
    let mut quote: Option<char> = None;
    let mut before = ' ';
    while let Some(c) = rest.chars().next() {
        if let Some(open) = quote {
            if c == '\\' {
                let taken: String = rest.chars().take(2).collect();
                out.push_str(&taken);
                rest = &rest[taken.len()..];
                continue;
            }
            if c == open {
                quote = None;
            }
        } else if matches!(c, '"' | '\'' | '`') {
            quote = Some(c);
        } else if is_name(c) {
            let end = rest.find(|c| !is_name(c)).unwrap_or(rest.len());
            let name = &rest[..end];
            let short = name.len() <= SHORT_NAME && before != '.' && !name.starts_with(|c: char| c.is_ascii_digit());
            out.push_str(if short && !is_keyword(name) { "_" } else { name });
            before = 'a';
            rest = &rest[end..];
            continue;
        }
        out.push(c);
        before = c;
        rest = &rest[c.len_utf8()..];
    }
    out
}

fn is_name(c: char) -> bool {
    c.is_alphanumeric() || c == '_' || c == '$'
}

fn is_keyword(name: &str) -> bool {
    matches!(
        name,
        "if" | "in"
            | "of"
            | "do"
            | "for"
            | "let"
            | "var"
            | "new"
            | "try"
            | "get"
            | "set"
            | "To"
            | "to"
            | "cc"
            | "bcc"
            | "Cc"
            | "Bcc"
    )
}

/// Lines of context around a hunk.
const CONTEXT: u32 = 3;

/// A hunk up to this many added lines is shown whole.
const WHOLE: usize = 24;

/// Lines shown on each side of a mark in a larger one.
const WINDOW: u32 = 4;

/// Lines of one kind shown of one hunk.
const MAX_LINES: usize = 40;

/// Characters shown of one line.
const MAX_LINE: usize = 240;

/// Reasons named at one hunk.
const MAX_REASONS: usize = 4;

/// Minifiers hand out names up to this length.
const SHORT_NAME: usize = 3;
