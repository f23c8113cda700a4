//! Brands whose name is worth borrowing, and the packages that really are theirs.

use super::names::{Names, split, words};
use super::table::{BRANDS, PRODUCT};

/// A brand, and where its own packages are.
#[derive(Debug)]
pub(super) struct Brand {
    /// As it is written.
    pub(super) title: &'static str,
    /// The words that stand for it in names and texts, in lower case.
    pub(super) words: &'static [&'static str],
    /// Scopes that are its own.
    pub(super) scopes: &'static [&'static str],
    /// Packages that are its own, below no scope of its own.
    pub(super) packages: &'static [&'static str],
    /// The word means something by itself: only a text that says whose it is speaks of the brand.
    pub(super) word: bool,
}

impl Brand {
    /// Whether it is one of the brand's own, as far as is known.
    fn owns(&self, name: &str) -> bool {
        self.packages.contains(&name) || split(name).0.is_some_and(|scope| self.scopes.contains(&scope))
    }

    fn named(&self, word: &str) -> bool {
        self.words.contains(&word)
    }
}

/// Whether a package is known to be a brand's own.
pub(super) fn is_owned(name: &str) -> bool {
    BRANDS.iter().any(|brand| brand.owns(name))
}

/// The brand as whose own package the name reads: nothing in it but the brand, and what a vendor's packages are called.
pub(super) fn reads_like(name: &str, names: Names<'_>) -> Option<&'static Brand> {
    let (scope, base) = split(name);
    if scope.is_some_and(|scope| names.owns_scope(scope)) || names.find(name).is_some() || is_owned(name) {
        return None;
    }
    let base = base.to_ascii_lowercase();
    let parts: Vec<&str> = match scope {
        // `@postmark/mcp` is called as a vendor's own would be; `@somebody/postmark-mcp` says whose it is.
        Some(scope) => words(scope).collect(),
        None => words(&base).collect(),
    };
    BRANDS.iter().find(|brand| {
        let own = |word: &&str| brand.named(word);
        let rest = parts.iter().filter(|word| !own(word));
        let plain = parts.iter().any(own) && rest.clone().all(|word| PRODUCT.contains(word));
        // A brand that is a word, too, takes more than one other word to be meant: `resend-mcp`, not `resend` or `loops`.
        let meant = !brand.word || (scope.is_none() && parts.iter().any(|word| TELLING.contains(word)));
        plain && meant
    })
}

/// The brand of which the text says that this is official, and that it is not known to be.
pub(super) fn claimed(name: &str, text: &str) -> Option<&'static Brand> {
    if is_owned(name) {
        return None;
    }
    let text = text.to_ascii_lowercase();
    let mut sentences = text.split(['\n', '!', '?', '|', ';']).flat_map(|line| line.split(". "));
    sentences.by_ref().take(MAX_SENTENCES).find_map(official)
}

/// The brand of a sentence that begins by saying "official".
fn official(sentence: &str) -> Option<&'static Brand> {
    let tokens: Vec<&str> = sentence
        .split(|c: char| !(c.is_ascii_alphanumeric() || c == '.' || c == '-'))
        .map(|token| token.trim_matches(['.', '-']))
        .filter(|token| !token.is_empty())
        .take(MAX_TOKENS)
        .collect();
    let at = tokens.iter().position(|token| *token == "official")?;
    let brand_at = |token: &&str| BRANDS.iter().find(|brand| brand.named(token));
    let (before, after) = (&tokens[..at], &tokens[at + 1..]);
    // "A wrapper around the official …", "unofficial" and "not the official …" say the opposite.
    let leads = |token: &&str| LEADS.contains(token) || brand_at(token).is_some();
    if !before.iter().all(leads) {
        return None;
    }
    let near = before.iter().rev().chain(after.iter().take(NEAR));
    let brand = near.into_iter().find_map(brand_at)?;
    // "The official integration for …" is somebody's own part for a brand.
    (!after.iter().take(NEAR).any(|token| PARTS.contains(token))).then_some(brand)
}

/// Words that a vendor's own packages are told by, behind a brand that is a word, too.
const TELLING: [&str; 5] = ["mcp", "sdk", "official", "smtp", "mailer"];

/// What stands before "official" where a package speaks of itself.
const LEADS: [&str; 17] = [
    "the",
    "this",
    "is",
    "a",
    "an",
    "it",
    "package",
    "library",
    "module",
    "s",
    "npm",
    "node",
    "node.js",
    "nodejs",
    "javascript",
    "typescript",
    "our",
];
/// What is official of whoever made it, and only for the brand.
const PARTS: [&str; 8] = [
    "integration",
    "plugin",
    "plug-in",
    "adapter",
    "connector",
    "provider",
    "theme",
    "fork",
];
/// Words between "official" and the brand: "official Node.js client library for the HTTP API of …".
const NEAR: usize = 12;
/// A longer sentence says it at its beginning.
const MAX_TOKENS: usize = 40;
/// What a text says of itself it says at its beginning.
const MAX_SENTENCES: usize = 40;
