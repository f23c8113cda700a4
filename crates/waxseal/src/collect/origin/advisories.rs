//! What is publicly known of a release.

use waxseal_model::{Advisories, Collected};

use super::{Collector, OriginOf};

impl Collector<'_> {
    pub(super) fn advisories(&self, _of: &OriginOf) -> Collected<Advisories> {
        Collected::NotRequested
    }
}
