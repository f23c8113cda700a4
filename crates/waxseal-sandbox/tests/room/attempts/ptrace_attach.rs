//! Another process is taken over.

use std::io;

use crate::attempt::Attempt;
use crate::attempts::signal::{number, victim};
use crate::kernel::call;

pub(crate) const ATTEMPT: Attempt = Attempt {
    scene: victim,
    ..Attempt::new("attaching_to_a_process_of_this_machine", act, &[libc::EPERM])
};

fn act(words: &[String]) -> io::Result<()> {
    call(libc::SYS_ptrace, &[libc::PTRACE_SEIZE as u64, number(words), 0, 0]).map(drop)
}
