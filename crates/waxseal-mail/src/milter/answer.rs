//! What becomes of a mail, and the packets that bring it about.

use std::collections::HashSet;

use super::HIDDEN_FIELD;
use super::draft::Draft;
use super::negotiate::Terms;
use super::reply;

/// What becomes of a mail.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Answer<'a> {
    /// It goes its way.
    Accept,
    /// It goes its way with the header field [`super::HIDDEN_FIELD`], which says how many recipients no header names, or may name.
    Tag(usize),
    /// It is taken in and held until a person decides. The reason is shown in the mail server's log.
    Hold(&'a str),
    /// It is refused for good, with these words behind `550 5.7.1`.
    Reject(&'a str),
    /// It goes to all but these, which are addresses of `MailSeen::recipients`.
    Strip(&'a [String]),
    /// It is refused for now: the sender tries again.
    TryLater(&'a str),
}

/// Something that the mail server did not offer, or that would lose the mail.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum NotPossible {
    /// It does not let a filter do this.
    #[error("the mail server does not let a filter {0}")]
    NotOffered(&'static str),
    /// Somebody to be taken out is not among the recipients.
    #[error("a recipient to be taken out is not among the recipients")]
    NoSuchRecipient,
    /// Somebody to be taken out has an address that is too long to be kept.
    #[error("the address of a recipient to be taken out is too long")]
    TooLong,
    /// Nobody would be left.
    #[error("all recipients would be taken out")]
    NobodyLeft,
}

impl Answer<'_> {
    /// Writes this answer, if it is possible; what was written before an error is the caller's to take back.
    pub(super) fn write(self, terms: Terms, draft: &Draft, output: &mut Vec<u8>) -> Result<(), NotPossible> {
        match self {
            Self::Accept => {}
            Self::Tag(hidden) if terms.may_add() => reply::add_header(output, HIDDEN_FIELD, &hidden.to_string()),
            Self::Tag(_) => return Err(NotPossible::NotOffered("add a header field")),
            Self::Hold(reason) if terms.may_hold() => reply::hold(output, reason),
            Self::Hold(_) => return Err(NotPossible::NotOffered("hold a mail")),
            Self::Strip(hidden) if terms.may_strip() => strip(hidden, draft, output)?,
            Self::Strip(_) => return Err(NotPossible::NotOffered("take out a recipient")),
            Self::Reject(words) => {
                reply::refuse(output, "550 5.7.1", words);
                return Ok(());
            }
            Self::TryLater(words) => {
                reply::refuse(output, "451 4.7.1", words);
                return Ok(());
            }
        }
        reply::go_on(output);
        Ok(())
    }
}

fn strip(hidden: &[String], draft: &Draft, output: &mut Vec<u8>) -> Result<(), NotPossible> {
    let hidden: HashSet<String> = hidden.iter().map(|it| it.to_ascii_lowercase()).collect();
    let mut found = HashSet::new();
    let mut left = false;
    for index in 0..draft.count() {
        let (address, odd) = draft.recipient(index);
        let address_small = address.to_ascii_lowercase();
        if !hidden.contains(&address_small) {
            left = true;
            continue;
        }
        if draft.is_cut(index) {
            return Err(NotPossible::TooLong);
        }
        match odd {
            Some(written) => reply::remove_recipient(output, written),
            None => reply::remove_recipient(output, format!("<{address}>").as_bytes()),
        }
        found.insert(address_small);
    }
    if found.len() < hidden.len() {
        return Err(NotPossible::NoSuchRecipient);
    }
    if left { Ok(()) } else { Err(NotPossible::NobodyLeft) }
}
