//! Exports of every source, each with a twin that differs by one hidden recipient.

mod framing;
mod twins;
