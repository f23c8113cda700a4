//! What a disclosure names: a package and the releases of it that are bad.

use waxseal_model::{AdvisoryMatch, Matched, PackageName};
use waxseal_npm::version::{Range, Version};
use waxseal_npm::{PackageSpec, SpecError, Wanted, spec};

/// A package and a range, as `--affected-by` takes them: `postmark-mcp@>=1.0.16`, `pkg:npm/postmark-mcp@1.0.16`, `postmark-mcp`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Query {
    /// As it was typed.
    pub typed: String,
    /// The package.
    pub name: PackageName,
    releases: Releases,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Releases {
    Every,
    Exact(Version),
    Within(Range),
}

/// Why a question was refused.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum QueryError {
    /// It is no package as npm writes them.
    #[error(transparent)]
    Spec(#[from] SpecError),
    /// A folder or an archive.
    #[error("`{0}` is no package of a registry")]
    NotNamed(String),
    /// A tag.
    #[error("`{0}` names a tag, which points at another release every day")]
    Tag(String),
}

impl QueryError {
    /// What to do about it.
    pub fn hint(&self) -> String {
        match self {
            Self::Spec(err) => err.hint(),
            Self::NotNamed(_) | Self::Tag(_) => {
                "write it as `name`, `name@1.0.16` or `name@>=1.0.16 <1.0.19`".to_owned()
            }
        }
    }
}

impl Query {
    /// Reads what was typed.
    ///
    /// # Errors
    /// It names no releases of one package.
    pub fn parse(typed: &str) -> Result<Self, QueryError> {
        let shown = || typed.escape_debug().to_string();
        let PackageSpec::Registry { name, wanted, .. } = spec::parse(typed)? else {
            return Err(QueryError::NotNamed(shown()));
        };
        let releases = match wanted {
            Wanted::Default => Releases::Every,
            Wanted::Version(text) => Version::parse(&text).map_or(Releases::Every, Releases::Exact),
            Wanted::Range(text) => Range::parse(&text).map_or(Releases::Every, Releases::Within),
            Wanted::Tag(_) => return Err(QueryError::Tag(shown())),
        };
        Ok(Self {
            typed: typed.to_owned(),
            name,
            releases,
        })
    }

    /// Whether it means this release. A version that npm could not read may be anything: it is meant.
    pub fn means(&self, name: &str, version: &str) -> bool {
        if name != self.name.as_str() {
            return false;
        }
        let Some(version) = Version::parse(version) else {
            return true;
        };
        match &self.releases {
            Releases::Every => true,
            Releases::Exact(exact) => *exact == version,
            Releases::Within(range) => range.covers(&version),
        }
    }

    /// It as a record, for the methods that weigh records.
    pub fn record(&self) -> AdvisoryMatch {
        AdvisoryMatch {
            id: self.typed.clone(),
            source: ASKED.to_owned(),
            listed: true,
            summary: "asked for with --affected-by".to_owned(),
            aliases: Vec::new(),
            matched: match &self.releases {
                Releases::Every => Matched::Every,
                Releases::Exact(_) => Matched::Version,
                Releases::Within(_) => Matched::Range(
                    self.typed[self.name.as_str().len()..]
                        .trim_start_matches('@')
                        .to_owned(),
                ),
            },
            malicious: true,
            published: None,
            withdrawn: None,
            references: Vec::new(),
        }
    }
}

/// The source of a record that is a question.
pub(crate) const ASKED: &str = "asked";

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(typed: &str, bad: &[&str], good: &[&str]) {
        let query = Query::parse(typed).unwrap();
        for version in bad {
            assert!(query.means(query.name.as_str(), version), "{typed}: {version} is meant");
        }
        for version in good {
            assert!(
                !query.means(query.name.as_str(), version),
                "{typed}: {version} is not meant"
            );
        }
        assert!(!query.means("another", "1.0.16"));
    }

    #[test]
    fn a_range_means_what_a_disclosure_means_by_it() {
        check(
            "postmark-mcp@>=1.0.16",
            &["1.0.16", "1.0.18", "2.0.0", "1.0.17-beta.1"],
            &["1.0.15", "0.9.0"],
        );
        check("postmark-mcp@1.0.16", &["1.0.16"], &["1.0.15", "1.0.17"]);
        check("postmark-mcp", &["0.0.1", "9.9.9-rc.1"], &[]);
        check("@scope/mail@>=1 <1.2 || 3.x", &["1.1.0", "3.9.9"], &["1.2.0", "2.0.0"]);
        check("pkg:npm/%40scope/mail@1.0.0", &["1.0.0"], &["1.0.1"]);
    }

    #[test]
    fn a_version_that_cannot_be_read_is_meant() {
        check("postmark-mcp@>=1.0.16", &["one", ""], &[]);
    }

    #[test]
    fn a_tag_a_folder_and_nothing_are_refused() {
        for typed in [
            "postmark-mcp@latest",
            "./folder",
            "",
            "a b c",
            "git+https://code.example/x.git",
        ] {
            let err = Query::parse(typed).unwrap_err();
            assert!(!err.to_string().is_empty() && !err.hint().is_empty(), "{typed}");
        }
    }
}
