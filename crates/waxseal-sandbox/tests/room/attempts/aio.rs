//! The kernel's old asynchronous files: all users of a machine share one count of them (`fs.aio-max-nr`), which a room could use up.

use std::io;

use crate::attempt::Attempt;
use crate::kernel::{address_mut, call};

pub(crate) const ATTEMPT: Attempt = Attempt::new("using_up_the_asynchronous_files", act, &[libc::ENOSYS]);

fn act(_: &[String]) -> io::Result<()> {
    let mut queue = 0_u64;
    call(libc::SYS_io_setup, &[1, address_mut(&mut queue)]).map(drop)
}
