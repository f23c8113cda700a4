//! What the process that plays the internet says to its parent. Words are put together for a moment and sent at once: to wake the other
//! thread and the other process for each costs more than the words.

use std::io::Write;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread::JoinHandle;
use std::time::Duration;

use waxseal_internet::Sink;
use waxseal_model::{Counters, DriverReport, Event};

use super::protocol::Word;
use crate::reader::wire;

/// Says words in the order in which they come. Waits when the parent is slow, so that nothing is lost. One mouth, however often it is cloned.
#[derive(Debug, Clone, Default)]
pub(super) struct Mouth(Arc<Shared>);

#[derive(Debug, Default)]
struct Shared {
    said: Mutex<Said>,
    /// There is something to send.
    more: Condvar,
    /// There is room again.
    room: Condvar,
}

/// What was said and not yet sent, as frames.
#[derive(Debug, Default)]
struct Said {
    bytes: Vec<u8>,
    /// Somebody waits for the last of it.
    urgent: bool,
    /// Nothing comes behind it.
    over: bool,
    /// The parent is gone.
    gone: bool,
}

impl Mouth {
    /// Says a word that somebody waits for. `false`: nobody hears it.
    pub(super) fn answer(&self, word: &Word) -> bool {
        self.put(word, true)
    }

    /// Says a word that can wait for others. `false`: nobody hears it.
    pub(super) fn say(&self, word: &Word) -> bool {
        self.put(word, false)
    }

    /// Begins to send. The thread ends when all was sent that was said before [`Self::close`], or the parent is gone.
    pub(super) fn open(&self, out: impl Write + Send + 'static) -> JoinHandle<()> {
        let shared = Arc::clone(&self.0);
        std::thread::spawn(move || shared.send(out))
    }

    /// Nothing more is said.
    pub(super) fn close(&self) {
        self.0.lock().over = true;
        self.0.more.notify_all();
    }

    fn put(&self, word: &Word, urgent: bool) -> bool {
        let mut said = self.0.lock();
        while said.bytes.len() >= FULL && !said.gone {
            said = self.0.room.wait(said).unwrap_or_else(PoisonError::into_inner);
        }
        if said.gone || said.over {
            return false;
        }
        let before = said.bytes.len();
        if wire::send(&mut said.bytes, word).is_err() {
            said.bytes.truncate(before);
            return false;
        }
        said.urgent |= urgent;
        if before == 0 || urgent || (before < ENOUGH && said.bytes.len() >= ENOUGH) {
            self.0.more.notify_all();
        }
        true
    }
}

impl Sink for Mouth {
    fn take(&self, event: Event) -> bool {
        self.say(&Word::Event(Box::new(event)))
    }

    fn count(&self, _: &Counters) {}

    fn report(&self, report: DriverReport) {
        self.say(&Word::Report(report));
    }
}

impl Shared {
    fn lock(&self) -> MutexGuard<'_, Said> {
        self.said.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn send(&self, mut out: impl Write) {
        let mut bytes = Vec::new();
        loop {
            let said = self.lock();
            let waits = |it: &mut Said| it.bytes.is_empty() && !it.over;
            let said = self
                .more
                .wait_while(said, waits)
                .unwrap_or_else(PoisonError::into_inner);
            let waits = |it: &mut Said| it.bytes.len() < ENOUGH && !it.urgent && !it.over;
            let (mut said, _) = self
                .more
                .wait_timeout_while(said, TOGETHER, waits)
                .unwrap_or_else(PoisonError::into_inner);
            if said.bytes.is_empty() {
                return;
            }
            std::mem::swap(&mut bytes, &mut said.bytes);
            said.urgent = false;
            drop(said);
            self.room.notify_all();
            if out.write_all(&bytes).and_then(|()| out.flush()).is_err() {
                self.lock().gone = true;
                self.room.notify_all();
                return;
            }
            bytes.clear();
            bytes.shrink_to(FULL);
        }
    }
}

/// How long words are held back to be sent together.
const TOGETHER: Duration = Duration::from_millis(2);
/// Bytes that are sent without waiting for more.
const ENOUGH: usize = 128 << 10;
/// Bytes that wait for the parent before whoever says something has to wait.
const FULL: usize = 4 << 20;

#[cfg(test)]
mod tests {
    use std::io::{self, Read as _};
    use std::os::unix::net::UnixStream;

    use super::*;
    use crate::reader::wire::Inbox;

    fn idle(still: u64) -> Word {
        Word::Idle { still, open: 0 }
    }

    #[test]
    fn every_word_of_every_thread_arrives_in_its_order() {
        let (ours, theirs) = UnixStream::pair().unwrap();
        let mouth = Mouth::default();
        let writer = mouth.open(ours);
        let reader = std::thread::spawn(move || {
            let mut inbox = Inbox::new(theirs, 1 << 10, u64::MAX);
            std::iter::from_fn(|| inbox.message::<Word>().ok()).collect::<Vec<_>>()
        });
        std::thread::scope(|scope| {
            for thread in 0..4 {
                let mouth = &mouth;
                scope.spawn(move || (0..20_000).for_each(|idx| assert!(mouth.say(&idle(thread << 32 | idx)))));
            }
        });
        mouth.close();
        assert!(!mouth.say(&idle(0)), "nothing is said behind the end");
        writer.join().unwrap();
        let heard = reader.join().unwrap();
        assert_eq!(heard.len(), 80_000);
        for thread in 0..4 {
            let of_thread = heard.iter().filter_map(|word| match word {
                Word::Idle { still, .. } if still >> 32 == thread => Some(still & 0xffff_ffff),
                _ => None,
            });
            assert!(of_thread.eq(0..20_000));
        }
    }

    #[test]
    fn whoever_says_too_much_waits_until_it_is_heard() {
        let (ours, mut theirs) = UnixStream::pair().unwrap();
        let mouth = Mouth::default();
        let writer = mouth.open(ours);
        let long = Word::Key("k".repeat(1 << 20));
        let waiting = std::thread::spawn({
            let mouth = mouth.clone();
            move || (0..16).all(|_| mouth.say(&long))
        });
        std::thread::sleep(Duration::from_millis(100));
        assert!(!waiting.is_finished(), "16 MiB do not fit anywhere");
        assert!(mouth.0.lock().bytes.len() < 2 * FULL);
        let reader = std::thread::spawn(move || io::copy(&mut theirs, &mut io::sink()).unwrap());
        assert!(waiting.join().unwrap());
        mouth.close();
        writer.join().unwrap();
        assert!(reader.join().unwrap() > 16 << 20);
    }

    #[test]
    fn when_nobody_hears_it_that_is_said() {
        let (ours, mut theirs) = UnixStream::pair().unwrap();
        let mouth = Mouth::default();
        let writer = mouth.open(ours);
        assert!(mouth.answer(&idle(1)));
        let mut head = [0; 1];
        theirs.read_exact(&mut head).unwrap();
        drop(theirs);
        while mouth.answer(&idle(2)) {}
        writer.join().unwrap();
    }
}
