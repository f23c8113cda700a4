//! Where a credential is at home.

use waxseal_model::{CanaryUse, RunSummary, Subject};

/// Whether a credential of a mail system went where no mail system is that it could be for. A key of a provider that is known is for that
/// provider alone. The account of a mail server is for the server that is configured, or one of those that everybody has accounts at; a
/// server that took mail with it and is neither, nor called like the package, is a stranger's.
pub(super) fn is_strangers(run: &RunSummary, used: &CanaryUse) -> bool {
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
///
/// A secret of no service that is known is at home where the package is: its name is in that of the domain. An account of a mail server is
/// at home at every mail server that is open to the public: nobody but its owner gets anything there.
pub(super) fn is_at_home(canary: &str, place: &str, subject: &Subject) -> bool {
    let (host, port) = place.rsplit_once(':').unwrap_or((place, ""));
    let label = host.rsplit('.').nth(1);
    if canary == "env-secret" {
        let Subject::Package(package) = subject else {
            return is_own(host);
        };
        let name = package.name.to_string().to_lowercase();
        let mut words = name.split(|c: char| !c.is_ascii_alphanumeric());
        let is_name = |word: &str| word.len() >= SHORTEST_NAME && !GENERIC.contains(&word);
        return is_own(host) || label.is_some_and(|label| words.any(|word| is_name(word) && label.contains(word)));
    }
    if canary.starts_with("smtp-") && SUBMISSION.contains(&port) && MAIL_HOSTS.contains(&host) {
        return true;
    }
    let service = canary.split('-').next().unwrap_or(canary);
    // What is handed over for a service that nobody here knows is at home wherever that is.
    canary == "mail-key"
        || is_own(host)
        || (service == "gmail" && host == LOGIN_OF_GOOGLE)
        || label.is_some_and(|label| {
            let named = label
                .strip_prefix(service)
                .is_some_and(|rest| matches!(rest, "" | "app" | "apis" | "mail"));
            named || HOMES.contains(&(service, label))
        })
}

/// A host of the room's person.
fn is_own(host: &str) -> bool {
    host == OWN_DOMAIN || host.strip_suffix(OWN_DOMAIN).is_some_and(|rest| rest.ends_with('.'))
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
/// Mail servers at which the public has accounts.
const MAIL_HOSTS: [&str; 24] = [
    "email-smtp.eu-central-1.amazonaws.com",
    "email-smtp.eu-west-1.amazonaws.com",
    "email-smtp.us-east-1.amazonaws.com",
    "email-smtp.us-west-2.amazonaws.com",
    "in-v3.mailjet.com",
    "mail.gmx.com",
    "smtp-mail.outlook.com",
    "smtp-relay.brevo.com",
    "smtp.elasticemail.com",
    "smtp.fastmail.com",
    "smtp.gmail.com",
    "smtp.googlemail.com",
    "smtp.live.com",
    "smtp.mail.me.com",
    "smtp.mail.yahoo.com",
    "smtp.mailgun.org",
    "smtp.mandrillapp.com",
    "smtp.office365.com",
    "smtp.postmarkapp.com",
    "smtp.resend.com",
    "smtp.sendgrid.net",
    "smtp.sparkpostmail.com",
    "smtp.yandex.com",
    "smtp.zoho.com",
];
/// Where mail is handed in (RFC 6409 §3.1, RFC 8314 §3.3), and where it was.
const SUBMISSION: [&str; 4] = ["25", "465", "587", "2525"];
/// Words of a package's name that are no name of a service.
#[rustfmt::skip]
const GENERIC: [&str; 18] = [
    "mail",
    "mails",
    "mailer",
    "email",
    "emails",
    "client",
    "node",
    "nodejs",
    "server",
    "smtp",
    "send",
    "sender",
    "transport",
    "service",
    "provider",
    "plugin",
    "library",
    "official",
];
/// Letters of a word that names a service.
const SHORTEST_NAME: usize = 4;
/// Where the room's person works.
const OWN_DOMAIN: &str = "brightfield.example";
