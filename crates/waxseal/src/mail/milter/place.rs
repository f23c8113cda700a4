//! Listening: a unix socket that replaces only what nobody answers at, a port, or what the service manager has opened already.

use std::io;
use std::net::TcpListener;
use std::os::fd::{AsFd, BorrowedFd, OwnedFd};
use std::os::unix::fs::{FileTypeExt as _, MetadataExt as _};
use std::os::unix::net::{UnixListener, UnixStream};
use std::path::{Path, PathBuf};

use rustix::fs::Mode;

use super::settings::Place;

/// Who may use a unix socket.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Access {
    /// Its permissions.
    pub mode: u32,
    /// Its owner, if it is to be another than this process's.
    pub user: Option<u32>,
    /// Its group, if it is to be another.
    pub group: Option<u32>,
}

/// An open place.
#[derive(Debug)]
pub struct Listener {
    socket: OwnedFd,
    /// Whether what is accepted is a TCP connection.
    pub tcp: bool,
    /// The socket's file and what it was when it was made, so that only that one is removed.
    file: Option<(PathBuf, u64, u64)>,
    /// The place, in words.
    pub shown: String,
}

/// Why nobody can be listened to there.
#[derive(Debug, thiserror::Error)]
pub enum ListenError {
    /// Another server is there.
    #[error("somebody answers at `{0}` already")]
    Taken(String),
    /// A file that is no socket is there.
    #[error("`{0}` is there and no socket, so it is left alone")]
    NoSocket(String),
    /// The system refuses.
    #[error("cannot listen at `{place}`: {cause}")]
    Io {
        /// The place.
        place: String,
        /// The system's reason.
        cause: io::Error,
    },
}

impl Listener {
    /// Opens a place.
    ///
    /// # Errors
    /// Somebody answers there already, or the system refuses.
    pub fn open(place: &Place, access: Access) -> Result<Self, ListenError> {
        match place {
            Place::Unix(path) => unix(path, access),
            Place::Inet { host, port } => {
                let opened = TcpListener::bind((host.as_str(), *port)).and_then(|it| {
                    it.set_nonblocking(true)?;
                    Ok((it.local_addr()?, OwnedFd::from(it)))
                });
                match opened {
                    Ok((address, socket)) => Ok(Self {
                        socket,
                        tcp: true,
                        file: None,
                        shown: format!("inet:{address}"),
                    }),
                    Err(err) if err.kind() == io::ErrorKind::AddrInUse => Err(ListenError::Taken(place.to_string())),
                    Err(cause) => Err(ListenError::Io {
                        place: place.to_string(),
                        cause,
                    }),
                }
            }
        }
    }

    /// Takes over a socket that the service manager listens at.
    ///
    /// # Errors
    /// It is none that connections come over.
    pub fn inherited(socket: OwnedFd) -> io::Result<Self> {
        rustix::io::ioctl_fionbio(&socket, true)?;
        if !rustix::net::sockopt::socket_acceptconn(&socket)? {
            return Err(io::Error::other("the service manager's socket does not listen"));
        }
        let domain = rustix::net::sockopt::socket_domain(&socket)?;
        Ok(Self {
            socket,
            tcp: domain == rustix::net::AddressFamily::INET || domain == rustix::net::AddressFamily::INET6,
            file: None,
            shown: "the service manager's socket".to_owned(),
        })
    }

    /// The next connection, which does not block; `WouldBlock` if there is none.
    ///
    /// # Errors
    /// The system refuses.
    pub fn accept(&self) -> io::Result<OwnedFd> {
        use rustix::net::SocketFlags;
        let flags = SocketFlags::NONBLOCK | SocketFlags::CLOEXEC;
        Ok(rustix::net::accept_with(&self.socket, flags)?)
    }

    /// Removes the socket's file, if it is still the one that was made.
    pub fn remove(&self) {
        let Some((path, device, inode)) = &self.file else {
            return;
        };
        let same = std::fs::symlink_metadata(path).is_ok_and(|it| it.dev() == *device && it.ino() == *inode);
        if same {
            let _ = std::fs::remove_file(path);
        }
    }
}

impl AsFd for Listener {
    fn as_fd(&self) -> BorrowedFd<'_> {
        self.socket.as_fd()
    }
}

fn unix(path: &Path, access: Access) -> Result<Listener, ListenError> {
    let shown = format!("unix:{}", path.display());
    let io = |cause| ListenError::Io {
        place: shown.clone(),
        cause,
    };
    clear(path, &shown)?;
    // Nobody else may use it before it belongs to whom it should.
    let before = rustix::process::umask(Mode::from_raw_mode(0o177));
    let bound = UnixListener::bind(path);
    rustix::process::umask(before);
    let listener = bound.map_err(io)?;
    let give = || -> io::Result<(u64, u64)> {
        listener.set_nonblocking(true)?;
        if access.user.is_some() || access.group.is_some() {
            std::os::unix::fs::chown(path, access.user, access.group)?;
        }
        rustix::fs::chmod(path, Mode::from_raw_mode(access.mode))?;
        let made = std::fs::symlink_metadata(path)?;
        Ok((made.dev(), made.ino()))
    };
    let (device, inode) = give().map_err(io)?;
    Ok(Listener {
        socket: listener.into(),
        tcp: false,
        file: Some((path.to_owned(), device, inode)),
        shown,
    })
}

/// Removes a socket that a server left behind, which is one that refuses connections.
fn clear(path: &Path, shown: &str) -> Result<(), ListenError> {
    let io = |cause| ListenError::Io {
        place: shown.to_owned(),
        cause,
    };
    let there = match std::fs::symlink_metadata(path) {
        Ok(there) => there,
        Err(err) if err.kind() == io::ErrorKind::NotFound => return Ok(()),
        Err(cause) => return Err(io(cause)),
    };
    if !there.file_type().is_socket() {
        return Err(ListenError::NoSocket(path.display().to_string()));
    }
    match UnixStream::connect(path) {
        Err(err) if err.kind() == io::ErrorKind::ConnectionRefused => std::fs::remove_file(path).map_err(io),
        Err(err) if err.kind() == io::ErrorKind::NotFound => Ok(()),
        // It answers, or it is so busy that it does not: either way somebody is there.
        Ok(_) => Err(ListenError::Taken(shown.to_owned())),
        Err(err) if err.kind() == io::ErrorKind::WouldBlock => Err(ListenError::Taken(shown.to_owned())),
        Err(cause) => Err(io(cause)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ACCESS: Access = Access {
        mode: 0o660,
        user: None,
        group: None,
    };

    #[test]
    fn a_socket_that_answers_is_never_removed_and_one_left_behind_is() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("milter.sock");
        let place = Place::Unix(path.clone());
        let first = Listener::open(&place, ACCESS).unwrap();
        assert_eq!(std::fs::metadata(&path).unwrap().mode() & 0o777, 0o660);
        assert!(matches!(Listener::open(&place, ACCESS), Err(ListenError::Taken(_))));
        assert!(UnixStream::connect(&path).is_ok(), "the first one still answers");
        drop(first);
        assert!(path.exists(), "as after a kill");
        let second = Listener::open(&place, ACCESS).unwrap();
        second.remove();
        assert!(!path.exists());
    }

    #[test]
    fn a_file_that_is_no_socket_is_left_alone() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("notes.txt");
        std::fs::write(&path, "mine").unwrap();
        assert!(matches!(
            Listener::open(&Place::Unix(path.clone()), ACCESS),
            Err(ListenError::NoSocket(_))
        ));
        assert_eq!(std::fs::read_to_string(&path).unwrap(), "mine");
    }

    #[test]
    fn only_our_own_socket_is_removed() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("milter.sock");
        let first = Listener::open(&Place::Unix(path.clone()), ACCESS).unwrap();
        std::fs::remove_file(&path).unwrap();
        let _second = Listener::open(&Place::Unix(path.clone()), ACCESS).unwrap();
        first.remove();
        assert!(path.exists());
    }
}
