//! Which tag of a repository carries a version: every convention in use, since a tag of another kind than ours is a tag all the same.

/// The tag that carries a version of a package, as it is written.
///
/// One that names the package or nothing else is preferred; any other with this version at its end is taken too, unless it names
/// another package as monorepos do (`other@1.2.3`).
pub(super) fn find<'t>(tags: &[&'t str], package: &str, version: &str) -> Option<&'t str> {
    let base = package.rsplit_once('/').map_or(package, |(_, base)| base);
    let mut loose = None;
    for spelling in spellings(version) {
        for tag in tags {
            let Some(before) = tag.strip_suffix(spelling.as_str()) else {
                continue;
            };
            match Prefix::of(before, package, base) {
                Prefix::Own => return Some(tag),
                Prefix::Plain => loose = loose.or(Some(*tag)),
                Prefix::Other => {}
            }
        }
    }
    loose
}

/// `1.2.3`, and for `1.2.0` what some write instead: `1.2`.
fn spellings(version: &str) -> Vec<String> {
    // What stands behind a `+` is often left out (semver 2.0.0 §10).
    let bare = version.split('+').next().unwrap_or(version);
    let short = bare.strip_suffix(".0").filter(|short| short.matches('.').count() == 1);
    let mut all = vec![version.to_owned()];
    all.extend((bare != version).then(|| bare.to_owned()));
    all.extend(short.map(str::to_owned));
    // Tags in which dots are something else: `release_1_2_3`.
    all.push(bare.replace('.', "_"));
    all
}

/// What stands before the version in a tag.
enum Prefix {
    /// Nothing, a `v`, a word for a release, or this package's name.
    Own,
    /// Something else.
    Plain,
    /// Another package's name, or the beginning of another version.
    Other,
}

impl Prefix {
    fn of(before: &str, package: &str, base: &str) -> Self {
        let before = before.strip_suffix(['v', 'V']).unwrap_or(before);
        let Some(name) = before.strip_suffix(SEPARATORS) else {
            return match before {
                "" => Self::Own,
                // `11.2.3` does not carry `1.2.3`, nor does `rev1.2.3` say what it carries.
                _ if before.ends_with(|c: char| c.is_ascii_digit()) => Self::Other,
                _ if WORDS.contains(&before.to_ascii_lowercase().as_str()) => Self::Own,
                _ => Self::Plain,
            };
        };
        let own = name.eq_ignore_ascii_case(package)
            || name.eq_ignore_ascii_case(base)
            || name
                .rsplit_once('/')
                .is_some_and(|(_, last)| last.eq_ignore_ascii_case(base))
            || WORDS.contains(&name.to_ascii_lowercase().as_str());
        match own {
            true => Self::Own,
            false if before.ends_with('@') || name.ends_with(|c: char| c.is_ascii_digit() || c == '.') => Self::Other,
            false => Self::Plain,
        }
    }
}

const SEPARATORS: [char; 6] = ['@', '-', '/', '_', '.', ' '];
const WORDS: [&str; 8] = ["v", "release", "releases", "rel", "version", "ver", "tag", "r"];

#[cfg(test)]
mod tests {
    use super::find;

    #[track_caller]
    fn check(tags: &[&str], expected: Option<&str>) {
        assert_eq!(find(tags, "@scope/mail", "1.2.3"), expected, "{tags:?}");
    }

    #[test]
    fn every_convention_carries_the_version() {
        for tag in [
            "1.2.3",
            "v1.2.3",
            "V1.2.3",
            "v.1.2.3",
            "release-1.2.3",
            "release/v1.2.3",
            "releases/1.2.3",
            "Version-1.2.3",
            "rel_1_2_3",
            "mail@1.2.3",
            "@scope/mail@1.2.3",
            "@scope/mail@v1.2.3",
            "mail-v1.2.3",
            "mail/v1.2.3",
            "packages/mail/v1.2.3",
            "mail-1.2.3",
            "mail_v1.2.3",
            "nightly-1.2.3",
        ] {
            check(&["v1.2.2", tag, "v1.2.4"], Some(tag));
        }
    }

    #[test]
    fn another_version_or_package_is_none() {
        for tag in [
            "11.2.3",
            "v11.2.3",
            "v0.1.2.3",
            "1.2.3-rc.1",
            "v1.2.30",
            "other@1.2.3",
            "@scope/other@1.2.3",
            "v2.1.2.3",
        ] {
            check(&[tag], None);
        }
    }

    #[test]
    fn the_package_s_own_tag_comes_first() {
        check(&["web-v1.2.3", "mail-v1.2.3"], Some("mail-v1.2.3"));
        check(&["other@1.2.3", "@scope/mail@1.2.3"], Some("@scope/mail@1.2.3"));
    }

    #[test]
    fn shortened_and_prerelease_versions_are_found() {
        assert_eq!(find(&["v1.2"], "mail", "1.2.0"), Some("v1.2"));
        assert_eq!(
            find(&["v1"], "mail", "1.0.0"),
            None,
            "a tag that moves with every release"
        );
        assert_eq!(find(&["v2.0.0-rc.1"], "mail", "2.0.0-rc.1"), Some("v2.0.0-rc.1"));
        assert_eq!(find(&["v2.0.0"], "mail", "2.0.0+build.5"), Some("v2.0.0"));
    }
}
