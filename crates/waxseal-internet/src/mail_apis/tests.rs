//! Who answers, and what is told.

use waxseal_model::ConnectionId;

use super::*;
use crate::PlainAnswer;

fn ask(host: &str, path: &str, token: &str) -> HttpAnswer {
    let apis = MailApis::new(7, vec!["k".to_owned()], || 1_790_000_000, PlainAnswer);
    let headers = [("authorization".to_owned(), format!("Bearer {token}"))];
    apis.answer(&HttpRequest {
        connection: ConnectionId(1),
        host,
        port: 443,
        tls: true,
        method: "POST",
        url: "",
        path,
        headers: &headers,
        body: br#"{"from":"x@s.example","to":"a@a.example","subject":"s","text":"t"}"#,
    })
}

#[track_caller]
fn check(answer: &HttpAnswer, by: &str, channel: &str, accepted: bool) {
    assert_eq!(answer.answered_by, by);
    let told: Vec<(&str, bool)> = answer
        .observations
        .iter()
        .filter_map(|it| match it {
            Observation::Submitted(message) => Some((message.channel.as_str(), message.accepted)),
            _ => None,
        })
        .collect();
    assert_eq!(told, [(channel, accepted)]);
}

#[test]
fn a_message_is_told_of_once_whoever_answers() {
    check(&ask("api.resend.com", "/emails", "k"), "resend", "resend", true);
    check(&ask("api.resend.com", "/emails", "x"), "resend", "resend", false);
    check(
        &ask("api.resend.com", "/v9/letters", "k"),
        "resend/unforeseen",
        "generic",
        true,
    );
    check(&ask("api.resend.com", "/v9/letters", "x"), "resend", "generic", false);
    check(&ask("mail.unknown.example", "/send?a=1", "k"), "plain", "generic", true);
}
