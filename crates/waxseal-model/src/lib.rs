//! The nouns of waxseal, as plain data: what a package is, what was observed of it, what is claimed, and what was decided.
//!
//! Read in this order: a [`PackageRef`] is one immutable release; collectors turn it into [`Evidence`] without an opinion;
//! methods turn evidence into [`Finding`]s, each with proof; policy turns findings into a [`Verdict`].
//!
//! Nothing here does I/O, reads a clock or knows a file format. Every type derives `Serialize` and `Deserialize` in serde's
//! plain form, without attributes that skip, flatten or tag, because the sealed reader sends these types over a pipe in a
//! format that does not describe itself. [`MailSeen`] alone is borrowed and goes nowhere.

mod advisory;
mod call;
mod capability;
mod change;
mod collected;
mod evidence;
mod finding;
mod history;
mod inventory;
mod mail;
mod mail_seen;
mod manifest;
mod moment;
mod origin;
mod package;
mod run;
mod run_change;
mod run_summary;
mod sink;
mod stack_act;
mod submission;
mod tool_server;
mod verdict;

pub use advisory::*;
pub use call::*;
pub use capability::*;
pub use change::*;
pub use collected::*;
pub use evidence::*;
pub use finding::*;
pub use history::*;
pub use inventory::*;
pub use mail::*;
pub use mail_seen::*;
pub use manifest::*;
pub use moment::*;
pub use origin::*;
pub use package::*;
pub use run::*;
pub use run_change::*;
pub use run_summary::*;
pub use sink::*;
pub use stack_act::*;
pub use submission::*;
pub use tool_server::*;
pub use verdict::*;
