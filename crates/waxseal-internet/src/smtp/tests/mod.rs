//! Dialogues as tables: what the client sends, what it is answered, what is written down.

use waxseal_model::{ConnectionId, Observation};

use super::{SmtpAccounts, SmtpServer};
use crate::mail_seam::{MailConnection, MailNext, MailServer as _, MailSession};

mod auth;
mod hostile;

fn server() -> SmtpServer {
    SmtpServer::new(SmtpAccounts::new(vec![(
        "app@shop.example".to_owned(),
        "w0rd".to_owned(),
    )]))
}

fn session_of(server: &SmtpServer) -> Box<dyn MailSession> {
    server.open(&MailConnection {
        connection: ConnectionId(7),
        host: Some("smtp.shop.example".to_owned()),
        port: 25,
        tls: false,
    })
}

/// What a whole session came to.
#[derive(Debug, PartialEq, Eq)]
struct Heard {
    replies: String,
    observations: Vec<Observation>,
    last: MailNext,
}

/// Feeds pieces as a driver does: nothing more after `Close`, a handshake after `StartTls`.
fn hear<'p>(pieces: impl Iterator<Item = &'p [u8]>) -> Heard {
    let server = server();
    let mut session = session_of(&server);
    let mut heard = Heard {
        replies: String::new(),
        observations: Vec::new(),
        last: MailNext::Continue,
    };
    for piece in pieces {
        let step = session.receive(piece);
        heard.replies.push_str(&String::from_utf8_lossy(&step.reply));
        heard.observations.extend(step.observations);
        if step.next != MailNext::Continue {
            heard.last = step.next;
        }
    }
    heard.observations.extend(session.end());
    heard
}

/// An observation on one line.
fn short(observation: &Observation) -> String {
    match observation {
        Observation::Smtp(mail) => {
            let user = mail
                .user
                .as_deref()
                .map(|user| format!(" user={user}"))
                .unwrap_or_default();
            let accepted = if mail.accepted { "taken" } else { "given up" };
            let tls = if mail.tls { " tls" } else { "" };
            let message = String::from_utf8_lossy(&mail.message.bytes);
            format!(
                "{accepted}{tls} {}{user} <{}> {:?} {message:?}",
                mail.helo, mail.from, mail.recipients
            )
        }
        Observation::SmtpAuth {
            mechanism,
            user,
            secret,
            accepted,
            ..
        } => {
            format!("auth {mechanism} {user} {secret} {accepted}")
        }
        Observation::Raw { payload, .. } => format!("raw {:?}", String::from_utf8_lossy(&payload.bytes)),
        other => format!("{other:?}"),
    }
}

/// The replies' codes, and the observations.
fn check(client: &str, codes: &str, observations: &[&str]) {
    let heard = hear(std::iter::once(client.as_bytes()));
    let last_lines = heard.replies.lines().filter(|line| line.get(3..4) != Some("-"));
    let said: Vec<&str> = last_lines.map(|line| &line[..3]).collect();
    assert_eq!(said.join(" "), codes, "replies to {client:?}:\n{}", heard.replies);
    // What a message holds is read elsewhere; here it only has to stand behind its transaction.
    let is_message = |it: &&Observation| matches!(it, Observation::Submitted(_));
    let told: Vec<String> = heard
        .observations
        .iter()
        .filter(|it| !is_message(it))
        .map(short)
        .collect();
    assert_eq!(told, observations, "observations of {client:?}");
    let bytewise = hear(client.as_bytes().chunks(1));
    assert_eq!(bytewise, heard, "byte by byte: {client:?}");
}

#[test]
fn an_ordinary_mail() {
    check(
        "EHLO me\r\nMAIL FROM:<a@x.example>\r\nRCPT TO:<b@y.example>\r\nDATA\r\nSubject: s\r\n\r\nhi\r\n.\r\nQUIT\r\n",
        "250 250 250 354 250 221",
        &[r#"taken me <a@x.example> ["b@y.example"] "Subject: s\r\n\r\nhi\r\n""#],
    );
}

#[test]
fn the_greeting_names_the_host_that_was_asked_for() {
    let server = server();
    assert_eq!(session_of(&server).greeting(), b"220 smtp.shop.example ESMTP\r\n");
    let nameless = MailConnection {
        connection: ConnectionId(1),
        host: None,
        port: 25,
        tls: false,
    };
    assert_eq!(server.open(&nameless).greeting(), b"220 mx.localdomain ESMTP\r\n");
    let hostile = MailConnection {
        host: Some("a\r\n250 b".to_owned()),
        ..nameless
    };
    assert_eq!(server.open(&hostile).greeting(), b"220 mx.localdomain ESMTP\r\n");
}

#[test]
fn ehlo_offers_what_is_implemented() {
    let heard = hear(std::iter::once(&b"EHLO me\r\n"[..]));
    for keyword in [
        "PIPELINING",
        "SIZE 52428800",
        "STARTTLS",
        "AUTH PLAIN LOGIN CRAM-MD5 XOAUTH2 OAUTHBEARER",
        "ENHANCEDSTATUSCODES",
        "8BITMIME",
        "DSN",
        "SMTPUTF8",
        "CHUNKING",
        "BINARYMIME",
    ] {
        assert!(
            heard.replies.contains(&format!("250-{keyword}\r\n"))
                || heard.replies.contains(&format!("250 {keyword}\r\n")),
            "{keyword}"
        );
    }
}

#[test]
fn clients_that_know_no_grammar() {
    check(
        "helo  me\nmail from: a@x.example  size=10\nrcpt to :b@y.example\nRCPT TO: < c@y.example >\nRCPTTO:<d@y.example>\ndata\nhi\n.\nquit\n",
        "250 250 250 250 250 354 250 221",
        &[r#"taken me <a@x.example> ["b@y.example", "c@y.example", "d@y.example"] "hi\n""#],
    );
    check(
        "MAIL FROM:<>\r\nRCPT TO:<\"a > b\"@y.example> NOTIFY=NEVER\r\nDATA\r\n.\r\n",
        "250 250 354 250",
        &[r#"taken  <> ["\"a > b\"@y.example NOTIFY=NEVER"] """#],
    );
    check(
        "MAIL FROM:Some One <a@x.example>\r\nRCPT TO:<@r.example,@s.example:b@y.example>\r\n",
        "250 250",
        &[
            r#"given up  <a@x.example> ["b@y.example"] """#,
            r#"raw "MAIL FROM:Some One <a@x.example>\nRCPT TO:<@r.example,@s.example:b@y.example>\n""#,
        ],
    );
}

/// RFC 5321 §4.5.2: a leading dot is removed; only a lone dot ends.
#[test]
fn dots_are_undone() {
    check(
        "MAIL FROM:<a@x>\r\nRCPT TO:<b@y>\r\nDATA\r\n..\r\n...a\r\n.b\r\nc.\r\n.\rd\r\n.\r\n",
        "250 250 354 250",
        &[r#"taken  <a@x> ["b@y"] ".\r\n..a\r\nb\r\nc.\r\n\rd\r\n""#],
    );
}

/// A message of a client that ends lines in CRLF cannot hide a second one behind a bare LF.
#[test]
fn a_bare_lf_ends_no_message_of_a_client_that_knows_better() {
    check(
        "MAIL FROM:<a@x>\r\nRCPT TO:<b@y>\r\nDATA\r\none\n.\nRSET\r\n.\r\n",
        "250 250 354 250",
        &[r#"taken  <a@x> ["b@y"] "one\n.\nRSET\r\n""#],
    );
}

#[test]
fn every_way_to_give_up() {
    let begun = "EHLO me\r\nMAIL FROM:<a@x>\r\nRCPT TO:<b@y>\r\n";
    let told = r#"given up me <a@x> ["b@y"] """#;
    check(begun, "250 250 250", &[told]);
    check(&format!("{begun}RSET\r\n"), "250 250 250 250", &[told]);
    check(&format!("{begun}EHLO me\r\n"), "250 250 250 250", &[told]);
    check(&format!("{begun}QUIT\r\n"), "250 250 250 221", &[told]);
    check(&format!("{begun}STARTTLS\r\n"), "250 250 250 220", &[told]);
    check(
        &format!("{begun}DATA\r\nhalf"),
        "250 250 250 354",
        &[r#"given up me <a@x> ["b@y"] "half""#],
    );
}

#[test]
fn commands_out_of_order() {
    check("RCPT TO:<b@y>\r\n", "503", &[r#"raw "RCPT TO:<b@y>\n""#]);
    check("DATA\r\nBDAT 3 LAST\r\nabc", "503 503", &[r#"raw "DATA\nabc""#]);
    check(
        "EHLO me\r\nMAIL FROM:<a@x>\r\nMAIL FROM:<c@x>\r\nDATA\r\n",
        "250 250 503 554",
        &[r#"given up me <a@x> [] """#, r#"raw "MAIL FROM:<c@x>\nDATA\n""#],
    );
}

/// RFC 3030: chunks are counted, not read for dots, and may be binary.
#[test]
fn chunks() {
    check(
        "EHLO me\r\nMAIL FROM:<a@x> BODY=BINARYMIME\r\nRCPT TO:<b@y>\r\nDATA\r\nBDAT 6\r\n.\r\n\0\r\nBDAT 0\r\nBDAT 2 LAST\r\n.\nQUIT\r\n",
        "250 250 250 503 250 250 250 221",
        &[r#"taken me <a@x> ["b@y"] ".\r\n\0\r\n.\n""#, r#"raw "DATA\n""#],
    );
    check(
        "MAIL FROM:<a@x>\r\nRCPT TO:<b@y>\r\nBDAT 99999999999999999999\r\nBDAT x\r\n",
        "250 250 501 501",
        &[
            r#"given up  <a@x> ["b@y"] """#,
            r#"raw "BDAT 99999999999999999999\nBDAT x\n""#,
        ],
    );
    check(
        "MAIL FROM:<a@x>\r\nRCPT TO:<b@y>\r\nBDAT 18446744073709551615 LAST\r\nabc",
        "250 250",
        &[r#"given up  <a@x> ["b@y"] "abc""#],
    );
}

/// RFC 3461: parameters stay with the recipient.
#[test]
fn delivery_status_parameters() {
    check(
        "MAIL FROM:<a@x> RET=HDRS ENVID=QQ314159\r\nRCPT TO:<b@y> NOTIFY=SUCCESS,DELAY ORCPT=rfc822;b@y\r\nRSET\r\n",
        "250 250 250",
        &[r#"given up  <a@x> ["b@y NOTIFY=SUCCESS,DELAY ORCPT=rfc822;b@y"] """#],
    );
    check(
        "MAIL FROM:<a@x> RET=SOME\r\n",
        "501",
        &[r#"given up  <a@x> [] """#, r#"raw "MAIL FROM:<a@x> RET=SOME\n""#],
    );
    check(
        "MAIL FROM:<a@x> SIZE=99999999999\r\n",
        "552",
        &[
            r#"given up  <a@x> [] """#,
            r#"raw "MAIL FROM:<a@x> SIZE=99999999999\n""#,
        ],
    );
    check(
        "MAIL FROM:<a@x>\r\nRCPT TO:<b@y> NOTIFY=NEVER,DELAY\r\nRCPT TO:<b@y> SECRET=1\r\n",
        "250 501 555",
        &[
            r#"given up  <a@x> [] """#,
            r#"raw "RCPT TO:<b@y> NOTIFY=NEVER,DELAY\nRCPT TO:<b@y> SECRET=1\n""#,
        ],
    );
}

/// RFC 6531 §3.4.
#[test]
fn mailboxes_in_unicode() {
    check(
        "MAIL FROM:<jörg@bücher.example> SMTPUTF8\r\nRCPT TO:<用户@例え.example>\r\nRSET\r\n",
        "250 250 250",
        &[r#"given up  <jörg@bücher.example> ["用户@例え.example"] """#],
    );
}

/// RFC 2033 §4.2: one reply for each recipient.
#[test]
fn lmtp_answers_for_each_recipient() {
    check(
        "LHLO me\r\nMAIL FROM:<a@x>\r\nRCPT TO:<b@y>\r\nRCPT TO:<c@y>\r\nDATA\r\nhi\r\n.\r\n",
        "250 250 250 250 354 250 250",
        &[r#"taken me <a@x> ["b@y", "c@y"] "hi\r\n""#],
    );
}

#[test]
fn what_no_transaction_shows_is_told_in_the_end() {
    check(
        "EHLO c2VjcmV0.me\r\nQUIT\r\n",
        "250 221",
        &[r#"given up c2VjcmV0.me <> [] """#],
    );
    check(
        "NOOP c2VjcmV0\r\nVRFY root\r\nHELP\r\nEXPN all\r\n",
        "250 252 214 502",
        &[r#"raw "NOOP c2VjcmV0\nVRFY root\nEXPN all\n""#],
    );
}
