//! Exports and webhooks of providers among what is to be read: told from logs by what is in them, and read whole.

use std::fs;
use std::io::{self, Read};
use std::path::{Path, PathBuf};

use sha2::{Digest as _, Sha256};
use waxseal_mail::events::{Export, Reading, Records, sniff};
use waxseal_mail::logs::Format;
use waxseal_model::MailSeen;

use super::open::{open, stdin};

/// A file that is an export.
#[derive(Debug)]
pub struct ExportFile {
    /// Where it is.
    pub path: PathBuf,
    /// Whose it is.
    pub export: &'static Export,
}

/// What reading an export came to.
#[derive(Debug, Default)]
pub struct ExportRead {
    /// What could not be read, in words.
    pub gaps: Vec<String>,
    /// SHA-256 of what it holds, decompressed, in hexadecimal digits; none where it could not be read to its end.
    pub hash: Option<String>,
}

/// Takes the exports out of what is to be read; folders are looked into, one level deep.
///
/// With a source's id that was asked for, everything is such an export.
pub fn split(paths: Vec<PathBuf>, asked: Option<&'static Export>) -> (Vec<PathBuf>, Vec<ExportFile>) {
    let (mut logs, mut exports) = (Vec::new(), Vec::new());
    for path in paths {
        if let Some(export) = asked {
            exports.push(ExportFile { path, export });
            continue;
        }
        if fs::metadata(&path).is_ok_and(|meta| meta.is_dir()) {
            let entries = fs::read_dir(&path).into_iter().flatten().filter_map(Result::ok);
            let mut files: Vec<PathBuf> = entries.map(|entry| entry.path()).collect();
            files.sort();
            exports.extend(files.into_iter().filter_map(|path| recognise(&path)));
            logs.push(path);
            continue;
        }
        match recognise(&path) {
            Some(export) => exports.push(export),
            None => logs.push(path),
        }
    }
    (logs, exports)
}

/// The export that a regular file is by its beginning.
fn recognise(path: &Path) -> Option<ExportFile> {
    if !fs::metadata(path).is_ok_and(|meta| meta.is_file()) {
        return None;
    }
    let mut head = Vec::new();
    open(path).ok()?.bytes.take(HEAD).read_to_end(&mut head).ok()?;
    if Format::of(&head).is_some() {
        return None;
    }
    sniff(&head).map(|export| ExportFile {
        path: path.to_owned(),
        export,
    })
}

/// Reads an export to its end. What its mails' headers name is taken from `records` where the export does not say.
pub fn read(file: &ExportFile, records: Option<&Records>, seen: &mut dyn FnMut(&MailSeen<'_>)) -> ExportRead {
    let name = file.path.display();
    let mut reading = Reading::new(file.export);
    if let Some(records) = records {
        reading = reading.with_records(records);
    }
    let mut digest = Sha256::new();
    let mut fed = || -> io::Result<()> {
        let mut bytes = match file.path.as_os_str() == "-" {
            true => stdin()?,
            false => open(&file.path)?,
        }
        .bytes;
        let mut buffer = vec![0; BUFFER];
        loop {
            match bytes.read(&mut buffer)? {
                0 => return Ok(()),
                count => {
                    digest.update(&buffer[..count]);
                    reading.feed(&buffer[..count], seen);
                }
            }
        }
    };
    let ended = fed();
    let outcome = reading.finish(seen);
    let mut gaps: Vec<String> = outcome.unread.iter().map(|it| format!("`{name}`: {it}")).collect();
    if outcome.mails == 0 && gaps.is_empty() && ended.is_ok() {
        gaps.push(format!("`{name}` tells of no mail that {} would", file.export.title));
    }
    let hash = match ended {
        Ok(()) => Some(digest.finalize().iter().map(|byte| format!("{byte:02x}")).collect()),
        Err(err) => {
            gaps.push(format!("cannot read all of `{name}`: {err}"));
            None
        }
    };
    ExportRead { gaps, hash }
}

const HEAD: u64 = 64 << 10;
const BUFFER: usize = 64 << 10;
