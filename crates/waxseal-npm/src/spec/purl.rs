//! Package URLs, `pkg:npm/%40scope/name@1.2.3?qualifiers#subpath` (purl-spec, npm type definition).

use waxseal_model::PackageName;

use super::{PackageSpec, SpecError, Wanted, shown};
use crate::version::Version;

/// Reads a package URL whose scheme was recognised. A subpath points into the package and changes nothing.
pub(super) fn parse(text: &str) -> Result<PackageSpec, SpecError> {
    let refuse = |reason| SpecError::Purl {
        spec: shown(text),
        reason,
    };
    let rest = text[4..].trim_start_matches('/');
    let rest = rest.split('#').next().unwrap_or_default();
    let (rest, qualifiers) = rest.split_once('?').unwrap_or((rest, ""));
    for qualifier in qualifiers.split('&') {
        let key = qualifier.split('=').next().unwrap_or_default().to_ascii_lowercase();
        if matches!(key.as_str(), "repository_url" | "download_url") {
            return Err(refuse(
                "it names a place of its own to fetch from, and waxseal asks the configured registry only",
            ));
        }
    }
    let (kind, path) = rest.split_once('/').ok_or_else(|| refuse("it lacks a name"))?;
    if !kind.eq_ignore_ascii_case("npm") {
        return Err(refuse("it is of another ecosystem"));
    }
    let path = path.trim_matches('/');
    // A scope may be written with a bare `@`, so only an `@` behind the first character parts the version off.
    let (path, version) = match path.rfind('@') {
        Some(at) if at > 0 => (&path[..at], Some(&path[at + 1..])),
        _ => (path, None),
    };
    let decode = |text: &str| decode_percent(text).ok_or_else(|| refuse("its percent-encoding is broken"));
    let name = decode(path)?;
    let name = PackageName::parse(&name).map_err(|source| SpecError::Name {
        name: shown(&name),
        source,
    })?;
    let wanted = match version.map(decode).transpose()? {
        None => Wanted::Default,
        Some(version) => match Version::parse(&version) {
            Some(version) => Wanted::Version(version.to_string()),
            None => return Err(refuse("what stands behind its `@` is not one exact version")),
        },
    };
    Ok(PackageSpec::Registry {
        name,
        wanted,
        alias: None,
    })
}

fn decode_percent(text: &str) -> Option<String> {
    let mut out = Vec::with_capacity(text.len());
    let mut bytes = text.bytes();
    while let Some(byte) = bytes.next() {
        if byte == b'%' {
            let digit = |byte: Option<u8>| byte.and_then(|byte| char::from(byte).to_digit(16));
            let value = digit(bytes.next())? * 16 + digit(bytes.next())?;
            out.push(u8::try_from(value).ok()?);
        } else {
            out.push(byte);
        }
    }
    String::from_utf8(out).ok()
}
