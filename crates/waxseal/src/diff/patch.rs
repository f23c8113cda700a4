//! A unified diff in git's form (git-diff manual, "Generating patch text with -p"), without looking at what the text means.

use imara_diff::{Algorithm, Diff, InternedInput, sources::byte_lines};
use serde::{Deserialize, Serialize};

/// One file on one side.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct File<'a> {
    /// Path below the package's root.
    pub path: &'a str,
    /// Somebody may execute it.
    pub executable: bool,
    /// Content.
    pub bytes: &'a [u8],
}

/// A file that differs; at least one side is there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Pair<'a> {
    /// The older side.
    pub old: Option<File<'a>>,
    /// The newer side.
    pub new: Option<File<'a>>,
}

/// How much of one file differs.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Stat {
    /// Path below the package's root; not safe to print raw.
    pub path: String,
    /// Lines only the newer side has.
    pub added: u32,
    /// Lines only the older side has.
    pub removed: u32,
    /// Not text: sizes differ or bytes do, lines were not counted.
    pub binary: bool,
    /// Which sides have it.
    pub presence: Presence,
}

/// Which sides have a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub enum Presence {
    /// Only the newer.
    Added,
    /// Only the older.
    Removed,
    /// Both.
    Changed,
}

/// The files that differ in content or mode. Both lists are sorted by path.
pub fn pairs<'a>(old: &[File<'a>], new: &[File<'a>]) -> Vec<Pair<'a>> {
    let mut pairs = Vec::new();
    let (mut olds, mut news) = (old.iter().copied().peekable(), new.iter().copied().peekable());
    loop {
        let order = match (olds.peek(), news.peek()) {
            (None, None) => return pairs,
            (Some(_), None) => std::cmp::Ordering::Less,
            (None, Some(_)) => std::cmp::Ordering::Greater,
            (Some(old), Some(new)) => old.path.cmp(new.path),
        };
        let pair = Pair {
            old: order.is_le().then(|| olds.next()).flatten(),
            new: order.is_ge().then(|| news.next()).flatten(),
        };
        match (pair.old, pair.new) {
            (Some(old), Some(new)) if old.bytes == new.bytes && old.executable == new.executable => {}
            _ => pairs.push(pair),
        }
    }
}

/// Appends the patch of one file.
pub fn write(out: &mut Vec<u8>, pair: &Pair<'_>) {
    let (Some(shown), old, new) = (pair.new.or(pair.old), pair.old, pair.new) else {
        return;
    };
    let (a, b) = (name("a/", shown.path), name("b/", shown.path));
    line(out, &format!("diff --git {a} {b}"));
    match (old, new) {
        (None, Some(new)) => line(out, &format!("new file mode {}", mode(&new))),
        (Some(old), None) => line(out, &format!("deleted file mode {}", mode(&old))),
        (Some(old), Some(new)) if old.executable != new.executable => {
            line(out, &format!("old mode {}", mode(&old)));
            line(out, &format!("new mode {}", mode(&new)));
        }
        _ => {}
    }
    let (before, after) = (
        old.map_or(&[][..], |file| file.bytes),
        new.map_or(&[][..], |file| file.bytes),
    );
    if before == after {
        // An empty file that comes or goes has no lines; readers of patches know it by git's name for nothing.
        match (old, new) {
            (None, Some(_)) => line(out, &format!("index 0000000..{EMPTY}")),
            (Some(_), None) => line(out, &format!("index {EMPTY}..0000000")),
            _ => {}
        }
        return;
    }
    let old_name = if old.is_some() { a } else { "/dev/null".to_owned() };
    let new_name = if new.is_some() { b } else { "/dev/null".to_owned() };
    if is_binary(before) || is_binary(after) {
        line(out, &format!("Binary files {old_name} and {new_name} differ"));
        return;
    }
    // Readers of patches end a name at a blank unless a tab stands behind it.
    let end = if shown.path.contains(' ') { "\t" } else { "" };
    line(out, &format!("--- {old_name}{}", if old.is_some() { end } else { "" }));
    line(out, &format!("+++ {new_name}{}", if new.is_some() { end } else { "" }));
    let input = InternedInput::new(byte_lines(before), byte_lines(after));
    let diff = Diff::compute(Algorithm::Histogram, &input);
    write_hunks(out, &input, &diff);
}

/// Counts the lines of one file that differ.
pub fn stat(pair: &Pair<'_>) -> Option<Stat> {
    let shown = pair.new.or(pair.old)?;
    let presence = match (pair.old, pair.new) {
        (None, _) => Presence::Added,
        (_, None) => Presence::Removed,
        _ => Presence::Changed,
    };
    let (before, after) = (
        pair.old.map_or(&[][..], |file| file.bytes),
        pair.new.map_or(&[][..], |file| file.bytes),
    );
    let binary = is_binary(before) || is_binary(after);
    let mut stat = Stat {
        path: shown.path.to_owned(),
        added: 0,
        removed: 0,
        binary,
        presence,
    };
    if !binary && before != after {
        let input = InternedInput::new(byte_lines(before), byte_lines(after));
        let diff = Diff::compute(Algorithm::Histogram, &input);
        (stat.added, stat.removed) = (diff.count_additions(), diff.count_removals());
    }
    Some(stat)
}

/// Two pieces of difference and at most twice the context between them make one hunk.
fn write_hunks(out: &mut Vec<u8>, input: &InternedInput<&[u8]>, diff: &Diff) {
    let mut hunks = diff.hunks().peekable();
    let mut group = Vec::new();
    while let Some(hunk) = hunks.next() {
        let end = hunk.before.end;
        group.push(hunk);
        if hunks.peek().is_none_or(|next| next.before.start - end > 2 * CONTEXT) {
            write_group(out, input, &group);
            group.clear();
        }
    }
}

fn write_group(out: &mut Vec<u8>, input: &InternedInput<&[u8]>, group: &[imara_diff::Hunk]) {
    let (Some(first), Some(last)) = (group.first(), group.last()) else {
        return;
    };
    let lead = first.before.start.min(CONTEXT).min(first.after.start);
    let (old_start, new_start) = (first.before.start - lead, first.after.start - lead);
    let old_total = u32::try_from(input.before.len()).unwrap_or(u32::MAX);
    let trail = (old_total - last.before.end).min(CONTEXT);
    let (old_end, new_end) = (last.before.end + trail, last.after.end + trail);
    let header = format!(
        "@@ -{} +{} @@",
        range(old_start, old_end - old_start),
        range(new_start, new_end - new_start)
    );
    line(out, &header);
    let mut at = old_start;
    for hunk in group {
        text(out, b' ', input, &input.before[at as usize..hunk.before.start as usize]);
        text(
            out,
            b'-',
            input,
            &input.before[hunk.before.start as usize..hunk.before.end as usize],
        );
        text(
            out,
            b'+',
            input,
            &input.after[hunk.after.start as usize..hunk.after.end as usize],
        );
        at = hunk.before.end;
    }
    text(out, b' ', input, &input.before[at as usize..old_end as usize]);
}

fn text(out: &mut Vec<u8>, tag: u8, input: &InternedInput<&[u8]>, tokens: &[imara_diff::Token]) {
    for token in tokens {
        let content: &[u8] = input.interner[*token];
        out.push(tag);
        out.extend_from_slice(content);
        if !content.ends_with(b"\n") {
            out.extend_from_slice(b"\n\\ No newline at end of file\n");
        }
    }
}

/// POSIX diff, "Diff -u Output Format": a range of one line leaves out its length, an empty one names the line before it.
fn range(start: u32, length: u32) -> String {
    match length {
        0 => format!("{start},0"),
        1 => format!("{}", start + 1),
        _ => format!("{},{length}", start + 1),
    }
}

fn line(out: &mut Vec<u8>, text: &str) {
    out.extend_from_slice(text.as_bytes());
    out.push(b'\n');
}

fn mode(file: &File<'_>) -> &'static str {
    if file.executable { "100755" } else { "100644" }
}

/// git-config manual, `core.quotePath`: a name with unusual characters stands in quotes, its bytes written as in C.
/// That also keeps hostile names from reaching a terminal as they are.
pub fn name(prefix: &str, path: &str) -> String {
    if path
        .bytes()
        .all(|byte| matches!(byte, b' '..=b'~') && byte != b'"' && byte != b'\\')
    {
        return format!("{prefix}{path}");
    }
    let mut quoted = format!("\"{prefix}");
    for byte in path.bytes() {
        match byte {
            b'"' | b'\\' => quoted.extend(['\\', char::from(byte)]),
            b'\n' => quoted.push_str("\\n"),
            b'\t' => quoted.push_str("\\t"),
            b'\r' => quoted.push_str("\\r"),
            b' '..=b'~' => quoted.push(char::from(byte)),
            _ => quoted.push_str(&format!("\\{byte:03o}")),
        }
    }
    quoted.push('"');
    quoted
}

/// git's own test (`buffer_is_binary`): a zero byte near the start.
fn is_binary(bytes: &[u8]) -> bool {
    bytes[..bytes.len().min(LOOKED_AT)].contains(&0)
}

/// The beginning of the SHA-1 under which git keeps an empty file.
const EMPTY: &str = "e69de29";

/// Lines around a difference, as `diff -u` and git show them.
const CONTEXT: u32 = 3;

/// How much git looks at.
const LOOKED_AT: usize = 8000;

#[cfg(test)]
mod tests;
