//! A user namespace made together with a process.

use crate::attempt::Attempt;
use crate::kernel::clone_with;

pub(crate) const ATTEMPT: Attempt = Attempt::new(
    "cloning_into_a_user_namespace",
    |_| clone_with(libc::CLONE_NEWUSER as u64),
    &[libc::EPERM],
);
