//! The folder that whoever makes the room is in, and an open folder it left behind (CVE-2024-21626 of runc).

use std::io;

use crate::attempt::{Attempt, Scene};
use crate::stage::folder;

pub(crate) const ATTEMPT: Attempt = Attempt {
    scene,
    ..Attempt::new("leaving_through_a_leaked_folder", act, &[libc::ENOENT])
};

fn scene() -> io::Result<Scene> {
    let folder = folder("leaked", 0o755)?;
    std::fs::write(folder.join("secret"), "secret")?;
    std::fs::create_dir(folder.join("inner"))?;
    let leaked = std::fs::File::open(folder.join("inner"))?;
    rustix::io::fcntl_setfd(&leaked, rustix::io::FdFlags::empty())?;
    Ok(Scene {
        keep: vec![Box::new(leaked)],
        cwd: Some(folder.join("inner")),
        files: vec![folder].into(),
        ..Scene::default()
    })
}

fn act(_: &[String]) -> io::Result<()> {
    let folders = ["cwd".to_owned()]
        .into_iter()
        .chain((0..256).map(|fd| format!("fd/{fd}")));
    for folder in folders {
        if std::fs::read(format!("/proc/self/{folder}/../secret")).is_ok() {
            return Ok(());
        }
    }
    std::fs::read("../secret").map(drop)
}
