use std::collections::BTreeSet;

use super::*;
use crate::wire::RECORDED;

/// What each provider is shown to let somebody in; in the body where it is there.
fn credentials(provider: &str) -> (&'static str, &'static str) {
    match provider {
        "postmark" => ("x-postmark-server-token", "k"),
        "brevo" => ("api-key", "k"),
        "elastic-email" => ("x-elasticemail-apikey", "k"),
        "sparkpost" => ("authorization", "k"),
        // `api:k`
        "mailgun" | "mailjet" => ("authorization", "Basic YXBpOms="),
        "ses" => (
            "authorization",
            "AWS4-HMAC-SHA256 Credential=k/20260101/us-east-1/ses/aws4_request, SignedHeaders=host, Signature=00",
        ),
        "zeptomail" => ("authorization", "Zoho-enczapikey k"),
        // Mandrill has it in the body: `"key":"k"`.
        _ => ("authorization", "Bearer k"),
    }
}

/// Everybody in all messages of a reply, and in all lasting orders.
fn everybody(reply: &Reply) -> BTreeSet<String> {
    let orders = reply.acts.iter().filter_map(|act| match act {
        Act::Forwarded(order) => Some(order.targets.iter().map(|it| format!("forwarding rule {it}"))),
        _ => None,
    });
    let messages = messages(reply).into_iter().flat_map(places);
    messages.chain(orders.flatten().filter(|it| it.contains('@'))).collect()
}

#[test]
fn every_recorded_request_is_answered_and_read_as_the_table_reads_it() {
    for (file, provider, expected) in RECORDED {
        let reply = play(file, &[credentials(provider)], "k");
        assert!(
            (200..300).contains(&reply.status) || *file == EMPTY,
            "{file}: {}",
            reply.status
        );
        let mut expected: BTreeSet<String> = expected.iter().map(|it| (*it).to_owned()).collect();
        if *file == "035_api.mailgun.net.http" {
            // Beside a raw message, `to` is the envelope, which the table cannot say.
            expected.remove("To spy@giftshop.example");
            expected.extend(["RCPT TO alice@customer.example", "RCPT TO spy@giftshop.example"].map(str::to_owned));
        }
        assert_eq!(everybody(&reply), expected, "{file}");
        assert!(
            messages(&reply)
                .iter()
                .all(|it| it.accepted && (it.complete || *file == EMPTY)),
            "{file}"
        );
    }
}

#[test]
fn who_is_not_let_in_is_refused_and_every_message_is_told_all_the_same() {
    for (file, provider, _) in RECORDED {
        let taken = play(file, &[credentials(provider)], "k");
        let refused = play(file, &[credentials(provider)], "another");
        assert!((400..=500).contains(&refused.status), "{file}: {}", refused.status);
        assert_eq!(everybody(&refused), everybody(&taken), "{file}");
        assert_eq!(messages(&refused).len(), messages(&taken).len(), "{file}");
        assert!(messages(&refused).iter().all(|it| !it.accepted), "{file}");
        let told = refused
            .acts
            .iter()
            .any(|act| matches!(act, Act::Login(login) if !login.accepted && login.secret == "k"));
        assert!(told, "{file}");
        assert!(messages(&refused).iter().all(|it| it.account.is_some()), "{file}");
    }
}

#[test]
fn who_shows_nothing_is_refused_too() {
    for (file, provider, _) in RECORDED.iter().filter(|it| it.1 != "mandrill") {
        let refused = play(file, &[], "k");
        assert!((400..500).contains(&refused.status), "{file}: {}", refused.status);
        let login = refused.acts.iter().any(|act| matches!(act, Act::Login(_)));
        assert!(!login, "{provider}: nothing was shown");
    }
}

/// Sent by a client before it has anything to send.
const EMPTY: &str = "001_api.resend.com.http";
