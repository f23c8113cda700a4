//! Whom the kernel ends when memory is short: the room's first process, which stands for the whole room, must stay first in line.

use crate::attempt::Attempt;
use crate::attempts::first::{path, scene};
use crate::attempts::proc_sys::rewrite;

pub(crate) const ATTEMPT: Attempt = Attempt {
    scene,
    ..Attempt::new(
        "changing_whom_the_kernel_ends_first",
        |words| rewrite(&path(words, "oom_score_adj")),
        &[libc::EACCES],
    )
};
