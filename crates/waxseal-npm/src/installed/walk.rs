//! Finds projects below a folder, up to a whole disk.

use std::collections::HashSet;
use std::path::{Path, PathBuf};

use waxseal_model::PlaceProblem;

use super::files::{self, Kind};
use super::{Limits, Problems};

/// A folder in which something lies that was asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FoundFolder<'w> {
    /// The folder.
    pub folder: PathBuf,
    /// What lies in it, in the order of the names asked for.
    pub holds: Vec<&'w str>,
}

/// What makes a folder a project, for [`walk`].
pub const PROJECT: [&str; 9] = [
    "package-lock.json",
    "npm-shrinkwrap.json",
    "yarn.lock",
    "pnpm-lock.yaml",
    "bun.lock",
    "bun.lockb",
    ".pnp.cjs",
    ".pnp.js",
    "node_modules",
];

/// Hands every folder below `root`, and `root`, in which one of the `wanted` names lies to `visitor`. A name may be one folder
/// further down: `.cursor/mcp.json`. Says what could not be looked at.
///
/// Links are not followed. Folders called `node_modules` and `.git` are not entered, nor the content of npm's cache, nor what the
/// kernel only shows as files (`/proc`, `/sys`, `/dev`), nor a folder that is mounted once more elsewhere.
pub fn walk<'w>(
    root: &Path,
    wanted: &[&'w str],
    limits: &Limits,
    visitor: &mut dyn FnMut(FoundFolder<'w>),
) -> Vec<PlaceProblem> {
    let mut problems = Problems::new(limits);
    let root = match root.canonicalize() {
        Ok(root) => root,
        Err(err) => {
            problems.add(&files::text(root), files::Trouble::from(err).reason());
            return problems.into_vec();
        }
    };
    let mut mounts = Mounts::read();
    mounts.enter(&root);
    let mut entries = 0_u32;
    // A list instead of recursion, since folders may be nested deeper than the stack is.
    let mut folders = vec![(root, 0_u32)];
    while let Some((folder, depth)) = folders.pop() {
        let left = limits.entries.saturating_sub(entries);
        let (names, more) = match files::list(&folder, left) {
            Ok(listed) => listed,
            Err(trouble) => {
                problems.add(&files::text(&folder), trouble.reason());
                continue;
            }
        };
        entries = entries.saturating_add(u32::try_from(names.len()).unwrap_or(u32::MAX));
        let holds = holds(&folder, &names, wanted);
        let inside = names
            .iter()
            .rev()
            .filter(|(name, kind)| *kind == Kind::Folder && !is_left_out(&folder, name));
        for (name, _) in inside {
            let path = folder.join(name);
            if depth == limits.nesting {
                problems.add(&files::text(&path), "it lies deeper than is looked");
            } else if mounts.may_enter(&path) {
                folders.push((path, depth + 1));
            }
        }
        if !holds.is_empty() {
            visitor(FoundFolder {
                folder: folder.clone(),
                holds,
            });
        }
        if more {
            let reason = "there are more files and folders than are looked at; the rest was left out";
            problems.add_always(&files::text(&folder), reason);
            break;
        }
    }
    problems.into_vec()
}

/// Which of the wanted names lie in a folder.
fn holds<'w>(folder: &Path, names: &[(std::ffi::OsString, Kind)], wanted: &[&'w str]) -> Vec<&'w str> {
    let find = |name: &str| {
        names
            .binary_search_by(|(known, _)| known.as_os_str().cmp(name.as_ref()))
            .ok()
    };
    let lies_in = |name: &&&'w str| match name.split_once('/') {
        None => find(name).is_some_and(|idx| names[idx].1 != Kind::Other),
        Some((first, _)) => find(first).is_some() && files::kind(&folder.join(name)).is_ok(),
    };
    wanted.iter().filter(lies_in).copied().collect()
}

/// What is mounted where (proc(5), `/proc/self/mounts`); nothing on systems without it.
struct Mounts {
    /// Folders of the kernel's own file systems.
    kernels: HashSet<PathBuf>,
    /// Other folders that something is mounted on.
    others: HashSet<PathBuf>,
    /// Device and number of the mounted folders that were entered.
    seen: HashSet<(u64, u64)>,
}

impl Mounts {
    fn read() -> Self {
        let bytes = files::head(Path::new("/proc/self/mounts"), MAX_MOUNTS).unwrap_or_default();
        let mut mounts = Self {
            kernels: ["/proc", "/sys", "/dev", "/System/Volumes"]
                .iter()
                .map(PathBuf::from)
                .collect(),
            others: HashSet::new(),
            seen: HashSet::new(),
        };
        for line in String::from_utf8_lossy(&bytes).lines() {
            let mut fields = line.split(' ').skip(1);
            let (Some(folder), Some(system)) = (fields.next(), fields.next()) else {
                continue;
            };
            let folder = PathBuf::from(unescaped(folder));
            let list = if KERNEL.contains(&system) {
                &mut mounts.kernels
            } else {
                &mut mounts.others
            };
            list.insert(folder);
        }
        mounts
    }

    /// The folder that was asked for is entered whatever it is.
    fn enter(&mut self, root: &Path) {
        self.seen.extend(identity(root));
    }

    fn may_enter(&mut self, folder: &Path) -> bool {
        if self.kernels.contains(folder) {
            return false;
        }
        if !self.others.contains(folder) {
            return true;
        }
        identity(folder).is_none_or(|identity| self.seen.insert(identity))
    }
}

fn identity(folder: &Path) -> Option<(u64, u64)> {
    #[cfg(unix)]
    {
        use std::os::unix::fs::MetadataExt as _;
        let meta = folder.symlink_metadata().ok()?;
        Some((meta.dev(), meta.ino()))
    }
    #[cfg(not(unix))]
    {
        let _ = folder;
        None
    }
}

/// Spaces, tabs, line ends and backslashes are written as three octal digits there (getmntent(3)).
fn unescaped(field: &str) -> String {
    let pairs = [("\\040", " "), ("\\011", "\t"), ("\\012", "\n"), ("\\134", "\\")];
    pairs
        .iter()
        .fold(field.to_owned(), |text, (escape, plain)| text.replace(escape, plain))
}

/// Whether a folder holds no project of its own: other packages, a repository's objects, or archives filed by their hashes. Those two are told
/// by what lies in them, since anybody can call a folder so.
fn is_left_out(folder: &Path, name: &std::ffi::OsStr) -> bool {
    let holds = |names: &[&str]| {
        let inside = folder.join(name);
        names.iter().any(|it| files::kind(&inside.join(it)) == Ok(Kind::Folder))
    };
    match name.to_str() {
        Some("node_modules" | ".git") => true,
        Some("_cacache") => holds(&["index-v5", "content-v2"]),
        Some(".pnpm-store") => holds(&["v3/files", "v10/files", "v11/files"]),
        _ => false,
    }
}

/// File systems that only show what the kernel knows, or that mount something when they are looked at.
const KERNEL: [&str; 21] = [
    "proc",
    "sysfs",
    "devtmpfs",
    "devpts",
    "cgroup",
    "cgroup2",
    "tracefs",
    "debugfs",
    "securityfs",
    "bpf",
    "configfs",
    "fusectl",
    "mqueue",
    "hugetlbfs",
    "pstore",
    "autofs",
    "binfmt_misc",
    "nsfs",
    "rpc_pipefs",
    "efivarfs",
    "selinuxfs",
];

/// A machine with many containers has some thousands of lines.
const MAX_MOUNTS: u64 = 16 << 20;
