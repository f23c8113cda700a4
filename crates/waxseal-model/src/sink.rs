//! What counts as sending mail, as a table handed to the static analysis: the shapes of provider clients and their fields.

use crate::RecipientPlace;

/// One e-mail provider or mail library, as the static analysis knows it.
#[derive(Debug, Clone, Copy)]
pub struct SinkSpec {
    /// Stable id: `postmark`, `nodemailer`.
    pub provider: &'static str,
    /// npm packages that are this provider's client.
    pub modules: &'static [&'static str],
    /// Hosts of its API, without scheme; a leading dot stands for any subdomain.
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
    /// The method's dotted tail: `sendEmail`, `emails.send`, `messages.create`.
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
    /// The dotted path from the message object, `[]` for each element of an array:
    /// `To`, `personalizations[].bcc[].email`, `Destination.BccAddresses`.
    pub path: &'static str,
    /// What it decides.
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
