//! Which system calls a package may make. Nothing that code of an ordinary user needs is missing; what leads out of the room, or to
//! parts of the kernel where ways out were found, is.

use std::io;
use std::os::fd::OwnedFd;

use crate::seccomp::{ALLOW, ASK, Rules, always, any_bit, equal_and_given, error, one_of, program};
use crate::sys::{self, Listen};

/// Installs the filter for this process, which has one thread. With `notices`, gives the descriptor through which starts of programs and
/// connects are told.
pub(crate) fn restrict(notices: bool) -> io::Result<Option<OwnedFd>> {
    let program = program(rules(notices), ALLOW);
    if !notices {
        return sys::install_filter(&program, Listen::No);
    }
    match sys::install_filter(&program, Listen::Killable) {
        Err(err) if err.raw_os_error() == Some(libc::EINVAL) => sys::install_filter(&program, Listen::Yes),
        other => other,
    }
}

fn rules(notices: bool) -> Rules {
    // What is refused as it is to somebody without rights.
    let refused = error(libc::EPERM);
    let mut rules: Rules = REFUSED.iter().map(|call| (*call, always(refused))).collect();
    // No namespace in the namespace.
    rules.insert(libc::SYS_clone, any_bit(0, NAMESPACES, refused, ALLOW));
    // Typing into a terminal that somebody else reads, and the console's selection.
    rules.insert(libc::SYS_ioctl, one_of(1, &TYPING, refused, ALLOW));
    // The limit that keeps crashes from this machine's crash handler (`CellLimits::apply`): lowering it would wake the handler.
    let core = libc::RLIMIT_CORE;
    rules.insert(libc::SYS_setrlimit, one_of(0, &[core], refused, ALLOW));
    rules.insert(libc::SYS_prlimit64, equal_and_given(1, core, 2, refused, ALLOW));
    // What is answered as if the kernel were too old, so that callers fall back: `clone3` hides its flags in memory that a filter cannot
    // see, io_uring does what filters do not see.
    rules.extend(ABSENT.iter().map(|call| (*call, always(error(libc::ENOSYS)))));
    // Only the families of sockets that the room's network and its programs are made of. A VSOCK socket, for one, knows no network
    // namespaces and leads to the machine's host. Raw sockets need a right that nobody in the room has.
    let families = one_of(0, &FAMILIES, ALLOW, error(libc::EAFNOSUPPORT));
    rules.insert(libc::SYS_socket, families.clone());
    rules.insert(libc::SYS_socketpair, families);
    if notices {
        rules.extend(ASKED.iter().map(|call| (*call, always(ASK))));
    }
    rules
}

const FAMILIES: [u32; 4] = [
    libc::AF_UNIX as u32,
    libc::AF_INET as u32,
    libc::AF_INET6 as u32,
    libc::AF_NETLINK as u32,
];

/// What the warden is asked about.
pub(crate) const ASKED: [i64; 3] = [libc::SYS_execve, libc::SYS_execveat, libc::SYS_connect];

const NAMESPACES: u32 = (libc::CLONE_NEWUSER
    | libc::CLONE_NEWNS
    | libc::CLONE_NEWNET
    | libc::CLONE_NEWPID
    | libc::CLONE_NEWIPC
    | libc::CLONE_NEWUTS
    | libc::CLONE_NEWCGROUP
    | 0x80) as u32; // CLONE_NEWTIME

/// `TIOCSTI`, `TIOCLINUX`, `TIOCSETD`.
const TYPING: [u32; 3] = [0x5412, 0x541c, 0x5423];

const ABSENT: [i64; 5] = [
    // All users of a machine share one count of these (`fs.aio-max-nr`).
    libc::SYS_io_setup,
    libc::SYS_clone3,
    libc::SYS_io_uring_setup,
    libc::SYS_io_uring_enter,
    libc::SYS_io_uring_register,
];

const REFUSED: [i64; 50] = [
    // Other processes.
    libc::SYS_ptrace,
    libc::SYS_process_vm_readv,
    libc::SYS_process_vm_writev,
    libc::SYS_pidfd_getfd,
    libc::SYS_kcmp,
    libc::SYS_process_madvise,
    libc::SYS_move_pages,
    libc::SYS_migrate_pages,
    // Namespaces and mounts.
    libc::SYS_unshare,
    libc::SYS_setns,
    libc::SYS_mount,
    libc::SYS_umount2,
    libc::SYS_pivot_root,
    libc::SYS_chroot,
    libc::SYS_open_tree,
    467, // open_tree_attr, Linux 6.15
    libc::SYS_move_mount,
    libc::SYS_fsopen,
    libc::SYS_fsconfig,
    libc::SYS_fsmount,
    libc::SYS_fspick,
    libc::SYS_mount_setattr,
    libc::SYS_open_by_handle_at,
    libc::SYS_name_to_handle_at,
    libc::SYS_quotactl,
    libc::SYS_fanotify_init,
    // The kernel's own machinery.
    libc::SYS_bpf,
    libc::SYS_perf_event_open,
    libc::SYS_userfaultfd,
    libc::SYS_keyctl,
    libc::SYS_add_key,
    libc::SYS_request_key,
    libc::SYS_init_module,
    libc::SYS_finit_module,
    libc::SYS_delete_module,
    libc::SYS_kexec_load,
    libc::SYS_kexec_file_load,
    libc::SYS_reboot,
    libc::SYS_swapon,
    libc::SYS_swapoff,
    libc::SYS_acct,
    libc::SYS_syslog,
    libc::SYS_vhangup,
    libc::SYS_settimeofday,
    libc::SYS_clock_settime,
    libc::SYS_adjtimex,
    libc::SYS_clock_adjtime,
    libc::SYS_sethostname,
    libc::SYS_setdomainname,
    libc::SYS_personality,
];
