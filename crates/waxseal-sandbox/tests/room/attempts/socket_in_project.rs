//! A Unix socket that lies in the project.

use std::io;
use std::os::unix::net::UnixStream;
use std::path::Path;

use waxseal_sandbox::CellSpec;

use crate::attempt::Attempt;
use crate::attempts::path_socket::scene;
use crate::stage::{in_room, overlay};

pub(crate) const ATTEMPT: Attempt = Attempt {
    scene,
    furnish,
    ..Attempt::new(
        "connecting_to_a_socket_in_the_project",
        act,
        &[libc::ECONNREFUSED, libc::ENOENT],
    )
};

fn furnish(spec: &mut CellSpec, words: &[String]) {
    if let Some(folder) = Path::new(&words[0]).parent() {
        spec.overlays
            .push(overlay(&folder.to_string_lossy(), "/home/user/project"));
    }
}

fn act(words: &[String]) -> io::Result<()> {
    let path = if in_room() {
        "/home/user/project/socket"
    } else {
        &words[0]
    };
    UnixStream::connect(path).map(drop)
}
