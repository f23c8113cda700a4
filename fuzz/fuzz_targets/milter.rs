//! The milter protocol: whatever comes, in whatever pieces, a session ends with an error or goes on, and always says the same.
//!
//! The first byte says in which pieces the rest comes, and what the mails are answered with.

#![no_main]

use libfuzzer_sys::fuzz_target;
use waxseal_mail::milter::{Answer, Event, Limits, Session};

fuzz_target!(|input: &[u8]| {
    let Some((&how, bytes)) = input.split_first() else {
        return;
    };
    let whole = drive(bytes, bytes.len(), how);
    let pieces = drive(bytes, usize::from(how & 0x3f) + 1, how);
    assert_eq!(whole, pieces);
});

/// What every mail looked like, what went back, and how it ended.
fn drive(bytes: &[u8], piece: usize, how: u8) -> (Vec<String>, Vec<u8>, String) {
    let limits = Limits {
        recipients: 50,
        visible_text: 4096,
    };
    let mut session = Session::new(limits);
    let (mut mails, mut output) = (Vec::new(), Vec::new());
    for piece in bytes.chunks(piece.max(1)) {
        let mut rest = piece;
        loop {
            let received = match session.receive(rest, &mut output) {
                Ok(received) => received,
                Err(err) => return (mails, output, err.to_string()),
            };
            rest = &rest[received.used..];
            match received.event {
                None => break,
                Some(Event::Quit) => return (mails, output, "quit".to_owned()),
                Some(Event::EndOfMessage) => {
                    let shown = session.mail(None, |mail| (format!("{mail:?}"), mail.recipients.first().map(|it| it.address.to_owned())));
                    let first: Vec<String> = shown.iter().filter_map(|(_, first)| first.clone()).collect();
                    mails.push(shown.map_or_else(|err| err.to_string(), |(mail, _)| mail));
                    let answer = match how >> 6 {
                        0 => Answer::Tag(1),
                        1 => Answer::Hold("reason"),
                        2 => Answer::Strip(&first),
                        _ => Answer::Reject("reason"),
                    };
                    if session.answer(answer, &mut output).is_err() {
                        session.answer(Answer::Accept, &mut output).expect("it is always possible");
                    }
                }
            }
        }
    }
    assert!(session.room() < 4 << 20, "{} bytes are kept", session.room());
    (mails, output, String::new())
}
