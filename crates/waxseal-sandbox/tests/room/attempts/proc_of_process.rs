//! What a process of this machine was started with.

use crate::attempt::Attempt;
use crate::attempts::signal::victim;

pub(crate) const ATTEMPT: Attempt = Attempt {
    scene: victim,
    ..Attempt::new(
        "reading_the_environment_of_a_process_of_this_machine",
        |words| std::fs::read(format!("/proc/{}/environ", words[0])).map(drop),
        &[libc::ENOENT],
    )
};
