//! `waxseal mail milter` over real sockets: what it answers, and what it survives.

mod answering;
mod enduring;
mod peer;
mod running;
