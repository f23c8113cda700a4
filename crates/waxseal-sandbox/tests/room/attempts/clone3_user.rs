//! The same by the call whose flags a filter cannot see.

use crate::attempt::Attempt;
use crate::kernel::clone3_with;

pub(crate) const ATTEMPT: Attempt = Attempt::new(
    "cloning_into_a_user_namespace_by_clone3",
    |_| clone3_with(libc::CLONE_NEWUSER as u64),
    &[libc::ENOSYS],
);
