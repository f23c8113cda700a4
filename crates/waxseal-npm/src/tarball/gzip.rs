//! Inflates a whole archive as Node's zlib does in `Unzip` mode: several members, trailing zeros, and nothing trusted.

use flate2::{Decompress, FlushDecompress, Status};

use super::TarballError;

/// An inflated archive.
pub(super) struct Inflated {
    /// The bytes of all members, one behind the other.
    pub(super) data: Vec<u8>,
    /// How many members there were.
    pub(super) members: usize,
    /// Bytes behind the last member hold something other than zeros.
    pub(super) trailing: bool,
}

/// Whether these bytes are gzip, by the test node-tar makes.
pub(super) fn is_gzip(bytes: &[u8]) -> bool {
    bytes.len() >= SNIFF && bytes.starts_with(&GZIP_MAGIC)
}

/// Whether these bytes are Zstandard, which node-tar hands to newer versions of Node.
pub(super) fn is_zstd(bytes: &[u8]) -> bool {
    bytes.starts_with(&ZSTD_MAGIC)
}

/// Inflates every member up to `limit` bytes in all; the length a member claims for itself is never looked at beforehand.
pub(super) fn inflate(bytes: &[u8], limit: u64) -> Result<Inflated, TarballError> {
    // Memory that is not touched costs nothing; every step in which the buffer grows copies it.
    let expected = bytes.len().saturating_mul(EXPECTED_RATIO).clamp(FIRST_ROOM, MAX_ROOM);
    let mut out = Inflated {
        data: Vec::with_capacity(expected),
        members: 0,
        trailing: false,
    };
    let mut rest = bytes;
    loop {
        rest = inflate_member(rest, &mut out.data, bytes, limit)?;
        out.members += 1;
        // Node goes on to a further member unless the next byte is zero, which it takes for padding (node_zlib.cc).
        match rest.first() {
            None => break,
            Some(0) => {
                out.trailing = rest.iter().any(|byte| *byte != 0);
                break;
            }
            Some(_) => {}
        }
    }
    if out.data.len() as u64 > MAX_RATIO.saturating_mul(bytes.len() as u64) {
        return Err(corrupt("it inflates more than a thousandfold, which npm refuses"));
    }
    Ok(out)
}

/// Inflates one member of `whole` and gives what follows it.
fn inflate_member<'a>(bytes: &'a [u8], out: &mut Vec<u8>, whole: &[u8], limit: u64) -> Result<&'a [u8], TarballError> {
    let mut measured = out.len() > MEASURE_FROM;
    // Node opens the stream with automatic detection, so a later member may be zlib's format (zlib manual, inflateInit2).
    let mut stream = if bytes.starts_with(&GZIP_MAGIC) {
        Decompress::new_gzip(WINDOW_BITS)
    } else {
        Decompress::new(true)
    };
    loop {
        let consumed = usize::try_from(stream.total_in()).unwrap_or(usize::MAX);
        let input = bytes.get(consumed..).unwrap_or_default();
        if out.len() as u64 > limit {
            return Err(TarballError::TooLarge { limit, unit: "bytes" });
        }
        if !measured && out.len() > MEASURE_FROM {
            measured = true;
            if (out.len() / MEASURE_RATIO) as u64 > stream.total_in() && is_longer_than(whole, limit) {
                return Err(TarballError::TooLarge { limit, unit: "bytes" });
            }
        }
        if out.capacity() - out.len() < MIN_ROOM {
            out.reserve(out.len().clamp(FIRST_ROOM, MAX_ROOM));
        }
        let before = (stream.total_in(), stream.total_out());
        let status = stream
            .decompress_vec(input, out, FlushDecompress::None)
            .map_err(|_| corrupt("its compressed data is broken"))?;
        if status == Status::StreamEnd {
            let consumed = usize::try_from(stream.total_in()).unwrap_or(usize::MAX);
            if out.len() as u64 > limit {
                return Err(TarballError::TooLarge { limit, unit: "bytes" });
            }
            return Ok(bytes.get(consumed..).unwrap_or_default());
        }
        if before == (stream.total_in(), stream.total_out()) {
            return Err(corrupt("its compressed data is cut off"));
        }
    }
}

/// Whether the members together inflate to more than `limit`, found without keeping any of it: memory that is touched costs far
/// more than what a bomb inflates to.
fn is_longer_than(bytes: &[u8], limit: u64) -> bool {
    let mut scratch = Vec::with_capacity(SCRATCH);
    let mut rest = bytes;
    let mut total = 0_u64;
    while rest.first().is_some_and(|byte| *byte != 0) {
        let mut stream = if rest.starts_with(&GZIP_MAGIC) {
            Decompress::new_gzip(WINDOW_BITS)
        } else {
            Decompress::new(true)
        };
        loop {
            scratch.clear();
            let before = (stream.total_in(), stream.total_out());
            let consumed = usize::try_from(before.0).unwrap_or(usize::MAX);
            let input = rest.get(consumed..).unwrap_or_default();
            let Ok(status) = stream.decompress_vec(input, &mut scratch, FlushDecompress::None) else {
                return false;
            };
            if total.saturating_add(stream.total_out()) > limit {
                return true;
            }
            if status == Status::StreamEnd {
                break;
            }
            if before == (stream.total_in(), stream.total_out()) {
                return false;
            }
        }
        total = total.saturating_add(stream.total_out());
        rest = rest
            .get(usize::try_from(stream.total_in()).unwrap_or(usize::MAX)..)
            .unwrap_or_default();
    }
    false
}

fn corrupt(reason: &str) -> TarballError {
    TarballError::Corrupt {
        reason: reason.to_owned(),
    }
}

/// RFC 1952 section 2.3.1.
const GZIP_MAGIC: [u8; 2] = [0x1f, 0x8b];

/// RFC 8878 section 3.1.1.
const ZSTD_MAGIC: [u8; 4] = [0x28, 0xb5, 0x2f, 0xfd];

/// node-tar looks at nothing before it has four bytes.
const SNIFF: usize = 4;

/// The largest window deflate knows (RFC 1951).
const WINDOW_BITS: u8 = 15;

/// node-tar gives up beyond this ratio of inflated to packed bytes (7.5.22, `maxDecompressionRatio`).
const MAX_RATIO: u64 = 1000;

/// From here on an archive that inflates suspiciously well is measured to its end before more of it is kept.
const MEASURE_FROM: usize = 48 << 20;

/// JavaScript inflates to about four times its packed size, and rarely to more than ten.
const MEASURE_RATIO: usize = 20;

/// Most packages inflate to less than this.
const EXPECTED_RATIO: usize = 6;

/// Room for measuring.
const SCRATCH: usize = 256 << 10;

/// Room that is kept free so that inflating does not stop for every few bytes.
const MIN_ROOM: usize = 16 << 10;

/// The smallest first allocation.
const FIRST_ROOM: usize = 256 << 10;

/// The largest first allocation, and the largest step in which the buffer grows.
const MAX_ROOM: usize = 64 << 20;
