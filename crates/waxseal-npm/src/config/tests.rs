//! Settings as npm reads them; credentials go nowhere else.

#![allow(clippy::unwrap_used)]

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::time::Duration;

use super::*;

/// A home, a project and a prefix, each with its `.npmrc`.
struct World {
    temp: tempfile::TempDir,
    env: Environment,
}

fn world(project: &str, user: &str, global: &str, vars: &[(&str, &str)]) -> World {
    let temp = tempfile::tempdir().unwrap();
    let at = |path: &str| temp.path().join(path);
    for folder in ["home", "project/sub/deeper", "prefix/etc"] {
        fs::create_dir_all(at(folder)).unwrap();
    }
    fs::write(at("project/package.json"), "{}").unwrap();
    for (path, text) in [
        ("project/.npmrc", project),
        ("home/.npmrc", user),
        ("prefix/etc/npmrc", global),
    ] {
        if !text.is_empty() {
            fs::write(at(path), text).unwrap();
        }
    }
    let mut vars: BTreeMap<String, String> = vars.iter().map(|(k, v)| ((*k).to_owned(), (*v).to_owned())).collect();
    vars.insert(String::from("PREFIX"), at("prefix").display().to_string());
    let env = Environment {
        vars,
        cwd: at("project/sub/deeper"),
        home: Some(at("home")),
        npm: None,
    };
    World { temp, env }
}

fn load(user: &str) -> NpmConfig {
    NpmConfig::load(&world("", &format!("registry=https://registry.example\n{user}"), "", &[]).env).unwrap()
}

fn url(text: &str) -> Url {
    Url::parse(text).unwrap()
}

fn check_registry(world: &World, expected: &str) {
    assert_eq!(NpmConfig::load(&world.env).unwrap().registry().as_str(), expected);
}

#[test]
fn the_stronger_place_wins() {
    let (p, u, g) = (
        "registry=https://p.example/",
        "registry=https://u.example/",
        "registry=https://g.example/",
    );
    check_registry(&world("", "", g, &[]), "https://g.example/");
    check_registry(&world("", u, g, &[]), "https://u.example/");
    check_registry(&world(p, u, g, &[]), "https://p.example/");
    check_registry(
        &world(p, u, g, &[("npm_config_registry", "https://e.example/x")]),
        "https://e.example/x/",
    );
    check_registry(
        &world(p, u, g, &[("NPM_CONFIG_REGISTRY", "https://e.example/")]),
        "https://e.example/",
    );
    check_registry(&world(p, u, g, &[("Npm_Config_Registry", "")]), "https://p.example/");
}

#[test]
fn files_can_be_elsewhere() {
    let place = world("", "registry=https://u.example/", "", &[]);
    fs::write(place.temp.path().join("other"), "registry=https://o.example/").unwrap();
    let other = place.temp.path().join("other").display().to_string();
    let with = |key: &str| {
        let mut env = place.env.clone();
        env.vars.insert(key.to_owned(), other.clone());
        NpmConfig::load(&env).unwrap().registry().to_string()
    };
    assert_eq!(with("NPM_CONFIG_USERCONFIG"), "https://o.example/");
    assert_eq!(with("npm_config_userconfig"), "https://o.example/");
    assert_eq!(with("NPM_CONFIG_GLOBALCONFIG"), "https://u.example/");
    fs::remove_file(place.temp.path().join("home/.npmrc")).unwrap();
    assert_eq!(with("NPM_CONFIG_GLOBALCONFIG"), "https://o.example/");
}

#[test]
fn a_workspace_takes_the_settings_of_its_root() {
    let place = world("registry=https://root.example/", "", "", &[]);
    let project = place.temp.path().join("project");
    fs::write(project.join("sub/deeper/package.json"), "{}").unwrap();
    fs::write(project.join("sub/deeper/.npmrc"), "registry=https://leaf.example/").unwrap();
    check_registry(&place, "https://leaf.example/");
    for workspaces in [
        r#"["sub/*"]"#,
        r#"{"packages": ["**"]}"#,
        r#"["./sub/deeper"]"#,
        r#"["s*b/dee*"]"#,
    ] {
        fs::write(
            project.join("package.json"),
            format!("{{\"workspaces\": {workspaces}}}"),
        )
        .unwrap();
        check_registry(&place, "https://root.example/");
    }
    fs::write(project.join("package.json"), r#"{"workspaces": ["other/*"]}"#).unwrap();
    check_registry(&place, "https://leaf.example/");
}

#[test]
fn ini_files_are_read_as_npm_reads_them() {
    let text = "; comment\n# comment\n\nplain = value ; tail\nquoted=\"a # b\"\nsingle='c'\nescaped=a\\;b\\#c\\\\d\\e\nflag\nempty=\nlist[]=one\nlist[]=two\nagain=1\nagain=2\n=no key\n[section]\ninside=1\n";
    let shown: Vec<String> = ini::parse(text)
        .into_iter()
        .map(|(key, value)| match value {
            ini::Value::One(text) => format!("{key}={text}"),
            ini::Value::Many(list) => format!("{key}={list:?}"),
        })
        .collect();
    assert_eq!(
        shown,
        [
            "plain=value",
            "quoted=a # b",
            "single=c",
            "escaped=a;b#c\\d\\e",
            "flag=true",
            "empty=",
            "list=[\"one\", \"two\"]",
            "again=2",
        ]
    );
}

#[test]
fn variables_are_expanded() {
    let env = Environment {
        vars: BTreeMap::from([(String::from("T"), String::from("tok"))]),
        ..Environment::default()
    };
    for (text, expected) in [
        ("${T}", "tok"),
        ("a${T}b${T}", "atokbtok"),
        ("${NO}", "${NO}"),
        ("${NO?}", ""),
        ("${T?}", "tok"),
        ("\\${T}", "${T}"),
        ("\\\\${T}", "\\tok"),
        ("$T", "$T"),
        ("${", "${"),
        ("${}", "${}"),
        ("${T", "${T"),
        ("${a${T}}", "${atok}"),
    ] {
        assert_eq!(layers::expand(text, &env), expected, "{text}");
    }
}

#[test]
fn a_scope_has_its_own_registry() {
    let config = load("@mine:registry=https://mine.example/npm\n@bad:registry=nonsense");
    let registry = |name: &str| {
        config
            .registry_for(&PackageName::parse(name).unwrap())
            .map(|url| url.to_string())
    };
    assert_eq!(registry("@mine/x").unwrap(), "https://mine.example/npm/");
    assert_eq!(registry("@other/x").unwrap(), "https://registry.example/");
    assert_eq!(registry("x").unwrap(), "https://registry.example/");
    let all: Vec<String> = config.registries().iter().map(ToString::to_string).collect();
    assert_eq!(all, ["https://registry.example/", "https://mine.example/npm/"]);
    assert!(
        registry("@bad/x")
            .unwrap_err()
            .to_string()
            .contains("is not an address")
    );
}

/// The `authorization` that goes to an address.
fn check_credentials(settings: &str, address: &str, expected: Option<&str>) {
    let config = load(settings);
    let found = config.credentials_for(&url(address), config.registry());
    assert_eq!(found.authorization.as_ref().map(Secret::expose), expected, "{address}");
}

#[test]
fn credentials_go_to_their_own_host_and_path_only() {
    let token = "//registry.example/:_authToken=tok";
    check_credentials(token, "https://registry.example/x", Some("Bearer tok"));
    check_credentials(token, "https://registry.example/x/-/x-1.tgz", Some("Bearer tok"));
    check_credentials(token, "https://registry.example:8443/x", None);
    check_credentials(token, "https://registry.example.evil.example/x", None);
    check_credentials(token, "https://other.example/registry.example/x", None);
    check_credentials(token, "https://registry.example@other.example/x", None);
    let deep = "//host.example/a/b/:_authToken=tok";
    check_credentials(deep, "https://host.example/a/b/x", Some("Bearer tok"));
    check_credentials(deep, "https://host.example/a/bc", None);
    check_credentials(deep, "https://host.example/a/", None);
    check_credentials(deep, "https://host.example/c/a/b/", None);
    check_credentials(
        "//host.example:444/:_authToken=tok",
        "https://host.example:444/x",
        Some("Bearer tok"),
    );
    check_credentials("//host.example:444/:_authToken=tok", "https://host.example/x", None);
}

#[test]
fn a_same_host_address_may_use_the_registrys_own() {
    let world = world(
        "",
        "registry=https://h.example/npm/\n//h.example/npm/:_authToken=tok",
        "",
        &[],
    );
    let config = NpmConfig::load(&world.env).unwrap();
    let sent = |address: &str| {
        config
            .credentials_for(&url(address), config.registry())
            .authorization
            .is_some()
    };
    assert!(sent("https://h.example/files/x.tgz"));
    assert!(!sent("https://g.example/files/x.tgz"));
}

#[test]
fn every_form_of_credentials_is_known() {
    check_credentials(
        "//registry.example/:_auth=dTpw",
        "https://registry.example/x",
        Some("Basic dTpw"),
    );
    check_credentials(
        "//registry.example/:username=u\n//registry.example/:_password=cA==",
        "https://registry.example/x",
        Some("Basic dTpw"),
    );
    check_credentials("//registry.example/:username=u", "https://registry.example/x", None);
    check_credentials(
        "//registry.example:_authToken=tok",
        "https://registry.example/x",
        Some("Bearer tok"),
    );
    check_credentials("_authToken=tok", "https://registry.example/x", None);
    let config = load("//registry.example/:certfile=~/c.pem\n//registry.example/:keyfile=/k.pem");
    let found = config
        .credentials_for(config.registry(), config.registry())
        .client_certificate
        .unwrap();
    assert!(found.0.ends_with("home/c.pem") && found.1 == Path::new("/k.pem"));
}

#[test]
fn secrets_never_show() {
    let world = world(
        "",
        "registry=https://registry.example\n//registry.example/:_authToken=hunter2\nproxy=http://u:hunter2@p.example",
        "",
        &[("NPM_TOKEN", "hunter2")],
    );
    let config = NpmConfig::load(&world.env).unwrap();
    let credentials = config.credentials_for(config.registry(), config.registry());
    let shown = format!(
        "{config:?} {:?} {credentials:?} {:?} {}",
        world.env,
        config.proxy_for(config.registry()),
        credentials.authorization.as_ref().unwrap()
    );
    assert!(!shown.contains("hunter2"), "{shown}");
    let err =
        NpmConfig::load(&self::world("", "registry=https://u:hunter2@registry.example/", "", &[]).env).unwrap_err();
    assert!(!format!("{err:?} {err}").contains("hunter2") && !err.hint().is_empty());
}

#[test]
fn proxies_are_chosen_as_npm_chooses_them() {
    let proxy = |settings: &str, vars: &[(&str, &str)], address: &str| {
        let world = world("", &format!("registry=https://registry.example\n{settings}"), "", vars);
        NpmConfig::load(&world.env)
            .unwrap()
            .proxy_for(&url(address))
            .map(|proxy| proxy.expose().to_owned())
    };
    let (https, http) = ("https://registry.example/x", "http://registry.example/x");
    assert_eq!(proxy("", &[], https), None);
    assert_eq!(
        proxy("proxy=http://p.example", &[], https).as_deref(),
        Some("http://p.example")
    );
    assert_eq!(
        proxy("proxy=http://p.example\nhttps-proxy=http://s.example", &[], http).as_deref(),
        Some("http://s.example")
    );
    assert_eq!(
        proxy("", &[("HTTPS_PROXY", "http://e.example")], https).as_deref(),
        Some("http://e.example")
    );
    assert_eq!(proxy("", &[("http_proxy", "http://e.example")], https), None);
    assert_eq!(
        proxy("", &[("http_proxy", "http://e.example")], http).as_deref(),
        Some("http://e.example")
    );
    let with_env = [
        ("HTTPS_PROXY", "http://e.example"),
        ("NO_PROXY", "localhost, .registry.example"),
    ];
    assert_eq!(proxy("", &with_env, https), None);
    assert_eq!(proxy("", &with_env, "https://a.registry.example/"), None);
    assert!(proxy("", &with_env, "https://notregistry.example/").is_some());
    assert!(proxy("noproxy=other.example", &with_env, https).is_some());
    assert_eq!(
        proxy(
            "noproxy=registry.example,x.example",
            &[("HTTPS_PROXY", "http://e.example")],
            https
        ),
        None
    );
}

#[test]
fn patience_has_npms_defaults_and_bounds() {
    let patience = load("").patience();
    assert_eq!((patience.retries, patience.timeout), (2, Duration::from_secs(300)));
    assert_eq!([0, 1, 2].map(|attempt| patience.wait(attempt).as_secs()), [10, 60, 60]);
    let patience = load("fetch-retries=1000000\nfetch-timeout=99999999999\nfetch-retry-factor=nonsense").patience();
    assert_eq!((patience.retries, patience.timeout), (10, Duration::from_secs(3600)));
}

#[test]
fn weakened_settings_are_noted() {
    assert!(load("").notes().is_empty() && load("").strict_tls());
    let config = load("strict-ssl=false\n_authToken=x");
    assert_eq!(config.notes().len(), 2);
    assert!(!config.strict_tls());
}

#[test]
fn npm_is_asked_only_where_no_file_says() {
    let mut place = world("", "", "", &[]);
    let err = NpmConfig::load(&place.env).unwrap_err();
    assert_eq!(
        err.to_string(),
        "no npm registry is configured, and npm could not be asked for its default: there is no npm on the PATH"
    );
    assert!(err.hint().contains("registry="));
    let script = place.temp.path().join("npm");
    let make = |body: &str| {
        fs::write(&script, format!("#!/bin/sh\n{body}\n")).unwrap();
        fs::set_permissions(&script, std::os::unix::fs::PermissionsExt::from_mode(0o755)).unwrap();
    };
    place.env.npm = Some(script.clone());
    make("test \"$*\" = 'config get registry' && echo https://asked.example");
    let config = NpmConfig::load(&place.env).unwrap();
    assert_eq!(
        (config.registry().as_str(), config.registry_source()),
        ("https://asked.example/", "npm itself")
    );
    make("exit 3 #");
    assert!(
        NpmConfig::load(&place.env)
            .unwrap_err()
            .to_string()
            .ends_with("npm could not say")
    );
    make("echo undefined #####");
    assert!(
        NpmConfig::load(&place.env)
            .unwrap_err()
            .to_string()
            .ends_with("npm's answer is no address")
    );
}

#[test]
fn npms_answer_is_kept_until_npm_changes() {
    let mut place = world("", "", "", &[]);
    let script = place.temp.path().join("npm");
    let count = place.temp.path().join("count");
    let make = |address: &str| {
        fs::write(
            &script,
            format!("#!/bin/sh\necho >> {}\necho {address}\n", count.display()),
        )
        .unwrap();
        fs::set_permissions(&script, std::os::unix::fs::PermissionsExt::from_mode(0o755)).unwrap();
    };
    place.env.npm = Some(script.clone());
    make("https://one.example");
    check_registry(&place, "https://one.example/");
    check_registry(&place, "https://one.example/");
    assert_eq!(fs::read(&count).unwrap().len(), 1);
    make("https://another.example");
    check_registry(&place, "https://another.example/");
    assert_eq!(fs::read(&count).unwrap().len(), 2);
}

#[test]
fn an_archives_host_gives_way_as_npm_lets_it() {
    let address = |settings: &str, tarball: &str| {
        let mut place = world(
            "",
            &format!("registry=https://mirror.example/npm/\n{settings}"),
            "",
            &[],
        );
        let script = place.temp.path().join("npm");
        fs::write(&script, "#!/bin/sh\necho https://built-in.example/\n").unwrap();
        fs::set_permissions(&script, std::os::unix::fs::PermissionsExt::from_mode(0o755)).unwrap();
        place.env.npm = Some(script);
        let config = NpmConfig::load(&place.env).unwrap();
        config.tarball_url(&url(tarball), config.registry()).to_string()
    };
    let elsewhere = "https://cdn.example/x/-/x-1.tgz";
    let built_in = "https://built-in.example/x/-/x-1.tgz";
    assert_eq!(address("", elsewhere), elsewhere);
    assert_eq!(address("", built_in), "https://mirror.example/x/-/x-1.tgz");
    assert_eq!(address("replace-registry-host=never", built_in), built_in);
    assert_eq!(
        address("replace-registry-host=always", elsewhere),
        "https://mirror.example/x/-/x-1.tgz"
    );
    assert_eq!(
        address("replace-registry-host=cdn.example", elsewhere),
        "https://mirror.example/x/-/x-1.tgz"
    );
}

#[test]
fn a_file_that_cannot_be_read_is_an_error() {
    let place = world("", "registry=https://u.example/", "", &[]);
    fs::create_dir(place.temp.path().join("project/.npmrc")).unwrap();
    let err = NpmConfig::load(&place.env).unwrap_err();
    assert!(
        matches!(err, ConfigError::File { .. }) && !err.hint().is_empty(),
        "{err}"
    );
}
