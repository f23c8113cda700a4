//! The product from outside: one binary, so that it links once.

mod architecture;
mod fixtures;
mod commands;
mod exits;
mod reading;
mod support;
