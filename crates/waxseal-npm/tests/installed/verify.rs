//! An installed package against the archive it was published as.

use std::process::Command;

use waxseal_model::Difference;
use waxseal_npm::installed::{self, Verification};
use waxseal_npm::tarball;

use crate::folder::{Folder, told};

#[path = "../hostile/mod.rs"]
mod hostile;

use hostile::Tar;

const MANIFEST: &str = r#"{"name":"a","version":"1.0.0","bin":"cli.js","scripts":{"test":"x"}}"#;

fn archive() -> Tar {
    Tar::default()
        .file("package/package.json", MANIFEST.as_bytes())
        .file("package/index.js", b"1\n")
        .file("package/cli.js", b"#!/usr/bin/env node\r\n1\r\n")
        .file("package/lib/x.js", b"2\n")
}

/// The package as npm would install it.
fn installed() -> Folder {
    let folder = Folder::new();
    folder
        .put("package.json", MANIFEST)
        .put("index.js", "1\n")
        .put("cli.js", "#!/usr/bin/env node\n1\r\n")
        .put("lib/x.js", "2\n")
        .package("node_modules/other", "other", "1.0.0");
    folder
}

fn verify(folder: &Folder, archive: Tar) -> Verification {
    let limits = installed::Limits::default();
    installed::verify(folder.path(), &archive.gz(), &tarball::Limits::default(), &limits).unwrap()
}

fn lines(differences: &[Difference]) -> Vec<String> {
    differences
        .iter()
        .map(|it| format!("{:?} {}", it.kind, it.path))
        .collect()
}

fn check(folder: &Folder, archive: Tar, differences: &[&str], explained: &[&str]) -> Verification {
    let answer = verify(folder, archive);
    assert_eq!(lines(&answer.differences), differences);
    assert_eq!(lines(&answer.explained), explained);
    answer
}

#[test]
fn what_npm_installed_is_as_published() {
    assert_eq!(check(&installed(), archive(), &[], &[]).problems, []);
}

#[test]
fn a_changed_an_added_and_a_missing_file() {
    let folder = installed();
    folder.put("index.js", "2\n").put("lib/added.js", "");
    std::fs::remove_file(folder.at("lib/x.js")).unwrap();
    let expected = ["ChangedFile index.js", "AddedFile lib/added.js", "MissingFile lib/x.js"];
    let answer = check(&folder, archive(), &expected, &[]);
    let changed = &answer.differences[0];
    assert_eq!(changed.name, "a");
    assert!(changed.expected.as_ref().unwrap().starts_with("sha512-"));
    assert_ne!(changed.expected, changed.found);
}

#[test]
fn only_the_first_line_of_a_program_may_end_otherwise() {
    let folder = installed();
    folder.put("cli.js", "#!/usr/bin/env node\n1\n");
    check(&folder, archive(), &["ChangedFile cli.js"], &[]);
    folder
        .put("cli.js", "#!/usr/bin/env node\n1\r\n")
        .put("index.js", "1\r\n");
    check(&folder, archive(), &["ChangedFile index.js"], &[]);
}

#[test]
fn what_older_npm_added_to_the_manifest_is_no_difference_and_another_script_is() {
    let folder = installed();
    let older = |scripts: &str| {
        format!(
            r#"{{"_id":"a@1.0.0","_resolved":"https://registry.example/a/-/a-1.0.0.tgz","_requiredBy":["/"],"bin":{{"a":"cli.js"}},"name":"a","version":"1.0.0","scripts":{scripts}}}"#
        )
    };
    folder.put("package.json", older(r#"{"test":"x"}"#));
    check(&folder, archive(), &[], &[]);
    folder.put("package.json", older(r#"{"test":"x","postinstall":"y"}"#));
    check(&folder, archive(), &["ChangedFile package.json"], &[]);
}

#[test]
fn what_an_install_script_or_node_gyp_may_have_made_is_explained_and_told() {
    let folder = installed();
    let manifest = r#"{"name":"a","version":"1.0.0","scripts":{"postinstall":"node get.js"}}"#;
    folder
        .put("package.json", manifest)
        .put("vendor/binary", "x")
        .put("index.js", "changed");
    let scripted = Tar::default()
        .file("package/package.json", manifest.as_bytes())
        .file("package/index.js", b"1\n")
        .file("package/cli.js", b"#!/usr/bin/env node\r\n1\r\n")
        .file("package/lib/x.js", b"2\n");
    check(
        &folder,
        scripted,
        &["ChangedFile index.js"],
        &["AddedFile vendor/binary"],
    );
    let folder = installed();
    folder.put("build/Release/a.node", "x").put("binding.gyp", "{}");
    check(
        &folder,
        archive().file("package/binding.gyp", b"{}"),
        &[],
        &["AddedFile build/Release/a.node"],
    );
}

#[test]
fn what_pnpm_patched_is_explained_and_told() {
    let outer = Folder::new();
    let path = ".pnpm/a@1.0.0_patch_hash=0123/node_modules/a";
    outer
        .put(&format!("{path}/package.json"), MANIFEST)
        .put(&format!("{path}/index.js"), "patched\n")
        .put(&format!("{path}/cli.js"), "#!/usr/bin/env node\n1\r\n")
        .put(&format!("{path}/lib/x.js"), "2\n");
    let limits = installed::Limits::default();
    let answer = installed::verify(&outer.at(path), &archive().gz(), &tarball::Limits::default(), &limits).unwrap();
    assert_eq!(lines(&answer.differences), [""; 0]);
    assert_eq!(lines(&answer.explained), ["ChangedFile index.js"]);
}

#[test]
fn links_pipes_and_what_cannot_be_read_are_told() {
    let folder = installed();
    folder.link("link.js", "index.js");
    std::fs::remove_file(folder.at("lib/x.js")).unwrap();
    assert!(
        Command::new("mkfifo")
            .arg(folder.at("lib/x.js"))
            .status()
            .unwrap()
            .success()
    );
    assert!(
        Command::new("mkfifo")
            .arg(folder.at("pipe"))
            .status()
            .unwrap()
            .success()
    );
    let answer = check(&folder, archive(), &["AddedFile link.js", "AddedFile pipe"], &[]);
    assert_eq!(answer.differences[0].found.as_deref(), Some("a link"));
    assert_eq!(told(&answer.problems), ["lib/x.js: it is no regular file"]);
}

#[test]
fn a_file_that_is_a_link_to_the_same_content_is_as_published() {
    let (folder, cache) = (installed(), Folder::new());
    cache.put("index.js", "1\n");
    std::fs::remove_file(folder.at("index.js")).unwrap();
    folder.link("index.js", cache.at("index.js").to_str().unwrap());
    check(&folder, archive(), &[], &[]);
    cache.put("index.js", "2\n");
    check(&folder, archive(), &["ChangedFile index.js"], &[]);
}

#[test]
fn packages_in_the_archive_are_compared_where_they_are() {
    let folder = installed();
    folder
        .put("node_modules/b/index.js", "changed")
        .put("node_modules/b/more.js", "");
    let archive = archive()
        .file("package/node_modules/b/index.js", b"3\n")
        .file("package/node_modules/gone/index.js", b"4\n");
    check(&folder, archive, &["ChangedFile node_modules/b/index.js"], &[]);
}

#[test]
fn what_is_no_archive_is_an_error() {
    let limits = installed::Limits::default();
    let folder = installed();
    assert!(installed::verify(folder.path(), b"x", &tarball::Limits::default(), &limits).is_err());
}
