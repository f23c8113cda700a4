//! One 512-byte header block, decoded as node-tar decodes it, mistakes included.

use super::pax::{Overrides, cut_nul, parse_int};

/// Length of a block.
pub(super) const BLOCK: usize = 512;

/// What a block turned out to be.
#[derive(Debug)]
pub(super) enum Block {
    /// A block of zeros.
    Null,
    /// node-tar skips this block and takes the next one for a header.
    Invalid(&'static str),
    /// As [`Block::Invalid`], but found out so early that node-tar forgets no block of zeros before it.
    Broken(&'static str),
    /// A header.
    Entry(Header),
}

/// A valid header.
#[derive(Debug)]
pub(super) struct Header {
    pub(super) kind: Kind,
    pub(super) path: String,
    /// The name the block itself gives, whatever an extended header says.
    pub(super) own_path: String,
    pub(super) linkpath: String,
    pub(super) mode: Option<f64>,
    /// Bytes of the body; may be fractional or infinite when a pax header says so.
    pub(super) size: f64,
    /// A pax header changed the size.
    pub(super) size_overridden: bool,
}

/// What kind of entry it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    File,
    Contiguous,
    Directory,
    /// A directory with a body, of GNU's incremental dumps.
    DumpDirectory,
    Link,
    SymbolicLink,
    /// Character device, block device, fifo.
    Device,
    Pax,
    OldPax,
    GlobalPax,
    LongPath,
    LongLink,
    /// Known or not, node-tar skips it with its body.
    Ignored,
}

impl Kind {
    /// Headers that describe the next entry.
    pub(super) fn is_meta(self) -> bool {
        matches!(
            self,
            Self::Pax | Self::OldPax | Self::GlobalPax | Self::LongPath | Self::LongLink
        )
    }

    fn of(flag: u8) -> Self {
        match flag {
            0 | b'0' => Self::File,
            b'7' => Self::Contiguous,
            b'5' => Self::Directory,
            b'D' => Self::DumpDirectory,
            b'1' => Self::Link,
            b'2' => Self::SymbolicLink,
            b'3' | b'4' | b'6' => Self::Device,
            b'x' => Self::Pax,
            b'X' => Self::OldPax,
            b'g' => Self::GlobalPax,
            b'L' | b'N' => Self::LongPath,
            b'K' => Self::LongLink,
            _ => Self::Ignored,
        }
    }

    /// Entries of a file system; only these take what extended headers say.
    fn is_normal(self) -> bool {
        !self.is_meta() && self != Self::Ignored
    }
}

/// Decodes one block. `local` and `global` are the extended headers in force.
pub(super) fn decode(block: &[u8; BLOCK], local: &Overrides, global: &Overrides) -> Block {
    match decode_fields(block, local, global) {
        Err(reason) => Block::Broken(reason),
        Ok(block) => block,
    }
}

fn decode_fields(block: &[u8; BLOCK], local: &Overrides, global: &Overrides) -> Result<Block, &'static str> {
    let none = Overrides::default();
    let mut kind = Kind::of(block[156]);
    let (ex, gex) = if kind.is_normal() {
        (local, global)
    } else {
        (&none, &none)
    };
    let own_name = string(&block[..100]);
    let mut path = ex.path.clone().unwrap_or_else(|| own_name.clone());
    let mode = number(&block[100..108])?;
    number_unless(ex.uid || gex.uid, &block[108..116])?;
    number_unless(ex.gid || gex.gid, &block[116..124])?;
    let pax_size = ex.size.or(gex.size);
    let own_size = if pax_size.is_some() {
        None
    } else {
        number(&block[124..136])?
    };
    number_unless(ex.mtime || gex.mtime, &block[136..148])?;
    // node-tar reads twelve bytes here, beyond the field's eight.
    let checksum = number(&block[148..160])?;
    if kind == Kind::File && path.ends_with('/') {
        kind = Kind::Directory;
    }
    let mut size = pax_size.or(own_size).filter(|size| *size >= 0.0).unwrap_or(0.0);
    if kind == Kind::Directory {
        size = 0.0;
    }
    let linkpath = string(&block[157..257]);
    let mut own_path = own_name;
    if &block[257..265] == b"ustar\x0000" {
        let prefix = ustar_prefix(block, local, global)?;
        if let Some(prefix) = prefix {
            path = format!("{prefix}/{path}");
            own_path = format!("{prefix}/{own_path}");
        }
    }
    let sum = checksum_of(block);
    if checksum.is_none() && sum == EMPTY_SUM {
        return Ok(Block::Null);
    }
    if checksum != Some(f64::from(sum)) {
        return Ok(Block::Invalid("its checksum is wrong"));
    }
    if path.is_empty() {
        return Ok(Block::Invalid("it has no name"));
    }
    let is_link = matches!(kind, Kind::Link | Kind::SymbolicLink);
    if is_link && linkpath.is_empty() {
        return Ok(Block::Invalid("it is a link to nothing"));
    }
    if !is_link && !matches!(kind, Kind::Pax | Kind::GlobalPax) && !linkpath.is_empty() {
        return Ok(Block::Invalid("it is no link and points somewhere"));
    }
    Ok(Block::Entry(Header {
        kind,
        path,
        own_path,
        linkpath,
        mode,
        size,
        size_overridden: pax_size.is_some(),
    }))
}

/// The ustar fields behind the name: device numbers are read only to fail as node-tar fails, then the prefix.
fn ustar_prefix(block: &[u8; BLOCK], local: &Overrides, global: &Overrides) -> Result<Option<String>, &'static str> {
    number(&block[329..337])?;
    number(&block[337..345])?;
    if block[475] != 0 {
        return Ok(Some(string(&block[345..500])));
    }
    let prefix = string(&block[345..475]);
    number_unless(local.atime || global.atime, &block[476..488])?;
    number_unless(local.ctime || global.ctime, &block[488..500])?;
    Ok((!prefix.is_empty()).then_some(prefix))
}

fn checksum_of(block: &[u8; BLOCK]) -> u32 {
    let counted = block[..148].iter().chain(&block[156..]);
    EMPTY_SUM + counted.map(|byte| u32::from(*byte)).sum::<u32>()
}

/// A field of text: UTF-8 with replacement, up to a NUL.
fn string(field: &[u8]) -> String {
    cut_nul(&String::from_utf8_lossy(field))
}

fn number_unless(given: bool, field: &[u8]) -> Result<(), &'static str> {
    if given { Ok(()) } else { number(field).map(drop) }
}

/// A field with a number: octal text, or base 256 behind a first byte of 0x80 or 0xff.
fn number(field: &[u8]) -> Result<Option<f64>, &'static str> {
    match field.first() {
        Some(0x80) => safe_integer(field[1..].iter().fold(0.0, |sum, byte| sum * 256.0 + f64::from(*byte))).map(Some),
        Some(0xff) => safe_integer(twos_complement(field)).map(Some),
        Some(byte) if byte & 0x80 != 0 => Err("it has a number in no known form"),
        _ => {
            let text = String::from_utf8_lossy(field);
            let text = text.split('\0').next().unwrap_or_default();
            Ok(parse_int(text, 8))
        }
    }
}

/// A negative number; its magnitude is the complement of the bytes plus one.
fn twos_complement(field: &[u8]) -> f64 {
    let mut magnitude = 0.0;
    let mut flipped = false;
    for (place, byte) in field.iter().rev().enumerate() {
        let digit = if flipped {
            !byte
        } else {
            flipped = *byte != 0;
            byte.wrapping_neg()
        };
        magnitude += f64::from(digit) * 256f64.powi(i32::try_from(place).unwrap_or(i32::MAX));
    }
    -magnitude
}

fn safe_integer(value: f64) -> Result<f64, &'static str> {
    if value.abs() <= MAX_SAFE_INTEGER {
        Ok(value)
    } else {
        Err("it has a number too large for npm")
    }
}

/// The sum of a block of zeros: the checksum's own eight bytes count as spaces (POSIX ustar).
const EMPTY_SUM: u32 = 8 * 0x20;

/// ECMAScript's `Number.MAX_SAFE_INTEGER`.
const MAX_SAFE_INTEGER: f64 = 9_007_199_254_740_991.0;
