//! How much memory a room takes: its processes, what they share, and what they have put where no process shows it. Only where a machine
//! lends control groups would the kernel count this itself.

use std::collections::BTreeSet;
use std::ffi::CString;
use std::fs::File;
use std::io::{self, Read as _};
use std::os::fd::{AsFd, OwnedFd};
use std::path::Path;

use rustix::fs::{AtFlags, Dir, FileType, MemfdFlags, Mode, OFlags, fstat, memfd_create, open, openat, statat};
use rustix::process::Pid;

/// Looks at the memory of one room.
#[derive(Debug)]
pub(crate) struct Gauge {
    /// The `/proc` of the room: it lists the room's processes and no others, however they descend from each other.
    processes: OwnedFd,
    /// The device that files without a name are on.
    nameless: u64,
}

impl Gauge {
    /// Of the room of this process.
    pub(crate) fn new(first: Pid) -> io::Result<Self> {
        // What the room has at `/proc`, as this machine's own shows it (`man 5 proc`).
        let path = Path::new("/proc")
            .join(first.as_raw_nonzero().to_string())
            .join("root")
            .join("proc");
        Ok(Self {
            processes: open(path, FOLDER, Mode::empty())?,
            nameless: fstat(memfd_create("", MemfdFlags::CLOEXEC)?)?.st_dev,
        })
    }

    /// Whether the room takes more than so many bytes, or the machine has none left.
    pub(crate) fn is_over(&self, limit: u64) -> bool {
        let machine = Machine::now();
        // Buffers of sockets and pipes, tables of pages and descriptors that are on their way are counted for nobody: before the kernel
        // has to choose whom to end, the room goes.
        if machine.available < machine.total / RESERVE {
            return true;
        }
        let processes = self.processes();
        let fields = |process: &CString| self.fields(process, "status", &["RssAnon:", "RssShmem:"]);
        let [own, shared] = sum(processes.iter().map(fields));
        // No room has more in files and segments than the whole machine has. (How much that grew says nothing: others let go of theirs.)
        if own + shared.max(machine.shared) <= limit {
            return false;
        }
        // More than that costs time, and is looked at only now: what several processes share counts once.
        let fields = |process: &CString| self.fields(process, "smaps_rollup", &["Pss_Anon:", "Pss_Shmem:"]);
        let [own, shared] = sum(processes.iter().map(fields));
        // Who hides something is taken to have all there is.
        let unmapped = self.unmapped(&processes).unwrap_or(machine.shared);
        own + shared.max(unmapped) > limit
    }

    fn processes(&self) -> Vec<CString> {
        let is_number = |name: &CString| name.to_bytes().iter().all(u8::is_ascii_digit);
        let names = names(&self.processes).into_iter().filter(is_number);
        names.take(MAX_PROCESSES).collect()
    }

    /// Two sizes of a file of a process, in bytes.
    fn fields(&self, process: &CString, file: &str, wanted: &[&str; 2]) -> [u64; 2] {
        let Ok(text) = self.read(process, file) else {
            return [0; 2];
        };
        wanted.map(|name| {
            let value = text.lines().find_map(|line| line.strip_prefix(name));
            value.map_or(0, kibibytes)
        })
    }

    fn read(&self, process: &CString, file: &str) -> io::Result<String> {
        let path = format!("{}/{file}", process.to_string_lossy());
        let file = openat(&self.processes, path, OFlags::RDONLY | OFlags::CLOEXEC, Mode::empty())?;
        let mut text = String::new();
        File::from(file).take(MAX_TEXT).read_to_string(&mut text)?;
        Ok(text)
    }

    /// Files without a name that processes hold, and segments of System V that none does. `None`: something is hidden, by a process whose
    /// `/proc` is nobody's or in a socket on its way to somebody.
    fn unmapped(&self, processes: &[CString]) -> Option<u64> {
        let mut seen = BTreeSet::new();
        let mut total = segments();
        // The first process is ours.
        for process in processes.iter().filter(|it| it.to_bytes() != b"1") {
            let path = format!("{}/fd", process.to_string_lossy());
            let folder = match openat(&self.processes, path, FOLDER, Mode::empty()) {
                Ok(folder) => folder,
                Err(rustix::io::Errno::ACCESS) => return None,
                Err(_) => continue,
            };
            for name in names(&folder) {
                let Ok(file) = statat(&folder, &name, AtFlags::empty()) else {
                    continue;
                };
                if file.st_dev == self.nameless && seen.insert(file.st_ino) {
                    total += u64::try_from(file.st_blocks).unwrap_or(0) * BLOCK;
                }
                if FileType::from_raw_mode(file.st_mode).is_socket() && self.holds_descriptors(process, &name) {
                    return None;
                }
            }
        }
        Some(total)
    }

    /// Whether descriptors wait in a Unix socket to be taken (`scm_fds`, Linux 5.8).
    fn holds_descriptors(&self, process: &CString, socket: &CString) -> bool {
        let text = self.read(process, &format!("fdinfo/{}", socket.to_string_lossy()));
        text.is_ok_and(|text| {
            let mut counts = text.lines().filter_map(|line| line.strip_prefix("scm_fds:"));
            counts.any(|count| count.trim() != "0")
        })
    }
}

/// The memory of the machine, in bytes.
#[derive(Debug, Default)]
struct Machine {
    total: u64,
    available: u64,
    shared: u64,
}

impl Machine {
    fn now() -> Self {
        let text = std::fs::read_to_string("/proc/meminfo").unwrap_or_default();
        let field = |name: &str| {
            let value = text.lines().find_map(|line| line.strip_prefix(name));
            value.map_or(0, kibibytes)
        };
        Self {
            total: field("MemTotal:"),
            available: field("MemAvailable:"),
            shared: field("Shmem:"),
        }
    }
}

/// Resident bytes of segments of System V that no process is attached to. The warden is in the room's namespace of them.
fn segments() -> u64 {
    let text = std::fs::read_to_string("/proc/sysvipc/shm").unwrap_or_default();
    let resident = |line: &str| {
        let fields: Vec<u64> = line.split_whitespace().filter_map(|it| it.parse().ok()).collect();
        // The last two are what is resident and what is swapped; the seventh, how many are attached.
        match (fields.get(6), fields.as_slice()) {
            (Some(0), [.., resident, swapped]) => resident + swapped,
            _ => 0,
        }
    };
    text.lines().skip(1).map(resident).sum()
}

fn names(folder: impl AsFd) -> Vec<CString> {
    let Ok(entries) = openat(folder, ".", FOLDER, Mode::empty()).and_then(Dir::new) else {
        return Vec::new();
    };
    entries.flatten().map(|entry| entry.file_name().to_owned()).collect()
}

fn sum(sizes: impl Iterator<Item = [u64; 2]>) -> [u64; 2] {
    sizes.fold([0; 2], |[a, b], [c, d]| [a + c, b + d])
}

fn kibibytes(text: &str) -> u64 {
    text.split_whitespace()
        .next()
        .and_then(|it| it.parse::<u64>().ok())
        .map_or(0, |it| it << 10)
}

const FOLDER: OFlags = OFlags::DIRECTORY.union(OFlags::RDONLY).union(OFlags::CLOEXEC);
/// Processes of which memory is counted.
const MAX_PROCESSES: usize = 10_000;
/// Bytes of a file of `/proc`.
const MAX_TEXT: u64 = 16 << 10;
/// What `st_blocks` counts in.
const BLOCK: u64 = 512;
/// The part of a machine's memory that no room may take: a thirty-second.
const RESERVE: u64 = 32;
