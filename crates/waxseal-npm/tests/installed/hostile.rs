//! Trees that were made to end, to slow down or to mislead whoever reads them.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::PathBuf;
use std::process::Command;
use std::time::{Duration, Instant};

use waxseal_npm::installed::{self, Limits};

use crate::folder::{Folder, shown, told};

#[test]
fn links_in_a_circle_end() {
    let folder = Folder::new();
    folder
        .package("node_modules/a", "a", "1.0.0")
        .link("node_modules/a/node_modules", "..")
        .link("node_modules/up", "..")
        .link("node_modules/self", "../node_modules")
        .link("node_modules/one", "two")
        .link("node_modules/two", "one")
        .link("node_modules/gone", "nowhere")
        .link("node_modules/@scope", "../node_modules");
    let contents = folder.read();
    let problems = told(&contents.problems);
    assert!(
        problems.contains(&String::from("node_modules/one: its links lead in a circle")),
        "{problems:?}"
    );
    assert!(
        problems.contains(&String::from("node_modules/two: its links lead in a circle")),
        "{problems:?}"
    );
    assert!(
        problems.contains(&String::from("node_modules/gone: it is a link that leads nowhere")),
        "{problems:?}"
    );
    let a: Vec<String> = shown(&contents.packages)
        .into_iter()
        .filter(|it| it.ends_with("a@1.0.0"))
        .collect();
    assert_eq!(a, ["node_modules/a a@1.0.0"]);
}

#[test]
fn a_link_to_a_package_that_no_folder_shows_is_followed() {
    let folder = Folder::new();
    folder
        .package("node_modules/.cache/hidden", "hidden", "6.6.6")
        .link("node_modules/hidden", ".cache/hidden");
    assert_eq!(shown(&folder.read().packages), ["node_modules/hidden hidden@6.6.6"]);
}

#[test]
fn pipes_and_large_and_broken_manifests_are_told_and_not_waited_for() {
    let folder = Folder::new();
    fs::create_dir_all(folder.at("node_modules/pipe")).unwrap();
    assert!(
        Command::new("mkfifo")
            .arg(folder.at("node_modules/pipe/package.json"))
            .status()
            .unwrap()
            .success()
    );
    assert!(
        Command::new("mkfifo")
            .arg(folder.at("node_modules/beside"))
            .status()
            .unwrap()
            .success()
    );
    let large = format!(r#"{{"name":"large","version":"1.0.0","x":"{}"}}"#, "x".repeat(10 << 20));
    folder
        .put("node_modules/large/package.json", large)
        .put("node_modules/broken/package.json", "{\"name\":\"broken\"")
        .put("node_modules/list/package.json", "[]")
        .put("node_modules/none/index.js", "")
        .put("node_modules/folder/package.json/x", "")
        .put("node_modules/deep/package.json", "[".repeat(100_000))
        .package("node_modules/z", "z", "1.0.0");
    let started = Instant::now();
    let contents = folder.read();
    assert!(started.elapsed() < Duration::from_secs(2));
    assert_eq!(
        shown(&contents.packages),
        [
            "node_modules/broken broken@?",
            "node_modules/deep deep@?",
            "node_modules/folder folder@?",
            "node_modules/large large@?",
            "node_modules/list list@?",
            "node_modules/none none@?",
            "node_modules/pipe pipe@?",
            "node_modules/z z@1.0.0",
        ]
    );
    let mut problems = told(&contents.problems);
    problems.sort();
    assert_eq!(
        problems,
        [
            "node_modules/broken: its `package.json` cannot be read: it ends too early (line 1, column 16)",
            "node_modules/deep: its `package.json` cannot be read: it ends too early (line 1, column 100000)",
            "node_modules/folder: its `package.json` cannot be read: it is no regular file",
            "node_modules/large: its `package.json` cannot be read: it holds more than 1048576 bytes",
            "node_modules/list: its `package.json` cannot be read: it is another kind of value",
            "node_modules/none: its `package.json` cannot be read: it is not there",
            "node_modules/pipe: its `package.json` cannot be read: it is no regular file",
        ]
    );
}

#[test]
fn a_hundred_thousand_entries_are_read_and_a_ceiling_is_told() {
    let folder = Folder::new();
    folder
        .put("one", "")
        .put("two", "")
        .package("node_modules/n99999", "n99999", "1.0.0");
    for n in 0..100_000 {
        // Links to files are made fastest; a file system counts no more than 65,000 of one.
        let file = folder.at(if n % 2 == 0 { "one" } else { "two" });
        fs::hard_link(file, folder.at(&format!("node_modules/file{n}"))).unwrap();
    }
    let started = Instant::now();
    assert_eq!(shown(&folder.read().packages), ["node_modules/n99999 n99999@1.0.0"]);
    assert!(started.elapsed() < Duration::from_secs(20), "{:?}", started.elapsed());
    let limits = Limits {
        entries: 1_000,
        ..Limits::default()
    };
    let contents = installed::node_modules(folder.path(), None, &limits);
    let reason = "there are more folders and files than are looked at; the rest was left out";
    assert_eq!(told(&contents.problems), [format!("node_modules: {reason}")]);
}

#[test]
fn a_ceiling_of_packages_is_told() {
    let folder = Folder::new();
    for n in 0..5 {
        folder.package(&format!("node_modules/n{n}"), "n", "1.0.0");
    }
    let limits = Limits {
        packages: 3,
        ..Limits::default()
    };
    let contents = installed::node_modules(folder.path(), None, &limits);
    assert_eq!(contents.packages.len(), 3);
    assert_eq!(contents.problems.len(), 1);
}

#[test]
fn many_problems_are_counted() {
    let folder = Folder::new();
    for n in 0..10 {
        folder.put(&format!("node_modules/n{n}/package.json"), "");
    }
    let limits = Limits {
        problems: 4,
        ..Limits::default()
    };
    let problems = told(&installed::node_modules(folder.path(), None, &limits).problems);
    assert_eq!(problems.len(), 5);
    assert_eq!(problems[4], ": 6 more problems are not told one by one");
}

/// Moves a tree into a deeper one again and again, since no path reaches three thousand levels.
#[test]
fn three_thousand_levels_end_in_a_problem() {
    let folder = Folder::new();
    let (tree, next) = (folder.at("tree"), folder.at("next"));
    fs::create_dir_all(&tree).unwrap();
    for _ in 0..3_000 {
        fs::create_dir_all(next.join("node_modules")).unwrap();
        fs::write(next.join("package.json"), r#"{"name":"a","version":"1.0.0"}"#).unwrap();
        fs::rename(&tree, next.join("node_modules/a")).unwrap();
        fs::rename(&next, &tree).unwrap();
    }
    let contents = installed::node_modules(&tree, None, &Limits::default());
    let walked = installed::walk(&tree, &["package.json"], &Limits::default(), &mut |_| {});
    let shallow = Limits {
        nesting: 3,
        ..Limits::default()
    };
    let cut = installed::node_modules(&tree, None, &shallow);
    // The same way back, since removing it would need as long a path.
    for _ in 0..3_000 {
        fs::rename(tree.join("node_modules/a"), &next).unwrap();
        fs::remove_dir_all(&tree).unwrap();
        fs::rename(&next, &tree).unwrap();
    }
    assert!(contents.packages.len() > 200, "{}", contents.packages.len());
    let reasons: Vec<String> = contents.problems.iter().map(|it| it.reason.clone()).collect();
    assert!(
        reasons
            .iter()
            .any(|it| it.contains("its path is longer than the system takes")),
        "{reasons:?}"
    );
    assert!(walked.is_empty(), "{walked:?}");
    assert_eq!(cut.packages.len(), 4);
    assert!(cut.problems[0].reason.contains("deeper in each other than 3 levels"));
}

#[test]
fn odd_names_are_kept_as_they_are() {
    let folder = Folder::new();
    folder
        .package("node_modules/a\u{1b}[31m", "a", "1.0.0")
        .package("node_modules/Foo", "Foo", "1.0.0")
        .package("node_modules/foo", "foo", "1.0.0")
        .package("node_modules/line\nend", "b", "1.0.0");
    let contents = folder.read();
    assert_eq!(contents.packages.len(), 4);
    assert_eq!(contents.packages[1].path, "node_modules/a\u{1b}[31m");
    assert_eq!(contents.packages[1].alias.as_deref(), Some("a\u{1b}[31m"));
    assert_eq!(told(&contents.problems), [""; 0]);
}

#[test]
fn names_and_versions_of_any_length_are_no_names() {
    let folder = Folder::new();
    folder.package("node_modules/a", &"n".repeat(60_000), &"1".repeat(60_000));
    assert_eq!(shown(&folder.read().packages), ["node_modules/a a@?"]);
}

/// Root may read everything, so that another user looks.
#[test]
fn what_this_user_may_not_read_is_told() {
    const CHILD: &str = "WAXSEAL_TEST_UNREADABLE";
    if let Ok(path) = std::env::var(CHILD) {
        return look_at_the_unreadable(PathBuf::from(path));
    }
    let folder = Folder::new();
    folder
        .package("node_modules/a", "a", "1.0.0")
        .package("node_modules/closed", "closed", "1.0.0")
        .package("node_modules/file", "file", "1.0.0")
        .package("home/project/node_modules/x", "x", "1.0.0");
    let mode = |path: &str, mode: u32| fs::set_permissions(folder.at(path), fs::Permissions::from_mode(mode)).unwrap();
    mode("", 0o755);
    mode("node_modules/closed", 0);
    mode("node_modules/file/package.json", 0);
    mode("home", 0);
    // A user who may read everything is root, or as good.
    if fs::read_dir(folder.at("home")).is_err() {
        look_at_the_unreadable(folder.path().to_owned());
    } else {
        let mut child = Command::new(std::env::current_exe().unwrap());
        child.args(["--exact", "hostile::what_this_user_may_not_read_is_told", "--nocapture"]);
        std::os::unix::process::CommandExt::gid(&mut child, SPARE);
        std::os::unix::process::CommandExt::uid(&mut child, SPARE);
        match child.env(CHILD, folder.path()).current_dir("/").output() {
            Ok(output) => assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stdout)),
            Err(err) => skipped(&format!("no other user can run this test: {err}")),
        }
    }
    mode("node_modules/closed", 0o755);
    mode("home", 0o755);
}

fn look_at_the_unreadable(path: PathBuf) {
    let limits = Limits::default();
    let contents = installed::node_modules(&path, None, &limits);
    assert_eq!(
        shown(&contents.packages),
        [
            "node_modules/a a@1.0.0",
            "node_modules/closed closed@?",
            "node_modules/file file@?"
        ]
    );
    let mut problems = told(&contents.problems);
    problems.sort();
    assert_eq!(
        problems,
        [
            "node_modules/closed/node_modules: this user may not read it",
            "node_modules/closed: its `package.json` cannot be read: this user may not read it",
            "node_modules/file: its `package.json` cannot be read: this user may not read it",
        ]
    );
    let mut found = Vec::new();
    let problems = installed::walk(&path, &["node_modules"], &limits, &mut |it| found.push(it.folder));
    let real = path.canonicalize().unwrap();
    assert_eq!(found, std::slice::from_ref(&real));
    assert_eq!(
        told(&problems),
        [format!("{}: this user may not read it", real.join("home").display())]
    );
}

#[allow(clippy::print_stderr)]
fn skipped(reason: &str) {
    eprintln!("SKIPPED what_this_user_may_not_read_is_told: {reason}");
}

/// `nobody` on most systems; any user who owns nothing will do.
const SPARE: u32 = 65_534;
