//! Collectors: the I/O that obtains evidence. Packages come from the registry, a folder or a packed archive.

mod fetch;
mod origin;
mod progress;
mod target;

pub use fetch::{Collector, Failure, Fetched, Found};
pub(crate) use origin::too_old;
pub use origin::{KnownMalicious, Origin, OriginOf, Repositories};
pub use progress::Bar;
pub use target::{Target, release_of};
