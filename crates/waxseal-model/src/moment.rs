//! A point in time, so that what a registry says can be compared with itself and with now.

use serde::{Deserialize, Serialize};

/// A point in time: seconds since 1970-01-01T00:00:00 UTC, without leap seconds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Moment(pub i64);

impl Moment {
    /// Seconds from `earlier` to this; negative where `earlier` is the later one.
    pub fn since(self, earlier: Self) -> i64 {
        self.0.saturating_sub(earlier.0)
    }

    /// Whole days from `earlier` to this, cut towards the past.
    pub fn days_since(self, earlier: Self) -> i64 {
        self.since(earlier).div_euclid(DAY)
    }
}

/// Seconds of a day.
const DAY: i64 = 86_400;
