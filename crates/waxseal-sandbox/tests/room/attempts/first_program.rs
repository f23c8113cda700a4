//! This program itself, overwritten through the first process (CVE-2019-5736 of runc).

use std::io;

use crate::attempt::Attempt;
use crate::attempts::first::{path, scene};

pub(crate) const ATTEMPT: Attempt = Attempt {
    scene,
    ..Attempt::new("opening_the_program_of_the_first_process", act, &[libc::EACCES])
};

fn act(words: &[String]) -> io::Result<()> {
    std::fs::File::open(path(words, "exe")).map(drop)
}
