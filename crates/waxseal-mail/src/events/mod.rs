//! What e-mail providers and mail systems tell of mail that was sent: exports and webhooks as a person saves them.
//!
//! A source is one value in one table, [`EXPORTS`]. A [`Reading`] takes its bytes in pieces of any size, in UTF-8 or UTF-16: JSON values,
//! alone, in arrays or one a line, or a table with a row of names. Events of one message are put together, each recipient once, and told
//! of as one [`MailSeen`]. What a source cannot show is not made up: where it tells no headers, whom they name is
//! [`Visible::Unknown`](waxseal_model::Visible::Unknown), unless a record of the sending side ([`Records`]) says whom the caller named.
//!
//! Which fields come from documentation, from the types of a client, or from memory only, is said at the top of each source's file and in
//! `docs/MAIL-EVENTS.md`.

mod brevo;
mod exchange;
mod exchange_report;
mod google;
mod mailgun;
mod mailjet;
mod postmark;
mod resend;
mod sendgrid;
mod ses;
mod sparkpost;

mod frame;
mod gather;
mod reading;
mod record;
mod table;
mod value;

use waxseal_model::MailSeen;

pub use reading::Reading;
pub use record::Records;

use gather::Mails;
use table::{Header, Row};

/// A kind of export that can be read.
pub struct Export {
    /// Its id, which mails from it carry as [`MailSeen::source`].
    pub id: &'static str,
    /// What it is, for people.
    pub title: &'static str,
    form: Form,
}

/// How a source writes what it tells.
enum Form {
    /// JSON.
    Json {
        /// Names that stand in it, all of one line; any line will do.
        marks: &'static [&'static [&'static str]],
        /// Reads one outermost object; false: it is nothing of this source.
        read: fn(&serde_json::Value, &mut Mails) -> bool,
    },
    /// A table with a row of names: comma-, semicolon- or tab-separated.
    Table {
        /// Whether a row is this source's row of names.
        is_header: fn(&Header) -> bool,
        /// Reads one row below it; false: nobody is told of in it who should be.
        read: fn(&Row<'_>, &mut Mails) -> bool,
    },
}

/// What reading an export came to.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Outcome {
    /// Mails that were told of.
    pub mails: u64,
    /// What could not be read, each in one sentence. Empty: everything was.
    pub unread: Vec<String>,
}

/// Every source, those first that are recognised by more.
pub const EXPORTS: &[Export] = &[
    postmark::EXPORT,
    ses::EXPORT,
    sparkpost::EXPORT,
    mailgun::EXPORT,
    sendgrid::EVENTS,
    sendgrid::ACTIVITY,
    sendgrid::ACTIVITY_TABLE,
    mailjet::EXPORT,
    brevo::EXPORT,
    brevo::TABLE,
    resend::EXPORT,
    resend::TABLE,
    exchange_report::EXPORT,
    exchange::TRACKING,
    exchange::TRACE,
    exchange::TRACE_API,
    google::LOG_EVENTS,
    google::LOG_SEARCH,
];

impl Export {
    /// Whether `head`, the beginning of a file, is of this source.
    pub fn sniff(&self, head: &[u8]) -> bool {
        let head = frame::decode_head(&head[..head.len().min(MAX_HEAD)]);
        match &self.form {
            Form::Json { marks, .. } => {
                head.trim_start().starts_with(['{', '['])
                    && marks
                        .iter()
                        .any(|names| names.iter().all(|name| value::has_name(&head, name)))
            }
            Form::Table { is_header, .. } => table::header_of(&head, *is_header).is_some(),
        }
    }

    /// Reads a whole export at once; see [`Reading`] for one that comes in pieces.
    pub fn read(&'static self, bytes: &[u8], seen: &mut dyn FnMut(&MailSeen<'_>)) -> Outcome {
        let mut reading = Reading::new(self);
        reading.feed(bytes, seen);
        reading.finish(seen)
    }
}

impl std::fmt::Debug for Export {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Export").field("id", &self.id).finish_non_exhaustive()
    }
}

/// The source that the beginning of a file is of; 64 KiB of it are enough.
pub fn sniff(head: &[u8]) -> Option<&'static Export> {
    EXPORTS.iter().find(|export| export.sniff(head))
}

/// How much of a file is looked at to recognise it.
const MAX_HEAD: usize = 64 << 10;

#[cfg(test)]
mod tests;
