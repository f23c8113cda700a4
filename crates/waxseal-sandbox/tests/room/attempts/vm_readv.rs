//! The memory of another process is read.

use std::io;

use crate::attempt::Attempt;
use crate::kernel::{address, address_mut, call};

pub(crate) const ATTEMPT: Attempt = Attempt::new("reading_the_memory_of_a_process", act, &[libc::EPERM]);

fn act(_: &[String]) -> io::Result<()> {
    let (from, mut to) = ([7_u8; 8], [0_u8; 8]);
    let local = [address_mut(&mut to), 8];
    let remote = [address(&from), 8];
    let number = u64::from(std::process::id());
    call(
        libc::SYS_process_vm_readv,
        &[number, address(&local), 1, address(&remote), 1, 0],
    )
    .map(drop)
}
