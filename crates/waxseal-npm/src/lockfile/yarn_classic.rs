//! Yarn 1 ("classic"): `yarn.lock` in a syntax of its own.
//!
//! A line without indentation lists what an entry was asked for by; its fields follow by two spaces, the dependencies it has by four.
//! Which packages are optional or for development only is not said.

use waxseal_model::OccurrenceSource;

use super::ident;
use super::locked::{Listing, Locked, Lockfile};
use super::{Format, LockfileError, text};

/// The table's row.
pub(super) const FORMAT: Format = Format {
    id: "yarn-classic",
    tool: "yarn",
    names: &["yarn.lock"],
    read,
};

fn read(bytes: &[u8]) -> Result<Lockfile, LockfileError> {
    let text = text::decode(bytes)?;
    let mut listing = Listing::new();
    let mut entry: Option<Entry<'_>> = None;
    for (line, content) in (1u32..).zip(text.lines()) {
        let content = content.trim_end();
        let bare = content.trim_start_matches(' ');
        if bare.is_empty() || bare.starts_with('#') {
            if let Some(version) = bare.strip_prefix("# yarn lockfile v")
                && version != "1"
            {
                return Err(LockfileError::UnknownVersion("yarn"));
            }
            continue;
        }
        match (content.len() - bare.len(), &mut entry) {
            (0, _) => {
                if let Some(done) = entry.take() {
                    done.list(&mut listing)?;
                }
                let patterns = bare.strip_suffix(':').and_then(patterns);
                let patterns = patterns.ok_or(LockfileError::Broken(line))?;
                entry = Some(Entry::new(patterns, line));
            }
            (2, Some(entry)) => entry.field(bare, line)?,
            // Dependencies of an entry lead to entries of their own.
            (4, Some(entry)) if entry.nested => {}
            _ => return Err(LockfileError::Broken(line)),
        }
    }
    if let Some(done) = entry.take() {
        done.list(&mut listing)?;
    }
    Ok(listing.finish(&FORMAT, "1"))
}

/// `a@^1, "b@^2 || ^3"`: texts with commas between.
fn patterns(mut rest: &str) -> Option<Vec<String>> {
    let mut found = Vec::new();
    loop {
        let (pattern, after) = token(rest)?;
        found.push(pattern);
        if after.is_empty() {
            return Some(found);
        }
        rest = after.strip_prefix(',')?.trim_start_matches(' ');
        if found.len() > MAX_PATTERNS {
            return None;
        }
    }
}

/// A text and what follows it: in quotes as JSON writes it, or up to a space, a comma or a colon before a space.
fn token(text: &str) -> Option<(String, &str)> {
    if text.starts_with('"') {
        let mut escaped = false;
        let end = text.char_indices().skip(1).find(|(_, c)| {
            let end = *c == '"' && !escaped;
            escaped = *c == '\\' && !escaped;
            end
        });
        let (quoted, rest) = text.split_at(end?.0 + 1);
        return Some((serde_json::from_str(quoted).ok()?, rest));
    }
    let end = text.find([' ', ',', '"', ':']).unwrap_or(text.len());
    (end > 0).then(|| (text[..end].to_owned(), &text[end..]))
}

struct Entry<'t> {
    patterns: Vec<String>,
    line: u32,
    /// The field before opened a list of dependencies.
    nested: bool,
    name: Option<String>,
    version: Option<String>,
    resolved: Option<String>,
    integrity: Option<&'t str>,
}

impl<'t> Entry<'t> {
    fn new(patterns: Vec<String>, line: u32) -> Self {
        Self {
            patterns,
            line,
            nested: false,
            name: None,
            version: None,
            resolved: None,
            integrity: None,
        }
    }

    /// `version "1.0.0"`, `integrity sha512-…`, `dependencies:`.
    fn field(&mut self, text: &'t str, line: u32) -> Result<(), LockfileError> {
        self.nested = text.ends_with(':');
        if self.nested {
            return Ok(());
        }
        let (key, value) = text.split_once(' ').ok_or(LockfileError::Broken(line))?;
        let read = || {
            let (value, rest) = match value.starts_with('"') {
                true => token(value)?,
                false => (value.to_owned(), ""),
            };
            rest.is_empty().then_some(value)
        };
        let value = || read().ok_or(LockfileError::Broken(line));
        match key {
            "name" => self.name = Some(value()?),
            "version" => self.version = Some(value()?),
            "resolved" => self.resolved = Some(value()?),
            "integrity" => self.integrity = text.split_once(' ').map(|(_, it)| it.trim_matches('"')),
            _ => {}
        }
        Ok(())
    }

    /// One package for each name that it is installed under.
    fn list(self, listing: &mut Listing) -> Result<(), LockfileError> {
        let mut listed: Vec<(&str, &str)> = Vec::new();
        for pattern in &self.patterns {
            let Some((under, range)) = ident::split(pattern) else {
                listing.problem(pattern, "it does not name a package");
                continue;
            };
            let alias = range
                .strip_prefix("npm:")
                .map(|target| ident::split(target).unwrap_or((target, "")));
            let (name, range) = alias.unwrap_or((under, range));
            let name = self.name.as_deref().unwrap_or(name);
            if listed.contains(&(under, name)) {
                continue;
            }
            listed.push((under, name));
            let mut locked = Locked::new(name, pattern, self.line);
            locked.installed_as(under);
            locked.occurrence.version.clone_from(&self.version);
            locked.occurrence.integrity = self.integrity.map(str::to_owned);
            locked.occurrence.source = ident::elsewhere(range).unwrap_or(OccurrenceSource::Registry);
            locked.resolved.clone_from(&self.resolved);
            listing.add(locked)?;
        }
        Ok(())
    }
}

/// Most texts one entry is asked for by; widely used packages have some dozens.
const MAX_PATTERNS: usize = 10_000;
