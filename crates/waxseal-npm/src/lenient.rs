//! JSON whose fields may be of any type and any size: a wrong one is noted, skipped, and loses nothing beside it.
//!
//! Built so that no type error can arise: every value is taken through [`Field`], which accepts whatever stands there. Of two
//! equal keys the last wins, as in JavaScript.

use std::borrow::Cow;
use std::fmt;
use std::marker::PhantomData;

use serde::de::{Deserialize, Deserializer, IgnoredAny, MapAccess, SeqAccess, Visitor};

/// A field that may be missing or wrong.
#[derive(Debug, Default)]
pub(crate) enum Field<T> {
    /// Not there, or `null`.
    #[default]
    Absent,
    /// There, and of the right type.
    Present(T),
    /// There, and of a wrong type or too large.
    Wrong,
}

/// What a type makes of each kind of JSON value; `None` where it is the wrong kind.
pub(crate) trait Shape: Sized {
    fn from_text(_text: &str) -> Option<Self> {
        None
    }

    fn from_bool(_value: bool) -> Option<Self> {
        None
    }

    fn from_number(_value: Option<u64>) -> Option<Self> {
        None
    }

    fn from_map<'de, A: MapAccess<'de>>(map: A) -> Result<Option<Self>, A::Error> {
        skip_map(map).map(|()| None)
    }

    fn from_list<'de, A: SeqAccess<'de>>(list: A) -> Result<Option<Self>, A::Error> {
        skip_list(list).map(|()| None)
    }
}

impl<'de, T: Shape> Deserialize<'de> for Field<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(FieldVisitor(PhantomData))
    }
}

struct FieldVisitor<T>(PhantomData<T>);

fn field<T>(value: Option<T>) -> Field<T> {
    value.map_or(Field::Wrong, Field::Present)
}

impl<'de, T: Shape> Visitor<'de> for FieldVisitor<T> {
    type Value = Field<T>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("any value")
    }

    fn visit_unit<E>(self) -> Result<Self::Value, E> {
        Ok(Field::Absent)
    }

    fn visit_bool<E>(self, value: bool) -> Result<Self::Value, E> {
        Ok(field(T::from_bool(value)))
    }

    fn visit_u64<E>(self, value: u64) -> Result<Self::Value, E> {
        Ok(field(T::from_number(Some(value))))
    }

    fn visit_i64<E>(self, _value: i64) -> Result<Self::Value, E> {
        Ok(field(T::from_number(None)))
    }

    fn visit_f64<E>(self, _value: f64) -> Result<Self::Value, E> {
        Ok(field(T::from_number(None)))
    }

    fn visit_str<E>(self, text: &str) -> Result<Self::Value, E> {
        Ok(field(T::from_text(text)))
    }

    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Self::Value, A::Error> {
        T::from_map(map).map(field)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, list: A) -> Result<Self::Value, A::Error> {
        T::from_list(list).map(field)
    }
}

pub(crate) fn skip_map<'de, A: MapAccess<'de>>(mut map: A) -> Result<(), A::Error> {
    while map.next_entry::<IgnoredAny, IgnoredAny>()?.is_some() {}
    Ok(())
}

pub(crate) fn skip_list<'de, A: SeqAccess<'de>>(mut list: A) -> Result<(), A::Error> {
    while list.next_element::<IgnoredAny>()?.is_some() {}
    Ok(())
}

/// A key, borrowed from the input where it holds no escapes.
pub(crate) struct Key<'de>(pub(crate) Cow<'de, str>);

impl<'de> Deserialize<'de> for Key<'de> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_str(KeyVisitor)
    }
}

struct KeyVisitor;

impl<'de> Visitor<'de> for KeyVisitor {
    type Value = Key<'de>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a key")
    }

    fn visit_borrowed_str<E>(self, text: &'de str) -> Result<Self::Value, E> {
        Ok(Key(Cow::Borrowed(text)))
    }

    fn visit_str<E>(self, text: &str) -> Result<Self::Value, E> {
        Ok(Key(Cow::Owned(text.to_owned())))
    }
}

/// A text of bounded length.
#[derive(Debug)]
pub(crate) struct Text(pub(crate) String);

impl Shape for Text {
    fn from_text(text: &str) -> Option<Self> {
        (text.len() <= MAX_TEXT).then(|| Self(text.to_owned()))
    }
}

/// A text of which only the beginning is kept.
#[derive(Debug)]
pub(crate) struct Excerpt(pub(crate) String);

impl Shape for Excerpt {
    fn from_text(text: &str) -> Option<Self> {
        let end = text.floor_char_boundary(MAX_TEXT);
        Some(Self(text[..end].to_owned()))
    }
}

impl Shape for u64 {
    fn from_number(value: Option<u64>) -> Option<Self> {
        value
    }
}

/// A value of which JavaScript asks only whether it is truthy, and perhaps its text.
#[derive(Debug)]
pub(crate) enum Truthy {
    No,
    Yes,
    Text(String),
}

impl Truthy {
    pub(crate) fn is_true(&self) -> bool {
        !matches!(self, Self::No)
    }

    /// The text, or an empty one where it is merely true.
    pub(crate) fn text(self) -> Option<String> {
        match self {
            Self::No => None,
            Self::Yes => Some(String::new()),
            Self::Text(text) => Some(text),
        }
    }
}

impl Shape for Truthy {
    fn from_text(text: &str) -> Option<Self> {
        let end = text.floor_char_boundary(MAX_TEXT);
        Some(if text.is_empty() {
            Self::No
        } else {
            Self::Text(text[..end].to_owned())
        })
    }

    fn from_bool(value: bool) -> Option<Self> {
        Some(if value { Self::Yes } else { Self::No })
    }

    fn from_number(value: Option<u64>) -> Option<Self> {
        Some(if value == Some(0) { Self::No } else { Self::Yes })
    }

    fn from_map<'de, A: MapAccess<'de>>(map: A) -> Result<Option<Self>, A::Error> {
        skip_map(map).map(|()| Some(Self::Yes))
    }

    fn from_list<'de, A: SeqAccess<'de>>(list: A) -> Result<Option<Self>, A::Error> {
        skip_list(list).map(|()| Some(Self::Yes))
    }
}

/// A map of bounded size; of two equal keys the last is kept.
#[derive(Debug)]
pub(crate) struct Map<T> {
    pub(crate) entries: Vec<(String, Field<T>)>,
    /// There were more entries, or keys too long, than are kept.
    pub(crate) cut: bool,
}

impl<T: Shape> Shape for Map<T> {
    fn from_map<'de, A: MapAccess<'de>>(mut map: A) -> Result<Option<Self>, A::Error> {
        let mut read = Self {
            entries: Vec::new(),
            cut: false,
        };
        while let Some(Key(key)) = map.next_key()? {
            if read.entries.len() >= MAX_ENTRIES || key.len() > MAX_KEY {
                read.cut = true;
                map.next_value::<IgnoredAny>()?;
            } else {
                read.entries.push((key.into_owned(), map.next_value()?));
            }
        }
        Ok(Some(read))
    }
}

/// A list of bounded size.
#[derive(Debug)]
pub(crate) struct List<T> {
    pub(crate) entries: Vec<Field<T>>,
    /// There were more entries than are kept.
    pub(crate) cut: bool,
}

impl<T: Shape> Shape for List<T> {
    fn from_list<'de, A: SeqAccess<'de>>(mut list: A) -> Result<Option<Self>, A::Error> {
        let mut read = Self {
            entries: Vec::new(),
            cut: false,
        };
        loop {
            if read.entries.len() >= MAX_ENTRIES {
                let more = list.next_element::<IgnoredAny>()?.is_some();
                read.cut |= more;
                if !more {
                    return Ok(Some(read));
                }
                continue;
            }
            match list.next_element()? {
                Some(entry) => read.entries.push(entry),
                None => return Ok(Some(read)),
            }
        }
    }
}

/// Implements [`Shape`] for a struct of [`Field`]s: each key goes to its field, the rest is skipped without being kept.
macro_rules! fields {
    ($name:ident { $($key:literal => $field:ident),* $(,)? }) => {
        impl $crate::lenient::Shape for $name {
            fn from_map<'de, A: serde::de::MapAccess<'de>>(mut map: A) -> Result<Option<Self>, A::Error> {
                let mut read = Self::default();
                while let Some($crate::lenient::Key(key)) = map.next_key()? {
                    match key.as_ref() {
                        $($key => read.$field = map.next_value()?,)*
                        _ => { map.next_value::<serde::de::IgnoredAny>()?; }
                    }
                }
                Ok(Some(read))
            }
        }
    };
}
pub(crate) use fields;

/// Reads one value; the error says where JSON breaks, without quoting it.
pub(crate) fn read<T: Shape>(bytes: &[u8]) -> Result<Field<T>, String> {
    let text = String::from_utf8_lossy(bytes);
    let text = mend_surrogates(&text);
    serde_json::from_str(&text).map_err(|err| {
        let what = if err.is_eof() {
            "it ends too early"
        } else {
            "it is not JSON"
        };
        format!("{what} (line {}, column {})", err.line(), err.column())
    })
}

/// JavaScript takes half of a surrogate pair in an escape, Rust's strings cannot; it becomes the replacement character.
fn mend_surrogates(text: &str) -> Cow<'_, str> {
    let bytes = text.as_bytes();
    let mut out: Option<Vec<u8>> = None;
    let mut at = 0;
    while let Some(found) = bytes
        .get(at..)
        .and_then(|rest| rest.iter().position(|byte| *byte == b'\\'))
    {
        at += found;
        match (surrogate(bytes, at), surrogate(bytes, at + 6)) {
            (Some(Half::High), Some(Half::Low)) => at += 12,
            (Some(_), _) => {
                out.get_or_insert_with(|| bytes.to_vec())[at + 2..at + 6].copy_from_slice(b"fffd");
                at += 6;
            }
            // The character behind a backslash is part of the escape, another backslash above all.
            (None, _) => at += 2,
        }
    }
    match out {
        Some(out) => Cow::Owned(String::from_utf8_lossy(&out).into_owned()),
        None => Cow::Borrowed(text),
    }
}

enum Half {
    High,
    Low,
}

/// Which half of a pair the escape at `at` is, if it is one.
fn surrogate(bytes: &[u8], at: usize) -> Option<Half> {
    let digits = bytes.get(at..at + 6)?.strip_prefix(b"\\u")?;
    let value = u16::from_str_radix(std::str::from_utf8(digits).ok()?, 16).ok()?;
    match value {
        0xd800..=0xdbff => Some(Half::High),
        0xdc00..=0xdfff => Some(Half::Low),
        _ => None,
    }
}

/// Longest text that is kept: registry fields and scripts are far below.
const MAX_TEXT: usize = 64 << 10;

/// Longest key: npm names have 214 bytes, versions 256, file paths in `exports` more.
const MAX_KEY: usize = 4 << 10;

/// Most entries of a map or list that are kept; the package with the most versions has some tens of thousands.
const MAX_ENTRIES: usize = 200_000;
