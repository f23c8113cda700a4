//! A project that holds a symbolic link at a place where whoever furnishes the room lays another project.

use waxseal_sandbox::CellSpec;

use crate::attempt::Attempt;
use crate::attempts::linked_file::{act, scene};
use crate::stage::overlay;

pub(crate) const ATTEMPT: Attempt = Attempt {
    scene,
    furnish,
    ..Attempt::new("laying_a_project_over_a_link", act, &[libc::ENOENT])
};

fn furnish(spec: &mut CellSpec, words: &[String]) {
    spec.overlays.push(overlay(&words[0], "/srv/project"));
    spec.overlays.push(overlay(&words[0], "/srv/project/way/planted"));
}
