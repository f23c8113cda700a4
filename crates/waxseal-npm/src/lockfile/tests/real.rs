//! What the tools wrote, held to what they list themselves; and each form of each format once.

use std::collections::BTreeSet;

use super::*;

/// Compared by name alone: the tools spell their versions each in its own way.
const ELSEWHERE: [&str; 6] = [
    "@our/folder",
    "@our/packed",
    "once",
    "@our/repository",
    "@our/one",
    "@our/two",
];

#[test]
fn each_saved_lockfile_holds_what_its_tool_lists() {
    for saved in saved() {
        let lockfile = read(&saved.file, &saved.bytes).unwrap();
        assert_eq!(lockfile.problems, [], "{}", saved.id);
        let by_alias = matches!(lockfile.format, "yarn-classic" | "bun");
        let ours: BTreeSet<String> = lockfile
            .packages
            .iter()
            .map(|locked| {
                let it = &locked.occurrence;
                let alias = it.alias.as_deref().filter(|_| by_alias);
                let name = alias.unwrap_or(&it.name);
                match it.version.as_deref() {
                    _ if ELSEWHERE.contains(&name) => format!("{name}@…"),
                    version => format!("{name}@{}", version.unwrap_or("-")),
                }
            })
            .collect();
        let theirs: BTreeSet<String> = saved.listed.into_iter().collect();
        assert_eq!(ours, theirs, "{}", saved.id);
    }
}

#[test]
fn each_package_has_the_line_of_its_entry() {
    for saved in saved() {
        let text = String::from_utf8(saved.bytes.clone()).unwrap();
        let lines: Vec<&str> = text.lines().collect();
        for locked in read(&saved.file, &saved.bytes).unwrap().packages {
            let it = locked.occurrence;
            let line = lines[it.line.unwrap() as usize - 1];
            let alias = it.alias.as_deref().unwrap_or(&it.name);
            assert!(
                line.contains(&it.name) || line.contains(alias) || line.contains(&it.path),
                "{}: {} is not on line {line:?}",
                saved.id,
                it.name
            );
        }
    }
}

#[test]
fn npm_1_nests_and_says_where_from_in_the_version() {
    let text = r#"{"lockfileVersion": 1, "dependencies": {
        "a": {"version": "1.0.0", "resolved": "https://registry.example/a/-/a-1.0.0.tgz", "dev": true,
              "dependencies": {"b": {"version": "2.0.0", "bundled": true}}},
        "x": {"version": "npm:@s/y@3.0.0", "optional": true},
        "g": {"version": "git+ssh://git@git.example/g.git#abc", "from": "g@git.example"},
        "t": {"version": "https://files.example/t.tgz"},
        "f": {"version": "file:../f"}}}"#;
    assert_eq!(
        shown("package-lock.json", text),
        [
            "@s/y 3.0.0 as x optional",
            "a 1.0.0 dev",
            "b 2.0.0 bundled",
            "f - local ../f",
            "g - git git+ssh://git@git.example/g.git#abc",
            "t - remote https://files.example/t.tgz",
        ]
    );
    let lockfile = read("package-lock.json", text.as_bytes()).unwrap();
    let nested = lockfile.packages.iter().find(|it| it.occurrence.name == "b").unwrap();
    assert_eq!(nested.install_path.as_deref(), Some("node_modules/a/node_modules/b"));
}

#[test]
fn npm_2_lists_also_what_only_npm_6_would_install() {
    let same = r#"{"lockfileVersion": 2, "packages": {"": {}, "node_modules/a": {"version": "1.0.0"}}, "dependencies": {"a": {"version": "1.0.0"}}}"#;
    assert_eq!(shown("package-lock.json", same), ["a 1.0.0"]);
    let other = same.replace(r#""a": {"version": "1.0.0"}}}"#, r#""a": {"version": "6.6.6"}}}"#);
    assert_eq!(shown("package-lock.json", &other), ["a 1.0.0", "a 6.6.6"]);
}

#[test]
fn npm_3_tells_a_link_once_and_an_asked_for_archive_from_a_registry() {
    let text = r#"{"lockfileVersion": 3, "packages": {
        "": {"name": "root", "dependencies": {"t": "https://files.example/t.tgz", "w": "^1.0.0"}},
        "packages/w": {"name": "@our/w", "version": "1.2.3"},
        "node_modules/w": {"resolved": "packages/w", "link": true},
        "node_modules/t": {"version": "1.0.0", "resolved": "https://files.example/t.tgz"},
        "node_modules/r": {"version": "1.0.0", "resolved": "https://registry.example/r/-/r-1.0.0.tgz", "peer": true},
        "node_modules/r/node_modules/i": {"version": "1.0.0", "inBundle": true, "devOptional": true},
        "node_modules/n": {"name": "own", "version": "4.0.0"}}}"#;
    assert_eq!(
        shown("npm-shrinkwrap.json", text),
        [
            "@our/w 1.2.3 as w local packages/w",
            "i 1.0.0 bundled optional",
            "own 4.0.0 as n",
            "r 1.0.0 peer",
            "t 1.0.0 remote https://files.example/t.tgz",
        ]
    );
}

#[test]
fn yarn_1_has_several_keys_for_an_entry_and_names_for_what_they_are() {
    let text = "# yarn lockfile v1\r\n\r\n\r\n\"@s/a@^1.0.0\", \"@s/a@^1.2.0 || ^2\":\r\n  version \"1.2.0\"\r\n  integrity sha512-abc==\r\n  dependencies:\r\n    b \"^1\"\r\n\r\n\
        b@^1, \"c@npm:b@^1\":\r\n  version \"1.0.0\"\r\n\r\n\"d@npm:@x/e\":\r\n  version \"3.0.0\"\r\n\r\n\"g@git+https://git.example/g.git#main\":\r\n  version \"0.1.0\"\r\n  resolved \"git+https://git.example/g.git#abc\"\r\n\r\n\
        \"z@https://files.example/once.tgz\":\r\n  name once\r\n  version \"1.4.0\"\r\n";
    assert_eq!(
        shown("yarn.lock", text),
        [
            "@s/a 1.2.0",
            "@x/e 3.0.0 as d",
            "b 1.0.0",
            "b 1.0.0 as c",
            "g 0.1.0 git git+https://git.example/g.git#main",
            "once 1.4.0 as z remote https://files.example/once.tgz",
        ]
    );
}

#[test]
fn yarn_2_resolves_patches_links_and_repositories() {
    let text = "__metadata:\n  version: 8\n  cacheKey: 10c0\n\n\"a@npm:^1, b@npm:a@1\":\n  version: 1.0.0\n  resolution: \"a@npm:1.0.0\"\n\n\
        \"a@patch:a@npm%3A^1#~/.yarn/patches/a.patch\":\n  version: 1.0.0\n  resolution: \"a@patch:a@npm%3A1.0.0#~/.yarn/patches/a.patch::version=1.0.0&hash=1\"\n\n\
        \"g@https://git.example/o/g.git\":\n  version: 2.0.0\n  resolution: \"g@https://git.example/o/g.git#commit=abc\"\n\n\
        \"l@link:../l::locator=r%40workspace%3A.\":\n  version: 0.0.0-use.local\n  resolution: \"l@link:../l::locator=r%40workspace%3A.\"\n\n\
        \"r@workspace:.\":\n  version: 0.0.0-use.local\n  resolution: \"r@workspace:.\"\n\n\"w@workspace:packages/w\":\n  version: 0.0.0-use.local\n  resolution: \"w@workspace:packages/w\"\n";
    assert_eq!(
        shown("yarn.lock", text),
        [
            "a 1.0.0",
            "a 1.0.0",
            "a 1.0.0 as b",
            "g 2.0.0 git https://git.example/o/g.git#commit=abc",
            "l - local ../l",
            "w - local packages/w",
        ]
    );
}

#[test]
fn pnpm_parts_its_keys_in_every_version() {
    let five = "lockfileVersion: 5.4\ndependencies:\n  w: link:../w\npackages:\n\n  /a/1.0.0_react@18.2.0:\n    resolution: {integrity: sha512-x}\n    dev: true\n\n  /@s/b/2.0.0-rc.1:\n    resolution: {integrity: sha512-x}\n\n  \
        registry.example/c/3.0.0:\n    resolution: {integrity: sha512-x}\n\n  file:d:\n    resolution: {directory: d, type: directory}\n    name: '@our/d'\n    version: 4.0.0\n    dev: false\n";
    let plain = [
        "@our/d 4.0.0 local d",
        "@s/b 2.0.0-rc.1",
        "a 1.0.0 dev",
        "c 3.0.0",
        "w - local ../w",
    ];
    assert_eq!(shown("pnpm-lock.yaml", five), plain);
    let six = "lockfileVersion: '6.0'\npackages:\n\n  /a@1.0.0(react@18.2.0)(b@1.0.0(c@2.0.0)):\n    resolution: {integrity: sha512-x}\n    optional: true\n\n  /@s/b@2.0.0:\n    resolution: {integrity: sha512-x}\n\n  \
        git.example/o/r/abc:\n    resolution: {commit: abc, repo: 'https://git.example/o/r.git', type: git}\n    name: r\n    version: 0.1.0\n";
    let git = "r 0.1.0 git https://git.example/o/r.git#abc";
    assert_eq!(shown("pnpm-lock.yaml", six), ["@s/b 2.0.0", "a 1.0.0 optional", git]);
    let nine = "lockfileVersion: '9.0'\nimporters:\n  packages/x:\n    dependencies:\n      a: {specifier: ^1.0.0, version: 1.0.0(b@1.0.0)}\n      w: {specifier: 'workspace:*', version: link:../w}\n    devDependencies:\n      z: {specifier: npm:y@1, version: y@1.0.0}\n\
        packages:\n  a@1.0.0:\n    resolution: {integrity: sha512-x}\n  t@https://files.example/t.tgz:\n    resolution: {tarball: https://files.example/t.tgz}\n    version: 5.0.0\n  y@1.0.0:\n    resolution: {integrity: sha512-x}\n\
        snapshots:\n  a@1.0.0(b@1.0.0):\n    dependencies:\n      t: https://files.example/t.tgz\n  t@https://files.example/t.tgz: {}\n  y@1.0.0: {}\n  hidden@6.6.6: {}\n";
    assert_eq!(
        shown("pnpm-lock.yaml", nine),
        [
            "a 1.0.0",
            "hidden 6.6.6",
            "t 5.0.0 remote https://files.example/t.tgz",
            "w - local packages/w",
            "y 1.0.0 as z dev",
        ]
    );
}

#[test]
fn bun_has_lists_of_any_length() {
    let text = r#"{
      // a comment
      "lockfileVersion": 1, "workspaces": {"": {"name": "r"}, "packages/w": {"name": "w", "version": "0.3.0"}},
      "packages": {
        "w": ["w@workspace:packages/w"],
        "a": ["a@1.0.0", "", {}, "sha512-x",],
        "a/@s/b": ["@s/b@2.0.0", "https://registry.example/b.tgz", {}, "sha512-x"],
        "alias": ["c@3.0.0", "", {}, "sha512-x"],
        "g": ["g@git+ssh://git.example/g.git#abc", {}, "abc"],
        "t": ["t@https://files.example/t.tgz", {}],
        "l": ["l@link:l"],
        "r": ["r@root:", { "bin": {}, }],
      }, /* the end */
    }"#;
    assert_eq!(
        shown("bun.lock", text),
        [
            "@s/b 2.0.0",
            "a 1.0.0",
            "c 3.0.0 as alias",
            "g - git git+ssh://git.example/g.git#abc",
            "l - local l",
            "t - remote https://files.example/t.tgz",
            "w 0.3.0 local packages/w",
        ]
    );
    let said = refused("bun.lockb", b"#!/usr/bin/env bun\nbun-lockfile-format-v0\n").to_string();
    assert!(said.contains("bun install --save-text-lockfile"), "{said}");
}

#[test]
fn which_takes_one_lockfile_for_each_tool() {
    let names = [
        "package-lock.json",
        "README.md",
        "npm-shrinkwrap.json",
        "bun.lockb",
        "yarn.lock",
        "bun.lock",
    ];
    assert_eq!(which(&names), ["npm-shrinkwrap.json", "yarn.lock", "bun.lock"]);
    assert!(is_lockfile_name("a/package-lock.json") && is_lockfile_name(r"a\node_modules\.package-lock.json"));
    assert!(is_lockfile_name("node_modules/.pnpm/lock.yaml"));
    assert!(!is_lockfile_name("my-package-lock.json") && !is_lockfile_name("lock.yaml"));
}
