//! Writes exact versions into a configuration, and changes nothing else in it.
//!
//! Only the text of the one argument that names the package is rewritten, where it stands: comments, order, indentation and line ends stay, byte
//! for byte. The result is read again, and every other entry must say what it said before.

mod place;
mod write;

use std::path::Path;

use super::document::{Document, Format, Node};
use super::launch::{Launch, Requested};
use super::servers::{Entry, entries};
use super::table::Client;

pub use write::{Target, WriteError, Written};

/// One version to be written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Wish {
    /// The server, by its place in [`Servers::servers`](super::Servers).
    pub server: usize,
    /// The package, by its place in [`PackageLaunch::packages`](super::PackageLaunch).
    pub package: usize,
    /// The exact version.
    pub version: String,
}

/// A configuration with its versions written in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rewritten {
    /// The file's new bytes.
    pub bytes: Vec<u8>,
    /// What was changed, in the order of the wishes.
    pub changes: Vec<Change>,
}

/// One change.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Change {
    /// The line it is on, from 1.
    pub line: u32,
    /// The spec before; not safe to print raw. The rest of the line is not told, since it may hold secrets.
    pub before: String,
    /// The spec after.
    pub after: String,
}

/// Why a configuration cannot be rewritten.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum EditError {
    /// It cannot be read.
    #[error("it cannot be changed: {0}")]
    Unreadable(&'static str),
    /// It is UTF-16.
    #[error("it is written in UTF-16, which is read and not changed")]
    Recoded,
    /// The server or package is not there, or is none of a registry.
    #[error("it has no such server that fetches a registry package")]
    NoSuch,
    /// The text is written so that its parts cannot be told apart.
    #[error("the argument that names the package is written with escapes or over several lines, and is not changed")]
    Spelling,
    /// The result does not read as it should.
    #[error("the change could not be made without changing something else")]
    Unsafe,
}

/// Writes exact versions into a configuration's bytes.
///
/// # Errors
/// When it cannot be done with certainty; nothing is half done.
pub fn rewrite(client: &'static Client, path: &Path, bytes: &[u8], wishes: &[Wish]) -> Result<Rewritten, EditError> {
    let document = Document::read(path, bytes).map_err(EditError::Unreadable)?;
    if document.recoded {
        return Err(EditError::Recoded);
    }
    let before = entries(client, &document, &mut Vec::new());
    let mut lines: Vec<Vec<String>> = before.iter().map(line_of).collect();
    let mut pieces = Vec::new();
    let mut changes = Vec::new();
    for wish in wishes {
        let entry = before.get(wish.server).ok_or(EditError::NoSuch)?;
        let requested = requested(entry, wish.package).ok_or(EditError::NoSuch)?;
        let after = requested.pinned_to(&wish.version).ok_or(EditError::NoSuch)?;
        let (node, at) = match requested.at.argument {
            None => (entry.command, 0),
            Some(argument) => (entry.arguments.get(argument).copied(), argument + 1),
        };
        let node = node.ok_or(EditError::NoSuch)?;
        let old = node.text().ok_or(EditError::NoSuch)?;
        let part = requested.at.start..requested.at.end;
        let span = place::of(&document, node, old, part.clone()).ok_or(EditError::Spelling)?;
        // `deno run npm:mail`: the scheme stands before the spec.
        let mut new = old.to_owned();
        new.replace_range(part, &after);
        let slot = lines
            .get_mut(wish.server)
            .and_then(|line| line.get_mut(at))
            .ok_or(EditError::NoSuch)?;
        *slot = new;
        changes.push(Change {
            line: document.line(span.start),
            before: requested.spec,
            after: after.clone(),
        });
        pieces.push((span, after));
    }
    let bytes = replaced(&document, bytes, pieces)?;
    verify(client, path, &bytes, &lines)?;
    Ok(Rewritten { bytes, changes })
}

/// The package of an entry.
fn requested(entry: &Entry<'_>, package: usize) -> Option<Requested> {
    match entry.launch() {
        Launch::Package(launch) => launch.packages.into_iter().nth(package),
        _ => None,
    }
}

/// The command and its arguments.
fn line_of(entry: &Entry<'_>) -> Vec<String> {
    let text = |node: &Node| node.text().unwrap_or_default().to_owned();
    let command = entry.command.map(text).unwrap_or_default();
    std::iter::once(command)
        .chain(entry.arguments.iter().map(|node| text(node)))
        .collect()
}

/// The file with its pieces replaced, from the last to the first.
fn replaced(
    document: &Document,
    bytes: &[u8],
    mut pieces: Vec<(std::ops::Range<usize>, String)>,
) -> Result<Vec<u8>, EditError> {
    pieces.sort_by_key(|(span, _)| span.start);
    if pieces.windows(2).any(|pair| pair[0].0.end > pair[1].0.start) {
        return Err(EditError::Unsafe);
    }
    let mut out = bytes.to_vec();
    for (span, new) in pieces.into_iter().rev() {
        let (start, end) = (span.start + document.mark, span.end + document.mark);
        if out.get(start..end).is_none() {
            return Err(EditError::Unsafe);
        }
        out.splice(start..end, new.into_bytes());
    }
    Ok(out)
}

/// Reads the result again: every entry must say what it is to say.
fn verify(client: &Client, path: &Path, bytes: &[u8], lines: &[Vec<String>]) -> Result<(), EditError> {
    let document = Document::read(path, bytes).map_err(|_| EditError::Unsafe)?;
    let after = entries(client, &document, &mut Vec::new());
    let same = after.len() == lines.len()
        && after
            .iter()
            .map(line_of)
            .zip(lines)
            .all(|(after, wanted)| after == *wanted);
    if same { Ok(()) } else { Err(EditError::Unsafe) }
}

/// Whether a format's texts may hold escapes.
fn has_escapes(format: Format, quote: u8) -> bool {
    match (format, quote) {
        (Format::Json, _) => true,
        (Format::Toml | Format::Yaml, quote) => quote == b'"',
    }
}

#[cfg(test)]
mod tests;
