//! The old way out: a root within the root, and up.

use std::io;

use crate::attempt::Attempt;
use crate::kernel::{address, call};

pub(crate) const ATTEMPT: Attempt = Attempt {
    root: true,
    ..Attempt::new("changing_the_root", act, &[libc::EPERM])
};

fn act(_: &[String]) -> io::Result<()> {
    call(libc::SYS_chroot, &[address(c"/tmp".to_bytes_with_nul())])?;
    for _ in 0..64 {
        call(libc::SYS_chdir, &[address(c"..".to_bytes_with_nul())])?;
    }
    call(libc::SYS_chroot, &[address(c".".to_bytes_with_nul())]).map(drop)
}
