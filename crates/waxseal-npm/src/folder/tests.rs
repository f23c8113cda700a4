//! Folders with links, pipes and too much in them.

#![allow(clippy::unwrap_used)]

use std::os::unix::fs::symlink;

use super::*;

fn make(files: &[(&str, &str)]) -> tempfile::TempDir {
    let temp = tempfile::tempdir().unwrap();
    for (path, content) in files {
        let path = temp.path().join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, content).unwrap();
    }
    temp
}

fn check(temp: &tempfile::TempDir, limits: &Limits, expected: Result<&[&str], &str>) {
    let found = read(temp.path(), limits);
    let found = found
        .as_ref()
        .map(|unpacked| unpacked.files.iter().map(|file| file.path.as_str()).collect::<Vec<_>>());
    assert_eq!(
        found.map_err(ToString::to_string),
        expected.map(<[&str]>::to_vec).map_err(str::to_owned)
    );
}

#[test]
fn every_file_is_read_but_installed_packages_and_git() {
    let temp = make(&[
        ("package.json", "{}"),
        ("lib/a.js", "a()"),
        ("node_modules/x/i.js", ""),
        ("lib/node_modules/y.js", ""),
        (".git/config", ""),
        (".npmignore", "*"),
    ]);
    check(
        &temp,
        &Limits::default(),
        Ok(&[".npmignore", "lib/a.js", "package.json"]),
    );
    let unpacked = read(temp.path(), &Limits::default()).unwrap();
    assert_eq!(unpacked.read("lib/a.js"), Some(b"a()".as_slice()));
    assert_eq!(unpacked.unpacked_size, 6);
}

#[test]
fn links_are_noted_and_never_followed() {
    let outside = make(&[("secret.js", "secret()")]);
    let temp = make(&[("a.js", "a()")]);
    symlink(outside.path(), temp.path().join("out")).unwrap();
    symlink(outside.path().join("secret.js"), temp.path().join("s.js")).unwrap();
    symlink(".", temp.path().join("loop")).unwrap();
    check(&temp, &Limits::default(), Ok(&["a.js"]));
    let kinds: Vec<AnomalyKind> = read(temp.path(), &Limits::default())
        .unwrap()
        .anomalies
        .iter()
        .map(|it| it.kind)
        .collect();
    assert_eq!(kinds, [AnomalyKind::Link; 3]);
}

#[test]
fn a_pipe_is_noted_and_not_waited_for() {
    let temp = make(&[("a.js", "a()")]);
    assert!(
        std::process::Command::new("mkfifo")
            .arg(temp.path().join("pipe.js"))
            .status()
            .unwrap()
            .success()
    );
    check(&temp, &Limits::default(), Ok(&["a.js"]));
    assert!(open(&temp.path().join("pipe.js")).is_ok(), "opening it does not block");
}

#[test]
fn a_link_put_in_place_of_a_file_is_not_opened() {
    let temp = make(&[("a.js", "a()")]);
    symlink(temp.path().join("a.js"), temp.path().join("l.js")).unwrap();
    assert!(open(&temp.path().join("l.js")).is_err());
}

#[test]
fn each_limit_ends_the_reading() {
    let temp = make(&[("a.js", "0123456789"), ("b.js", "0123456789")]);
    let limits = Limits {
        inflated: 20,
        entries: 2,
        file: 10,
    };
    check(&temp, &limits, Ok(&["a.js", "b.js"]));
    check(
        &temp,
        &Limits { inflated: 19, ..limits },
        Err("the folder holds more than 19 bytes"),
    );
    check(
        &temp,
        &Limits { entries: 1, ..limits },
        Err("the folder holds more than 1 entries"),
    );
    check(
        &temp,
        &Limits { file: 9, ..limits },
        Err("the folder holds more than 9 bytes in one file"),
    );
}

#[test]
fn what_is_no_folder_is_an_error() {
    let temp = make(&[("a.js", "")]);
    for name in ["a.js", "missing"] {
        let err = read(&temp.path().join(name), &Limits::default()).unwrap_err();
        assert!(matches!(err, FolderError::NotAFolder { .. }), "{err}");
    }
}
