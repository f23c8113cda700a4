//! What the sending side wrote down of its own sends: whom it asked for, by the id that the provider gave back.
//!
//! One JSON object a line: `{"id": "…", "to": ["…"], "cc": ["…"], "bcc": ["…"]}`. `to`, `cc` and `bcc` are texts or lists of texts, with or
//! without display names; a field that is missing names nobody. Several ids of one send stand in `ids`.

use std::collections::{HashMap, HashSet};

use serde_json::Value;

use super::frame::{Decoder, Objects};
use super::value::{each, word};
use crate::address::visit_list;

/// Whom the caller named in each of its sends.
#[derive(Debug, Default)]
pub struct Records {
    by_id: HashMap<Box<str>, usize>,
    sends: Vec<Send>,
    /// What could not be read, each in one sentence.
    pub unread: Vec<String>,
}

#[derive(Debug, Default)]
pub(super) struct Send {
    /// `to` and `cc`.
    pub(super) visible: Vec<String>,
    bcc: HashSet<String>,
    pub(super) complete: bool,
}

impl Send {
    pub(super) fn has_bcc(&self, address: &str) -> bool {
        self.bcc.contains(&address.to_lowercase())
    }
}

impl Records {
    /// Reads records; a line that is none is counted in [`Self::unread`].
    pub fn read(bytes: &[u8]) -> Self {
        let mut records = Self::default();
        let mut decoder = Decoder::default();
        let mut objects = Objects::default();
        let mut bad = 0_u64;
        let mut take = |object: &[u8]| bad += u64::from(!records.take(object));
        objects.feed(&decoder.feed(bytes), &mut take);
        objects.feed(&decoder.finish(), &mut take);
        objects.finish(&mut take);
        bad += objects.broken + objects.long;
        if bad > 0 {
            records
                .unread
                .push(format!("{bad} records of sends could not be read, or name no id"));
        }
        records
    }

    /// How many sends are known.
    pub fn len(&self) -> usize {
        self.sends.len()
    }

    /// Whether none is known.
    pub fn is_empty(&self) -> bool {
        self.sends.is_empty()
    }

    fn take(&mut self, object: &[u8]) -> bool {
        let Ok(value) = serde_json::from_slice::<Value>(object) else {
            return false;
        };
        let mut send = Send {
            complete: true,
            ..Send::default()
        };
        for name in ["to", "cc"] {
            for list in each(&value[name]) {
                let list = list.as_str().or_else(|| list["email"].as_str());
                send.complete &= list
                    .is_some_and(|list| visit_list(list.as_bytes(), |address| send.visible.push(address.to_owned())));
            }
        }
        for list in each(&value["bcc"]) {
            let list = list.as_str().or_else(|| list["email"].as_str()).unwrap_or_default();
            visit_list(list.as_bytes(), |address| {
                send.bcc.insert(address.to_lowercase());
            });
        }
        let mut ids: Vec<Box<str>> = Vec::new();
        for id in each(&value["ids"]).iter().chain([&value["id"]]) {
            let id = word(id, &[]);
            let id = key(&id);
            if !id.is_empty() {
                ids.push(id.into());
            }
        }
        if ids.is_empty() || self.sends.len() == MAX_SENDS {
            return false;
        }
        for id in ids {
            self.by_id.insert(id, self.sends.len());
        }
        self.sends.push(send);
        true
    }

    pub(super) fn of(&self, id: &str) -> Option<&Send> {
        if id.is_empty() {
            return None;
        }
        self.sends.get(*self.by_id.get(key(id))?)
    }
}

/// Message ids are written with and without angle brackets.
fn key(id: &str) -> &str {
    id.trim().trim_start_matches('<').trim_end_matches('>')
}

/// Some gigabyte of memory.
const MAX_SENDS: usize = 4_000_000;
