//! `waxseal mail learn`: questions for a person, and the answers as policy.

use std::fs;
use std::io::Write as _;
use std::os::unix::fs::{MetadataExt as _, PermissionsExt as _, fchown};
use std::path::{Path, PathBuf};

use waxseal_detect::mail::proposals;

use super::{place, report};
use crate::cli::MailLearn;
use crate::commands::screen::{Problem, Screen};
use crate::exit::Exit;
use crate::mail::learn::{apply, questions};
use crate::mail::settings::{MailSettings, SYSTEM_FILE};

pub(super) fn run(arguments: &MailLearn, screen: &Screen) -> Result<Exit, Problem> {
    match &arguments.apply {
        Some(answers) => take(arguments, answers, screen),
        None => ask(arguments, screen),
    }
}

fn ask(arguments: &MailLearn, screen: &Screen) -> Result<Exit, Problem> {
    let (settings, state) = place(&arguments.place)?;
    let ledger = report::ledgers(&state)?;
    let asked = proposals(&ledger, &settings.policy);
    let count: usize = asked.iter().map(|it| it.questions.len()).sum();
    if count == 0 {
        screen.note("nothing to ask: every copy that was seen has a known reason");
        return Ok(Exit::Clean);
    }
    let text = questions(&asked);
    match &arguments.questions {
        None => screen.print(&text)?,
        Some(path) => {
            // Answers that somebody wrote are not overwritten.
            let mut file = fs::OpenOptions::new()
                .write(true)
                .create_new(true)
                .open(path)
                .map_err(|err| cannot(path, "write", &err))?;
            file.write_all(text.as_bytes())
                .map_err(|err| cannot(path, "write", &err))?;
            screen.note(&format!("{count} questions are in {}", path.display()));
        }
    }
    Ok(Exit::Clean)
}

fn take(arguments: &MailLearn, answers: &Path, screen: &Screen) -> Result<Exit, Problem> {
    let path = arguments
        .place
        .policy
        .clone()
        .unwrap_or_else(|| PathBuf::from(SYSTEM_FILE));
    let answered = fs::read_to_string(answers).map_err(|err| cannot(answers, "read", &err))?;
    let before = match fs::read_to_string(&path) {
        Ok(text) => text,
        Err(err) if err.kind() == std::io::ErrorKind::NotFound => String::new(),
        Err(err) => return Err(cannot(&path, "read", &err)),
    };
    let owner = arguments.owner.as_deref().unwrap_or_default();
    if owner.trim().is_empty() {
        return Err(Problem::usage(
            "`--owner` is empty",
            "write who signs these answers".to_owned(),
        ));
    }
    let (after, applied) = apply(&answered, &before, owner).map_err(|err| Problem::usage(err, None))?;
    // Nothing is put in place that would not be read again.
    MailSettings::parse(&after, &path.display().to_string()).map_err(|err| Problem::usage(&err, err.hint()))?;
    if after != before {
        replace(&path, &after).map_err(|err| cannot(&path, "write", &err))?;
    }
    screen.note(&format!(
        "{} accepted, {} refused, {} left open; the policy is {} (`systemctl reload waxseal-milter` puts it in force)",
        applied.yes,
        applied.no,
        applied.open,
        path.display()
    ));
    Ok(Exit::Clean)
}

/// Puts a new text in a file's place at once, with its permissions, and its owner and group as far as we may.
fn replace(path: &Path, text: &str) -> std::io::Result<()> {
    let folder = path
        .parent()
        .filter(|it| !it.as_os_str().is_empty())
        .unwrap_or(Path::new("."));
    fs::create_dir_all(folder)?;
    let before = fs::metadata(path).ok();
    let mode = before.as_ref().map_or(0o644, |it| it.mode() & 0o777);
    let mut new = tempfile::Builder::new().prefix(".mail").tempfile_in(folder)?;
    if let Some(before) = &before {
        let made = new.as_file().metadata()?;
        // Only root may give a file away; to a group of their own, anybody.
        if made.gid() != before.gid() {
            let _ = fchown(new.as_file(), None, Some(before.gid()));
        }
        if made.uid() != before.uid() {
            let _ = fchown(new.as_file(), Some(before.uid()), None);
        }
    }
    new.as_file().set_permissions(fs::Permissions::from_mode(mode))?;
    new.write_all(text.as_bytes())?;
    new.as_file().sync_all()?;
    new.persist(path).map_err(|err| err.error)?;
    Ok(())
}

fn cannot(path: &Path, what: &str, err: &std::io::Error) -> Problem {
    Problem::usage(format!("cannot {what} `{}`: {err}", path.display()), None)
}
