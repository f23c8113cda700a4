//! Projects below a folder.

use waxseal_npm::installed::{self, Limits, PROJECT};

use crate::folder::{Folder, told};

/// The folders that were found below `folder`, with what they hold.
fn found(folder: &Folder, wanted: &[&str], limits: &Limits) -> (Vec<String>, Vec<String>) {
    let root = folder.path().canonicalize().unwrap();
    let mut found = Vec::new();
    let problems = installed::walk(folder.path(), wanted, limits, &mut |it| {
        let below = it.folder.strip_prefix(&root).unwrap().display().to_string();
        found.push(format!("{below}: {}", it.holds.join(" ")));
    });
    (found, told(&problems))
}

#[test]
fn projects_are_found_and_packages_are_not_taken_for_some() {
    let folder = Folder::new();
    folder
        .put("one/package-lock.json", "")
        .package("one/node_modules/a", "a", "1.0.0")
        .put("one/node_modules/a/yarn.lock", "")
        .put("two/deep/er/pnpm-lock.yaml", "")
        .put(".hidden/bun.lock", "")
        .put("none/package.json", "{}")
        .put("repository/.git/yarn.lock", "");
    let (found, problems) = found(&folder, &PROJECT, &Limits::default());
    assert_eq!(
        found,
        [
            ".hidden: bun.lock",
            "one: package-lock.json node_modules",
            "two/deep/er: pnpm-lock.yaml"
        ]
    );
    assert_eq!(problems, [""; 0]);
}

#[test]
fn files_one_folder_further_down_are_found_where_they_belong() {
    let folder = Folder::new();
    folder
        .put("a/.cursor/mcp.json", "{}")
        .put("b/.cursor/rules", "")
        .put("c/.mcp.json", "{}")
        .put("d/.vscode/mcp.json", "{}");
    let (found, _) = found(
        &folder,
        &[".mcp.json", ".cursor/mcp.json", ".vscode/mcp.json"],
        &Limits::default(),
    );
    assert_eq!(found, ["a: .cursor/mcp.json", "c: .mcp.json", "d: .vscode/mcp.json"]);
}

#[test]
fn links_are_not_followed_and_a_pipe_is_not_a_lockfile() {
    let folder = Folder::new();
    folder
        .put("a/yarn.lock", "")
        .link("b", "a")
        .link("a/up", "..")
        .link("c/yarn.lock", "../a/yarn.lock");
    let pipe = std::process::Command::new("mkfifo")
        .arg(folder.at("bun.lock"))
        .status()
        .unwrap();
    assert!(pipe.success());
    let (found, problems) = found(&folder, &PROJECT, &Limits::default());
    assert_eq!(found, ["a: yarn.lock", "c: yarn.lock"]);
    assert_eq!(problems, [""; 0]);
}

#[test]
fn ceilings_are_told() {
    let folder = Folder::new();
    folder.put("a/b/c/yarn.lock", "").put("a/yarn.lock", "");
    let root = folder.path().canonicalize().unwrap();
    let nesting = Limits {
        nesting: 2,
        ..Limits::default()
    };
    let (found_some, problems) = found(&folder, &PROJECT, &nesting);
    assert_eq!(found_some, ["a: yarn.lock"]);
    assert_eq!(
        problems,
        [format!(
            "{}: it lies deeper than is looked",
            root.join("a/b/c").display()
        )]
    );
    let entries = Limits {
        entries: 2,
        ..Limits::default()
    };
    let (_, problems) = found(&folder, &PROJECT, &entries);
    assert_eq!(problems.len(), 1);
    assert!(problems[0].contains("the rest was left out"));
}

#[test]
fn what_is_not_there_is_told() {
    let problems = installed::walk("/nonexistent/x".as_ref(), &PROJECT, &Limits::default(), &mut |_| {});
    assert_eq!(told(&problems), ["/nonexistent/x: it is not there"]);
}

#[test]
fn what_the_kernel_shows_as_files_is_not_entered() {
    let mut found = Vec::new();
    let limits = Limits {
        nesting: 1,
        ..Limits::default()
    };
    installed::walk("/".as_ref(), &["self", "cpuinfo", "null"], &limits, &mut |it| {
        found.push(it.folder)
    });
    assert!(found.is_empty(), "{found:?}");
}
