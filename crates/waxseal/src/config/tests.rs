use super::*;

fn check(text: &str, expected: &str) {
    let got = match Config::parse(text, "waxseal.toml") {
        Ok(_) => "fine".to_owned(),
        Err(err) => match err.hint() {
            Some(hint) => format!("{err} ({hint})"),
            None => err.to_string(),
        },
    };
    assert_eq!(got, expected);
}

#[test]
fn an_empty_file_is_the_default() {
    assert_eq!(Config::parse("", "x").unwrap(), Config::default());
}

#[test]
fn every_section_is_read() {
    let text = "[report]\nformat = \"json\"\nfail-on = \"block\"\nallow-incomplete = true\n\
        [source]\noffline = true\nregistry = \"https://registry.example/\"\n\
        [limits]\nmax-unpacked = \"64MB\"\nmax-memory = \"2 GiB\"\nmax-time = 30\n\
        [database]\nurl = \"https://mirror.example/all.zip\"\nmax-age = \"7d\"\n\
        [recipients]\nallow = [\"@crm.example\"]\n";
    let config = Config::parse(text, "x").unwrap();
    assert_eq!(config.report.fail_on, Some(FailOn::Block));
    assert!(config.report.allow_incomplete && config.source.offline);
    assert_eq!(config.limits.max_unpacked, Some(Size(64 << 20)));
    assert_eq!(config.limits.max_memory, Some(Size(2 << 30)));
    assert_eq!(config.limits.max_time, Some(Seconds(30)));
    assert_eq!(config.database.max_age, Some(Seconds(7 * 86_400)));
    assert_eq!(config.database.url.as_deref(), Some("https://mirror.example/all.zip"));
    assert_eq!(config.policy.recipients.len(), 1);
}

#[test]
fn an_unknown_key_is_named_with_its_line_and_a_suggestion() {
    check(
        "\n[report]\nfail_on = \"block\"\n",
        "waxseal.toml:3: unknown key `fail_on` (did you mean `fail-on`?)",
    );
    check(
        "[limit]\nmax-unpacked = 1\n",
        "waxseal.toml:1: unknown key `limit` (did you mean `limits`?)",
    );
    check(
        "[report]\n\n[waiver]\n",
        "waxseal.toml:3: unknown key `waiver` (did you mean `waivers`?)",
    );
}

#[test]
fn a_value_without_meaning_is_named_with_its_line() {
    check(
        "[report]\nformat = \"jsn\"\n",
        "waxseal.toml:2: `jsn` is no report format (did you mean `json`?)",
    );
    check(
        "# one\n[limits]\nmax-unpacked = \"lots\"\n",
        "waxseal.toml:3: `lots` is no size; write it as `512MB`",
    );
    check(
        "[recipients]\nallow = [\"nobody\"]\n",
        "waxseal.toml:2: `nobody` is no recipient; write a mailbox as `archive@crm.example` or a domain as `@crm.example`",
    );
}

#[test]
fn repositories_are_asked_unless_told_otherwise_and_mirrors_are_checked() {
    let config = Config::parse(
        "[repository]\nmirrors = { \"https://code.example/\" = \"/srv/git\" }\n",
        "x",
    )
    .unwrap();
    assert!(config.repository.ask);
    assert_eq!(
        config.repository.mirrors,
        [("https://code.example/".to_owned(), "/srv/git".to_owned())]
    );
    assert!(
        !Config::parse("[repository]\nask = false\n", "x")
            .unwrap()
            .repository
            .ask
    );
    check(
        "[repository]\nmirrors = { \"code.example\" = \"/srv/git\" }\n",
        "waxseal.toml:2: `code.example` is no beginning of a repository's address (write it as `https://code.example/`)",
    );
    check(
        "[repository]\nmirrors = { \"https://code.example/\" = \"../git\" }\n",
        "waxseal.toml:2: `../git` is no mirror of repositories (write an absolute path, or an address as `https://mirror.example/`)",
    );
    check(
        "[repository]\nasks = false\n",
        "waxseal.toml:2: unknown key `asks` (did you mean `ask`?)",
    );
}

#[test]
fn broken_toml_is_named_with_its_line() {
    let Err(ConfigError::Meaningless { line, .. }) = Config::parse("[report]\nformat = \n", "x") else {
        panic!("read")
    };
    assert_eq!(line, 2);
}

#[test]
fn the_nearest_file_up_to_the_repository_is_found() {
    let folder = tempfile::tempdir().unwrap();
    let root = folder.path().canonicalize().unwrap();
    let deep = root.join("repo/a/b");
    std::fs::create_dir_all(&deep).unwrap();
    std::fs::write(root.join(NAME), "").unwrap();
    assert_eq!(find(&deep), None, "no repository: only the working directory counts");
    std::fs::create_dir_all(root.join("repo/.git")).unwrap();
    assert_eq!(find(&deep), None, "above the repository nothing counts");
    std::fs::create_dir_all(root.join("repo/.github")).unwrap();
    std::fs::write(root.join("repo/.github").join(NAME), "").unwrap();
    assert_eq!(find(&deep), Some(root.join("repo/.github").join(NAME)));
    std::fs::write(root.join("repo/a").join(NAME), "").unwrap();
    assert_eq!(find(&deep), Some(root.join("repo/a").join(NAME)));
}
