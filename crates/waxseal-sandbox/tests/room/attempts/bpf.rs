//! A program in the kernel.

use std::io;

use crate::attempt::Attempt;
use crate::kernel::{address, call, own};

pub(crate) const ATTEMPT: Attempt = Attempt {
    root: true,
    ..Attempt::new("making_a_map_of_bpf", act, &[libc::EPERM])
};

fn act(_: &[String]) -> io::Result<()> {
    // An array of one number.
    let attributes: [u32; 32] = std::array::from_fn(|idx| [2, 4, 4, 1].get(idx).copied().unwrap_or(0));
    call(libc::SYS_bpf, &[0, address(&attributes), 72]).map(|fd| drop(own(fd)))
}
