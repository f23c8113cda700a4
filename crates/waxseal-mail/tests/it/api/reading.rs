//! Mail that was there before, and calls that clients make when they start.

use super::*;

const BEARER: (&str, &str) = ("authorization", "Bearer k");

#[test]
fn the_inbox_is_the_same_wherever_it_is_read() {
    let mut room = Room::new(&["k"]);
    let mut read = |target: &str, header, path: &[&str]| {
        let value = json(&room.send("GET", target, &[header], b""));
        let found = path.iter().fold(&value, |value, step| match step.parse::<usize>() {
            Ok(idx) => &value[idx],
            Err(_) => &value[*step],
        });
        found
            .as_str()
            .map(str::to_owned)
            .unwrap_or_else(|| panic!("{target}: {value}"))
    };
    let subject = "Delivery on Thursday";
    assert_eq!(
        read(
            "graph.microsoft.com/v1.0/me/messages",
            BEARER,
            &["value", "0", "subject"]
        ),
        subject
    );
    assert_eq!(
        read("api.resend.com/emails/receiving", BEARER, &["data", "0", "subject"]),
        subject
    );
    let mailgun = ("authorization", "Basic YXBpOms=");
    assert_eq!(
        read(
            "api.mailgun.net/v3/d.example/events",
            mailgun,
            &["items", "0", "message", "headers", "subject"]
        ),
        subject
    );
    let postmark = ("x-postmark-server-token", "k");
    assert_eq!(
        read(
            "api.postmarkapp.com/messages/inbound?count=10",
            postmark,
            &["InboundMessages", "0", "Subject"]
        ),
        subject
    );
    let gmail = "gmail.googleapis.com/gmail/v1/users/me/messages";
    let id = read(gmail, BEARER, &["messages", "0", "id"]);
    assert_eq!(
        read(&format!("{gmail}/{id}"), BEARER, &["payload", "headers", "2", "value"]),
        subject
    );
    assert!(!read(&format!("{gmail}/{id}?format=raw"), BEARER, &["raw"]).is_empty());
}

#[test]
fn what_was_sent_can_be_read_again() {
    let mut room = Room::new(&["k"]);
    let sent = room.send(
        "POST",
        "api.resend.com/emails",
        &[BEARER],
        br#"{"to":"a@a.example","subject":"s"}"#,
    );
    let id = json(&sent)["id"].as_str().expect("an id").to_owned();
    let read = json(&room.send("GET", &format!("api.resend.com/emails/{id}"), &[BEARER], b""));
    assert_eq!(read["subject"], "s");
    // Who is not let in reads nothing, and makes nothing.
    let stranger = ("authorization", "Bearer x");
    assert_eq!(
        room.send("GET", &format!("api.resend.com/emails/{id}"), &[stranger], b"")
            .status,
        401
    );
    let before = json(&room.send("GET", "api.resend.com/emails", &[BEARER], b""))["data"]
        .as_array()
        .map(Vec::len);
    room.send("POST", "api.resend.com/emails", &[stranger], br#"{"to":"a@a.example"}"#);
    let after = json(&room.send("GET", "api.resend.com/emails", &[BEARER], b""))["data"]
        .as_array()
        .map(Vec::len);
    assert_eq!(before, after);
}

#[test]
fn start_up_calls_are_answered() {
    for (target, header) in [
        ("api.sendgrid.com/v3/scopes", BEARER),
        ("api.mailgun.net/v3/domains", ("authorization", "Basic YXBpOms=")),
        (
            "email.eu-west-1.amazonaws.com/v2/email/account",
            ("authorization", "AWS4-HMAC-SHA256 Credential=k/1/2/ses/aws4_request"),
        ),
        ("api.resend.com/domains", BEARER),
        ("api.mailjet.com/v3/REST/sender", ("authorization", "Basic YXBpOms=")),
        ("api.sparkpost.com/api/v1/account", ("authorization", "k")),
        ("api.brevo.com/v3/account", ("api-key", "k")),
        ("api.mailersend.com/v1/domains", BEARER),
        ("api.elasticemail.com/v4/templates", ("x-elasticemail-apikey", "k")),
        ("gmail.googleapis.com/gmail/v1/users/me/labels", BEARER),
        ("graph.microsoft.com/v1.0/me", BEARER),
        ("app.loops.so/api/v1/api-key", BEARER),
        ("mailtrap.io/api/accounts", BEARER),
    ] {
        assert_eq!(
            Room::new(&["k"]).send("GET", target, &[header], b"").status,
            200,
            "{target}"
        );
        assert_eq!(
            Room::new(&[]).send("GET", target, &[header], b"").status / 100,
            4,
            "{target}"
        );
    }
}
