//! Folders of records, one JSON file each, as the repository of malicious packages lays them out.

use std::fs;
use std::path::Path;

use waxseal_npm::osv::MAX_RECORD;

use super::{ImportError, MAX_ENTRIES, Sink, unreadable};

/// Reads every `.json` below a folder, by path. Links are not followed and `.git` is left out. A folder that cannot be read is an error.
pub(super) fn read(root: &Path, sink: &mut Sink<'_>) -> Result<(), ImportError> {
    let wrong = |path: &Path, what: &str| ImportError::Wrong {
        path: path.display().to_string(),
        line: None,
        what: what.to_owned(),
    };
    let mut folders = vec![(root.to_owned(), 0)];
    let mut files = 0;
    while let Some((folder, depth)) = folders.pop() {
        let mut paths = Vec::new();
        for entry in fs::read_dir(&folder).map_err(|err| unreadable(&folder, &err))? {
            let entry = entry.map_err(|err| unreadable(&folder, &err))?;
            let kind = entry.file_type().map_err(|err| unreadable(&entry.path(), &err))?;
            paths.push((entry.path(), kind));
        }
        paths.sort_by(|(left, _), (right, _)| left.cmp(right));
        for (path, kind) in paths {
            let is_git = path.file_name().is_some_and(|name| name == ".git");
            if kind.is_dir() && !is_git {
                if depth >= MAX_DEPTH {
                    return Err(wrong(&path, "it lies too deep"));
                }
                folders.push((path, depth + 1));
            } else if kind.is_file() && path.extension().is_some_and(|it| it.eq_ignore_ascii_case("json")) {
                files += 1;
                if files > MAX_ENTRIES {
                    return Err(wrong(root, &format!("it holds more than {MAX_ENTRIES} records")));
                }
                one(&path, sink)?;
            }
        }
    }
    Ok(())
}

fn one(path: &Path, sink: &mut Sink<'_>) -> Result<(), ImportError> {
    let length = fs::metadata(path).map_err(|err| unreadable(path, &err))?.len();
    if length > MAX_RECORD as u64 {
        sink.left_out.unreadable += 1;
        return Ok(());
    }
    let bytes = fs::read(path).map_err(|err| unreadable(path, &err))?;
    Ok(sink.osv(&bytes)?)
}

/// The repository is six deep, and a scope one more.
const MAX_DEPTH: usize = 32;
