//! Hands what was found in mail to whoever is told at once.

use std::collections::BTreeSet;
use std::time::Duration;

use waxseal_detect::mail::{Ledger, MailFinding, MailPolicy, is_statistic};

use super::state::StateFolder;
use crate::alerts::{Alert, AlertError, Alerts, Limits, Sender, Targets};

/// Who is told, and what they were told of statistics already.
pub struct Teller {
    alerts: Alerts,
    _sender: Sender,
    told: BTreeSet<String>,
    /// It was said already that an alert could not be kept.
    complained: bool,
}

impl Teller {
    /// Opens the spool in the folder of what was seen, and begins to send what lies in it. What `known` tells already is not told again.
    ///
    /// # Errors
    /// The spool cannot be used, or there is no thread to be had.
    pub fn open(
        targets: Targets,
        state: &StateFolder,
        known: &Ledger,
        policy: &MailPolicy,
    ) -> Result<Self, AlertError> {
        let alerts = Alerts::open(targets, &state.path().join(SPOOL), Limits::default())?;
        let sender = alerts.start()?;
        Ok(Self {
            alerts,
            _sender: sender,
            told: known.conclusions(policy).iter().map(key).collect(),
            complained: false,
        })
    }

    /// Tells of one finding. An alert that cannot be written down is said once; how many there were is told when something can be written again.
    pub fn tell(&mut self, finding: &MailFinding) -> Option<String> {
        match self.alerts.enqueue(&Alert::from(finding)) {
            Ok(_) => {
                self.complained = false;
                None
            }
            Err(err) => (!std::mem::replace(&mut self.complained, true)).then(|| err.to_string()),
        }
    }

    /// Tells of what follows from all that was seen and was not told before: only statistics, or everything.
    pub fn conclude(&mut self, ledger: &Ledger, policy: &MailPolicy, only_statistics: bool) -> Option<String> {
        let mut said = None;
        for finding in ledger.conclusions(policy) {
            if (!only_statistics || is_statistic(finding.indicator)) && self.told.insert(key(&finding)) {
                said = self.tell(&finding).or(said);
            }
        }
        said
    }

    /// Waits until everything is told, `longest` at most; how many letters still wait.
    ///
    /// # Errors
    /// The spool cannot be read.
    pub fn flush(&self, longest: Duration) -> Result<usize, AlertError> {
        self.alerts.flush(longest)
    }
}

impl std::fmt::Debug for Teller {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Teller")
            .field("told", &self.told.len())
            .finish_non_exhaustive()
    }
}

fn key(finding: &MailFinding) -> String {
    [finding.indicator, &finding.application, &finding.recipient].join("\0")
}

/// The folder of alerts that wait, in that of what was seen.
const SPOOL: &str = "alerts";
