//! Mail as bytes, without sockets: mailboxes as they are delivered, and the table of e-mail providers.
//!
//! [`providers`] knows each provider's client and wire format as one value in one table; [`fields`] finds the recipients in a
//! message by that table, whatever the message was decoded from ([`form`] decodes the two form encodings); [`address`] and
//! [`message`] read address lists and raw messages the way a mail server does. [`api`] plays the provider: it reads a request, says what
//! it asked for, and answers; [`mime`] reads whole messages. [`rules`] are texts for other programs.
//!
//! Everything here is pure: bytes in, values out, and every input is bounded.

pub mod providers;

pub mod api;
pub mod mime;

pub mod fields;

pub mod address;
pub mod events;
pub mod form;
pub mod message;

pub mod logs;
pub mod milter;

pub mod rules;
