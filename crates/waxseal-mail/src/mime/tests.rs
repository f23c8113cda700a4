//! Whole messages: who gets them in every place, and what is in them.

use waxseal_model::{ConnectionId, ContentKind, RecipientPlace, SmtpTransaction};

use super::*;

fn transaction(recipients: &[&str], message: &str) -> SmtpTransaction {
    SmtpTransaction {
        connection: ConnectionId(1),
        helo: "laptop".to_owned(),
        user: None,
        from: "shop@shop.example".to_owned(),
        recipients: recipients.iter().map(|it| (*it).to_owned()).collect(),
        message: Payload::cut(message.as_bytes(), 1 << 20),
        accepted: true,
        tls: true,
    }
}

fn places(submission: &Submission) -> Vec<String> {
    let all = submission.recipients.iter();
    all.map(|it| format!("{} {}", it.place, it.mailbox)).collect()
}

#[test]
fn everybody_is_named_in_every_place() {
    let message = "From: Shop <shop@shop.example>\r\nTo: ann@customer.example\r\nCc: cid@customer.example\r\nResent-Bcc: x@collector.example\r\n\
                   Disposition-Notification-To: r@collector.example\r\nSubject: =?utf-8?q?b=C3=BCcher?=\r\nX-Mailer: m\r\n\r\nhello\r\n";
    let read = of_transaction(
        &transaction(&["ann@customer.example", "hidden@collector.example"], message),
        "mx.example",
    );
    assert_eq!(
        places(&read),
        [
            "RCPT TO ann@customer.example",
            "RCPT TO hidden@collector.example",
            "To ann@customer.example",
            "Cc cid@customer.example",
            "Resent-Bcc x@collector.example",
            "Disposition-Notification-To r@collector.example",
        ]
    );
    assert_eq!(read.subject.as_deref(), Some("bücher"));
    assert_eq!(read.headers, [("X-Mailer".to_owned(), "m".to_owned())]);
    assert_eq!(read.senders.len(), 2);
    assert!(read.complete);
}

#[test]
fn texts_and_attachments_are_told_decoded() {
    let message = "To: a@b.example\r\nMIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary=x\r\n\r\n--x\r\nContent-Type: text/html\r\n\
                   Content-Transfer-Encoding: base64\r\n\r\nPHA+aGk8L3A+\r\n--x\r\nContent-Type: application/pdf; name=\"i.pdf\"\r\n\
                   Content-Disposition: attachment; filename=\"i.pdf\"\r\nContent-Transfer-Encoding: base64\r\n\r\nAAEC\r\n--x--\r\n";
    let read = of_transaction(&transaction(&[], message), "mx.example");
    let contents: Vec<_> = read
        .contents
        .iter()
        .map(|it| (it.kind, it.payload.bytes.clone()))
        .collect();
    assert_eq!(
        contents,
        [
            (ContentKind::Html, b"<p>hi</p>".to_vec()),
            (ContentKind::Attachment, vec![0, 1, 2])
        ]
    );
    assert_eq!(read.contents[1].name.as_deref(), Some("i.pdf"));
}

#[test]
fn parameters_are_no_part_of_a_recipient() {
    let check = |path: &str, expected: &str| {
        let read = of_transaction(&transaction(&[path], "To: a@b.example\r\n\r\n"), "mx.example");
        assert_eq!(read.recipients[0].mailbox, expected);
        assert_eq!(read.recipients[0].place, RecipientPlace::Envelope);
    };
    check("a@b.example", "a@b.example");
    check("a@b.example NOTIFY=NEVER ORCPT=rfc822;c@d.example", "a@b.example");
    check("\"a b\"@b.example NOTIFY=NEVER", "\"a b\"@b.example");
    check("\"a\\\" b\"@b.example X=Y", "\"a\\\" b\"@b.example");
}

#[test]
fn what_is_no_message_is_not_complete() {
    assert!(!of_transaction(&transaction(&[], "no header here\r\n\r\n"), "mx.example").complete);
}
