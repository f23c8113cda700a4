//! Records of stacks: who sent something, as the runtime inside the room says. Whatever runs there can forge them, so they are bounded,
//! told apart from datagrams, and nothing is concluded from them.
//!
//! A record is one datagram: a line `ACT ADDRESS PORT ID`, where the act is `c`, `r` or `d`, and a line for each frame. A stack that was
//! sent before is named by its id alone, so that ten thousand connections made by one line of code are ten thousand short records.

use std::collections::HashMap;
use std::net::{IpAddr, SocketAddr};
use std::sync::atomic::Ordering;
use std::sync::{Mutex, PoisonError};

use waxseal_model::{Observation, StackAct};

use crate::meter::canonical;
use crate::shared::Shared;

/// The stacks that were sent so far, by their id.
#[derive(Debug, Default)]
pub(crate) struct Stacks(Mutex<Known>);

#[derive(Debug, Default)]
struct Known {
    by_id: HashMap<String, Vec<String>>,
    /// Bytes of frames that are held.
    held: usize,
    /// Records and bytes of frames that were told.
    records: usize,
    told: usize,
}

/// A record, read.
#[derive(Debug, PartialEq, Eq)]
struct Record {
    from: SocketAddr,
    act: StackAct,
    id: String,
    frames: Vec<String>,
}

/// Tells of a record, or counts it as left out.
pub(crate) fn take(shared: &Shared, bytes: &[u8]) {
    let told = read(bytes).and_then(|record| {
        let frames = shared.stacks.frames(&record)?;
        Some((record, frames))
    });
    let Some((Record { from, act, .. }, frames)) = told else {
        shared.tally.stacks_lost.fetch_add(1, Ordering::Relaxed);
        return;
    };
    shared.tally.stacks.fetch_add(1, Ordering::Relaxed);
    shared.tell(Observation::Stack { from, act, frames });
}

impl Stacks {
    /// The frames of a record; nothing if they were never sent, or if there were too many.
    fn frames(&self, record: &Record) -> Option<Vec<String>> {
        let mut known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let size = |frames: &[String]| frames.iter().map(String::len).sum::<usize>();
        let frames = match known.by_id.get(&record.id) {
            Some(frames) => frames.clone(),
            None if record.frames.is_empty() => return None,
            None => record.frames.clone(),
        };
        let bytes = size(&frames);
        if known.records >= MAX_RECORDS || known.told + bytes > MAX_TOLD {
            return None;
        }
        known.records += 1;
        known.told += bytes;
        if known.held + bytes <= MAX_HELD && !known.by_id.contains_key(&record.id) {
            known.held += bytes;
            known.by_id.insert(record.id.clone(), frames.clone());
        }
        Some(frames)
    }
}

fn read(bytes: &[u8]) -> Option<Record> {
    let text = String::from_utf8_lossy(bytes);
    let mut lines = text.lines();
    let mut words = lines.next()?.split(' ');
    let act = match words.next()? {
        "c" => StackAct::Connect,
        "r" => StackAct::Request,
        "d" => StackAct::Datagram,
        _ => return None,
    };
    let address: IpAddr = words.next()?.parse().ok()?;
    let port: u16 = words.next()?.parse().ok()?;
    let id = words.next().filter(|id| (1..=MAX_ID).contains(&id.len()))?.to_owned();
    let frames = lines.filter(|line| !line.is_empty()).take(MAX_FRAMES).map(cut);
    Some(Record {
        from: canonical(SocketAddr::new(address, port)),
        act,
        id,
        frames: frames.collect(),
    })
}

fn cut(frame: &str) -> String {
    frame[..frame.floor_char_boundary(MAX_FRAME)].to_owned()
}

/// Deeper stacks are cut: the line that asked a client library to send is about the fifteenth.
const MAX_FRAMES: usize = 50;
/// Bytes of one frame: a path, which may be 4096 long, is known by less.
const MAX_FRAME: usize = 512;
const MAX_ID: usize = 32;
/// Records of one run that are told: more than connections that a run makes, and a fifth of the events that are kept.
const MAX_RECORDS: usize = 100_000;
/// Bytes of frames that are told, an eighth of what is kept of a run.
const MAX_TOLD: usize = 64 << 20;
/// Bytes of frames that are held to be named again.
const MAX_HELD: usize = 4 << 20;

#[cfg(test)]
mod tests {
    use super::*;

    fn check(bytes: &[u8], expected: Option<(&str, StackAct, &[&str])>) {
        let found = read(bytes);
        let found = found.as_ref().map(|it| {
            let frames: Vec<&str> = it.frames.iter().map(String::as_str).collect();
            (it.from.to_string(), it.act, frames)
        });
        let expected = expected.map(|(from, act, frames)| (from.to_owned(), act, frames.to_vec()));
        assert_eq!(found, expected, "{}", String::from_utf8_lossy(bytes));
    }

    #[test]
    fn records_are_read_and_bounded() {
        let from = "10.0.2.15:40001";
        check(
            b"c 10.0.2.15 40001 1.2\n/a.js:1:2 f\n",
            Some((from, StackAct::Connect, &["/a.js:1:2 f"])),
        );
        check(b"r ::ffff:10.0.2.15 40001 1.2\n", Some((from, StackAct::Request, &[])));
        check(b"d 10.0.2.15 40001 1", Some((from, StackAct::Datagram, &[])));
        for bad in [
            &b""[..],
            b"x 10.0.2.15 1 1\n",
            b"c 10.0.2.15 70000 1\n",
            b"c host 1 1\n",
            b"c 10.0.2.15 1\n",
            b"\xff\xfe",
        ] {
            check(bad, None);
        }
        let long = format!("c 10.0.2.15 1 1\n{}", format!("{}\n", "\u{e9}".repeat(400)).repeat(80));
        let read = read(long.as_bytes()).expect("a record");
        assert_eq!(read.frames.len(), MAX_FRAMES);
        assert!(read.frames.iter().all(|it| it.len() == MAX_FRAME));
    }

    #[test]
    fn a_stack_is_named_again_by_its_id_and_the_first_of_an_id_stays() {
        let stacks = Stacks::default();
        let frames = |text: &str| stacks.frames(&read(text.as_bytes()).expect("a record"));
        assert_eq!(frames("c 10.0.2.15 1 7\n"), None);
        assert_eq!(
            frames("c 10.0.2.15 1 7\n/a.js:1:1\n"),
            Some(vec!["/a.js:1:1".to_owned()])
        );
        assert_eq!(frames("r 10.0.2.15 2 7\n"), Some(vec!["/a.js:1:1".to_owned()]));
        assert_eq!(
            frames("r 10.0.2.15 2 7\n/b.js:1:1\n"),
            Some(vec!["/a.js:1:1".to_owned()])
        );
    }

    #[test]
    fn a_flood_of_records_ends() {
        let stacks = Stacks::default();
        let record = read(format!("c 10.0.2.15 1 7\n{}", "x".repeat(500)).as_bytes()).expect("a record");
        let told = (0..MAX_RECORDS + 10)
            .filter(|_| stacks.frames(&record).is_some())
            .count();
        assert_eq!(told, MAX_RECORDS);
    }
}
