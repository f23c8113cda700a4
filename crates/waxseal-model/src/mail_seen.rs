//! One mail as a mail server or a provider saw it, whatever told of it: a milter's session, a log, an export.

use crate::Moment;

/// One mail as it was seen on its way out. Borrowed, since a log has hundreds of thousands of them a second.
///
/// All text is the sender's or the log's own: hostile, and not safe to print raw. An empty text means that the source does not say.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct MailSeen<'a> {
    /// What told of it: the id of a format (`postfix`, `exim`, `postmark`), or `milter`.
    pub source: &'a str,
    /// The host and instance that handled it, as the source names them.
    pub host: &'a str,
    /// The queue id, or the provider's id of the message.
    pub id: &'a str,
    /// When it was taken in; `None` where the source does not say.
    pub at: Option<Moment>,
    /// The envelope sender.
    pub sender: EnvelopeSender<'a>,
    /// The first mailbox of the header `From`.
    pub from: &'a str,
    /// The login it was handed in with (SASL user name, provider's account, or the local user's id as `uid:0`).
    pub login: &'a str,
    /// The address or name of the client that handed it in.
    pub client: &'a str,
    /// The listener that took it (a Postfix daemon name such as `submission`), or the provider's message stream.
    pub listener: &'a str,
    /// `List-Id`, as written.
    pub list_id: &'a str,
    /// Everybody it goes to.
    pub recipients: &'a [RecipientSeen<'a>],
    /// Whom its headers name.
    pub visible: Visible<'a>,
    /// How many recipients the source says there are, where it counts them itself (`nrcpt=`): more than there are in `recipients` where
    /// lines are missing. Recipients that an alias was replaced by are counted, the alias is not.
    pub announced: Option<u32>,
    /// A `Bcc` or `Resent-Bcc` header was met, which the server removes.
    pub bcc_header: bool,
}

/// The sender of the envelope (RFC 5321 §4.1.1.2).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum EnvelopeSender<'a> {
    /// The source does not say.
    Unknown,
    /// `MAIL FROM:<>`: a bounce or another notice that nobody may answer.
    Null,
    /// This address, as written, without angle brackets.
    Address(&'a str),
}

/// One recipient of an envelope.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RecipientSeen<'a> {
    /// The address, as written, without angle brackets.
    pub address: &'a str,
    /// What the sender had written, where the server replaced it (`orig_to=` of an alias); else empty.
    pub original: &'a str,
    /// How the source says that it got there.
    pub named: NamedBy,
    /// What became of it.
    pub delivery: Delivery,
}

/// How a source says that a recipient came to be one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum NamedBy {
    /// It only says that there is one: whether a header names it is a question for [`Visible`].
    Envelope,
    /// The source itself says that it was a `Bcc`.
    Bcc,
    /// The source itself says that it was a `To` or a `Cc`.
    Header,
}

/// What became of one recipient.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Delivery {
    /// The source does not say, or not yet.
    Unknown,
    /// Somebody else took it over.
    Sent,
    /// It will be tried again.
    Deferred,
    /// It was given up.
    Bounced,
    /// It was refused before it was taken in, or held.
    Stopped,
}

/// Whom the headers of a mail name: `To`, `Cc`, `Resent-To` and `Resent-Cc`, each address as a mail server reads it, `local@domain`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Visible<'a> {
    /// These, and nobody else. None: nobody is named at all.
    Known(&'a [&'a str]),
    /// These, and there is more that could not be read: who is not among them is unknown, not hidden.
    Partial(&'a [&'a str]),
    /// The source does not show headers.
    Unknown,
}

impl<'a> Visible<'a> {
    /// The addresses that are known to be named.
    pub fn named(self) -> &'a [&'a str] {
        match self {
            Self::Known(named) | Self::Partial(named) => named,
            Self::Unknown => &[],
        }
    }
}
