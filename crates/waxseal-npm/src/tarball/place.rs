//! Where npm would put an entry: pacote's filter, node-tar's path checks, and what the file system allows.

use std::collections::{HashMap, HashSet};

use super::reader::Entry;

/// What becomes of an entry's path.
pub(super) enum Placed {
    /// npm writes it here, below the package's root.
    At {
        path: String,
        /// A root was stripped off first.
        absolute: bool,
    },
    /// npm writes nothing and says nothing.
    Dropped,
    /// npm refuses the entry and goes on.
    Refused(Refusal),
    /// npm breaks off.
    Fatal,
}

/// Why npm refuses an entry.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Refusal {
    /// `..` in the path, or in a link target given beside it.
    Traversal,
    /// Longer or deeper than npm or the system takes.
    TooLong,
}

/// The names of `.npmignore` files met so far, which decide about `.gitignore` files behind them.
#[derive(Default)]
pub(super) struct Filter {
    ignores: HashSet<String>,
}

impl Filter {
    /// pacote renames `.gitignore` to `.npmignore` unless there already is one beside it. `None` drops the entry.
    pub(super) fn apply(&mut self, path: String) -> Option<String> {
        let trimmed = path.trim_end_matches('/');
        match trimmed.rsplit('/').next() {
            Some(".npmignore") => {
                self.ignores.insert(path.clone());
                Some(path)
            }
            Some(".gitignore") => {
                let renamed = match path.strip_suffix(".gitignore") {
                    Some(stem) => format!("{stem}.npmignore"),
                    None => path,
                };
                (!self.ignores.contains(&renamed)).then_some(renamed)
            }
            _ => Some(path),
        }
    }
}

/// Applies node-tar's checks to a path that passed the filter.
pub(super) fn place(entry: &Entry, path: &str) -> Placed {
    // `strip: 1` takes the first part away, whatever it is; an entry without a folder is left with nothing.
    let Some((_, stripped)) = path.split_once('/') else {
        return Placed::Dropped;
    };
    if stripped.split('/').count() > MAX_DEPTH {
        return Placed::Refused(Refusal::TooLong);
    }
    let relative = strip_root(stripped);
    if has_parent(relative) {
        return Placed::Refused(Refusal::Traversal);
    }
    if link_leaves(relative, &entry.linkpath) {
        return Placed::Refused(Refusal::Traversal);
    }
    let parts: Vec<&str> = relative
        .split('/')
        .filter(|part| !part.is_empty() && *part != ".")
        .collect();
    if parts.is_empty() {
        return Placed::Dropped;
    }
    if relative.contains('\0') {
        return Placed::Fatal;
    }
    let joined = parts.join("/");
    if joined.len() >= MAX_PATH || parts.iter().any(|part| part.encode_utf16().count() > MAX_PART) {
        return Placed::Refused(Refusal::TooLong);
    }
    Placed::At {
        path: joined,
        absolute: relative.len() != stripped.len(),
    }
}

/// A link target may come with an extended header even where the entry is a plain file; npm checks it all the same.
fn link_leaves(path: &str, linkpath: &str) -> bool {
    let target = strip_root(linkpath);
    if linkpath.is_empty() || !has_parent(target) {
        return false;
    }
    let folder = path
        .trim_end_matches('/')
        .rsplit_once('/')
        .map_or("", |(folder, _)| folder);
    let mut depth = 0u32;
    for part in folder.split('/').chain(target.split(['/', '\\'])) {
        match part {
            "" | "." => {}
            ".." if depth == 0 => return true,
            ".." => depth -= 1,
            _ => depth += 1,
        }
    }
    false
}

fn has_parent(path: &str) -> bool {
    path.split(['/', '\\']).any(|part| part == "..")
}

/// node-tar strips every root that Windows knows, on every system: `/`, `C:\`, `C:`, `\\host\share\`.
pub(super) fn strip_root(mut path: &str) -> &str {
    loop {
        let root = match path.strip_prefix('/') {
            Some(_) if !path.starts_with("//?/") => 1,
            _ => windows_root(path),
        };
        if root == 0 {
            return path;
        }
        path = &path[root..];
    }
}

/// The length of `path.win32.parse(path).root` (Node's lib/path.js).
fn windows_root(path: &str) -> usize {
    let bytes = path.as_bytes();
    let slash = |at: usize| matches!(bytes.get(at), Some(b'/' | b'\\'));
    if slash(0) {
        return if slash(1) { unc_root(bytes) } else { 1 };
    }
    let drive = bytes.first().is_some_and(u8::is_ascii_alphabetic) && bytes.get(1) == Some(&b':');
    match (drive, slash(2)) {
        (true, true) => 3,
        (true, false) => 2,
        (false, _) => 0,
    }
}

/// `\\host\share\`: the root reaches behind the share; anything less is the one leading separator.
fn unc_root(bytes: &[u8]) -> usize {
    let is_slash = |byte: &u8| matches!(byte, b'/' | b'\\');
    let skip = |from: usize, slashes: bool| {
        from + bytes
            .iter()
            .skip(from)
            .take_while(|byte| is_slash(byte) == slashes)
            .count()
    };
    let host_end = skip(2, false);
    if host_end == 2 || host_end == bytes.len() {
        return 1;
    }
    let share = skip(host_end, true);
    if share == bytes.len() {
        return 1;
    }
    let share_end = skip(share, false);
    if share_end == bytes.len() {
        share_end
    } else {
        share_end + 1
    }
}

/// The files and folders npm would have made so far.
#[derive(Default)]
pub(super) struct Tree {
    nodes: HashMap<(u32, Box<str>), Node>,
    folders: u32,
}

#[derive(Clone, Copy)]
enum Node {
    Folder(u32),
    File(usize),
}

/// What happens when a file is written.
pub(super) enum Written {
    /// A new file.
    New,
    /// It takes the place of the file with this index.
    Over(usize),
    /// A file stands where a folder is needed, or a folder where the file should go: npm leaves what is there.
    Blocked,
}

impl Tree {
    /// Notes that the file with this index is written at `path`.
    pub(super) fn write(&mut self, path: &str, idx: usize) -> Written {
        let (folders, name) = match path.rsplit_once('/') {
            Some((folders, name)) => (Some(folders), name),
            None => (None, path),
        };
        let mut parent = 0;
        for part in folders.into_iter().flat_map(|folders| folders.split('/')) {
            let next = self.folders + 1;
            match self.nodes.entry((parent, part.into())).or_insert(Node::Folder(next)) {
                Node::File(_) => return Written::Blocked,
                Node::Folder(id) => {
                    if *id == next {
                        self.folders = next;
                    }
                    parent = *id;
                }
            }
        }
        match self.nodes.entry((parent, name.into())).or_insert(Node::File(idx)) {
            Node::Folder(_) => Written::Blocked,
            Node::File(found) if *found == idx => Written::New,
            Node::File(found) => Written::Over(*found),
        }
    }

    /// How many folders there are.
    pub(super) fn folders(&self) -> u32 {
        self.folders
    }
}

/// node-tar's `maxDepth`.
const MAX_DEPTH: usize = 1024;

/// Linux takes no longer path (`PATH_MAX`, its final NUL included).
const MAX_PATH: usize = 4096;

/// No common file system takes a longer name: Linux counts 255 bytes, macOS and Windows 255 UTF-16 units. The larger is
/// taken, so that a file some systems would install is looked at on all.
const MAX_PART: usize = 255;
