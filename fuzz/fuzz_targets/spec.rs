//! Any text as a package spec and as a list of addresses.
#![no_main]

use libfuzzer_sys::fuzz_target;

fuzz_target!(|text: &str| {
    if let Err(err) = waxseal_npm::spec::parse(text) {
        assert!(!err.to_string().is_empty() && !err.hint().is_empty());
    }
    let _ = waxseal_mail::address::parse_list(text);
});
