//! A file in the home of whoever runs waxseal.

use std::io;

use crate::attempt::{Attempt, Scene, unsupported};

pub(crate) const ATTEMPT: Attempt = Attempt {
    scene,
    ..Attempt::new(
        "reading_a_file_in_a_home",
        |words| std::fs::read(&words[0]).map(drop),
        &[libc::ENOENT],
    )
};

fn scene() -> io::Result<Scene> {
    let home = std::env::var_os("HOME").ok_or_else(|| unsupported("there is no home"))?;
    let path = std::path::Path::new(&home).join(format!(".waxseal-secret-{}", rand()));
    std::fs::write(&path, "secret")?;
    Ok(Scene {
        words: vec![path.to_string_lossy().into_owned()],
        files: vec![path].into(),
        ..Scene::default()
    })
}

fn rand() -> u128 {
    std::time::SystemTime::UNIX_EPOCH
        .elapsed()
        .map_or(0, |it| it.as_nanos())
}
