//! A network namespace, in which the room's rules do not hold.

use crate::attempt::Attempt;
use crate::kernel::call;

pub(crate) const ATTEMPT: Attempt = Attempt::new(
    "making_a_network_namespace",
    |_| call(libc::SYS_unshare, &[(libc::CLONE_NEWUSER | libc::CLONE_NEWNET) as u64]).map(drop),
    &[libc::EPERM],
);
