//! Any bytes as a lockfile of every format: read or refused, never a panic; what is listed has a name that npm accepts, and is in order.
#![no_main]

use libfuzzer_sys::fuzz_target;
use waxseal_model::PackageName;
use waxseal_npm::lockfile::FORMATS;

fuzz_target!(|bytes: &[u8]| {
    for format in FORMATS {
        let Ok(lockfile) = (format.read)(bytes) else { continue };
        let keys = lockfile.packages.iter().map(|locked| {
            let it = &locked.occurrence;
            (&it.name, &it.version, &it.path)
        });
        assert!(keys.is_sorted_by(|a, b| a < b), "in order, each once");
        for locked in &lockfile.packages {
            assert!(PackageName::parse(&locked.occurrence.name).is_ok(), "a name");
            let path = locked.install_path.as_deref().unwrap_or_default();
            let below = path.find("node_modules").map_or("", |at| &path[at..]);
            assert!(!path.starts_with('/') && below.split('/').all(|part| part != ".."), "below the project");
        }
    }
});
