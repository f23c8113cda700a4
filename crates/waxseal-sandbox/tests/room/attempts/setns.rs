//! The namespaces of the first process.

use std::io;
use std::os::fd::AsRawFd as _;

use crate::attempt::Attempt;
use crate::attempts::first::{path, scene};
use crate::kernel::call;

pub(crate) const ATTEMPT: Attempt = Attempt {
    scene,
    root: true,
    ..Attempt::new(
        "entering_the_namespaces_of_the_first_process",
        act,
        &[libc::EPERM, libc::EACCES],
    )
};

fn act(words: &[String]) -> io::Result<()> {
    let mut entered = 0;
    let mut last = None;
    for name in ["mnt", "net", "pid", "uts", "ipc", "cgroup"] {
        let done = std::fs::File::open(path(words, &format!("ns/{name}")))
            .and_then(|it| call(libc::SYS_setns, &[u64::from(it.as_raw_fd().unsigned_abs()), 0]));
        match done {
            Ok(_) => entered += 1,
            Err(err) => last = Some(err),
        }
    }
    match last {
        Some(err) if entered == 0 => Err(err),
        _ => Ok(()),
    }
}
