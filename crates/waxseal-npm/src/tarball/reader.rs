//! Walks the entries of an inflated archive exactly as node-tar's parser walks them.

use std::ops::Range;

use super::TarballError;
use super::header::{BLOCK, Block, Header, Kind, decode};
use super::pax::{Overrides, cut_nul};

/// What the reader meets, in the archive's order.
pub(super) enum Event<'a> {
    /// An entry that is not a description of another one.
    Entry(Entry),
    /// A block npm skips, and why.
    Skipped(&'static str),
    /// Bytes behind the end-of-archive blocks, not all zero.
    Trailing,
    /// An extended header too long to be read.
    LongMeta(&'a Header),
}

/// An entry with its extended headers applied.
pub(super) struct Entry {
    pub(super) header: Header,
    pub(super) path: String,
    pub(super) linkpath: String,
    /// Where its body is.
    pub(super) body: Range<usize>,
}

/// Reads all of `data`, handing every event to `sink`, which may stop it with an error.
pub(super) fn read(
    data: &[u8],
    sink: &mut dyn FnMut(Event<'_>) -> Result<(), TarballError>,
) -> Result<(), TarballError> {
    let mut reader = Reader {
        data,
        at: 0,
        local: None,
        global: Overrides::default(),
        begun: false,
        valid: None,
    };
    reader.run(sink)?;
    // node-tar warns `TAR_BAD_ARCHIVE` here, which is an error when unpacking.
    if reader.begun && reader.valid == Some(true) {
        Ok(())
    } else {
        Err(TarballError::Corrupt {
            reason: String::from("it holds no entry that npm could read"),
        })
    }
}

struct Reader<'d> {
    data: &'d [u8],
    at: usize,
    /// `None` and an empty set differ in nothing but what a later header merges with.
    local: Option<Overrides>,
    global: Overrides,
    /// The state has left `begin`: an entry with a body or without, or the end, was met.
    begun: bool,
    /// No header yet, only invalid ones, or a valid one.
    valid: Option<bool>,
}

impl Reader<'_> {
    fn run(&mut self, sink: &mut dyn FnMut(Event<'_>) -> Result<(), TarballError>) -> Result<(), TarballError> {
        let mut saw_null = false;
        let none = Overrides::default();
        while let Some(block) = self.data.get(self.at..).and_then(|rest| rest.first_chunk::<BLOCK>()) {
            self.at += BLOCK;
            self.valid.get_or_insert(false);
            match decode(block, self.local.as_ref().unwrap_or(&none), &self.global) {
                Block::Null if saw_null => {
                    self.begun = true;
                    if self.data[self.at..].iter().any(|byte| *byte != 0) {
                        sink(Event::Trailing)?;
                    }
                    return Ok(());
                }
                Block::Null => saw_null = true,
                Block::Invalid(reason) => {
                    saw_null = false;
                    sink(Event::Skipped(reason))?;
                }
                Block::Broken(reason) => sink(Event::Skipped(reason))?,
                Block::Entry(header) => {
                    saw_null = false;
                    self.read_entry(header, sink)?;
                }
            }
        }
        Ok(())
    }

    fn read_entry(
        &mut self,
        header: Header,
        sink: &mut dyn FnMut(Event<'_>) -> Result<(), TarballError>,
    ) -> Result<(), TarballError> {
        if header.kind.is_meta() {
            return self.read_meta(&header, sink);
        }
        self.begun = true;
        self.valid = Some(true);
        let body = self.take_body(header.size)?;
        let local = self.local.take().unwrap_or_default();
        let path = local.path.unwrap_or_else(|| header.path.clone());
        let linkpath = self
            .global
            .linkpath
            .clone()
            .or(local.linkpath)
            .unwrap_or_else(|| header.linkpath.clone());
        sink(Event::Entry(Entry {
            header,
            path,
            linkpath,
            body,
        }))
    }

    /// An extended header. The size by which node-tar decides what to do with it is the one the extended headers before it
    /// gave, though its body has the length of its own header.
    fn read_meta(
        &mut self,
        header: &Header,
        sink: &mut dyn FnMut(Event<'_>) -> Result<(), TarballError>,
    ) -> Result<(), TarballError> {
        let local_size = self.local.as_ref().and_then(|local| local.size);
        let deciding = self.global.size.or(local_size).unwrap_or(header.size);
        if header.size == 0.0 {
            self.valid = Some(true);
        }
        if deciding <= 0.0 {
            return Ok(());
        }
        self.begun = true;
        self.valid = Some(true);
        let body = self.take_body(header.size)?;
        if deciding > MAX_META {
            return sink(Event::LongMeta(header));
        }
        let text = String::from_utf8_lossy(self.data.get(body).unwrap_or_default());
        match header.kind {
            Kind::GlobalPax => self.global.add_records(&text),
            Kind::LongPath => self.local.get_or_insert_default().path = Some(cut_nul(&text)),
            Kind::LongLink => self.local.get_or_insert_default().linkpath = Some(cut_nul(&text)),
            _ => self.local.get_or_insert_default().add_records(&text),
        }
        Ok(())
    }

    /// Moves past a body and its padding. A body that is cut off fails the install.
    fn take_body(&mut self, size: f64) -> Result<Range<usize>, TarballError> {
        let left = self.data.len() - self.at;
        let padded = (size / BLOCK as f64).ceil() * BLOCK as f64;
        if padded > left as f64 {
            return Err(TarballError::Corrupt {
                reason: String::from("it is cut off within a file"),
            });
        }
        // Both fit in `left`, so neither conversion loses anything but the fraction node-tar drops too.
        let body = self.at..self.at + size as usize;
        self.at += padded as usize;
        Ok(body)
    }
}

/// node-tar does not read longer extended headers (`maxMetaEntrySize`).
const MAX_META: f64 = 1024.0 * 1024.0;
