use std::cell::Cell;
use std::os::unix::fs::{PermissionsExt as _, symlink};

use super::*;

/// A store, and how many trees it had made.
struct Shelf {
    store: Store,
    made: Cell<u32>,
    _home: tempfile::TempDir,
}

impl Shelf {
    fn new(most: u64) -> Self {
        let home = tempfile::tempdir().unwrap();
        Self {
            store: Store {
                root: home.path().join("trees"),
                most,
            },
            made: Cell::new(0),
            _home: home,
        }
    }

    fn get(&self, name: &str) -> Tree {
        let key = Key::of([(name, b"".as_slice())]);
        self.store.find(&key).unwrap_or_else(|| {
            let lay = |folder: &Path| {
                self.made.set(self.made.get() + 1);
                lay(folder);
                Ok(())
            };
            self.store.make(&key, lay).unwrap()
        })
    }

    fn has(&self, name: &str) -> bool {
        self.store.find(&Key::of([(name, b"".as_slice())])).is_some()
    }
}

/// 2,000 bytes.
fn lay(folder: &Path) {
    fs::create_dir_all(folder.join("node_modules/.bin")).unwrap();
    fs::write(folder.join("node_modules/index.js"), vec![b' '; 2_000]).unwrap();
    symlink("../index.js", folder.join("node_modules/.bin/it")).unwrap();
}

#[test]
fn a_tree_is_made_once() {
    let shelf = Shelf::new(MOST);
    let first = shelf.get("a").folder().to_owned();
    assert_eq!(shelf.get("a").folder(), first);
    assert!(first.join("node_modules/.bin/it").exists());
    assert_eq!(shelf.made.get(), 1);
    shelf.get("b");
    assert_eq!(shelf.made.get(), 2);
    let left: Vec<_> = fs::read_dir(&shelf.store.root).unwrap().collect();
    assert_eq!(left.len(), 2, "{left:?}");
}

fn check_changed(how: &str, change: impl FnOnce(&Path)) {
    let shelf = Shelf::new(MOST);
    let folder = shelf.get("a").folder().to_owned();
    change(&folder);
    assert!(!shelf.has("a"), "{how}");
    shelf.get("a");
    assert_eq!(shelf.made.get(), 2, "{how}");
}

#[test]
fn a_tree_that_was_touched_is_made_anew() {
    check_changed("a file more", |it| fs::write(it.join("node_modules/x"), "").unwrap());
    check_changed("a file less", |it| {
        fs::remove_file(it.join("node_modules/index.js")).unwrap()
    });
    check_changed("another mode", |it| {
        fs::set_permissions(it.join("node_modules/index.js"), fs::Permissions::from_mode(0o755)).unwrap();
    });
    check_changed("another link", |it| {
        fs::remove_file(it.join("node_modules/.bin/it")).unwrap();
        symlink("../other.js", it.join("node_modules/.bin/it")).unwrap();
    });
    check_changed("other bytes, as many and as old", |it| {
        let path = it.join("node_modules/index.js");
        let then = path.metadata().unwrap().modified().unwrap();
        fs::write(&path, vec![b';'; 2_000]).unwrap();
        File::options()
            .write(true)
            .open(&path)
            .unwrap()
            .set_modified(then)
            .unwrap();
    });
    check_changed("another stamp", |it| {
        fs::write(it.parent().unwrap().join(STAMP), "waxseal-tree-stamp-1\t0\t0\t\n").unwrap();
    });
}

#[test]
fn what_was_used_longest_ago_goes_first_and_what_is_in_use_stays() {
    let shelf = Shelf::new(5_000);
    let age = |name: &str, seconds: u64| {
        let stamp = shelf.store.root.join(Key::of([(name, b"".as_slice())]).0).join(STAMP);
        let then = SystemTime::now() - Duration::from_secs(seconds);
        File::open(stamp).unwrap().set_modified(then).unwrap();
    };
    let oldest = shelf.get("a");
    shelf.get("b");
    age("a", 300);
    age("b", 200);
    shelf.get("c");
    // `a` is older, but in use.
    assert!(!shelf.has("b") && shelf.has("a") && shelf.has("c"));
    drop(oldest);
    age("a", 300);
    age("c", 100);
    shelf.get("d");
    assert!(!shelf.has("a") && shelf.has("c") && shelf.has("d"));
}

#[test]
fn a_tree_that_could_not_be_made_leaves_nothing() {
    let shelf = Shelf::new(MOST);
    let key = Key::of([("a", b"".as_slice())]);
    let failed = shelf.store.make(&key, |folder| {
        lay(folder);
        Err(NoTree::NotUnpacked("npm".to_owned()))
    });
    assert!(failed.is_err() && !shelf.has("a"));
    assert_eq!(fs::read_dir(&shelf.store.root).unwrap().count(), 0);
}

#[test]
fn every_part_of_a_key_counts_whole() {
    let key = |parts: &[(&str, &[u8])]| Key::of(parts.iter().copied());
    let one = key(&[("a", b"bc")]);
    assert_ne!(one, key(&[("ab", b"c")]));
    assert_ne!(one, key(&[("a", b"bc"), ("", b"")]));
    assert_ne!(one, key(&[("a", b"bd")]));
    assert_eq!(one, key(&[("a", b"bc")]));
}
