use crate::logs::Mode;
use crate::logs::tests::{live, log, read};

fn text(lines: &[&str]) -> String {
    lines
        .iter()
        .map(|it| format!("Nov 22 01:28:31 vm smtpd[7]: {it}\n"))
        .collect()
}

const SESSION: [&str; 5] = [
    "0123456789abcdef smtp connected address=192.0.2.7 host=web.x.example",
    "0123456789abcdef smtp authentication user=shop result=ok",
    "0123456789abcdef smtp message msgid=4c8fe5f2 size=400 nrcpt=2 proto=ESMTP",
    "0123456789abcdef smtp envelope evpid=4c8fe5f2aabbccdd from=<app@x.example> to=<team@x.example>",
    "0123456789abcdef smtp envelope evpid=4c8fe5f2aabbccde from=<app@x.example> to=<spy@y.example>",
];

#[test]
fn envelopes_deliveries_and_the_session() {
    let mut all = SESSION.to_vec();
    all.push("fedcba9876543210 mta delivery evpid=4c8fe5f2aabbcce0 from=<app@x.example> to=<bob@z.example> rcpt=<team@x.example> source=\"192.0.2.9\" relay=\"mx (192.0.2.1)\" delay=1s result=\"Ok\" stat=\"250 to=<x@y.example>\"");
    all.push("fedcba9876543210 mda delivery evpid=4c8fe5f2aabbccde from=<app@x.example> to=<spy@y.example> rcpt=<-> user=spy delay=1s result=\"TempFail\" stat=\"x\"");
    let text = text(&all);
    let expected = ["4c8fe5f2 app@x.example > bob@z.example(team@x.example)=sent spy@y.example=deferred | unknown | 2"];
    assert_eq!(read("opensmtpd", &text), expected);
    let mut seen = Vec::new();
    let mut log = log("opensmtpd", Mode::Review);
    log.read(text.as_bytes(), &mut |_| {});
    log.finish(&mut |mail| seen.push([mail.login, mail.client, mail.listener].map(str::to_owned)));
    assert_eq!(seen, [["shop", "192.0.2.7", "smtp"]]);
}

#[test]
fn live_mails_are_given_when_all_envelopes_were_seen() {
    assert_eq!(
        live("opensmtpd", &text(&SESSION)),
        ["4c8fe5f2 app@x.example > team@x.example spy@y.example | unknown | 2"]
    );
}

#[test]
fn what_is_not_understood_is_counted() {
    let mut log = log("opensmtpd", Mode::Review);
    log.read(
        text(&[
            "0123456789abcdef smtp envelope evpid=4c",
            "0123456789abcdef smtp tls ciphers=x",
            "startup",
        ])
        .as_bytes(),
        &mut |_| {},
    );
    assert_eq!((log.counts().malformed, log.counts().understood), (1, 0));
}
