//! Each rule by a request that it answers, and what holds for all of them.

use std::sync::Arc;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::Value;
use waxseal_model::ConnectionId;

use super::{Answers, Bait, RULES};
use crate::chance::Chance;
use crate::{Answer as _, Canaries, HttpAnswer, HttpRequest};

const SEED: u64 = 11;

fn answers() -> Answers {
    Answers::new(SEED, Arc::new(Bait::mint(SEED)), Canaries::mint(SEED)).with_clock(|| 1_795_834_311)
}

/// One request line, `METHOD host/path`, with header fields and a body.
fn ask(answers: &Answers, line: &str, headers: &[(&str, &str)], body: &str) -> HttpAnswer {
    let (method, address) = line.split_once(' ').expect("a method and an address");
    let (host, path) = address
        .find('/')
        .map_or((address, "/"), |slash| address.split_at(slash));
    let headers: Vec<(String, String)> = headers
        .iter()
        .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
        .collect();
    answers.answer(&HttpRequest {
        connection: ConnectionId(3),
        host,
        port: 443,
        tls: true,
        method,
        url: &format!("https://{address}"),
        path,
        headers: &headers,
        body: body.as_bytes(),
    })
}

fn text(answer: &HttpAnswer) -> String {
    String::from_utf8_lossy(&answer.body).into_owned()
}

fn json(answer: &HttpAnswer) -> Value {
    serde_json::from_slice(&answer.body).unwrap_or_else(|err| panic!("{err}: {}", text(answer)))
}

/// Which rule answers, with which status, and something that the body holds.
#[track_caller]
fn check(line: &str, body: &str, rule: &str, status: u16, holds: &str) {
    let answer = ask(&answers(), line, &[("accept", "*/*")], body);
    assert_eq!(
        (answer.answered_by.as_str(), answer.status),
        (format!("generic/{rule}").as_str(), status),
        "{line}"
    );
    assert!(text(&answer).contains(holds), "{line}: {}", text(&answer));
}

#[test]
fn services_about_the_machine() {
    check("GET api.ipify.org/?format=json", "", "ip-echo", 200, "\"ip\":\"");
    check("GET icanhazip.com/", "", "ip-echo", 200, ".");
    check("GET httpbin.org/ip", "", "ip-echo", 200, "\"origin\":\"");
    check("GET ip-api.com/json", "", "geo-ip", 200, "\"countryCode\":\"DE\"");
    check(
        "GET worldtimeapi.org/api/timezone/Etc/UTC",
        "",
        "time",
        200,
        "2026-11-28T",
    );
    check(
        "POST login.example/oauth2/v2.0/token",
        "grant_type=client_credentials",
        "oauth-token",
        200,
        "access_token",
    );
    let (room, other) = (answers(), ask(&answers(), "GET api.ipify.org/", &[], ""));
    assert_eq!(
        text(&ask(&room, "GET ifconfig.me/", &[], "")),
        text(&other),
        "one address for the whole room"
    );
}

#[test]
fn chat_services() {
    check(
        "POST api.telegram.org/bot123:AAE/sendMessage",
        r#"{"chat_id":5,"text":"hi"}"#,
        "telegram",
        200,
        "\"text\":\"hi\"",
    );
    check(
        "GET api.telegram.org/bot123:AAE/getMe",
        "",
        "telegram",
        200,
        "\"id\":123",
    );
    check(
        "POST discord.com/api/webhooks/1/t",
        r#"{"content":"x"}"#,
        "discord",
        204,
        "",
    );
    check(
        "POST discord.com/api/webhooks/1/t?wait=true",
        r#"{"content":"x"}"#,
        "discord",
        200,
        "\"content\":\"x\"",
    );
    check("POST hooks.slack.com/services/T/B/x", "{}", "slack", 200, "ok");
    check("POST slack.com/api/chat.postMessage", "{}", "slack", 200, "\"ok\":true");
}

#[test]
fn code_hosts() {
    check(
        "GET raw.githubusercontent.com/o/r/main/config.json",
        "",
        "github-raw",
        200,
        "\"recipients\":[",
    );
    check(
        "GET gist.githubusercontent.com/o/1/raw/email.txt",
        "",
        "github-raw",
        200,
        "@",
    );
    check(
        "GET api.github.com/repos/o/r",
        "",
        "github-api",
        200,
        "\"full_name\":\"o/r\"",
    );
    check(
        "GET api.github.com/user",
        "",
        "github-api",
        401,
        "Requires authentication",
    );
    check("POST api.github.com/gists", "{}", "github-api", 201, "config.txt");
    let answer = ask(&answers(), "GET api.github.com/repos/o/r/contents/config.json", &[], "");
    let encoded = json(&answer)["content"]
        .as_str()
        .expect("content is text")
        .replace('\n', "");
    let content = STANDARD.decode(encoded).expect("content is base64");
    assert!(serde_json::from_slice::<Value>(&content).expect("the file is JSON")["email"].is_string());
}

/// A contract's call gives the ABI's string: offset, length, bytes, filled up to 32.
#[test]
fn calls_to_a_block_chain() {
    let answer = ask(
        &answers(),
        "POST bsc.rpc.example/",
        &[],
        r#"{"jsonrpc":"2.0","id":9,"method":"eth_call","params":[]}"#,
    );
    let (id, result) = (
        json(&answer)["id"].clone(),
        json(&answer)["result"].as_str().expect("a string").to_owned(),
    );
    assert_eq!(id, 9);
    let words = &result[2..];
    assert_eq!((&words[..64], words.len() % 64), (format!("{:064x}", 32).as_str(), 0));
    let length = usize::from_str_radix(&words[64..128], 16).expect("a length");
    let bytes: Vec<u8> = (0..length)
        .map(|idx| u8::from_str_radix(&words[128 + 2 * idx..130 + 2 * idx], 16).expect("hex"))
        .collect();
    assert!(bytes.starts_with(b"https://") && bytes.ends_with(b"/v1/events"));
    check(
        "POST x.example/rpc",
        r#"[{"jsonrpc":"2.0","id":1,"method":"m"},{"jsonrpc":"2.0","id":2,"method":"m"}]"#,
        "json-rpc",
        200,
        "\"id\":2",
    );
}

#[test]
fn metadata_of_a_cloud_gives_canaries() {
    let answers = answers();
    let role = "169.254.169.254/latest/meta-data/iam/security-credentials/";
    assert_eq!(text(&ask(&answers, &format!("GET {role}"), &[], "")), "app-server-role");
    let credentials = ask(&answers, &format!("GET {role}app-server-role"), &[], "");
    let hits = answers.canaries.found_in(&credentials.body);
    assert_eq!(
        hits.iter().map(|hit| hit.canary.as_str()).collect::<Vec<_>>(),
        ["cloud-key-id", "cloud-secret", "cloud-token"]
    );
    assert_eq!(
        ask(&answers, "PUT 169.254.169.254/latest/api/token", &[], "").status,
        200
    );
    assert_eq!(
        ask(&answers, "GET 169.254.169.254/latest/api/token", &[], "").status,
        405
    );
    let google = "GET metadata.google.internal/computeMetadata/v1/instance/service-accounts/default/token";
    assert_eq!(ask(&answers, google, &[], "").status, 403);
    let token = ask(&answers, google, &[("metadata-flavor", "Google")], "");
    assert_eq!(answers.canaries.found_in(&token.body)[0].canary, "cloud-token");
}

#[test]
fn answers_by_the_shape_of_a_request() {
    check("GET x.example/robots.txt", "", "robots", 200, "User-agent");
    check("GET x.example/favicon.ico", "", "favicon", 200, "GIF89a");
    check("GET x.example/.env", "", "probe", 404, "not_found");
    check("GET x.example/health", "", "health", 200, "ok");
    check("OPTIONS x.example/a", "", "options", 204, "");
    check("GET x.example/config", "", "mailbox", 200, ".example\n");
    check("GET x.example/api/recipients", "", "mailbox", 200, "\"recipients\":[");
    check("GET pastebin.com/raw/aZ9k2", "", "raw-text", 200, "email=");
    check("GET x.example/lib/a.js", "", "script", 200, "module.exports");
    check("GET x.example/a.png", "", "image", 200, "GIF89a");
    check("GET x.example/a.css", "", "style", 200, "body");
    check("GET x.example/a.exe", "", "download", 200, "");
    check("DELETE x.example/users/5", "", "delete", 204, "");
    check("PUT x.example/users/5", r#"{"name":"n"}"#, "change", 200, "\"id\":5");
    check(
        "POST x.example/users",
        r#"{"name":"n"}"#,
        "create",
        201,
        "\"name\":\"n\"",
    );
    check("POST x.example/collect", "zzz", "accept", 200, "\"ok\":true");
    check("GET x.example/", "", "page", 200, "<!doctype html>");
    check("GET x.example/users", "", "list", 200, "@");
    check("GET x.example/v1/thing", "", "object", 200, "\"email\":\"");
}

#[test]
fn lists_have_pages_and_an_end() {
    let answers = answers();
    let emails = |line: &str| -> Vec<String> {
        let list = json(&ask(&answers, line, &[], ""));
        let items = list
            .as_array()
            .or_else(|| list["data"].as_array())
            .expect("a list")
            .clone();
        items
            .iter()
            .map(|item| item["email"].as_str().expect("a mailbox").to_owned())
            .collect()
    };
    assert_eq!(emails("GET l.example/users").len(), 5);
    assert_eq!(emails("GET l.example/users?page=2&per_page=5").len(), 2);
    assert_eq!(emails("GET l.example/users?page=3&per_page=5").len(), 0);
    assert_eq!(emails("GET l.example/users?page=99999999999999999999&limit=0").len(), 1);
}

/// Who sends mail to it got it from there.
#[test]
fn bait_leads_back_to_its_response() {
    let answers = answers();
    let mailbox = text(&ask(&answers, "GET evil.example/config", &[], ""))
        .trim()
        .to_owned();
    let owner = answers.bait.owner_of(&mailbox).expect("it was handed out");
    assert_eq!(
        (owner.connection, owner.url.as_str()),
        (ConnectionId(3), "https://evil.example/config")
    );
    let (local, domain) = mailbox.split_once('@').expect("a mailbox");
    let spelled = format!("<{}+tag@{}>", local.to_uppercase(), domain);
    assert_eq!(answers.bait.owner_of(&spelled), Some(owner));
    assert_eq!(answers.bait.owner_of("anna.adler@mailhost.example"), None);
    assert_eq!(answers.bait.owner_of("no mailbox"), None);
    let settings = json(&ask(&answers, "GET evil.example/config.json", &[], ""));
    let host = settings["endpoint"]
        .as_str()
        .and_then(|link| link.split('/').nth(2))
        .expect("a link")
        .to_owned();
    assert_eq!(
        answers.bait.owner_of_host(&host).map(|owner| owner.url),
        Some("https://evil.example/config.json".to_owned())
    );
}

#[test]
fn the_same_seed_says_the_same() {
    let lines = [
        "GET a.example/config",
        "GET a.example/users",
        "POST a.example/users",
        "GET a.example/v1/x",
        "GET a.example/",
    ];
    let all = |answers: Answers| lines.map(|line| ask(&answers, line, &[], ""));
    assert_eq!(all(answers()), all(answers()));
    let other = Answers::new(12, Arc::new(Bait::mint(12)), Canaries::mint(12)).with_clock(|| 0);
    assert_ne!(all(answers()), all(other));
}

#[test]
fn one_in_sixteen_is_missing_and_stays_so() {
    let answers = answers();
    let status = |number: u32| ask(&answers, &format!("GET m.example/v1/thing/{number}"), &[], "").status;
    let missing = (0..1600).filter(|number| status(*number) == 404).count();
    assert!((50..150).contains(&missing), "{missing} of 1600");
    assert!((0..50).all(|number| status(number) == status(number)));
    let head = |number: u32| ask(&answers, &format!("HEAD m.example/v1/thing/{number}"), &[], "");
    assert!((0..50).all(|number| head(number).status == status(number) && head(number).body.is_empty()));
}

#[test]
fn header_fields_can_be_sent_and_differ_by_host() {
    let answers = answers();
    let mut servers = std::collections::BTreeSet::new();
    for number in 0..30 {
        let answer = ask(
            &answers,
            &format!("POST h{number}.example/items"),
            &[],
            "{\"id\":\"a\\r\\nx: y\"}",
        );
        for (name, value) in &answer.headers {
            assert!(
                value.bytes().all(|byte| (b' '..0x7f).contains(&byte)),
                "{name}: {value:?}"
            );
        }
        servers.extend(answer.headers.into_iter().filter(|field| field.0 == "server"));
    }
    assert!(servers.len() > 3, "{servers:?}");
}

#[test]
fn hostile_requests_are_answered_and_bounded() {
    let answers = answers();
    let mut chance = Chance::new(4, "requests");
    let long = "/x".repeat(100_000);
    let deep = "[".repeat(60_000);
    for line in [
        format!("GET x.example{long}"),
        "BREW x.example/%00/..//?=&=&".to_owned(),
        "GET /".to_owned(),
        "GET ü.example/ü.ü".to_owned(),
    ] {
        for body in ["", &deep, "{\"jsonrpc\":1}", "[{\"jsonrpc\":\"2.0\"}]"] {
            assert!(ask(&answers, &line, &[("accept", "\u{1F980}")], body).body.len() < 200_000);
            assert!(ask(&answers, &line.replace("GET", "POST"), &[], body).body.len() < 200_000);
        }
    }
    for _ in 0..500 {
        let path: String = (0..chance.below(60))
            .map(|_| *chance.pick(&['/', '.', '?', '=', '&', 'a', 's', '-', 'é', '%']))
            .collect();
        let method = *chance.pick(&["GET", "POST", "PUT", "DELETE", "HEAD"]);
        let host = *chance.pick(&[
            "a.example",
            "api.telegram.org",
            "api.github.com",
            "169.254.169.254",
            "discord.com",
            "hooks.slack.com",
        ]);
        let answer = ask(&answers, &format!("{method} {host}/{path}"), &[], "{\"jsonrpc\"");
        assert!((200..500).contains(&answer.status));
    }
}

#[test]
fn every_rule_has_a_name_of_its_own() {
    let names: std::collections::BTreeSet<&str> = RULES.iter().map(|rule| rule.id).collect();
    assert_eq!(names.len(), RULES.len());
    assert!(RULES.iter().all(|rule| !rule.what.is_empty()));
}
