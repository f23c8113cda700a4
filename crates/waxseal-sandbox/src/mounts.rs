//! The room's file system: a private read-only root in memory, parts of this machine bound into it, and one writable memory that all
//! writable folders share, so that one ceiling holds for all of them.

use std::cell::RefCell;
use std::ffi::CString;
use std::fs;
use std::io;
use std::os::fd::{AsFd, AsRawFd, BorrowedFd, OwnedFd};
use std::os::unix::fs::{DirBuilderExt as _, PermissionsExt as _};
use std::path::{Path, PathBuf};

use rustix::fs::{FileType, Mode, OFlags, fstat, open};
use rustix::mount::{
    MountFlags, MountPropagationFlags, UnmountFlags, mount, mount_bind_recursive, mount_change, mount_remount, unmount,
};

use crate::cell::{Bind, CellSpec, FileCopy, Overlay};
use crate::changes::{Before, Writable};
use crate::copy::{Unreadable, copy_tree};
use crate::sys;
use crate::tree::{Tree, open_file};

/// Makes the file system of the mount namespace this process is in, moves into it, and notes what lies in its writable folders. `projects` are the sources of the overlays,
/// opened while the process could still do so.
///
/// # Errors
/// The step that failed, in words, and why.
pub(crate) fn furnish(spec: &CellSpec, projects: &[Vec<OwnedFd>]) -> Result<Before, (String, io::Error)> {
    let at = |step: &str| {
        let step = step.to_owned();
        move |err: io::Error| (step, err)
    };
    let private = MountPropagationFlags::PRIVATE | MountPropagationFlags::REC;
    mount_change("/", private).map_err(|err| at("make its mounts private")(err.into()))?;
    let binds = spec
        .binds
        .iter()
        .map(|bind| Ok((path_fd(&bind.source)?, bind)))
        .collect::<io::Result<Vec<(OwnedFd, &Bind)>>>()
        .map_err(at("open what it shows of this machine"))?;
    let devices = DEVICES
        .iter()
        .map(|name| Ok((path_fd(&Path::new("/dev").join(name))?, *name)))
        .collect::<io::Result<Vec<(OwnedFd, &str)>>>()
        .map_err(at("open its devices"))?;
    let copies: Vec<(Option<fs::File>, &FileCopy)> = spec.copies.iter().map(|it| (open_file(&it.source), it)).collect();
    // Opened in this namespace of mounts, if that can still be done: only then can something be laid over it.
    let lower: Vec<Option<Vec<OwnedFd>>> = spec
        .overlays
        .iter()
        .map(|it| it.sources.iter().map(|path| open_source(path).ok()).collect())
        .collect();
    let room = Room::new(spec.limits.disk).map_err(at("mount its memory"))?;
    let mut pieces: Vec<Piece<'_>> = Vec::new();
    pieces.extend(binds.iter().map(|(source, bind)| Piece::Bind(source, bind)));
    let overlays = projects.iter().zip(&lower).zip(&spec.overlays);
    pieces.extend(overlays.map(|((sources, lower), overlay)| Piece::Overlay(sources, lower.as_deref(), overlay)));
    let folders = FOLDERS.iter().copied().chain(spec.folders.iter().map(String::as_str));
    pieces.extend(folders.map(Piece::Folder));
    // What lies in something else comes after it, or it would be covered.
    pieces.sort_by_key(|piece| piece.target().split('/').filter(|it| !it.is_empty()).count());
    for piece in pieces {
        let (step, done) = match piece {
            Piece::Bind(source, bind) => ("bind parts of this machine", room.bind(source, bind)),
            Piece::Overlay(sources, lower, overlay) => {
                ("lay a project over", room.overlay(sources, lower, &overlay.target))
            }
            Piece::Folder(folder) => ("make its folders", room.writable(folder)),
        };
        done.map_err(at(step))?;
    }
    for (source, name) in &devices {
        let attributes = libc::MOUNT_ATTR_NOSUID | libc::MOUNT_ATTR_NOEXEC;
        room.bind_directly(source, &format!("/dev/{name}"), attributes)
            .map_err(at("bind its devices"))?;
    }
    let links = LINKS.iter().map(|(a, b)| (*a, *b));
    for (path, says) in links.chain(spec.links.iter().map(|(a, b)| (a.as_str(), b.as_str()))) {
        room.tree.link(path, says).map_err(at("make its links"))?;
    }
    for (source, copy) in copies {
        room.tree.copy(source, copy).map_err(at("copy its files"))?;
    }
    for file in &spec.files {
        room.tree.write(file).map_err(at("write its files"))?;
    }
    room.tree.forget();
    room.proc().map_err(at("mount its /proc"))?;
    let before = Before::look(room.writable.take());
    room.enter().map_err(at("move into it"))?;
    Ok(before)
}

/// Opens what an overlay shows: before the process gives up what lets it.
pub(crate) fn open_source(path: &Path) -> io::Result<OwnedFd> {
    Ok(open(
        path,
        OFlags::DIRECTORY | OFlags::RDONLY | OFlags::CLOEXEC,
        Mode::empty(),
    )?)
}

fn path_fd(path: &Path) -> io::Result<OwnedFd> {
    Ok(open(path, OFlags::PATH | OFlags::CLOEXEC, Mode::empty())?)
}

/// Something that is mounted into the room.
enum Piece<'s> {
    Bind(&'s OwnedFd, &'s Bind),
    Overlay(&'s [OwnedFd], Option<&'s [OwnedFd]>, &'s Overlay),
    Folder(&'s str),
}

impl Piece<'_> {
    fn target(&self) -> &str {
        match self {
            Self::Bind(_, bind) => &bind.target,
            Self::Overlay(_, _, overlay) => &overlay.target,
            Self::Folder(folder) => folder,
        }
    }
}

/// A file system under construction.
struct Room {
    root: PathBuf,
    /// The root again, as it will be seen in the room.
    tree: Tree,
    /// What all writable folders are part of.
    scratch: PathBuf,
    /// The folders that may be written to.
    writable: RefCell<Vec<Writable>>,
}

impl Room {
    fn new(disk: u64) -> io::Result<Self> {
        let nothing = MountFlags::NOSUID | MountFlags::NODEV;
        mount("tmpfs", BASE, "tmpfs", nothing, c"mode=755")?;
        let (root, scratch) = (Path::new(BASE).join("root"), Path::new(BASE).join("scratch"));
        fs::create_dir(&root)?;
        fs::create_dir(&scratch)?;
        mount("tmpfs", &root, "tmpfs", nothing, c"mode=755")?;
        let files = (disk / BYTES_OF_A_FILE).min(MAX_FILES);
        let options = CString::new(format!("mode=755,size={disk},nr_inodes={files}"))?;
        mount("tmpfs", &scratch, "tmpfs", nothing, options.as_c_str())?;
        let door = path_fd(&root)?;
        let room = Self {
            root,
            tree: Tree::new(door),
            scratch,
            writable: RefCell::default(),
        };
        for folder in [
            "proc", "dev", "etc", "run", "var", "opt", "root", "srv", "mnt", "media", "home",
        ] {
            room.tree.folder(folder)?;
        }
        Ok(room)
    }

    fn source(fd: BorrowedFd<'_>) -> PathBuf {
        PathBuf::from(format!("/proc/self/fd/{}", fd.as_raw_fd()))
    }

    /// Shows a part of this machine, read-only. That alone does not stop anybody from connecting to a socket that lies in it, writing to a
    /// named pipe, holding a lock, or watching which files are opened. Behind an overlay all that leads nowhere.
    fn bind(&self, source: &OwnedFd, bind: &Bind) -> io::Result<()> {
        let attributes = libc::MOUNT_ATTR_RDONLY | libc::MOUNT_ATTR_NOSUID | libc::MOUNT_ATTR_NODEV;
        // Only root puts something into these; with what is mounted in them, an overlay would not show it.
        let system = SYSTEM.iter().any(|it| bind.source.starts_with(it));
        if is_file(source)? || (system && holds_mounts(source)?) {
            return self.bind_directly(source, &bind.target, attributes);
        }
        if !is_folder(source)? {
            return Err(io::Error::other("it is neither a folder nor a file"));
        }
        let place = self.tree.folder(&bind.target)?;
        // An overlay that cannot be written to is made of two folders at least.
        let nothing = self.scratch.join("nothing");
        make_folder(&nothing)?;
        let lower = Self::source(source.as_fd());
        let options = format!("lowerdir={}:{},userxattr", lower.display(), nothing.display());
        let flags = MountFlags::NOSUID | MountFlags::NODEV | MountFlags::RDONLY;
        let place = Self::source(place.as_fd());
        match mount("overlay", &place, "overlay", flags, CString::new(options)?.as_c_str()) {
            Err(_) if system => self.bind_directly(source, &bind.target, attributes),
            other => Ok(other?),
        }
    }

    fn bind_directly(&self, source: &OwnedFd, target: &str, attributes: u64) -> io::Result<()> {
        let place = if is_folder(source)? {
            self.tree.folder(target)?
        } else {
            self.tree.file(target, 0o644)?.into()
        };
        // What was found before this mount may lie below it.
        self.tree.forget();
        mount_bind_recursive(Self::source(source.as_fd()), Self::source(place.as_fd()))?;
        // Found once more: what was found before lies below.
        let top = self.tree.find(target)?;
        sys::restrict_mounts(&Self::source(top.as_fd()).to_string_lossy(), attributes)
    }

    /// What is changed goes into the scratch memory. A project of somebody else cannot be overlaid, since the room has no name for its
    /// owner: it is copied.
    fn overlay(&self, sources: &[OwnedFd], lower: Option<&[OwnedFd]>, target: &str) -> io::Result<()> {
        let place = self.tree.folder(target)?;
        let place = Self::source(place.as_fd());
        let name = target.replace('/', "_");
        let upper = self.scratch.join(format!("upper{name}"));
        fs::create_dir(&upper)?;
        if let Some(lower) = lower
            && all_are_ours(lower)?
        {
            let work = self.scratch.join(format!("work{name}"));
            fs::create_dir(&work)?;
            let lowest: Vec<String> = lower
                .iter()
                .map(|it| Self::source(it.as_fd()).display().to_string())
                .collect();
            let options = format!(
                "lowerdir={},upperdir={},workdir={},userxattr",
                lowest.join(":"),
                upper.display(),
                work.display()
            );
            let flags = MountFlags::NOSUID | MountFlags::NODEV;
            mount("overlay", &place, "overlay", flags, CString::new(options)?.as_c_str())?;
            let lower = lower.iter().map(OwnedFd::try_clone).collect::<io::Result<_>>()?;
            return self.note(target, &upper, lower);
        }
        let copy = open_source(&upper)?;
        for source in sources {
            copy_tree(
                source.as_fd(),
                copy.as_fd(),
                Unreadable::LeftOut,
                &mut MAX_FILES.clone(),
            )?;
        }
        mount_bind_recursive(&upper, &place)?;
        self.note(target, &upper, Vec::new())
    }

    /// Keeps in mind that a folder may be written to.
    fn note(&self, target: &str, upper: &Path, lower: Vec<OwnedFd>) -> io::Result<()> {
        self.writable.borrow_mut().push(Writable {
            target: target.to_owned(),
            upper: open_source(upper)?,
            lower,
        });
        Ok(())
    }

    fn writable(&self, folder: &str) -> io::Result<()> {
        let place = self.tree.folder(folder)?;
        let inside = self.scratch.join(format!("folder{}", folder.replace('/', "_")));
        fs::create_dir(&inside)?;
        if FOLDERS.contains(&folder) {
            fs::set_permissions(&inside, fs::Permissions::from_mode(0o1777))?;
        }
        mount_bind_recursive(&inside, Self::source(place.as_fd()))?;
        self.note(folder, &inside, Vec::new())
    }

    fn proc(&self) -> io::Result<()> {
        let place = self.root.join("proc");
        let flags = MountFlags::NOSUID | MountFlags::NODEV | MountFlags::NOEXEC;
        mount("proc", &place, "proc", flags, None)?;
        // No room in the room. And watches of files are counted for a user of this machine, who needs some too.
        fs::write(place.join("sys/user/max_user_namespaces"), "0")?;
        let _ = fs::write(place.join("sys/user/max_inotify_instances"), MAX_INOTIFY);
        Ok(())
    }

    fn enter(self) -> io::Result<()> {
        std::env::set_current_dir(&self.root)?;
        rustix::process::pivot_root(".", ".")?;
        unmount(".", UnmountFlags::DETACH)?;
        std::env::set_current_dir("/")?;
        let flags = MountFlags::RDONLY | MountFlags::NOSUID | MountFlags::NODEV;
        Ok(mount_remount("/", flags, c"")?)
    }
}

fn is_folder(fd: &OwnedFd) -> io::Result<bool> {
    Ok(FileType::from_raw_mode(fstat(fd)?.st_mode).is_dir())
}

fn is_file(fd: &OwnedFd) -> io::Result<bool> {
    Ok(FileType::from_raw_mode(fstat(fd)?.st_mode).is_file())
}

/// Whether something is mounted in a folder.
fn holds_mounts(folder: &OwnedFd) -> io::Result<bool> {
    let path = fs::read_link(Room::source(folder.as_fd()))?;
    let mounts = fs::read_to_string("/proc/self/mountinfo")?;
    let mut places = mounts.lines().filter_map(|line| line.split(' ').nth(4));
    Ok(places.any(|place| Path::new(place) != path && Path::new(place).starts_with(&path)))
}

fn all_are_ours(folders: &[OwnedFd]) -> io::Result<bool> {
    let us = rustix::process::geteuid().as_raw();
    for folder in folders {
        if fstat(folder)?.st_uid != us {
            return Ok(false);
        }
    }
    Ok(true)
}

fn make_folder(path: &Path) -> io::Result<()> {
    fs::DirBuilder::new().recursive(true).mode(0o755).create(path)
}

/// Where the room is built: a folder that every machine has.
const BASE: &str = "/tmp";

const DEVICES: [&str; 5] = ["null", "zero", "full", "random", "urandom"];

const LINKS: [(&str, &str); 5] = [
    ("/dev/fd", "/proc/self/fd"),
    ("/dev/stdin", "/proc/self/fd/0"),
    ("/dev/stdout", "/proc/self/fd/1"),
    ("/dev/stderr", "/proc/self/fd/2"),
    ("/etc/mtab", "/proc/self/mounts"),
];

/// Folders of every room that everybody may write to.
pub(crate) const FOLDERS: [&str; 3] = ["/tmp", "/dev/shm", "/var/tmp"];
/// Folders of a machine that only root changes.
const SYSTEM: [&str; 8] = [
    "/usr",
    "/bin",
    "/sbin",
    "/lib",
    "/lib32",
    "/lib64",
    "/nix/store",
    "/gnu/store",
];

/// Instances of inotify in a room: Linux gives a user 128.
const MAX_INOTIFY: &str = "32";
/// Files of all writable folders together.
const MAX_FILES: u64 = 1_000_000;
/// What the kernel takes for a file without content: memory that the ceiling of the disk should hold too.
const BYTES_OF_A_FILE: u64 = 1_024;
