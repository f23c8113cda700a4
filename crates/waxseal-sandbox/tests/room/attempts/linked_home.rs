//! A project that points at this machine's root and at a secret by every kind of link.

use std::io;
use std::os::unix::fs::symlink;

use waxseal_sandbox::CellSpec;

use crate::attempt::{Attempt, Scene};
use crate::stage::{folder, in_room, overlay};

pub(crate) const ATTEMPT: Attempt = Attempt {
    scene,
    furnish,
    ..Attempt::new("reading_through_links_in_the_project", act, &[libc::ENOENT])
};

fn scene() -> io::Result<Scene> {
    let (project, aim) = (folder("project", 0o777)?, folder("aim", 0o777)?);
    let secret = aim.join("secret");
    std::fs::write(&secret, "secret")?;
    let name = secret.to_string_lossy().into_owned();
    symlink(&secret, project.join("direct"))?;
    symlink("/", project.join("root"))?;
    symlink(format!("../../../../../../..{name}"), project.join("up"))?;
    symlink("/proc/self/root", project.join("proc"))?;
    symlink("/proc/1/root", project.join("first"))?;
    Ok(Scene {
        words: vec![project.to_string_lossy().into_owned(), name],
        files: vec![project, aim].into(),
        ..Scene::default()
    })
}

fn furnish(spec: &mut CellSpec, words: &[String]) {
    spec.overlays.push(overlay(&words[0], "/srv/project"));
}

fn act(words: &[String]) -> io::Result<()> {
    let project = if in_room() { "/srv/project" } else { &words[0] };
    let secret = &words[1];
    for path in [
        format!("root{secret}"),
        "up".to_owned(),
        format!("proc{secret}"),
        format!("first{secret}"),
    ] {
        if std::fs::read(format!("{project}/{path}")).is_ok() {
            return Ok(());
        }
    }
    std::fs::read(format!("{project}/direct")).map(drop)
}
