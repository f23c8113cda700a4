//! Where globally installed packages and those of npx lie.

use std::collections::BTreeMap;

use waxseal_model::{PlaceKind, Presence};
use waxseal_npm::Environment;
use waxseal_npm::installed::{self, PLACES, Surroundings};

use crate::caches::read;
use crate::folder::{Folder, shown, told};

/// The ids and folders below the home that are found.
fn found(home: &Folder, vars: &[(&str, &str)], kind: PlaceKind) -> Vec<String> {
    let vars = vars
        .iter()
        .map(|(name, value)| ((*name).to_owned(), value.replace('~', home.path().to_str().unwrap())));
    let env = Environment {
        vars: vars.collect::<BTreeMap<_, _>>(),
        home: Some(home.path().to_owned()),
        cwd: home.path().to_owned(),
        npm: None,
    };
    let places = installed::places(&Surroundings::new(env), &[kind]);
    let below = places
        .iter()
        .filter_map(|it| Some((it, it.folder.strip_prefix(home.path()).ok()?)));
    below
        .map(|(it, folder)| format!("{} {}", it.source().id, folder.display()))
        .collect()
}

#[test]
fn each_tool_has_its_global_folder() {
    let home = Folder::new();
    for path in [
        ".npm-global/lib/node_modules/a",
        ".node_modules/a",
        ".nvm/versions/node/v20.0.0/lib/node_modules/npm",
        ".nvm/versions/node/v22.0.0/lib/node_modules/npm",
        ".local/share/fnm/node-versions/v20.0.0/installation/lib/node_modules/npm",
        ".volta/tools/image/node/20.0.0/lib/node_modules/npm",
        ".volta/tools/image/packages/a/lib/node_modules/a",
        ".volta/tools/image/packages/@s/b/lib/node_modules/@s/b",
        ".local/share/pnpm/global/5/node_modules/a",
        ".local/share/pnpm/global/5/.pnpm/node_modules",
        ".local/share/pnpm/nodejs/20.0.0/lib/node_modules/npm",
        ".config/yarn/global/node_modules/a",
        ".bun/install/global/node_modules/a",
    ] {
        std::fs::create_dir_all(home.at(path)).unwrap();
    }
    assert_eq!(
        found(&home, &[], PlaceKind::Global),
        [
            "npm-global .npm-global/lib/node_modules",
            "node-global .node_modules",
            "nvm .nvm/versions/node/v20.0.0/lib/node_modules",
            "nvm .nvm/versions/node/v22.0.0/lib/node_modules",
            "fnm .local/share/fnm/node-versions/v20.0.0/installation/lib/node_modules",
            "volta .volta/tools/image/node/20.0.0/lib/node_modules",
            "volta .volta/tools/image/packages/@s/b/lib/node_modules",
            "volta .volta/tools/image/packages/a/lib/node_modules",
            "pnpm-global .local/share/pnpm/global/5/node_modules",
            "pnpm-global .local/share/pnpm/nodejs/20.0.0/lib/node_modules",
            "yarn-global .config/yarn/global/node_modules",
            "bun-global .bun/install/global/node_modules",
        ]
    );
}

#[test]
fn variables_and_npm_s_configuration_say_otherwise() {
    let home = Folder::new();
    home.put(".npmrc", "prefix=${HOME}/pre\ncache=~/kept\n");
    for path in [
        "pre/lib/node_modules",
        "n/versions/node/v1/lib/node_modules",
        "pn/global/5/node_modules",
        "b/node_modules",
    ] {
        std::fs::create_dir_all(home.at(path)).unwrap();
    }
    home.put("kept/_npx/0123/package.json", "{}")
        .put("kept/_cacache/index-v5/x", "");
    let vars = [
        ("HOME", "~"),
        ("NVM_DIR", "~/n"),
        ("PNPM_HOME", "~/pn"),
        ("BUN_INSTALL_GLOBAL_DIR", "~/b"),
    ];
    assert_eq!(
        found(&home, &vars, PlaceKind::Global),
        [
            "npm-global pre/lib/node_modules",
            "nvm n/versions/node/v1/lib/node_modules",
            "pnpm-global pn/global/5/node_modules",
            "bun-global b/node_modules",
        ]
    );
    assert_eq!(found(&home, &vars, PlaceKind::NpxCache), ["npx kept/_npx/0123"]);
    assert_eq!(found(&home, &vars, PlaceKind::Cache), ["npm-cache kept/_cacache"]);
}

#[test]
fn a_configuration_that_cannot_be_read_is_told() {
    let home = Folder::new();
    std::fs::create_dir(home.at(".npmrc")).unwrap();
    let env = Environment {
        home: Some(home.path().to_owned()),
        cwd: "/".into(),
        ..Environment::default()
    };
    let surroundings = Surroundings::new(env);
    assert_eq!(surroundings.npm.cache, home.at(".npm"));
    assert!(surroundings.problem.is_some());
}

#[test]
fn what_npx_installed_and_what_was_typed() {
    let home = Folder::new();
    home.put(
        ".npm/_npx/0123456789abcdef/package.json",
        r#"{"dependencies":{"a":"^1.0.0","gone":"^2"},"_npx":{"packages":["a@latest","gone"]}}"#,
    )
    .package(".npm/_npx/0123456789abcdef/node_modules/a", "a", "1.0.1")
    .package(".npm/_npx/0123456789abcdef/node_modules/b", "b", "3.0.0")
    .put(".npm/_npx/broken/package.json", "{")
    .package(".cache/pnpm/dlx/abc/1-2/node_modules/c", "c", "4.0.0")
    .link(".cache/pnpm/dlx/abc/pkg", "1-2")
    .put(
        ".bun/install/cache/.bunx-0/d@5.0.0/package.json",
        r#"{"dependencies":{"d":"5.0.0"}}"#,
    )
    .package(".bun/install/cache/.bunx-0/d@5.0.0/node_modules/d", "d", "5.0.0")
    .package(
        ".bun/install/cache/.bunx-0/@s/e@6.0.0/node_modules/@s/e",
        "@s/e",
        "6.0.0",
    );
    let npx = read(&home, PlaceKind::NpxCache, "npx");
    assert_eq!(npx.len(), 2);
    assert_eq!(
        shown(&npx[0].packages),
        [
            "node_modules/a a@1.0.1",
            "node_modules/b b@3.0.0",
            "package.json gone@?"
        ]
    );
    let requested: Vec<Option<&str>> = npx[0].packages.iter().map(|it| it.requested.as_deref()).collect();
    assert_eq!(requested, [Some("latest"), None, Some("latest")]);
    assert_eq!(npx[0].packages[0].presence, Presence::Present);
    assert_eq!(npx[0].packages[2].presence, Presence::CouldHaveRun);
    assert_eq!(
        told(&npx[1].problems),
        ["package.json: it ends too early (line 1, column 1)"]
    );
    let dlx = read(&home, PlaceKind::NpxCache, "pnpm-dlx");
    assert_eq!(dlx.len(), 1);
    assert_eq!(shown(&dlx[0].packages), ["node_modules/c c@4.0.0"]);
    let bunx: Vec<String> = read(&home, PlaceKind::NpxCache, "bunx")
        .iter()
        .flat_map(|it| shown(&it.packages))
        .collect();
    assert_eq!(bunx, ["node_modules/d d@5.0.0", "node_modules/@s/e @s/e@6.0.0"]);
}

#[test]
fn the_ids_of_the_table_are_told_apart() {
    let mut ids: Vec<&str> = PLACES.iter().map(|source| source.id).collect();
    ids.sort_unstable();
    ids.dedup();
    assert_eq!(ids.len(), PLACES.len());
}

#[test]
fn other_users_are_found_by_their_homes() {
    let (users, _) = installed::other_users(&Environment::default());
    assert!(
        users
            .iter()
            .all(|user| user.env.home.as_ref().is_some_and(|home| home.is_dir()))
    );
    assert!(users.iter().all(|user| user.env.vars.is_empty()));
    let Some(own) = users.first().and_then(|user| user.env.home.clone()) else {
        return;
    };
    let env = Environment {
        home: Some(own.clone()),
        ..Environment::default()
    };
    let (others, _) = installed::other_users(&env);
    assert!(others.iter().all(|user| user.env.home.as_ref() != Some(&own)));
}
