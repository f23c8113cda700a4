//! A stream that was read a little already and remembers what is read from it next.

use std::io;
use std::pin::Pin;
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll, ready};

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};

/// What was read since the last thing that was understood; for the case that what follows is not.
#[derive(Debug, Default)]
pub(crate) struct Tape {
    kept: Mutex<Kept>,
}

#[derive(Debug, Default)]
struct Kept {
    bytes: Vec<u8>,
    /// Where the last read began.
    last: usize,
    /// Bytes since the last mark, kept or not.
    since: u64,
    /// What is read is told of elsewhere.
    elsewhere: bool,
}

impl Tape {
    /// What was read is understood, but for what came with the last read, which may hold what follows.
    pub(crate) fn mark(&self) {
        let mut kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        let last = kept.last;
        kept.bytes.drain(..last);
        kept.last = 0;
        kept.since = 0;
        kept.elsewhere = false;
    }

    /// What is read from now on is a body, and told of with its request.
    pub(crate) fn mark_body(&self) {
        self.mark();
        self.kept.lock().unwrap_or_else(PoisonError::into_inner).elsewhere = true;
    }

    /// The bytes since the last mark with those of the read before it, and how many have come since the mark.
    pub(crate) fn take(&self) -> (Vec<u8>, u64) {
        let mut kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        let since = if kept.elsewhere { 0 } else { kept.since };
        kept.since = 0;
        kept.last = 0;
        (std::mem::take(&mut kept.bytes), since)
    }

    /// Looks at what is kept.
    pub(crate) fn look<T>(&self, at: impl FnOnce(&[u8]) -> T) -> T {
        at(&self.kept.lock().unwrap_or_else(PoisonError::into_inner).bytes)
    }

    fn record(&self, bytes: &[u8]) {
        let mut kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        let room = MAX_KEPT.saturating_sub(kept.bytes.len());
        kept.last = kept.bytes.len();
        kept.bytes.extend_from_slice(&bytes[..bytes.len().min(room)]);
        kept.since += bytes.len() as u64;
    }
}

/// A stream with the bytes that were read from it to find out what it is, and a tape.
pub(crate) struct Taped<S> {
    before: Vec<u8>,
    read: usize,
    stream: S,
    tape: Arc<Tape>,
}

impl<S> Taped<S> {
    /// `before` is read first.
    pub(crate) fn new(before: Vec<u8>, stream: S) -> Self {
        Self {
            before,
            read: 0,
            stream,
            tape: Arc::default(),
        }
    }

    pub(crate) fn tape(&self) -> Arc<Tape> {
        Arc::clone(&self.tape)
    }
}

impl<S> Drop for Taped<S> {
    /// What nobody came to read was said all the same.
    fn drop(&mut self) {
        self.tape.record(&self.before[self.read..]);
    }
}

impl<S: AsyncRead + Unpin> AsyncRead for Taped<S> {
    fn poll_read(self: Pin<&mut Self>, ctx: &mut Context<'_>, buf: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        let this = self.get_mut();
        let filled = buf.filled().len();
        if this.read < this.before.len() {
            let bytes = buf.remaining().min(this.before.len() - this.read);
            buf.put_slice(&this.before[this.read..this.read + bytes]);
            this.read += bytes;
            if this.read == this.before.len() {
                this.before = Vec::new();
                this.read = 0;
            }
        } else {
            ready!(Pin::new(&mut this.stream).poll_read(ctx, buf))?;
        }
        this.tape.record(&buf.filled()[filled..]);
        Poll::Ready(Ok(()))
    }
}

impl<S: AsyncWrite + Unpin> AsyncWrite for Taped<S> {
    fn poll_write(self: Pin<&mut Self>, ctx: &mut Context<'_>, buf: &[u8]) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.get_mut().stream).poll_write(ctx, buf)
    }

    fn poll_flush(self: Pin<&mut Self>, ctx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.get_mut().stream).poll_flush(ctx)
    }

    fn poll_shutdown(self: Pin<&mut Self>, ctx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.get_mut().stream).poll_shutdown(ctx)
    }
}

/// More than the header section of a request may be, so that one that is refused is kept whole in most cases.
const MAX_KEPT: usize = 32 << 10;
