//! A namespace of mounts, in which one may mount.

use crate::attempt::Attempt;
use crate::kernel::call;

pub(crate) const ATTEMPT: Attempt = Attempt::new(
    "making_a_mount_namespace",
    |_| call(libc::SYS_unshare, &[(libc::CLONE_NEWUSER | libc::CLONE_NEWNS) as u64]).map(drop),
    &[libc::EPERM],
);
