//! What a driver inside the room says of its calls. Whatever runs there can forge it, so it is bounded, told apart from datagrams, and
//! holds no value that was minted.
//!
//! A report is one datagram of text:
//!
//! ```text
//! b CALL VARIANT TO CC BCC FLAGS NAME    a call begins; FLAGS are letters of `mrsthf`, or `-`
//! e CALL r | t | f MESSAGE               it returned, took too long, failed
//! n CALL REASON NAME                     something was not used
//! ```

use std::sync::atomic::Ordering;

use waxseal_model::{Asked, CallOutcome, DriverReport};

use crate::shared::Shared;

/// Hands a report on, or counts it as left out.
pub(crate) fn take(shared: &Shared, bytes: &[u8]) {
    let room = shared
        .tally
        .reports
        .try_update(Ordering::Relaxed, Ordering::Relaxed, |so_far| {
            (so_far < MAX_REPORTS).then_some(so_far + 1)
        });
    if let (Ok(_), Some(report)) = (room, read(bytes)) {
        shared.report(report);
    }
}

fn read(bytes: &[u8]) -> Option<DriverReport> {
    let text = String::from_utf8_lossy(bytes.get(..bytes.len().min(MAX_TEXT))?);
    let mut words = text.splitn(3, ' ');
    let act = words.next()?;
    let call = words.next()?.parse().ok()?;
    let rest = words.next()?;
    match act {
        "b" => began(call, rest),
        "e" => {
            let outcome = match rest.split_once(' ').unwrap_or((rest, "")) {
                ("r", _) => CallOutcome::Returned,
                ("t", _) => CallOutcome::TimedOut,
                ("f", said) => CallOutcome::Failed(cut(said)),
                _ => return None,
            };
            Some(DriverReport::Ended { call, outcome })
        }
        "n" => {
            let (reason, name) = rest.split_once(' ')?;
            Some(DriverReport::NotMade {
                call,
                reason: reason.parse().ok()?,
                name: cut(name),
            })
        }
        _ => None,
    }
}

fn began(call: u32, rest: &str) -> Option<DriverReport> {
    let mut words = rest.splitn(6, ' ');
    let mut number = || words.next()?.parse::<u8>().ok();
    let (variant, to, cc, bcc) = (number()?, number()?, number()?, number()?);
    let flags = words.next()?;
    let name = cut(words.next()?);
    let has = |flag: char| flags.contains(flag);
    Some(DriverReport::Began {
        call,
        variant,
        name,
        asked: Asked {
            sends: has('m'),
            to,
            cc,
            bcc,
            reply_to: has('r'),
            subject: has('s'),
            text: has('t'),
            html: has('h'),
            file: has('f'),
        },
    })
}

fn cut(text: &str) -> String {
    text[..text.floor_char_boundary(MAX_NAME)].to_owned()
}

/// Reports of one run: a driver makes some hundred calls.
const MAX_REPORTS: u64 = 10_000;
/// Bytes of one report.
const MAX_TEXT: usize = 1_000;
/// Bytes of a name, or of what a failed call said.
const MAX_NAME: usize = 300;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_call_begins_and_ends() {
        let expected = DriverReport::Began {
            call: 7,
            variant: 2,
            name: "client.emails.send".to_owned(),
            asked: Asked {
                sends: true,
                to: 1,
                cc: 0,
                bcc: 1,
                subject: true,
                ..Asked::default()
            },
        };
        assert_eq!(read(b"b 7 2 1 0 1 ms client.emails.send"), Some(expected));
        let ended = |outcome| Some(DriverReport::Ended { call: 7, outcome });
        assert_eq!(read(b"e 7 r"), ended(CallOutcome::Returned));
        assert_eq!(read(b"e 7 t"), ended(CallOutcome::TimedOut));
        assert_eq!(
            read(b"e 7 f no such key"),
            ended(CallOutcome::Failed("no such key".to_owned()))
        );
        let unused = DriverReport::NotMade {
            call: 41,
            reason: 1,
            name: "createThing".to_owned(),
        };
        assert_eq!(read(b"n 41 1 createThing"), Some(unused));
    }

    #[test]
    fn what_is_no_report_is_left_out_and_all_of_it_is_bounded() {
        for bad in [
            &b""[..],
            b"b 7 2 1 0 1 ms",
            b"b x 2 1 0 1 ms send",
            b"b 7 300 1 0 1 ms send",
            b"e 7 x",
            b"q 7 r",
            b"\xff\xfe",
        ] {
            assert_eq!(read(bad), None, "{}", String::from_utf8_lossy(bad));
        }
        let long = format!("e 7 f {}", "\u{e9}".repeat(5_000));
        let Some(DriverReport::Ended {
            outcome: CallOutcome::Failed(said),
            ..
        }) = read(long.as_bytes())
        else {
            panic!("it is a report");
        };
        assert!(said.len() <= MAX_NAME, "{}", said.len());
    }
}
