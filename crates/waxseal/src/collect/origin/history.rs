//! What the registry's full document says of a name over time.

use waxseal_model::{Collected, PackageHistory, Subject};

use super::{Collector, missing};

impl Collector<'_> {
    /// What the registry says of the name over time. It is asked for the full document, whatever was chosen from the short one; what
    /// is stored is asked for anew only if it changed. Only a release of a registry has a history.
    pub fn history(&self, subject: &Subject) -> Collected<PackageHistory> {
        let Subject::Package(package) = subject else {
            return Collected::NotRequested;
        };
        let history = match self.registry() {
            Ok(registry) => registry.history(&package.name).map_err(|err| err.to_string()),
            Err(error) => Err(error.message),
        };
        match history {
            Ok(history) => Collected::Present(history),
            Err(reason) => {
                let reason = format!("nothing is known of who published it and when, or of what was removed: {reason}");
                missing(subject, "history", reason)
            }
        }
    }
}
