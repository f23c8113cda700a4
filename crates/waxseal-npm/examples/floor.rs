//! The floor of any tool that looks into an archive: hash it, inflate it, with the libraries waxseal uses. For benchmarks.

use std::io::Read;

use flate2::read::MultiGzDecoder;
use sha2::{Digest, Sha512};

fn main() -> std::io::Result<()> {
    let mut inflated = Vec::new();
    let (mut bytes, mut check) = (0_usize, 0_u8);
    for path in std::env::args_os().skip(1) {
        let archive = std::fs::read(path)?;
        check ^= Sha512::digest(&archive)[0];
        inflated.clear();
        MultiGzDecoder::new(archive.as_slice()).read_to_end(&mut inflated)?;
        bytes += inflated.len();
    }
    // Used, so that none of it is optimised away.
    std::hint::black_box(check);
    assert!(bytes > 0);
    Ok(())
}
