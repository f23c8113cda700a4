//! Alerts: tells somebody at once, by a webhook, Slack, e-mail, syslog, journald or a command.
//!
//! An [`Alert`] is made from any finding. [`Alerts::enqueue`] writes it to disk, once for each target that wants it, before it returns; threads
//! of their own, one a target, send what is there, oldest first, and try again until the target took it. So a target that is down holds
//! nobody up, and nothing is lost when the process is killed. What is too much is folded into a counted summary, never dropped.
//!
//! Read in this order: `alert` is what is told, `settings` who is told, `targets` how, one file each; `pace` and `window` decide, without a
//! clock, what is sent now; `spool` keeps it on disk; `sender` sends.
//!
//! Text in an alert may be the attacker's, who sent the mail. It is bounded and made visible before it is written down, and each target
//! quotes it as its own language needs.

mod alert;
mod mail;
mod settings;

mod targets;

mod pace;
mod spool;
mod window;

mod desk;
mod sender;

#[cfg(test)]
mod tests;

pub use alert::{Alert, Value};
pub use desk::{AlertError, Alerts, Enqueued, Limits, Targets, Tried};
pub use sender::Sender;
pub use settings::{SettingsError, TargetSettings};
pub use spool::status::{QueueStatus, status};
