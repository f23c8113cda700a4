use super::*;

use std::path::Path;
use std::process::Command;

type Tree<'a> = &'a [(&'a str, bool, &'a [u8])];

fn files<'a>(tree: Tree<'a>) -> Vec<File<'a>> {
    let mut files: Vec<File<'a>> = tree
        .iter()
        .map(|(path, executable, bytes)| File {
            path,
            executable: *executable,
            bytes,
        })
        .collect();
    files.sort_by_key(|file| file.path);
    files
}

fn patch(old: Tree<'_>, new: Tree<'_>) -> Vec<u8> {
    let mut out = Vec::new();
    for pair in pairs(&files(old), &files(new)) {
        write(&mut out, &pair);
    }
    out
}

fn write_tree(root: &Path, tree: Tree<'_>) {
    for (path, executable, bytes) in tree {
        let path = root.join(path);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(&path, bytes).unwrap();
        let mode = if *executable { 0o755 } else { 0o644 };
        std::fs::set_permissions(&path, std::os::unix::fs::PermissionsExt::from_mode(mode)).unwrap();
    }
}

fn read_tree(root: &Path) -> Vec<(String, bool, Vec<u8>)> {
    fn visit(root: &Path, folder: &Path, out: &mut Vec<(String, bool, Vec<u8>)>) {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                visit(root, &path, out);
            } else {
                let mode = std::os::unix::fs::PermissionsExt::mode(&path.metadata().unwrap().permissions());
                let name = path.strip_prefix(root).unwrap().to_str().unwrap().to_owned();
                out.push((name, mode & 0o100 != 0, std::fs::read(&path).unwrap()));
            }
        }
    }
    let mut out = Vec::new();
    visit(root, root, &mut out);
    out.sort();
    out
}

/// The patch, applied to the old tree by two other programs, must give the new tree byte for byte.
#[track_caller]
fn check(old: Tree<'_>, new: Tree<'_>) {
    let patch = patch(old, new);
    for program in [
        &["git", "apply", "--whitespace=nowarn"][..],
        &["patch", "-p1", "-s", "--binary"][..],
    ] {
        let folder = tempfile::tempdir().unwrap();
        write_tree(folder.path(), old);
        let file = tempfile::NamedTempFile::new().unwrap();
        std::fs::write(file.path(), &patch).unwrap();
        let status = Command::new(program[0])
            .args(&program[1..])
            .stdin(std::fs::File::open(file.path()).unwrap())
            .current_dir(folder.path())
            // A repository above the folder would make `git apply` skip what is outside of it.
            .env("GIT_CEILING_DIRECTORIES", folder.path().parent().unwrap())
            .output()
            .unwrap();
        let shown = String::from_utf8_lossy(&patch);
        assert!(
            status.status.success(),
            "{program:?}: {}\n{shown}",
            String::from_utf8_lossy(&status.stderr)
        );
        let mut expected: Vec<(String, bool, Vec<u8>)> = new
            .iter()
            .map(|(path, executable, bytes)| ((*path).to_owned(), *executable, bytes.to_vec()))
            .collect();
        expected.sort();
        assert_eq!(read_tree(folder.path()), expected, "{program:?}\n{shown}");
    }
}

#[test]
fn a_changed_line_is_applied() {
    check(
        &[("a.js", false, b"one\ntwo\nthree\n")],
        &[("a.js", false, b"one\nzwei\nthree\n")],
    );
}

#[test]
fn files_that_come_and_go_are_applied() {
    check(
        &[("gone.js", false, b"x\ny\n"), ("keep.js", false, b"k\n")],
        &[
            ("keep.js", false, b"k\n"),
            ("lib/new.js", true, b"#!/usr/bin/env node\n"),
        ],
    );
}

#[test]
fn empty_files_are_applied() {
    check(&[("a", false, b"")], &[("a", false, b"now\n")]);
    check(
        &[("a", false, b"then\n"), ("b", false, b"b\n")],
        &[("a", false, b""), ("b", false, b"b\n")],
    );
    check(&[("a", false, b"a\n")], &[("a", false, b"a\n"), ("b", false, b"")]);
    check(&[("a", false, b""), ("b", false, b"1\n")], &[("b", false, b"2\n")]);
}

#[test]
fn a_change_of_mode_is_applied() {
    check(&[("run", false, b"x\n")], &[("run", true, b"x\n")]);
    check(&[("run", true, b"x\n")], &[("run", false, b"y\n")]);
}

#[test]
fn a_missing_last_line_feed_is_kept() {
    check(&[("a", false, b"x\ny")], &[("a", false, b"x\ny\n")]);
    check(&[("a", false, b"x\ny\n")], &[("a", false, b"x\ny")]);
    check(&[("a", false, b"x")], &[("a", false, b"y")]);
    check(&[("a", false, b"1\n2\n3\n4\n5")], &[("a", false, b"0\n2\n3\n4\n5")]);
}

#[test]
fn carriage_returns_and_bytes_that_are_no_text_are_kept() {
    check(&[("a", false, b"x\r\ny\r\nz\n")], &[("a", false, b"x\r\nY\r\nz\n")]);
    check(
        &[("a", false, b"\xff\xfe\nsame\n")],
        &[("a", false, b"\xff\xfd\nsame\n")],
    );
}

#[test]
fn names_with_blanks_quotes_and_other_alphabets_are_applied() {
    check(
        &[("a b.js", false, b"1\n")],
        &[("a b.js", false, b"2\n"), ("c d/e f.js", false, b"3\n")],
    );
    check(
        &[("\"q\".js", false, b"1\n")],
        &[("\"q\".js", false, b"2\n"), ("grü\u{202e}n\t.js", false, b"3\n")],
    );
}

#[test]
fn distant_and_near_differences_are_applied() {
    let old: Vec<u8> = (0..400).flat_map(|n| format!("line {n}\n").into_bytes()).collect();
    let change = |every: usize| -> Vec<u8> {
        (0..400)
            .flat_map(|n| {
                if n % every == 0 {
                    format!("changed {n}\nand one more\n")
                } else {
                    format!("line {n}\n")
                }
                .into_bytes()
            })
            .collect()
    };
    for every in [1, 2, 5, 6, 7, 8, 9, 50, 399] {
        let new = change(every);
        check(&[("a", false, &old)], &[("a", false, &new)]);
        check(&[("a", false, &new)], &[("a", false, &old)]);
    }
}

#[test]
fn a_binary_file_is_named() {
    let out = patch(
        &[("a.png", false, b"\x89PNG\0old")],
        &[("a.png", false, b"\x89PNG\0new"), ("b.wasm", false, b"\0asm")],
    );
    assert_eq!(
        String::from_utf8(out).unwrap(),
        "diff --git a/a.png b/a.png\nBinary files a/a.png and b/a.png differ\n\
         diff --git a/b.wasm b/b.wasm\nnew file mode 100644\nBinary files /dev/null and b/b.wasm differ\n"
    );
}

#[test]
fn equal_trees_give_nothing() {
    let tree: Tree<'_> = &[("a", false, b"x\n"), ("b", true, b"")];
    assert_eq!(patch(tree, tree), b"");
}

#[test]
fn a_hostile_name_is_never_raw() {
    assert_eq!(
        name("a/", "x\u{1b}[31m\u{202e}\n"),
        "\"a/x\\033[31m\\342\\200\\256\\n\""
    );
}

#[test]
fn lines_are_counted_by_side() {
    let (old, new) = (
        files(&[("a", false, b"1\n2\n3\n")]),
        files(&[("a", false, b"1\nzwei\n3\n4\n"), ("b", false, b"\0")]),
    );
    let stats: Vec<Stat> = pairs(&old, &new).iter().filter_map(stat).collect();
    let a = Stat {
        path: "a".into(),
        added: 2,
        removed: 1,
        binary: false,
        presence: Presence::Changed,
    };
    let b = Stat {
        path: "b".into(),
        added: 0,
        removed: 0,
        binary: true,
        presence: Presence::Added,
    };
    assert_eq!(stats, [a, b]);
}
