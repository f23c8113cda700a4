//! Watching which programs are opened on this machine.

use std::io;
use std::sync::Arc;
use std::time::Duration;

use crate::attempt::{Attempt, Scene};
use crate::attempts::lock::{FILE, whole_usr};
use crate::kernel::{address, address_mut, call, own};

pub(crate) const ATTEMPT: Attempt = Attempt {
    scene,
    ..Attempt::new("watching_what_is_opened_on_this_machine", act, &[libc::EAGAIN])
};

/// Somebody on this machine opens a program now and then.
fn scene() -> io::Result<Scene> {
    whole_usr()?;
    let alive = Arc::new(());
    let weak = Arc::downgrade(&alive);
    std::thread::spawn(move || {
        while weak.strong_count() > 0 {
            let _ = std::fs::File::open(FILE);
            std::thread::sleep(Duration::from_millis(20));
        }
    });
    Ok(Scene {
        keep: vec![Box::new(alive)],
        ..Scene::default()
    })
}

fn act(_: &[String]) -> io::Result<()> {
    let queue = call(libc::SYS_inotify_init1, &[libc::IN_NONBLOCK as u64])?;
    let path = std::ffi::CString::new(FILE)?;
    let opened = u64::from(libc::IN_OPEN);
    call(
        libc::SYS_inotify_add_watch,
        &[queue as u64, address(path.to_bytes_with_nul()), opened],
    )?;
    std::thread::sleep(Duration::from_millis(500));
    let mut event = [0_u8; 256];
    let seen = call(libc::SYS_read, &[queue as u64, address_mut(&mut event), 256]);
    drop(own(queue));
    seen.map(drop)
}
