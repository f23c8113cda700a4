//! The store under normal use, damage and concurrency.

#![allow(clippy::unwrap_used)]

use std::os::unix::fs::PermissionsExt as _;
use std::process::Command;

use super::*;

fn open() -> (tempfile::TempDir, Cache) {
    let temp = tempfile::tempdir().unwrap();
    let cache = Cache::open(&temp.path().join("cache")).unwrap();
    (temp, cache)
}

fn integrity_of(bytes: &[u8]) -> Integrity {
    Integrity::parse(&Integrity::sha512_of(bytes)).unwrap()
}

fn files_below(path: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in fs::read_dir(path).into_iter().flatten() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            found.extend(files_below(&path))
        } else {
            found.push(path)
        }
    }
    found
}

#[test]
fn an_archive_is_found_by_its_hash() {
    let (_temp, cache) = open();
    let integrity = integrity_of(b"archive");
    assert_eq!(cache.tarball(&integrity), None);
    cache.store_tarball(&integrity, b"archive").unwrap();
    assert_eq!(cache.tarball(&integrity).as_deref(), Some(b"archive".as_slice()));
    assert_eq!(cache.tarball(&integrity_of(b"another")), None);
}

#[test]
fn a_damaged_archive_is_a_miss_and_can_be_stored_again() {
    let (_temp, cache) = open();
    let integrity = integrity_of(b"archive");
    cache.store_tarball(&integrity, b"archive").unwrap();
    for damage in [b"".as_slice(), b"archivE", b"archive and more"] {
        fs::write(&files_below(&cache.root)[0], damage).unwrap();
        assert_eq!(cache.tarball(&integrity), None);
        cache.store_tarball(&integrity, b"archive").unwrap();
        assert!(cache.tarball(&integrity).is_some());
    }
}

#[test]
fn bytes_that_do_not_match_are_never_stored() {
    let (_temp, cache) = open();
    cache
        .store_tarball(&integrity_of(b"archive"), b"something else")
        .unwrap();
    assert!(files_below(&cache.root).is_empty());
}

#[test]
fn a_document_keeps_its_validators() {
    let (_temp, cache) = open();
    let url = "https://registry.example/left-pad";
    let document = CachedDocument {
        body: b"{\"name\":\n\"left-pad\"}".to_vec(),
        etag: Some(String::from("\"abc\"")),
        last_modified: None,
    };
    cache.store_document(url, &document).unwrap();
    assert_eq!(cache.document(url), Some(document.clone()));
    assert_eq!(cache.document("https://registry.example/other"), None);
    let hostile = CachedDocument {
        etag: Some(String::from("a\nb\tc")),
        ..document
    };
    cache.store_document(url, &hostile).unwrap();
    assert_eq!(cache.document(url).unwrap().etag, None);
}

#[test]
fn a_damaged_document_is_a_miss() {
    let (_temp, cache) = open();
    cache
        .store_document(
            "u",
            &CachedDocument {
                body: b"{}".to_vec(),
                ..CachedDocument::default()
            },
        )
        .unwrap();
    let path = files_below(&cache.root).remove(0);
    let good = fs::read(&path).unwrap();
    for at in 0..good.len() {
        let mut bad = good.clone();
        bad[at] ^= 1;
        fs::write(&path, &bad).unwrap();
        let read = cache.document("u");
        assert!(read.is_none_or(|document| document.body == b"{}"), "byte {at}");
        fs::write(&path, &good[..at]).unwrap();
        assert_eq!(cache.document("u"), None, "cut at {at}");
    }
}

#[test]
fn the_folder_is_for_this_user_only() {
    let (_temp, cache) = open();
    cache.store_tarball(&integrity_of(b"x"), b"x").unwrap();
    for folder in [cache.root.clone(), cache.root.join("tarballs")] {
        assert_eq!(fs::metadata(folder).unwrap().permissions().mode() & 0o777, 0o700);
    }
}

#[test]
fn a_folder_that_cannot_be_made_is_an_error_with_a_hint() {
    let temp = tempfile::tempdir().unwrap();
    fs::write(temp.path().join("file"), b"").unwrap();
    let err = Cache::open(&temp.path().join("file/cache")).unwrap_err();
    assert!(err.to_string().starts_with("cannot use the cache folder"), "{err}");
    assert!(err.hint().contains("XDG_CACHE_HOME"));
}

#[test]
fn the_default_folder_follows_the_xdg_standard() {
    let mut env = Environment {
        home: Some(PathBuf::from("/home/u")),
        cwd: PathBuf::from("/w"),
        ..Environment::default()
    };
    assert_eq!(Cache::default_root(&env), Path::new("/home/u/.cache/waxseal"));
    env.vars.insert(String::from("XDG_CACHE_HOME"), String::from("/xdg"));
    assert_eq!(Cache::default_root(&env), Path::new("/xdg/waxseal"));
    env.vars
        .insert(String::from("XDG_CACHE_HOME"), String::from("relative"));
    assert_eq!(Cache::default_root(&env), Path::new("/home/u/.cache/waxseal"));
}

/// Writes and reads one key over and over, also as one of two processes.
fn hammer(cache: &Cache) {
    let bytes = vec![7u8; 300_000];
    let integrity = integrity_of(&bytes);
    for round in 0..20u8 {
        cache.store_tarball(&integrity, &bytes).unwrap();
        assert_eq!(cache.tarball(&integrity).map(|found| found.len()), Some(bytes.len()));
        let document = CachedDocument {
            body: vec![round; 50_000],
            ..CachedDocument::default()
        };
        cache.store_document("shared", &document).unwrap();
        let body = cache.document("shared").unwrap().body;
        assert!(body.len() == 50_000 && body.iter().all(|byte| *byte == body[0]));
    }
}

#[test]
fn eight_threads_and_two_processes_share_one_key() {
    if let Ok(root) = std::env::var("WAXSEAL_TEST_CACHE") {
        hammer(&Cache::open(Path::new(&root)).unwrap());
        return;
    }
    let (_temp, cache) = open();
    let this_test = "cache::tests::eight_threads_and_two_processes_share_one_key";
    let mut child = Command::new(std::env::current_exe().unwrap())
        .args([this_test, "--exact"])
        .env("WAXSEAL_TEST_CACHE", &cache.root)
        .spawn()
        .unwrap();
    std::thread::scope(|scope| {
        for _ in 0..8 {
            scope.spawn(|| hammer(&cache));
        }
    });
    assert!(child.wait().unwrap().success());
    let left: Vec<PathBuf> = files_below(&cache.root);
    assert_eq!(left.len(), 2, "nothing half-written stays: {left:?}");
}
