//! The few fields of an installed `package.json` that say which package lies there.

use serde::de::MapAccess;

use crate::lenient::{self, Field, Key, Shape, Text, fields, skip_map};

/// What an installed manifest says of itself; each field may be missing or hostile.
#[derive(Debug, Default)]
pub(super) struct Installed {
    pub(super) name: Option<String>,
    pub(super) version: Option<String>,
    /// npm up to version 6 wrote down what it had installed: `_resolved`, `_integrity`.
    pub(super) resolved: Option<String>,
    pub(super) integrity: Option<String>,
    /// Names that it needs: `dependencies` without `optionalDependencies`.
    pub(super) needs: Vec<String>,
    /// It carries packages inside its own archive: `bundleDependencies`.
    pub(super) bundles: bool,
    /// yarn put it there for a package that is for another system.
    pub(super) mocked: bool,
}

/// Reads the fields.
///
/// # Errors
/// When it is not a JSON object, in our words.
pub(super) fn parse(bytes: &[u8]) -> Result<Installed, String> {
    let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
    match lenient::read::<Document>(bytes)? {
        Field::Present(document) => Ok(document.into()),
        _ => Err(String::from("it is another kind of value")),
    }
}

#[derive(Default)]
struct Document {
    name: Field<Text>,
    version: Field<Text>,
    resolved: Field<Text>,
    integrity: Field<Text>,
    dependencies: Field<Names>,
    optional: Field<Names>,
    bundles: Field<Any>,
    mocked: Field<Any>,
}

fields!(Document {
    "name" => name,
    "version" => version,
    "_resolved" => resolved,
    "_integrity" => integrity,
    "dependencies" => dependencies,
    "optionalDependencies" => optional,
    "bundleDependencies" => bundles,
    "bundledDependencies" => bundles,
    "mocked" => mocked,
});

impl From<Document> for Installed {
    fn from(document: Document) -> Self {
        let optional = names(document.optional);
        let needs = names(document.dependencies);
        Self {
            name: short(document.name, MAX_NAME),
            version: short(document.version, MAX_VERSION),
            resolved: short(document.resolved, MAX_ADDRESS),
            integrity: short(document.integrity, MAX_ADDRESS),
            needs: needs.into_iter().filter(|name| !optional.contains(name)).collect(),
            bundles: matches!(document.bundles, Field::Present(Any(true))),
            mocked: matches!(document.mocked, Field::Present(Any(true))),
        }
    }
}

fn short(field: Field<Text>, limit: usize) -> Option<String> {
    match field {
        Field::Present(Text(text)) if !text.is_empty() && text.len() <= limit => Some(text),
        _ => None,
    }
}

fn names(field: Field<Names>) -> Vec<String> {
    match field {
        Field::Present(Names(names)) => names,
        _ => Vec::new(),
    }
}

/// The keys of a map.
#[derive(Default)]
struct Names(Vec<String>);

impl Shape for Names {
    fn from_map<'de, A: MapAccess<'de>>(mut map: A) -> Result<Option<Self>, A::Error> {
        let mut names = Vec::new();
        while let Some(Key(key)) = map.next_key()? {
            map.next_value::<serde::de::IgnoredAny>()?;
            if names.len() == MAX_NAMES {
                skip_map(map)?;
                break;
            }
            if key.len() <= MAX_NAME {
                names.push(key.into_owned());
            }
        }
        Ok(Some(Self(names)))
    }
}

/// `true`, or a list with an entry.
struct Any(bool);

impl Shape for Any {
    fn from_bool(value: bool) -> Option<Self> {
        Some(Self(value))
    }

    fn from_list<'de, A: serde::de::SeqAccess<'de>>(list: A) -> Result<Option<Self>, A::Error> {
        let mut list = list;
        let any = list.next_element::<serde::de::IgnoredAny>()?.is_some();
        lenient::skip_list(list)?;
        Ok(Some(Self(any)))
    }
}

/// npm refuses longer names (validate-npm-package-name: 214); a file: dependency may be called anything.
const MAX_NAME: usize = 512;

/// npm's own ceiling (semver, `MAX_LENGTH`).
const MAX_VERSION: usize = 256;

/// Longest address or hash that is kept.
const MAX_ADDRESS: usize = 8 << 10;

/// Most names of needed packages that are kept of one manifest.
const MAX_NAMES: usize = 4096;
