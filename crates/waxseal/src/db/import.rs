//! Fills a source from paths: folders and archives of OSV records, and lists of somebody's.

mod folder;
mod zip;

use std::fs::{self, File};
use std::io::{BufReader, Read as _};
use std::path::{Path, PathBuf};

use serde::de::IgnoredAny;
use waxseal_model::Moment;
use waxseal_npm::osv::{self, Record};

pub(crate) use self::zip::MAX_ARCHIVE;
use super::lists::{self, Listed, Wrong};
use super::{DatabaseError, Kind, LeftOut, Meta, Writer, path_of};

/// What became of an import.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Imported {
    /// What is there now.
    pub meta: Meta,
}

/// Why nothing was imported. What was there before is still there.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ImportError {
    /// The system refuses to read it.
    #[error("cannot read `{path}`: {reason}")]
    Unreadable {
        /// The file or folder.
        path: String,
        /// The system's reason.
        reason: String,
    },
    /// A file, or a line of it, is not what it should be.
    #[error("{path}{}: {what}", line.map(|line| format!(":{line}")).unwrap_or_default())]
    Wrong {
        /// The file.
        path: String,
        /// The line, from 1.
        line: Option<usize>,
        /// What is wrong.
        what: String,
    },
    /// An archive is damaged, or holds more than is read.
    #[error("`{path}` cannot be read as a ZIP archive of records: {what}")]
    Archive {
        /// The file.
        path: String,
        /// What is wrong.
        what: String,
    },
    /// There are no records in it.
    #[error("there are no records of malicious npm packages in {paths}")]
    Nothing {
        /// The paths.
        paths: String,
    },
    /// The database cannot be used.
    #[error(transparent)]
    Database(#[from] DatabaseError),
}

impl ImportError {
    /// What to do about it.
    pub fn hint(&self) -> String {
        match self {
            Self::Unreadable { .. } => "nothing was changed; check the path and its permissions".to_owned(),
            Self::Wrong { .. } => {
                "nothing was changed; `docs/DATABASE.md` shows what each kind of list looks like".to_owned()
            }
            Self::Archive { .. } => "nothing was changed; get the archive again".to_owned(),
            Self::Nothing { .. } => {
                "nothing was changed; records have an id that begins with `MAL-`, or say that the package is malware"
                    .to_owned()
            }
            Self::Database(err) => err.hint(),
        }
    }
}

/// What an import is told by whoever began it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Source {
    /// The name it is kept by.
    pub name: String,
    /// Where it says it is from.
    pub from: Vec<String>,
    /// When the source was asked; `None` where nobody asked it, and its newest record says how old it is.
    pub asked: Option<Moment>,
    /// As the server sent it.
    pub etag: Option<String>,
    /// As the server sent it.
    pub last_modified: Option<String>,
}

/// Reads all paths into one source, and puts it in place of the one with the same name. `tell` is told how many records were read.
///
/// # Errors
/// Something cannot be read: then nothing is changed.
pub fn import(
    folder: &Path,
    source: &Source,
    paths: &[PathBuf],
    now: Moment,
    tell: &dyn Fn(u64),
) -> Result<Imported, ImportError> {
    let shown: Vec<String> = paths.iter().map(|path| format!("`{}`", path.display())).collect();
    fill(folder, source, now, tell, &shown.join(", "), |sink| {
        paths.iter().try_for_each(|path| read(path, sink))
    })
}

/// As [`import`], of one file that must be a ZIP archive of records, whatever its name.
///
/// # Errors
/// As [`import`].
pub fn import_archive(
    folder: &Path,
    source: &Source,
    archive: &Path,
    now: Moment,
    tell: &dyn Fn(u64),
) -> Result<Imported, ImportError> {
    let shown = format!("`{}`", archive.display());
    fill(folder, source, now, tell, &shown, |sink| zip::read(archive, sink))
}

fn fill(
    folder: &Path,
    source: &Source,
    now: Moment,
    tell: &dyn Fn(u64),
    shown: &str,
    read: impl FnOnce(&mut Sink<'_>) -> Result<(), ImportError>,
) -> Result<Imported, ImportError> {
    let path = path_of(folder, &source.name);
    let mut sink = Sink {
        writer: Writer::create(&path)?,
        tell,
        now,
        records: 0,
        withdrawn: 0,
        left_out: LeftOut::default(),
        newest: None,
        lists: false,
        seen: 0,
    };
    read(&mut sink)?;
    if sink.records == 0 {
        return Err(ImportError::Nothing {
            paths: shown.to_owned(),
        });
    }
    let meta = Meta {
        name: source.name.clone(),
        kind: if sink.lists { Kind::List } else { Kind::Osv },
        records: sink.records,
        withdrawn: sink.withdrawn,
        left_out: sink.left_out,
        updated: source.asked.or(sink.newest).filter(|_| !sink.lists),
        written: now,
        from: source.from.clone(),
        etag: source.etag.clone(),
        last_modified: source.last_modified.clone(),
    };
    sink.writer.finish(&path, &meta)?;
    Ok(Imported { meta })
}

/// Whether a path is read as OSV's records: a folder, an archive, or a file that holds one.
///
/// # Errors
/// It cannot be read.
pub fn is_osv(path: &Path) -> Result<bool, ImportError> {
    let meta = fs::metadata(path).map_err(|err| unreadable(path, &err))?;
    Ok(meta.is_dir() || matches!(form_of(path)?, Form::Zip | Form::Record))
}

/// Takes records in and counts.
struct Sink<'t> {
    writer: Writer,
    tell: &'t dyn Fn(u64),
    now: Moment,
    records: u64,
    withdrawn: u64,
    left_out: LeftOut,
    newest: Option<Moment>,
    /// Lists were among it.
    lists: bool,
    /// Records read, kept or not.
    seen: u64,
}

impl Sink<'_> {
    /// One file of an archive or folder.
    fn osv(&mut self, bytes: &[u8]) -> Result<(), DatabaseError> {
        self.seen += 1;
        if self.seen.is_multiple_of(TELL_EVERY) {
            (self.tell)(self.seen);
        }
        match osv::read(bytes) {
            Ok(record) => self.keep(&record)?,
            Err(osv::LeftOut::Weakness) => self.left_out.weaknesses += 1,
            Err(osv::LeftOut::OtherEcosystem) => self.left_out.other += 1,
            Err(osv::LeftOut::Unreadable(_)) => self.left_out.unreadable += 1,
        }
        Ok(())
    }

    fn keep(&mut self, record: &Record) -> Result<(), DatabaseError> {
        self.records += 1;
        self.withdrawn += u64::from(record.withdrawn.is_some());
        self.newest = self.newest.max(record.modified);
        self.writer.add(record)
    }

    fn list(&mut self, listed: &Listed) -> Result<(), DatabaseError> {
        self.lists = true;
        self.left_out.other += listed.other;
        self.left_out.unreadable += listed.unreadable;
        listed.records.iter().try_for_each(|record| self.keep(record))
    }
}

fn read(path: &Path, sink: &mut Sink<'_>) -> Result<(), ImportError> {
    let meta = fs::metadata(path).map_err(|err| unreadable(path, &err))?;
    if meta.is_dir() {
        return folder::read(path, sink);
    }
    let form = form_of(path)?;
    if form == Form::Zip {
        return zip::read(path, sink);
    }
    let bytes = whole(path, if form == Form::Stix { MAX_STIX } else { MAX_LIST })?;
    if form == Form::Record {
        return Ok(sink.osv(&bytes)?);
    }
    let wrong = |wrong: Wrong| ImportError::Wrong {
        path: path.display().to_string(),
        line: Some(wrong.line).filter(|line| *line > 0),
        what: wrong.what,
    };
    let not_text = |_| {
        wrong(Wrong {
            line: 0,
            what: "it is not text in UTF-8".to_owned(),
        })
    };
    let text = String::from_utf8(bytes).map_err(not_text)?;
    let listed = match form {
        Form::Csv => lists::csv(&text, sink.now),
        Form::Stix => lists::stix(&text, sink.now),
        _ => lists::purls(&text, sink.now),
    };
    Ok(sink.list(&listed.map_err(wrong)?)?)
}

/// What a file is read as.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Form {
    Zip,
    /// One record of OSV's.
    Record,
    Stix,
    Csv,
    Purls,
}

/// What tells a record from a bundle; nothing of it is kept.
#[derive(serde::Deserialize)]
struct Probe {
    affected: Option<Vec<IgnoredAny>>,
}

/// By its name, and where that leaves it open by how it begins.
fn form_of(path: &Path) -> Result<Form, ImportError> {
    let is = |wanted: &str| path.extension().is_some_and(|it| it.eq_ignore_ascii_case(wanted));
    if is("zip") {
        return Ok(Form::Zip);
    }
    if is("csv") {
        return Ok(Form::Csv);
    }
    let mut begin = [0; 4];
    let mut file = File::open(path).map_err(|err| unreadable(path, &err))?;
    let length = file.read(&mut begin).map_err(|err| unreadable(path, &err))?;
    if begin == *ZIP_MARK {
        return Ok(Form::Zip);
    }
    if is("json") || is("stix") || begin[..length].first() == Some(&b'{') {
        let file = File::open(path).map_err(|err| unreadable(path, &err))?;
        let probe: Option<Probe> = serde_json::from_reader(BufReader::new(file.take(MAX_LIST))).ok();
        let is_record = probe.is_some_and(|probe| probe.affected.is_some());
        return Ok(if is_record { Form::Record } else { Form::Stix });
    }
    Ok(Form::Purls)
}

fn whole(path: &Path, ceiling: u64) -> Result<Vec<u8>, ImportError> {
    let mut bytes = Vec::new();
    let file = File::open(path).map_err(|err| unreadable(path, &err))?;
    file.take(ceiling + 1)
        .read_to_end(&mut bytes)
        .map_err(|err| unreadable(path, &err))?;
    if bytes.len() as u64 > ceiling {
        return Err(ImportError::Wrong {
            path: path.display().to_string(),
            line: None,
            what: format!("it holds more than {ceiling} bytes"),
        });
    }
    Ok(bytes)
}

fn unreadable(path: &Path, err: &std::io::Error) -> ImportError {
    ImportError::Unreadable {
        path: path.display().to_string(),
        reason: err.to_string(),
    }
}

/// How a ZIP archive begins that is not empty (APPNOTE.TXT §4.3.7).
const ZIP_MARK: &[u8; 4] = b"PK\x03\x04";

/// The largest lists in use have some megabytes.
const MAX_LIST: u64 = 256 << 20;

/// A bundle takes many times its length in memory.
const MAX_STIX: u64 = 64 << 20;

/// How many records are read between two words about the progress.
const TELL_EVERY: u64 = 1_000;

/// Most records of one folder or archive: OSV has some hundred thousand for npm.
const MAX_ENTRIES: usize = 2_000_000;
