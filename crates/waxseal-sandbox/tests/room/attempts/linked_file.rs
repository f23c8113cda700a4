//! A project that holds a symbolic link, through which whoever furnishes the room writes a file.

use std::io;
use std::os::unix::fs::symlink;

use waxseal_sandbox::{CellSpec, RoomFile};

use crate::attempt::{Attempt, Scene};
use crate::stage::{folder, folder_in, in_room, overlay};

pub(crate) const ATTEMPT: Attempt = Attempt {
    scene,
    furnish,
    ..Attempt::new("planting_a_file_through_a_link_in_the_project", act, &[libc::ENOENT])
};

/// A project, and a folder that `way` in the project points at.
pub(crate) fn scene() -> io::Result<Scene> {
    let (project, aim) = (folder("project", 0o777)?, folder_in("/var/tmp", "aim", 0o777)?);
    symlink(&aim, project.join("way"))?;
    std::fs::write(aim.join("secret"), "secret")?;
    let planted = aim.join("planted");
    Ok(Scene {
        words: [&project, &aim].map(|it| it.to_string_lossy().into_owned()).into(),
        arrived: Some(Box::new(move || {
            std::fs::remove_file(&planted)
                .or_else(|_| std::fs::remove_dir(&planted))
                .is_ok()
        })),
        files: vec![project, aim].into(),
        ..Scene::default()
    })
}

fn furnish(spec: &mut CellSpec, words: &[String]) {
    spec.overlays.push(overlay(&words[0], "/srv/project"));
    spec.files.push(RoomFile {
        path: "/srv/project/way/planted".to_owned(),
        bytes: b"planted".to_vec(),
        mode: 0o644,
    });
}

/// Writes through the link, and reads what lies beside.
pub(crate) fn act(words: &[String]) -> io::Result<()> {
    let project = if in_room() { "/srv/project" } else { &words[0] };
    let _ = std::fs::write(format!("{project}/way/planted"), "planted");
    std::fs::read(format!("{project}/way/secret")).map(drop)
}
