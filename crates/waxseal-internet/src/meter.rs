//! One connection from its accept to its end: its number, its bytes, and its limits.

use std::io;
use std::net::SocketAddr;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::task::{Context, Poll, ready};
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::time::{Instant, Sleep, sleep};
use waxseal_model::{ConnectionId, Ends, Observation, RunLimit};

use crate::shared::Shared;

/// A connection that was told of. That it ended is told when nothing refers to it any more, so that this comes last and is never
/// left out, whatever became of the tasks that spoke on it.
pub(crate) struct Connection {
    pub(crate) shared: Arc<Shared>,
    pub(crate) id: ConnectionId,
    pub(crate) ends: Ends,
    /// The name that was asked for before.
    pub(crate) host: Option<String>,
    sent: AtomicU64,
    received: AtomicU64,
}

impl Connection {
    /// Counts and tells of a connection that was accepted.
    pub(crate) fn begin(shared: &Arc<Shared>, from: SocketAddr, to: SocketAddr) -> Arc<Self> {
        let number = shared.tally.accepted.fetch_add(1, Ordering::Relaxed) + 1;
        shared.tally.open.fetch_add(1, Ordering::Relaxed);
        let id = ConnectionId(u32::try_from(number).unwrap_or(u32::MAX));
        let ends = Ends {
            from: canonical(from),
            to: canonical(to),
        };
        let host = shared.names.host(ends.to.ip());
        shared.tell(Observation::Connect {
            connection: id,
            ends,
            host: host.clone(),
        });
        let (sent, received) = Default::default();
        Arc::new(Self {
            shared: Arc::clone(shared),
            id,
            ends,
            host,
            sent,
            received,
        })
    }

    /// Counts bytes that moved; `false` when these are more than one connection may move.
    fn moved(&self, counter: &AtomicU64, bytes: usize) -> bool {
        self.shared.touch();
        counter.fetch_add(bytes as u64, Ordering::Relaxed);
        let all = self.sent.load(Ordering::Relaxed) + self.received.load(Ordering::Relaxed);
        let limit = self.shared.world.limits.connection_bytes;
        let (over, was_over) = (all > limit, all - bytes as u64 > limit);
        if over && !was_over {
            let detail = format!("connection {} moved more than {limit} bytes and was cut", self.id.0);
            self.shared.tell(Observation::LimitHit {
                limit: RunLimit::Memory,
                detail,
            });
        }
        !over
    }
}

impl Drop for Connection {
    fn drop(&mut self) {
        self.shared.tell(Observation::Closed {
            connection: self.id,
            sent: self.sent.load(Ordering::Relaxed),
            received: self.received.load(Ordering::Relaxed),
        });
        self.shared.tally.open.fetch_sub(1, Ordering::Relaxed);
    }
}

/// The address without the mapping of IPv4 into IPv6.
pub(crate) fn canonical(address: SocketAddr) -> SocketAddr {
    SocketAddr::new(address.ip().to_canonical(), address.port())
}

/// A stream of which every byte is counted, and which ends when it moves too much or nothing for too long.
pub(crate) struct Metered<S> {
    stream: S,
    connection: Arc<Connection>,
    idle: Duration,
    moved: Instant,
    alarm: Pin<Box<Sleep>>,
}

impl<S> Metered<S> {
    pub(crate) fn new(stream: S, connection: Arc<Connection>) -> Self {
        let idle = connection.shared.world.limits.idle;
        Self {
            stream,
            connection,
            idle,
            moved: Instant::now(),
            alarm: Box::pin(sleep(idle)),
        }
    }

    /// Ready when nothing moved for too long.
    fn poll_idle(&mut self, ctx: &mut Context<'_>) -> Poll<io::Error> {
        loop {
            ready!(self.alarm.as_mut().poll(ctx));
            let until = self.moved + self.idle;
            if until <= Instant::now() {
                return Poll::Ready(io::ErrorKind::TimedOut.into());
            }
            self.alarm.as_mut().reset(until);
        }
    }
}

impl<S: AsyncRead + Unpin> AsyncRead for Metered<S> {
    fn poll_read(self: Pin<&mut Self>, ctx: &mut Context<'_>, buf: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        let this = self.get_mut();
        let before = buf.filled().len();
        match Pin::new(&mut this.stream).poll_read(ctx, buf) {
            Poll::Ready(Ok(())) => {
                this.moved = Instant::now();
                let bytes = buf.filled().len() - before;
                if !this.connection.moved(&this.connection.sent, bytes) {
                    return Poll::Ready(Err(io::ErrorKind::QuotaExceeded.into()));
                }
                Poll::Ready(Ok(()))
            }
            Poll::Pending => this.poll_idle(ctx).map(Err),
            failed => failed,
        }
    }
}

impl<S: AsyncWrite + Unpin> AsyncWrite for Metered<S> {
    fn poll_write(self: Pin<&mut Self>, ctx: &mut Context<'_>, buf: &[u8]) -> Poll<io::Result<usize>> {
        let this = self.get_mut();
        match Pin::new(&mut this.stream).poll_write(ctx, buf) {
            Poll::Ready(Ok(bytes)) => {
                this.moved = Instant::now();
                if !this.connection.moved(&this.connection.received, bytes) {
                    return Poll::Ready(Err(io::ErrorKind::QuotaExceeded.into()));
                }
                Poll::Ready(Ok(bytes))
            }
            Poll::Pending => this.poll_idle(ctx).map(Err),
            failed => failed,
        }
    }

    fn poll_flush(self: Pin<&mut Self>, ctx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.get_mut().stream).poll_flush(ctx)
    }

    fn poll_shutdown(self: Pin<&mut Self>, ctx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.get_mut().stream).poll_shutdown(ctx)
    }
}
