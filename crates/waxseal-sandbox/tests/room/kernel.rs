//! Calls of the kernel that attempts are made of.
#![expect(unsafe_code, reason = "attempts call the kernel as no library would")]

use std::io;
use std::os::fd::{FromRawFd as _, OwnedFd};

/// Calls the kernel. Pointers are given as numbers; whoever calls sees to it that they are valid.
pub(crate) fn call(number: i64, arguments: &[u64]) -> io::Result<i64> {
    let at = |idx: usize| arguments.get(idx).copied().unwrap_or(0);
    // SAFETY: an attempt passes valid pointers with their sizes, or numbers; these processes end right after.
    let res = unsafe { libc::syscall(number, at(0), at(1), at(2), at(3), at(4), at(5)) };
    if res < 0 {
        Err(io::Error::last_os_error())
    } else {
        Ok(res)
    }
}

/// The address of a value, for [`call`].
pub(crate) fn address<T: ?Sized>(value: &T) -> u64 {
    (value as *const T).cast::<u8>() as u64
}

/// The address of a value that the kernel writes to.
pub(crate) fn address_mut<T: ?Sized>(value: &mut T) -> u64 {
    (value as *mut T).cast::<u8>() as u64
}

/// Owns a descriptor that a call gave.
pub(crate) fn own(fd: i64) -> OwnedFd {
    // SAFETY: the kernel just made it, and nobody else knows it.
    unsafe { OwnedFd::from_raw_fd(fd as i32) }
}

/// Makes a process by `clone` with flags of namespaces; the child ends at once.
pub(crate) fn clone_with(flags: u64) -> io::Result<()> {
    // SAFETY: without `CLONE_VM` the child has a copy of everything, and only ends itself.
    let child = unsafe {
        libc::syscall(
            libc::SYS_clone,
            flags | libc::SIGCHLD as u64,
            0_u64,
            0_u64,
            0_u64,
            0_u64,
        )
    };
    finish_clone(child)
}

/// The same by `clone3`.
pub(crate) fn clone3_with(flags: u64) -> io::Result<()> {
    let arguments: [u64; 11] = [flags, 0, 0, 0, libc::SIGCHLD as u64, 0, 0, 0, 0, 0, 0];
    // SAFETY: `clone_args` is these eleven numbers; the child has a copy of everything, and only ends itself.
    let child = unsafe { libc::syscall(libc::SYS_clone3, arguments.as_ptr(), size_of_val(&arguments)) };
    finish_clone(child)
}

fn finish_clone(child: i64) -> io::Result<()> {
    match child {
        -1 => Err(io::Error::last_os_error()),
        // SAFETY: ends the child.
        0 => unsafe { libc::_exit(0) },
        child => call(libc::SYS_wait4, &[child as u64]).map(drop),
    }
}

/// Makes a child that does something and ends with its result. For processes with one thread only.
pub(crate) fn fork(act: impl FnOnce() -> u8) -> io::Result<u32> {
    // SAFETY: attempts have one thread, so the child finds everything in order.
    match unsafe { libc::fork() } {
        -1 => Err(io::Error::last_os_error()),
        0 => {
            let status = act();
            // SAFETY: ends the child without running what the parent will run.
            unsafe { libc::_exit(status.into()) }
        }
        child => Ok(child as u32),
    }
}

/// Waits for any child.
pub(crate) fn wait_any() -> io::Result<i32> {
    let mut status = 0_i32;
    call(libc::SYS_wait4, &[u64::MAX, address_mut(&mut status)])?;
    Ok(status)
}

/// `getpid` of i386, by its own way into the kernel.
#[cfg(target_arch = "x86_64")]
pub(crate) fn getpid_of_i386() -> i32 {
    let mut number: i32 = 20;
    // SAFETY: `int 0x80` keeps all registers but `eax` and r8 to r11.
    unsafe {
        std::arch::asm!("int 0x80", inout("eax") number, out("r8") _, out("r9") _, out("r10") _, out("r11") _);
    }
    number
}

/// Lets this process and all it starts run in real time, if root asks: a generous machine.
pub(crate) fn allow_real_time() {
    for resource in [libc::RLIMIT_RTPRIO, libc::RLIMIT_NICE] {
        let limit: [u64; 2] = [40, 40];
        let _ = call(libc::SYS_prlimit64, &[0, u64::from(resource), address(&limit)]);
    }
}

/// Maps memory, touches every page of it, and keeps it. `flags` say whether it is shared.
pub(crate) fn fill(bytes: usize, flags: i32, fd: i32) -> io::Result<()> {
    // SAFETY: a new mapping is asked for, which nothing else knows; it is written within its length.
    unsafe {
        let place = libc::mmap(
            std::ptr::null_mut(),
            bytes,
            libc::PROT_READ | libc::PROT_WRITE,
            flags,
            fd,
            0,
        );
        if place == libc::MAP_FAILED {
            return Err(io::Error::last_os_error());
        }
        for at in (0..bytes).step_by(4_096) {
            place.cast::<u8>().add(at).write_volatile(1);
        }
    }
    Ok(())
}

/// Writes to every page of a mapping that a call gave.
pub(crate) fn touch(place: u64, bytes: usize) {
    for at in (0..bytes).step_by(4_096) {
        // SAFETY: the kernel mapped as many bytes there, writable.
        unsafe { (place as *mut u8).add(at).write_volatile(1) };
    }
}

/// Puts bytes where no memory follows; their address.
pub(crate) fn at_the_end_of_memory(bytes: &[u8]) -> Option<u64> {
    let (page, access) = (4_096_u64, (libc::PROT_READ | libc::PROT_WRITE) as u64);
    let flags = (libc::MAP_PRIVATE | libc::MAP_ANONYMOUS) as u64;
    let place = call(libc::SYS_mmap, &[0, 2 * page, access, flags, u64::MAX, 0]).ok()? as u64;
    call(libc::SYS_munmap, &[place + page, page]).ok()?;
    let at = place + page - bytes.len() as u64;
    // SAFETY: the bytes end with the one page that is left of the mapping, which nothing else knows.
    unsafe { std::ptr::copy_nonoverlapping(bytes.as_ptr(), at as *mut u8, bytes.len()) };
    Some(at)
}

/// Sends a signal with words of one's own choice.
pub(crate) fn send_forged(process: u64, signal: i32, place: u64) -> io::Result<()> {
    let mut info = [0_u64; 16];
    // `si_signo`, `si_errno`; `si_code` (`SI_QUEUE`); `si_addr`.
    info[0] = u64::from(signal.unsigned_abs());
    info[1] = u64::from((-1_i32).cast_unsigned());
    info[2] = place;
    call(
        libc::SYS_rt_sigqueueinfo,
        &[process, u64::from(signal.unsigned_abs()), address(&info)],
    )
    .map(drop)
}

/// A descriptor that a call gave and that is still open.
pub(crate) fn borrow(fd: i64) -> std::os::fd::BorrowedFd<'static> {
    // SAFETY: whoever calls closes it later than it uses this.
    unsafe { std::os::fd::BorrowedFd::borrow_raw(fd as i32) }
}
