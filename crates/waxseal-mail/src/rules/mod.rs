//! Rules for other programs: texts that a mail server, a filter or a log store reads, each printed by `waxseal mail rules KIND`.
//!
//! Each text is a file of its own, correct as it stands, and begins with what it sees, what it cannot see, where it goes and how to try it.
//! A line that ends in `waxseal:exempt` or `waxseal:domain` is where names are filled in; the kind's own file says how they
//! are written in its language. Names are held to a small alphabet ([`Name`]), so that none can leave the string or expression it stands in.

mod exim;
mod header_checks;
mod header_checks_reject;
mod postconf;
mod rspamd;
mod rsyslog;
mod sieve;
mod sigma;
mod syslog_ng;

#[cfg(test)]
mod tests;

/// One kind of rule.
#[derive(Debug)]
pub struct Kind {
    /// What is typed: `waxseal mail rules ID`.
    pub id: &'static str,
    /// Which program reads it, and what for.
    pub title: &'static str,
    /// The text, correct without any name.
    pub text: &'static str,
    /// How exemptions are written; `None` where the rule judges nobody, so that there is nothing to exempt from.
    pub exempt: Option<Write>,
    /// How own domains are written; `None` where they make no difference.
    pub domain: Option<Write>,
    /// The milter's address that stands in the text and can be another; `None` where none is asked.
    pub socket: Option<&'static str>,
}

/// Writes names as one or more lines of the rule's language.
pub type Write = fn(&[Name]) -> String;

/// Every kind of rule, the ones that Postfix reads first.
pub const KINDS: &[&Kind] = &[
    &header_checks::KIND,
    &header_checks_reject::KIND,
    &postconf::KIND,
    &rspamd::KIND,
    &sieve::KIND,
    &exim::KIND,
    &sigma::KIND,
    &rsyslog::KIND,
    &syslog_ng::KIND,
];

/// What is filled in.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Filling {
    /// Own domains.
    pub domains: Vec<Name>,
    /// Addresses and domains that may get hidden copies.
    pub exempt: Vec<Name>,
    /// The milter's address as the mail server writes it: `unix:PATH` or `inet:HOST:PORT`.
    pub socket: Option<String>,
}

/// The kind with this id.
pub fn find(id: &str) -> Option<&'static Kind> {
    KINDS.iter().copied().find(|kind| kind.id == id)
}

impl Kind {
    /// The text with names filled in. Fails where this kind has no place for one of them: a rule that silently left out an exemption would be
    /// another one than was asked for.
    pub fn render(&self, filling: &Filling) -> Result<String, RuleError> {
        let refuse = |option| RuleError::NoPlace { kind: self.id, option };
        if !filling.exempt.is_empty() && self.exempt.is_none() {
            return Err(refuse("--exempt"));
        }
        if !filling.domains.is_empty() && self.domain.is_none() {
            return Err(refuse("--domain"));
        }
        if filling.socket.is_some() && self.socket.is_none() {
            return Err(refuse("--socket"));
        }
        if let Some(socket) = filling.socket.as_deref().filter(|socket| !is_socket(socket)) {
            return Err(RuleError::Socket(cut(socket)));
        }
        let mut out = String::with_capacity(self.text.len() + 256);
        for line in self.text.lines() {
            let written = match marker(line) {
                Some("exempt") if !filling.exempt.is_empty() => self.exempt.map(|write| write(&filling.exempt)),
                Some("domain") if !filling.domains.is_empty() => self.domain.map(|write| write(&filling.domains)),
                _ => None,
            };
            out.push_str(written.as_deref().unwrap_or(line).trim_end_matches('\n'));
            out.push('\n');
        }
        Ok(match self.socket.zip(filling.socket.as_deref()) {
            Some((standing, asked)) => out.replace(standing, asked),
            None => out,
        })
    }
}

/// A mailbox or a domain as it may stand in a rule: small letters, digits, `.`, `-`, `_`, `+`, `=` and at most one `@`, so that no language that
/// rules are written in gives any of it a meaning inside a string. Names beyond ASCII are written as A-labels.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Name(String);

impl Name {
    /// The name, in small letters.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Whether it is a domain and not a mailbox.
    pub fn is_domain(&self) -> bool {
        !self.0.contains('@')
    }

    /// The name with the characters that POSIX extended regular expressions give a meaning escaped.
    fn in_expression(&self) -> String {
        self.0.replace('.', "\\.").replace('+', "\\+")
    }
}

impl std::str::FromStr for Name {
    type Err = RuleError;

    fn from_str(text: &str) -> Result<Self, RuleError> {
        let lower = text.to_ascii_lowercase();
        let (local, domain) = lower
            .split_once('@')
            .map_or((None, lower.as_str()), |(local, domain)| (Some(local), domain));
        let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'-' | b'_');
        let domain_ok = !domain.is_empty() && domain.bytes().all(is_plain) && !domain.starts_with(['.', '-']);
        let local_ok = local.is_none_or(|local| {
            !local.is_empty() && local.bytes().all(|byte| is_plain(byte) || matches!(byte, b'+' | b'='))
        });
        if domain_ok && local_ok && lower.len() <= MAX_NAME {
            Ok(Self(lower))
        } else {
            Err(RuleError::Name(cut(text)))
        }
    }
}

/// Why there is no rule.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum RuleError {
    /// The option has no place in this kind of rule.
    #[error("`{option}` has no place in the rule `{kind}`")]
    NoPlace {
        /// The kind's id.
        kind: &'static str,
        /// The option as it is typed.
        option: &'static str,
    },
    /// A name with characters that no rule may hold.
    #[error("`{0}` is no mailbox or domain that can be written into a rule")]
    Name(String),
    /// Not a milter's address.
    #[error("`{0}` is no address of a milter; write it as `unix:PATH` or `inet:HOST:PORT`")]
    Socket(String),
}

/// The word behind `waxseal:` at the end of a line.
fn marker(line: &str) -> Option<&str> {
    let (_, word) = line.rsplit_once("waxseal:")?;
    word.bytes().all(|byte| byte.is_ascii_lowercase()).then_some(word)
}

/// Paths without blanks, and hosts with ports.
fn is_socket(text: &str) -> bool {
    let plain = |text: &str, more: &[u8]| {
        !text.is_empty()
            && text.len() <= MAX_NAME
            && text
                .bytes()
                .all(|byte| byte.is_ascii_alphanumeric() || more.contains(&byte))
    };
    text.strip_prefix("unix:").is_some_and(|path| plain(path, b"/._-"))
        || text.strip_prefix("inet:").is_some_and(|place| {
            place
                .rsplit_once(':')
                .is_some_and(|(host, port)| plain(host, b".-[]:") && port.parse::<u16>().is_ok())
        })
}

/// What was typed, as it may be shown.
fn cut(text: &str) -> String {
    let shown: String = text.chars().take(80).collect();
    shown.escape_debug().to_string()
}

/// The longest forward path there is, without its brackets (RFC 5321 §4.5.3.1.3).
const MAX_NAME: usize = 254;
