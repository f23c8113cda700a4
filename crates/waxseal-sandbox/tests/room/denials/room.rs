//! A room that is looked at from this machine.

use std::collections::BTreeSet;
use std::fs;
use std::path::PathBuf;
use std::time::{Duration, Instant};

use waxseal_sandbox::{Cell, CellSpec, CommandEnd, Notice, RoomSockets, start_warden};

use crate::denials::ACT;
use crate::stage;

/// A room with a command in it.
pub(crate) struct Opened {
    pub(crate) cell: Cell,
    _sockets: RoomSockets,
    /// A word that all processes of the command were started with.
    pub(crate) mark: String,
}

/// What a room consists of, as this machine sees it.
pub(crate) struct Traces {
    processes: Vec<u32>,
    namespaces: BTreeSet<PathBuf>,
    mark: String,
}

/// Makes a room and opens it.
pub(crate) fn open(act: &[&str], change: impl FnOnce(&mut CellSpec)) -> Result<Opened, String> {
    let mut opened = prepare(act, change)?;
    opened.cell.open().map_err(|err| err.to_string())?;
    Ok(opened)
}

/// Makes a room.
pub(crate) fn prepare(act: &[&str], change: impl FnOnce(&mut CellSpec)) -> Result<Opened, String> {
    let program = std::env::current_exe().map_err(|err| err.to_string())?;
    let mark = mark();
    let mut words: Vec<String> = [ACT].iter().chain(act).map(|it| (*it).to_owned()).collect();
    words.push(mark.clone());
    let mut spec = stage::spec(&program, &words);
    change(&mut spec);
    let null = || {
        fs::OpenOptions::new()
            .read(true)
            .write(true)
            .open("/dev/null")
            .map(Into::into)
    };
    let stdio = [null(), null(), null()];
    let [Ok(input), Ok(output), Ok(errors)] = stdio else {
        return Err("there is no /dev/null".to_owned());
    };
    let warden = start_warden(&program, stage::WARDEN);
    let made = warden.and_then(|warden| Cell::prepare(&spec, warden, [input, output, errors]));
    let (cell, sockets) = made.map_err(|err| err.to_string())?;
    Ok(Opened {
        cell,
        _sockets: sockets,
        mark,
    })
}

fn mark() -> String {
    use std::sync::atomic::{AtomicU32, Ordering};
    static COUNT: AtomicU32 = AtomicU32::new(0);
    let number = COUNT.fetch_add(1, Ordering::Relaxed);
    format!("mark-{}-{number}-", std::process::id())
}

impl Opened {
    /// Every notice until the room is empty.
    pub(crate) fn rest(&mut self) -> Result<Vec<Notice>, String> {
        let mut notices = Vec::new();
        let deadline = Instant::now() + PATIENCE;
        while Instant::now() < deadline {
            match self.cell.next(Duration::from_secs(1)) {
                Ok(Some(end @ Notice::Empty { .. })) => {
                    notices.push(end);
                    return Ok(notices);
                }
                Ok(Some(notice)) => notices.push(notice),
                Ok(None) => {}
                Err(err) => return Err(format!("the warden was lost: {err}; before: {:?}", tail(&notices))),
            }
        }
        Err(format!("the room did not end; notices: {:?}", tail(&notices)))
    }

    /// How the command ended; nothing else may have ended the room.
    pub(crate) fn end(&mut self) -> Result<CommandEnd, String> {
        let notices = self.rest()?;
        notices
            .iter()
            .find_map(|it| match it {
                Notice::Exited(end) => Some(*end),
                _ => None,
            })
            .ok_or_else(|| format!("the end was not told: {:?}", tail(&notices)))
    }

    /// The processes, waiting until as many were started.
    pub(crate) fn traces(&self, at_least: usize) -> Result<Traces, String> {
        traces_of(self.cell.warden(), &self.mark, at_least)
    }
}

/// The processes of a warden's room, waiting until as many were started.
pub(crate) fn traces_of(warden: u32, mark: &str, at_least: usize) -> Result<Traces, String> {
    let deadline = Instant::now() + PATIENCE;
    while Instant::now() < deadline {
        let marked = marked(mark);
        if marked.len() >= at_least {
            let mut processes = vec![warden];
            processes.extend(children(warden));
            processes.extend(marked);
            let ours = namespaces(std::process::id());
            let all = processes.iter().flat_map(|process| namespaces(*process));
            return Ok(Traces {
                namespaces: all.filter(|it| !ours.contains(it)).collect(),
                processes,
                mark: mark.to_owned(),
            });
        }
        std::thread::sleep(Duration::from_millis(10));
    }
    Err("the command did not start".to_owned())
}

impl Traces {
    /// Waits until there is nothing left of the room.
    pub(crate) fn gone(&self) -> Result<(), String> {
        if self.namespaces.len() < 5 {
            return Err(format!("the room had no namespaces to speak of: {:?}", self.namespaces));
        }
        let deadline = Instant::now() + PATIENCE;
        loop {
            let left = self.left();
            if left.is_empty() {
                return Ok(());
            }
            if Instant::now() > deadline {
                return Err(format!("left behind: {left:?}"));
            }
            std::thread::sleep(Duration::from_millis(20));
        }
    }

    fn left(&self) -> Vec<String> {
        let ours = std::process::id();
        let alive = |process: &&u32| is_alive(**process);
        let mut left: Vec<String> = self
            .processes
            .iter()
            .filter(alive)
            .map(|it| format!("process {it}"))
            .collect();
        left.extend(
            marked(&self.mark)
                .iter()
                .filter(|it| **it != ours)
                .map(|it| format!("process {it}")),
        );
        for process in all_processes().into_iter().filter(|it| is_alive(*it)) {
            let held = namespaces(process);
            left.extend(
                held.intersection(&self.namespaces)
                    .map(|it| format!("namespace {} of {process}", it.display())),
            );
        }
        for name in ["/tmp/root", "/tmp/scratch"] {
            if std::path::Path::new(name).exists() {
                left.push(name.to_owned());
            }
        }
        left
    }
}

/// Not a zombie either: that of a warden is waited for when its cell is dropped.
fn is_alive(process: u32) -> bool {
    let state = fs::read_to_string(format!("/proc/{process}/stat")).unwrap_or_default();
    !state.is_empty() && !state.contains(") Z ") && !state.contains(") X ")
}

fn tail(notices: &[Notice]) -> &[Notice] {
    notices.get(notices.len().saturating_sub(4)..).unwrap_or(notices)
}

/// Processes that were started with a word.
pub(crate) fn marked(mark: &str) -> Vec<u32> {
    let has = |process: &u32| {
        let text = fs::read(format!("/proc/{process}/cmdline")).unwrap_or_default();
        text.windows(mark.len()).any(|it| it == mark.as_bytes())
    };
    all_processes().into_iter().filter(has).collect()
}

fn all_processes() -> Vec<u32> {
    let Ok(entries) = fs::read_dir("/proc") else {
        return Vec::new();
    };
    entries
        .flatten()
        .filter_map(|it| it.file_name().to_str()?.parse().ok())
        .collect()
}

pub(crate) fn children(process: u32) -> Vec<u32> {
    let text = fs::read_to_string(format!("/proc/{process}/task/{process}/children")).unwrap_or_default();
    text.split_whitespace().filter_map(|it| it.parse().ok()).collect()
}

fn namespaces(process: u32) -> BTreeSet<PathBuf> {
    let read = |name: &&str| fs::read_link(format!("/proc/{process}/ns/{name}")).ok();
    ["user", "net", "mnt", "pid", "ipc", "uts"]
        .iter()
        .filter_map(read)
        .collect()
}

/// How long anything may take.
pub(crate) const PATIENCE: Duration = Duration::from_secs(40);
