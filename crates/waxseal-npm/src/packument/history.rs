//! What a full document says of a name over time: who published what, when, and what is gone.

use waxseal_model::{Moment, PackageHistory, Release, Unserved};

use super::Packument;
use crate::version::Version;

impl Packument {
    /// The document as a history. Of a document that is not the full one nearly everything is unserved.
    ///
    /// A field that stands nowhere in the document is one that this registry does not serve: [`PackageHistory::unserved`].
    pub fn history(&self) -> PackageHistory {
        let mut history = PackageHistory {
            created: self.time.get("created").and_then(|when| moment(when)),
            maintainers: self.maintainers.clone(),
            releases: self.releases(),
            unpublished: self.tombstone.clone(),
            security_holder: self.is_security_holder(),
            unserved: Vec::new(),
            description: self.description.clone(),
            readme: self.readme.clone(),
        };
        history.unserved = self.unserved(&history);
        history
    }

    /// Every release that is listed or has a time, by time, those without one first, then by version.
    fn releases(&self) -> Vec<Release> {
        let listed = self.versions.iter().map(|(version, info)| Release {
            version: version.clone(),
            published: self.time.get(version).and_then(|when| moment(when)),
            listed: true,
            publisher: info.publisher.clone(),
            maintainers: info.maintainers.clone(),
            attested: info.dist.attested,
            signatures: info.dist.signatures,
            git_head: info.git_head.clone(),
            repository: info.repository.clone(),
            has_install_script: info.has_install_script,
            deprecated: info.deprecated.clone(),
        });
        let removed = self.removed().into_iter().map(|version| Release {
            published: self.time.get(&version).and_then(|when| moment(when)),
            version,
            ..Release::default()
        });
        let mut releases: Vec<(Option<Version>, Release)> = listed
            .chain(removed)
            .map(|release| (Version::parse(&release.version), release))
            .collect();
        releases.sort_by(|(left, a), (right, b)| {
            let by_text = || a.version.cmp(&b.version);
            (a.published, left).cmp(&(b.published, right)).then_with(by_text)
        });
        releases.into_iter().map(|(_, release)| release).collect()
    }

    /// A tombstone and a held name have nothing more to tell.
    fn unserved(&self, history: &PackageHistory) -> Vec<Unserved> {
        if history.unpublished.is_some() || history.security_holder {
            return Vec::new();
        }
        let any = |told: fn(&Release) -> bool| history.releases.iter().any(told);
        // A registry that does not say when a name was made gives times that may be its own: those of a mirror, not of the releases.
        let times = history.created.is_some() && any(|release| release.published.is_some());
        let maintainers = history.maintainers.as_ref().is_some_and(|people| !people.is_empty());
        let publishers = any(|release| release.publisher.is_some());
        // Only a registry that serves the whole of npm's document is known to keep the times of what was removed: Verdaccio gives
        // times too, and drops those.
        let whole = times && maintainers && publishers && self.time.contains_key("modified");
        let removed = whole || any(|release| !release.listed);
        let signatures = any(|release| release.attested || release.signatures.is_some());
        let served = [
            (Unserved::Times, times),
            (
                Unserved::Maintainers,
                maintainers || any(|release| release.maintainers.is_some()),
            ),
            (Unserved::Publishers, publishers),
            (Unserved::Removed, removed),
            (Unserved::Signatures, signatures),
        ];
        let unserved = served.into_iter().filter(|(_, served)| !served);
        unserved.map(|(field, _)| field).collect()
    }
}

/// RFC 3339, as npm writes it, or with as little as a date; anything else is not known.
pub(super) fn moment(text: &str) -> Option<Moment> {
    if text.len() > MAX_TIME {
        return None;
    }
    let text = text.trim();
    if let Ok(when) = text.parse::<jiff::Timestamp>() {
        return Some(Moment(when.as_second()));
    }
    // Without an offset it is taken as UTC, as every registry means it.
    let when: jiff::civil::DateTime = text.parse().ok()?;
    let when = when.to_zoned(jiff::tz::TimeZone::UTC).ok()?;
    Some(Moment(when.timestamp().as_second()))
}

/// No time is longer than this, fractions and offset included.
const MAX_TIME: usize = 64;

#[cfg(test)]
mod tests;
