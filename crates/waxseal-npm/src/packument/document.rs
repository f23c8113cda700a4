//! The fields of a registry's document that are read, each of whatever type it may come in.

use serde::de::{MapAccess, SeqAccess};
use waxseal_model::{Person, Publisher, Tombstone};

use crate::lenient::{self, Excerpt, Field, List, Map, Shape, Text, Truthy, fields};

/// The document as sent; what is not named here is skipped without being kept.
#[derive(Default)]
pub(super) struct Document {
    pub(super) name: Field<Text>,
    pub(super) dist_tags: Field<Map<Text>>,
    pub(super) versions: Field<Map<VersionFields>>,
    pub(super) time: Field<Map<Time>>,
    pub(super) maintainers: Field<List<Account>>,
    pub(super) description: Field<Excerpt>,
    pub(super) readme: Field<Excerpt>,
}

fields!(Document {
    "name" => name,
    "dist-tags" => dist_tags,
    "versions" => versions,
    "time" => time,
    "maintainers" => maintainers,
    "description" => description,
    "readme" => readme,
});

#[derive(Default)]
pub(super) struct VersionFields {
    pub(super) dist: Field<DistFields>,
    pub(super) deprecated: Field<Truthy>,
    pub(super) engines: Field<Engines>,
    pub(super) has_install_script: Field<Truthy>,
    pub(super) publisher: Field<Account>,
    pub(super) maintainers: Field<List<Account>>,
    pub(super) git_head: Field<Text>,
    pub(super) repository: Field<Repository>,
}

fields!(VersionFields {
    "dist" => dist,
    "deprecated" => deprecated,
    "engines" => engines,
    "hasInstallScript" => has_install_script,
    "_npmUser" => publisher,
    "maintainers" => maintainers,
    "gitHead" => git_head,
    "repository" => repository,
});

#[derive(Default)]
pub(super) struct DistFields {
    pub(super) tarball: Field<Text>,
    pub(super) integrity: Field<Text>,
    pub(super) shasum: Field<Text>,
    pub(super) unpacked_size: Field<u64>,
    pub(super) file_count: Field<u64>,
    pub(super) attestations: Field<Truthy>,
    pub(super) signatures: Field<List<Truthy>>,
}

fields!(DistFields {
    "tarball" => tarball,
    "integrity" => integrity,
    "shasum" => shasum,
    "unpackedSize" => unpacked_size,
    "fileCount" => file_count,
    "attestations" => attestations,
    "signatures" => signatures,
});

/// `engines`; old packages give a list of texts, which npm ignores as well.
#[derive(Default)]
pub(super) struct Engines {
    pub(super) node: Field<Text>,
}

impl Shape for Engines {
    fn from_map<'de, A: MapAccess<'de>>(map: A) -> Result<Option<Self>, A::Error> {
        let entries = Map::<Text>::from_map(map)?.map(|map| map.entries).unwrap_or_default();
        let node = entries
            .into_iter()
            .rev()
            .find(|(key, _)| key == "node")
            .map(|(_, value)| value);
        Ok(Some(Self {
            node: node.unwrap_or_default(),
        }))
    }

    fn from_list<'de, A: SeqAccess<'de>>(list: A) -> Result<Option<Self>, A::Error> {
        lenient::skip_list(list).map(|()| Some(Self::default()))
    }
}

/// Somebody: `{ "name": …, "email": …, "trustedPublisher": { "id": … } }`, or `name <email>` as old documents have it.
pub(super) struct Account {
    person: Option<Person>,
    trusted: Option<String>,
}

#[derive(Default)]
struct AccountFields {
    name: Field<Text>,
    email: Field<Text>,
    trusted: Field<TrustedFields>,
}

fields!(AccountFields { "name" => name, "email" => email, "trustedPublisher" => trusted });

#[derive(Default)]
struct TrustedFields {
    id: Field<Text>,
}

fields!(TrustedFields { "id" => id });

impl Account {
    /// Who it is; `None` for somebody without a name.
    pub(super) fn person(self) -> Option<Person> {
        self.person
    }

    /// Who it is as a publisher.
    pub(super) fn publisher(self) -> Option<Publisher> {
        let trusted = self.trusted;
        self.person.map(|person| Publisher { person, trusted })
    }
}

impl Shape for Account {
    fn from_text(text: &str) -> Option<Self> {
        let (name, email) = match text.split_once('<') {
            Some((name, rest)) => (name, Some(rest.trim_end().trim_end_matches('>'))),
            None => (text, None),
        };
        Some(Self {
            person: person(name, email),
            trusted: None,
        })
    }

    fn from_map<'de, A: MapAccess<'de>>(map: A) -> Result<Option<Self>, A::Error> {
        Ok(AccountFields::from_map(map)?.map(|fields| {
            let (name, email) = (text(fields.name), text(fields.email));
            // That it stands there is what counts, whatever service it names.
            let trusted = match fields.trusted {
                Field::Present(trusted) => Some(text(trusted.id).map_or_else(String::new, |id| cut(&id, MAX_ACCOUNT))),
                _ => None,
            };
            Self {
                person: name.and_then(|name| person(&name, email.as_deref())),
                trusted,
            }
        }))
    }
}

fn person(name: &str, email: Option<&str>) -> Option<Person> {
    let name = name.trim();
    let email = email.map(str::trim).filter(|email| !email.is_empty());
    (!name.is_empty()).then(|| Person {
        name: cut(name, MAX_ACCOUNT),
        email: email.map(|email| cut(email, MAX_EMAIL)),
    })
}

/// `repository`: `{ "type": …, "url": … }` or one text.
pub(super) struct Repository(pub(super) Option<String>);

#[derive(Default)]
struct RepositoryFields {
    url: Field<Text>,
}

fields!(RepositoryFields { "url" => url });

impl Shape for Repository {
    fn from_text(text: &str) -> Option<Self> {
        Some(Self(Some(cut(text, MAX_URL))))
    }

    fn from_map<'de, A: MapAccess<'de>>(map: A) -> Result<Option<Self>, A::Error> {
        let url = RepositoryFields::from_map(map)?.and_then(|fields| text(fields.url));
        Ok(Some(Self(url.map(|url| cut(&url, MAX_URL)))))
    }

    fn from_list<'de, A: SeqAccess<'de>>(list: A) -> Result<Option<Self>, A::Error> {
        lenient::skip_list(list).map(|()| Some(Self(None)))
    }
}

/// A value of `time`: a text, or the tombstone of an unpublished package.
pub(super) enum Time {
    At(String),
    Tombstone(Box<TombstoneFields>),
}

#[derive(Default)]
pub(super) struct TombstoneFields {
    name: Field<Text>,
    time: Field<Text>,
    maintainers: Field<List<Account>>,
    versions: Field<Versions>,
}

fields!(TombstoneFields { "name" => name, "time" => time, "maintainers" => maintainers, "versions" => versions });

/// The versions of a tombstone: a list of them, or a map by them.
struct Versions(Vec<String>);

impl Shape for Versions {
    fn from_map<'de, A: MapAccess<'de>>(map: A) -> Result<Option<Self>, A::Error> {
        let entries = Map::<Truthy>::from_map(map)?.map(|map| map.entries).unwrap_or_default();
        Ok(Some(Self(entries.into_iter().map(|(version, _)| version).collect())))
    }

    fn from_list<'de, A: SeqAccess<'de>>(list: A) -> Result<Option<Self>, A::Error> {
        let entries = List::<Text>::from_list(list)?
            .map(|list| list.entries)
            .unwrap_or_default();
        Ok(Some(Self(entries.into_iter().filter_map(text).collect())))
    }
}

impl Shape for Time {
    fn from_text(text: &str) -> Option<Self> {
        Text::from_text(text).map(|text| Self::At(text.0))
    }

    fn from_map<'de, A: MapAccess<'de>>(map: A) -> Result<Option<Self>, A::Error> {
        Ok(TombstoneFields::from_map(map)?.map(|fields| Self::Tombstone(Box::new(fields))))
    }
}

impl Field<Excerpt> {
    /// The text, if there is one; nothing is lost with a wrong one.
    pub(super) fn excerpt(self) -> Option<String> {
        present(self).map(|text| text.0).filter(|text| !text.is_empty())
    }
}

impl Field<Time> {
    /// What stands in `time.unpublished`, whatever it is: that something stands there is what counts. With it the time as it is written.
    pub(super) fn unpublished(self) -> (String, Tombstone) {
        let unknown = || String::from("an unknown day");
        match self {
            Self::Present(Time::At(when)) => {
                let time = super::history::moment(&when);
                let tombstone = Tombstone {
                    time,
                    ..Tombstone::default()
                };
                (when, tombstone)
            }
            Self::Present(Time::Tombstone(fields)) => {
                let when = text(fields.time);
                let tombstone = Tombstone {
                    time: when.as_deref().and_then(super::history::moment),
                    by: text(fields.name).map(|name| cut(&name, MAX_ACCOUNT)),
                    versions: match fields.versions {
                        Field::Present(Versions(versions)) => {
                            versions.into_iter().filter(|it| is_version(it)).collect()
                        }
                        _ => Vec::new(),
                    },
                    maintainers: match fields.maintainers {
                        Field::Present(list) => list
                            .entries
                            .into_iter()
                            .filter_map(present)
                            .filter_map(Account::person)
                            .collect(),
                        _ => Vec::new(),
                    },
                };
                (when.unwrap_or_else(unknown), tombstone)
            }
            _ => (unknown(), Tombstone::default()),
        }
    }
}

/// No version npm can install holds anything else, and what is kept gets printed. npm takes versions of 256 characters (semver).
pub(super) fn is_version(text: &str) -> bool {
    text.len() <= 256 && text.bytes().all(|byte| byte.is_ascii_graphic())
}

fn present<T>(field: Field<T>) -> Option<T> {
    match field {
        Field::Present(value) => Some(value),
        _ => None,
    }
}

fn text(field: Field<Text>) -> Option<String> {
    present(field).map(|text| text.0)
}

fn cut(text: &str, limit: usize) -> String {
    text[..text.floor_char_boundary(limit)].to_owned()
}

/// npm's longest account name is that of a package without a scope.
const MAX_ACCOUNT: usize = 214;
/// RFC 5321 §4.5.3.1: 64 for the local part, 255 for the domain, and the sign between them.
const MAX_EMAIL: usize = 320;
/// Longer addresses of repositories name nothing.
const MAX_URL: usize = 2048;
