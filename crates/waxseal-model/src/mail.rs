//! Mail as the rest of waxseal speaks of it: mailboxes, and the places a recipient can be written in.

use std::fmt;

use serde::{Deserialize, Serialize};

/// A mailbox, `local@domain` (RFC 5321 §2.3.11).
///
/// The domain is kept in lower case, the local part as written, since only the receiving host may fold it (§2.4).
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Mailbox {
    local: String,
    domain: String,
}

/// What a local part found inside other text may hold beside letters and digits. The rest of `atext` is far more often the text
/// around the address (`bcc=a@b.example`, `{a@b.example}`, a quoted string).
const FOUND_IN_LOCAL: &str = "._+-'~#";

/// Endings of file names that are no top-level domains: `image@2x.png` is no mailbox.
const NOT_DOMAINS: [&str; 17] = [
    ".png", ".jpg", ".jpeg", ".gif", ".svg", ".webp", ".ico", ".css", ".js", ".mjs", ".cjs", ".ts", ".tsx", ".jsx",
    ".html", ".json", ".map",
];

/// RFC 5321 §4.5.3.1.1 and §4.5.3.1.2.
const MAX_LOCAL: usize = 64;
const MAX_DOMAIN: usize = 255;

impl Mailbox {
    /// Reads a bare address: no display name, no brackets, no comment, and a domain of at least two labels.
    pub fn parse(text: &str) -> Option<Self> {
        let (local, domain) = text.rsplit_once('@')?;
        let domain = domain.strip_suffix('.').unwrap_or(domain);
        (is_local(local) && is_domain(domain)).then(|| Self {
            local: local.to_owned(),
            domain: domain.to_lowercase(),
        })
    }

    /// A mailbox from its two parts as a mail server reads them, the local part without quotes or escapes.
    ///
    /// Takes what [`Mailbox::parse`] refuses because prose is full of look-alikes, and mail servers deliver to all the same:
    /// a quoted local part, a domain of one label, an address literal (RFC 5321 §4.1.3).
    pub fn from_parts(local: &str, domain: &str) -> Option<Self> {
        let domain = domain.strip_suffix('.').unwrap_or(domain);
        let literal = domain.strip_prefix('[').and_then(|rest| rest.strip_suffix(']'));
        let is_domain = match literal {
            Some(address) => {
                !address.is_empty() && address.chars().all(|c| c.is_ascii_alphanumeric() || ":.-".contains(c))
            }
            None => domain.split('.').all(is_label),
        };
        (is_domain
            && domain.len() <= MAX_DOMAIN
            && !local.is_empty()
            && local.len() <= MAX_LOCAL
            && !local.chars().any(char::is_control))
        .then(|| Self {
            local: local.to_owned(),
            domain: domain.to_lowercase(),
        })
    }

    /// Every mailbox written anywhere in `text`, in order, without duplicates, at most `limit`:
    /// bare, in `Name <a@b>`, in a list, or inside a raw message or command.
    pub fn find_all(text: &str, limit: usize) -> Vec<Self> {
        let bytes = text.as_bytes();
        let mut found: Vec<Self> = Vec::new();
        for (at, _) in text.match_indices('@') {
            let mut start = at;
            // Step back over characters, not bytes, so that a slice never splits one.
            for (idx, c) in text[..at].char_indices().rev() {
                if !(c.is_alphanumeric() || FOUND_IN_LOCAL.contains(c)) {
                    break;
                }
                start = idx;
                if at - start > MAX_LOCAL {
                    break;
                }
            }
            let mut end = at + 1;
            for (idx, c) in text[at + 1..].char_indices() {
                if !(c.is_alphanumeric() || c == '-' || c == '.') {
                    break;
                }
                end = at + 1 + idx + c.len_utf8();
                if end - at > MAX_DOMAIN {
                    break;
                }
            }
            while end > at + 1 && matches!(bytes[end - 1], b'.' | b'-') {
                end -= 1;
            }
            let local = text[start..at].trim_start_matches(['.', '\'', '-', '~']);
            if let Some(mailbox) = Self::parse(&format!("{local}@{}", &text[at + 1..end]))
                && !NOT_DOMAINS.iter().any(|extension| mailbox.domain.ends_with(extension))
                && !found.contains(&mailbox)
            {
                found.push(mailbox);
                if found.len() >= limit {
                    break;
                }
            }
        }
        found
    }

    /// The part before the last `@`, without quotes.
    pub fn local(&self) -> &str {
        &self.local
    }

    /// The part after the last `@`, in lower case.
    pub fn domain(&self) -> &str {
        &self.domain
    }
}

impl fmt::Display for Mailbox {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if is_local(&self.local) {
            return write!(f, "{}@{}", self.local, self.domain);
        }
        // RFC 5321 §4.1.2: anything else is written as a quoted string.
        f.write_str("\"")?;
        for c in self.local.chars() {
            if matches!(c, '"' | '\\') {
                f.write_str("\\")?;
            }
            write!(f, "{c}")?;
        }
        write!(f, "\"@{}", self.domain)
    }
}

/// RFC 5322 §3.2.3 `atext`, widened by RFC 6531 to anything outside ASCII.
fn is_atext(c: char) -> bool {
    c.is_ascii_alphanumeric() || "!#$%&'*+-/=?^_`{|}~".contains(c) || (!c.is_ascii() && c.is_alphanumeric())
}

fn is_local(local: &str) -> bool {
    !local.is_empty()
        && local.len() <= MAX_LOCAL
        && local
            .split('.')
            .all(|atom| !atom.is_empty() && atom.chars().all(is_atext))
}

fn is_label(label: &str) -> bool {
    !label.is_empty()
        && label.len() <= 63
        && !label.starts_with('-')
        && !label.ends_with('-')
        && label.chars().all(|c| c.is_alphanumeric() || c == '-')
}

fn is_domain(domain: &str) -> bool {
    let Some((_, last)) = domain.rsplit_once('.') else {
        return false;
    };
    domain.len() <= MAX_DOMAIN
        && domain.split('.').all(is_label)
        // A top-level domain is never all digits (RFC 3696 §2), which keeps `pkg@1.2` from reading as a mailbox.
        && last.chars().count() >= 2
        && !last.starts_with(|c: char| c.is_ascii_digit())
}

/// Where in a message a recipient is written. A recipient is compared in every place it can be written.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum RecipientPlace {
    /// SMTP `RCPT TO`, or a provider's envelope field.
    Envelope,
    /// `To`.
    To,
    /// `Cc`.
    Cc,
    /// `Bcc`.
    Bcc,
    /// `Reply-To`: not a recipient of this message, but of the answer to it.
    ReplyTo,
    /// Any other header that makes somebody receive something: a receipt, `Resent-To`, `Return-Path`.
    Header(String),
}

impl RecipientPlace {
    /// The place as a person would write it.
    pub fn as_str(&self) -> &str {
        match self {
            Self::Envelope => "RCPT TO",
            Self::To => "To",
            Self::Cc => "Cc",
            Self::Bcc => "Bcc",
            Self::ReplyTo => "Reply-To",
            Self::Header(name) => name,
        }
    }
}

impl fmt::Display for RecipientPlace {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}
