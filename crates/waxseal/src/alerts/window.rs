//! Whether an alert came before: the first is told, those that follow within a window are counted. Pure: the moment is handed in.

use serde::{Deserialize, Serialize};
use waxseal_model::{Moment, Severity};

use super::alert::{Alert, severity};

/// A window that is open for one key and one target, as it lies in the spool.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Window {
    /// When it was opened.
    pub(super) opened: i64,
    /// The worst that was told in it.
    #[serde(with = "severity")]
    pub(super) severity: Severity,
    /// How many came again and were not told yet.
    pub(super) repeats: u64,
    /// When the last of them came.
    pub(super) last: i64,
    /// The last of them; at first the one that was told.
    pub(super) alert: Alert,
}

/// What becomes of an alert.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Judged {
    /// It is told.
    Tell,
    /// It is counted.
    Count,
}

impl Window {
    /// The window that the telling of an alert opens.
    pub(super) fn open(alert: &Alert, now: Moment) -> Self {
        Self {
            opened: now.0,
            severity: alert.severity,
            repeats: 0,
            last: now.0,
            alert: alert.clone(),
        }
    }

    /// What becomes of an alert with the key of this window. One that is worse than what was told is told.
    pub(super) fn judge(&self, alert: &Alert, now: Moment, seconds: u64) -> Judged {
        if self.is_over(now, seconds) || alert.severity > self.severity {
            Judged::Tell
        } else {
            Judged::Count
        }
    }

    /// Counts one.
    pub(super) fn count(&mut self, alert: &Alert, now: Moment) {
        self.repeats = self.repeats.saturating_add(1);
        self.last = now.0;
        self.alert = alert.clone();
    }

    /// Whether its time is over. A clock that was set back by more than the window ends it too.
    pub(super) fn is_over(&self, now: Moment, seconds: u64) -> bool {
        now.0.abs_diff(self.opened) >= seconds
    }

    /// What is told of those that were counted, once it is over.
    pub(super) fn follow_up(&self) -> Alert {
        let times = if self.repeats == 1 { "once more" } else { "more times" };
        let seconds = self.last.abs_diff(self.opened);
        let summary = if self.repeats == 1 {
            format!("came {times} within {seconds} seconds: {}", self.alert.summary)
        } else {
            format!(
                "came {} {times} within {seconds} seconds, the last time: {}",
                self.repeats, self.alert.summary
            )
        };
        Alert {
            summary,
            at: Some(Moment(self.last)),
            ..self.alert.clone()
        }
    }
}
