//! Listening: a unix socket that replaces only what nobody answers at, a port, or what the service manager has opened already.

use std::fs::File;
use std::io;
use std::net::TcpListener;
use std::os::fd::{AsFd, AsRawFd as _, BorrowedFd, OwnedFd};
use std::os::unix::fs::{FileTypeExt as _, MetadataExt as _};
use std::os::unix::net::UnixListener;
use std::path::{Path, PathBuf};

use rustix::fs::{AtFlags, Gid, Mode, OFlags, Uid};
use rustix::io::Errno;
use rustix::net::{AddressFamily, SocketAddrUnix, SocketFlags, SocketType};

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
            tcp: domain == AddressFamily::INET || domain == AddressFamily::INET6,
            file: None,
            shown: "the service manager's socket".to_owned(),
        })
    }

    /// The next connection, which does not block; `WouldBlock` if there is none.
    ///
    /// # Errors
    /// The system refuses.
    pub fn accept(&self) -> io::Result<OwnedFd> {
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
    // It never has other permissions than these.
    let before = rustix::process::umask(Mode::from_raw_mode(0o777 & !access.mode));
    let bound = UnixListener::bind(path);
    rustix::process::umask(before);
    let listener = bound.map_err(io)?;
    let give = || -> io::Result<(u64, u64)> {
        listener.set_nonblocking(true)?;
        give_away(path, access)
    };
    let (device, inode) = give().map_err(io)?;
    Ok(Listener {
        socket: listener.into(),
        tcp: false,
        file: Some((path.to_owned(), device, inode)),
        shown,
    })
}

/// Gives a socket its owner, and what the file system (a default ACL) did not let it have of its permissions. Its folder may belong to somebody who
/// puts another file in its place meanwhile: nothing but the socket that was opened is changed. Its device and number.
fn give_away(path: &Path, access: Access) -> io::Result<(u64, u64)> {
    let flags = OFlags::PATH | OFlags::NOFOLLOW | OFlags::CLOEXEC;
    let file = File::from(rustix::fs::open(path, flags, Mode::empty())?);
    let made = file.metadata()?;
    if !made.file_type().is_socket() || made.nlink() != 1 {
        return Err(io::Error::other("the socket was replaced by something else"));
    }
    if access.user.is_some() || access.group.is_some() {
        let (user, group) = (access.user.map(Uid::from_raw), access.group.map(Gid::from_raw));
        rustix::fs::chownat(&file, "", user, group, AtFlags::EMPTY_PATH)?;
    }
    if made.mode() & 0o777 != access.mode {
        // A descriptor that only names a file takes no other way.
        let named = format!("/proc/self/fd/{}", file.as_raw_fd());
        rustix::fs::chmod(named, Mode::from_raw_mode(access.mode))?;
    }
    Ok((made.dev(), made.ino()))
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
    match knock(path) {
        Err(Errno::CONNREFUSED) => std::fs::remove_file(path).map_err(io),
        Err(Errno::NOENT) => Ok(()),
        // It answers, or it is so busy that it does not: either way somebody is there.
        Ok(()) | Err(Errno::AGAIN | Errno::INPROGRESS) => Err(ListenError::Taken(shown.to_owned())),
        Err(cause) => Err(io(cause.into())),
    }
}

/// Connects without waiting: a server that takes nobody holds us up no longer than one that does.
fn knock(path: &Path) -> Result<(), Errno> {
    let flags = SocketFlags::NONBLOCK | SocketFlags::CLOEXEC;
    let socket = rustix::net::socket_with(AddressFamily::UNIX, SocketType::STREAM, flags, None)?;
    rustix::net::connect(&socket, &SocketAddrUnix::new(path)?)
}

#[cfg(test)]
mod tests {
    use std::os::unix::net::UnixStream;

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
    fn a_server_that_takes_nobody_is_there_all_the_same() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("milter.sock");
        let _busy = UnixListener::bind(&path).unwrap();
        // Until no more connections may wait for it; those that have gone wait too.
        let refused = (0..1_000_000).find_map(|_| knock(&path).err());
        assert_eq!(refused, Some(Errno::AGAIN));
        let opened = Listener::open(&Place::Unix(path), ACCESS);
        assert!(matches!(opened, Err(ListenError::Taken(_))));
    }

    #[test]
    fn a_socket_that_was_replaced_is_not_given_away() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("milter.sock");
        let other = folder.path().join("other");
        std::fs::write(&other, "mine").unwrap();
        let before = std::fs::metadata(&other).unwrap().mode();
        std::os::unix::fs::symlink(&other, &path).unwrap();
        assert!(give_away(&path, ACCESS).is_err());
        assert_eq!(std::fs::metadata(&other).unwrap().mode(), before);
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
