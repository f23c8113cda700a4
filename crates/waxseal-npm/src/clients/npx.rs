//! The folder that npx installs a request into, and what its lockfile says was fetched.

use sha2::{Digest as _, Sha512};

/// The name of the folder below `_npx` for the specs of one call: the first 16 hexadecimal digits of the SHA-512 of all of them, sorted, a line each.
///
/// npm/cli `workspaces/libnpmexec/lib/index.js`. npm sorts by the rules of English; specs of one call hardly ever differ only by what those rules do
/// otherwise than the order of bytes. A folder's spec is its whole path there; only registry specs are meant here.
pub fn folder_name(specs: &[&str]) -> String {
    let mut sorted = specs.to_vec();
    sorted.sort_unstable();
    let digest = Sha512::digest(sorted.join("\n").as_bytes());
    digest.iter().take(8).map(|byte| format!("{byte:02x}")).collect()
}
