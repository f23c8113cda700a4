//! ZIP archives of records, as OSV exports them: one JSON file a record.

use std::fs::File;
use std::io::{self, BufReader, Read, Seek, SeekFrom};
use std::path::Path;

use ::zip::ZipArchive;
use ::zip::result::ZipError;
use waxseal_npm::osv::MAX_RECORD;

use super::{ImportError, MAX_ENTRIES, Sink, unreadable};

/// Reads every record of an archive. One that is cut off or damaged anywhere is refused as a whole.
pub(super) fn read(path: &Path, sink: &mut Sink<'_>) -> Result<(), ImportError> {
    let wrong = |what: String| ImportError::Archive {
        path: path.display().to_string(),
        what,
    };
    let mut file = File::open(path).map_err(|err| unreadable(path, &err))?;
    let length = file.metadata().map_err(|err| unreadable(path, &err))?.len();
    if length > MAX_ARCHIVE {
        return Err(wrong(format!("it holds more than {MAX_ARCHIVE} bytes")));
    }
    let entries = entries_of(&mut file, length).map_err(|err| unreadable(path, &err))?;
    if entries > MAX_ENTRIES as u64 {
        return Err(wrong(format!("it holds more than {MAX_ENTRIES} files")));
    }
    let explain = |err: ZipError| match err {
        ZipError::Io(err) => wrong(err.to_string()),
        ZipError::InvalidArchive(what) => wrong(format!("it is damaged or cut off ({what})")),
        err => wrong(err.to_string()),
    };
    let mut archive = ZipArchive::new(BufReader::with_capacity(BUFFER, file)).map_err(explain)?;
    if archive.len() > MAX_ENTRIES {
        return Err(wrong(format!("it holds more than {MAX_ENTRIES} files")));
    }
    let mut bytes = Vec::new();
    let mut inflated = 0;
    for idx in 0..archive.len() {
        let entry = archive.by_index(idx).map_err(explain)?;
        let is_json = entry.name_raw().to_ascii_lowercase().ends_with(b".json");
        if !entry.is_file() || !is_json {
            continue;
        }
        bytes.clear();
        // What the archive says of the size is not believed.
        let read = entry.take(MAX_RECORD as u64 + 1).read_to_end(&mut bytes);
        read.map_err(|err| wrong(format!("a record is damaged ({err})")))?;
        inflated += bytes.len() as u64;
        if inflated > MAX_INFLATED {
            return Err(wrong(format!("it inflates to more than {MAX_INFLATED} bytes")));
        }
        sink.osv(&bytes)?;
    }
    Ok(())
}

/// How many files the end of an archive speaks of, before its directory is read (APPNOTE.TXT §4.3.14 to §4.3.16). Of several such ends
/// the largest number counts; 0 where there is none.
fn entries_of(file: &mut (impl Read + Seek), length: u64) -> io::Result<u64> {
    let begin = length.saturating_sub(TAIL);
    let mut tail = Vec::new();
    file.seek(SeekFrom::Start(begin))?;
    file.by_ref().take(TAIL).read_to_end(&mut tail)?;
    let mut most: u64 = 0;
    let mut far = Vec::new();
    for idx in 0..tail.len() {
        let rest = &tail[idx..];
        if rest.starts_with(END) {
            most = most.max(number(rest, 10, 2));
        } else if rest.starts_with(END_64) {
            most = most.max(number(rest, 32, 8));
        } else if rest.starts_with(LOCATOR_64) && far.len() < MAX_LOCATORS {
            far.push(number(rest, 8, 8));
        }
    }
    for at in far.into_iter().filter(|at| *at < length) {
        let mut end = Vec::new();
        file.seek(SeekFrom::Start(at))?;
        file.by_ref().take(END_64_LENGTH).read_to_end(&mut end)?;
        if end.starts_with(END_64) {
            most = most.max(number(&end, 32, 8));
        }
    }
    file.rewind()?;
    Ok(most)
}

/// A number of `length` bytes, the lowest first; 0 where the bytes end before it does.
fn number(bytes: &[u8], at: usize, length: usize) -> u64 {
    let digits = bytes.get(at..at + length).unwrap_or_default();
    digits.iter().rev().fold(0, |sum, byte| (sum << 8) | u64::from(*byte))
}

/// How the end of an archive begins, that of a large one, and what says where the latter is.
const END: &[u8] = b"PK\x05\x06";
const END_64: &[u8] = b"PK\x06\x06";
const LOCATOR_64: &[u8] = b"PK\x06\x07";

/// The end of a large archive without what may follow in it.
const END_64_LENGTH: u64 = 56;

/// The ends and the longest comment.
const TAIL: u64 = 56 + 20 + 22 + 65_535;

/// A sound archive has one.
const MAX_LOCATORS: usize = 64;

/// The largest archive that is read or downloaded; OSV's for npm has some hundred megabytes.
pub(crate) const MAX_ARCHIVE: u64 = 1 << 30;

/// What all records may hold together: OSV's for npm have one or two gigabytes.
const MAX_INFLATED: u64 = 16 << 30;

const BUFFER: usize = 256 << 10;
