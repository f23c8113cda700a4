//! What is odd about a file's name.

use std::collections::HashMap;

use waxseal_model::{Anomaly, AnomalyKind};

/// Collects oddities, a limited number of each kind, so that many of one cannot crowd out another.
#[derive(Default)]
pub(crate) struct Anomalies {
    list: Vec<Anomaly>,
}

impl Anomalies {
    /// Adds one, unless there are many of its kind already.
    pub(crate) fn add(&mut self, kind: AnomalyKind, path: Option<&str>, detail: impl Into<String>) {
        let many = self.list.iter().filter(|anomaly| anomaly.kind == kind).count();
        if many < MAX_PER_KIND {
            let path = path.map(|path| cut(path, MAX_SHOWN).to_owned());
            self.list.push(Anomaly {
                kind,
                path,
                detail: detail.into(),
                location: None,
            });
        }
    }

    /// What is odd about the name of a file that is installed.
    pub(crate) fn add_name(&mut self, path: &str) {
        if let Some(reason) = hostile_name(path) {
            self.add(AnomalyKind::HostileName, Some(path), reason);
        }
    }

    pub(crate) fn into_vec(self) -> Vec<Anomaly> {
        self.list
    }
}

/// Finds paths that fall together where a file system folds case. `paths` are sorted.
pub(crate) fn add_case_collisions<'a>(paths: impl Iterator<Item = &'a str>, anomalies: &mut Anomalies) {
    let mut seen: HashMap<String, &str> = HashMap::new();
    for path in paths {
        if let Some(first) = seen.insert(path.to_lowercase(), path) {
            let first = cut(first, MAX_SHOWN).escape_debug();
            let detail = format!("its path and `{first}` are one where a file system folds case");
            anomalies.add(AnomalyKind::CaseCollision, Some(path), detail);
        }
    }
}

fn hostile_name(path: &str) -> Option<&'static str> {
    if path.is_ascii() && !path.bytes().any(|byte| byte.is_ascii_control() || byte == b'\\') {
        return None;
    }
    path.chars().find_map(|c| match c {
        '\\' => Some("its name holds a backslash, which parts folders on Windows"),
        c if c.is_control() => Some("its name holds a control character"),
        '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{200e}' | '\u{200f}' | '\u{61c}' => {
            Some("its name holds a character that turns the direction of text")
        }
        '\u{200b}'..='\u{200d}' | '\u{2060}' | '\u{feff}' | '\u{ad}' => Some("its name holds an invisible character"),
        _ => None,
    })
}

/// The first `limit` bytes of a text, cut between characters.
pub(crate) fn cut(text: &str, limit: usize) -> &str {
    &text[..text.floor_char_boundary(limit)]
}

/// More of one kind say nothing new.
const MAX_PER_KIND: usize = 100;

/// Longest part of a path that is kept in an anomaly.
const MAX_SHOWN: usize = 1024;
