//! A webhook: JSON, signed as Standard Webhooks says (github.com/standard-webhooks/standard-webhooks, spec/standard-webhooks.md).

use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use ring::hmac;
use serde::Deserialize;

use super::http::{self, Client};
use super::{Kind, Outcome, Target};
use crate::alerts::alert::Letter;
use crate::alerts::settings::{SecretPlace, read};
use crate::alerts::spool;
use crate::config::Seconds;

pub(super) const KIND: Kind = Kind {
    id: "webhook",
    check: |table| check(&read(table)?),
    open: |table| open(&read(table)?),
};

#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
struct Settings {
    /// Where to. `https`, or `http` on this machine.
    url: Option<String>,
    /// The same from a file or a variable, where the address is a secret itself.
    url_from: Option<SecretPlace>,
    /// The key: base64, with or without `whsec_` before it, of 24 to 64 bytes.
    secret: SecretPlace,
    /// How long an answer may take.
    #[serde(default = "default_timeout")]
    timeout: Seconds,
}

struct Webhook {
    client: Client,
    key: hmac::Key,
}

fn check(settings: &Settings) -> Result<(), String> {
    match (&settings.url, &settings.url_from) {
        (Some(url), None) => http::address(url).map(|_| ()),
        (None, Some(_)) => Ok(()),
        _ => Err("a webhook has either `url` or `url-from`".to_owned()),
    }
}

fn open(settings: &Settings) -> Result<Box<dyn Target>, String> {
    check(settings)?;
    let url = match (&settings.url, &settings.url_from) {
        (Some(url), _) => http::address(url)?,
        (None, Some(place)) => http::address(place.read()?.expose())?,
        (None, None) => return Err("a webhook has either `url` or `url-from`".to_owned()),
    };
    let secret = settings.secret.read()?;
    let text = secret.expose();
    let key = STANDARD
        .decode(text.strip_prefix("whsec_").unwrap_or(text))
        .ok()
        .filter(|key| (24..=64).contains(&key.len()))
        .ok_or("its `secret` is not the base64 of 24 to 64 bytes")?;
    Ok(Box::new(Webhook {
        client: Client::new(url, Duration::from_secs(settings.timeout.0.min(MAX_TIMEOUT))),
        key: hmac::Key::new(hmac::HMAC_SHA256, &key),
    }))
}

impl Target for Webhook {
    fn send(&self, letter: &Letter) -> Outcome {
        let body = letter.json();
        // The time of this try, not of the letter: whoever checks refuses old ones.
        let timestamp = spool::now().0;
        let signature = sign(&self.key, &letter.id, timestamp, &body);
        self.client.post(
            &body,
            &[
                ("webhook-id", letter.id.clone()),
                ("webhook-timestamp", timestamp.to_string()),
                ("webhook-signature", signature),
            ],
        )
    }

    fn place(&self) -> String {
        self.client.place()
    }
}

/// `v1,` and the base64 of HMAC-SHA256 over `id.timestamp.body`.
fn sign(key: &hmac::Key, id: &str, timestamp: i64, body: &str) -> String {
    let tag = hmac::sign(key, format!("{id}.{timestamp}.{body}").as_bytes());
    format!("v1,{}", STANDARD.encode(tag))
}

pub(super) fn default_timeout() -> Seconds {
    Seconds(15)
}

pub(super) const MAX_TIMEOUT: u64 = 120;

#[cfg(test)]
mod tests {
    use super::*;

    /// The example of the specification's reference libraries.
    #[test]
    fn a_signature_is_the_one_of_the_specification() {
        let key = STANDARD.decode("MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw").unwrap();
        let key = hmac::Key::new(hmac::HMAC_SHA256, &key);
        assert_eq!(
            sign(
                &key,
                "msg_p5jXN8AQM9LWM0D4loKWxJek",
                1_614_265_330,
                "{\"test\": 2432232314}"
            ),
            "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="
        );
    }
}
