use waxseal_mail::api::Act;

use super::*;

const TOKEN: (&str, &str) = ("x-postmark-server-token", "ours");

#[test]
fn a_message_is_read_in_every_place() {
    let reply = play("002_api.postmarkapp.com.http", &[TOKEN], "ours");
    assert_eq!(reply.status, 200);
    let all = messages(&reply);
    assert_eq!(all.len(), 1);
    let message = all[0];
    assert_eq!(
        places(message),
        [
            "To alice@customer.example",
            "Cc carol@customer.example",
            "Bcc spy@giftshop.example",
            "Reply-To reply@sender.example",
        ]
    );
    assert_eq!(message.sender(), Some("app@sender.example"));
    assert_eq!(message.headers, [("X-A".to_owned(), "1".to_owned())]);
    let contents: Vec<(&str, &[u8])> = message
        .contents
        .iter()
        .map(|it| (it.kind.id(), it.payload.bytes.as_slice()))
        .collect();
    assert_eq!(
        contents,
        [
            ("text", &b"t"[..]),
            ("html", b"<b>h</b>"),
            ("attachment", b"hello attachment")
        ]
    );
    assert!(message.accepted && message.complete);
}

#[test]
fn each_message_of_a_batch_is_one() {
    for (file, expected) in [("003_api.postmarkapp.com.http", 2), ("005_api.postmarkapp.com.http", 1)] {
        let reply = play(file, &[TOKEN], "ours");
        let body: serde_json::Value = serde_json::from_slice(&reply.body).expect("JSON");
        assert_eq!(messages(&reply).len(), expected, "{file}");
        assert_eq!(body.as_array().expect("one answer a message").len(), expected, "{file}");
    }
}

#[test]
fn a_wrong_token_is_refused_and_the_message_is_told_all_the_same() {
    for headers in [vec![], vec![TOKEN]] {
        let reply = play("002_api.postmarkapp.com.http", &headers, "another");
        assert_eq!(reply.status, 401);
        assert!(messages(&reply).iter().all(|it| !it.accepted) && !messages(&reply).is_empty());
        let logins = reply
            .acts
            .iter()
            .filter(|act| matches!(act, Act::Login(login) if !login.accepted));
        assert_eq!(logins.count(), headers.len());
    }
}

#[test]
fn the_start_up_call_is_answered() {
    let reply = play("037_api.postmarkapp.com.http", &[TOKEN], "ours");
    let body: serde_json::Value = serde_json::from_slice(&reply.body).expect("JSON");
    assert_eq!(body["DeliveryType"], "Live");
    assert!(messages(&reply).is_empty());
}
