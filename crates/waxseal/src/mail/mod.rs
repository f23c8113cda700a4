//! The mail side: for the people who run a mail server.
//!
//! [`settings`] is what `mail.toml` says, [`state`] what was seen so far, kept on disk; [`report`] shows it to people and programs, and
//! [`learn`] turns it into questions and the answers into policy. [`milter`] is the filter that a mail server asks; [`logs`] reads logs of mail
//! servers.

pub mod learn;
pub mod logs;
pub mod milter;
pub mod report;
pub mod settings;
pub mod state;
pub mod teller;
