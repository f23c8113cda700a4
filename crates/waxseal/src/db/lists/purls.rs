//! One package URL a line, or `name@version`.

use waxseal_model::Moment;
use waxseal_npm::osv::{Affected, Range};
use waxseal_npm::{PackageSpec, Wanted, spec};

use super::{Listed, MAX_SHOWN, Wrong, cut, of_line};

/// Reads a list. Without a version every release is meant. Empty lines, those that begin with `#`, and what stands behind a ` #` are left
/// out; package URLs of other ecosystems are counted.
///
/// # Errors
/// A line cannot be read: then nothing of the list is taken.
pub(in crate::db) fn read(text: &str, now: Moment) -> Result<Listed, Wrong> {
    let mut listed = Listed::default();
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    for (line, whole) in (1..).zip(text.lines()) {
        let (typed, reason) = whole.split_once(" #").unwrap_or((whole, ""));
        let typed = typed.trim();
        if typed.is_empty() || typed.starts_with('#') {
            continue;
        }
        let scheme = typed.get(..4).unwrap_or_default();
        let kind = typed
            .get(4..)
            .unwrap_or_default()
            .trim_start_matches('/')
            .split('/')
            .next();
        if scheme.eq_ignore_ascii_case("pkg:") && !kind.is_some_and(|kind| kind.eq_ignore_ascii_case("npm")) {
            listed.other += 1;
            continue;
        }
        let affected =
            one(typed).ok_or_else(|| Wrong::at(line, format!("`{}` names no release", cut(typed, MAX_SHOWN))))?;
        listed.records.push(of_line(line, affected, reason, "", now));
    }
    Ok(listed)
}

/// What a package URL or `name@version` names.
pub(super) fn one(typed: &str) -> Option<Affected> {
    let PackageSpec::Registry { name, wanted, .. } = spec::parse(typed).ok()? else {
        return None;
    };
    let mut affected = Affected {
        name: name.to_string(),
        ..Affected::default()
    };
    match wanted {
        Wanted::Default => {}
        Wanted::Version(version) => affected.versions.push(version),
        Wanted::Range(range) => affected.ranges.push(Range::Npm(range)),
        Wanted::Tag(_) => return None,
    }
    Some(affected)
}
