//! What a package did with the secrets that were planted in the room.

use std::collections::BTreeMap;

use waxseal_model::{CanaryDeed, CanaryUse, Confidence, Finding, Proof, RunSummary, Severity};

use crate::proof::{self, Values};
use crate::{Case, Indicator, Method, Need};

pub(crate) const METHOD: Method = Method {
    id: "canaries",
    title: "Planted secrets",
    summary: "Finds what a run did with the credentials planted in the room: sent, changed, or opened.",
    needs: &[Need::Runs],
    indicators: &[
        indicator(
            SENT,
            "Sent a planted secret",
            "A secret that was planted in the room left it, as it is or encoded.",
            Severity::Critical,
            &["T1552.001", "T1555", "T1041"],
        ),
        indicator(
            MISDIRECTED,
            "Sent a configured credential elsewhere",
            "A credential that the package was configured with was sent to another place than the service it is for.",
            Severity::High,
            &["T1552", "T1041"],
        ),
        indicator(
            USED,
            "Used a configured credential",
            "A credential that the package was configured with was sent to the service it is for.",
            Severity::Info,
            &[],
        ),
        indicator(
            CHANGED,
            "Changed a planted file",
            "A file that holds a person's credentials or settings was changed or removed.",
            Severity::High,
            &["T1546", "T1098.004"],
        ),
        indicator(
            OPENED,
            "Opened a planted file",
            "A file that holds a person's credentials or settings was opened.",
            Severity::High,
            &["T1552.001", "T1555"],
        ),
    ],
    run,
    manual: include_str!("manual.md"),
};

const fn indicator(
    id: &'static str,
    title: &'static str,
    summary: &'static str,
    severity: Severity,
    attack: &'static [&'static str],
) -> Indicator {
    Indicator {
        id,
        title,
        summary,
        severity,
        attack,
        controls: &[
            "iso27001:A.5.17",
            "iso27001:A.8.12",
            "iso27001:A.8.30",
            "nist80053:SI-4",
        ],
    }
}

const SENT: &str = "canaries/sent";
const MISDIRECTED: &str = "canaries/misdirected";
const USED: &str = "canaries/used";
const CHANGED: &str = "canaries/changed";
const OPENED: &str = "canaries/opened";

fn run(case: &Case<'_>) -> Vec<Finding> {
    let mut found: BTreeMap<(&'static str, &str, &str), (bool, Vec<&CanaryUse>)> = BTreeMap::new();
    for run in case.runs().unwrap_or_default() {
        for used in &run.canaries {
            let key = (claim(used), used.canary.as_str(), used.place.as_str());
            let (mail_too, uses) = found.entry(key).or_default();
            *mail_too |= is_strangers(run, used);
            uses.push(used);
        }
    }
    found
        .into_iter()
        .map(|((indicator, canary, place), (strangers, uses))| {
            let proofs = uses.iter().map(|used| prove(used)).collect();
            let weight = match (indicator, strangers) {
                (MISDIRECTED, true) => (Severity::Critical, Confidence::Medium),
                _ => weight(indicator, place),
            };
            let summary = sentence(indicator, canary, place);
            proof::finding(case, indicator, weight, summary, proofs, None)
        })
        .collect()
}

fn claim(used: &CanaryUse) -> &'static str {
    match used.deed {
        CanaryDeed::Sent if used.given && is_at_home(&used.canary, &used.place) => USED,
        CanaryDeed::Sent if used.given => MISDIRECTED,
        CanaryDeed::Sent => SENT,
        CanaryDeed::Changed => CHANGED,
        CanaryDeed::Opened => OPENED,
    }
}

/// Whether a credential of a mail system went where no mail system is that it could be for. A key of a provider that is known is for that
/// provider alone. The account of a mail server is for the server that is configured, or one of those that everybody has accounts at; a
/// server that took mail with it and is neither, nor called like the package, is a stranger's.
fn is_strangers(run: &RunSummary, used: &CanaryUse) -> bool {
    if PROVIDERS.contains(&used.canary.as_str()) {
        return true;
    }
    if !ACCOUNT.contains(&used.canary.as_str()) {
        return false;
    }
    let host = used
        .place
        .rsplit_once(':')
        .map_or(used.place.as_str(), |(host, _)| host)
        .to_lowercase();
    let mut labels = host.rsplit('.');
    let label = labels.nth(1).unwrap_or_default();
    let local = host.parse::<std::net::IpAddr>().is_ok() || !host.contains('.');
    let known = PUBLIC.contains(&label);
    let named = label.len() > 3 && run.command.iter().any(|word| word.to_lowercase().contains(label));
    let took_mail = run
        .mails
        .iter()
        .any(|mail| mail.server == used.place && mail.message.channel == "smtp");
    took_mail && !local && !known && !named
}

/// Whether a credential goes to the service it is for. A service's credential has its name in front (`postmark-token`), and its host has
/// it as the name of the domain, with or without an ending (`api.postmarkapp.com`); what is made up for no service belongs to the domain
/// of the room's person.
fn is_at_home(canary: &str, place: &str) -> bool {
    let host = place.rsplit_once(':').map_or(place, |(host, _)| host);
    let mut labels = host.rsplit('.').skip(1);
    let service = canary.split('-').next().unwrap_or(canary);
    let own = host == OWN_DOMAIN || host.strip_suffix(OWN_DOMAIN).is_some_and(|rest| rest.ends_with('.'));
    // What is handed over for a service that nobody here knows is at home wherever that is.
    canary == "mail-key"
        || own
        || (service == "gmail" && host == LOGIN_OF_GOOGLE)
        || labels.next().is_some_and(|label| {
            let named = label
                .strip_prefix(service)
                .is_some_and(|rest| matches!(rest, "" | "app" | "apis" | "mail"));
            named || HOMES.contains(&(service, label))
        })
}

fn weight(indicator: &str, path: &str) -> (Severity, Confidence) {
    match indicator {
        SENT => (Severity::Critical, Confidence::High),
        MISDIRECTED => (Severity::High, Confidence::Medium),
        CHANGED => (Severity::High, Confidence::High),
        USED => (Severity::Info, Confidence::High),
        // Tools read their own settings; nobody but a thief and its owner reads a key, a wallet or a browser's passwords.
        _ if EVERYDAY.iter().any(|name| path.ends_with(name)) => (Severity::Low, Confidence::High),
        _ => (Severity::High, Confidence::Medium),
    }
}

fn sentence(indicator: &str, canary: &str, place: &str) -> String {
    let (canary, place) = (proof::cut(canary, MAX_NAME), proof::cut(place, MAX_NAME));
    match indicator {
        SENT => format!("it sent the planted secret `{canary}` to {place}"),
        MISDIRECTED => format!("it sent the credential `{canary}`, which it was configured with, to {place}"),
        USED => format!("it used the credential `{canary}`, which it was configured with, at {place}"),
        CHANGED => format!("it changed {place}"),
        _ => format!("it opened {place}"),
    }
}

fn prove(used: &CanaryUse) -> Proof {
    Proof::default()
        .with("canary", &used.canary)
        .with("place", &used.place)
        .with("phase", used.phase.id())
        .with("times", used.times.to_string())
}

/// Services whose hosts are called otherwise.
const HOMES: [(&str, &str); 5] = [
    ("aws", "amazonaws"),
    ("gmail", "googleapis"),
    ("google", "googleapis"),
    ("brevo", "sendinblue"),
    ("mandrill", "mailchimp"),
];
/// Where a login at Google is renewed; anybody may have a page of his own at other hosts of that domain.
const LOGIN_OF_GOOGLE: &str = "accounts.google.com";
/// Credentials of providers, which nobody else has a use for.
const PROVIDERS: [&str; 12] = [
    "postmark-token",
    "sendgrid-key",
    "mailgun-key",
    "resend-key",
    "brevo-key",
    "mailersend-key",
    "sparkpost-key",
    "mailjet-key",
    "mandrill-key",
    "zeptomail-key",
    "gmail-token",
    "gmail-refresh-token",
];
/// What a mail server is logged in at with.
const ACCOUNT: [&str; 2] = ["smtp-user", "smtp-password"];
/// Mail servers at which everybody may have an account: the label below their ending.
#[rustfmt::skip]
const PUBLIC: [&str; 40] = [
    "gmail", "googlemail", "google", "office365", "outlook", "hotmail", "live", "microsoft", "yahoo", "aol", "icloud", "me", "zoho", "zohomail",
    "fastmail", "gmx", "web", "yandex", "mail", "qq", "163", "126", "naver", "daum", "protonmail", "proton", "mailtrap", "ethereal", "sendgrid",
    "mailgun", "postmarkapp", "amazonaws", "mailjet", "brevo", "sendinblue", "sparkpostmail", "mandrillapp", "resend", "smtp2go", "ovh",
];
/// Where the room's person works.
const OWN_DOMAIN: &str = "brightfield.example";
/// Files that ordinary tools read at every start.
const EVERYDAY: [&str; 7] = [
    "/.npmrc",
    "/.gitconfig",
    "/.aws/config",
    "/.aws/credentials",
    "/.netrc",
    "/.ssh/config",
    "/.env",
];
const MAX_NAME: usize = 280;

#[cfg(test)]
pub(crate) mod tests;
