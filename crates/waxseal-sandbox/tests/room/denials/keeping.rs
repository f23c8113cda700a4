//! Folders that lie over each other, and what is copied out of a room.

use std::fs;
use std::os::unix::fs::symlink;
use std::path::Path;

use waxseal_sandbox::{Keep, Notice, Overlay, lend_folder};

use crate::denials::room;
use crate::stage::folder;

/// Both folders stay as they are, what is kept is what the room left, and a link in it leads nowhere but is a link.
pub(crate) fn kept() -> Result<(), String> {
    let folders = ["upper", "lower", "kept"].map(|name| folder(name, 0o777));
    let [Ok(upper), Ok(lower), Ok(kept)] = folders else {
        return Err("no folders".to_owned());
    };
    let lay = || -> std::io::Result<()> {
        fs::write(upper.join("both"), "upper")?;
        fs::write(lower.join("both"), "lower")?;
        fs::create_dir(lower.join("below"))?;
        fs::write(lower.join("below/deep"), "deep")?;
        fs::write(lower.join("gone"), "gone")?;
        lend_folder(&kept)
    };
    lay().map_err(|err| err.to_string())?;
    let notices = room::open(&["change"], |spec| {
        spec.overlays.push(Overlay {
            sources: vec![upper.clone(), lower.clone()],
            target: PROJECT.to_owned(),
        });
        spec.keep = Some(Keep {
            source: PROJECT.to_owned(),
            target: kept.clone(),
        });
    })
    .and_then(|mut opened| opened.rest());
    let read = |path: &Path| fs::read_to_string(path).unwrap_or_default();
    let seen = [
        read(&kept.join("both")),
        read(&kept.join("below/deep")),
        read(&kept.join("below/new")),
        fs::read_link(kept.join("link")).map_or_else(|_| String::new(), |it| it.display().to_string()),
        kept.join("gone").exists().to_string(),
        read(&upper.join("both")),
        lower.join("below/new").exists().to_string(),
        lower.join("gone").exists().to_string(),
    ];
    for path in [&upper, &lower, &kept] {
        let _ = fs::remove_dir_all(path);
    }
    let told = notices?.iter().any(|it| matches!(it, Notice::Kept(5)));
    let expected = ["upper", "deep", "new", "/etc/passwd", "false", "upper", "false", "true"];
    match (told, seen == expected) {
        (true, true) => Ok(()),
        (told, _) => Err(format!("told: {told}; {seen:?}")),
    }
}

/// Nothing is kept through a link.
pub(crate) fn linked_away() -> Result<(), String> {
    let kept = folder("kept", 0o777).map_err(|err| err.to_string())?;
    lend_folder(&kept).map_err(|err| err.to_string())?;
    let notices = room::open(&["link"], |spec| {
        spec.folders.push("/srv/place".to_owned());
        spec.keep = Some(Keep {
            source: "/srv/place/project".to_owned(),
            target: kept.clone(),
        });
    })
    .and_then(|mut opened| opened.rest());
    let left = fs::read_dir(&kept).map_or(0, Iterator::count);
    let _ = fs::remove_dir_all(&kept);
    let refused = notices?.iter().any(|it| matches!(it, Notice::NotKept(_)));
    match (refused, left) {
        (true, 0) => Ok(()),
        _ => Err(format!("refused: {refused}, {left} files were kept")),
    }
}

/// Changes the project; gives 0 if it found what lies under it.
pub(crate) fn change(_: &[String]) -> u8 {
    let at = |name: &str| Path::new(PROJECT).join(name);
    let done = fs::write(at("below/new"), "new").is_ok()
        && fs::remove_file(at("gone")).is_ok()
        && symlink("/etc/passwd", at("link")).is_ok()
        && fs::read_to_string(at("both")).is_ok_and(|it| it == "upper");
    u8::from(!done)
}

/// Puts a link where the folder is that is to be kept.
pub(crate) fn link(_: &[String]) -> u8 {
    u8::from(symlink("/etc", "/srv/place/project").is_err())
}

const PROJECT: &str = "/home/user/project";
