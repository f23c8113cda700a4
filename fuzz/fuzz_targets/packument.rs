//! Any bytes as a registry's document and as a manifest: read or refused, never a panic, and what resolves is listed.
#![no_main]

use libfuzzer_sys::fuzz_target;
use waxseal_npm::{manifest, packument::Packument};

fuzz_target!(|bytes: &[u8]| {
    if let Ok(packument) = Packument::parse(bytes) {
        let _ = packument.removed();
        let _ = packument.is_security_holder();
        let _ = packument.package_name();
        let history = packument.history();
        let removed = history.releases.iter().filter(|it| !it.listed).count();
        assert_eq!(removed, packument.removed().len(), "what was removed is in the history, and only that");
        assert_eq!(history.releases.len(), packument.versions.len() + removed, "nothing else is lost or made up");
        assert!(history.readme.is_none_or(|text| text.len() <= 64 << 10), "the readme is bounded");
    }
    let (half, other) = bytes.split_at(bytes.len() / 2);
    let whole = manifest::parse(bytes);
    if let (Ok(old), Ok(new)) = (manifest::parse(half), manifest::parse(other)) {
        let _ = manifest::compare(&old, &new);
    }
    if let Ok(manifest) = whole {
        assert!(manifest::compare(&manifest, &manifest).is_empty(), "a manifest does not differ from itself");
    }
});
