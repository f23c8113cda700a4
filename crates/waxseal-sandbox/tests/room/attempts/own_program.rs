//! The program of this machine that was started, overwritten once it has ended (CVE-2019-5736 of runc).

use std::io;
use std::os::fd::AsRawFd as _;
use std::os::unix::fs::{OpenOptionsExt as _, PermissionsExt as _};

use waxseal_sandbox::CellSpec;

use crate::attempt::{Attempt, Scene, Victim};
use crate::stage::{bind, folder, in_room};

pub(crate) const ATTEMPT: Attempt = Attempt {
    scene,
    furnish,
    ..Attempt::new("overwriting_a_program_through_proc", act, &[libc::EROFS])
};

fn scene() -> io::Result<Scene> {
    let folder = folder("program", 0o777)?;
    let path = folder.join("sleep");
    std::fs::copy("/usr/bin/sleep", &path)?;
    std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o777))?;
    Ok(Scene {
        words: vec![folder.to_string_lossy().into_owned()],
        files: vec![folder].into(),
        ..Scene::default()
    })
}

fn furnish(spec: &mut CellSpec, words: &[String]) {
    spec.binds.push(bind(&words[0], "/shown"));
}

fn act(words: &[String]) -> io::Result<()> {
    let folder = if in_room() { "/shown" } else { &words[0] };
    let child = std::process::Command::new(format!("{folder}/sleep"))
        .arg("100")
        .spawn()?;
    let mut options = std::fs::OpenOptions::new();
    let exe = options
        .read(true)
        .custom_flags(libc::O_PATH)
        .open(format!("/proc/{}/exe", child.id()));
    drop(Victim(child));
    let exe = exe?;
    let path = format!("/proc/self/fd/{}", exe.as_raw_fd());
    std::fs::OpenOptions::new().write(true).open(path).map(drop)
}
