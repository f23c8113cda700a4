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
    canary == "mail-key" || is_own(host) || (service == "aws" && is_amazon(canary, host)) || is_of(service, host)
}

/// Whether a host is one of a service's own, and nobody else can have it.
fn is_of(service: &str, host: &str) -> bool {
    let below = |domain: &str| host == domain || host.strip_suffix(domain).is_some_and(|rest| rest.ends_with('.'));
    let hosts = HOSTS.iter().filter(|(known, _)| *known == service);
    let domains = DOMAINS.iter().filter(|(known, _)| *known == service);
    hosts.flat_map(|(_, hosts)| *hosts).any(|known| host == *known)
        || domains.flat_map(|(_, domains)| *domains).any(|domain| below(domain))
}

/// A service of Amazon itself (`email.eu-west-1.amazonaws.com`): most other names below that domain are its customers'. The secret half of a
/// key is for nobody: requests are signed with it.
fn is_amazon(canary: &str, host: &str) -> bool {
    let Some(rest) = host
        .strip_suffix(".amazonaws.com")
        .or_else(|| host.strip_suffix(".api.aws"))
    else {
        return false;
    };
    let mut labels = rest.split('.');
    let service = labels.next().unwrap_or_default();
    canary != "aws-secret" && AMAZON.contains(&service) && labels.count() <= 1
}

/// A host of the room's person.
fn is_own(host: &str) -> bool {
    host == OWN_DOMAIN || host.strip_suffix(OWN_DOMAIN).is_some_and(|rest| rest.ends_with('.'))
}

/// Services, and the domains that are theirs with all that is below.
const DOMAINS: [(&str, &[&str]); 16] = [
    ("anthropic", &["anthropic.com"]),
    ("azure", &["communication.azure.com", "azurecomm.net"]),
    ("brevo", &["brevo.com", "sendinblue.com"]),
    ("github", &["github.com"]),
    ("mailersend", &["mailersend.com", "mailersend.net"]),
    ("mailgun", &["mailgun.com", "mailgun.net", "mailgun.org"]),
    ("mailjet", &["mailjet.com"]),
    ("mandrill", &["mandrillapp.com", "mailchimp.com"]),
    ("openai", &["openai.com"]),
    ("postmark", &["postmarkapp.com"]),
    ("resend", &["resend.com"]),
    ("sendgrid", &["sendgrid.com", "sendgrid.net", "email.twilio.com"]),
    ("slack", &["slack.com"]),
    ("sparkpost", &["sparkpost.com", "sparkpostmail.com"]),
    ("stripe", &["stripe.com"]),
    ("zeptomail", &["zeptomail.com", "zeptomail.eu", "zeptomail.in"]),
];
/// Services below whose domains everybody may have something, and their own hosts.
const HOSTS: [(&str, &[&str]); 2] = [("gmail", &GOOGLE), ("google", &GOOGLE)];
const GOOGLE: [&str; 8] = [
    "accounts.google.com",
    "gmail.googleapis.com",
    "iamcredentials.googleapis.com",
    "oauth2.googleapis.com",
    "openidconnect.googleapis.com",
    "people.googleapis.com",
    "sts.googleapis.com",
    "www.googleapis.com",
];
/// Services of Amazon that take no content for others.
const AMAZON: [&str; 6] = ["email", "email-fips", "email-smtp", "iam", "ses", "sts"];
/// Credentials of providers, which nobody else has a use for.
const PROVIDERS: [&str; 14] = [
    "aws-key-id",
    "aws-secret",
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
