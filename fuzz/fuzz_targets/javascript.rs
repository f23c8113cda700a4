//! Any bytes as a file that Node could load: analysed within its fuel, or said not to be.
#![no_main]

use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    // Deep nesting is cut before the parser at a depth that needs the stack the reader gives its threads.
    let bytes = bytes.to_vec();
    std::thread::Builder::new()
        .stack_size(64 << 20)
        .spawn(move || {
            for path in ["index.js", "index.mjs", "index.ts"] {
                waxseal_js::package::analyze_bytes(path, &bytes, &waxseal_mail::providers::sink_specs());
            }
        })
        .expect("a thread starts")
        .join()
        .expect("the analysis does not panic");
});
