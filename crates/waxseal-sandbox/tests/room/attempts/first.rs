//! The room's first process, which is ours; on this machine, a process of the same user stands for it.

use std::io;

use crate::attempt::Scene;
use crate::attempts::signal;
use crate::stage::in_room;

pub(crate) fn scene() -> io::Result<Scene> {
    signal::victim()
}

/// A file of the first process.
pub(crate) fn path(words: &[String], name: &str) -> String {
    let number = if in_room() { "1" } else { &words[0] };
    format!("/proc/{number}/{name}")
}
