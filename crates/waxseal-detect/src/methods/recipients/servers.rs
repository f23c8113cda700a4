//! What the fields of an account hold, and the servers that everybody's mail may be handed to.

/// Whether a field of an account names the server.
pub(super) fn is_server(field: &str) -> bool {
    let tail = tail(field);
    [
        "proxy", "host", "hostname", "server", "service", "url", "uri", "endpoint", "baseurl", "apiurl", "apihost",
        "smtphost",
    ]
    .contains(&tail.as_str())
}

/// Whether a field of an account decides nothing about whose it is.
pub(super) fn is_detail(field: &str) -> bool {
    let tail = tail(field);
    [
        "port",
        "secure",
        "region",
        "type",
        "method",
        "name",
        "version",
        "apiversion",
        "servername",
    ]
    .contains(&tail.as_str())
}

/// Whether a field of an account holds a name, which opens nothing without a secret.
pub(super) fn is_user_name(field: &str) -> bool {
    let tail = tail(field);
    [
        "user",
        "username",
        "login",
        "clientid",
        "accesskeyid",
        "accountid",
        "email",
        "domain",
    ]
    .contains(&tail.as_str())
}

/// The host in a URL, in `host:port`, or alone, in lower case.
pub(super) fn host(value: &str) -> String {
    let rest = value.split_once("://").map_or(value, |(_, rest)| rest);
    let authority = rest.split(['/', '?', '#']).next().unwrap_or(rest);
    let host = authority.rsplit_once('@').map_or(authority, |(_, host)| host);
    let host = match host.strip_prefix('[').and_then(|rest| rest.split_once(']')) {
        Some((inside, _)) => inside,
        // More than one colon is an address of IPv6 without brackets.
        None if host.matches(':').count() == 1 => host.split(':').next().unwrap_or(host),
        None => host,
    };
    host.trim_end_matches('.').to_lowercase()
}

/// Whether the host is the machine itself.
pub(super) fn is_this_machine(host: &str) -> bool {
    matches!(host, "localhost" | "::1" | "0.0.0.0" | "") || host.starts_with("127.") || host.ends_with(".localhost")
}

/// Whether the host is no stranger's: this machine, or a word that is no name on the internet, such as a path below a client's
/// own base address.
pub(super) fn is_nearby(host: &str) -> bool {
    is_this_machine(host) || !host.contains(['.', ':', '*'])
}

/// Whether the host is a mail provider's that anybody can have an account at, or a bare service name out of a library's own list.
pub(super) fn is_known(host: &str) -> bool {
    let below = |domain: &&str| {
        host.strip_suffix(*domain)
            .is_some_and(|rest| rest.is_empty() || rest.ends_with('.'))
    };
    // Anything can be rented below this one; only these two names are the mail service's.
    let amazon = host.ends_with(".amazonaws.com") && (host.starts_with("email.") || host.starts_with("email-smtp."));
    amazon || !host.contains(['.', '*']) || PROVIDERS.iter().any(below)
}

fn tail(field: &str) -> String {
    let last = field.rsplit('.').next().unwrap_or(field);
    last.chars()
        .filter(|c| c.is_ascii_alphanumeric())
        .map(|c| c.to_ascii_lowercase())
        .collect()
}

/// Domains whose servers take mail from anybody with an account there.
const PROVIDERS: [&str; 48] = [
    "126.com",
    "163.com",
    "aliyun.com",
    "aol.com",
    "brevo.com",
    "elasticemail.com",
    "ethereal.email",
    "fastmail.com",
    "gandi.net",
    "gmail.com",
    "gmx.com",
    "gmx.de",
    "gmx.net",
    "godaddy.com",
    "googlemail.com",
    "gmail.googleapis.com",
    "hotmail.com",
    "icloud.com",
    "ionos.com",
    "mail.com",
    "mail.me.com",
    "mail.ru",
    "mailersend.com",
    "mailersend.net",
    "mailgun.net",
    "mailgun.org",
    "mailjet.com",
    "mailtrap.io",
    "mandrillapp.com",
    "graph.microsoft.com",
    "office365.com",
    "outlook.com",
    "ovh.net",
    "postmarkapp.com",
    "proton.me",
    "qq.com",
    "resend.com",
    "sendgrid.com",
    "sendgrid.net",
    "sendinblue.com",
    "smtp2go.com",
    "socketlabs.com",
    "sparkpost.com",
    "sparkpostmail.com",
    "web.de",
    "yahoo.com",
    "yandex.com",
    "zoho.com",
];
