//! Messages as the real clients take them, and requests as the real clients send them, read by the provider table.

mod api;
mod sdk;
mod wire;

use serde_json::Value;
use waxseal_mail::fields::{Fields, Recipients, collect};
use waxseal_mail::providers::Provider;

fn from_json(value: &Value) -> Fields<'_> {
    Fields::from(value)
}

/// The recipients as `Place mailbox`, sorted, each once.
fn recipients(provider: &Provider, message: &Fields<'_>) -> Vec<String> {
    let Recipients { recipients, complete } = collect(message, provider.sinks.recipients);
    assert!(complete, "{}: something in {message:?} was not read", provider.id);
    let mut lines: Vec<String> = recipients
        .iter()
        .map(|it| format!("{} {}", it.place, it.mailbox))
        .collect();
    lines.sort();
    lines.dedup();
    lines
}
