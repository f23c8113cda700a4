//! The room's first process, which is ours, is taken over by way of `/proc`.

use std::io;
use std::os::unix::fs::FileExt as _;

use crate::attempt::Attempt;
use crate::attempts::first::{path, scene};

pub(crate) const ATTEMPT: Attempt = Attempt {
    scene,
    ..Attempt::new("reading_the_memory_of_the_first_process", act, &[libc::EACCES])
};

fn act(words: &[String]) -> io::Result<()> {
    let maps = std::fs::read_to_string(path(words, "maps"))?;
    let first = maps.split('-').next().and_then(|it| u64::from_str_radix(it, 16).ok());
    std::fs::File::open(path(words, "mem"))?.read_exact_at(&mut [0; 4], first.unwrap_or(0))
}
