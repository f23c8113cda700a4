//! Dialogues that authenticate, or begin TLS.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use super::*;

fn base64(text: &str) -> String {
    STANDARD.encode(text)
}

#[test]
fn credentials_in_every_mechanism() {
    let good = base64("\0app@shop.example\0w0rd");
    let bad = base64("\0mallory\0guess");
    let mail = "MAIL FROM:<a@x>\r\nRSET\r\n";
    check(
        &format!("AUTH PLAIN {good}\r\n{mail}"),
        "235 250 250",
        &[
            "auth PLAIN app@shop.example w0rd true",
            r#"given up  user=app@shop.example <a@x> [] """#,
        ],
    );
    check(
        &format!("AUTH plain\r\n{good}\r\nAUTH PLAIN {good}\r\n"),
        "334 235 503",
        &[
            "auth PLAIN app@shop.example w0rd true",
            &format!("raw {:?}", format!("AUTH PLAIN {good}\n")),
        ],
    );
    check(
        &format!("AUTH PLAIN {bad}\r\n{mail}"),
        "535 250 250",
        &["auth PLAIN mallory guess false", r#"given up  <a@x> [] """#],
    );
    let (user, word) = (base64("APP@shop.example"), base64("w0rd"));
    check(
        &format!("AUTH LOGIN\r\n{user}\r\n{word}\r\n"),
        "334 334 235",
        &["auth LOGIN APP@shop.example w0rd true"],
    );
    check(
        &format!("AUTH LOGIN {user}\r\n*\r\n"),
        "334 501",
        &["auth LOGIN APP@shop.example  false", "raw \"*\\n\""],
    );
    check(
        &format!("AUTH LOGIN {user}\r\n"),
        "334",
        &["auth LOGIN APP@shop.example  false"],
    );
    check(
        "AUTH PLAIN ???\r\nAUTH GSSAPI\r\n",
        "501 504",
        &["raw \"AUTH PLAIN ???\\nAUTH GSSAPI\\n\""],
    );
}

/// RFC 7628 §3.2.3: the client is told why, says a line, and is refused.
#[test]
fn tokens() {
    let good = base64("user=app@shop.example\x01auth=Bearer w0rd\x01\x01");
    let bad = base64("n,a=m@x.example,\x01host=h\x01auth=Bearer ya29\x01\x01");
    check(
        &format!("AUTH XOAUTH2 {good}\r\n"),
        "235",
        &["auth XOAUTH2 app@shop.example w0rd true"],
    );
    check(
        &format!("AUTH OAUTHBEARER {bad}\r\nAQ==\r\nNOOP\r\n"),
        "334 535 250",
        &["auth OAUTHBEARER m@x.example ya29 false"],
    );
    check(
        "AUTH XOAUTH2 dXNlcj1tAWF1dGg9QmVhcmVyIHQBAQ==\r\n\r\n",
        "334 535",
        &["auth XOAUTH2 m t false"],
    );
}

/// RFC 2195 §2, and RFC 2104's own vectors through it.
#[test]
fn the_keyed_digest() {
    let server = SmtpServer::new(SmtpAccounts::new(vec![(
        "tim".to_owned(),
        "tanstaaftanstaaf".to_owned(),
    )]));
    let mut session = session_of(&server);
    let prompt = session.receive(b"AUTH CRAM-MD5\r\n").reply;
    let challenge = STANDARD
        .decode(&prompt[4..prompt.len() - 2])
        .expect("a challenge is base64");
    let challenge = String::from_utf8(challenge).expect("a challenge is text");
    assert!(
        challenge.starts_with('<') && challenge.ends_with("@smtp.shop.example>"),
        "{challenge}"
    );
    let wrong = session.receive(format!("{}\r\n", base64("tim b913a602c7eda7a495b4e6e7334d3890")).as_bytes());
    assert_eq!(
        short(&wrong.observations[0]),
        "auth CRAM-MD5 tim b913a602c7eda7a495b4e6e7334d3890 false"
    );
    assert_eq!(
        crate::smtp::auth::hmac_md5("tanstaaftanstaaf", "<1896.697170952@postoffice.reston.mci.net>"),
        "b913a602c7eda7a495b4e6e7334d3890"
    );
}

/// RFC 3207 §6: what was pipelined behind STARTTLS was not protected, and is dropped.
#[test]
fn commands_injected_before_the_handshake() {
    let server = server();
    let mut session = session_of(&server);
    let step = session.receive(b"EHLO plain\r\nSTARTTLS\r\nMAIL FROM:<evil@x>\r\nRCPT TO:<evil@y>\r\n");
    assert_eq!(step.next, MailNext::StartTls);
    assert!(
        step.reply.ends_with(b"220 2.0.0 Ready to start TLS\r\n"),
        "nothing behind it was answered"
    );
    session.tls_started();
    let step = session.receive(b"RCPT TO:<b@y>\r\nEHLO tls\r\nSTARTTLS\r\nMAIL FROM:<a@x>\r\nRSET\r\n");
    let reply = String::from_utf8_lossy(&step.reply).into_owned();
    assert!(
        reply.starts_with("503") && !reply.contains("250-STARTTLS") && reply.contains("554 5.5.1"),
        "{reply}"
    );
    let told: Vec<String> = step.observations.iter().map(short).collect();
    assert_eq!(told, [r#"given up tls tls <a@x> [] """#]);
}
