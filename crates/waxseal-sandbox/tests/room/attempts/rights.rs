//! Rights that are left over: a process without any has none to pass on (CVE-2022-29162 of runc).

use std::io;

use crate::attempt::Attempt;

pub(crate) const ATTEMPT: Attempt = Attempt {
    root: true,
    ..Attempt::new("using_a_right_that_was_left", act, &[libc::EPERM])
};

fn act(_: &[String]) -> io::Result<()> {
    let status = std::fs::read_to_string("/proc/self/status")?;
    let none = ["CapInh:", "CapPrm:", "CapEff:", "CapAmb:"].iter().all(|name| {
        let value = status.lines().find_map(|line| line.strip_prefix(name));
        value.is_some_and(|it| it.trim().bytes().all(|digit| digit == b'0'))
    });
    if none {
        Err(io::Error::from_raw_os_error(libc::EPERM))
    } else {
        Ok(())
    }
}
