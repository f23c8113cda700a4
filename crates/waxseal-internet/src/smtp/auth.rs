//! Authentication (RFC 4954): reads what a client offers, and lets in only the accounts that the world planted.

use base64::Engine as _;
use base64::alphabet::STANDARD;
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};
use md5::{Digest as _, Md5};

use super::SmtpAccounts;

/// What EHLO offers.
pub(crate) const MECHANISMS: &str = "PLAIN LOGIN CRAM-MD5 XOAUTH2 OAUTHBEARER";

/// An exchange that waits for the client's next line.
#[derive(Debug)]
pub(crate) enum Exchange {
    /// RFC 4616, without initial response.
    Plain,
    /// The old LOGIN: for the user name.
    LoginUser,
    /// The old LOGIN: for the password of this user.
    LoginPassword(String),
    /// RFC 2195, with this challenge.
    CramMd5(String),
    /// `user=…^Aauth=Bearer …^A^A`, by the name of its mechanism: XOAUTH2, or RFC 7628.
    Bearer(&'static str),
    /// RFC 7628 §3.2.3: the client was told why it failed, and must say one more line before it is refused.
    Refused,
}

/// What follows from a line.
#[derive(Debug)]
pub(crate) enum Outcome {
    /// Send this challenge and wait.
    Challenge(String, Exchange),
    /// An attempt was made.
    Attempt(Attempt),
    /// An attempt was made and failed, but the client has to be sent this challenge before it is told.
    Explain(Attempt, String),
    /// The attempt that was told before is refused.
    Refuse,
    /// RFC 4954 §4: "If the client wishes to cancel the authentication exchange, it issues a line with a single "*"".
    Cancelled(Option<Attempt>),
    /// It is not base64, or not what the mechanism asks for.
    Malformed,
    /// There is no such mechanism.
    UnknownMechanism,
}

/// Credentials that were offered.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Attempt {
    pub(crate) mechanism: &'static str,
    pub(crate) user: String,
    pub(crate) secret: String,
    pub(crate) accepted: bool,
}

/// Begins an exchange. `challenge` is what CRAM-MD5 is to be challenged with.
pub(crate) fn begin(mechanism: &str, initial: Option<&str>, challenge: String, accounts: &SmtpAccounts) -> Outcome {
    let (exchange, prompt) = match mechanism {
        "PLAIN" => (Exchange::Plain, String::new()),
        "LOGIN" => (Exchange::LoginUser, "Username:".to_owned()),
        "CRAM-MD5" => (Exchange::CramMd5(challenge.clone()), challenge),
        "XOAUTH2" => (Exchange::Bearer("XOAUTH2"), String::new()),
        "OAUTHBEARER" => (Exchange::Bearer("OAUTHBEARER"), String::new()),
        _ => return Outcome::UnknownMechanism,
    };
    match initial {
        // RFC 4954 §4: "If the client is transmitting an initial response of zero length, it MUST instead transmit the response as a
        // single equals sign".
        Some("=") => exchange.answer(b"", accounts),
        // CRAM-MD5 has no initial response: whatever came is no answer to a challenge that was not yet sent.
        Some(initial) if mechanism != "CRAM-MD5" => exchange.answer(initial.as_bytes(), accounts),
        _ => Outcome::Challenge(prompt, exchange),
    }
}

impl Exchange {
    /// Takes the client's line, in base64.
    pub(crate) fn answer(self, line: &[u8], accounts: &SmtpAccounts) -> Outcome {
        if matches!(self, Self::Refused) {
            return Outcome::Refuse;
        }
        if line.trim_ascii() == b"*" {
            return Outcome::Cancelled(self.give_up());
        }
        let Some(said) = decode(line) else {
            return Outcome::Malformed;
        };
        match self {
            Self::Plain => plain(&said, accounts),
            Self::LoginUser => Outcome::Challenge("Password:".to_owned(), Self::LoginPassword(text(&said))),
            Self::LoginPassword(user) => Outcome::Attempt(judge("LOGIN", user, text(&said), accounts)),
            Self::CramMd5(challenge) => cram_md5(&text(&said), &challenge, accounts),
            Self::Bearer(mechanism) => bearer(mechanism, &text(&said), accounts),
            Self::Refused => Outcome::Refuse,
        }
    }

    /// The attempt that this was going to be, when something of it is known.
    pub(crate) fn give_up(self) -> Option<Attempt> {
        let Self::LoginPassword(user) = self else {
            return None;
        };
        Some(Attempt {
            mechanism: "LOGIN",
            user,
            secret: String::new(),
            accepted: false,
        })
    }
}

/// RFC 4616 §2: `message = [authzid] UTF8NUL authcid UTF8NUL passwd`.
fn plain(said: &[u8], accounts: &SmtpAccounts) -> Outcome {
    let parts: Vec<&[u8]> = said.splitn(3, |byte| *byte == 0).collect();
    let [_, user, secret] = parts[..] else {
        return Outcome::Malformed;
    };
    Outcome::Attempt(judge("PLAIN", text(user), text(secret), accounts))
}

/// RFC 2195 §2: the user name, a space, and the keyed digest of the challenge in lower-case hexadecimal.
fn cram_md5(said: &str, challenge: &str, accounts: &SmtpAccounts) -> Outcome {
    let Some((user, digest)) = said.rsplit_once(' ') else {
        return Outcome::Malformed;
    };
    let fits = |secret| hmac_md5(secret, challenge).eq_ignore_ascii_case(digest);
    Outcome::Attempt(Attempt {
        mechanism: "CRAM-MD5",
        accepted: accounts.secrets(user).any(fits),
        user: user.to_owned(),
        secret: digest.to_owned(),
    })
}

/// RFC 7628 §3.1: fields apart by ^A, `auth=Bearer …` among them; the user is in `a=` of the header before, or in `user=`.
fn bearer(mechanism: &'static str, said: &str, accounts: &SmtpAccounts) -> Outcome {
    let field = |name: &str| {
        let value = |part: &str| {
            Some(part.split_once('=')?)
                .filter(|(key, _)| *key == name)
                .map(|(_, value)| value.to_owned())
        };
        said.split('\x01').find_map(value)
    };
    let header_user = || {
        said.split(['\x01', ','])
            .find_map(|part| part.strip_prefix("a="))
            .map(str::to_owned)
    };
    let Some(auth) = field("auth") else {
        return Outcome::Malformed;
    };
    let token = auth
        .split_once(' ')
        .map_or(auth.as_str(), |(_, token)| token.trim())
        .to_owned();
    let user = field("user").or_else(header_user).unwrap_or_default();
    let attempt = judge(mechanism, user, token, accounts);
    if attempt.accepted {
        return Outcome::Attempt(attempt);
    }
    let reason = if mechanism == "XOAUTH2" {
        r#"{"status":"400","schemes":"Bearer","scope":"https://mail/"}"#
    } else {
        r#"{"status":"invalid_token","scope":"mail"}"#
    };
    Outcome::Explain(attempt, reason.to_owned())
}

/// Whether these credentials are let in.
pub(crate) fn judge(mechanism: &'static str, user: String, secret: String, accounts: &SmtpAccounts) -> Attempt {
    let accepted = accounts.secrets(&user).any(|planted| planted == secret);
    Attempt {
        mechanism,
        user,
        secret,
        accepted,
    }
}

/// RFC 2104 over MD5, in hexadecimal.
pub(crate) fn hmac_md5(key: &str, message: &str) -> String {
    const BLOCK: usize = 64;
    let mut padded = [0_u8; BLOCK];
    if key.len() > BLOCK {
        let digest = Md5::digest(key.as_bytes());
        padded[..digest.len()].copy_from_slice(&digest);
    } else {
        padded[..key.len()].copy_from_slice(key.as_bytes());
    }
    let inner = Md5::new()
        .chain_update(padded.map(|byte| byte ^ 0x36))
        .chain_update(message)
        .finalize();
    let outer = Md5::new()
        .chain_update(padded.map(|byte| byte ^ 0x5c))
        .chain_update(inner)
        .finalize();
    outer.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// Base64 as a client's challenge.
pub(crate) fn encode(text: &str) -> String {
    TOLERANT.encode(text)
}

fn decode(line: &[u8]) -> Option<Vec<u8>> {
    let line: Vec<u8> = line
        .iter()
        .copied()
        .filter(|byte| !byte.is_ascii_whitespace())
        .collect();
    TOLERANT.decode(line).ok()
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

/// Padding may be missing, and the last bits may be anything: clients that encode by hand get both wrong.
const TOLERANT: GeneralPurpose = GeneralPurpose::new(
    &STANDARD,
    GeneralPurposeConfig::new()
        .with_decode_padding_mode(DecodePaddingMode::Indifferent)
        .with_decode_allow_trailing_bits(true),
);
