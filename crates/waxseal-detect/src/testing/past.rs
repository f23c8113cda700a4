//! Histories for tests: who published what, and how long before [`NOW`].

use waxseal_model::*;

use super::{NOW, World};

/// Seconds.
pub(crate) const HOUR: i64 = 3_600;
pub(crate) const DAY: i64 = 24 * HOUR;

/// A release that `by` published this long ago, and who alone could publish then.
pub(crate) fn published(version: &str, ago: i64, by: &str) -> Release {
    Release {
        version: version.to_owned(),
        published: Some(Moment(NOW.0 - ago)),
        listed: true,
        publisher: Some(Publisher {
            person: person(by),
            trusted: None,
        }),
        maintainers: Some(vec![person(by)]),
        ..Release::default()
    }
}

/// A release that a build service published this long ago, and that `by` could have published.
pub(crate) fn built(version: &str, ago: i64, by: &str) -> Release {
    let service = Person {
        name: "GitHub Actions".to_owned(),
        email: Some("no-reply@builds.example".to_owned()),
    };
    Release {
        publisher: Some(Publisher {
            person: service,
            trusted: Some("github".to_owned()),
        }),
        attested: true,
        ..published(version, ago, by)
    }
}

/// A release that was published this long ago and removed.
pub(crate) fn removed(version: &str, ago: i64) -> Release {
    Release {
        version: version.to_owned(),
        published: Some(Moment(NOW.0 - ago)),
        ..Release::default()
    }
}

pub(crate) fn person(name: &str) -> Person {
    Person {
        name: name.to_owned(),
        email: Some(format!("{name}@mail.example")),
    }
}

impl World {
    /// What the registry says of the name: these releases, which are all there were.
    pub(crate) fn past(mut self, mut releases: Vec<Release>) -> Self {
        releases.sort_by_key(|it| it.published);
        let newest = releases.iter().rev().find_map(|it| it.maintainers.clone());
        self.current.history = Collected::Present(PackageHistory {
            created: releases.iter().filter_map(|it| it.published).min(),
            maintainers: newest,
            releases,
            ..PackageHistory::default()
        });
        self
    }

    /// Changes what the registry says of the name.
    pub(crate) fn telling(mut self, change: impl FnOnce(&mut PackageHistory)) -> Self {
        match &mut self.current.history {
            Collected::Present(history) => change(history),
            _ => panic!("a world with a history"),
        }
        self
    }

    /// The policy is this one.
    pub(crate) fn policy(mut self, value: serde_json::Value) -> Self {
        self.policy = super::policy(value);
        self
    }
}
