//! Where a release comes from: who published what and when, what is publicly known of it, what its attestations say, and what its
//! repository knows. One file each; none of it stops a judgement when it cannot be had.

mod advisories;
mod history;
mod provenance;
mod repository;

use waxseal_model::{
    Advisories, Collected, FileFacts, Gap, GapWeight, Manifest, PackageHistory, Provenance, RepositoryFacts, Subject,
};

use super::Collector;
pub use repository::Repositories;

pub(super) use advisories::Known;
pub use advisories::KnownMalicious;
pub(crate) use advisories::too_old;

/// What a release's origin is looked up by.
#[derive(Debug, Clone)]
pub struct OriginOf {
    /// The release.
    pub subject: Subject,
    /// The release it is compared with.
    pub previous: Option<Subject>,
    /// The hash its bytes were checked against, `sha512-…`.
    pub integrity: Option<String>,
    /// Its `package.json`, if it could be read.
    pub manifest: Option<Manifest>,
    /// Its files, as far as they could be read.
    pub files: Vec<FileFacts>,
}

/// What is known of where a release comes from.
#[derive(Debug, Clone, Default)]
pub struct Origin {
    /// What the registry says of the name over time.
    pub history: Collected<PackageHistory>,
    /// What is publicly known of it.
    pub advisories: Collected<Advisories>,
    /// What its attestations say.
    pub provenance: Collected<Provenance>,
    /// What the repository it names knows of it.
    pub repository: Collected<RepositoryFacts>,
}

impl Collector<'_> {
    /// Looks up where a release comes from.
    pub fn origin(&self, of: &OriginOf) -> Origin {
        self.origin_with(of, self.history(&of.subject))
    }

    /// As [`Collector::origin`], with the history that was had already.
    pub fn origin_with(&self, of: &OriginOf, history: Collected<PackageHistory>) -> Origin {
        let known = history.present();
        // The slowest, and of another host than the rest.
        let (repository, provenance, advisories) = std::thread::scope(|scope| {
            let repository = scope.spawn(|| self.repository(of, known));
            let (provenance, advisories) = (self.provenance(of, known), self.advisories(of));
            let repository = repository
                .join()
                .unwrap_or_else(|panic| std::panic::resume_unwind(panic));
            (repository, provenance, advisories)
        });
        Origin {
            history,
            advisories,
            provenance,
            repository,
        }
    }
}

/// What could not be had of a release's origin.
fn missing<T>(subject: &Subject, method: &str, reason: String) -> Collected<T> {
    Collected::Missing(Gap {
        subject: subject.clone(),
        method: method.to_owned(),
        reason,
        weight: GapWeight::Partial,
    })
}
