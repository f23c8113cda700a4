//! The descriptors of the first process: the way to its warden is one of them.

use std::io;

use crate::attempt::Attempt;
use crate::attempts::first::{path, scene};

pub(crate) const ATTEMPT: Attempt = Attempt {
    scene,
    ..Attempt::new("reading_a_descriptor_of_the_first_process", act, &[libc::EACCES])
};

fn act(words: &[String]) -> io::Result<()> {
    std::fs::read_link(path(words, "fd/0")).map(drop)
}
