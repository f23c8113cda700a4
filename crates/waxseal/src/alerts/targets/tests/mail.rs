//! E-mail against a server of SMTP.

use std::io::{BufRead as _, BufReader, Write as _};
use std::net::TcpListener;
use std::sync::mpsc::{Receiver, channel};
use std::time::Duration;

use super::{Outcome, letter, open};

/// Speaks SMTP: answers `data` after the mail, and tells the envelope and the mail.
fn smtp(data: &'static str, mails: usize) -> (u16, Receiver<(Vec<String>, String)>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    let (tell, told) = channel();
    std::thread::spawn(move || {
        for _ in 0..mails {
            let (stream, _) = listener.accept().unwrap();
            stream.set_read_timeout(Some(Duration::from_secs(5))).unwrap();
            let mut out = stream.try_clone().unwrap();
            let mut lines = BufReader::new(stream).lines();
            let mut envelope = Vec::new();
            out.write_all(b"220 mx.example\r\n").unwrap();
            while let Some(Ok(line)) = lines.next() {
                if line == "DATA" {
                    out.write_all(b"354 go\r\n").unwrap();
                    let mail: Vec<String> = lines
                        .by_ref()
                        .map_while(Result::ok)
                        .take_while(|line| line != ".")
                        .collect();
                    out.write_all(data.as_bytes()).unwrap();
                    tell.send((envelope.clone(), mail.join("\r\n"))).unwrap();
                } else if line == "QUIT" {
                    let _ = out.write_all(b"221 bye\r\n");
                    break;
                } else {
                    if line.starts_with("MAIL") || line.starts_with("RCPT") {
                        envelope.push(line);
                    }
                    out.write_all(b"250 ok\r\n").unwrap();
                }
            }
        }
    });
    (port, told)
}

#[test]
fn a_mail_names_everybody_it_goes_to_and_cannot_be_given_a_header() {
    let (port, told) = smtp("250 queued\r\n", 1);
    let target = open(&format!(
        "kind = \"email\"\nfrom = \"Waxseal <wax@own.example>\"\nto = [\"ops@own.example\", \"Second <b@own.example>\"]\nhost = \"127.0.0.1\"\nport = {port}"
    ));
    let mut letter = letter("wx_9");
    letter.alert.title = "Hidden é recipient".to_owned();
    // As far as an alert gets: escaped. And one that was not, by a mistake of ours.
    letter.alert.summary = "x\r\nBcc: spy@collector.example\r\n\r\n.\r\nQUIT".to_owned();
    assert_eq!(target.send(&letter), Outcome::Delivered);
    let (envelope, mail) = told.recv_timeout(Duration::from_secs(5)).unwrap();
    assert!(envelope[0].starts_with("MAIL FROM:<wax@own.example>"), "{envelope:?}");
    assert_eq!(envelope[1..], ["RCPT TO:<ops@own.example>", "RCPT TO:<b@own.example>"]);
    let parsed = mail_parser::MessageParser::default().parse(mail.as_bytes()).unwrap();
    let to: Vec<&str> = parsed
        .to()
        .unwrap()
        .iter()
        .filter_map(|address| address.address())
        .collect();
    assert_eq!(to, ["ops@own.example", "b@own.example"]);
    assert!(parsed.bcc().is_none() && parsed.header("Bcc").is_none(), "{mail}");
    assert!(mail.contains("\r\nAuto-Submitted: auto-generated\r\n"), "{mail}");
    assert_eq!(parsed.message_id(), Some("wx_9@own.example"));
    assert!(
        parsed
            .subject()
            .unwrap()
            .starts_with("[waxseal critical] Hidden é recipient"),
        "{:?}",
        parsed.subject()
    );
    assert!(
        parsed
            .body_text(0)
            .unwrap()
            .contains("recipient: archive@collector.example"),
        "{mail}"
    );
}

#[test]
fn smtp_answers_are_told_apart() {
    let away = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    let at = |port: u16| {
        open(&format!(
            "kind = \"email\"\nfrom = \"wax@own.example\"\nto = [\"ops@own.example\"]\nhost = \"127.0.0.1\"\nport = {port}\ntimeout = 2"
        ))
    };
    assert!(matches!(at(away).send(&letter("wx_1")), Outcome::Later { .. }));
    let (port, _told) = smtp("451 later\r\n", 1);
    assert!(matches!(at(port).send(&letter("wx_1")), Outcome::Later { .. }));
    let (port, _told) = smtp("550 5.1.1 nobody here\r\n", 1);
    assert!(matches!(at(port).send(&letter("wx_1")), Outcome::Later { .. }));
    let (port, _told) = smtp("550 5.7.1 filtered\r\n", 1);
    assert!(matches!(at(port).send(&letter("wx_1")), Outcome::Refused { .. }));
    let (port, _told) = smtp("554 \x1b[31mnever\r\n", 1);
    let Outcome::Refused { reason } = at(port).send(&letter("wx_1")) else {
        panic!()
    };
    assert!(reason.contains("554") && !reason.contains('\u{1b}'), "{reason}");
}
