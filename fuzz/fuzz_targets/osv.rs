//! Any bytes as a record of OSV's: read or left out, never a panic; what it names it can say, and a listed version is named.
#![no_main]

use libfuzzer_sys::fuzz_target;
use waxseal_npm::osv::{self, Hash, Named};

fuzz_target!(|bytes: &[u8]| {
    let _ = Hash::parse(&String::from_utf8_lossy(bytes));
    let _ = osv::moment(&String::from_utf8_lossy(bytes));
    let Ok(record) = osv::read(bytes) else { return };
    for affected in &record.affected {
        let _ = affected.describe();
        for range in &affected.ranges {
            let _ = range.bounds();
        }
        for version in affected.versions.iter().take(20) {
            let named = affected.names(Some(version));
            assert!(!matches!(named, Named::Not | Named::Unknown), "{version} is listed: {named:?}");
        }
        for version in ["0.0.0-0", "1.0.0", "1.0.16", "99.0.0"] {
            let named = affected.names(Some(version));
            assert!(!affected.is_every() || named == Named::Every, "{version}: {named:?}");
        }
    }
});
