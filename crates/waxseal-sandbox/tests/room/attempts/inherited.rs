//! A descriptor that whoever makes the room left open.

use std::io::{self, Read as _, Seek as _, SeekFrom, Write as _};

use crate::attempt::{Attempt, Scene};
use crate::kernel::{call, own};
use crate::stage::folder;

pub(crate) const ATTEMPT: Attempt = Attempt {
    scene,
    ..Attempt::new("reading_an_inherited_descriptor", act, &[libc::EBADF])
};

fn scene() -> io::Result<Scene> {
    let folder = folder("inherited", 0o700)?;
    let path = folder.join("secret");
    let mut file = std::fs::File::create_new(&path)?;
    file.write_all(SECRET)?;
    let file = std::fs::File::open(&path)?;
    // Left open for programs that are started.
    rustix::io::fcntl_setfd(&file, rustix::io::FdFlags::empty())?;
    Ok(Scene {
        keep: vec![Box::new(file)],
        files: vec![folder].into(),
        ..Scene::default()
    })
}

/// Looks at every descriptor there could be.
fn act(_: &[String]) -> io::Result<()> {
    for number in 3..1_024_u64 {
        let Ok(copy) = call(libc::SYS_dup, &[number]) else {
            continue;
        };
        let mut file = std::fs::File::from(own(copy));
        let mut bytes = Vec::new();
        if file.seek(SeekFrom::Start(0)).is_ok()
            && io::Read::take(&mut file, 64).read_to_end(&mut bytes).is_ok()
            && bytes == SECRET
        {
            return Ok(());
        }
    }
    Err(io::Error::from_raw_os_error(libc::EBADF))
}

const SECRET: &[u8] = b"a secret of this machine";
