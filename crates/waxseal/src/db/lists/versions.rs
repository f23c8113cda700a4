//! What may stand for a version in a list.

use waxseal_npm::osv::{Affected, Range};
use waxseal_npm::version::{self, Version};

/// Reads a version, a range as npm writes it, several of both with `;` between them, several versions with `,` between them, or nothing
/// and `*` for every release. A comma between bounds (`>=1.0.0, <1.0.3`) joins them, as GitHub writes it. `None` for anything else.
pub(super) fn read(name: String, text: &str) -> Option<Affected> {
    let mut affected = Affected {
        name,
        ..Affected::default()
    };
    let text = text.trim();
    if matches!(text.to_ascii_lowercase().as_str(), "" | "*" | "all" | "any" | "every") {
        return Some(affected);
    }
    for part in text.split(';').filter(|part| !part.trim().is_empty()) {
        if part.contains(['<', '>']) {
            affected.ranges.push(range(&part.replace(',', " "))?);
            continue;
        }
        for piece in part.split(',').map(str::trim).filter(|piece| !piece.is_empty()) {
            match Version::parse(piece) {
                Some(_) => affected
                    .versions
                    .push(piece.trim_start_matches(['=', ' ', 'v']).to_owned()),
                None => affected.ranges.push(range(piece)?),
            }
        }
    }
    (!affected.is_every() || affected.ranges.len() == 1).then_some(affected)
}

/// A range, where every word of it is one that npm knows; npm itself leaves out what it cannot read.
fn range(text: &str) -> Option<Range> {
    let text = text.split_whitespace().collect::<Vec<_>>().join(" ");
    let known = |word: &str| {
        let bare = word.trim_start_matches(['<', '>', '=', '^', '~', 'v']);
        let first = bare.chars().next();
        matches!(word, "-" | "||")
            || (bare.is_empty() && !word.is_empty())
            || first.is_some_and(|c| c.is_ascii_digit() || matches!(c, '*' | 'x' | 'X'))
    };
    let words = text.replace("||", " || ");
    let sound = words.split_whitespace().all(known) && words.chars().any(|c| c.is_ascii_digit() || c == '*');
    (sound && version::Range::parse(&text).is_some()).then_some(Range::Npm(text))
}
