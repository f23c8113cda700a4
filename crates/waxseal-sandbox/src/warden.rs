//! The warden: makes the room, stays outside of its processes, and tells what the kernel asks it. When it goes, the room goes.

use std::io;
use std::os::fd::{AsFd, OwnedFd};
use std::os::unix::process::CommandExt as _;
use std::path::Path;
use std::process::Command;

use rustix::net::{AddressFamily, SocketFlags, SocketType, socketpair};
use rustix::pipe::{PipeFlags, pipe_with};
use rustix::process::{
    DumpableBehavior, Pid, Signal, WaitOptions, set_dumpable_behavior, set_parent_process_death_signal, wait,
};

use crate::cell::{CellLimits, CellSpec, CommandEnd, Notice};
use crate::control::{Channel, Message};
use crate::group::Inside;
use crate::keeper::Keeper;
use crate::memory::Gauge;
use crate::role_process::RoleProcess;
use crate::sys::{self, Fork};
use crate::watch::Watch;
use crate::{NotReady, RoomSockets, files, filter, keep, mounts, network};

/// Makes a copy of this process that will be the warden of a room: see [`RoleProcess::fork`].
///
/// # Errors
/// This process has more than one thread, or the kernel gives no process.
pub fn fork_warden() -> Result<RoleProcess, NotReady> {
    RoleProcess::fork(c"waxseal-warden", play).map_err(|err| NotReady::new("start the warden", err))
}

/// Starts a program that will be the warden of a room. It gets the one argument `role`, and must call [`warden_main`] when it does.
///
/// # Errors
/// It cannot be started.
pub fn start_warden(program: &Path, role: &str) -> Result<RoleProcess, NotReady> {
    RoleProcess::start(program, role).map_err(|err| NotReady::new("start the warden", err))
}

/// Runs the role: called at once by a program that [`start_warden`] started, before it starts a thread or opens anything.
pub fn warden_main() -> std::process::ExitCode {
    play().into()
}

/// The role. Standard input is the way to whoever started it.
fn play() -> u8 {
    let Ok(stdin) = io::stdin().as_fd().try_clone_to_owned() else {
        return FAILURE;
    };
    let mut channel = Channel::new(stdin);
    match run(&mut channel) {
        Ok(()) => 0,
        Err((step, err)) => {
            let code = err.raw_os_error().unwrap_or(libc::EIO);
            let _ = channel.send(&Message::Failed(step, code), &[]);
            FAILURE
        }
    }
}

type Step<T> = Result<T, (String, io::Error)>;

fn at<E: Into<io::Error>>(step: &str) -> impl FnOnce(E) -> (String, io::Error) + use<'_, E> {
    move |err| (step.to_owned(), err.into())
}

fn run(channel: &mut Channel) -> Step<()> {
    let lost = || io::Error::from(io::ErrorKind::InvalidData);
    // Not tied to whoever asked by a death signal, which would come when the *thread* ends that asked. When the process ends, its end of
    // the socket does.
    sys::close_on_exec_above(2).map_err(at("close what it inherited"))?;
    let Some(Message::Spec(spec)) = channel.receive().map_err(at("hear what is wanted"))? else {
        return Err(at("hear what is wanted")(lost()));
    };
    let Some(Message::Stdio) = channel.receive().map_err(at("hear what is wanted"))? else {
        return Err(at("hear what is wanted")(lost()));
    };
    let mut descriptor = || channel.descriptor().map_err(at("take its input and output"));
    let stdio = [descriptor()?, descriptor()?, descriptor()?];
    let mut group = match (descriptor(), descriptor()) {
        (Ok(way_in), Ok(events)) => Some(Inside::new(way_in, events)),
        _ => None,
    };
    let projects = spec
        .overlays
        .iter()
        .map(|it| it.sources.iter().map(|path| mounts::open_source(path)).collect())
        .collect::<io::Result<Vec<Vec<OwnedFd>>>>()
        .map_err(at("open the project"))?;
    let kept = keep::open_target(&spec).map_err(at("open what something is to be kept in"))?;
    leave_this_machine(&spec.hostname)?;
    let sockets = network::furnish(spec.capture).map_err(at("make its network"))?;
    let (outer, inner) =
        socketpair(AddressFamily::UNIX, SocketType::STREAM, SocketFlags::CLOEXEC, None).map_err(at("make a socket"))?;
    let init = match sys::fork().map_err(at("start its first process"))? {
        Fork::Child => {
            drop((outer, group));
            init(&spec, &projects, kept.as_ref(), stdio, Channel::new(inner));
        }
        Fork::Parent(init) => init,
    };
    drop((inner, stdio, projects, kept));
    if let Some(group) = &mut group {
        group.put(init).map_err(at("put it into its control group"))?;
    }
    // While the first process furnishes the room.
    hand_out(channel, sockets)?;
    let mut inner = Channel::new(outer);
    let watched = furnished(&mut inner)?;
    let queue = inner.descriptor().map_err(at("watch its files"))?;
    let watch = Watch::new(queue, &watched, &spec.watched);
    let gauge = Gauge::new(init).map_err(at("look at its memory"))?;
    channel.send(&Message::Ready, &[]).map_err(at("say that it is ready"))?;
    let mut keeper = Keeper::new(channel, inner, init, watch, gauge, group, spec.limits);
    keeper.keep().map_err(at("keep watch"))
}

fn hand_out(channel: &Channel, sockets: RoomSockets) -> Step<()> {
    let mut handed: Vec<_> = [
        sockets.tcp.as_fd(),
        sockets.udp[0].as_fd(),
        sockets.udp[1].as_fd(),
        sockets.dns[0].as_fd(),
        sockets.dns[1].as_fd(),
        sockets.tap.as_fd(),
    ]
    .into();
    handed.extend(sockets.capture.as_ref().map(AsFd::as_fd));
    channel
        .send(&Message::Network, &handed)
        .map_err(at("hand out its sockets"))
}

/// Waits until the first process has furnished the room: the numbers of watched files.
fn furnished(inner: &mut Channel) -> Step<Vec<i32>> {
    match inner.receive().map_err(at("hear from its first process"))? {
        Some(Message::Furnished(watched)) => Ok(watched),
        Some(Message::Failed(step, code)) => Err((step, io::Error::from_raw_os_error(code))),
        _ => Err(at("hear from its first process")(io::Error::from(
            io::ErrorKind::UnexpectedEof,
        ))),
    }
}

/// New namespaces of every kind, with one user in them.
fn leave_this_machine(hostname: &str) -> Step<()> {
    if rustix::process::geteuid().is_root() {
        sys::become_user(SPARE_USER).map_err(at("give up root"))?;
        // A process that changed its user hides its own /proc from itself.
        set_dumpable_behavior(DumpableBehavior::Dumpable).map_err(at("see its own /proc"))?;
    }
    let (uid, gid) = (rustix::process::geteuid().as_raw(), rustix::process::getegid().as_raw());
    let all = libc::CLONE_NEWUSER | libc::CLONE_NEWNET | libc::CLONE_NEWPID | libc::CLONE_NEWIPC | libc::CLONE_NEWUTS;
    sys::unshare(all).map_err(at("make namespaces"))?;
    std::fs::write("/proc/self/setgroups", "deny").map_err(at("map its user"))?;
    std::fs::write("/proc/self/uid_map", format!("{ROOM_USER} {uid} 1")).map_err(at("map its user"))?;
    std::fs::write("/proc/self/gid_map", format!("{ROOM_USER} {gid} 1")).map_err(at("map its user"))?;
    rustix::system::sethostname(hostname.as_bytes()).map_err(at("name its machine"))
}

/// The room's first process: furnishes it, starts the command, and buries who dies.
fn init(
    spec: &CellSpec,
    projects: &[Vec<OwnedFd>],
    kept: Option<&OwnedFd>,
    stdio: [OwnedFd; 3],
    mut warden: Channel,
) -> ! {
    let done = (|| -> Step<()> {
        sys::take_name(c"init").map_err(at("take its name"))?;
        set_parent_process_death_signal(Some(Signal::KILL)).map_err(at("tie itself to its warden"))?;
        // Not the warden's: who moves into a new root takes along everybody who shares its mounts.
        sys::unshare(libc::CLONE_NEWNS).map_err(at("make namespaces"))?;
        let before = mounts::furnish(spec, projects)?;
        // When memory is short the kernel ends this process first, and with it the room, not some process of this machine.
        let _ = std::fs::write(SCORE, "1000");
        let (queue, watched) = Watch::begin(&spec.watched).map_err(at("watch its files"))?;
        warden
            .send(&Message::Furnished(watched), &[queue.as_fd()])
            .map_err(at("speak to its warden"))?;
        // Only the warden may read it.
        drop(queue);
        for command in std::iter::once(&spec.command).chain(&spec.then) {
            let own = match warden.receive().map_err(at("hear its warden"))? {
                Some(Message::Go) => None,
                Some(Message::GoWith) => Some(warden.three().map_err(at("hear its warden"))?),
                _ => return Ok(()),
            };
            // The warden has looked at what it needs. From now on nobody in the room, being the same user, may change anything of this process.
            set_dumpable_behavior(DumpableBehavior::NotDumpable).map_err(at("hide from the command"))?;
            // Closed by the kernel when the command takes the place of the process that was to become it.
            let (says, failure) = pipe_with(PipeFlags::CLOEXEC).map_err(at("start the command"))?;
            let child = match sys::fork().map_err(at("start the command"))? {
                Fork::Child => start(spec, command, own.as_ref().unwrap_or(&stdio), &warden, &failure),
                Fork::Parent(child) => child,
            };
            drop((failure, own));
            let end = bury(Some(child));
            let mut code = [0; 4];
            let end = match rustix::io::read(&says, &mut code) {
                Ok(4) => Some(CommandEnd::NotStarted(i32::from_ne_bytes(code))),
                _ => end,
            };
            if let Some(end) = end {
                let _ = warden.send(&Message::Notice(Notice::Exited(end)), &[]);
            }
        }
        drop(stdio);
        for notice in before.changes() {
            let _ = warden.send(&Message::Notice(notice), &[]);
        }
        drop(before);
        bury(None);
        if let Some(notice) = keep::keep(spec, kept) {
            let _ = warden.send(&Message::Notice(notice), &[]);
        }
        Ok(())
    })();
    if let Err((step, err)) = done {
        let _ = warden.send(&Message::Failed(step, err.raw_os_error().unwrap_or(libc::EIO)), &[]);
    }
    sys::exit_now(0)
}

/// Waits for every process of the room that ends, until this one does, or there is none.
fn bury(last: Option<Pid>) -> Option<CommandEnd> {
    loop {
        match wait(WaitOptions::empty()) {
            Ok(Some((dead, status))) if Some(dead) == last => {
                let small = |number: i32| u8::try_from(number).unwrap_or(u8::MAX);
                return match (status.exit_status(), status.terminating_signal()) {
                    (Some(status), _) => Some(CommandEnd::Exited(small(status))),
                    (None, Some(signal)) => Some(CommandEnd::Signalled(small(signal))),
                    (None, None) => continue,
                };
            }
            Ok(_) | Err(rustix::io::Errno::INTR) => {}
            Err(_) => return None,
        }
    }
}

/// Becomes the command, or says why not.
fn start(spec: &CellSpec, command: &[String], stdio: &[OwnedFd; 3], warden: &Channel, failure: &OwnedFd) -> ! {
    let err = (|| -> io::Result<io::Error> {
        set_dumpable_behavior(DumpableBehavior::Dumpable)?;
        let _ = std::fs::write(SCORE, "0");
        rustix::process::setsid()?;
        spec.limits.apply()?;
        rustix::thread::set_no_new_privs(true)?;
        restrict_files(spec)?;
        let [input, output, errors] = stdio;
        let Some((program, arguments)) = command.split_first() else {
            return Err(io::Error::from_raw_os_error(libc::EINVAL));
        };
        let mut command = Command::new(program);
        command
            .args(arguments)
            .env_clear()
            .envs(spec.env.iter().map(|(a, b)| (a, b)));
        command
            .current_dir(&spec.cwd)
            .stdin(input.try_clone()?)
            .stdout(output.try_clone()?)
            .stderr(errors.try_clone()?);
        if let Some(listener) = filter::restrict(spec.notices)? {
            warden.send(&Message::Stdio, &[listener.as_fd()])?;
        }
        Ok(command.exec())
    })()
    .unwrap_or_else(|err| err);
    let code = err.raw_os_error().unwrap_or(libc::EIO);
    let _ = rustix::io::write(failure, &code.to_ne_bytes());
    sys::exit_now(1)
}

fn restrict_files(spec: &CellSpec) -> io::Result<()> {
    let own = spec.folders.iter().chain(spec.overlays.iter().map(|it| &it.target));
    let writable: Vec<&str> = mounts::FOLDERS.into_iter().chain(own.map(String::as_str)).collect();
    files::restrict_command(&writable, &["/dev", "/proc"]).map_err(io::Error::other)?;
    Ok(())
}

impl CellLimits {
    fn apply(&self) -> io::Result<()> {
        use rustix::process::{Resource, Rlimit, setrlimit};
        for (resource, value) in [
            (Resource::Data, self.memory),
            (Resource::Nproc, self.processes),
            (Resource::Fsize, self.disk),
            (Resource::Nofile, self.open_files),
            (Resource::Cpu, self.cpu_seconds),
            // At exactly one byte the kernel leaves out the crash handler of this machine too, which would run as root on what the package
            // left in memory (`fs/coredump.c`).
            (Resource::Core, 1),
            // Not before others, not more than others, whatever this machine lets its users do.
            (Resource::Rtprio, 0),
            (Resource::Nice, 0),
            (Resource::Sigpending, MAX_SIGNALS),
            (Resource::Memlock, MAX_LOCKED),
            (Resource::Msgqueue, MAX_LOCKED),
        ] {
            let before = rustix::process::getrlimit(resource);
            let value = before.maximum.map_or(value, |most| most.min(value));
            let limit = Rlimit {
                current: Some(value),
                maximum: Some(value),
            };
            setrlimit(resource, limit)?;
        }
        Ok(())
    }
}

const FAILURE: u8 = 1;
/// The user of the room, as the room numbers it.
pub const ROOM_USER: u32 = 1_000;
/// What root becomes: a user that no system gives to anybody (above systemd's ranges of containers and dynamic users, below 2^31).
pub(crate) const SPARE_USER: u32 = 2_039_517_187;
/// Whom the kernel ends first when memory is short.
const SCORE: &str = "/proc/self/oom_score_adj";
/// 64 KiB, what systems give an ordinary user.
const MAX_LOCKED: u64 = 64 << 10;
/// Signals with words, and timers, which wait in the kernel and are counted for the user of this machine.
const MAX_SIGNALS: u64 = 4_096;
