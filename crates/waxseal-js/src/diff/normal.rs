//! A target without what a rebuild changes: versions in user agents, hashes in the names of chunks, the way up to a moved file.

use waxseal_model::{CapabilityKind, Target};

/// The target as two releases are compared by it. The first character tells the variants apart.
pub(super) fn target(kind: CapabilityKind, target: &Target) -> String {
    match target {
        Target::None => String::new(),
        Target::Dynamic => "?".to_owned(),
        Target::Constant(text) => format!("={}", normal_text(kind, text)),
        Target::Pattern(text) => format!("~{}", normal_text(kind, text)),
    }
}

fn normal_text(kind: CapabilityKind, text: &str) -> String {
    let text = without_versions(text);
    if !names_files(kind) {
        return text;
    }
    match relative_name(&text) {
        Some(name) => without_hashes(name),
        None => text,
    }
}

/// Whether targets of this kind are paths or module names.
fn names_files(kind: CapabilityKind) -> bool {
    matches!(
        kind,
        CapabilityKind::FileSystem | CapabilityKind::DynamicCode | CapabilityKind::Native
    )
}

/// The last part of a relative path: the way to it changes whenever a file moves.
fn relative_name(text: &str) -> Option<&str> {
    let relative = text.starts_with("./") || text.starts_with("../");
    relative.then(|| text.rsplit('/').next().unwrap_or(text))
}

/// `1.2.3` and `1.2.3-rc.1` become `#`. Four numbers are an address and stay.
fn without_versions(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    let mut previous = None;
    while let Some(start) = rest.find(|c: char| c.is_ascii_digit()) {
        let (before, after) = rest.split_at(start);
        out.push_str(before);
        previous = before.chars().next_back().or(previous);
        let length = number_run(after);
        let run = &after[..length];
        let begins_word = previous.is_none_or(|c| !c.is_ascii_digit() && c != '.');
        if begins_word && is_version(run) {
            out.push('#');
            let tail = &after[length..];
            let skipped = tail.strip_prefix(['-', '+']).map_or(0, |it| 1 + prerelease_run(it));
            rest = &tail[skipped..];
        } else {
            out.push_str(run);
            rest = &after[length..];
        }
        previous = run.chars().next_back();
    }
    out.push_str(rest);
    out
}

/// Length of the digits and single dots at the beginning.
fn number_run(text: &str) -> usize {
    let length = text
        .bytes()
        .take_while(|byte| byte.is_ascii_digit() || *byte == b'.')
        .count();
    text[..length].trim_end_matches('.').len()
}

fn is_version(run: &str) -> bool {
    let parts = run.split('.').collect::<Vec<_>>();
    parts.len() == 3 && parts.iter().all(|part| !part.is_empty() && part.len() <= 10)
}

fn prerelease_run(text: &str) -> usize {
    text.bytes()
        .take_while(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'-'))
        .count()
}

/// The parts of a file's name that a bundler made from its content become `#`.
fn without_hashes(name: &str) -> String {
    let mut out = String::with_capacity(name.len());
    for piece in name.split_inclusive(['-', '.', '~']) {
        let word = piece.trim_end_matches(['-', '.', '~']);
        if is_hash(word) {
            out.push('#');
            out.push_str(&piece[word.len()..]);
        } else {
            out.push_str(piece);
        }
    }
    out
}

/// Hexadecimal with a digit, or letters of both cases or capitals mixed with digits, of the lengths bundlers use.
fn is_hash(word: &str) -> bool {
    if !(6..=64).contains(&word.len()) || !word.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_') {
        return false;
    }
    let has = |test: fn(&u8) -> bool| word.bytes().any(|byte| test(&byte));
    let (digit, upper) = (has(u8::is_ascii_digit), has(u8::is_ascii_uppercase));
    let hex = word.bytes().all(|byte| byte.is_ascii_hexdigit());
    digit && (hex || upper)
}
