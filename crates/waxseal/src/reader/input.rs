//! What stands for one side in the parent: an archive in memory, one in a file that is open, or a folder that was read.

use std::fs::File;
use std::io::{self, Read, Seek, Write};
use std::path::Path;
use std::process::ChildStdin;
use std::sync::Arc;

use waxseal_npm::Unpacked;

use super::protocol::{ContentHeader, FilesHeader};

/// The bytes of one side.
#[derive(Debug, Clone)]
pub enum SideInput {
    /// A packed archive.
    Archive(Arc<[u8]>),
    /// A packed archive in a file.
    File(ArchiveFile),
    /// A folder that was read.
    Folder(Arc<Unpacked>),
}

/// An archive in an open file, which passes to the reader without ever lying in the parent's memory.
#[derive(Debug, Clone)]
pub struct ArchiveFile {
    file: Arc<File>,
    length: u64,
}

impl ArchiveFile {
    /// Opens an archive of at most `limit` bytes.
    ///
    /// # Errors
    /// It is no plain file, holds more, or cannot be opened; in words that follow "cannot read …:".
    pub fn open(path: &Path, limit: u64) -> Result<Self, String> {
        let text = |err: io::Error| err.to_string();
        // Before it is opened: opening a pipe would wait for somebody to write to it.
        if !std::fs::metadata(path).map_err(text)?.is_file() {
            return Err("it is not a file".to_owned());
        }
        let file = File::open(path).map_err(text)?;
        let length = file.metadata().map_err(text)?.len();
        if length > limit {
            return Err(format!("it holds more than {limit} bytes"));
        }
        let file = Arc::new(file);
        Ok(Self { file, length })
    }
}

impl ArchiveFile {
    /// All of its bytes, for whoever needs them in memory.
    ///
    /// # Errors
    /// The file cannot be read.
    pub fn bytes(&self) -> io::Result<Arc<[u8]>> {
        let mut file = &*self.file;
        file.rewind()?;
        let mut bytes = Vec::new();
        file.take(self.length).read_to_end(&mut bytes)?;
        Ok(bytes.into())
    }
}

/// Why a side could not be handed over.
#[derive(Debug)]
pub(super) enum HandOver {
    /// The reader does not take it.
    Pipe(io::Error),
    /// The archive cannot be read to the end it had when it was opened.
    Archive(String),
}

impl SideInput {
    /// What is said of it before its bytes.
    pub(super) fn header(&self) -> ContentHeader {
        match self {
            Self::Archive(bytes) => ContentHeader::Archive(bytes.len() as u64),
            Self::File(archive) => ContentHeader::Archive(archive.length),
            Self::Folder(folder) => ContentHeader::Files(FilesHeader {
                files: folder
                    .files
                    .iter()
                    .map(|file| (file.path.clone(), file.mode, file.size()))
                    .collect(),
                anomalies: folder.anomalies.clone(),
            }),
        }
    }

    /// Its bytes, one file behind the other.
    pub(super) fn write_to(&self, pipe: &mut ChildStdin) -> Result<(), HandOver> {
        match self {
            Self::Archive(bytes) => pipe.write_all(bytes).map_err(HandOver::Pipe),
            Self::File(archive) => archive.write_to(pipe),
            Self::Folder(folder) => (0..folder.files.len())
                .try_for_each(|idx| pipe.write_all(folder.bytes(idx)))
                .map_err(HandOver::Pipe),
        }
    }
}

impl ArchiveFile {
    fn write_to(&self, pipe: &mut ChildStdin) -> Result<(), HandOver> {
        let mut file = &*self.file;
        // A reader that failed is followed by another, which takes it from the beginning.
        file.rewind()
            .map_err(|err| HandOver::Archive(format!("its archive cannot be read: {err}")))?;
        // The kernel moves the bytes from the file to the pipe where it can.
        match io::copy(&mut file.take(self.length), pipe) {
            Ok(copied) if copied == self.length => Ok(()),
            Ok(_) => Err(HandOver::Archive(
                "its archive became shorter while it was read".to_owned(),
            )),
            Err(err) => Err(HandOver::Pipe(err)),
        }
    }
}

#[cfg(test)]
mod tests;
