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

/// SHA-256 of what a file holds, decompressed, in hexadecimal digits.
///
/// # Errors
/// It cannot be read to its end.
pub fn hash(path: &Path) -> io::Result<String> {
    let mut digest = Sha256::new();
    pieces(open(path)?.bytes, &mut |piece| digest.update(piece))?;
    Ok(digest.finalize().iter().map(|byte| format!("{byte:02x}")).collect())
}

/// Reads an export to its end, and says in words what could not be read. Whom its mails' headers name is taken from `records` where the export
/// does not say.
pub fn read(file: &ExportFile, records: Option<&Records>, seen: &mut dyn FnMut(&MailSeen<'_>)) -> Vec<String> {
    let name = file.path.display();
    let mut reading = Reading::new(file.export);
    if let Some(records) = records {
        reading = reading.with_records(records);
    }
    let opened = match file.path.as_os_str() == "-" {
        true => stdin(),
        false => open(&file.path),
    };
    let ended = opened.and_then(|it| pieces(it.bytes, &mut |piece| reading.feed(piece, seen)));
    let outcome = reading.finish(seen);
    let mut gaps: Vec<String> = outcome.unread.iter().map(|it| format!("`{name}`: {it}")).collect();
    match ended {
        Err(err) => gaps.push(format!("cannot read all of `{name}`: {err}")),
        Ok(()) if outcome.mails == 0 && gaps.is_empty() => {
            gaps.push(format!(
                "`{name}` tells of no mail in the form of {}",
                file.export.title
            ));
        }
        Ok(()) => {}
    }
    gaps
}

fn pieces(mut bytes: impl Read, take: &mut dyn FnMut(&[u8])) -> io::Result<()> {
    let mut buffer = vec![0; BUFFER];
    loop {
        match bytes.read(&mut buffer)? {
            0 => return Ok(()),
            count => take(&buffer[..count]),
        }
    }
}

const HEAD: u64 = 64 << 10;
const BUFFER: usize = 64 << 10;
