//! Standard input is a file of this machine that was opened for reading: opened once more, it would be written to.

use std::fs::{self, File, OpenOptions};
use std::io;
use std::os::unix::fs::PermissionsExt as _;

use waxseal_sandbox::{Landlock, landlock};

use crate::attempt::{Attempt, Scene, unsupported};
use crate::stage;

pub(crate) const ATTEMPT: Attempt = Attempt {
    scene,
    ..Attempt::new("opening_standard_input_for_writing", act, &[libc::EACCES])
};

fn scene() -> io::Result<Scene> {
    if !matches!(landlock(), Ok(Landlock::Enforced(_))) {
        return Err(unsupported("this kernel has no Landlock"));
    }
    let folder = stage::folder("reopened", 0o755)?;
    let path = folder.join("file");
    fs::write(&path, "kept")?;
    fs::set_permissions(&path, fs::Permissions::from_mode(0o666))?;
    Ok(Scene {
        stdin: Some(File::open(&path)?.into()),
        files: vec![folder].into(),
        ..Scene::default()
    })
}

fn act(_: &[String]) -> io::Result<()> {
    OpenOptions::new().write(true).open("/proc/self/fd/0").map(drop)
}
