//! Each secret is well formed, each file and variable holds what it should; the encodings have a file of their own.

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};

use super::{Canaries, keys, mint};

mod encodings;

fn canaries() -> Canaries {
    Canaries::mint(42)
}

#[test]
fn the_same_seed_makes_the_same_secrets() {
    let again = Canaries::mint(42);
    assert!(canaries().iter().eq(again.iter()));
    let others = Canaries::mint(43);
    assert!(
        canaries()
            .iter()
            .zip(others.iter())
            .all(|(one, other)| one.value != other.value)
    );
}

/// GitHub's published format: the CRC-32 of the random part in base 62. The token is the one of that article.
#[test]
fn checksums_of_tokens() {
    let digits = crate::chance::BASE62;
    let number = |text: &str| {
        text.chars().fold(0_u64, |number, digit| {
            number * 62 + digits.find(digit).expect("a digit") as u64
        })
    };
    assert_eq!(
        u64::from(mint::crc32(b"zQWBuTSOoRi4A9spHcVY5ncnsDkxkJ")),
        number("0mLq17")
    );
    for id in ["npm-token", "github-token"] {
        let token = canaries().value(id).to_owned();
        let (random, checksum) = token[4..].split_at(30);
        assert_eq!(u64::from(mint::crc32(random.as_bytes())), number(checksum), "{token}");
    }
}

#[test]
fn keys_are_well_formed() {
    let canaries = canaries();
    let public = keys::openssh_public(canaries.value("ssh-key"), "me@host");
    assert!(
        public.starts_with("ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAI") && public.ends_with(" me@host\n"),
        "{public}"
    );
    let body: String = canaries
        .value("pem-key")
        .lines()
        .filter(|line| !line.starts_with('-'))
        .collect();
    let der = STANDARD.decode(body).expect("a PEM is base64");
    assert!(ring::signature::Ed25519KeyPair::from_pkcs8_maybe_unchecked(&der).is_ok());
    let parts: Vec<&str> = canaries.value("jwt").split('.').collect();
    for part in &parts[..2] {
        let json = URL_SAFE_NO_PAD.decode(part).expect("a JWT is base64");
        assert!(serde_json::from_slice::<serde_json::Value>(&json).is_ok());
    }
    assert_eq!(canaries.value("wallet-phrase").split(' ').count(), 12);
}

#[test]
fn every_file_that_holds_a_secret_says_so() {
    let canaries = canaries();
    let files = canaries.files("/home/ann/", "ann");
    let holds = |path: &str| {
        let file = files.iter().find(|file| file.path == format!("/home/ann/{path}"));
        canaries.in_file(file.unwrap_or_else(|| panic!("{path} is planted")))
    };
    assert_eq!(holds(".npmrc"), ["npm-token"]);
    assert_eq!(holds(".ssh/id_ed25519"), ["ssh-key"]);
    assert_eq!(holds(".ssh/id_ed25519.pub"), [""; 0]);
    assert_eq!(holds(".ssh/known_hosts"), [""; 0]);
    assert_eq!(holds(".aws/credentials"), ["aws-key-id", "aws-secret"]);
    assert_eq!(holds(".netrc"), ["github-token"]);
    assert_eq!(holds(".git-credentials"), ["github-token"]);
    assert_eq!(holds(".docker/config.json"), ["docker-password"]);
    assert_eq!(holds(".kube/config"), ["jwt"]);
    assert_eq!(holds(".config/google-chrome/Default/Login Data"), ["browser-password"]);
    assert_eq!(holds(".config/google-chrome/Default/Cookies"), ["browser-cookie"]);
    assert_eq!(holds(".cursor/mcp.json"), ["github-token", "postmark-token"]);
    assert_eq!(holds("Documents/wallet-backup.txt"), ["wallet-phrase"]);
    assert_eq!(holds(".bash_history"), ["aws-secret", "database-password"]);
    assert_eq!(holds("projects/orders-api/.env").len(), 11);
    let private = |path: &str| files.iter().any(|file| file.path.ends_with(path) && file.mode == 0o600);
    assert!(private(".ssh/id_ed25519") && private(".npmrc"));
    // Every secret lies somewhere, but for those that only an answer or a variable gives.
    for canary in canaries
        .iter()
        .filter(|canary| !canary.id.starts_with("cloud-") && !ONLY_VARIABLES.contains(&canary.id))
    {
        assert!(
            files
                .iter()
                .any(|file| canaries.in_file(file).contains(&canary.id.to_owned())),
            "{} is planted",
            canary.id
        );
    }
}

/// Secrets that lie in no file.
const ONLY_VARIABLES: [&str; 9] = [
    "mail-key",
    "env-secret",
    "brevo-key",
    "mailersend-key",
    "sparkpost-key",
    "mailjet-key",
    "mandrill-key",
    "zeptomail-key",
    "azure-key",
];

#[test]
fn variables_by_their_names() {
    let canaries = canaries();
    let hold = |name: &str| canaries.environment(&[name.to_owned()]).remove(0).1;
    for (name, canary) in [
        ("POSTMARK_SERVER_TOKEN", "postmark-token"),
        ("SENDGRID_API_KEY", "sendgrid-key"),
        ("AWS_ACCESS_KEY_ID", "aws-key-id"),
        ("AWS_SECRET_ACCESS_KEY", "aws-secret"),
        ("NPM_TOKEN", "npm-token"),
        ("GITHUB_TOKEN", "github-token"),
        ("SMTP_USER", "smtp-user"),
        ("SMTP_PASS", "smtp-password"),
        ("EMAIL_PASSWORD", "smtp-password"),
        ("ACME_API_KEY", "env-secret"),
        ("TLS_PRIVATE_KEY", "pem-key"),
        ("BREVO_API_KEY", "brevo-key"),
        ("MAILERSEND_API_KEY", "mailersend-key"),
        ("SPARKPOST_API_KEY", "sparkpost-key"),
        ("MJ_APIKEY_PRIVATE", "mailjet-key"),
        ("acmeApiKey", "env-secret"),
        ("MAIL_API_KEY", "mail-key"),
        ("MJ_API_TOKEN", "mailjet-key"),
    ] {
        assert_eq!(hold(name), canaries.value(canary), "{name}");
    }
    for (name, value) in [
        ("DEFAULT_SENDER_EMAIL", "hello@brightfield.example"),
        ("SUPPORT_EMAIL", "support@brightfield.example"),
        ("POSTMARK_FROM", "hello@brightfield.example"),
        ("SMTP_PORT", "587"),
        ("PORT", "8080"),
        ("SMTP_HOST", "smtp.brightfield.example"),
        ("ACME_API_URL", "https://acme.brightfield.example/"),
        ("AWS_REGION", "us-east-1"),
        ("smtpHost", "smtp.brightfield.example"),
        ("ENABLE_SMTP_AUTH", "true"),
        ("SMTP_USE_TLS", "true"),
        ("MAIL_FROM_NAME", "Brightfield"),
        ("MAIL_TIMEOUT", "30"),
        ("SMTP_POOL_MAX_MESSAGES", "30"),
        ("MAIL_ENCRYPTION", "tls"),
        ("SMTP_SECURE", "true"),
    ] {
        assert_eq!(hold(name), value, "{name}");
    }
    let ways = ["MAIL_PASSWORD", "MAIL_OAUTH2_PROVIDER"].map(str::to_owned);
    let (both, alone) = (canaries.environment(&ways), canaries.environment(&ways[1..]));
    assert_eq!((both.len(), both[0].0.as_str(), alone.len()), (1, "MAIL_PASSWORD", 1));
    for name in [
        "RESEND_DASHBOARD_URL",
        "MAILGUN_HOST",
        "READ_ONLY",
        "HOOK_PRESET",
        "LOG_FORMAT",
    ] {
        assert_eq!(canaries.environment(&[name.to_owned()]), [], "{name}");
    }
    assert!(hold("DATABASE_URL").contains(canaries.value("database-password")));
    assert!(hold("SMTP_URL").contains(canaries.value("smtp-password")));
}
