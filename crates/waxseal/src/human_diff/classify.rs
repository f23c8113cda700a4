//! Does a hunk matter, or is it the noise every rebuild makes?

use waxseal_model::{Hunk, LineTag};

use super::lines::without_short_names;
use super::pair::Pair;

/// What a hunk is to a reader.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Class {
    /// To be shown, in this order.
    Matters(u8),
    /// To be folded and counted under this reason.
    Noise(&'static str),
}

/// The rank of a hunk that names a new flow or capability.
pub(super) const MARKED: u8 = 0;

/// The rank of a change of the manifest.
pub(super) const MANIFEST: u8 = 8;

/// The rank of changed code that touches nothing of interest.
pub(super) const OTHER_CODE: u8 = 9;

/// Judges one hunk.
pub(super) fn classify(pair: &Pair<'_>, hunk: &Hunk) -> Class {
    if !hunk.reasons.is_empty() {
        return Class::Matters(rank_of(hunk));
    }
    let path = pair.shown().path;
    if pair.new.is_none() {
        return Class::Noise("removed files");
    }
    if path == "package.json" {
        return if only_version(hunk) {
            Class::Noise("version number")
        } else {
            Class::Matters(MANIFEST)
        };
    }
    if is_documentation(path) {
        return Class::Noise("documentation");
    }
    if is_declaration(path) {
        return Class::Noise("type declarations");
    }
    if path.ends_with(".map") {
        return Class::Noise("source maps");
    }
    if is_aside(path) {
        return Class::Noise("tests and examples");
    }
    if !pair.shown().code {
        return Class::Noise("data");
    }
    if changed(hunk).all(is_comment) {
        return Class::Noise("comments");
    }
    if is_renaming(hunk) {
        return Class::Noise("renamed identifiers");
    }
    Class::Matters(OTHER_CODE)
}

/// Recipients before accounts and destinations before capabilities: the reason's own order is the marks' order.
fn rank_of(hunk: &Hunk) -> u8 {
    let first = hunk.reasons.first().map_or("", String::as_str);
    match first {
        reason if reason.starts_with("a recipient") => MARKED,
        reason if reason.starts_with("a second destination") => MARKED + 1,
        reason if reason.starts_with("an account") => MARKED + 2,
        reason if reason.starts_with("where") => MARKED + 3,
        _ => MARKED + 4,
    }
}

fn changed(hunk: &Hunk) -> impl Iterator<Item = &str> {
    hunk.lines
        .iter()
        .filter(|line| line.tag != LineTag::Context)
        .map(|line| line.text.as_str())
}

fn only_version(hunk: &Hunk) -> bool {
    changed(hunk).all(|line| line.trim_start().starts_with("\"version\":"))
}

fn is_comment(line: &str) -> bool {
    let line = line.trim();
    line.is_empty() || line.starts_with("//") || line.starts_with("/*") || line.starts_with('*')
}

/// Whether both sides read the same once names are gone. Strings are compared as they are.
fn is_renaming(hunk: &Hunk) -> bool {
    let side = |tag| -> String {
        hunk.lines
            .iter()
            .filter(|line| line.tag == tag)
            .map(|line| without_short_names(line.text.trim()))
            .collect()
    };
    let (removed, added) = (side(LineTag::Removed), side(LineTag::Added));
    !removed.is_empty() && removed == added
}

fn is_documentation(path: &str) -> bool {
    let name = path.rsplit('/').next().unwrap_or(path).to_ascii_lowercase();
    let upper = [
        "readme",
        "changelog",
        "history",
        "license",
        "licence",
        "notice",
        "authors",
        "contributing",
        "security",
    ];
    has_extension(&name, &["md", "markdown", "txt", "rst", "html", "adoc"])
        || upper.iter().any(|word| name.starts_with(word))
}

fn is_declaration(path: &str) -> bool {
    path.ends_with(".d.ts") || path.ends_with(".d.mts") || path.ends_with(".d.cts") || path.ends_with(".flow")
}

fn has_extension(name: &str, extensions: &[&str]) -> bool {
    name.rsplit_once('.')
        .is_some_and(|(_, extension)| extensions.contains(&extension))
}

/// Folders whose code an importer does not get.
fn is_aside(path: &str) -> bool {
    let aside = [
        "test",
        "tests",
        "__tests__",
        "example",
        "examples",
        "docs",
        "doc",
        "bench",
        "benchmark",
        "benchmarks",
        "fixtures",
    ];
    path.split('/').rev().skip(1).any(|folder| aside.contains(&folder))
}
