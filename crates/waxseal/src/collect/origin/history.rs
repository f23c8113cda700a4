//! What the registry's full document says of a name over time.

use waxseal_model::{Collected, PackageHistory};

use super::{Collector, OriginOf};

impl Collector<'_> {
    pub(super) fn history(&self, _of: &OriginOf) -> Collected<PackageHistory> {
        Collected::NotRequested
    }
}
