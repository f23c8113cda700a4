//! Alerts of what was found in mail.

use waxseal_detect::mail::{MAIL, MailFinding};

use super::Alert;

impl From<&MailFinding> for Alert {
    /// The alert of a finding. Findings of the same kind about the same application and recipient are the same one.
    fn from(finding: &MailFinding) -> Self {
        let title = MAIL
            .indicators
            .iter()
            .find(|indicator| indicator.id == finding.indicator)
            .map_or(finding.indicator, |indicator| indicator.title);
        let mut alert = Self {
            // A NUL is in neither of them, so that no two keys are alike by chance or by intent.
            key: [finding.indicator, &finding.application, &finding.recipient].join("\0"),
            severity: finding.severity,
            title: title.to_owned(),
            summary: finding.summary.clone(),
            subject: finding.application.clone(),
            values: Vec::new(),
            at: finding.at,
            source: finding.source.clone(),
        };
        for (name, text) in [
            ("indicator", finding.indicator),
            ("recipient", &finding.recipient),
            ("message", &finding.id),
            ("host", &finding.host),
        ] {
            if !text.is_empty() {
                alert = alert.with(name, text);
            }
        }
        alert
    }
}
