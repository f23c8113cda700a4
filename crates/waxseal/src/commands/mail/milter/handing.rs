//! What root gives to the account that it becomes.

use std::fs::File;
use std::io;
use std::os::unix::fs::{MetadataExt as _, fchown};
use std::path::{Path, PathBuf};

use rustix::fs::{Mode, OFlags};

use crate::commands::screen::Problem;
use crate::mail::milter::account::Account;
use crate::mail::settings::MailSettings;
use crate::mail::state::StateFolder;

/// Gives the account what it will write to: its folder, what the filter saw, and the log; never what a link leads to, since whoever owns a folder
/// can put one there.
pub(super) fn hand_over(account: &Account, settings: &MailSettings, state: &StateFolder) -> Result<(), Problem> {
    let refused = |path: &Path, err: &io::Error| {
        let message = format!("cannot give `{}` to `{}`: {err}", path.display(), account.name);
        Problem::usage(message, None)
    };
    let give = |file: &File| fchown(file, Some(account.user), Some(account.group));
    let folder = open(state.path(), OFlags::RDONLY | OFlags::DIRECTORY);
    folder
        .and_then(|it| give(&it))
        .map_err(|err| refused(state.path(), &err))?;
    let ledger = state.path().join("milter.ledger");
    match open(&ledger, OFlags::RDONLY).and_then(|it| give(only_file(&it)?)) {
        Err(err) if err.kind() != io::ErrorKind::NotFound => return Err(refused(&ledger, &err)),
        _ => {}
    }
    if let Some(log) = &settings.milter.log {
        let opened = open(log, OFlags::WRONLY | OFlags::APPEND | OFlags::CREATE)
            .map_err(|err| Problem::usage(format!("cannot open the log `{}`: {err}", log.display()), None))?;
        // A device or a pipe stays whose it is.
        if opened.metadata().is_ok_and(|it| it.is_file()) {
            only_file(&opened).and_then(give).map_err(|err| refused(log, &err))?;
        }
    }
    // Root's own `waxseal mail logs` or `waxseal mail alerts` may have put some there.
    let alerts = state.path().join("alerts");
    let foreign = (!settings.alerts.is_empty()).then(|| not_of(&alerts, account.user, MAX_DEPTH));
    match foreign.flatten() {
        None => Ok(()),
        Some(path) => Err(Problem::usage(
            format!(
                "`{}` does not belong to `{}`, who could not keep alerts there",
                path.display(),
                account.name
            ),
            format!(
                "give it away with `chown -R {}: {}`, or name another folder with `--state`",
                account.name,
                alerts.display()
            ),
        )),
    }
}

/// Opens a file or folder, and nothing that a link leads to.
fn open(path: &Path, flags: OFlags) -> io::Result<File> {
    // A pipe must not hold us up.
    let flags = flags | OFlags::NOFOLLOW | OFlags::CLOEXEC | OFlags::NONBLOCK;
    match rustix::fs::open(path, flags, Mode::from_raw_mode(0o640)) {
        Ok(opened) => Ok(File::from(opened)),
        Err(rustix::io::Errno::LOOP) => Err(io::Error::other("it is a link; name what it leads to")),
        Err(rustix::io::Errno::NOTDIR) => Err(io::Error::other("it is no folder, or a link; name what it leads to")),
        Err(err) => Err(err.into()),
    }
}

/// A file, if it has one name only.
fn only_file(file: &File) -> io::Result<&File> {
    let meta = file.metadata()?;
    match meta.is_file() && meta.nlink() == 1 {
        true => Ok(file),
        false => Err(io::Error::other("it is no plain file with one name")),
    }
}

/// The first file or folder, there or below, that is somebody else's.
fn not_of(path: &Path, user: u32, depth: usize) -> Option<PathBuf> {
    let meta = std::fs::symlink_metadata(path).ok()?;
    if meta.uid() != user {
        return Some(path.to_owned());
    }
    if !meta.is_dir() || depth == 0 {
        return None;
    }
    let entries = std::fs::read_dir(path).ok()?;
    entries.flatten().find_map(|it| not_of(&it.path(), user, depth - 1))
}

/// How far the folder of alerts goes down: a target, its queue, a letter.
const MAX_DEPTH: usize = 4;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_that_a_link_leads_to_is_given_away() {
        let folder = tempfile::tempdir().unwrap();
        let [file, link, twin] = ["file", "link", "twin"].map(|it| folder.path().join(it));
        std::fs::write(&file, "").unwrap();
        assert!(open(&file, OFlags::RDONLY).is_ok_and(|it| only_file(&it).is_ok()));
        std::os::unix::fs::symlink(&file, &link).unwrap();
        assert!(open(&link, OFlags::RDONLY).is_err());
        assert!(open(&link, OFlags::WRONLY | OFlags::CREATE).is_err());
        std::fs::hard_link(&file, &twin).unwrap();
        assert!(open(&file, OFlags::RDONLY).is_ok_and(|it| only_file(&it).is_err()));
        let other = folder.path().join("other");
        std::os::unix::fs::symlink(folder.path(), &other).unwrap();
        assert!(open(&other, OFlags::RDONLY | OFlags::DIRECTORY).is_err());
    }

    #[test]
    fn what_is_somebody_else_s_is_found_below_a_folder() {
        let folder = tempfile::tempdir().unwrap();
        let user = std::fs::metadata(folder.path()).unwrap().uid();
        std::fs::create_dir_all(folder.path().join("alerts/mail/queue")).unwrap();
        let alerts = folder.path().join("alerts");
        assert_eq!(not_of(&alerts, user, MAX_DEPTH), None);
        assert_eq!(not_of(&alerts, user + 1, MAX_DEPTH), Some(alerts));
        assert_eq!(not_of(&folder.path().join("none"), user + 1, MAX_DEPTH), None);
    }
}
