//! Only the system calls that computing needs, by seccomp (<https://docs.kernel.org/userspace-api/seccomp_filter.html>).
//!
//! The filter kills for what no bug of ours does by accident, and answers `EPERM` to everything else that is not on its list, so that a
//! call forgotten here is seen as an error.

use crate::seccomp::{ALLOW, KILL, Rules, always, any_bit, error, one_of, program};
use crate::{Role, SealError, sys};

/// Installs the filter for all threads.
pub(crate) fn restrict(role: Role) -> Result<(), SealError> {
    let program = program(rules(role), REFUSED);
    sys::install_filter_everywhere(&program).map_err(|err| SealError::Filter(err.to_string()))
}

fn rules(role: Role) -> Rules {
    let calls: &[i64] = match role {
        Role::Reader => &[],
        Role::Internet => INTERNET,
        Role::Driver => DRIVER,
    };
    let mut rules: Rules = READER.iter().chain(calls).map(|call| (*call, always(ALLOW))).collect();
    for call in [libc::SYS_mmap, libc::SYS_mprotect] {
        // Argument 2 is `prot` in both: memory never becomes code.
        rules.insert(call, any_bit(2, libc::PROT_EXEC as u32, REFUSED, ALLOW));
    }
    if role == Role::Internet {
        // Standard's way to make a socket non-blocking; argument 1 is the request.
        rules.insert(libc::SYS_ioctl, one_of(1, &[libc::FIONBIO as u32], ALLOW, REFUSED));
    }
    // `abort` signals its own thread; nobody else is to be signalled.
    rules.insert(libc::SYS_tgkill, one_of(0, &[std::process::id()], ALLOW, REFUSED));
    rules.extend(DEADLY.iter().map(|call| (*call, always(KILL))));
    rules
}

const REFUSED: u32 = error(libc::EPERM);

/// Another program, another process' memory, or the kernel's own machinery.
const DEADLY: &[i64] = &[
    libc::SYS_execve,
    libc::SYS_execveat,
    libc::SYS_ptrace,
    libc::SYS_process_vm_readv,
    libc::SYS_process_vm_writev,
    libc::SYS_bpf,
    libc::SYS_init_module,
    libc::SYS_finit_module,
    libc::SYS_kexec_load,
    libc::SYS_mount,
    libc::SYS_pivot_root,
];

/// What computing with existing threads on open pipes needs. `mmap`, `mprotect` and `tgkill` are added with conditions.
const READER: &[i64] = &[
    // Pipes that are already open.
    libc::SYS_read,
    libc::SYS_readv,
    libc::SYS_write,
    libc::SYS_writev,
    libc::SYS_close,
    // Memory.
    libc::SYS_brk,
    libc::SYS_madvise,
    libc::SYS_mremap,
    libc::SYS_munmap,
    // Threads that already run wait for each other and end.
    libc::SYS_exit,
    libc::SYS_exit_group,
    libc::SYS_futex,
    libc::SYS_getpid,
    libc::SYS_gettid,
    libc::SYS_restart_syscall,
    libc::SYS_rseq,
    libc::SYS_sched_getaffinity,
    libc::SYS_sched_yield,
    libc::SYS_set_robust_list,
    // A crash must be able to end the process.
    libc::SYS_rt_sigaction,
    libc::SYS_rt_sigprocmask,
    libc::SYS_rt_sigreturn,
    libc::SYS_sigaltstack,
    // Time and chance.
    libc::SYS_clock_gettime,
    libc::SYS_clock_nanosleep,
    libc::SYS_getrandom,
    libc::SYS_nanosleep,
];

/// What waiting for several pipes needs besides.
const DRIVER: &[i64] = &[
    #[cfg(target_arch = "x86_64")]
    libc::SYS_poll,
    libc::SYS_ppoll,
];

/// What answering on sockets that are open already needs besides. Neither `socket` nor `connect` nor `bind` is among it.
const INTERNET: &[i64] = &[
    libc::SYS_accept4,
    libc::SYS_recvfrom,
    libc::SYS_recvmsg,
    libc::SYS_sendmsg,
    libc::SYS_sendto,
    libc::SYS_shutdown,
    libc::SYS_getsockname,
    libc::SYS_getpeername,
    libc::SYS_getsockopt,
    libc::SYS_setsockopt,
    libc::SYS_epoll_ctl,
    libc::SYS_epoll_pwait,
    #[cfg(target_arch = "x86_64")]
    libc::SYS_epoll_wait,
    #[cfg(target_arch = "x86_64")]
    libc::SYS_poll,
    libc::SYS_ppoll,
    libc::SYS_fcntl,
];
