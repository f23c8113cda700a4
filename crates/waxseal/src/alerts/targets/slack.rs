//! Slack's incoming webhooks, and what takes the same: Mattermost, Rocket.Chat, Discord's `/slack`.

use std::time::Duration;

use serde::Deserialize;
use serde_json::{Value, json};
use waxseal_model::Severity;

use super::http::{self, Client};
use super::webhook::{MAX_TIMEOUT, default_timeout};
use super::{Kind, Outcome, Target};
use crate::alerts::alert::Letter;
use crate::alerts::settings::{SecretPlace, read};
use crate::config::Seconds;

pub(super) const KIND: Kind = Kind {
    id: "slack",
    check: |table| read::<Settings>(table).map(|_| ()),
    open: |table| open(&read(table)?),
};

#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
struct Settings {
    /// Where the address is: who has it can write into the channel, so it is a secret.
    url: SecretPlace,
    /// How long an answer may take.
    #[serde(default = "default_timeout")]
    timeout: Seconds,
}

struct Slack {
    client: Client,
}

fn open(settings: &Settings) -> Result<Box<dyn Target>, String> {
    let url = http::address(settings.url.read()?.expose())?;
    Ok(Box::new(Slack {
        client: Client::new(url, Duration::from_secs(settings.timeout.0.min(MAX_TIMEOUT))),
    }))
}

impl Target for Slack {
    fn send(&self, letter: &Letter) -> Outcome {
        self.client.post(&message(letter).to_string(), &[])
    }

    fn place(&self) -> String {
        self.client.place()
    }
}

/// The message. Blocks hold everything as `plain_text`, where Slack reads no markup at all; `text` is what notifications and the other programs show,
/// and has all of it in code.
fn message(letter: &Letter) -> Value {
    let plain = |text: &str, most: usize| json!({ "type": "plain_text", "text": limit(text, most), "emoji": false });
    let alert = &letter.alert;
    let heading = format!("{}: {}", alert.severity.id(), alert.title);
    // A section holds at most ten fields.
    let fields: Vec<Value> = letter
        .facts()
        .into_iter()
        .take(10)
        .map(|(name, text)| plain(&format!("{name}: {text}"), 2000))
        .collect();
    let mut blocks = vec![json!({ "type": "header", "text": plain(&heading, 150) })];
    // Slack refuses an empty text.
    if !alert.summary.is_empty() {
        blocks.push(json!({ "type": "section", "text": plain(&alert.summary, 3000) }));
    }
    blocks.push(json!({ "type": "section", "fields": fields }));
    json!({
        "text": format!("{} waxseal {}: {}", mark(alert.severity), alert.severity.id(), code(&letter.line())),
        "mrkdwn": false,
        "unfurl_links": false,
        "unfurl_media": false,
        "blocks": blocks,
    })
}

/// Text as code: no markup, mention or link is read in it. `&`, `<` and `>` are written as Slack wants them everywhere.
fn code(text: &str) -> String {
    let text: String = text.chars().map(|c| if c == '`' { '\'' } else { c }).collect();
    format!(
        "`{}`",
        text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
    )
}

/// Cut at so many characters.
fn limit(text: &str, most: usize) -> String {
    if text.chars().count() <= most {
        return text.to_owned();
    }
    text.chars().take(most - 1).chain(['…']).collect()
}

fn mark(severity: Severity) -> &'static str {
    match severity {
        Severity::Critical | Severity::High => "🔴",
        Severity::Medium => "🟠",
        Severity::Low | Severity::Info => "🔵",
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::alerts::tests::letter;

    #[test]
    fn hostile_text_is_neither_markup_nor_a_mention() {
        let mut letter = letter("wx_1");
        letter.alert.summary = "`<!channel> *x* [a](https://b.example) @here & <https://c.example|d>".to_owned();
        letter.alert.title.clear();
        let message = message(&letter);
        assert_eq!(
            message["text"],
            "🔴 waxseal critical: `'&lt;!channel&gt; *x* [a](https://b.example) @here &amp; &lt;https://c.example|d&gt;`"
        );
        let mut kinds = Vec::new();
        for block in message["blocks"].as_array().unwrap() {
            for text in block["fields"].as_array().into_iter().flatten().chain([&block["text"]]) {
                if let Some(kind) = text["type"].as_str() {
                    kinds.push(kind.to_owned());
                }
            }
        }
        assert!(
            kinds.len() > 4 && kinds.iter().all(|kind| kind == "plain_text"),
            "{kinds:?}"
        );
    }

    #[test]
    fn blocks_keep_to_the_lengths_that_slack_takes() {
        let mut letter = letter("wx_1");
        letter.alert.title = "x".repeat(400);
        for at in 0..30 {
            letter.alert = letter.alert.with(format!("fact {at}"), "y".repeat(3000));
        }
        let message = message(&letter);
        let blocks = message["blocks"].as_array().unwrap();
        assert!(blocks[0]["text"]["text"].as_str().unwrap().chars().count() <= 150);
        let fields = blocks.last().unwrap()["fields"].as_array().unwrap();
        assert_eq!(fields.len(), 10);
        assert!(
            fields
                .iter()
                .all(|field| field["text"].as_str().unwrap().chars().count() <= 2000)
        );
    }
}
