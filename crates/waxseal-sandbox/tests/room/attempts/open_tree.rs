//! A tree of mounts is copied and moved.

use std::io;

use crate::attempt::Attempt;
use crate::attempts::mount::leave_mounts;
use crate::kernel::{address, call, own};

pub(crate) const ATTEMPT: Attempt = Attempt {
    root: true,
    ..Attempt::new("moving_a_tree_of_mounts", act, &[libc::EPERM])
};

fn act(_: &[String]) -> io::Result<()> {
    let _ = leave_mounts();
    let here = libc::AT_FDCWD as u64;
    let tree = call(libc::SYS_open_tree, &[here, address(c"/usr".to_bytes_with_nul()), 1])?;
    let nothing = address(c"".to_bytes_with_nul());
    let tmp = address(c"/tmp".to_bytes_with_nul());
    let moved = call(libc::SYS_move_mount, &[tree as u64, nothing, here, tmp, 4]);
    drop(own(tree));
    moved.map(drop)
}
