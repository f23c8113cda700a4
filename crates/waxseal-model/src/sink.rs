//! What counts as sending mail, as a table handed to the static analysis: the shapes of provider clients and their fields.

use crate::RecipientPlace;

/// One e-mail provider or mail library, as the static analysis knows it.
#[derive(Debug, Clone, Copy)]
pub struct SinkSpec {
    /// Stable id: `postmark`, `nodemailer`.
    pub provider: &'static str,
    /// npm packages that are this provider's client.
    pub modules: &'static [&'static str],
    /// Hosts it takes mail at, API first, without scheme; a leading dot stands for any subdomain, a label `*` for any one label.
    pub hosts: &'static [&'static str],
    /// How a client is made, and where its credentials are.
    pub clients: &'static [ClientSpec],
    /// The calls that send.
    pub sends: &'static [SendSpec],
    /// Fields that hold recipients, in the SDK's and the wire's spelling.
    pub recipients: &'static [FieldSpec],
    /// Fields that hold content: subject, text, html, attachments.
    pub content: &'static [&'static str],
    /// Environment variables that usually hold its credentials.
    pub credentials: &'static [&'static str],
}

/// A constructor or factory of a client.
#[derive(Debug, Clone, Copy)]
pub struct ClientSpec {
    /// The export: `ServerClient`, `createTransport`; `default` for the module itself.
    pub export: &'static str,
    /// Position of the argument that is, or holds, the credentials.
    pub argument: Option<usize>,
    /// If that argument is an object, the dotted paths of its credential and server fields: `auth.user`, `auth.pass`, `host`.
    pub fields: &'static [&'static str],
}

/// A call that sends.
#[derive(Debug, Clone, Copy)]
pub struct SendSpec {
    /// The method's dotted tail: `sendEmail`, `emails.send`, `messages.create`; a call in between is written without its
    /// parentheses (`messages().send()` is `messages.send`). It may also be an export that takes the message when it is
    /// constructed or called (`SendEmailCommand`, `createTransport`), or `()` if the client itself is called.
    pub method: &'static str,
    /// Where the message is.
    pub message: MessageArgument,
    /// The name is so common that it counts only on a client known to be this provider's.
    pub needs_client: bool,
}

/// How a sending call takes its message.
#[derive(Debug, Clone, Copy)]
pub enum MessageArgument {
    /// One object at this position, or an array of such objects.
    Object(usize),
    /// Separate arguments: position and what stands there.
    Positional(&'static [(usize, FieldPlace)]),
    /// A raw MIME message at this position.
    Raw(usize),
}

/// A field of a message and the place it stands for.
#[derive(Debug, Clone, Copy)]
pub struct FieldSpec {
    /// The dotted path from the message object: `To`, `personalizations[].bcc[].email`, `Destination.BccAddresses`.
    ///
    /// - `field[]` is each element of an array, or the value itself where no array stands.
    /// - A path that ends at an array means each of its texts.
    /// - `field[Name]` is each element too, and its own field `Name` says the header or place it is for:
    ///   `Headers[Name].Value`, `message.to[type].email`.
    /// - `*` is any field, and its name says the header: `headers.*`; `h:*` any field that starts with `h:`.
    pub path: &'static str,
    /// What it decides. `Header("*")` leaves that to the header's name in the path, and where the path has none, the value
    /// is a raw MIME message (possibly in base64) whose own header fields decide. Where a name in the path is missing or
    /// says nothing (see [`FieldPlace::of_header`]), any other place stands.
    pub place: FieldPlace,
}

/// [`RecipientPlace`] for constant tables.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum FieldPlace {
    /// See [`RecipientPlace::Envelope`].
    Envelope,
    /// See [`RecipientPlace::To`].
    To,
    /// See [`RecipientPlace::Cc`].
    Cc,
    /// See [`RecipientPlace::Bcc`].
    Bcc,
    /// See [`RecipientPlace::ReplyTo`].
    ReplyTo,
    /// A header that makes somebody receive something, by its name.
    Header(&'static str),
}

impl FieldPlace {
    /// The place that a header of this name decides, or `None` if it makes nobody receive anything.
    pub fn of_header(name: &str) -> Option<Self> {
        DECIDING_HEADERS
            .iter()
            .find(|(known, _)| known.eq_ignore_ascii_case(name.trim()))
            .map(|(_, place)| *place)
    }

    /// The owned form.
    pub fn place(self) -> RecipientPlace {
        match self {
            Self::Envelope => RecipientPlace::Envelope,
            Self::To => RecipientPlace::To,
            Self::Cc => RecipientPlace::Cc,
            Self::Bcc => RecipientPlace::Bcc,
            Self::ReplyTo => RecipientPlace::ReplyTo,
            Self::Header(name) => RecipientPlace::Header(name.to_owned()),
        }
    }
}

/// Headers that make somebody receive something: the message, the answer to it, or a receipt.
/// RFC 5322 §3.6.2, §3.6.3 and §3.6.6, RFC 8098 §2.1; the last two are older habits that mail servers still follow.
const DECIDING_HEADERS: &[(&str, FieldPlace)] = &[
    ("to", FieldPlace::To),
    ("cc", FieldPlace::Cc),
    ("bcc", FieldPlace::Bcc),
    ("reply-to", FieldPlace::ReplyTo),
    ("resent-to", FieldPlace::Header("Resent-To")),
    ("resent-cc", FieldPlace::Header("Resent-Cc")),
    ("resent-bcc", FieldPlace::Header("Resent-Bcc")),
    (
        "disposition-notification-to",
        FieldPlace::Header("Disposition-Notification-To"),
    ),
    ("return-path", FieldPlace::Header("Return-Path")),
    ("return-receipt-to", FieldPlace::Header("Return-Receipt-To")),
    ("errors-to", FieldPlace::Header("Errors-To")),
];
