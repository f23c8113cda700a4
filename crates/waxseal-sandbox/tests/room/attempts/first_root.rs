//! The root of the first process.

use crate::attempt::Attempt;
use crate::attempts::first::{path, scene};

pub(crate) const ATTEMPT: Attempt = Attempt {
    scene,
    ..Attempt::new(
        "listing_the_root_of_the_first_process",
        |words| std::fs::read_dir(path(words, "root/")).map(drop),
        &[libc::EACCES],
    )
};
