//! A program that makes root of whoever starts it.

use std::io;
use std::os::unix::fs::PermissionsExt as _;
use std::os::unix::process::CommandExt as _;

use waxseal_sandbox::CellSpec;

use crate::attempt::{Attempt, Scene};
use crate::stage::{NOBODY, bind, folder, in_room};

pub(crate) const ATTEMPT: Attempt = Attempt {
    scene,
    furnish,
    root: true,
    ..Attempt::new("becoming_root_by_a_program", act, &[libc::EPERM])
};

fn scene() -> io::Result<Scene> {
    let folder = folder("setuid", 0o755)?;
    let path = folder.join("id");
    std::fs::copy("/usr/bin/id", &path)?;
    std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o4755))?;
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
    let mut command = std::process::Command::new(format!("{folder}/id"));
    command.arg("-u");
    if !in_room() {
        command.uid(NOBODY).gid(NOBODY);
    }
    let output = command.output()?;
    if output.stdout == b"0\n" {
        Ok(())
    } else {
        Err(io::Error::from_raw_os_error(libc::EPERM))
    }
}
