//! What the repository that a release names knows of it.

use waxseal_model::{Collected, PackageHistory, RepositoryFacts};

use super::{Collector, OriginOf};

impl Collector<'_> {
    pub(super) fn repository(&self, _of: &OriginOf, _history: Option<&PackageHistory>) -> Collected<RepositoryFacts> {
        Collected::NotRequested
    }
}
