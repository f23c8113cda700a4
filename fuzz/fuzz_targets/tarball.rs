//! Any bytes as an archive: unpacks within its limits or says why not, and never gives a path that leaves the package.
#![no_main]

use libfuzzer_sys::fuzz_target;
use waxseal_npm::tarball::{Limits, unpack};

fuzz_target!(|bytes: &[u8]| {
    let limits = Limits { inflated: 1 << 20, ..Limits::default() };
    if let Ok(unpacked) = unpack(bytes, &limits) {
        let mut total = 0;
        for (idx, file) in unpacked.files.iter().enumerate() {
            assert!(!file.path.is_empty() && !file.path.starts_with('/'), "{:?}", file.path);
            assert!(file.path.split('/').all(|part| part != ".." && part != "."), "{:?}", file.path);
            total += unpacked.bytes(idx).len();
        }
        assert!(unpacked.files.is_sorted_by(|a, b| a.path < b.path), "one path, one file, in order");
        assert!(total as u64 <= 1 << 20);
    }
});
