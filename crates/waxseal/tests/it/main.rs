//! The product from outside: one binary, so that it links once.
#![expect(
    clippy::unwrap_used,
    reason = "in a test a panic is the answer, in what tests share too"
)]

mod alerting;
mod all;
mod architecture;
mod attempts;
mod attributing;
mod capturing;
mod commands;
mod comparing;
mod database;
mod driving;
mod exits;
mod filtering;
mod fixtures;
mod history;
mod mailing;
mod pinning;
mod reading;
mod registry;
mod rules_and_alerts;
mod running;
mod scanning;
#[path = "../../../waxseal-npm/tests/support/server.rs"]
mod server;
mod speaking;
mod support;
