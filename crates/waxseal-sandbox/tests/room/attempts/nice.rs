//! A process that gets more of the processors than others.

use crate::attempt::Attempt;
use crate::kernel::call;

pub(crate) const ATTEMPT: Attempt = Attempt {
    root: true,
    ..Attempt::new(
        "running_more_than_others",
        |_| call(libc::SYS_setpriority, &[0, 0, (-10_i64).cast_unsigned()]).map(drop),
        &[libc::EACCES, libc::EPERM],
    )
};
