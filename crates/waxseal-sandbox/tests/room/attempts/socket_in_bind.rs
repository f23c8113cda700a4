//! A Unix socket that lies in a folder which is shown in the room: that the folder is read-only does not stop a connect.

use std::io;
use std::os::unix::net::UnixStream;
use std::path::Path;

use waxseal_sandbox::CellSpec;

use crate::attempt::Attempt;
use crate::attempts::path_socket::scene;
use crate::stage::{bind, in_room};

pub(crate) const ATTEMPT: Attempt = Attempt {
    scene,
    furnish,
    ..Attempt::new("connecting_to_a_socket_in_a_shown_folder", act, &[libc::ECONNREFUSED])
};

fn furnish(spec: &mut CellSpec, words: &[String]) {
    if let Some(folder) = Path::new(&words[0]).parent() {
        spec.binds.push(bind(&folder.to_string_lossy(), "/shown"));
    }
}

fn act(words: &[String]) -> io::Result<()> {
    let path = if in_room() { "/shown/socket" } else { &words[0] };
    UnixStream::connect(path).map(drop)
}
