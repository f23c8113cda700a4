//! What a release's attestations say.

use waxseal_model::{Collected, PackageHistory, Provenance};

use super::{Collector, OriginOf};

impl Collector<'_> {
    pub(super) fn provenance(&self, _of: &OriginOf, _history: Option<&PackageHistory>) -> Collected<Provenance> {
        Collected::NotRequested
    }
}
