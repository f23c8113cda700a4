//! What the kernel offers and no safe library does: small functions, each with the reason why it is sound.
#![expect(unsafe_code, reason = "the one module that talks to the kernel")]

use std::ffi::{CStr, CString};
use std::io;
use std::mem::MaybeUninit;
use std::os::fd::{AsFd, AsRawFd, FromRawFd, OwnedFd};

use rustix::process::Pid;

/// Which side of a fork one is on.
#[derive(Debug)]
pub(crate) enum Fork {
    /// The new process.
    Child,
    /// The old one, and whom it made.
    Parent(Pid),
}

/// Makes a copy of this process. Refuses where there is more than one thread, since only one would live on in the copy and find locks
/// that nobody opens.
pub(crate) fn fork() -> io::Result<Fork> {
    if crate::threads() > 1 {
        return Err(io::Error::other("more than one thread"));
    }
    // SAFETY: the process has one thread, so the child finds every lock and the heap in order.
    match unsafe { libc::fork() } {
        -1 => Err(io::Error::last_os_error()),
        0 => Ok(Fork::Child),
        child => Pid::from_raw(child)
            .map(Fork::Parent)
            .ok_or_else(|| io::Error::other("the kernel gave no process number")),
    }
}

/// Ends this process at once: no destructor, no buffer of the process it was copied from is written twice.
pub(crate) fn exit_now(status: i32) -> ! {
    // SAFETY: `_exit` takes any status and touches no memory.
    unsafe { libc::_exit(status) }
}

/// Closes every descriptor above one.
///
/// # Safety
/// Nothing in this process may use, or close again, a descriptor above that one.
unsafe fn close_above(last: u32) -> io::Result<()> {
    // SAFETY: takes numbers; that nobody owns what is closed is up to the caller.
    check(unsafe { libc::close_range(last + 1, u32::MAX, 0) })
}

/// Makes a copy of this process that does nothing but `role`, with `socket` as standard input, no other descriptor, and nothing of the
/// environment and the arguments that this process was started with. The copy is called `name`, and ends with the status that `role` gives.
pub(crate) fn fork_role(name: &CStr, socket: impl AsFd, role: fn() -> u8) -> io::Result<Pid> {
    match fork()? {
        Fork::Parent(pid) => Ok(pid),
        Fork::Child => {
            let ready = (|| -> io::Result<()> {
                rustix::stdio::dup2_stdin(&socket)?;
                let nothing = std::fs::OpenOptions::new().write(true).open("/dev/null")?;
                rustix::stdio::dup2_stdout(&nothing)?;
                rustix::stdio::dup2_stderr(&nothing)?;
                std::mem::forget(nothing);
                // SAFETY: the role is handed nothing of what this process has, and nothing of it is dropped: the copy ends below.
                unsafe { close_above(2)? };
                take_name(name)
            })();
            let status = ready.map_or(FAULT, |()| std::panic::catch_unwind(role).unwrap_or(FAULT));
            exit_now(i32::from(status))
        }
    }
}

/// Calls this process `name`, and overwrites with that the arguments and the environment that it was started with, which lie one behind
/// the other in its memory (`man 5 proc`: `arg_start` to `env_end` of `/proc/PID/stat`).
pub(crate) fn take_name(name: &CStr) -> io::Result<()> {
    use std::os::unix::fs::FileExt as _;
    rustix::thread::set_name(name)?;
    let stat = std::fs::read_to_string("/proc/self/stat")?;
    // The name of the program, in brackets, may hold anything; the fields behind it are numbers, the first of them is field 3.
    let fields = stat.rsplit_once(')').map_or("", |(_, rest)| rest).split_whitespace();
    let places: Vec<u64> = fields
        .skip(ARG_START - 3)
        .take(4)
        .filter_map(|it| it.parse().ok())
        .collect();
    let &[arguments @ 1..=u64::MAX, _, _, end] = places.as_slice() else {
        return Err(io::ErrorKind::InvalidData.into());
    };
    let length = end.checked_sub(arguments).and_then(|it| usize::try_from(it).ok());
    let mut text = vec![0; length.ok_or(io::ErrorKind::InvalidData)?];
    let said = name.to_bytes().len().min(text.len().saturating_sub(1));
    text[..said].copy_from_slice(&name.to_bytes()[..said]);
    // Not through a pointer: the standard library reads the same memory when it is asked for a variable, and finds none from now on.
    let memory = std::fs::OpenOptions::new().write(true).open("/proc/self/mem")?;
    memory.write_all_at(&text, arguments)
}

/// Leaves the namespaces this process is in for new ones.
pub(crate) fn unshare(flags: libc::c_int) -> io::Result<()> {
    // SAFETY: the flags name namespaces only; file descriptors stay shared with nobody but us.
    check(unsafe { libc::unshare(flags) })
}

/// Gives up root for one user and no groups, for all threads of this process.
pub(crate) fn become_user(id: u32) -> io::Result<()> {
    // SAFETY: an empty list is read from no memory; the others take numbers.
    unsafe {
        check(libc::setgroups(0, std::ptr::null()))?;
        check(libc::setresgid(id, id, id))?;
        check(libc::setresuid(id, id, id))
    }
}

/// Gives up root for a user, a group and further groups, for all threads of this process (`man 2 setresuid`).
pub(crate) fn become_account(user: u32, group: u32, further: &[u32]) -> io::Result<()> {
    // SAFETY: the list lives until the call returns, and its length is given; the others take numbers.
    unsafe {
        check(libc::setgroups(further.len(), further.as_ptr()))?;
        check(libc::setresgid(group, group, group))?;
        check(libc::setresuid(user, user, user))
    }
}

/// Takes signals out of the way they come by themselves, for this thread and those it starts later, and gives a descriptor that tells of them
/// (`man 2 signalfd`).
pub(crate) fn signal_descriptor(signals: &[i32]) -> io::Result<OwnedFd> {
    let mut set = MaybeUninit::<libc::sigset_t>::uninit();
    // SAFETY: `sigemptyset` fills the set; the others read it, or add a number to it.
    unsafe {
        check(libc::sigemptyset(set.as_mut_ptr()))?;
        for signal in signals {
            check(libc::sigaddset(set.as_mut_ptr(), *signal))?;
        }
        match libc::pthread_sigmask(libc::SIG_BLOCK, set.as_ptr(), std::ptr::null_mut()) {
            0 => own(libc::signalfd(-1, set.as_ptr(), libc::SFD_NONBLOCK | libc::SFD_CLOEXEC)),
            error => Err(io::Error::from_raw_os_error(error)),
        }
    }
}

/// A second descriptor for what this process was handed under a number when it was started. The first one stays open.
pub(crate) fn second_descriptor(number: i32) -> io::Result<OwnedFd> {
    // SAFETY: takes numbers, and makes a descriptor that nobody else knows.
    own(unsafe { libc::fcntl(number, libc::F_DUPFD_CLOEXEC, 3) })
}

/// Gives back the memory that this program's code and constants take; what is needed again is read again from its file (`man 2 madvise`).
/// The lines of `/proc/self/maps` say where they are.
pub(crate) fn forget_code() -> io::Result<()> {
    let program = std::fs::read_link("/proc/self/exe")?;
    let maps = std::fs::read_to_string("/proc/self/maps")?;
    for line in maps.lines() {
        let mut fields = line.split_ascii_whitespace();
        let (place, rights, offset) = (fields.next(), fields.next(), fields.next());
        // Code, and what lies at the start of the file: neither was ever writable, so that memory and file are the same. The part that the linker
        // wrote to and then made read-only lies further back.
        let is_constant = rights == Some("r-xp")
            || (rights == Some("r--p") && offset.is_some_and(|it| it.bytes().all(|digit| digit == b'0')));
        if !is_constant || fields.nth(2).map(std::path::Path::new) != Some(program.as_path()) {
            continue;
        }
        let ends = place.and_then(|it| it.split_once('-'));
        let ends = ends.map(|(from, to)| (usize::from_str_radix(from, 16), usize::from_str_radix(to, 16)));
        if let Some((Ok(from), Ok(to))) = ends {
            let start = std::ptr::without_provenance_mut(from);
            // SAFETY: the kernel just said that this is a private mapping of our program's file that nothing can write to: each page of it is as
            // in the file, before and after.
            check(unsafe { libc::madvise(start, to - from, libc::MADV_DONTNEED) })?;
        }
    }
    Ok(())
}

/// Has every descriptor above one closed when a program is started.
pub(crate) fn close_on_exec_above(last: u32) -> io::Result<()> {
    // SAFETY: changes a flag of descriptors; nothing is closed.
    check(unsafe { libc::close_range(last + 1, u32::MAX, libc::CLOSE_RANGE_CLOEXEC as libc::c_int) })
}

/// Sets a socket option that is one number.
pub(crate) fn set_option(socket: impl AsFd, level: i32, option: i32, value: i32) -> io::Result<()> {
    let value: libc::c_int = value;
    // SAFETY: the pointer is to one `c_int`, and its size is given.
    check(unsafe {
        libc::setsockopt(
            socket.as_fd().as_raw_fd(),
            level,
            option,
            (&raw const value).cast(),
            size_of::<libc::c_int>() as libc::socklen_t,
        )
    })
}

/// Attaches a classic filter of packets to a socket (`man 7 socket`, `SO_ATTACH_FILTER`).
pub(crate) fn attach_filter(socket: impl AsFd, program: &[libc::sock_filter]) -> io::Result<()> {
    let program = filter_program(program)?;
    // SAFETY: the kernel copies the program, which lives until the call returns, and checks it.
    check(unsafe {
        libc::setsockopt(
            socket.as_fd().as_raw_fd(),
            libc::SOL_SOCKET,
            libc::SO_ATTACH_FILTER,
            (&raw const program).cast(),
            size_of::<libc::sock_fprog>() as libc::socklen_t,
        )
    })
}

/// A packet socket for all interfaces and protocols (`man 7 packet`).
pub(crate) fn packet_socket() -> io::Result<OwnedFd> {
    let every = i32::from((libc::ETH_P_ALL as u16).to_be());
    // SAFETY: takes numbers.
    let fd = unsafe { libc::socket(libc::AF_PACKET, libc::SOCK_RAW | libc::SOCK_CLOEXEC, every) };
    own(fd)
}

/// A packet socket that sees nothing until [`see_packets`] is called for it.
pub(crate) fn blind_packet_socket() -> io::Result<OwnedFd> {
    // SAFETY: takes numbers.
    let fd = unsafe { libc::socket(libc::AF_PACKET, libc::SOCK_RAW | libc::SOCK_CLOEXEC, 0) };
    own(fd)
}

/// Has a packet socket see all interfaces and protocols.
pub(crate) fn see_packets(socket: impl AsFd) -> io::Result<()> {
    // SAFETY: `sockaddr_ll` is numbers; all zero is valid, and means every interface.
    let mut address: libc::sockaddr_ll = unsafe { MaybeUninit::zeroed().assume_init() };
    address.sll_family = libc::AF_PACKET as u16;
    address.sll_protocol = (libc::ETH_P_ALL as u16).to_be();
    let length = size_of::<libc::sockaddr_ll>() as libc::socklen_t;
    // SAFETY: the pointer is to one `sockaddr_ll`, and its size is given.
    check(unsafe { libc::bind(socket.as_fd().as_raw_fd(), (&raw const address).cast(), length) })
}

/// Gives a packet socket a ring that the kernel writes packets to (`man 7 packet`, `PACKET_RX_RING`), of version 3.
pub(crate) fn make_ring(socket: impl AsFd, ring: &libc::tpacket_req3) -> io::Result<()> {
    let version = i32::try_from(libc::tpacket_versions::TPACKET_V3 as u32).unwrap_or(0);
    set_option(&socket, libc::SOL_PACKET, libc::PACKET_VERSION, version)?;
    // SAFETY: the kernel copies the numbers, whose size is given.
    check(unsafe {
        libc::setsockopt(
            socket.as_fd().as_raw_fd(),
            libc::SOL_PACKET,
            libc::PACKET_RX_RING,
            std::ptr::from_ref(ring).cast(),
            size_of::<libc::tpacket_req3>() as libc::socklen_t,
        )
    })
}

/// Packets that a socket with a ring was given since this was last asked, and how many of them it had no place for.
pub(crate) fn packet_statistics(socket: impl AsFd) -> io::Result<(u32, u32)> {
    let mut counts = [0_u32; 3];
    let mut length = size_of_val(&counts) as libc::socklen_t;
    // SAFETY: the kernel writes no more than the length says, which is that of `tpacket_stats_v3`, three numbers.
    check(unsafe {
        libc::getsockopt(
            socket.as_fd().as_raw_fd(),
            libc::SOL_PACKET,
            libc::PACKET_STATISTICS,
            counts.as_mut_ptr().cast(),
            &raw mut length,
        )
    })?;
    Ok((counts[0], counts[1]))
}

/// Memory that the kernel and this process both write to (`man 2 mmap`).
#[derive(Debug)]
pub(crate) struct Mapping {
    start: std::ptr::NonNull<u8>,
    length: usize,
}

// SAFETY: owned by one value, and nothing in it depends on a thread.
unsafe impl Send for Mapping {}

impl Mapping {
    /// Maps the first bytes behind a descriptor.
    pub(crate) fn new(descriptor: impl AsFd, length: usize) -> io::Result<Self> {
        let rights = libc::PROT_READ | libc::PROT_WRITE;
        let descriptor = descriptor.as_fd().as_raw_fd();
        // SAFETY: the kernel chooses a place that nobody else uses.
        let start = unsafe { libc::mmap(std::ptr::null_mut(), length, rights, libc::MAP_SHARED, descriptor, 0) };
        if start == libc::MAP_FAILED {
            return Err(io::Error::last_os_error());
        }
        let start = std::ptr::NonNull::new(start.cast()).ok_or(io::ErrorKind::OutOfMemory)?;
        Ok(Self { start, length })
    }

    /// A number that the kernel may change at any time. What the kernel wrote before it is seen by whoever saw the number.
    pub(crate) fn shared(&self, at: usize) -> Option<&std::sync::atomic::AtomicU32> {
        let fits = at.is_multiple_of(4) && at.checked_add(4)? <= self.length;
        // SAFETY: within the mapping, which lives as long as the borrow and begins at a page; only ever used atomically by this process.
        fits.then(|| unsafe { std::sync::atomic::AtomicU32::from_ptr(self.start.as_ptr().add(at).cast()) })
    }

    /// Copies bytes out.
    pub(crate) fn copy(&self, at: usize, into: &mut [u8]) -> Option<()> {
        let end = at.checked_add(into.len())?;
        // SAFETY: within the mapping; the other side is memory of this process alone. Should the kernel write meanwhile, which it does not
        // while it has handed over, the bytes are wrong and nothing else.
        (end <= self.length).then(|| unsafe {
            std::ptr::copy_nonoverlapping(self.start.as_ptr().add(at), into.as_mut_ptr(), into.len());
        })
    }
}

impl Drop for Mapping {
    fn drop(&mut self) {
        // SAFETY: what was mapped, and nothing borrowed from it lives on.
        let _ = unsafe { libc::munmap(self.start.as_ptr().cast(), self.length) };
    }
}

/// Makes every mount below a path read-only, or takes other rights from all of them at once (`man 2 mount_setattr`).
pub(crate) fn restrict_mounts(path: &str, attributes: u64) -> io::Result<()> {
    let path = CString::new(path)?;
    // SAFETY: `mount_attr` is four numbers; all zero is valid.
    let mut wanted: libc::mount_attr = unsafe { MaybeUninit::zeroed().assume_init() };
    wanted.attr_set = attributes;
    // SAFETY: the path ends with zero and the attributes' size is given.
    let done = unsafe {
        libc::syscall(
            libc::SYS_mount_setattr,
            libc::AT_FDCWD,
            path.as_ptr(),
            libc::AT_RECURSIVE,
            &raw mut wanted,
            size_of::<libc::mount_attr>(),
        )
    };
    check(i32::try_from(done).unwrap_or(-1))
}

/// Installs a filter of system calls for this thread, and gives the descriptor that its questions come through if it asks any
/// (`man 2 seccomp`, `man 2 seccomp_unotify`).
pub(crate) fn install_filter(program: &[libc::sock_filter], listen: Listen) -> io::Result<Option<OwnedFd>> {
    let program = filter_program(program)?;
    let flags = match listen {
        Listen::No => 0,
        Listen::Yes => libc::SECCOMP_FILTER_FLAG_NEW_LISTENER,
        Listen::Killable => libc::SECCOMP_FILTER_FLAG_NEW_LISTENER | WAIT_KILLABLE_RECV,
    };
    // SAFETY: the kernel copies the program, which lives until the call returns, and checks it.
    let fd = unsafe {
        libc::syscall(
            libc::SYS_seccomp,
            libc::SECCOMP_SET_MODE_FILTER,
            flags,
            &raw const program,
        )
    };
    if fd < 0 {
        return Err(io::Error::last_os_error());
    }
    match listen {
        Listen::No => Ok(None),
        Listen::Yes | Listen::Killable => own(i32::try_from(fd).unwrap_or(-1)).map(Some),
    }
}

/// Installs a filter of system calls for every thread of this process, none of which can gain rights by a program it starts any more.
pub(crate) fn install_filter_everywhere(program: &[libc::sock_filter]) -> io::Result<()> {
    rustix::thread::set_no_new_privs(true)?;
    let program = filter_program(program)?;
    // SAFETY: the kernel copies the program, which lives until the call returns, and checks it.
    let done = unsafe {
        libc::syscall(
            libc::SYS_seccomp,
            libc::SECCOMP_SET_MODE_FILTER,
            libc::SECCOMP_FILTER_FLAG_TSYNC,
            &raw const program,
        )
    };
    match done {
        0 => Ok(()),
        // The number of a thread that has a filter of its own.
        1.. => Err(io::Error::other("a thread has another filter")),
        _ => Err(io::Error::last_os_error()),
    }
}

/// Whether a filter asks questions.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Listen {
    No,
    Yes,
    /// A signal does not take back a question that was heard already (Linux 5.19).
    Killable,
}

/// A question of a filter: who called what with which arguments.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Question {
    pub(crate) id: u64,
    /// Numbered as the warden sees it.
    pub(crate) pid: u32,
    pub(crate) call: i64,
    pub(crate) arguments: [u64; 6],
}

/// Has whoever asks and whoever answers take turns on one processor (`SECCOMP_USER_NOTIF_FD_SYNC_WAKE_UP`, Linux 6.6): each waits for the
/// other anyway. An older kernel has them meet as before.
pub(crate) fn take_turns(listener: impl AsFd) {
    // SAFETY: the argument of this request is a number.
    let _ = unsafe { libc::ioctl(listener.as_fd().as_raw_fd(), NOTIF_SET_FLAGS, SYNC_WAKE_UP) };
}

/// Waits for a question. `None`: whoever asked is gone.
pub(crate) fn question(listener: impl AsFd) -> io::Result<Option<Question>> {
    // SAFETY: `seccomp_notif` is numbers; the kernel wants it zeroed.
    let mut asked: libc::seccomp_notif = unsafe { MaybeUninit::zeroed().assume_init() };
    // SAFETY: the request is for this type, which the kernel fills.
    let done = unsafe { libc::ioctl(listener.as_fd().as_raw_fd(), NOTIF_RECV, &raw mut asked) };
    if done < 0 {
        let err = io::Error::last_os_error();
        return match err.raw_os_error() {
            Some(libc::ENOENT | libc::EINTR) => Ok(None),
            _ => Err(err),
        };
    }
    Ok(Some(Question {
        id: asked.id,
        pid: asked.pid,
        call: i64::from(asked.data.nr),
        arguments: asked.data.args,
    }))
}

/// Lets the call that was asked about go on as if nobody had asked. Whether whoever asked still waited for the answer: only then was its
/// number its own until now.
pub(crate) fn let_go_on(listener: impl AsFd, id: u64) -> io::Result<bool> {
    let answer = libc::seccomp_notif_resp {
        id,
        val: 0,
        error: 0,
        flags: libc::SECCOMP_USER_NOTIF_FLAG_CONTINUE as u32,
    };
    // SAFETY: the request is for this type, which the kernel reads.
    let done = unsafe { libc::ioctl(listener.as_fd().as_raw_fd(), NOTIF_SEND, &raw const answer) };
    match check(done) {
        Ok(()) => Ok(true),
        Err(err) if err.raw_os_error() == Some(libc::ENOENT) => Ok(false),
        Err(err) => Err(err),
    }
}

/// Reads memory of a process; how many bytes.
pub(crate) fn read_memory(process: u32, at: u64, bytes: &mut [u8]) -> io::Result<usize> {
    let local = libc::iovec {
        iov_base: bytes.as_mut_ptr().cast(),
        iov_len: bytes.len(),
    };
    let remote = libc::iovec {
        iov_base: std::ptr::without_provenance_mut(usize::try_from(at).unwrap_or(0)),
        iov_len: bytes.len(),
    };
    // SAFETY: the kernel writes to the bytes that were lent, no more than their number; the other address is not one of this process.
    let read = unsafe { libc::process_vm_readv(process.cast_signed(), &raw const local, 1, &raw const remote, 1, 0) };
    usize::try_from(read).map_err(|_| io::Error::last_os_error())
}

fn filter_program(program: &[libc::sock_filter]) -> io::Result<libc::sock_fprog> {
    Ok(libc::sock_fprog {
        len: u16::try_from(program.len()).map_err(|_| io::Error::other("the filter is too long"))?,
        filter: program.as_ptr().cast_mut(),
    })
}

fn check(result: libc::c_int) -> io::Result<()> {
    if result < 0 {
        Err(io::Error::last_os_error())
    } else {
        Ok(())
    }
}

fn own(fd: libc::c_int) -> io::Result<OwnedFd> {
    check(fd)?;
    // SAFETY: the kernel just made it for us, and nobody else knows it.
    Ok(unsafe { OwnedFd::from_raw_fd(fd) })
}

/// The field of `/proc/PID/stat` that says where the arguments begin.
const ARG_START: usize = 48;
/// How a role ends that could not begin, or met a fault of its own.
const FAULT: u8 = 70;
/// `SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV` of `linux/seccomp.h`.
const WAIT_KILLABLE_RECV: libc::c_ulong = 1 << 5;
/// `SECCOMP_IOCTL_NOTIF_SET_FLAGS`: `_IOW('!', 4, __u64)`.
const NOTIF_SET_FLAGS: libc::c_ulong = 0x4008_2104;
/// `SECCOMP_USER_NOTIF_FD_SYNC_WAKE_UP`.
const SYNC_WAKE_UP: libc::c_ulong = 1;
/// `SECCOMP_IOCTL_NOTIF_RECV`: `_IOWR('!', 0, struct seccomp_notif)` of 80 bytes.
const NOTIF_RECV: libc::c_ulong = 0xc050_2100;
/// `SECCOMP_IOCTL_NOTIF_SEND`: `_IOWR('!', 1, struct seccomp_notif_resp)` of 24 bytes.
const NOTIF_SEND: libc::c_ulong = 0xc018_2101;
