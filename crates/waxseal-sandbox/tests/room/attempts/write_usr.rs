//! A program of this machine is changed.

use std::io;

use crate::attempt::Attempt;

pub(crate) const ATTEMPT: Attempt = Attempt {
    root: true,
    ..Attempt::new("writing_into_usr", act, &[libc::EROFS, libc::EACCES])
};

fn act(_: &[String]) -> io::Result<()> {
    let path = format!("/usr/bin/waxseal-planted-{}", std::process::id());
    std::fs::write(&path, "#!/bin/sh\n")?;
    std::fs::remove_file(path)
}
