//! A project that holds a symbolic link, through which whoever furnishes the room makes a symbolic link.

use waxseal_sandbox::CellSpec;

use crate::attempt::Attempt;
use crate::attempts::linked_file::{act, scene};
use crate::stage::overlay;

pub(crate) const ATTEMPT: Attempt = Attempt {
    scene,
    furnish,
    ..Attempt::new("planting_a_link_through_a_link_in_the_project", act, &[libc::ENOENT])
};

fn furnish(spec: &mut CellSpec, words: &[String]) {
    spec.overlays.push(overlay(&words[0], "/srv/project"));
    let path = "/srv/project/way/planted".to_owned();
    spec.links.push((path, "anywhere".to_owned()));
}
