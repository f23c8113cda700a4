//! What package managers keep of what they downloaded.

use sha1::{Digest, Sha1};
use waxseal_model::{PlaceContents, PlaceKind, Presence};
use waxseal_npm::Environment;
use waxseal_npm::installed::{self, Limits, Surroundings};
use waxseal_npm::integrity::Integrity;

use crate::folder::{Folder, shown, told};

/// What the places of this kind below a home hold, for the one tool.
pub(crate) fn read(home: &Folder, kind: PlaceKind, id: &str) -> Vec<PlaceContents> {
    let env = Environment {
        home: Some(home.path().to_owned()),
        cwd: home.path().to_owned(),
        ..Environment::default()
    };
    let places = installed::places(&Surroundings::new(env), &[kind]);
    let ours = places
        .iter()
        .filter(|it| it.source().id == id && it.folder.starts_with(home.path()));
    ours.map(|it| it.read(&Limits::default())).collect()
}

fn only(home: &Folder, id: &str) -> PlaceContents {
    let mut all = read(home, PlaceKind::Cache, id);
    assert_eq!(all.len(), 1);
    all.remove(0)
}

/// A line of npm's index.
fn line(json: &str) -> String {
    let hash: String = Sha1::digest(json).iter().map(|byte| format!("{byte:02x}")).collect();
    format!("\n{hash}\t{json}")
}

fn entry(url: &str, integrity: &str, content_type: &str) -> String {
    line(&format!(
        r#"{{"key":"make-fetch-happen:request-cache:{url}","integrity":{integrity},"time":1,"metadata":{{"url":"{url}","resHeaders":{{"content-type":"{content_type}"}}}}}}"#
    ))
}

#[test]
fn npm_keeps_what_was_downloaded_and_what_was_deleted() {
    let home = Folder::new();
    let registry = "https://registry.example";
    let tarball = "application/octet-stream";
    let deleted = line(&format!(
        r#"{{"key":"make-fetch-happen:request-cache:{registry}/gone/-/gone-1.0.0.tgz","integrity":null}}"#
    ));
    home.put(
        ".npm/_cacache/index-v5/00/01/a",
        [
            entry(&format!("{registry}/a/-/a-1.0.0-beta.1.tgz"), r#""sha512-aa""#, tarball),
            entry(&format!("{registry}/a"), r#""sha512-bb""#, "application/json"),
        ]
        .concat(),
    )
    .put(
        ".npm/_cacache/index-v5/00/02/b",
        entry(&format!("{registry}/npm/@s/b/-/b-2.0.0.tgz"), r#""sha512-cc""#, tarball)
            + &entry(
                &format!("{registry}/@s%2fb"),
                r#""sha512-dd""#,
                "application/vnd.npm.install-v1+json",
            )
            + &entry(&format!("{registry}/gone/-/gone-1.0.0.tgz"), r#""sha512-ee""#, tarball)
            + &deleted,
    )
    .put(
        ".npm/_cacache/index-v5/00/03/c",
        entry(
            &format!("{registry}/-/npm/v1/security/advisories/bulk"),
            r#""sha512-ff""#,
            "application/json",
        ) + &entry(
            "https://code.example/o/r/tar.gz/abc",
            r#""sha512-gg""#,
            "application/x-gzip",
        ) + &line(&format!(
            r#"{{"key":"pacote:version-manifest:{registry}/old/-/old-0.1.0.tgz:sha1-x","integrity":"sha1-y"}}"#
        )) + "\nnonsense\n0123456789\t{\"key\":\"x\"}",
    );
    let contents = only(&home, "npm-cache");
    assert_eq!(
        shown(&contents.packages),
        [
            "index-v5/00/02/b @s/b@?",
            "index-v5/00/02/b @s/b@2.0.0",
            "index-v5/00/01/a a@?",
            "index-v5/00/01/a a@1.0.0-beta.1",
            "index-v5/00/02/b gone@1.0.0",
            "index-v5/00/03/c old@0.1.0",
        ]
    );
    let presence: Vec<Presence> = contents.packages.iter().map(|it| it.presence).collect();
    assert_eq!(presence[..2], [Presence::Unknown, Presence::CouldHaveRun]);
    assert_eq!(contents.packages[4].integrity.as_deref(), Some("sha512-ee"));
    assert_eq!(
        told(&contents.notes),
        [
            "index-v5: 2 lines of the index are damaged",
            "index-v5: 1 entries are of addresses that do not name a package",
        ]
    );
}

#[test]
fn an_archive_comes_back_by_its_hash_and_only_whole() {
    let home = Folder::new();
    let integrity = Integrity::parse(&Integrity::sha512_of(b"archive")).unwrap();
    let cache = home.at(".npm");
    assert_eq!(installed::npm_tarball(&cache, &integrity), None);
    // sha512 of `archive` in hex, as `content-v2/sha512/aa/bb/…`.
    let hex = sha512_hex(b"archive");
    let path = format!(
        ".npm/_cacache/content-v2/sha512/{}/{}/{}",
        &hex[..2],
        &hex[2..4],
        &hex[4..]
    );
    home.put(&path, "archive");
    assert_eq!(
        installed::npm_tarball(&cache, &integrity).as_deref(),
        Some(&b"archive"[..])
    );
    home.put(&path, "archivf");
    assert_eq!(installed::npm_tarball(&cache, &integrity), None);
}

fn sha512_hex(bytes: &[u8]) -> String {
    sha2::Sha512::digest(bytes)
        .iter()
        .map(|byte| format!("{byte:02x}"))
        .collect()
}

#[test]
fn yarn_1_says_names_by_folders_and_versions_by_names() {
    let home = Folder::new();
    let hash = "0123456789012345678901234567890123456789";
    home.package(
        &format!(".cache/yarn/v6/npm-a-1.0.0-rc.1-{hash}-integrity/node_modules/a"),
        "a",
        "1.0.0-rc.1",
    )
    .package(
        &format!(".cache/yarn/v6/npm-@s-b-2.0.0-{hash}-integrity/node_modules/@s/b"),
        "@s/b",
        "2.0.0",
    )
    .package(
        &format!(".cache/yarn/v6/npm-ipaddr-js-1.9.1-{hash}/node_modules/ipaddr.js"),
        "ipaddr.js",
        "1.9.1",
    )
    .put(&format!(".cache/yarn/v6/npm-c-1.0.0-{hash}/x"), "")
    .put(".cache/yarn/v6/.tmp/x", "");
    let contents = only(&home, "yarn-cache");
    let names: Vec<String> = contents
        .packages
        .iter()
        .map(|it| format!("{}@{}", it.name, it.version.as_deref().unwrap()))
        .collect();
    assert_eq!(names, ["@s/b@2.0.0", "a@1.0.0-rc.1", "ipaddr.js@1.9.1"]);
    assert!(contents.packages.iter().all(|it| it.presence == Presence::CouldHaveRun));
    assert!(told(&contents.notes).contains(&String::from(": 1 entries do not say which release they are")));
}

#[test]
fn yarn_berry_pnpm_and_bun() {
    let home = Folder::new();
    let index = r#"{"name":"@s/a","version":"1.0.0","files":{"x":{"integrity":"sha512-x"}}}"#;
    home.put(".yarn/berry/cache/b-npm-2.0.0-0123456789-10.zip", "")
        .put(".local/share/pnpm/store/v10/index/00/1234-@s+a@1.0.0.json", index)
        .put(".local/share/pnpm/store/v10/files/00/1234", "content")
        .put(".local/share/pnpm/store/v3/files/00/1234-index.json", index)
        .put(".local/share/pnpm/store/v11/index.db", "SQLite format 3")
        .package(".bun/install/cache/c@3.0.0-0a1b2c@@@1", "c", "3.0.0-beta.1")
        .package(".bun/install/cache/@s/d@4.0.0@@@1", "@s/d", "4.0.0")
        .link(".bun/install/cache/@s/d/4.0.0", "../d@4.0.0@@@1");
    let lines = |id: &str| -> Vec<String> {
        read(&home, PlaceKind::Cache, id)
            .iter()
            .flat_map(|it| shown(&it.packages))
            .collect()
    };
    assert_eq!(lines("yarn-berry-cache"), ["b-npm-2.0.0-0123456789-10.zip b@2.0.0"]);
    assert_eq!(
        lines("pnpm-store"),
        [
            "index/00/1234-@s+a@1.0.0.json @s/a@1.0.0",
            "files/00/1234-index.json @s/a@1.0.0"
        ]
    );
    assert_eq!(
        lines("bun-cache"),
        ["@s/d@4.0.0@@@1 @s/d@4.0.0", "c@3.0.0-0a1b2c@@@1 c@3.0.0-beta.1"]
    );
    let problems: Vec<String> = read(&home, PlaceKind::Cache, "pnpm-store")
        .iter()
        .flat_map(|it| told(&it.problems))
        .collect();
    assert_eq!(problems, ["index.db: its index is a database, which is not read"]);
}
