//! What is told: one alert, and the letter that carries it to a target.

use serde::{Deserialize, Deserializer, Serialize, Serializer};
use waxseal_model::{Moment, Severity};

use crate::report::escape::escape;

/// One thing that somebody should hear of.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Alert {
    /// What makes two alerts the same one: while a window is open, an alert with the same key is only counted.
    pub key: String,
    /// How bad it is if it is true.
    #[serde(with = "severity")]
    pub severity: Severity,
    /// A few words.
    pub title: String,
    /// One sentence that names who did what to whom.
    pub summary: String,
    /// What it is about: an application, a package.
    pub subject: String,
    /// Further facts by name, the most important first.
    pub values: Vec<Value>,
    /// When it happened, as far as that is known.
    #[serde(with = "moment")]
    pub at: Option<Moment>,
    /// Which part of waxseal saw it: `milter`, `logs`, `watch`.
    pub source: String,
}

/// One fact.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Value {
    /// Its name: `queue id`, `recipient`.
    pub name: String,
    /// What it is.
    pub text: String,
}

impl Alert {
    /// Adds a fact.
    #[must_use]
    pub fn with(mut self, name: impl Into<String>, text: impl Into<String>) -> Self {
        self.values.push(Value {
            name: name.into(),
            text: text.into(),
        });
        self
    }

    /// The alert as it may leave this process: every text on one line, with what cannot be seen made visible, and cut; the facts beyond
    /// [`MAX_VALUES`] counted.
    pub(super) fn shown(&self) -> Self {
        let mut values: Vec<Value> = self
            .values
            .iter()
            .take(MAX_VALUES)
            .map(|value| Value {
                name: escape(&value.name, MAX_NAME),
                text: escape(&value.text, MAX_TEXT),
            })
            .collect();
        if self.values.len() > MAX_VALUES {
            values.push(Value {
                name: "more".to_owned(),
                text: format!("{} further facts", self.values.len() - MAX_VALUES),
            });
        }
        Self {
            key: escape(&self.key, MAX_KEY),
            severity: self.severity,
            title: escape(&self.title, MAX_TITLE),
            summary: escape(&self.summary, MAX_SUMMARY),
            subject: escape(&self.subject, MAX_SUBJECT),
            values,
            at: self.at,
            source: escape(&self.source, MAX_NAME),
        }
    }
}

/// What a letter tells of.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(super) enum What {
    /// One alert.
    Alert,
    /// How often an alert came again.
    Repeats,
    /// Several alerts in one, since they were too many to be sent one by one.
    Digest,
    /// A test by hand.
    Test,
}

/// One alert on its way to one target, as it lies in the spool.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Letter {
    /// The same at every try and for every target: who gets it twice can tell by this.
    pub(super) id: String,
    pub(super) what: What,
    /// When it was written down.
    pub(super) written: i64,
    /// How many alerts it stands for.
    pub(super) count: u64,
    /// The ids of letters that were put into this one.
    pub(super) folded: Vec<String>,
    pub(super) alert: Alert,
}

impl Letter {
    /// A letter for one alert, made safe to show.
    pub(super) fn new(id: String, alert: &Alert, now: Moment) -> Self {
        Self {
            id,
            what: What::Alert,
            written: now.0,
            count: 1,
            folded: Vec::new(),
            alert: alert.shown(),
        }
    }

    /// What webhooks and commands are handed. The three outer names are those that Standard Webhooks recommends.
    pub(super) fn json(&self) -> String {
        let data = serde_json::json!({
            "severity": self.alert.severity.id(),
            "title": self.alert.title,
            "summary": self.alert.summary,
            "subject": self.alert.subject,
            "values": self.alert.values,
            "at": self.alert.at.map(stamp),
            "source": self.alert.source,
            "key": self.alert.key,
            "count": self.count,
            "folded": self.folded,
        });
        serde_json::json!({
            "type": self.kind(),
            "id": self.id,
            "timestamp": stamp(Moment(self.written)),
            "data": data,
        })
        .to_string()
    }

    /// The type by which a program tells letters apart.
    pub(super) fn kind(&self) -> &'static str {
        match self.what {
            What::Alert => "waxseal.alert",
            What::Repeats => "waxseal.alert.repeats",
            What::Digest => "waxseal.alert.digest",
            What::Test => "waxseal.alert.test",
        }
    }

    /// One line: what a syslog message or a mail's subject says.
    pub(super) fn line(&self) -> String {
        let alert = &self.alert;
        match (alert.subject.is_empty(), alert.title.is_empty()) {
            (_, true) => alert.summary.clone(),
            (true, false) => format!("{}: {}", alert.title, alert.summary),
            (false, false) => format!("{} ({}): {}", alert.title, alert.subject, alert.summary),
        }
    }

    /// Every fact by its name, those of the letter itself last.
    pub(super) fn facts(&self) -> Vec<(String, String)> {
        let mut facts = vec![("severity".to_owned(), self.alert.severity.id().to_owned())];
        if !self.alert.subject.is_empty() {
            facts.push(("subject".to_owned(), self.alert.subject.clone()));
        }
        facts.extend(
            self.alert
                .values
                .iter()
                .map(|value| (value.name.clone(), value.text.clone())),
        );
        if let Some(at) = self.alert.at {
            facts.push(("at".to_owned(), stamp(at)));
        }
        if self.count > 1 {
            facts.push(("alerts".to_owned(), self.count.to_string()));
        }
        facts.push(("source".to_owned(), self.alert.source.clone()));
        facts.push(("id".to_owned(), self.id.clone()));
        facts
    }
}

/// RFC 3339, in UTC.
pub(super) fn stamp(moment: Moment) -> String {
    jiff::Timestamp::from_second(moment.0).map_or_else(|_| moment.0.to_string(), |timestamp| timestamp.to_string())
}

/// A severity as its id.
pub(super) mod severity {
    use super::{Deserialize, Deserializer, Serializer, Severity};
    use serde::de::Error as _;

    pub(crate) const ALL: [Severity; 5] = [
        Severity::Info,
        Severity::Low,
        Severity::Medium,
        Severity::High,
        Severity::Critical,
    ];

    pub(crate) fn serialize<S: Serializer>(severity: &Severity, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(severity.id())
    }

    pub(crate) fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Severity, D::Error> {
        let text = String::deserialize(deserializer)?;
        read(&text)
            .ok_or_else(|| D::Error::custom("a severity is one of `info`, `low`, `medium`, `high` and `critical`"))
    }

    pub(crate) fn read(text: &str) -> Option<Severity> {
        ALL.into_iter().find(|severity| severity.id() == text)
    }
}

/// A moment as its seconds.
mod moment {
    use super::{Deserialize, Deserializer, Moment, Serialize, Serializer};

    pub(super) fn serialize<S: Serializer>(at: &Option<Moment>, serializer: S) -> Result<S::Ok, S::Error> {
        at.map(|moment| moment.0).serialize(serializer)
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Moment>, D::Error> {
        Ok(Option::<i64>::deserialize(deserializer)?.map(Moment))
    }
}

/// Most facts of one alert. With the lengths below, a letter stays under [`super::spool::MAX_LETTER`].
const MAX_VALUES: usize = 24;
/// Longest name of a fact, in characters; and so on.
const MAX_NAME: usize = 40;
const MAX_TEXT: usize = 300;
const MAX_KEY: usize = 200;
const MAX_TITLE: usize = 120;
const MAX_SUMMARY: usize = 1000;
/// A mailbox may be 254 characters.
const MAX_SUBJECT: usize = 300;
