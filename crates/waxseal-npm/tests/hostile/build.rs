//! A tar writer that lets every field be wrong.

use std::io::Write as _;

use flate2::Compression;
use flate2::write::{GzEncoder, ZlibEncoder};

/// An archive under construction.
#[derive(Clone, Default)]
pub struct Tar(pub Vec<u8>);

impl Tar {
    /// Begins with the `package.json` of the case.
    pub fn package(name: &str) -> Self {
        let manifest = format!("{{\"name\":\"{name}\",\"version\":\"1.0.0\"}}");
        Self::default().file("package/package.json", manifest.as_bytes())
    }

    /// A plain file.
    pub fn file(self, path: &str, content: &[u8]) -> Self {
        self.entry(path.as_bytes(), b'0', content, |_| {})
    }

    /// An entry whose header `change` may spoil before the checksum is made.
    pub fn entry(self, path: &[u8], flag: u8, content: &[u8], change: impl FnOnce(&mut [u8; 512])) -> Self {
        self.header(path, flag, content.len(), change).body(content)
    }

    /// A header alone.
    pub fn header(mut self, path: &[u8], flag: u8, size: usize, change: impl FnOnce(&mut [u8; 512])) -> Self {
        let mut block = [0u8; 512];
        block[..path.len().min(100)].copy_from_slice(&path[..path.len().min(100)]);
        block[100..108].copy_from_slice(b"0000644\0");
        block[108..116].copy_from_slice(b"0000000\0");
        block[116..124].copy_from_slice(b"0000000\0");
        block[124..136].copy_from_slice(format!("{size:011o}\0").as_bytes());
        block[136..148].copy_from_slice(b"00000000000\0");
        block[156] = flag;
        block[257..265].copy_from_slice(b"ustar\x0000");
        change(&mut block);
        seal(&mut block);
        self.0.extend_from_slice(&block);
        self
    }

    /// A body with its padding.
    pub fn body(mut self, content: &[u8]) -> Self {
        self.0.extend_from_slice(content);
        self.0.resize(self.0.len().next_multiple_of(512), 0);
        self
    }

    /// A pax header with these records.
    pub fn pax(self, flag: u8, records: &[(&str, &str)]) -> Self {
        let body: String = records.iter().map(|(key, value)| record(key, value)).collect();
        self.entry(b"PaxHeader/x", flag, body.as_bytes(), |_| {})
    }

    /// Bytes as they are.
    pub fn raw(mut self, bytes: &[u8]) -> Self {
        self.0.extend_from_slice(bytes);
        self
    }

    /// The two blocks that end an archive.
    pub fn end(self) -> Self {
        self.raw(&[0; 1024])
    }

    /// Ended and gzipped.
    pub fn gz(self) -> Vec<u8> {
        gzip(&self.end().0)
    }
}

/// Writes the checksum of a block into it.
pub fn seal(block: &mut [u8; 512]) {
    block[148..156].fill(b' ');
    let sum: u32 = block.iter().map(|byte| u32::from(*byte)).sum();
    block[148..156].copy_from_slice(format!("{sum:06o}\0 ").as_bytes());
}

/// A pax record with the right length.
pub fn record(key: &str, value: &str) -> String {
    let rest = key.len() + value.len() + 3;
    let mut length = rest + 1;
    while length != rest + length.to_string().len() {
        length = rest + length.to_string().len();
    }
    format!("{length} {key}={value}\n")
}

/// One gzip member.
pub fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
    encoder.write_all(bytes).expect("writing to memory");
    encoder.finish().expect("writing to memory")
}

/// One gzip member, as small as it gets.
pub fn gzip_tight(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::best());
    encoder.write_all(bytes).expect("writing to memory");
    encoder.finish().expect("writing to memory")
}

/// One zlib stream.
pub fn zlib(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = ZlibEncoder::new(Vec::new(), Compression::fast());
    encoder.write_all(bytes).expect("writing to memory");
    encoder.finish().expect("writing to memory")
}
