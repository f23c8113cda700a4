//! What the tests that run Node and npm share.

#![allow(dead_code, unreachable_pub, clippy::print_stderr)]

use std::path::PathBuf;
use std::process::Command;

/// Where npm keeps the packages it is made of, or `None` when this run may go without.
///
/// # Panics
/// When Node or npm is missing and `WAXSEAL_ALLOW_SKIP` does not list `test`.
pub fn npm_modules(test: &str) -> Option<PathBuf> {
    match find_npm_modules() {
        Ok(path) => Some(path),
        Err(reason) => {
            let allowed = std::env::var("WAXSEAL_ALLOW_SKIP").unwrap_or_default();
            assert!(
                allowed.split([',', ' ']).any(|name| name == test),
                "{test} needs Node and npm: {reason}; list it in WAXSEAL_ALLOW_SKIP to go without"
            );
            eprintln!("SKIPPED {test}: {reason}");
            None
        }
    }
}

fn find_npm_modules() -> Result<PathBuf, String> {
    let output = Command::new("npm")
        .args(["root", "-g"])
        .output()
        .map_err(|err| format!("npm does not start: {err}"))?;
    let root = String::from_utf8_lossy(&output.stdout).trim().to_owned();
    let modules = PathBuf::from(root).join("npm/node_modules");
    if modules.join("pacote").is_dir() {
        Ok(modules)
    } else {
        Err(String::from("npm's own packages were not found"))
    }
}
