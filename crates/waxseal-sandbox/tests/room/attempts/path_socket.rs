//! A Unix socket of this machine in a folder that everybody may enter.

use std::io;
use std::os::unix::fs::PermissionsExt as _;
use std::os::unix::net::{UnixListener, UnixStream};

use crate::attempt::{Attempt, Scene};
use crate::stage::folder;

pub(crate) const ATTEMPT: Attempt = Attempt {
    scene,
    ..Attempt::new(
        "connecting_to_a_socket_file_of_this_machine",
        |words| UnixStream::connect(&words[0]).map(drop),
        &[libc::ENOENT],
    )
};

/// A folder with a socket in it that everybody may connect to.
pub(crate) fn scene() -> io::Result<Scene> {
    let folder = folder("socket", 0o777)?;
    let path = folder.join("socket");
    let listener = UnixListener::bind(&path)?;
    std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o777))?;
    Ok(Scene {
        words: vec![path.to_string_lossy().into_owned()],
        keep: vec![Box::new(listener)],
        files: vec![folder].into(),
        ..Scene::default()
    })
}
