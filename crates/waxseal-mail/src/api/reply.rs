//! What a request is answered.

use serde_json::Value;

use super::Act;

/// What a request is answered, and what it asked for.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Reply {
    /// The status.
    pub status: u16,
    /// Header fields, the media type among them.
    pub headers: Vec<(String, String)>,
    /// The body.
    pub body: Vec<u8>,
    /// What it asked for.
    pub acts: Vec<Act>,
}

impl Reply {
    /// A JSON document.
    pub fn json(status: u16, value: &Value) -> Self {
        Self::new(status, "application/json; charset=utf-8", value.to_string())
    }

    /// An XML document.
    pub fn xml(status: u16, text: impl Into<Vec<u8>>) -> Self {
        Self::new(status, "text/xml", text)
    }

    /// No body.
    pub fn empty(status: u16) -> Self {
        Self {
            status,
            ..Self::default()
        }
    }

    /// A body of this media type.
    pub fn new(status: u16, media_type: &str, body: impl Into<Vec<u8>>) -> Self {
        Self {
            status,
            headers: vec![("content-type".to_owned(), media_type.to_owned())],
            body: body.into(),
            acts: Vec::new(),
        }
    }

    /// With a header field more.
    #[must_use]
    pub fn with(mut self, name: &str, value: impl Into<String>) -> Self {
        self.headers.push((name.to_owned(), value.into()));
        self
    }

    /// With what it asked for.
    #[must_use]
    pub fn acting(mut self, acts: impl IntoIterator<Item = Act>) -> Self {
        self.acts.extend(acts);
        self
    }

    /// The same answer for a request that is refused: every message in it was handed over and not accepted.
    #[must_use]
    pub fn refusing(mut self, acts: impl IntoIterator<Item = Act>) -> Self {
        self.acts.extend(acts.into_iter().map(|act| match act {
            Act::Submitted(mut message) => {
                message.accepted = false;
                Act::Submitted(message)
            }
            other => other,
        }));
        self
    }
}
