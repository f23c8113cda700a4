//! Makes the secrets: each in the form its issuer gives it, with the checksum where it has one.

use super::Canary;
use super::keys;
use super::words::recovery_phrase;
use crate::chance::{BASE32, BASE62, Chance, HEX};

/// A canary and the random parts of its value, by which it is recognised.
#[derive(Debug, Clone)]
pub(crate) struct Secret {
    pub(crate) canary: Canary,
    /// Pieces that each suffice to recognise it: at least 60 bits, and short enough that half of a value holds one.
    pub(crate) pieces: Vec<String>,
}

/// How a value is made.
struct Kind {
    id: &'static str,
    what: &'static str,
    make: fn(&mut Chance) -> String,
    /// Which part of it is random.
    random: Random,
}

/// Where the randomness of a value is.
#[derive(Clone, Copy)]
enum Random {
    /// Behind a prefix of this length, in letters and digits, perhaps with dots between.
    Behind(usize),
    /// From here to there, in letters and digits.
    Between(usize, usize),
    /// Behind a prefix of this length, in hexadecimal digits.
    HexBehind(usize),
    /// A UUID behind a prefix of this length.
    UuidBehind(usize),
    /// From here to there in its base64 lines.
    Lines(usize, usize),
    /// The last part behind a dot: what is before says the same for everyone.
    LastPart,
    /// Words.
    Words,
}

/// One of each kind.
pub(crate) fn secrets(seed: u64) -> Vec<Secret> {
    KINDS.iter().map(|kind| secret(seed, kind)).collect()
}

fn secret(seed: u64, kind: &Kind) -> Secret {
    let value = (kind.make)(&mut Chance::new(seed, kind.id));
    let pieces = match kind.random {
        Random::Behind(start) => value[start..].split('.').flat_map(|part| windows(part, 12)).collect(),
        Random::Between(start, end) => windows(&value[start..end], 12),
        Random::HexBehind(start) => hex_pieces(&value[start..]),
        Random::UuidBehind(start) => uuid_pieces(&value[start..]),
        Random::Lines(start, end) => {
            let lines: String = value.lines().filter(|line| !line.starts_with('-')).collect();
            windows(&lines[start..end], 12)
        }
        Random::LastPart => windows(value.rsplit('.').next().unwrap_or_default(), 12),
        Random::Words => word_pieces(&value),
    };
    Secret {
        canary: Canary {
            id: kind.id,
            value,
            what: kind.what,
        },
        pieces,
    }
}

/// Pieces of this size, one behind the other, and the last one; three from the front and three from the back of a long text.
fn windows(text: &str, size: usize) -> Vec<String> {
    let Some(last) = text.len().checked_sub(size) else {
        return Vec::new();
    };
    let mut starts: Vec<usize> = (0..=last).step_by(size).collect();
    if starts.len() > 6 {
        starts.drain(3..starts.len() - 3);
    }
    starts.push(last);
    starts.dedup();
    starts
        .iter()
        .map(|start| text[*start..start + size].to_owned())
        .collect()
}

/// Windows of its parts, and its end: the last parts are too short to be windows.
fn hex_pieces(digits: &str) -> Vec<String> {
    let end = digits[digits.len().saturating_sub(17)..].to_owned();
    digits
        .split('-')
        .flat_map(|part| windows(part, 16))
        .chain([end])
        .collect()
}

/// Its halves, with and without dashes: a piece of twelve would be mostly dashes and version.
fn uuid_pieces(uuid: &str) -> Vec<String> {
    let plain = uuid.replace('-', "");
    vec![
        uuid[..18].to_owned(),
        uuid[18..].to_owned(),
        plain[..16].to_owned(),
        plain[16..].to_owned(),
    ]
}

/// Halves of a phrase, as it is written and run together.
fn word_pieces(phrase: &str) -> Vec<String> {
    let words: Vec<&str> = phrase.split(' ').collect();
    let (first, second) = words.split_at(words.len() / 2);
    [first, second]
        .iter()
        .flat_map(|half| [half.join(" "), half.concat()])
        .collect()
}

/// `prefix` and 36 characters, of which the last six are the CRC-32 of the others in base 62: GitHub's format of 2021, npm's as well.
fn with_checksum(prefix: &str, chance: &mut Chance) -> String {
    let random = chance.text(BASE62, 30);
    let mut rest = crc32(random.as_bytes()) as usize;
    let mut checksum = [b'0'; 6];
    for digit in checksum.iter_mut().rev() {
        *digit = BASE62.as_bytes()[rest % 62];
        rest /= 62;
    }
    format!("{prefix}{random}{}", String::from_utf8_lossy(&checksum))
}

/// CRC-32 as in ISO 3309, bit by bit.
pub(crate) fn crc32(bytes: &[u8]) -> u32 {
    let step = |crc: u32, _| if crc & 1 == 1 { crc >> 1 ^ 0xedb8_8320 } else { crc >> 1 };
    !bytes
        .iter()
        .fold(u32::MAX, |crc, byte| (0..8).fold(crc ^ u32::from(*byte), step))
}

const BASE64_TEXT: &str = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
const URL_TEXT: &str = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
const DIGITS: &str = "0123456789";

/// Every kind of secret, in the order in which they are listed.
const KINDS: &[Kind] = &[
    Kind {
        id: "aws-key-id",
        what: "AWS access key id",
        make: |chance| format!("AKIA{}", chance.text(BASE32, 16)),
        random: Random::Behind(4),
    },
    Kind {
        id: "aws-secret",
        what: "AWS secret access key",
        make: |chance| chance.text(BASE64_TEXT, 40),
        random: Random::Behind(0),
    },
    Kind {
        id: "cloud-key-id",
        what: "access key id of the machine's role, from the metadata service",
        make: |chance| format!("ASIA{}", chance.text(BASE32, 16)),
        random: Random::Behind(4),
    },
    Kind {
        id: "cloud-secret",
        what: "secret access key of the machine's role, from the metadata service",
        make: |chance| chance.text(BASE64_TEXT, 40),
        random: Random::Behind(0),
    },
    Kind {
        id: "cloud-token",
        what: "session token of the machine's role, from the metadata service",
        make: |chance| format!("IQoJb3JpZ2luX2Vj{}", chance.text(BASE64_TEXT, 312)),
        random: Random::Behind(16),
    },
    Kind {
        id: "npm-token",
        what: "npm access token",
        make: |chance| with_checksum("npm_", chance),
        random: Random::Behind(4),
    },
    Kind {
        id: "github-token",
        what: "GitHub personal access token",
        make: |chance| with_checksum("ghp_", chance),
        random: Random::Behind(4),
    },
    Kind {
        id: "slack-token",
        what: "Slack bot token",
        make: |chance| {
            format!(
                "xoxb-{}-{}-{}",
                chance.text(DIGITS, 12),
                chance.text(DIGITS, 13),
                chance.text(BASE62, 24)
            )
        },
        random: Random::Behind(32),
    },
    Kind {
        id: "stripe-key",
        what: "Stripe live secret key",
        make: |chance| format!("sk_live_51{}", chance.text(BASE62, 97)),
        random: Random::Behind(10),
    },
    Kind {
        id: "openai-key",
        what: "OpenAI project key",
        make: |chance| format!("sk-proj-{}T3BlbkFJ{}", chance.text(BASE62, 74), chance.text(BASE62, 74)),
        random: Random::Behind(8),
    },
    Kind {
        id: "anthropic-key",
        what: "Anthropic key",
        make: |chance| format!("sk-ant-api03-{}AA", chance.text(BASE62, 93)),
        random: Random::Behind(13),
    },
    Kind {
        id: "sendgrid-key",
        what: "SendGrid key",
        make: |chance| format!("SG.{}.{}", chance.text(URL_TEXT, 22), chance.text(URL_TEXT, 43)),
        random: Random::Behind(3),
    },
    Kind {
        id: "postmark-token",
        what: "Postmark server token",
        make: Chance::uuid,
        random: Random::UuidBehind(0),
    },
    Kind {
        id: "mailgun-key",
        what: "Mailgun key",
        make: |chance| {
            format!(
                "{}-{}-{}",
                chance.text(HEX, 32),
                chance.text(HEX, 8),
                chance.text(HEX, 8)
            )
        },
        random: Random::HexBehind(0),
    },
    Kind {
        id: "resend-key",
        what: "Resend key",
        make: |chance| format!("re_{}_{}", chance.text(BASE62, 8), chance.text(BASE62, 24)),
        random: Random::Behind(12),
    },
    Kind {
        id: "brevo-key",
        what: "Brevo key",
        make: |chance| format!("xkeysib-{}-{}", chance.text(HEX, 64), chance.text(BASE62, 16)),
        random: Random::HexBehind(8),
    },
    Kind {
        id: "mailersend-key",
        what: "MailerSend key",
        make: |chance| format!("mlsn.{}", chance.text(HEX, 64)),
        random: Random::HexBehind(5),
    },
    Kind {
        id: "sparkpost-key",
        what: "SparkPost key",
        make: |chance| chance.text(HEX, 40),
        random: Random::HexBehind(0),
    },
    Kind {
        id: "mailjet-key",
        what: "Mailjet key",
        make: |chance| chance.text(HEX, 32),
        random: Random::HexBehind(0),
    },
    Kind {
        id: "mandrill-key",
        what: "Mandrill key",
        make: |chance| format!("md-{}", chance.text(BASE62, 22)),
        random: Random::Behind(3),
    },
    Kind {
        id: "zeptomail-key",
        what: "ZeptoMail token",
        make: |chance| format!("Zoho-enczapikey {}", chance.text(BASE62, 96)),
        random: Random::Behind(16),
    },
    Kind {
        id: "azure-key",
        what: "access key of Azure Communication Services",
        // 63 bytes in Base64: 84 characters, and no padding.
        make: |chance| chance.text(BASE64_TEXT, 84),
        random: Random::Behind(0),
    },
    Kind {
        id: "google-key",
        what: "Google API key",
        make: |chance| format!("AIzaSy{}", chance.text(URL_TEXT, 33)),
        random: Random::Behind(6),
    },
    Kind {
        id: "gmail-token",
        what: "Gmail access token",
        make: |chance| format!("ya29.a0{}", chance.text(URL_TEXT, 120)),
        random: Random::Behind(7),
    },
    Kind {
        id: "gmail-refresh-token",
        what: "Gmail refresh token",
        make: |chance| format!("1//0g{}", chance.text(URL_TEXT, 60)),
        random: Random::Behind(5),
    },
    Kind {
        id: "ssh-key",
        what: "SSH private key",
        make: keys::openssh,
        random: Random::Lines(216, 256),
    },
    Kind {
        id: "pem-key",
        what: "private key of a TLS certificate",
        make: keys::pkcs8,
        random: Random::Lines(22, 64),
    },
    Kind {
        id: "jwt",
        what: "service token of the cluster",
        make: keys::jwt,
        random: Random::LastPart,
    },
    Kind {
        id: "smtp-user",
        // Also in mail that is sent as this user: a hit there is no leak.
        what: "user of the outgoing mail server",
        make: |chance| {
            format!(
                "mailer-{}@mail.brightfield.example",
                chance.text("bcdfghjkmnpqrstvwxz23456789", 14)
            )
        },
        random: Random::Between(7, 21),
    },
    Kind {
        id: "smtp-password",
        what: "password of the outgoing mail server",
        make: |chance| chance.text(BASE62, 20),
        random: Random::Behind(0),
    },
    Kind {
        id: "database-password",
        what: "password of the database",
        make: |chance| chance.text(BASE62, 24),
        random: Random::Behind(0),
    },
    Kind {
        id: "docker-password",
        what: "password of the container registry",
        make: |chance| format!("dckr_pat_{}", chance.text(URL_TEXT, 27)),
        random: Random::Behind(9),
    },
    Kind {
        id: "wallet-phrase",
        what: "recovery phrase of a crypto wallet",
        make: |chance| recovery_phrase(chance).join(" "),
        random: Random::Words,
    },
    Kind {
        id: "wallet-keystore",
        what: "encrypted key of a crypto wallet",
        make: |chance| chance.text(HEX, 64),
        random: Random::HexBehind(0),
    },
    Kind {
        id: "browser-cookie",
        what: "session cookie of the browser",
        make: |chance| chance.text(BASE62, 48),
        random: Random::Behind(0),
    },
    Kind {
        id: "browser-password",
        what: "password saved in the browser",
        make: |chance| chance.text(BASE62, 18),
        random: Random::Behind(0),
    },
    Kind {
        id: "mail-key",
        what: "key of a mail service that we have no kind of key for",
        make: |chance| chance.text(BASE62, 40),
        random: Random::Behind(0),
    },
    Kind {
        id: "env-secret",
        what: "secret in an environment variable of no known service",
        make: |chance| chance.text(BASE62, 40),
        random: Random::Behind(0),
    },
];
