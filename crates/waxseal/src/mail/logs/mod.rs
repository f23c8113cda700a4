//! Logs of mail servers on disk: which files, in which order, how far they were read before, and what a configuration of Postfix explains.
//!
//! [`find`] turns what was typed into [`LogSet`]s: a log with its rotated and compressed predecessors, oldest first. `read` gives a set's
//! mails; `follow` goes on as it grows. A [`Bookmark`] says how far a set was read, so that nothing is read twice or skipped when
//! it was rotated in between. What cannot be read is a gap, in words; it never ends the reading of the rest.

mod bookmark;
pub mod exports;
mod files;
mod follow;
mod open;
mod read;
mod when;

pub mod postconf;

pub use bookmark::{Bookmark, BookmarkError, Bookmarks};
pub use files::{Found, LogFile, LogSet, find};
pub use follow::{Follower, Wait};
pub use read::{LogReader, Progress, ReadSettings};
pub use when::{When, system_zone};

#[cfg(test)]
mod tests;
