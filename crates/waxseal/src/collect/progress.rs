//! One line on a terminal about work that takes longer than a second.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{self, RecvTimeoutError};
use std::thread::JoinHandle;
use std::time::Duration;

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use waxseal_npm::registry;

use crate::reader;

/// The line; nothing at all where progress is not to be shown.
#[derive(Debug, Default)]
pub struct Bar {
    bar: Option<ProgressBar>,
    /// Shows the bar after a second, unless told before that everything is done.
    appears: Option<(mpsc::Sender<()>, JoinHandle<()>)>,
    /// It is not to be shown any more.
    over: Arc<AtomicBool>,
    /// It counts packages, not their files.
    packages: AtomicBool,
}

impl Bar {
    /// A line that appears after a second.
    pub fn on_terminal() -> Self {
        let bar = ProgressBar::with_draw_target(Some(0), ProgressDrawTarget::hidden());
        let style = ProgressStyle::with_template("{spinner} {wide_msg} {pos}/{len}");
        bar.set_style(style.unwrap_or_else(|_| ProgressStyle::default_bar()));
        let (done, waits) = mpsc::channel::<()>();
        let shown = bar.clone();
        let over = Arc::new(AtomicBool::new(false));
        let is_over = Arc::clone(&over);
        let thread = std::thread::Builder::new().spawn(move || {
            if waits.recv_timeout(PATIENCE) == Err(RecvTimeoutError::Timeout) && !is_over.load(Ordering::Relaxed) {
                shown.set_draw_target(ProgressDrawTarget::stderr());
                shown.enable_steady_tick(TICK);
            }
        });
        Self {
            bar: Some(bar),
            appears: thread.ok().map(|thread| (done, thread)),
            over,
            packages: AtomicBool::new(false),
        }
    }

    /// Counts so many packages from now on, instead of their files.
    pub fn counts_packages(&self, total: usize) {
        self.packages.store(true, Ordering::Relaxed);
        if let Some(bar) = &self.bar {
            bar.set_length(total as u64);
        }
    }

    /// One package is done.
    pub fn did_one(&self) {
        if let Some(bar) = &self.bar {
            bar.inc(1);
        }
    }

    fn counted_files(&self) -> Option<&ProgressBar> {
        self.bar.as_ref().filter(|_| !self.packages.load(Ordering::Relaxed))
    }

    /// Says what is being done; `what` is ours or escaped.
    pub fn doing(&self, what: &str) {
        if let Some(bar) = &self.bar {
            bar.set_message(what.to_owned());
        }
    }

    /// Takes the line away for good, since something else is shown from now on.
    pub fn rest(&self) {
        self.over.store(true, Ordering::Relaxed);
        if let Some(bar) = &self.bar {
            bar.finish_and_clear();
        }
    }

    /// What shows a line on standard error, beside the bar; `line` is ours or escaped.
    pub fn speaker(&self) -> impl Fn(&str) + Send + Sync + 'static {
        let bar = self.bar.clone();
        move |line| {
            use std::io::Write as _;
            let say = || {
                // If standard error is closed, nobody is left to tell.
                let _ = writeln!(std::io::stderr().lock(), "{line}");
            };
            match &bar {
                Some(bar) => bar.suspend(say),
                None => say(),
            }
        }
    }

    /// What the registry client is to call while it downloads.
    pub fn observer(&self) -> impl Fn(registry::Progress<'_>) + Send + Sync + 'static {
        let bar = self.bar.clone();
        move |progress| {
            if let Some(bar) = &bar {
                let mib = progress.received / (1 << 20);
                let what = crate::report::escape::escape(progress.what, MAX_NAME);
                bar.set_message(format!("fetching {what} ({mib} MiB)"));
            }
        }
    }
}

impl reader::Progress for Bar {
    fn files(&self, total: usize) {
        if let Some(bar) = self.counted_files() {
            bar.inc_length(total as u64);
        }
    }

    fn begun(&self, files: usize) {
        if let Some(bar) = self.counted_files() {
            bar.inc(files as u64);
        }
    }
}

impl Drop for Bar {
    fn drop(&mut self) {
        if let Some((done, thread)) = self.appears.take() {
            drop(done);
            let _ = thread.join();
        }
        if let Some(bar) = &self.bar {
            bar.finish_and_clear();
        }
    }
}

/// Shorter work needs no line.
const PATIENCE: Duration = Duration::from_secs(1);
const TICK: Duration = Duration::from_millis(120);
const MAX_NAME: usize = 60;
