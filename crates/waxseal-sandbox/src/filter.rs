//! Which system calls a package may make. Nothing that code of an ordinary user needs is missing; what leads out of the room, or to
//! parts of the kernel where ways out were found, is.

use std::collections::BTreeMap;
use std::io;
use std::os::fd::OwnedFd;

use seccompiler::{
    BpfProgram, SeccompAction, SeccompCmpArgLen, SeccompCmpOp, SeccompCondition, SeccompFilter, SeccompRule, TargetArch,
};

use crate::bpf::{jump, statement};
use crate::sys::{self, Listen};

type Rules = BTreeMap<i64, Vec<SeccompRule>>;

/// Installs the filters for this process, which has one thread. With `notices`, gives the descriptor through which starts of programs
/// and connects are told.
pub(crate) fn restrict(notices: bool) -> io::Result<Option<OwnedFd>> {
    let arch = TargetArch::try_from(std::env::consts::ARCH).map_err(io::Error::other)?;
    install(refused(), libc::EPERM, arch)?;
    install(absent(), libc::ENOSYS, arch)?;
    install(families(), libc::EAFNOSUPPORT, arch)?;
    let program = questions(notices);
    if !notices {
        return sys::install_filter(&program, Listen::No);
    }
    match sys::install_filter(&program, Listen::Killable) {
        Err(err) if err.raw_os_error() == Some(libc::EINVAL) => sys::install_filter(&program, Listen::Yes),
        other => other,
    }
}

fn install(rules: Rules, errno: i32, arch: TargetArch) -> io::Result<()> {
    // A call of another architecture is killed by these filters.
    let matched = SeccompAction::Errno(errno.cast_unsigned());
    let program: BpfProgram = SeccompFilter::new(rules, SeccompAction::Allow, matched, arch)
        .and_then(BpfProgram::try_from)
        .map_err(io::Error::other)?;
    seccompiler::apply_filter(&program).map_err(io::Error::other)
}

/// What is refused as it is to somebody without rights.
fn refused() -> Rules {
    let mut rules: Rules = REFUSED.iter().map(|call| (*call, Vec::new())).collect();
    // No namespace in the namespace.
    let flags = NAMESPACES.iter().filter_map(|flag| masked(0, *flag, *flag)).collect();
    rules.insert(libc::SYS_clone, flags);
    // Typing into a terminal that somebody else reads, and the console's selection.
    let terminal = TYPING
        .iter()
        .filter_map(|request| masked(1, 0xffff_ffff, *request))
        .collect();
    rules.insert(libc::SYS_ioctl, terminal);
    // The limit that keeps crashes from this machine's crash handler (`CellLimits::apply`): lowering it would wake the handler.
    let core = u64::from(libc::RLIMIT_CORE);
    let set = [condition(0, SeccompCmpOp::Eq, core)].into_iter().collect();
    let set_or_ask = [condition(1, SeccompCmpOp::Eq, core), given(2)].into_iter().collect();
    for (call, conditions) in [(libc::SYS_setrlimit, set), (libc::SYS_prlimit64, set_or_ask)] {
        let conditions: Option<Vec<SeccompCondition>> = conditions;
        let rule = conditions.and_then(|it| SeccompRule::new(it).ok());
        rules.insert(call, rule.into_iter().collect());
    }
    rules
}

/// What is answered as if the kernel were too old, so that callers fall back: `clone3` hides its flags in memory that a filter cannot
/// see, io_uring does what filters do not see.
fn absent() -> Rules {
    ABSENT.iter().map(|call| (*call, Vec::new())).collect()
}

/// Only the families of sockets that the room's network and its programs are made of. A VSOCK socket, for one, knows no network
/// namespaces and leads to the machine's host.
fn families() -> Rules {
    let others: Vec<SeccompCondition> = [libc::AF_UNIX, libc::AF_INET, libc::AF_INET6, libc::AF_NETLINK]
        .iter()
        .filter_map(|family| condition(0, SeccompCmpOp::Ne, family.unsigned_abs().into()))
        .collect();
    let rule: Vec<SeccompRule> = SeccompRule::new(others).into_iter().collect();
    // Raw sockets need a right that nobody in the room has.
    BTreeMap::from([(libc::SYS_socket, rule.clone()), (libc::SYS_socketpair, rule)])
}

fn masked(argument: u8, mask: u64, value: u64) -> Option<SeccompRule> {
    SeccompRule::new(vec![condition(argument, SeccompCmpOp::MaskedEq(mask), value)?]).ok()
}

fn condition(argument: u8, operator: SeccompCmpOp, value: u64) -> Option<SeccompCondition> {
    SeccompCondition::new(argument, SeccompCmpArgLen::Dword, operator, value).ok()
}

/// A pointer that is not null.
fn given(argument: u8) -> Option<SeccompCondition> {
    SeccompCondition::new(argument, SeccompCmpArgLen::Qword, SeccompCmpOp::Ne, 0).ok()
}

/// Asks about starts of programs and connects; refuses the calls of the x32 interface, whose numbers no list here has.
fn questions(notices: bool) -> Vec<libc::sock_filter> {
    let mut program = vec![statement(LOAD, 0)];
    if cfg!(target_arch = "x86_64") {
        program.push(jump(AT_LEAST, X32, 0, 1));
        program.push(statement(RETURN, libc::SECCOMP_RET_ERRNO | libc::ENOSYS.unsigned_abs()));
    }
    if notices {
        for call in ASKED {
            program.push(jump(EQUAL, u32::try_from(call).unwrap_or(u32::MAX), 0, 1));
            program.push(statement(RETURN, libc::SECCOMP_RET_USER_NOTIF));
        }
    }
    program.push(statement(RETURN, libc::SECCOMP_RET_ALLOW));
    program
}

const LOAD: u32 = libc::BPF_LD | libc::BPF_W | libc::BPF_ABS;
const EQUAL: u32 = libc::BPF_JMP | libc::BPF_JEQ | libc::BPF_K;
const AT_LEAST: u32 = libc::BPF_JMP | libc::BPF_JGE | libc::BPF_K;
const RETURN: u32 = libc::BPF_RET | libc::BPF_K;
/// `__X32_SYSCALL_BIT` of `asm/unistd.h`.
const X32: u32 = 0x4000_0000;

/// What the warden is asked about.
pub(crate) const ASKED: [i64; 3] = [libc::SYS_execve, libc::SYS_execveat, libc::SYS_connect];

const NAMESPACES: [u64; 8] = [
    libc::CLONE_NEWUSER as u64,
    libc::CLONE_NEWNS as u64,
    libc::CLONE_NEWNET as u64,
    libc::CLONE_NEWPID as u64,
    libc::CLONE_NEWIPC as u64,
    libc::CLONE_NEWUTS as u64,
    libc::CLONE_NEWCGROUP as u64,
    0x80, // CLONE_NEWTIME
];

/// `TIOCSTI`, `TIOCLINUX`, `TIOCSETD`.
const TYPING: [u64; 3] = [0x5412, 0x541c, 0x5423];

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
