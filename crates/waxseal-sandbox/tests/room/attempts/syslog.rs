//! The kernel's own log.

use crate::attempt::Attempt;
use crate::kernel::call;

pub(crate) const ATTEMPT: Attempt = Attempt {
    root: true,
    ..Attempt::new(
        "asking_the_log_of_the_kernel",
        |_| call(libc::SYS_syslog, &[10]).map(drop),
        &[libc::EPERM],
    )
};
