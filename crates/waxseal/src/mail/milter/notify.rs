//! What the service manager is told: that we are ready, read the policy anew, or end (`man 3 sd_notify`).

use std::os::linux::net::SocketAddrExt as _;
use std::os::unix::net::{SocketAddr, UnixDatagram};

/// The service manager, if one waits for word.
#[derive(Debug)]
pub struct Manager(Option<(UnixDatagram, SocketAddr)>);

impl Manager {
    /// Finds it by what `NOTIFY_SOCKET` holds: a path, or a name that begins with `@`.
    pub fn find(address: Option<&str>) -> Self {
        let open = |text: &str| {
            let address = match text.strip_prefix('@') {
                Some(name) => SocketAddr::from_abstract_name(name.as_bytes()),
                None => SocketAddr::from_pathname(text),
            };
            let socket = UnixDatagram::unbound()?;
            socket.set_nonblocking(true)?;
            std::io::Result::Ok((socket, address?))
        };
        Self(address.and_then(|text| open(text).ok()))
    }

    /// Mail can come.
    pub fn ready(&self, status: &str) {
        self.say(&format!("READY=1\nSTATUS={status}"));
    }

    /// The policy is read anew; [`Self::ready`] ends it. The moment is what `Type=notify-reload` waits for.
    pub fn reloading(&self) {
        let now = rustix::time::clock_gettime(rustix::time::ClockId::Monotonic);
        let micros = now.tv_sec.saturating_mul(1_000_000).saturating_add(now.tv_nsec / 1000);
        self.say(&format!("RELOADING=1\nMONOTONIC_USEC={micros}"));
    }

    /// The end has begun.
    pub fn stopping(&self) {
        self.say("STOPPING=1");
    }

    fn say(&self, text: &str) {
        if let Self(Some((socket, address))) = self {
            // Whether anybody listens does not matter to mail.
            let _ = socket.send_to_addr(text.as_bytes(), address);
        }
    }
}

/// How many sockets were handed to this process, by what `LISTEN_PID` and `LISTEN_FDS` hold.
pub fn handed_sockets(process: Option<&str>, count: Option<&str>) -> usize {
    let ours = process.and_then(|it| it.parse().ok()) == Some(std::process::id());
    count.filter(|_| ours).and_then(|it| it.parse().ok()).unwrap_or(0)
}
