//! The command `waxseal`; all of it is in the library.

use std::process::ExitCode;

fn main() -> ExitCode {
    waxseal::main(std::env::args_os())
}
