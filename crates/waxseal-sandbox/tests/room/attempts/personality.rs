//! Memory at addresses that are known beforehand.

use crate::attempt::Attempt;
use crate::kernel::call;

pub(crate) const ATTEMPT: Attempt = Attempt::new(
    "switching_off_random_addresses",
    |_| call(libc::SYS_personality, &[0x004_0000]).map(drop),
    &[libc::EPERM],
);
