//! The popular names, which are themselves and never raised, and the vocabulary they are made of.

use std::sync::LazyLock;

use super::table::BORROWED;

/// 5,000 names of packages, the most popular first.
pub(super) const LISTED: &str = include_str!("../../../data/popular-npm-names.txt");

/// Those, and behind them what is borrowed from without being as popular.
static POPULAR: LazyLock<Vec<&'static str>> = LazyLock::new(|| {
    let mut names: Vec<&str> = LISTED.lines().collect();
    let more = BORROWED
        .iter()
        .map(|it| it.name)
        .filter(|name| !LISTED.lines().any(|it| it == *name));
    names.extend(more);
    names
});

/// Names that look alike are looked for among these.
#[derive(Debug, Clone, Copy)]
pub(super) struct Names<'n>(pub(super) &'n [&'static str]);

impl Names<'static> {
    /// All that are known.
    pub(super) fn popular() -> Self {
        Self(POPULAR.as_slice())
    }
}

impl Names<'_> {
    /// The listed name that is written like this.
    pub(super) fn find(self, name: &str) -> Option<&'static str> {
        self.0.iter().copied().find(|listed| *listed == name)
    }

    /// Nobody but its owner can publish below a scope that is known, and `@types` is kept by its community's repository.
    pub(super) fn owns_scope(self, scope: &str) -> bool {
        self.0.iter().any(|listed| split(listed).0 == Some(scope))
    }

    /// A word that several names are made of is a word, not a slip.
    pub(super) fn is_word(self, word: &str) -> bool {
        word.len() >= 3 && self.0.iter().any(|name| words(name).any(|it| it == word))
    }
}

/// The scope without `@`, and the name below it.
pub(super) fn split(name: &str) -> (Option<&str>, &str) {
    match name.strip_prefix('@').and_then(|rest| rest.split_once('/')) {
        Some((scope, base)) => (Some(scope), base),
        None => (None, name),
    }
}

/// The words of a name: what stands between its separators.
pub(super) fn words(name: &str) -> impl Iterator<Item = &str> {
    name.split(|c| is_separator(c) || matches!(c, '@' | '/'))
        .filter(|word| !word.is_empty())
}

pub(super) fn is_separator(c: char) -> bool {
    matches!(c, '-' | '_' | '.')
}
