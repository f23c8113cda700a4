//! `node_modules` as package managers lay it out. The layouts were taken from real installs of npm 11, pnpm 10, yarn 1 and 4, bun 1.4.

use waxseal_model::{OccurrenceSource, Presence};

use crate::folder::{Folder, check, shown, told};

#[test]
fn packages_beside_and_inside_each_other() {
    let folder = Folder::new();
    folder
        .package("node_modules/a", "a", "1.0.0")
        .package("node_modules/a/node_modules/b", "b", "2.0.0")
        .package("node_modules/@s/b", "@s/b", "3.0.0")
        .package("node_modules/@s/b/node_modules/@s/c", "@s/c", "4.0.0");
    check(
        &folder,
        &[
            "node_modules/@s/b @s/b@3.0.0",
            "node_modules/@s/b/node_modules/@s/c @s/c@4.0.0",
            "node_modules/a a@1.0.0",
            "node_modules/a/node_modules/b b@2.0.0",
        ],
    );
}

#[test]
fn what_package_managers_note_for_themselves_is_no_package() {
    let folder = Folder::new();
    folder
        .put("node_modules/.package-lock.json", "{}")
        .put("node_modules/.yarn-integrity", "")
        .put("node_modules/.bin/a", "#!/usr/bin/env node\n")
        .package("node_modules/.cache/x", "x", "1.0.0")
        .put("node_modules/loose.js", "")
        .package("node_modules/a/lib", "inner", "9.0.0")
        .package("node_modules/a", "a", "1.0.0");
    check(&folder, &["node_modules/a a@1.0.0"]);
}

#[test]
fn a_folder_called_otherwise_is_an_alias() {
    let folder = Folder::new();
    folder.package("node_modules/lo", "lodash", "4.17.21");
    let package = folder.read().packages.remove(0);
    assert_eq!(
        (package.name.as_str(), package.alias.as_deref()),
        ("lodash", Some("lo"))
    );
    assert_eq!(package.presence, Presence::Present);
}

#[test]
fn pnpm_keeps_each_package_once_and_links_to_it() {
    let folder = Folder::new();
    folder
        .put("node_modules/.modules.yaml", "")
        .package("node_modules/.pnpm/a@1.0.0_b@2.0.0/node_modules/a", "a", "1.0.0")
        .link(
            "node_modules/.pnpm/a@1.0.0_b@2.0.0/node_modules/b",
            "../../b@2.0.0/node_modules/b",
        )
        .package("node_modules/.pnpm/b@2.0.0/node_modules/b", "b", "2.0.0")
        .package("node_modules/.pnpm/@s+c@3.0.0/node_modules/@s/c", "@s/c", "3.0.0")
        .link("node_modules/.pnpm/node_modules/b", "../b@2.0.0/node_modules/b")
        .link("node_modules/a", ".pnpm/a@1.0.0_b@2.0.0/node_modules/a")
        .link("node_modules/other", ".pnpm/@s+c@3.0.0/node_modules/@s/c");
    check(
        &folder,
        &[
            "node_modules/.pnpm/@s+c@3.0.0/node_modules/@s/c @s/c@3.0.0",
            "node_modules/.pnpm/a@1.0.0_b@2.0.0/node_modules/a a@1.0.0",
            "node_modules/.pnpm/b@2.0.0/node_modules/b b@2.0.0",
        ],
    );
    let contents = folder.read();
    assert_eq!(contents.place.tool, "pnpm");
    assert_eq!(contents.packages[0].alias.as_deref(), Some("other"));
}

#[test]
fn a_store_for_all_projects_is_followed() {
    let (folder, store) = (Folder::new(), Folder::new());
    store
        .package("links/a/1.0.0/abc/node_modules/a", "a", "1.0.0")
        .link(
            "links/a/1.0.0/abc/node_modules/b",
            "../../../../b/2.0.0/def/node_modules/b",
        )
        .package("links/b/2.0.0/def/node_modules/b", "b", "2.0.0");
    let target = store
        .path()
        .canonicalize()
        .unwrap()
        .join("links/a/1.0.0/abc/node_modules/a");
    folder.link("node_modules/a", target.to_str().unwrap());
    let contents = folder.read();
    let names: Vec<String> = contents.packages.iter().map(|it| it.name.clone()).collect();
    assert_eq!(told(&contents.problems), [""; 0]);
    assert_eq!(names.len(), 2, "{:?}", shown(&contents.packages));
    assert!(names.contains(&String::from("a")) && names.contains(&String::from("b")));
}

#[test]
fn stores_of_npm_yarn_and_bun() {
    let folder = Folder::new();
    folder
        .package("node_modules/.store/@s/a@1.0.0-x/node_modules/@s/a", "@s/a", "1.0.0")
        .package("node_modules/.store/@s-b-npm-2.0.0-5b1a/package", "@s/b", "2.0.0")
        .link(
            "node_modules/.store/@s-b-npm-2.0.0-5b1a/node_modules/c",
            "../../c-npm-3.0.0-77/package",
        )
        .package("node_modules/.store/c-npm-3.0.0-77/package", "c", "3.0.0")
        .package("node_modules/.bun/d@4.0.0/node_modules/d", "d", "4.0.0")
        .link("node_modules/c", ".store/c-npm-3.0.0-77/package");
    check(
        &folder,
        &[
            "node_modules/.bun/d@4.0.0/node_modules/d d@4.0.0",
            "node_modules/.store/@s-b-npm-2.0.0-5b1a/package @s/b@2.0.0",
            "node_modules/.store/@s/a@1.0.0-x/node_modules/@s/a @s/a@1.0.0",
            "node_modules/.store/c-npm-3.0.0-77/package c@3.0.0",
        ],
    );
}

#[test]
fn what_yarn_puts_in_the_place_of_packages_for_other_systems_is_none() {
    let folder = Folder::new();
    folder.put(
        "node_modules/.store/a-npm-1/package/package.json",
        r#"{"name":"a","mocked":true}"#,
    );
    check(&folder, &[]);
    // With anything beside it, it is a package that says so of itself.
    folder.put("node_modules/.store/a-npm-1/package/index.js", "");
    let contents = folder.read();
    assert_eq!(shown(&contents.packages), ["node_modules/.store/a-npm-1/package a@?"]);
    assert_eq!(contents.problems.len(), 1);
}

#[test]
fn workspaces_are_local_and_bring_their_own_packages() {
    let folder = Folder::new();
    folder
        .package("packages/w", "w", "0.1.0")
        .package("packages/w/node_modules/b", "b", "2.0.0")
        .link("node_modules/w", "../packages/w");
    let contents = folder.read();
    assert_eq!(
        shown(&contents.packages),
        ["node_modules/w w@0.1.0", "packages/w/node_modules/b b@2.0.0"]
    );
    assert_eq!(
        contents.packages[0].source,
        OccurrenceSource::Local(String::from("packages/w"))
    );
}

#[test]
fn what_a_package_brings_in_its_own_archive_is_bundled() {
    let folder = Folder::new();
    folder
        .put(
            "node_modules/a/package.json",
            r#"{"name":"a","version":"1.0.0","bundleDependencies":["b"]}"#,
        )
        .package("node_modules/a/node_modules/b", "b", "2.0.0")
        .package("node_modules/a/node_modules/b/node_modules/c", "c", "3.0.0")
        .package("node_modules/d", "d", "4.0.0");
    let sources: Vec<_> = folder
        .read()
        .packages
        .into_iter()
        .map(|it| (it.name, it.source))
        .collect();
    let expected = [
        ("a", OccurrenceSource::Unknown),
        ("b", OccurrenceSource::Bundled),
        ("c", OccurrenceSource::Bundled),
        ("d", OccurrenceSource::Unknown),
    ];
    assert_eq!(sources, expected.map(|(name, source)| (name.to_owned(), source)));
}

#[test]
fn plug_and_play_says_what_its_archives_are_called_and_what_is_not_opened() {
    // Two folders, then a file: the local headers that yarn writes first.
    let zip = |names: &[&str]| -> Vec<u8> {
        let header = |name: &&str| {
            let mut header = b"PK\x03\x04\x14\0\0\0\0\0\x40\xae\xd6\x08\0\0\0\0\0\0\0\0\0\0\0\0".to_vec();
            header.extend((name.len() as u16).to_le_bytes());
            header.extend([0, 0]);
            header.extend(name.as_bytes());
            header
        };
        names.iter().flat_map(header).collect()
    };
    let folder = Folder::new();
    folder
        .put(".pnp.cjs", "")
        .put(".yarn/cache/lodash-npm-4.17.21-6382451519-eb835a2e51.zip", "")
        .put(
            ".yarn/cache/@s-a-b-npm-1.0.0-6382451519-eb835a2e51.zip",
            zip(&["node_modules/", "node_modules/@s-a/", "node_modules/@s-a/b/"]),
        )
        .put(".yarn/cache/@s-c-npm-1.0.0-6382451519-eb835a2e51.zip", "no archive")
        .put(".yarn/cache/x-patch-0123456789-0123456789.zip", "")
        .package(
            ".yarn/unplugged/esbuild-npm-0.25.0-239cf019a2/node_modules/esbuild",
            "esbuild",
            "0.25.0",
        );
    let contents = folder.read();
    assert_eq!(
        shown(&contents.packages),
        [
            ".yarn/cache/@s-a-b-npm-1.0.0-6382451519-eb835a2e51.zip @s-a/b@1.0.0",
            ".yarn/cache/lodash-npm-4.17.21-6382451519-eb835a2e51.zip lodash@4.17.21",
            ".yarn/unplugged/esbuild-npm-0.25.0-239cf019a2/node_modules/esbuild esbuild@0.25.0",
        ]
    );
    let unclear = ".yarn/cache: 2 archives have names that do not say which package is in them";
    assert_eq!(told(&contents.problems), [unclear]);
    assert!(contents.notes[0].reason.contains("Plug'n'Play"));
}

#[test]
fn manifests_are_read_as_leniently_as_npm_does() {
    let folder = Folder::new();
    folder
        .put(
            "node_modules/a/package.json",
            "\u{feff}{\"name\":\"x\",\"name\":\"a\",\"version\":\"1.0.0\",\"dependencies\":7}",
        )
        .put("node_modules/b/package.json", r#"{"version":"2.0.0"}"#);
    check(&folder, &["node_modules/a a@1.0.0", "node_modules/b b@2.0.0"]);
}

#[test]
fn what_an_uninstall_left_behind_is_no_package() {
    let folder = Folder::new();
    std::fs::create_dir_all(folder.at("node_modules/empty")).unwrap();
    folder.package("node_modules/gone/node_modules/b", "b", "2.0.0");
    check(&folder, &["node_modules/gone/node_modules/b b@2.0.0"]);
}

#[test]
fn a_project_that_was_never_installed_holds_nothing() {
    let folder = Folder::new();
    folder.put("package.json", "{}");
    check(&folder, &[]);
}
