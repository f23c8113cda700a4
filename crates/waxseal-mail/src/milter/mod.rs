//! The milter protocol, by which Postfix and Sendmail ask a filter about each mail, without a socket.
//!
//! [`Session`] is one connection: it is handed the bytes that came, writes the bytes that must go back, and says when a mail is there to be
//! judged. [`Session::mail`] then shows it as a [`waxseal_model::MailSeen`], and [`Session::answer`] writes what becomes of it.
//!
//! Written after the description of the protocol that is published with the filter library of Go (`milter-protocol.txt` and
//! `milter-protocol-extras.txt`), Postfix's MILTER_README, and the pages of Sendmail's filter interface. Versions 2 to 6 are spoken.
//! Everything is bounded: packets, recipients, the text of header fields that is kept.

mod answer;
mod command;
mod cut;
mod draft;
mod negotiate;
mod reply;
mod session;

pub use answer::{Answer, NotPossible};
pub use command::ProtocolError;
pub use negotiate::Terms;
pub use session::{Event, Limits, Received, Session, TooMuch};

/// The header field that says how many recipients no header names.
pub const HIDDEN_FIELD: &str = "X-Waxseal-Hidden";

#[cfg(test)]
mod tests;
