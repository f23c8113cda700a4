//! What is installed where: places are looked for and read, and what they hold is held to what is known to be bad and to what was asked.

mod affected;
mod gather;
mod query;
mod unmask;
mod verify;

pub use affected::{Affected, Records, Release, affected, answers, releases, summaries};
pub use gather::{Inventory, Request, gather};
pub use query::{Query, QueryError};
pub use unmask::unmask;
pub use verify::verify;
