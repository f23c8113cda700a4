//! A change of the project, which must not leave the room.

use std::io;

use waxseal_sandbox::CellSpec;

use crate::attempt::{Attempt, Scene};
use crate::stage::{folder, in_room, overlay};

pub(crate) const ATTEMPT: Attempt = Attempt {
    scene,
    furnish,
    ..Attempt::new("changing_the_project_of_this_machine", act, &[libc::ENOSPC])
};

fn scene() -> io::Result<Scene> {
    let project = folder("project", 0o777)?;
    let planted = project.join("planted");
    Ok(Scene {
        words: vec![project.to_string_lossy().into_owned()],
        arrived: Some(Box::new(move || std::fs::remove_file(&planted).is_ok())),
        files: vec![project].into(),
        ..Scene::default()
    })
}

fn furnish(spec: &mut CellSpec, words: &[String]) {
    spec.overlays.push(overlay(&words[0], "/home/user/project"));
}

fn act(words: &[String]) -> io::Result<()> {
    if in_room() {
        std::fs::write("/home/user/project/planted", "planted")?;
        // It was written, to the room's own memory: the scene says whether it arrived.
        return Err(io::Error::from_raw_os_error(libc::ENOSPC));
    }
    std::fs::write(format!("{}/planted", words[0]), "planted")
}
