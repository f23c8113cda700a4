//! A file opened by its number, past every mount: how "shocker" left Docker in 2014.

use std::io;

use crate::attempt::Attempt;
use crate::kernel::{address, address_mut, call, own};
use crate::stage::in_room;

pub(crate) const ATTEMPT: Attempt = Attempt {
    root: true,
    ..Attempt::new("opening_a_file_by_its_number", act, &[libc::EPERM])
};

fn act(_: &[String]) -> io::Result<()> {
    let usr = std::fs::File::open("/usr")?;
    let folder = u64::from(std::os::fd::AsRawFd::as_raw_fd(&usr).unsigned_abs());
    // `file_handle`: bytes, kind, and the number itself; in the room, the number of the root of ext4.
    let mut handle = [0_u32; 34];
    handle[0] = 128;
    if in_room() {
        [handle[0], handle[1], handle[2]] = [8, 1, 2];
    } else {
        let mut mount = 0_i32;
        let path = c"/usr".to_bytes_with_nul();
        let here = libc::AT_FDCWD as u64;
        let arguments = [
            here,
            address(path),
            address_mut(&mut handle),
            address_mut(&mut mount),
            0,
        ];
        call(libc::SYS_name_to_handle_at, &arguments)?;
    }
    call(libc::SYS_open_by_handle_at, &[folder, address(&handle), 0]).map(|fd| drop(own(fd)))
}
