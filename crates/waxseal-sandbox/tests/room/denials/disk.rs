//! Disks that are filled.

use waxseal_sandbox::{CellSpec, CommandEnd};

use crate::denials::room;
use crate::stage::{folder, overlay};

/// `/tmp`, `/dev/shm`, a home and the project together have one ceiling.
pub(crate) fn bytes() -> Result<(), String> {
    let project = folder("project", 0o777).map_err(|err| err.to_string())?;
    let done = room::open(&["write"], |spec| {
        small(spec);
        spec.overlays.push(overlay(&project.to_string_lossy(), PROJECT));
    });
    let end = done.and_then(|mut opened| opened.end());
    let left = std::fs::read_dir(&project).map_or(0, Iterator::count);
    let _ = std::fs::remove_dir_all(&project);
    match end? {
        _ if left > 0 => Err("something was written to the project of this machine".to_owned()),
        CommandEnd::Exited(40..=64) => Ok(()),
        other => Err(format!("{other:?}, not 64 MiB")),
    }
}

fn small(spec: &mut CellSpec) {
    spec.limits.disk = 64 << 20;
}

/// Fills every folder, at most 300 MiB; says how many.
pub(crate) fn write(_: &[String]) -> u8 {
    let mut written = 0_u32;
    let block = vec![1_u8; 1 << 20];
    for folder in ["/tmp", "/home/user", "/dev/shm", "/var/tmp", PROJECT] {
        for number in 0..60 {
            if std::fs::write(format!("{folder}/{number}"), &block).is_err() {
                break;
            }
            written += 1;
        }
    }
    written.min(250) as u8
}

pub(crate) fn files() -> Result<(), String> {
    let mut opened = room::open(&["create"], |spec| spec.limits.disk = 16 << 20)?;
    match opened.end()? {
        CommandEnd::Exited(0) => Ok(()),
        other => Err(format!("{other:?}")),
    }
}

/// Makes empty files until it is refused, at most 40,000.
pub(crate) fn create(_: &[String]) -> u8 {
    let made = (0..40_000)
        .take_while(|it| std::fs::File::create(format!("/tmp/{it}")).is_ok())
        .count();
    match made {
        0..1_000 => 1,
        40_000 => 2,
        _ => 0,
    }
}

const PROJECT: &str = "/home/user/project";
