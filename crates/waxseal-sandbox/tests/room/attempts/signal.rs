//! A process of this machine gets a signal.

use std::io;

use crate::attempt::{Attempt, Scene, Victim};
use crate::kernel::call;

pub(crate) const ATTEMPT: Attempt = Attempt {
    scene: victim,
    ..Attempt::new("signalling_a_process_of_this_machine", act, &[libc::ESRCH])
};

/// A process of this machine, and its number.
pub(crate) fn victim() -> io::Result<Scene> {
    let child = std::process::Command::new("sleep").arg("100").spawn()?;
    Ok(Scene {
        words: vec![child.id().to_string()],
        keep: vec![Box::new(Victim(child))],
        ..Scene::default()
    })
}

/// The number of the victim.
pub(crate) fn number(words: &[String]) -> u64 {
    words.first().and_then(|it| it.parse().ok()).unwrap_or(0)
}

fn act(words: &[String]) -> io::Result<()> {
    call(libc::SYS_kill, &[number(words), 0]).map(drop)
}
