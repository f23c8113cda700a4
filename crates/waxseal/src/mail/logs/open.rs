//! A file's bytes, whatever it was compressed with, told by its first bytes and not by its name.

use std::fs::File;
use std::io::{self, BufReader, Read, Seek as _, SeekFrom};
use std::path::Path;

/// How a file is compressed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Compression {
    None,
    Gzip,
    Zstd,
    Xz,
    /// Known, and not read: no decoder of it that is well kept has a licence we take.
    Bzip2,
    /// Known, and not read.
    Lz4,
}

impl Compression {
    fn of(head: &[u8]) -> Self {
        match head {
            [0x1f, 0x8b, ..] => Self::Gzip,
            [0x28, 0xb5, 0x2f, 0xfd, ..] => Self::Zstd,
            [0xfd, b'7', b'z', b'X', b'Z', 0, ..] => Self::Xz,
            [b'B', b'Z', b'h', b'1'..=b'9', ..] => Self::Bzip2,
            [0x04, 0x22, 0x4d, 0x18, ..] => Self::Lz4,
            _ => Self::None,
        }
    }
}

/// A file that is open for reading from its beginning.
pub(super) struct Opened {
    pub(super) compression: Compression,
    pub(super) bytes: Box<dyn Read>,
}

/// Opens a file.
///
/// # Errors
/// It cannot be opened, is no regular file or pipe, or is compressed with something that is not read.
pub(super) fn open(path: &Path) -> io::Result<Opened> {
    let mut file = File::open(path)?;
    if file.metadata()?.is_dir() {
        return Err(io::Error::new(io::ErrorKind::IsADirectory, "is a folder"));
    }
    let mut head = [0_u8; 6];
    let mut filled = 0;
    while filled < head.len() {
        match file.read(&mut head[filled..])? {
            0 => break,
            count => filled += count,
        }
    }
    let compression = Compression::of(&head[..filled]);
    // A pipe cannot go back.
    let bytes: Box<dyn Read> = match file.seek(SeekFrom::Start(0)) {
        Ok(_) => Box::new(file),
        Err(_) => Box::new(io::Cursor::new(head).take(filled as u64).chain(file)),
    };
    Ok(Opened {
        compression,
        bytes: decoded(bytes, compression)?,
    })
}

/// Standard input, decompressed as a file is.
pub(super) fn stdin() -> io::Result<Opened> {
    open(Path::new("/dev/stdin"))
}

fn decoded(bytes: Box<dyn Read>, compression: Compression) -> io::Result<Box<dyn Read>> {
    let unread = |what| {
        Err(io::Error::new(
            io::ErrorKind::Unsupported,
            format!("is compressed with {what}, which waxseal does not read"),
        ))
    };
    Ok(match compression {
        Compression::None => bytes,
        // All members: logs are appended to compressed files too.
        Compression::Gzip => Box::new(flate2::read::MultiGzDecoder::new(BufReader::with_capacity(
            BUFFER, bytes,
        ))),
        Compression::Zstd => {
            let frames = BufReader::with_capacity(BUFFER, bytes);
            Box::new(Frames {
                decoder: None,
                source: Some(frames),
            })
        }
        Compression::Xz => Box::new(lzma_rust2::XzReader::new(BufReader::with_capacity(BUFFER, bytes), true)),
        Compression::Bzip2 => return unread("bzip2"),
        Compression::Lz4 => return unread("lz4"),
    })
}

type Source = BufReader<Box<dyn Read>>;

/// All frames of a zstd file, one after the other (RFC 8878 §3.1).
struct Frames {
    decoder: Option<ruzstd::decoding::StreamingDecoder<Source, ruzstd::decoding::FrameDecoder>>,
    source: Option<Source>,
}

impl Read for Frames {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        loop {
            if let Some(decoder) = &mut self.decoder {
                let count = decoder.read(buffer)?;
                if count > 0 || buffer.is_empty() {
                    return Ok(count);
                }
                self.source = self.decoder.take().map(|it| it.into_inner());
            }
            let Some(mut source) = self.source.take() else {
                return Ok(0);
            };
            if io::BufRead::fill_buf(&mut source)?.is_empty() {
                return Ok(0);
            }
            let decoder =
                ruzstd::decoding::StreamingDecoder::new(source).map_err(|err| io::Error::other(err.to_string()))?;
            self.decoder = Some(decoder);
        }
    }
}

const BUFFER: usize = 64 << 10;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_bytes_tell() {
        assert_eq!(Compression::of(b"\x1f\x8b\x08"), Compression::Gzip);
        assert_eq!(Compression::of(b"BZh9"), Compression::Bzip2);
        assert_eq!(Compression::of(b"Nov 22 01:15:53"), Compression::None);
        assert_eq!(Compression::of(b""), Compression::None);
    }
}
