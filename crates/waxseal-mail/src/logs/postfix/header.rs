//! `info: header To: TEXT from HOST; from=<> to=<> proto= helo=<>: NOTE`, as `header_checks` with `INFO` and `WARN` log it.
//!
//! The text is the sender's, and so are both addresses and the HELO name. It ends before the ` from HOST; from=<` that Postfix adds, where
//! HOST is the mail's own client: a text that imitates another host's is seen through. A text or a HELO name that imitates exactly
//! that is read up to the first of them, so that fewer recipients count as named, never more.

use std::sync::LazyLock;

use memchr::memmem::{Finder, FinderRev};

use super::{Entry, take_names};
use crate::logs::State;
use crate::logs::tracker::{Headers, Slot};

/// Reads one header line. `None` where it has no end that Postfix would write.
pub(super) fn read(slot: Slot, entry: Entry<'_>, rest: &[u8], state: &mut State) -> Option<()> {
    let colon = memchr::memchr(b':', rest)?;
    let name = rest[..colon].trim_ascii_end();
    let mail = state.tracker.mail(slot);
    let client = match mail.text(mail.listener) {
        "pickup" => "local",
        _ => mail.text(mail.client),
    };
    let end = end_of_text(rest, client.as_bytes())?;
    let sender = sender(&rest[end.at..]);
    let text = rest.get(colon + 1..end.at).unwrap_or_default().trim_ascii();
    // `%.200s` in Postfix's cleanup_message.c, the header's name included.
    let is_cut = end.at >= LOGGED;
    if !mail.has_sender()
        && let Some(sender) = sender
    {
        mail.set_sender(sender);
    }
    let is = |wanted: &[u8]| name.eq_ignore_ascii_case(wanted);
    if mail.headers == Headers::Unseen {
        mail.headers = Headers::Others;
    }
    if is(b"To") || is(b"Cc") || is(b"Resent-To") || is(b"Resent-Cc") {
        mail.headers = Headers::Naming;
        mail.is_partial |= is_cut;
        take_names(
            mail,
            if is_cut {
                crate::logs::names::without_last(text)
            } else {
                text
            },
        );
        state.tracker.set_logs_names(entry.host);
    } else if is(b"Bcc") || is(b"Resent-Bcc") {
        // An empty one hides nobody.
        mail.bcc_header |= !text.is_empty();
    } else if is(b"List-Id") {
        mail.list_id = mail.keep(text);
    } else if is(b"From") {
        let mut first = None;
        crate::logs::names::names(text, |address| {
            first.get_or_insert_with(|| address.to_owned());
        });
        mail.from = mail.keep(first.as_deref().unwrap_or_default());
    }
    if end.is_imitated {
        state.tracker.counts.imitations += 1;
    }
    Some(())
}

/// Where the header's text ends.
struct End {
    at: usize,
    /// More than one place could be it.
    is_imitated: bool,
}

fn end_of_text(rest: &[u8], client: &[u8]) -> Option<End> {
    // `client=` may show a port that these lines leave out.
    let client = &client[..memchr::memrchr(b']', client).map_or(client.len(), |end| end + 1)];
    // The first place of it, if it is the client's; if it is the only one, whoever it is.
    let mut first_of_client = None;
    let mut first = None;
    let (mut of_client, mut count) = (0, 0);
    for semicolon in SENDER.find_iter(rest) {
        let before = &rest[..semicolon];
        let Some(from) = CLIENT.rfind(before) else {
            continue;
        };
        let host = &before[from + b" from ".len()..];
        if from > LOGGED {
            continue;
        }
        if host == client && !client.is_empty() {
            of_client += 1;
            first_of_client.get_or_insert(from);
        }
        if memchr::memchr(b' ', host).is_none() {
            count += 1;
            first.get_or_insert(from);
        }
    }
    match (first_of_client, first) {
        (Some(at), _) => Some(End {
            at,
            is_imitated: of_client > 1 || count > 1,
        }),
        (None, Some(at)) => Some(End {
            at,
            is_imitated: count > 1,
        }),
        (None, None) => None,
    }
}

/// The envelope sender of ` from HOST; from=<A> …`.
fn sender(tail: &[u8]) -> Option<&[u8]> {
    let from = SENDER.find(tail)? + b"; from=<".len();
    let address = &tail[from..];
    Some(&address[..memchr::memchr(b'>', address)?])
}

/// Bytes of a header that are logged at most.
const LOGGED: usize = 200;

/// What Postfix writes behind a header's text; made once, since every line is searched for it.
pub(super) static SENDER: LazyLock<Finder<'static>> = LazyLock::new(|| Finder::new(b"; from=<"));
static CLIENT: LazyLock<FinderRev<'static>> = LazyLock::new(|| FinderRev::new(b" from "));
