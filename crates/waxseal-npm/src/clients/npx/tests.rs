//! The folder that npx makes, and its lockfile.

#![allow(clippy::unwrap_used)]

use super::*;

#[test]
fn a_folder_is_named_after_the_specs() {
    assert_eq!(folder_name(&["b@1.0.0", "a"]), folder_name(&["a", "b@1.0.0"]));
    // `printf cowsay | sha512sum`, and what npm 11 makes of `npx cowsay`.
    assert_eq!(folder_name(&["cowsay"]), "8f497369b2d6166e");
}

#[test]
fn a_lockfile_of_npx_says_what_was_fetched() {
    let place = tempfile::tempdir().unwrap();
    let folder = place.path().join("_npx").join(folder_name(&["mail@1.0.0"]));
    assert_eq!(fetched(place.path(), &["mail@1.0.0"], "mail"), Ok(None));
    std::fs::create_dir_all(&folder).unwrap();
    let lock =
        r#"{"lockfileVersion":3,"packages":{"":{},"node_modules/mail":{"version":"1.0.0","integrity":"sha512-x"}}}"#;
    std::fs::write(folder.join("package-lock.json"), lock).unwrap();
    let found = fetched(place.path(), &["mail@1.0.0"], "mail").unwrap().unwrap();
    assert_eq!(
        (found.version.as_deref(), found.integrity.as_deref()),
        (Some("1.0.0"), Some("sha512-x"))
    );
    std::fs::write(folder.join("package-lock.json"), "{").unwrap();
    assert!(fetched(place.path(), &["mail@1.0.0"], "mail").is_err());
}

#[test]
fn the_cache_is_where_npm_has_it() {
    let mut env = Environment {
        home: Some(PathBuf::from("/home/ada")),
        cwd: PathBuf::from("/shop"),
        ..Environment::default()
    };
    assert_eq!(cache(&env), Some(PathBuf::from("/home/ada/.npm")));
    env.vars.insert(String::from("NPM_CONFIG_CACHE"), String::from("c"));
    assert_eq!(cache(&env), Some(PathBuf::from("/shop/c")));
}
