//! What an environment variable holds, by its name: secrets where a secret is expected, and addresses that lead nowhere.

use super::Canaries;
use crate::chance::{Chance, HEX};

impl Canaries {
    /// A well-formed value for each of these variables. A value that no rule of a service gives is decided by what the name ends in.
    ///
    /// A variable is left out where no rule says what it holds, since programs have better defaults than a guess; where it would lead away
    /// from a service that is known; and where it is for OAuth beside a password, since a program is logged in in one way.
    pub fn environment(&self, names: &[String]) -> Vec<(String, String)> {
        let has = |name: &str, words: &[&str]| in_words(name).split('_').any(|word| words.contains(&word));
        let password = names.iter().any(|name| has(name, &PASSWORDS[..4]));
        let names = names
            .iter()
            .filter(|name| !(password && has(name, &["OAUTH", "OAUTH2"])));
        let values = names.map(|name| (name, self.variable(name)));
        values
            .filter_map(|(name, value)| Some((name.clone(), value?)))
            .collect()
    }

    fn variable(&self, name: &str) -> Option<String> {
        let upper = in_words(name);
        let service = SERVICES.iter().find(|(part, _)| has_words(&upper, part));
        let Some((_, canary)) = service else {
            return self.plain_variable(&upper);
        };
        if (is_about_secret(&upper) && !is_a_switch(&upper)) || EXACT.contains(&upper.as_str()) {
            // Who has one password for a mail server may have a key of a service for mail beside it.
            let is_password = PASSWORDS.iter().any(|word| upper.split('_').any(|it| it == *word));
            let canary = if *canary == "smtp-password" && !is_password {
                "mail-key"
            } else {
                canary
            };
            return Some(self.value(canary).to_owned());
        }
        let ends_away = upper.rsplit('_').next().is_some_and(|word| AWAY.contains(&word));
        let is_hook = has_words(&upper, "WEBHOOK") || has_words(&upper, "WEBHOOKS");
        if ends_away && !is_hook && !OF_THE_PERSON.contains(canary) {
            return None;
        }
        self.plain_variable(&upper)
    }

    /// Variables of no service that is known; nothing where the name does not say what it holds.
    fn plain_variable(&self, upper: &str) -> Option<String> {
        let ends_in = |ending: &&str| upper == *ending || upper.ends_with(&format!("_{ending}"));
        if is_a_switch(upper) {
            return Some("true".to_owned());
        }
        if DATABASES.iter().any(ends_in) {
            return Some(self.database_url(upper));
        }
        let is_azure = has_words(upper, "COMMUNICATION") || has_words(upper, "ACS");
        if is_azure && upper.ends_with("CONNECTION_STRING") {
            let key = self.value("azure-key");
            let place = "https://brightfield.europe.communication.azure.com/";
            return Some(format!("endpoint={place};accesskey={key}"));
        }
        if has_words(upper, "RATE_LIMIT") || has_words(upper, "RATE") && has_words(upper, "LIMIT") {
            return Some(OFTEN.to_owned());
        }
        let word = upper.split('_').next().unwrap_or("app").to_ascii_lowercase();
        if let Some((_, template)) = ENDINGS.iter().find(|(endings, _)| endings.iter().any(ends_in)) {
            let (user, password) = self.smtp_account();
            let value = template
                .replace("{word}", &word)
                .replace("{name}", &mailbox_name(upper))
                .replace("{port}", port(upper))
                .replace("{account}", &format!("{}:{password}", user.replace('@', "%40")));
            return Some(value);
        }
        if is_about_secret(upper) {
            return Some(self.value("env-secret").to_owned());
        }
        if ["ID", "ACCOUNT", "PROJECT", "STREAM"].iter().any(ends_in) {
            return Some(Chance::new(self.seed, &format!("variable {upper}")).text(HEX, 16));
        }
        // `POOL_MAX_MESSAGES`: of what there may be so many, is in the last words.
        let counts = upper.split('_').any(|word| COUNTING.contains(&word));
        counts.then(|| "30".to_owned())
    }

    fn database_url(&self, upper: &str) -> String {
        let password = self.value("database-password");
        let (scheme, port, path) = if upper.contains("MONGO") {
            ("mongodb", 27017, "/orders")
        } else if upper.contains("REDIS") {
            ("redis", 6379, "/0")
        } else {
            ("postgresql", 5432, "/orders")
        };
        format!("{scheme}://orders:{password}@db.brightfield.example:{port}{path}")
    }
}

/// A name in capitals, its words parted: `smtpHost` is `SMTP_HOST`.
fn in_words(name: &str) -> String {
    let mut words = String::with_capacity(name.len() + 4);
    let mut small = false;
    for c in name.chars() {
        if small && c.is_ascii_uppercase() {
            words.push('_');
        }
        small = c.is_ascii_lowercase();
        words.push(c.to_ascii_uppercase());
    }
    words
}

/// Whether a variable turns something on, whatever it is about: `ENABLE_AUTH`, `SMTP_USE_TLS`.
fn is_a_switch(upper: &str) -> bool {
    const FIRST: [&str; 8] = ["ENABLE", "USE", "IS", "HAS", "ALLOW", "REQUIRE", "SHOULD", "WITH"];
    const LAST: [&str; 10] = [
        "SECURE", "TLS", "SSL", "STARTTLS", "ENABLE", "ENABLED", "DEBUG", "CI", "ACTIONS", "POOL",
    ];
    let last = upper.rsplit('_').next().unwrap_or_default();
    let verb = |word: &str| FIRST.contains(&word) && word != last;
    LAST.contains(&last) || upper.split('_').take(2).any(verb)
}

/// Whether a variable's name says that it holds a secret.
fn is_about_secret(upper: &str) -> bool {
    const WORDS: [&str; 18] = [
        "KEY",
        "SECRET",
        "TOKEN",
        "PASSWORD",
        "PASS",
        "PASSWD",
        "PWD",
        "APIKEY",
        "AUTH",
        "CREDENTIALS",
        "DSN",
        "PAT",
        "MNEMONIC",
        "PHRASE",
        "PASSPHRASE",
        "PASSCODE",
        "BEARER",
        "JWT",
    ];
    upper.split('_').any(|word| WORDS.contains(&word))
}

/// Whether the words of `part` follow each other in the name.
fn has_words(upper: &str, part: &str) -> bool {
    format!("_{upper}_").contains(&format!("_{part}_"))
}

fn port(upper: &str) -> &'static str {
    const PORTS: [(&str, &str); 6] = [
        ("SMTP", "587"),
        ("IMAP", "993"),
        ("MAIL", "587"),
        ("REDIS", "6379"),
        ("DB", "5432"),
        ("PG", "5432"),
    ];
    PORTS
        .iter()
        .find(|(word, _)| upper.contains(word))
        .map_or("8080", |(_, port)| port)
}

/// `SUPPORT_EMAIL` is support; `DEFAULT_FROM` could be anyone.
fn mailbox_name(upper: &str) -> String {
    const NOT_NAMES: [&str; 12] = [
        "EMAIL", "MAIL", "FROM", "TO", "DEFAULT", "SENDER", "ADDRESS", "SMTP", "POSTMARK", "SENDGRID", "RESEND",
        "MAILGUN",
    ];
    let name = upper
        .split('_')
        .find(|word| !NOT_NAMES.contains(word) && word.len() > 2);
    name.unwrap_or("hello").to_ascii_lowercase()
}

/// How often something may be done: more often than it is.
const OFTEN: &str = "1000";
/// Words of a variable that counts something.
const COUNTING: [&str; 10] = [
    "MAX", "MIN", "NUM", "NUMBER", "COUNT", "LIMIT", "TIMEOUT", "INTERVAL", "DELAY", "RATE",
];

/// Words for what opens an account of a mail server.
const PASSWORDS: [&str; 7] = ["PASS", "PASSWORD", "PASSWD", "PWD", "PASSCODE", "PASSPHRASE", "AUTH"];

/// Last words of a variable that puts another address in the place of a service's own.
const AWAY: [&str; 8] = ["URL", "URI", "ENDPOINT", "ORIGIN", "HOST", "HOSTNAME", "SERVER", "BASE"];

/// Canaries of what has no address but the one it is configured with.
const OF_THE_PERSON: [&str; 7] = [
    "smtp-user",
    "smtp-password",
    "database-password",
    "docker-password",
    "jwt",
    "pem-key",
    "wallet-phrase",
];

/// Endings of variables that lead to a database.
const DATABASES: [&str; 6] = [
    "DATABASE_URL",
    "POSTGRES_URL",
    "DB_URL",
    "MONGO_URI",
    "MONGODB_URI",
    "REDIS_URL",
];

/// Endings of variables, and what they hold. The first that fits counts.
const ENDINGS: &[(&[&str], &str)] = &[
    (
        &["SMTP_URL", "MAIL_URL", "EMAIL_URL"],
        "smtps://{account}@smtp.brightfield.example:465",
    ),
    (&["PORT"], "{port}"),
    (
        &[
            "EMAIL",
            "FROM",
            "SENDER",
            "MAIL",
            "REPLY_TO",
            "TO",
            "BCC",
            "CC",
            "ADDRESS",
            "RECIPIENT",
            "RECIPIENTS",
            "MAILBOX",
            "INBOX",
            "FROM_EMAIL_ADDRESS",
        ],
        "{name}@brightfield.example",
    ),
    (&["REGISTRY"], "https://registry.example/"),
    (
        &["URL", "URI", "ENDPOINT", "WEBHOOK", "ORIGIN"],
        "https://{word}.brightfield.example/",
    ),
    (&["HOST", "HOSTNAME", "SERVER", "DOMAIN"], "{word}.brightfield.example"),
    (&["BASE", "API_BASE"], "https://{word}.brightfield.example/"),
    (&["REGION"], "us-east-1"),
    (&["NODE_ENV", "ENV", "ENVIRONMENT", "STAGE"], "production"),
    (
        &[
            "TIMEOUT",
            "LIMIT",
            "RETRIES",
            "RETRY",
            "COUNT",
            "SIZE",
            "MAX",
            "MIN",
            "INTERVAL",
            "DELAY",
            "SECONDS",
            "MINUTES",
            "DAYS",
            "MS",
            "ATTEMPTS",
            "CONNECTIONS",
            "CONCURRENCY",
        ],
        "30",
    ),
    (&["ENCRYPTION", "SECURITY"], "tls"),
    (&["AUTH_METHOD", "AUTH_TYPE"], "login"),
    (&["LOG_LEVEL", "LOGLEVEL", "LEVEL"], "info"),
    (&["LOCALE"], "en"),
    (&["TIMEZONE"], "Europe/London"),
    (&["PROVIDER", "TRANSPORT", "SERVICE"], "smtp"),
    (&["FROM_NAME", "SENDER_NAME", "NAME"], "Brightfield"),
    (&["USER", "USERNAME", "LOGIN"], "deploy"),
];

/// Variables that hold a secret and do not say so.
const EXACT: [&str; 6] = [
    "SMTP_USER",
    "SMTP_USERNAME",
    "MAIL_USER",
    "EMAIL_USER",
    "MAIL_USERNAME",
    "AWS_ACCESS_KEY_ID",
];

/// Words in the name of a variable, and the canary it then holds. The first that fits counts.
const SERVICES: &[(&str, &str)] = &[
    ("AWS_ACCESS_KEY_ID", "aws-key-id"),
    ("ACCESS_KEY_ID", "aws-key-id"),
    ("AWS_SECRET_ACCESS_KEY", "aws-secret"),
    ("SECRET_ACCESS_KEY", "aws-secret"),
    ("AWS_SESSION_TOKEN", "cloud-token"),
    ("NPM", "npm-token"),
    ("NODE_AUTH_TOKEN", "npm-token"),
    ("GITHUB", "github-token"),
    ("GH", "github-token"),
    ("SLACK", "slack-token"),
    ("STRIPE", "stripe-key"),
    ("OPENAI", "openai-key"),
    ("ANTHROPIC", "anthropic-key"),
    ("SENDGRID", "sendgrid-key"),
    ("POSTMARK", "postmark-token"),
    ("MAILGUN", "mailgun-key"),
    ("RESEND", "resend-key"),
    ("BREVO", "brevo-key"),
    ("SENDINBLUE", "brevo-key"),
    ("MAILERSEND", "mailersend-key"),
    ("SPARKPOST", "sparkpost-key"),
    ("MAILJET", "mailjet-key"),
    ("MJ", "mailjet-key"),
    ("MANDRILL", "mandrill-key"),
    ("MAILCHIMP", "mandrill-key"),
    ("ZEPTOMAIL", "zeptomail-key"),
    ("GOOGLE", "google-key"),
    ("GEMINI", "google-key"),
    ("FIREBASE", "google-key"),
    ("SMTP_USER", "smtp-user"),
    ("SMTP_USERNAME", "smtp-user"),
    ("MAIL_USER", "smtp-user"),
    ("MAIL_USERNAME", "smtp-user"),
    ("EMAIL_USER", "smtp-user"),
    ("SMTP", "smtp-password"),
    ("MAIL", "smtp-password"),
    ("EMAIL", "smtp-password"),
    ("DB", "database-password"),
    ("DATABASE", "database-password"),
    ("POSTGRES", "database-password"),
    ("PGPASSWORD", "database-password"),
    ("MYSQL", "database-password"),
    ("MONGO", "database-password"),
    ("REDIS", "database-password"),
    ("DOCKER", "docker-password"),
    ("JWT", "jwt"),
    ("PRIVATE_KEY", "pem-key"),
    ("MNEMONIC", "wallet-phrase"),
    ("SEED_PHRASE", "wallet-phrase"),
];
