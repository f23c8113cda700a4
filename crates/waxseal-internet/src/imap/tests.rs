//! Conversations with a session, as clients hold them.

use waxseal_model::{ConnectionId, Observation};

use super::words::{Framed, Word, frame, words};
use super::{ImapServer, MailServers};
use crate::mail_seam::{MailConnection, MailNext, MailServer, MailSession};
use crate::smtp::{SmtpAccounts, SmtpServer};

fn server() -> ImapServer {
    let accounts = vec![("ann@brightfield.example".to_owned(), "w0rd-of-ann".to_owned())];
    ImapServer::new(SmtpAccounts::new(accounts), 1_795_000_000)
}

fn open(server: &ImapServer) -> Box<dyn MailSession> {
    server.open(&MailConnection {
        connection: ConnectionId(1),
        host: Some("imap.brightfield.example".to_owned()),
        port: 993,
        tls: true,
    })
}

fn say(session: &mut dyn MailSession, text: &str) -> String {
    String::from_utf8(session.receive(text.as_bytes()).reply).expect("it is text")
}

/// A session behind its login.
fn logged_in(server: &ImapServer) -> Box<dyn MailSession> {
    let mut session = open(server);
    let reply = say(session.as_mut(), "1 LOGIN ann@brightfield.example \"w0rd-of-ann\"\r\n");
    assert!(reply.starts_with("1 OK"), "{reply}");
    session
}

/// Each line that is said behind the login, and what must be in the answer.
fn check(lines: &[(&str, &[&str])]) {
    let server = server();
    let mut session = logged_in(&server);
    for (line, wanted) in lines {
        let reply = say(session.as_mut(), line);
        for part in *wanted {
            assert!(reply.contains(part), "{line:?} gave {reply:?}, without {part:?}");
        }
    }
}

fn login(observations: &[Observation]) -> Option<(&str, &str, bool)> {
    observations.iter().find_map(|it| match it {
        Observation::ApiLogin(login) => Some((login.account.as_deref()?, login.secret.as_str(), login.accepted)),
        _ => None,
    })
}

#[test]
fn only_an_account_that_was_planted_is_let_in_and_each_attempt_is_told() {
    let server = server();
    for (line, accepted) in [
        ("a LOGIN ann@brightfield.example w0rd-of-ann\r\n", true),
        ("a LOGIN ann@brightfield.example wrong\r\n", false),
        ("a LOGIN eve@collector.example w0rd-of-ann\r\n", false),
        // "\0ann@brightfield.example\0w0rd-of-ann", and with another password.
        (
            "a AUTHENTICATE PLAIN AGFubkBicmlnaHRmaWVsZC5leGFtcGxlAHcwcmQtb2YtYW5u\r\n",
            true,
        ),
        (
            "a AUTHENTICATE PLAIN AGFubkBicmlnaHRmaWVsZC5leGFtcGxlAHdyb25n\r\n",
            false,
        ),
    ] {
        let step = open(&server).receive(line.as_bytes());
        let reply = String::from_utf8_lossy(&step.reply).into_owned();
        assert_eq!(reply.starts_with("a OK"), accepted, "{line}: {reply}");
        let shown = login(&step.observations).expect("it is told");
        assert_eq!(shown.2, accepted, "{line}");
        assert!(matches!(&step.observations[0], Observation::Imap { .. }));
    }
}

#[test]
fn an_exchange_goes_on_from_line_to_line() {
    let server = server();
    let mut session = open(&server);
    assert_eq!(say(session.as_mut(), "a AUTHENTICATE PLAIN\r\n"), "+ \r\n");
    let reply = say(session.as_mut(), "AGFubkBicmlnaHRmaWVsZC5leGFtcGxlAHcwcmQtb2YtYW5u\r\n");
    assert!(reply.starts_with("a OK"), "{reply}");
}

#[test]
fn nothing_is_shown_before_a_login() {
    let server = server();
    let mut session = open(&server);
    for line in [
        "a SELECT INBOX\r\n",
        "a LIST \"\" *\r\n",
        "a APPEND Sent {3+}\r\nabc\r\n",
        "a IDLE\r\n",
    ] {
        let reply = say(session.as_mut(), line);
        assert!(reply.starts_with("a NO [AUTHENTICATIONFAILED]"), "{line}: {reply}");
    }
}

#[test]
fn the_inbox_is_listed_selected_searched_and_fetched() {
    check(&[
        ("2 LIST \"\" \"*\"\r\n", &["\"INBOX\"", "\\Sent", "2 OK"]),
        (
            "3 STATUS INBOX (MESSAGES UNSEEN)\r\n",
            &["* STATUS \"INBOX\" (MESSAGES 3 UNSEEN 3)"],
        ),
        (
            "4 SELECT INBOX\r\n",
            &["* 3 EXISTS", "[UIDNEXT 4]", "4 OK [READ-WRITE]"],
        ),
        ("5 UID SEARCH SUBJECT delivery\r\n", &["* SEARCH 3\r\n"]),
        ("6 SEARCH NOT FROM customer.example UNSEEN\r\n", &["* SEARCH 1 2\r\n"]),
        (
            "7 UID FETCH 3 (FLAGS ENVELOPE BODY.PEEK[HEADER.FIELDS (SUBJECT)])\r\n",
            &[
                "* 3 FETCH (FLAGS () ENVELOPE (",
                "(\"Nora Lindqvist\" NIL \"nora\" \"customer.example\")",
                "BODY[HEADER.FIELDS (SUBJECT)] {33}\r\nSubject: Delivery on Thursday\r\n\r\n UID 3)",
            ],
        ),
        ("8 FETCH 3 BODY[TEXT]<0.5>\r\n", &["BODY[TEXT]<0> {5}\r\nHello"]),
        ("9 FETCH 3 FLAGS\r\n", &["FLAGS (\\Seen)"]),
        ("10 STORE 1 +FLAGS (\\Deleted)\r\n", &["FLAGS (\\Deleted)"]),
        ("11 UID MOVE 2 Archive\r\n", &["[COPYUID", "* 2 EXPUNGE", "11 OK"]),
        ("12 EXPUNGE\r\n", &["* 1 EXPUNGE", "12 OK"]),
        ("13 STATUS Archive (MESSAGES)\r\n", &["(MESSAGES 1)"]),
    ]);
}

#[test]
fn a_message_that_one_connection_stores_is_there_for_the_next() {
    let server = server();
    let mut first = logged_in(&server);
    assert_eq!(say(first.as_mut(), "2 APPEND Sent (\\Seen) {26}\r\n"), "+ OK\r\n");
    let step = first.receive(b"Subject: Offer\r\n\r\nGood day\r\n");
    assert!(String::from_utf8_lossy(&step.reply).starts_with("2 OK [APPENDUID"));
    let Observation::Imap { command, payload, .. } = &step.observations[0] else {
        panic!("it is told");
    };
    assert!(command == "APPEND" && payload.bytes.ends_with(b"Good day\r\n"));
    let mut second = logged_in(&server);
    say(second.as_mut(), "2 EXAMINE Sent\r\n");
    let reply = say(second.as_mut(), "3 FETCH 1:* (FLAGS RFC822.SIZE)\r\n");
    assert!(reply.contains("* 1 FETCH (FLAGS (\\Seen) RFC822.SIZE 26)"), "{reply}");
    assert!(say(second.as_mut(), "4 STORE 1 +FLAGS (\\Deleted)\r\n").starts_with("4 NO"));
}

#[test]
fn waiting_ends_with_done_and_a_logout_ends_the_connection() {
    let server = server();
    let mut session = logged_in(&server);
    assert_eq!(say(session.as_mut(), "2 IDLE\r\n"), "+ idling\r\n");
    assert!(say(session.as_mut(), "DONE\r\n").starts_with("2 OK"));
    assert_eq!(session.receive(b"3 LOGOUT\r\n").next, MailNext::Close);
}

#[test]
fn tls_begins_where_it_is_asked_for_and_voids_what_came_behind() {
    let server = server();
    let mut session = server.open(&MailConnection {
        connection: ConnectionId(1),
        host: None,
        port: 143,
        tls: false,
    });
    assert!(String::from_utf8_lossy(&session.greeting()).contains("STARTTLS"));
    let step = session.receive(b"a STARTTLS\r\nb LOGIN eve word\r\n");
    assert_eq!(step.next, MailNext::StartTls);
    assert_eq!(login(&step.observations), None);
    session.tls_started();
    assert!(!say(session.as_mut(), "c CAPABILITY\r\n").contains("STARTTLS"));
}

#[test]
fn the_port_says_whether_mail_is_handed_over_or_read() {
    let accounts = SmtpAccounts::default();
    let servers = MailServers {
        smtp: SmtpServer::new(accounts.clone()),
        imap: ImapServer::new(accounts, 0),
    };
    for (port, begins) in [(587, "220 "), (143, "* OK "), (993, "* OK ")] {
        let about = MailConnection {
            connection: ConnectionId(1),
            host: None,
            port,
            tls: false,
        };
        let greeting = servers.open(&about).greeting();
        assert!(greeting.starts_with(begins.as_bytes()), "{port}");
    }
}

#[test]
fn commands_are_cut_at_their_ends() {
    assert_eq!(frame(b"a NOOP\r\nb", 0), Framed::Whole(8));
    assert_eq!(frame(b"a NOOP", 0), Framed::More);
    assert_eq!(frame(b"a LOGIN {3}\r\n", 0), Framed::Waits);
    assert_eq!(frame(b"a LOGIN {3}\r\nann {2}\r\nxy\r\n", 1), Framed::Waits);
    assert_eq!(frame(b"a LOGIN {3}\r\nann {2}\r\nxy\r\n", 2), Framed::Whole(26));
    assert_eq!(frame(b"a X {99999999999999999999}\r\n", 9), Framed::TooLong);
    assert_eq!(frame(b"a X {9000000+}\r\n", 0), Framed::TooLong);
    assert_eq!(frame(&[b'a'; 70_000], 0), Framed::TooLong);
}

#[test]
fn words_are_read_as_the_grammar_has_them() {
    let text = |text: &str| Word::Text(text.as_bytes().to_vec());
    assert_eq!(
        words(b"a X \"b \\\" c\" {3}\r\nd)e (f (g)) BODY[HEADER.FIELDS (TO CC)]<0.9>\r\n").expect("it is a command"),
        [
            text("a"),
            text("X"),
            text("b \" c"),
            text("d)e"),
            Word::List(vec![text("f"), Word::List(vec![text("g")])]),
            text("BODY[HEADER.FIELDS (TO CC)]<0.9>"),
        ]
    );
    for broken in ["a (b\r\n", "a b)\r\n", "a \"b\r\n", "a {9}\r\nb\r\n"] {
        assert_eq!(words(broken.as_bytes()), None, "{broken:?}");
    }
    let deep = format!("a {}\r\n", "(".repeat(100));
    assert_eq!(words(deep.as_bytes()), None);
}

#[test]
fn what_is_hostile_costs_little_and_ends() {
    let server = server();
    let mut session = logged_in(&server);
    let many = "1,".repeat(20_000);
    say(session.as_mut(), "2 SELECT INBOX\r\n");
    for line in [
        format!("3 FETCH {many} (BODY[] BODY[] BODY[])\r\n"),
        format!("4 SEARCH {}ALL\r\n", "NOT ".repeat(5_000)),
        format!("5 SEARCH {}\r\n", "OR ".repeat(5_000)),
        "6 FETCH 1 (BODY[1.1.1] BODY[ BODY[]<x.y> BODY[]<1.99999999999999999999>)\r\n".to_owned(),
        "7 STORE 1 FLAGS (\\Seen\"x a]b)\r\n".to_owned(),
        "8 CREATE INBOX\r\n9 DELETE inbox\r\n10 RENAME INBOX x\r\n11 LIST \"\" %*%*%*\r\n".to_owned(),
    ] {
        let reply = say(session.as_mut(), &line);
        assert!(reply.len() < 1 << 20, "{} bytes for {:.40}", reply.len(), line);
    }
    let mut session = open(&server);
    for _ in 0..200 {
        if session.receive(b"???\r\n").next == MailNext::Close {
            return;
        }
    }
    panic!("it listens for ever");
}

/// A generator of numbers that are the same each time (xorshift, Marsaglia 2003).
fn numbers(mut state: u64) -> impl FnMut(usize) -> usize {
    move |below| {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        usize::try_from(state % below.max(1) as u64).unwrap_or_default()
    }
}

#[test]
fn conversations_that_were_mangled_neither_break_it_nor_are_answered_without_end() {
    const SAID: [&str; 14] = [
        "2 SELECT INBOX\r\n",
        "3 FETCH 1:* (FLAGS UID ENVELOPE BODYSTRUCTURE BODY.PEEK[HEADER.FIELDS (FROM TO)]<0.200>)\r\n",
        "4 UID SEARCH OR (FROM \"a\" NOT SEEN) (SINCE 1-Jan-2026 TEXT {3}\r\nabc)\r\n",
        "5 APPEND Drafts (\\Draft) {5+}\r\nHello\r\n",
        "6 STORE 1:2,4 +FLAGS.SILENT (\\Deleted)\r\n",
        "7 UID MOVE 1 Archive\r\n",
        "8 LIST \"\" (\"*\" \"%\") RETURN (SPECIAL-USE)\r\n",
        "9 STATUS INBOX (MESSAGES UIDNEXT)\r\n",
        "a IDLE\r\nDONE\r\n",
        "b AUTHENTICATE PLAIN AGFubgB4\r\n",
        "c CREATE \"a/b\"\r\n",
        "d EXPUNGE\r\n",
        "e COPY 1:* \"Sent\"\r\n",
        "f UID FETCH 1:4294967295 (RFC822.SIZE BODY[1.MIME] BODY[TEXT])\r\n",
    ];
    const BYTES: &[u8] = b"(){}[]<>\"\\*%:,+ \r\n\0\xff0129aZ";
    let mut next = numbers(0x9e37_79b9_7f4a_7c15);
    let mut done = 0;
    for _ in 0..1_500 {
        let server = server();
        let mut session = logged_in(&server);
        let mut said = Vec::new();
        for _ in 0..12 {
            said.extend_from_slice(SAID[next(SAID.len())].as_bytes());
        }
        for _ in 0..next(24) {
            let at = next(said.len());
            match next(40) {
                0 => said.truncate(at.max(1)),
                1..14 => said[at] = BYTES[next(BYTES.len())],
                14..27 => said.insert(at, BYTES[next(BYTES.len())]),
                _ if said.len() > 1 => drop(said.remove(at)),
                _ => {}
            }
        }
        let mut answered = 0;
        for piece in said.chunks(1 + next(200)) {
            let reply = session.receive(piece).reply;
            answered += reply.len();
            done += String::from_utf8_lossy(&reply).matches(" OK ").count();
        }
        assert!(
            answered < 4 << 20,
            "{answered} bytes for {:?}",
            String::from_utf8_lossy(&said)
        );
    }
    // Most of what was said is still understood.
    assert!(done > 5_000, "{done}");
}
