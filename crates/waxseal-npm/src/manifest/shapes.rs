//! The forms that single fields of a `package.json` take, old ones included.

use serde::de::{MapAccess, SeqAccess};

use crate::lenient::{Field, List, Map, Shape, Text, Truthy, fields};

/// `"MIT"`, or `{ "type": "MIT" }` as old packages have it.
pub(super) struct License(pub(super) Option<String>);

#[derive(Default)]
struct LicenseFields {
    kind: Field<Text>,
    name: Field<Text>,
}

fields!(LicenseFields { "type" => kind, "name" => name });

impl Shape for License {
    fn from_text(text: &str) -> Option<Self> {
        Text::from_text(text).map(|text| Self(Some(text.0)))
    }

    fn from_map<'de, A: MapAccess<'de>>(map: A) -> Result<Option<Self>, A::Error> {
        let read = LicenseFields::from_map(map)?;
        Ok(read.map(|fields| match (fields.kind, fields.name) {
            (Field::Present(text), _) | (_, Field::Present(text)) => Self(Some(text.0)),
            _ => Self(None),
        }))
    }
}

#[derive(Default)]
pub(super) struct PeerMeta {
    pub(super) optional: Field<Truthy>,
}

fields!(PeerMeta { "optional" => optional });

#[derive(Default)]
pub(super) struct Directories {
    pub(super) bin: Field<Text>,
}

fields!(Directories { "bin" => bin });

pub(super) enum Bin {
    One(String),
    Many(Vec<(String, Field<Text>)>),
}

impl Shape for Bin {
    fn from_text(text: &str) -> Option<Self> {
        Text::from_text(text).map(|text| Self::One(text.0))
    }

    fn from_map<'de, A: MapAccess<'de>>(map: A) -> Result<Option<Self>, A::Error> {
        Ok(Map::from_map(map)?.map(|map| Self::Many(map.entries)))
    }
}

/// `os` and `cpu`: a list, or one text.
pub(super) struct OneOrMany(pub(super) Vec<String>);

impl Shape for OneOrMany {
    fn from_text(text: &str) -> Option<Self> {
        Text::from_text(text).map(|text| Self(vec![text.0]))
    }

    fn from_list<'de, A: SeqAccess<'de>>(list: A) -> Result<Option<Self>, A::Error> {
        let texts = List::<Text>::from_list(list)?
            .map(|list| list.entries)
            .unwrap_or_default();
        Ok(Some(Self(
            texts
                .into_iter()
                .filter_map(|text| {
                    if let Field::Present(text) = text {
                        Some(text.0)
                    } else {
                        None
                    }
                })
                .collect(),
        )))
    }
}

#[derive(Default)]
struct RepositoryFields {
    url: Field<Text>,
    directory: Field<Text>,
}

fields!(RepositoryFields { "url" => url, "directory" => directory });

/// `repository` as one text: the address, and the folder in it behind a `#`.
pub(super) struct Repository(pub(super) Option<String>);

impl Shape for Repository {
    fn from_text(text: &str) -> Option<Self> {
        Text::from_text(text).map(|text| Self(Some(text.0)))
    }

    fn from_map<'de, A: MapAccess<'de>>(map: A) -> Result<Option<Self>, A::Error> {
        let read = RepositoryFields::from_map(map)?;
        Ok(read.map(|fields| match (fields.url, fields.directory) {
            (Field::Present(url), Field::Present(folder)) => Self(Some(format!("{}#{}", url.0, folder.0))),
            (Field::Present(url), _) => Self(Some(url.0)),
            _ => Self(None),
        }))
    }
}

/// `gypfile`; only `false` itself turns the implicit build off.
pub(super) struct Gypfile(pub(super) bool);

impl Shape for Gypfile {
    fn from_bool(value: bool) -> Option<Self> {
        Some(Self(value))
    }
}

/// `bundleDependencies`: names, or `true` for all; npm takes a map's keys as well.
pub(super) enum Bundle {
    None,
    All,
    Names(Vec<String>),
}

impl Shape for Bundle {
    fn from_bool(value: bool) -> Option<Self> {
        Some(if value { Self::All } else { Self::None })
    }

    fn from_text(text: &str) -> Option<Self> {
        Text::from_text(text).map(|text| Self::Names(vec![text.0]))
    }

    fn from_list<'de, A: SeqAccess<'de>>(list: A) -> Result<Option<Self>, A::Error> {
        Ok(OneOrMany::from_list(list)?.map(|names| Self::Names(names.0)))
    }

    fn from_map<'de, A: MapAccess<'de>>(map: A) -> Result<Option<Self>, A::Error> {
        let entries = Map::<Truthy>::from_map(map)?.map(|map| map.entries).unwrap_or_default();
        Ok(Some(Self::Names(entries.into_iter().map(|(name, _)| name).collect())))
    }
}
