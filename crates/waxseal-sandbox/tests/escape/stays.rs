//! What a sealed process must still be able to do.

use std::io::{Error, Result, Write};
use std::sync::{Mutex, OnceLock, mpsc};
use std::time::{Duration, Instant};

/// What stays possible, by name.
pub(crate) const STAYS: &[(&str, Act)] = &[
    ("writing_to_an_open_pipe", write_output),
    ("allocating_memory", allocate),
    ("working_on_another_thread", other_thread),
    ("catching_a_panic", catch_panic),
    ("asking_the_time", ask_time),
    ("hashing_with_chance", random),
];

type Act = fn() -> Result<()>;
type Job = Box<dyn FnOnce() -> u64 + Send>;
type Worker = (mpsc::Sender<Job>, mpsc::Receiver<u64>);

static WORKER: OnceLock<Mutex<Worker>> = OnceLock::new();

/// Starts the thread that `working_on_another_thread` uses, since none can be started inside.
pub(crate) fn start_worker() {
    let (jobs, inbox) = mpsc::channel::<Job>();
    let (outbox, answers) = mpsc::channel();
    std::thread::spawn(move || {
        for job in inbox {
            let _ = outbox.send(job());
        }
    });
    let _ = WORKER.set(Mutex::new((jobs, answers)));
}

fn write_output() -> Result<()> {
    let mut output = std::io::stdout().lock();
    output.write_all(b"\n")?;
    output.flush()
}

fn allocate() -> Result<()> {
    let blocks: Vec<Vec<u8>> = (1..200).map(|size| vec![1; size * 4096]).collect();
    let total: usize = blocks.iter().map(Vec::len).sum();
    if total == 199 * 200 / 2 * 4096 {
        Ok(())
    } else {
        Err(Error::other("wrong sum"))
    }
}

fn other_thread() -> Result<()> {
    let worker = WORKER
        .get()
        .ok_or_else(|| Error::other("no worker"))?
        .lock()
        .map_err(|_| Error::other("poisoned"))?;
    worker
        .0
        .send(Box::new(|| (0..1_000_000_u64).sum()))
        .map_err(|_| Error::other("the worker is gone"))?;
    match worker.1.recv_timeout(Duration::from_secs(10)) {
        Ok(499_999_500_000) => Ok(()),
        other => Err(Error::other(format!("{other:?}"))),
    }
}

fn catch_panic() -> Result<()> {
    match std::panic::catch_unwind(|| std::panic::panic_any(1_u8)) {
        Err(_) => Ok(()),
        Ok(()) => Err(Error::other("no panic")),
    }
}

fn ask_time() -> Result<()> {
    let start = Instant::now();
    std::thread::sleep(Duration::from_millis(2));
    if start.elapsed() >= Duration::from_millis(2) {
        Ok(())
    } else {
        Err(Error::other("time stood still"))
    }
}

fn random() -> Result<()> {
    let map: std::collections::HashMap<u8, u8> = [(1, 2)].into();
    if map.get(&1) == Some(&2) {
        Ok(())
    } else {
        Err(Error::other("lost"))
    }
}
