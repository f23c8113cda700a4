//! Package URLs, errors and paths; plain specs are proven against npm in `tests/spec_tables.rs`.

#![allow(clippy::unwrap_used)]

use std::path::Path;

use super::*;

fn check(text: &str, expected: &str) {
    let shown = match parse(text) {
        Ok(PackageSpec::Registry { name, wanted, alias }) => format!("{name} {wanted:?} {}", alias.unwrap_or_default())
            .trim()
            .to_owned(),
        Ok(PackageSpec::Folder(path)) => format!("folder {}", path.0),
        Ok(PackageSpec::Archive(path)) => format!("archive {}", path.0),
        Err(err) => {
            assert!(!err.hint().is_empty());
            format!("error: {err}")
        }
    };
    assert_eq!(shown, expected, "{text:?}");
}

#[test]
fn a_package_url_names_a_release() {
    check("pkg:npm/left-pad@1.3.0", "left-pad Version(\"1.3.0\")");
    check("pkg:npm/%40scope/name@1.2.3", "@scope/name Version(\"1.2.3\")");
    check("pkg:npm/@scope/name@1.2.3", "@scope/name Version(\"1.2.3\")");
    check("pkg:npm/@scope/name", "@scope/name Default");
    check("pkg:npm/%40scope%2Fname@1.2.3", "@scope/name Version(\"1.2.3\")");
    check("PKG://NPM/name", "name Default");
    check("pkg:npm/name@1.2.3?arch=x#lib/index.js", "name Version(\"1.2.3\")");
    check("pkg:npm/name@1.2.3-beta%2B7", "name Version(\"1.2.3-beta\")");
}

#[test]
fn a_package_url_that_says_something_else_is_refused() {
    let refused = |text: &str, reason: &str| {
        check(
            text,
            &format!("error: `{text}` is not a package URL of npm's: {reason}"),
        );
    };
    refused("pkg:cargo/serde@1", "it is of another ecosystem");
    refused("pkg:npm", "it lacks a name");
    refused("pkg:npm/name@^1", "what stands behind its `@` is not one exact version");
    refused("pkg:npm/na%me", "its percent-encoding is broken");
    let place = "it names a place of its own to fetch from, and waxseal asks the configured registry only";
    refused("pkg:npm/name@1.0.0?repository_url=https://registry.example/", place);
    check(
        "pkg:npm/",
        "error: `` is not a package name: a package name cannot be empty",
    );
    check(
        "pkg:npm/a/b",
        "error: `a/b` is not a package name: a package name cannot hold the character '/'",
    );
}

#[test]
fn what_is_not_fetched_is_refused_with_a_reason() {
    check(
        "https://host.example/x.tgz",
        "error: `https://host.example/x.tgz` is a URL, which waxseal does not fetch",
    );
    check(
        "github:a/b",
        "error: `github:a/b` is a git repository, which waxseal does not fetch",
    );
    check(
        "ftp://host.example/x",
        "error: `ftp://host.example/x` has a protocol that npm does not know",
    );
    check(
        "x@npm:./folder",
        "error: `x@npm:./folder` is an alias of something that is not at a registry",
    );
    check("", "error: no package was named");
    check(
        &"x".repeat(9000),
        "error: a package spec cannot be longer than 8192 bytes",
    );
}

#[test]
fn errors_show_neither_credentials_nor_escapes() {
    check(
        "git+https://user:secret@host.example/x.git",
        "error: `git+https://host.example/x.git` is a git repository, which waxseal does not fetch",
    );
    check(
        "https://token@host.example/x",
        "error: `https://host.example/x` is a URL, which waxseal does not fetch",
    );
    check(
        "a\u{1b}[31m",
        "error: `a\\u{1b}[31m` is not a package name: a package name cannot hold the character '\\u{1b}'",
    );
}

#[test]
fn a_path_is_taken_from_the_working_directory_or_the_home_folder() {
    let env = Environment {
        cwd: PathBuf::from("/here"),
        home: Some(PathBuf::from("/home/u")),
        ..Environment::default()
    };
    let at = |path: &str| LocalPath(path.to_owned()).resolve(&env);
    assert_eq!(at("./x"), Path::new("/here/./x"));
    assert_eq!(at("/abs"), Path::new("/abs"));
    assert_eq!(at("~/x"), Path::new("/home/u/x"));
    assert_eq!(at("~"), Path::new("/home/u"));
}
