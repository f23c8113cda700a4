//! The command `waxseal`; all of it is in the library.

use std::process::ExitCode;

/// Parsing allocates in small pieces from several threads, which this allocator is made for.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    waxseal::main(std::env::args_os())
}
