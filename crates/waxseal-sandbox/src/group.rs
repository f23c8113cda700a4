//! A control group of the room's own, where this machine lends one (cgroup v2,
//! <https://docs.kernel.org/admin-guide/cgroup-v2.html>): the kernel then holds all processes of the room together to their memory,
//! without swap, and to their number. The watch over memory goes on in any case.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Read as _, Seek as _, Write as _};
use std::os::fd::OwnedFd;
use std::path::{Path, PathBuf};
use std::time::Duration;

use rustix::process::Pid;

use crate::cell::CellLimits;

/// The group of one room. Removed when dropped, which must be after the room.
#[derive(Debug)]
pub(crate) struct Group {
    folder: PathBuf,
}

/// Why there is no group: the rest of a sentence that begins with "there is no control group: ".
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct NoGroup(String);

impl Group {
    /// Makes one beside or below the group of this process.
    ///
    /// # Errors
    /// This machine lends none: no error of the room.
    pub(crate) fn make(limits: &CellLimits) -> Result<Self, NoGroup> {
        let own = own_group(&read("/proc/self/cgroup")?, &read("/proc/self/mountinfo")?)?;
        // Not below its own where processes are in it: the kernel lends controllers either to processes or to groups below. Not further
        // up than beside it: what is there belongs to others.
        let mut missing = Err(NoGroup(format!("{} lends neither memory nor pids", own.display())));
        for above in [Some(own.as_path()), own.parent()].into_iter().flatten() {
            match Self::make_in(above, &settings(limits)) {
                Ok(group) => return Ok(group),
                Err(err) if lends(above).unwrap_or(false) => missing = Err(err),
                Err(_) => {}
            }
        }
        missing
    }

    fn make_in(above: &Path, settings: &[(&str, String)]) -> Result<Self, NoGroup> {
        if !lends(above)? {
            return Err(NoGroup(format!("{} lends neither memory nor pids", above.display())));
        }
        let folder = above.join(format!("waxseal-{}", std::process::id()));
        let failed = |path: &Path, err: io::Error| NoGroup(format!("{}: {err}", path.display()));
        fs::create_dir(&folder).map_err(|err| failed(&folder, err))?;
        let group = Self { folder };
        for (name, value) in settings {
            let path = group.folder.join(name);
            let written = OpenOptions::new()
                .write(true)
                .open(&path)
                .and_then(|mut file| file.write_all(value.as_bytes()));
            match written {
                // A kernel without swap counts none.
                Err(err) if *name == NO_SWAP && err.kind() == io::ErrorKind::NotFound => {}
                other => other.map_err(|err| failed(&path, err))?,
            }
        }
        Ok(group)
    }

    /// What the warden needs of it: the way in, and what happened in it. Opened by whoever made it, since the warden gives up the rights
    /// for that.
    pub(crate) fn handles(&self) -> io::Result<[OwnedFd; 2]> {
        let way_in = OpenOptions::new().write(true).open(self.folder.join("cgroup.procs"))?;
        let events = File::open(self.folder.join("memory.events"))?;
        Ok([way_in.into(), events.into()])
    }
}

impl Drop for Group {
    fn drop(&mut self) {
        // The kernel takes a moment to be rid of the last process.
        for _ in 0..PATIENCE {
            match fs::remove_dir(&self.folder) {
                Err(err) if err.kind() == io::ErrorKind::ResourceBusy => std::thread::sleep(MOMENT),
                _ => return,
            }
        }
    }
}

/// The warden's view of the group of its room.
#[derive(Debug)]
pub(crate) struct Inside {
    way_in: File,
    events: File,
}

impl Inside {
    pub(crate) fn new(way_in: OwnedFd, events: OwnedFd) -> Self {
        Self {
            way_in: way_in.into(),
            events: events.into(),
        }
    }

    /// Puts a process into it, with all that it starts from now on.
    pub(crate) fn put(&mut self, process: Pid) -> io::Result<()> {
        self.way_in.write_all(process.as_raw_nonzero().to_string().as_bytes())
    }

    /// Whether the kernel has ended a process of it because there was no memory left.
    pub(crate) fn has_killed(&mut self) -> bool {
        let mut text = String::new();
        let read = self
            .events
            .rewind()
            .and_then(|()| self.events.read_to_string(&mut text));
        read.is_ok() && kills(&text) > 0
    }
}

/// Whether this machine lends a control group to the rooms of this process, found out by making one.
///
/// # Errors
/// It does not, and why.
pub fn control_group() -> Result<(), NoGroup> {
    Group::make(&CellLimits::default()).map(drop)
}

fn settings(limits: &CellLimits) -> [(&'static str, String); 4] {
    [
        ("memory.max", limits.memory.to_string()),
        (NO_SWAP, "0".to_owned()),
        // All or none: a room that lost one of its processes to the kernel shows something else than the package does.
        ("memory.oom.group", "1".to_owned()),
        ("pids.max", (limits.processes + OURS).to_string()),
    ]
}

/// The folder of the group that this process is in, in the only hierarchy of version 2.
fn own_group(groups: &str, mounts: &str) -> Result<PathBuf, NoGroup> {
    let none = |what: &str| NoGroup(what.to_owned());
    let group = groups.lines().find_map(|line| line.strip_prefix("0::"));
    let group = group.ok_or_else(|| none("this kernel has no cgroup v2"))?;
    // Numbers, device, the root of what is mounted, where; behind a dash, the kind (`man 5 proc_pid_mountinfo`).
    let mounted = mounts.lines().find_map(|line| {
        let (place, kind) = line.split_once(" - ")?;
        let mut fields = place.split(' ').skip(3);
        kind.starts_with("cgroup2 ").then_some((fields.next()?, fields.next()?))
    });
    let (root, place) = mounted.ok_or_else(|| none("cgroup v2 is not mounted"))?;
    let below = Path::new(group)
        .strip_prefix(root)
        .map_err(|_| none("its own control group is not to be seen from here"))?;
    Ok(Path::new(place).join(below))
}

/// Whether a group lends both controllers to groups below it.
fn lends(group: &Path) -> Result<bool, NoGroup> {
    let lent = read(group.join("cgroup.subtree_control"))?;
    Ok(CONTROLLERS
        .iter()
        .all(|name| lent.split_whitespace().any(|it| it == *name)))
}

fn kills(events: &str) -> u64 {
    let count = events.lines().find_map(|line| line.strip_prefix("oom_kill "));
    count.and_then(|it| it.trim().parse().ok()).unwrap_or(0)
}

fn read(path: impl AsRef<Path>) -> Result<String, NoGroup> {
    let path = path.as_ref();
    fs::read_to_string(path).map_err(|err| NoGroup(format!("{}: {err}", path.display())))
}

const CONTROLLERS: [&str; 2] = ["memory", "pids"];
const NO_SWAP: &str = "memory.swap.max";
/// The room's first process, and what becomes the command.
const OURS: u64 = 2;
/// How often it is tried to remove a group: two seconds in all.
const PATIENCE: u32 = 1_000;
const MOMENT: Duration = Duration::from_millis(2);

#[cfg(test)]
mod tests;
