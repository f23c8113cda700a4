//! The environment of the first process.

use crate::attempt::Attempt;
use crate::attempts::first::{path, scene};

pub(crate) const ATTEMPT: Attempt = Attempt {
    scene,
    ..Attempt::new(
        "reading_the_environment_of_the_first_process",
        |words| std::fs::read(path(words, "environ")).map(drop),
        &[libc::EACCES],
    )
};
