//! The simulated internet at work: threads for datagrams, a runtime for connections, and an end at which everything adds up.

use std::future::poll_fn;
use std::hash::{BuildHasher, Hasher, RandomState};
use std::io;
use std::net::{SocketAddr, TcpListener};
use std::pin::pin;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::task::Poll;
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use nix::sys::socket::{Backlog, listen, setsockopt, sockopt};
use tokio::net::TcpStream;
use tokio::runtime::Runtime;
use tokio::sync::Notify;
use waxseal_model::{Counters, Phase};

use crate::conn::speak;
use crate::meter::Connection;
use crate::shared::{Shared, World};
use crate::tap::Tap;
use crate::udp::{Ear, Farewell, Role};
use crate::{Sink, Sockets};

/// The simulated internet, serving. To be ended by [`Server::finish`].
pub struct Server {
    shared: Arc<Shared>,
    runtime: Runtime,
    accepting: tokio::task::JoinHandle<()>,
    stop: Arc<Notify>,
    threads: Vec<JoinHandle<()>>,
    farewells: Vec<Farewell>,
}

/// Begins to serve on `sockets`: answers as `world` says, and tells `sink`.
pub fn serve(sockets: Sockets, world: World, sink: Arc<dyn Sink>) -> io::Result<Server> {
    let shared = Arc::new(Shared::new(world, sink));
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(WORKERS)
        .thread_name("internet")
        .enable_all()
        .build()?;
    let stop = Arc::new(Notify::new());
    sockets.tcp.set_nonblocking(true)?;
    // It listens already; this only makes longer the queue of what was not yet accepted. A burst that overflows it is not lost, but
    // waits a second and more for its next attempt.
    let _ = listen(&sockets.tcp, Backlog::new(BACKLOG).unwrap_or(Backlog::MAXCONN));
    // What is accepted takes this over from it.
    let _ = setsockopt(&sockets.tcp, sockopt::TcpNoDelay, &true);
    let listener = {
        let _inside = runtime.enter();
        tokio::net::TcpListener::from_std(sockets.tcp)?
    };
    let accepting = runtime.spawn(accept(Arc::clone(&shared), listener, Arc::clone(&stop)));
    runtime.spawn(count(Arc::clone(&shared)));
    let mut server = Server {
        shared,
        runtime,
        accepting,
        stop,
        threads: Vec::new(),
        farewells: Vec::new(),
    };
    for (sockets, role) in [(sockets.udp, Role::Rest), (sockets.dns, Role::Questions)] {
        for socket in sockets {
            let ear = Ear::new(socket, role, token())?;
            server.farewells.push(ear.farewell()?);
            server.listen("datagrams", move |shared| ear.listen(shared))?;
        }
    }
    if let Some(socket) = sockets.tap {
        let tap = Tap::new(socket)?;
        server.listen("packets", move |shared| tap.listen(shared))?;
    }
    Ok(server)
}

impl Server {
    /// In which phase of the package's life what is seen from now on happens.
    pub fn phase(&self, phase: Phase) {
        self.shared.set_phase(phase);
    }

    /// Connections that are open.
    pub fn active(&self) -> usize {
        self.shared.tally.open.load(Ordering::Relaxed)
    }

    /// How long nothing was seen: no byte, no datagram, no end of a connection.
    pub fn idle_for(&self) -> Duration {
        self.shared.idle_for()
    }

    /// What was counted so far.
    pub fn counters(&self) -> Counters {
        self.shared.counters()
    }

    /// Takes what has come so far, waits for open connections as long as [`Limits::drain`](crate::Limits::drain) says, ends those
    /// that are left, and tells of the end of each.
    pub fn finish(self) -> Counters {
        let deadline = Instant::now() + self.shared.world.limits.drain;
        self.stop.notify_one();
        while (!self.accepting.is_finished() || self.active() > 0) && Instant::now() < deadline {
            std::thread::sleep(POLL);
        }
        self.runtime.shutdown_timeout(SHUTDOWN);
        self.shared.stopping.store(true, Ordering::Release);
        self.farewells.iter().for_each(Farewell::say);
        for thread in self.threads {
            // A thread that panicked has lost what it was about to tell; that nothing else is lost is all that can be done.
            let _ = thread.join();
        }
        self.shared.count()
    }

    fn listen(&mut self, name: &str, run: impl FnOnce(&Shared) + Send + 'static) -> io::Result<()> {
        let shared = Arc::clone(&self.shared);
        let thread = std::thread::Builder::new()
            .name(name.to_owned())
            .spawn(move || run(&shared))?;
        self.threads.push(thread);
        Ok(())
    }
}

/// Accepts every connection there is, until told to stop and there are no more.
async fn accept(shared: Arc<Shared>, listener: tokio::net::TcpListener, stop: Arc<Notify>) {
    let mut stopped = pin!(stop.notified());
    loop {
        let next = poll_fn(|ctx| match listener.poll_accept(ctx) {
            Poll::Ready(accepted) => Poll::Ready(Some(accepted)),
            Poll::Pending => stopped.as_mut().poll(ctx).map(|()| None),
        });
        match next.await {
            Some(Ok((stream, from))) => admit(&shared, stream, from),
            // Out of descriptors: the kernel keeps what waits, up to its backlog, until some are free again.
            Some(Err(_)) => tokio::time::sleep(RETRY).await,
            None => break,
        }
    }
    // What the kernel holds and the runtime was not yet told of.
    if let Ok(listener) = listener.into_std() {
        sweep(&shared, &listener).await;
    }
}

async fn sweep(shared: &Arc<Shared>, listener: &TcpListener) {
    loop {
        match listener.accept() {
            Ok((stream, from)) => {
                let stream = stream.set_nonblocking(true).and_then(|()| TcpStream::from_std(stream));
                if let Ok(stream) = stream {
                    admit(shared, stream, from);
                }
            }
            Err(err) if err.kind() == io::ErrorKind::WouldBlock => return,
            Err(_) => tokio::time::sleep(RETRY).await,
        }
    }
}

fn admit(shared: &Arc<Shared>, stream: TcpStream, from: SocketAddr) {
    // The listener is transparent: what was asked for is the local address. Without one the connection is gone already.
    let to = stream.local_addr().unwrap_or(SocketAddr::from(([0, 0, 0, 0], 0)));
    let connection = Connection::begin(shared, from, to);
    tokio::spawn(speak(connection, stream));
}

/// Hands on what was counted, now and then.
async fn count(shared: Arc<Shared>) {
    loop {
        tokio::time::sleep(COUNT).await;
        shared.count();
    }
}

/// Bytes that nobody in the room knows. The standard library's hasher is seeded by the system.
fn token() -> [u8; 16] {
    let mut token = [0; 16];
    for half in token.chunks_mut(8) {
        half.copy_from_slice(&RandomState::new().build_hasher().finish().to_ne_bytes());
    }
    token
}

/// As many as the machines have that this was measured on; what is waited for is the package.
const WORKERS: usize = 2;

/// What the kernel allows at most by default (`net.core.somaxconn`).
const BACKLOG: i32 = 4096;

/// How long to wait for descriptors to be free.
const RETRY: Duration = Duration::from_millis(5);

/// How often the end of open connections is looked for.
const POLL: Duration = Duration::from_millis(1);

/// How often the counters are handed on.
const COUNT: Duration = Duration::from_millis(250);

/// How long the runtime may take to drop what is left of the connections; it never waits for any of them.
const SHUTDOWN: Duration = Duration::from_secs(5);
