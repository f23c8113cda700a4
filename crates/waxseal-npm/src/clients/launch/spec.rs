//! A package spec as it may leave this module: no credentials, no query, no fragment.

use super::shell::Word;
use super::{Launch, Requested, RequestedKind, Spot, VARIABLE};
use crate::spec::{PackageSpec, SpecError, Wanted, parse};

/// Reads the spec that a word holds from `from` on.
///
/// `Err` holds what is to be said where it is no spec.
pub(super) fn requested(word: &Word, from: usize) -> Result<Requested, Launch> {
    let text = word.text.get(from..).unwrap_or_default();
    if word.is_open() || has_variable(text) {
        return Err(Launch::Unclear(VARIABLE));
    }
    let at = Spot {
        argument: word.argument,
        start: word.start + from,
        end: word.start + word.text.len(),
    };
    let (spec, wanted) = match parse(text.strip_prefix("npm:").unwrap_or(text)) {
        Ok(PackageSpec::Registry { name, wanted, .. }) => {
            let (version, range) = match wanted {
                Wanted::Default => (None, None),
                Wanted::Version(version) => (Some(version), None),
                Wanted::Range(range) | Wanted::Tag(range) => (None, Some(range)),
            };
            let name = name.to_string();
            (text.to_owned(), RequestedKind::Registry { name, version, range })
        }
        Ok(PackageSpec::Folder(path) | PackageSpec::Archive(path)) => (path.0, RequestedKind::Local),
        Err(SpecError::Git { .. }) => {
            let commit = commit(text);
            (without_secrets(text), RequestedKind::Git { commit })
        }
        Err(SpecError::Url { .. }) => (without_secrets(text), RequestedKind::Remote),
        Err(_) => return Err(Launch::Unclear(NO_SPEC)),
    };
    Ok(Requested { spec, wanted, at })
}

/// The commit behind `#`, where it is a whole one.
fn commit(text: &str) -> Option<String> {
    let (_, commit) = text.rsplit_once('#')?;
    let whole = matches!(commit.len(), 40 | 64) && commit.bytes().all(|byte| byte.is_ascii_hexdigit());
    whole.then(|| commit.to_owned())
}

/// `${…}`, `$NAME`, `%NAME%`, `{env:NAME}` and their like: the client or a shell puts something there.
pub(super) fn has_variable(text: &str) -> bool {
    text.contains(['$', '`', '{', '}', '%', '<', '>'])
}

/// An address without what stands before `@` in its authority, without query and fragment, and without parts that look like a token.
pub(super) fn without_secrets(text: &str) -> String {
    let bare = text.split(['?', '#']).next().unwrap_or_default();
    let (scheme, rest) = match bare.split_once("://") {
        Some((scheme, rest)) => (format!("{scheme}://"), rest),
        None => (String::new(), bare),
    };
    let (authority, path) = match rest.split_once('/') {
        Some((authority, path)) => (authority, Some(path)),
        None => (rest, None),
    };
    let host = authority.rsplit_once('@').map_or(authority, |(_, host)| host);
    let mut out = format!("{scheme}{host}");
    for part in path.into_iter().flat_map(|path| path.split('/')) {
        out.push('/');
        out.push_str(if looks_secret(part) { "…" } else { part });
    }
    out
}

/// A long run of letters and digits in one piece, as tokens are and names of packages and files are not.
pub(super) fn looks_secret(text: &str) -> bool {
    text.split(['-', '.', '_', '@', ':', '=', '+'])
        .any(|piece| piece.len() >= MIN_TOKEN && piece.bytes().any(|byte| byte.is_ascii_digit()))
}

const NO_SPEC: &str = "what it asks to fetch is no package spec";

/// The shortest tokens in use have twenty characters; a commit in a path is longer too, and is left out with them.
const MIN_TOKEN: usize = 16;
