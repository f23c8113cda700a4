//! ZIP archives of records, as OSV exports them: one JSON file a record.

use std::fs::File;
use std::io::{BufReader, Read as _};
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
    let file = File::open(path).map_err(|err| unreadable(path, &err))?;
    let length = file.metadata().map_err(|err| unreadable(path, &err))?.len();
    if length > MAX_ARCHIVE {
        return Err(wrong(format!("it holds more than {MAX_ARCHIVE} bytes")));
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

/// The largest archive that is read or downloaded; OSV's for npm has some hundred megabytes.
pub(crate) const MAX_ARCHIVE: u64 = 1 << 30;

/// What all records may hold together: OSV's for npm have one or two gigabytes.
const MAX_INFLATED: u64 = 16 << 30;

const BUFFER: usize = 256 << 10;
