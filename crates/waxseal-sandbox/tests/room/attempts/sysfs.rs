//! The kernel's devices.

use crate::attempt::Attempt;
use crate::attempts::proc_sys::rewrite;

pub(crate) const ATTEMPT: Attempt = Attempt {
    root: true,
    ..Attempt::new(
        "writing_to_sys",
        |_| rewrite("/sys/kernel/rcu_expedited"),
        &[libc::ENOENT],
    )
};
