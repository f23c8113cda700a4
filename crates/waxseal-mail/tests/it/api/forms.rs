//! Forms of sending that no recording holds. What the clients themselves send is tried by `scripts/room/clients`.

use serde_json::json;

use super::*;

const BEARER: (&str, &str) = ("authorization", "Bearer k");
const BASIC: (&str, &str) = ("authorization", "Basic a2V5Oms=");
const SIGNED: (&str, &str) = (
    "authorization",
    "AWS4-HMAC-SHA256 Credential=k/20260101/eu-west-1/ses/aws4_request",
);
const FORM: (&str, &str) = ("content-type", "application/x-www-form-urlencoded");

/// Everybody of each message.
fn all_places(reply: &Reply) -> Vec<Vec<String>> {
    messages(reply).into_iter().map(places).collect()
}

#[track_caller]
fn check(target: &str, headers: &[(&str, &str)], body: &[u8], expected: &[&[&str]]) -> Reply {
    let reply = Room::new(&["k"]).send("POST", target, headers, body);
    assert!(
        reply.status < 300,
        "{target}: {} {}",
        reply.status,
        String::from_utf8_lossy(&reply.body)
    );
    assert_eq!(all_places(&reply), expected, "{target}");
    assert!(messages(&reply).iter().all(|it| it.accepted), "{target}");
    reply
}

#[track_caller]
fn check_json(target: &str, headers: &[(&str, &str)], body: Value, expected: &[&[&str]]) -> Reply {
    check(target, headers, body.to_string().as_bytes(), expected)
}

#[test]
fn what_is_said_for_all_holds_for_each_and_can_be_overridden() {
    let reply = check_json(
        "api.mailjet.com/v3.1/send",
        &[BASIC],
        json!({
            "Globals": { "From": { "Email": "app@s.example" }, "Subject": "all", "Bcc": [{ "Email": "z@d.example" }] },
            "Messages": [{ "To": [{ "Email": "a@a.example" }] }, { "To": [{ "Email": "b@a.example" }], "Subject": "own", "Bcc": [] }],
        }),
        &[&["To a@a.example", "Bcc z@d.example"], &["To b@a.example"]],
    );
    let subjects: Vec<_> = messages(&reply).iter().map(|it| it.subject.clone()).collect();
    assert_eq!(subjects, [Some("all".to_owned()), Some("own".to_owned())]);
    assert_eq!(json(&reply)["Messages"][0]["Bcc"][0]["Email"], "z@d.example");
    check_json(
        "send.api.mailtrap.io/api/batch",
        &[("api-token", "k")],
        json!({ "base": { "bcc": [{ "email": "z@d.example" }] }, "requests": [{ "to": [{ "email": "a@a.example" }] }, { "to": [{ "email": "b@a.example" }] }] }),
        &[
            &["To a@a.example", "Bcc z@d.example"],
            &["To b@a.example", "Bcc z@d.example"],
        ],
    );
    check_json(
        "api.postmarkapp.com/email/bulk",
        &[("x-postmark-server-token", "k")],
        json!({ "From": "app@s.example", "ReplyTo": "r@d.example", "Messages": [{ "To": "a@a.example" }, { "To": "b@a.example" }] }),
        &[
            &["To a@a.example", "Reply-To r@d.example"],
            &["To b@a.example", "Reply-To r@d.example"],
        ],
    );
    check_json(
        "api.brevo.com/v3/smtp/email",
        &[("api-key", "k")],
        json!({ "to": [{ "email": "ignored@a.example" }], "bcc": [{ "email": "z@d.example" }], "messageVersions": [{ "to": [{ "email": "a@a.example" }] }] }),
        &[&["To a@a.example", "Bcc z@d.example"]],
    );
}

#[test]
fn older_versions_are_read_too() {
    check_json(
        "api.mailjet.com/v3/send",
        &[BASIC],
        json!({ "FromEmail": "app@s.example", "Subject": "s", "Recipients": [{ "Email": "a@a.example" }], "Headers": { "Reply-To": "r@d.example" } }),
        &[&["RCPT TO a@a.example", "Reply-To r@d.example"]],
    );
    check(
        "api.elasticemail.com/v2/email/send",
        &[FORM],
        b"apikey=k&from=app%40s.example&to=a%40a.example&msgBcc=z%40d.example&subject=s&bodyText=t",
        &[&["RCPT TO a@a.example", "Bcc z@d.example"]],
    );
    check_json(
        "mandrillapp.com/api/1.0/messages/send.json",
        &[],
        json!({ "key": "k", "message": { "to": [{ "email": "a@a.example" }, { "email": "z@d.example", "type": "bcc" }] } }),
        &[&["To a@a.example", "Bcc z@d.example"]],
    );
}

#[test]
fn ses_in_both_versions() {
    let reply = check(
        "email.eu-west-1.amazonaws.com/",
        &[SIGNED, FORM],
        b"Action=SendTemplatedEmail&Template=w&TemplateData=%7B%7D&Destination.ToAddresses.member.1=a%40a.example&Destination.BccAddresses.member.1=z%40d.example",
        &[&["To a@a.example", "Bcc z@d.example"]],
    );
    assert!(String::from_utf8_lossy(&reply.body).contains("<SendTemplatedEmailResult><MessageId>0100"));
    let reply = check_json(
        "email.eu-west-1.amazonaws.com/v2/email/outbound-bulk-emails",
        &[SIGNED],
        json!({ "DefaultContent": { "Template": { "TemplateName": "w", "TemplateData": "{}" } }, "ReplyToAddresses": ["r@d.example"],
            "BulkEmailEntries": [{ "Destination": { "ToAddresses": ["a@a.example"] } }, { "Destination": { "CcAddresses": ["b@a.example"] } }] }),
        &[
            &["To a@a.example", "Reply-To r@d.example"],
            &["Cc b@a.example", "Reply-To r@d.example"],
        ],
    );
    assert_eq!(json(&reply)["BulkEmailEntryResults"].as_array().map(Vec::len), Some(2));
}

#[test]
fn a_bulk_request_without_its_list_is_no_empty_one() {
    for body in ["{}", "{\"personalizations\":{}}", "not JSON"] {
        let reply = Room::new(&["k"]).send("POST", "api.sendgrid.com/v3/mail/send", &[BEARER], body.as_bytes());
        assert_eq!(reply.status, 400, "{body}");
        assert!(
            messages(&reply).iter().all(|it| !it.complete) && !messages(&reply).is_empty(),
            "{body}"
        );
    }
}

const RAW: &str = "From: app@s.example\r\nTo: a@a.example\r\nBcc: z@d.example\r\nSubject: s\r\n\r\nhello";
/// [`RAW`] in base64url.
const CODED: &str =
    "RnJvbTogYXBwQHMuZXhhbXBsZQ0KVG86IGFAYS5leGFtcGxlDQpCY2M6IHpAZC5leGFtcGxlDQpTdWJqZWN0OiBzDQoNCmhlbGxv";
const OF_RAW: &[&[&str]] = &[&["To a@a.example", "Bcc z@d.example"]];

#[test]
fn gmail_takes_a_raw_message_in_four_ways() {
    let send = "gmail.googleapis.com/upload/gmail/v1/users/me/messages/send";
    let media = ("content-type", "message/rfc822");
    check(
        &format!("{send}?uploadType=media"),
        &[BEARER, media],
        RAW.as_bytes(),
        OF_RAW,
    );
    let parts = format!(
        "--B\r\nContent-Type: application/json\r\n\r\n{{}}\r\n--B\r\nContent-Type: message/rfc822\r\n\r\n{RAW}\r\n--B--"
    );
    let related = ("content-type", "multipart/related; boundary=B");
    check(
        &format!("{send}?uploadType=multipart"),
        &[BEARER, related],
        parts.as_bytes(),
        OF_RAW,
    );
    let mut room = Room::new(&["k"]);
    let reply = room.send("POST", &format!("{send}?uploadType=resumable"), &[BEARER], b"{}");
    assert!(messages(&reply).is_empty());
    let place = reply
        .headers
        .iter()
        .find(|it| it.0 == "location")
        .expect("a place")
        .1
        .clone();
    let reply = room.send(
        "PUT",
        place.trim_start_matches("https://"),
        &[BEARER, media],
        RAW.as_bytes(),
    );
    assert_eq!(all_places(&reply), OF_RAW);
    let part = format!(
        "--B\r\nContent-Type: application/http\r\n\r\nPOST /gmail/v1/users/me/messages/send HTTP/1.1\r\nContent-Type: application/json\r\n\r\n{{\"raw\":\"{CODED}\"}}\r\n--B--"
    );
    let mixed = ("content-type", "multipart/mixed; boundary=B");
    let reply = check(
        "gmail.googleapis.com/batch/gmail/v1",
        &[BEARER, mixed],
        part.as_bytes(),
        OF_RAW,
    );
    assert!(String::from_utf8_lossy(&reply.body).contains("HTTP/1.1 200"));
}

#[test]
fn a_draft_is_a_message_once_it_is_sent() {
    let mut room = Room::new(&["k"]);
    let body = json!({ "message": { "raw": CODED } }).to_string();
    let reply = room.send(
        "POST",
        "gmail.googleapis.com/gmail/v1/users/me/drafts",
        &[BEARER],
        body.as_bytes(),
    );
    assert!(messages(&reply).is_empty());
    let body = json!({ "id": json(&reply)["id"] }).to_string();
    let reply = room.send(
        "POST",
        "gmail.googleapis.com/gmail/v1/users/me/drafts/send",
        &[BEARER],
        body.as_bytes(),
    );
    assert_eq!(all_places(&reply), OF_RAW);

    let draft =
        json!({ "subject": "s", "toRecipients": [{ "emailAddress": { "address": "a@a.example" } }] }).to_string();
    let reply = room.send(
        "POST",
        "graph.microsoft.com/v1.0/me/messages",
        &[BEARER],
        draft.as_bytes(),
    );
    let id = json(&reply)["id"].as_str().expect("an id").to_owned();
    let change = json!({ "bccRecipients": [{ "emailAddress": { "address": "z@d.example" } }] }).to_string();
    room.send(
        "PATCH",
        &format!("graph.microsoft.com/v1.0/me/messages/{id}"),
        &[BEARER],
        change.as_bytes(),
    );
    let reply = room.send(
        "POST",
        &format!("graph.microsoft.com/v1.0/me/messages/{id}/send"),
        &[BEARER],
        b"",
    );
    assert_eq!(all_places(&reply), OF_RAW);
}

#[test]
fn graph_takes_mime_batches_and_letters_that_are_sent_on() {
    let plain = ("content-type", "text/plain");
    check(
        "graph.microsoft.com/v1.0/users/x/sendMail",
        &[BEARER, plain],
        CODED.as_bytes(),
        OF_RAW,
    );
    let message = json!({ "message": { "toRecipients": [{ "emailAddress": { "address": "a@a.example" } }] } });
    let batch = json!({ "requests": [{ "id": "1", "method": "POST", "url": "/me/sendMail", "body": message }] });
    let reply = check_json(
        "graph.microsoft.com/v1.0/$batch",
        &[BEARER],
        batch,
        &[&["To a@a.example"]],
    );
    assert_eq!(json(&reply)["responses"][0]["status"], 202);
    let mut room = Room::new(&["k"]);
    let letters = json(&room.send("GET", "graph.microsoft.com/v1.0/me/messages", &[BEARER], b""));
    let id = letters["value"][0]["id"].as_str().expect("an id").to_owned();
    let body =
        json!({ "comment": "look", "toRecipients": [{ "emailAddress": { "address": "z@d.example" } }] }).to_string();
    let reply = room.send(
        "POST",
        &format!("graph.microsoft.com/v1.0/me/messages/{id}/forward"),
        &[BEARER],
        body.as_bytes(),
    );
    assert_eq!(all_places(&reply), [["To z@d.example"]]);
    assert_eq!(messages(&reply)[0].subject.as_deref(), Some("FW: Delivery on Thursday"));
}

#[test]
fn a_token_that_was_given_out_is_let_in() {
    let mut room = Room::new(&["planted-refresh-token", "planted-secret"]);
    for (host, right, wrong, target) in [
        (
            "oauth2.googleapis.com/token",
            "grant_type=refresh_token&refresh_token=planted-refresh-token",
            "refresh_token=x",
            "gmail.googleapis.com/gmail/v1/users/me/profile",
        ),
        (
            "login.microsoftonline.com/t/oauth2/v2.0/token",
            "client_id=c&client_secret=planted-secret",
            "client_secret=x",
            "graph.microsoft.com/v1.0/me",
        ),
    ] {
        let refused = room.send("POST", host, &[FORM], wrong.as_bytes());
        assert!(
            (400..402).contains(&refused.status) && json(&refused)["access_token"].is_null(),
            "{host}"
        );
        let token = json(&room.send("POST", host, &[FORM], right.as_bytes()))["access_token"]
            .as_str()
            .expect("a token")
            .to_owned();
        assert_eq!(
            room.send("GET", target, &[("authorization", "Bearer made-up")], b"")
                .status,
            401
        );
        assert_eq!(
            room.send("GET", target, &[("authorization", &format!("Bearer {token}"))], b"")
                .status,
            200
        );
    }
}

#[test]
fn azure_looks_at_the_signature_of_the_very_body() {
    use base64::Engine as _;
    use base64::engine::general_purpose::STANDARD;
    let body = json!({ "senderAddress": "app@s.example", "content": { "subject": "s", "plainText": "t" }, "recipients": { "to": [{ "address": "a@a.example" }], "bcc": [{ "address": "z@d.example" }] } }).to_string();
    let key = STANDARD.encode(b"a key that was planted in the room");
    let sign = |body: &str| {
        let hash = STANDARD.encode(ring::digest::digest(&ring::digest::SHA256, body.as_bytes()));
        let text = format!("POST\n/emails:send?api-version=1\nnow;x.communication.azure.com;{hash}");
        let key = ring::hmac::Key::new(ring::hmac::HMAC_SHA256, &STANDARD.decode(&key).expect("a key"));
        format!(
            "HMAC-SHA256 SignedHeaders=x-ms-date;host;x-ms-content-sha256&Signature={}",
            STANDARD.encode(ring::hmac::sign(&key, text.as_bytes()))
        )
    };
    for (signed, status) in [(body.as_str(), 202), ("another body", 401)] {
        let headers = [("authorization", sign(signed)), ("x-ms-date", "now".to_owned())];
        let headers = headers.each_ref().map(|(name, value)| (*name, value.as_str()));
        let mut room = Room::new(&[&key]);
        let reply = room.send(
            "POST",
            "x.communication.azure.com/emails:send?api-version=1",
            &headers,
            body.as_bytes(),
        );
        assert_eq!(reply.status, status);
        assert_eq!(all_places(&reply), OF_RAW);
        assert_eq!(messages(&reply)[0].accepted, status == 202);
    }
}

#[test]
fn what_a_provider_does_not_have_is_read_as_that_of_a_stranger() {
    let body = json!({ "to": "a@a.example", "subject": "s", "text": "t" }).to_string();
    let answered = Room::new(&["k"]).ask("POST", "api.resend.com/v9/letters", &[BEARER], body.as_bytes());
    let Answered::Unforeseen(acts) = answered else {
        panic!("there is no such call")
    };
    let channels: Vec<&str> = acts
        .iter()
        .filter_map(|act| match act {
            Act::Submitted(message) => Some(message.channel.as_str()),
            _ => None,
        })
        .collect();
    assert_eq!(channels, ["generic"]);
    let refused = Room::new(&[]).send("POST", "api.resend.com/v9/letters", &[BEARER], body.as_bytes());
    assert_eq!((refused.status, messages(&refused)[0].accepted), (401, false));
}
