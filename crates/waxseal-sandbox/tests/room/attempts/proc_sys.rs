//! A setting of the kernel is changed.

use std::io;

use crate::attempt::Attempt;

pub(crate) const ATTEMPT: Attempt = Attempt {
    root: true,
    ..Attempt::new(
        "writing_to_proc_sys",
        |_| rewrite("/proc/sys/kernel/panic"),
        &[libc::EACCES, libc::EROFS],
    )
};

/// Writes to a file what it says already.
pub(crate) fn rewrite(path: &str) -> io::Result<()> {
    let mut options = std::fs::OpenOptions::new();
    let file = options.read(true).write(true).open(path)?;
    let text = io::read_to_string(&file)?;
    std::os::unix::fs::FileExt::write_all_at(&file, text.as_bytes(), 0)
}
