//! The machine's clock.

use crate::attempt::Attempt;
use crate::kernel::call;

/// Without a time it changes nothing, and needs the same right.
pub(crate) const ATTEMPT: Attempt = Attempt {
    root: true,
    ..Attempt::new(
        "setting_the_clock",
        |_| call(libc::SYS_settimeofday, &[]).map(drop),
        &[libc::EPERM],
    )
};
