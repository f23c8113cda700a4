//! A named pipe that lies in a folder which is shown in the room.

use std::io;
use std::io::Write as _;
use std::os::unix::fs::{OpenOptionsExt as _, PermissionsExt as _};
use std::path::Path;

use waxseal_sandbox::CellSpec;

use crate::attempt::{Attempt, Scene};
use crate::stage::{bind, folder, in_room};

pub(crate) const ATTEMPT: Attempt = Attempt {
    scene,
    furnish,
    ..Attempt::new(
        "writing_to_a_named_pipe_in_a_shown_folder",
        act,
        &[libc::ENXIO, libc::EACCES],
    )
};

fn scene() -> io::Result<Scene> {
    let folder = folder("pipe", 0o777)?;
    let path = folder.join("pipe");
    let mode = rustix::fs::Mode::from_raw_mode(0o666);
    rustix::fs::mknodat(rustix::fs::CWD, &path, rustix::fs::FileType::Fifo, mode, 0)?;
    std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o666))?;
    let reader = std::fs::OpenOptions::new()
        .read(true)
        .custom_flags(libc::O_NONBLOCK)
        .open(&path)?;
    let arrived = move || {
        let mut buffer = [0; 64];
        matches!(io::Read::read(&mut &reader, &mut buffer), Ok(1..))
    };
    Ok(Scene {
        words: vec![path.to_string_lossy().into_owned()],
        arrived: Some(Box::new(arrived)),
        files: vec![folder].into(),
        ..Scene::default()
    })
}

fn furnish(spec: &mut CellSpec, words: &[String]) {
    if let Some(folder) = Path::new(&words[0]).parent() {
        spec.binds.push(bind(&folder.to_string_lossy(), "/shown"));
    }
}

fn act(words: &[String]) -> io::Result<()> {
    let path = if in_room() { "/shown/pipe" } else { &words[0] };
    let mut options = std::fs::OpenOptions::new();
    options.write(true).custom_flags(libc::O_NONBLOCK);
    options.open(path)?.write_all(b"secret")
}
