//! Real repositories, made by the real git in a temporary folder, asked through mirrors; and what a package could write instead.

use std::collections::BTreeMap;
use std::io::{Read as _, Write as _};
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{Duration, Instant};

use waxseal_model::{Manifest, PackageName, PackageRef, Release};
use waxseal_npm::Environment;

use super::*;
use crate::collect::Bar;

/// A folder with mirrors of `https://code.example/`, and a home with a configuration that must not be read.
struct Mirrors {
    temp: tempfile::TempDir,
}

impl Mirrors {
    fn new() -> Self {
        let temp = tempfile::tempdir().unwrap();
        let home = temp.path().join("home");
        std::fs::create_dir_all(&home).unwrap();
        let touch = temp.path().join("touched");
        let config = format!(
            "[core]\n\tsshCommand = touch {0}\n\thooksPath = {0}\n[credential]\n\thelper = !touch {0}\n[url \"ext::touch {0} \"]\n\tinsteadOf = https://\n\tinsteadOf = /\n",
            touch.display()
        );
        std::fs::write(home.join(".gitconfig"), config).unwrap();
        Self { temp }
    }

    fn git(&self, repository: &str, arguments: &[&str]) -> String {
        let made = Command::new("git")
            .env_clear()
            .env("PATH", std::env::var_os("PATH").unwrap())
            .env("HOME", "/nonexistent")
            .env("GIT_CONFIG_NOSYSTEM", "1")
            .args(["-C", self.path(repository).to_str().unwrap()])
            .args([
                "-c",
                "user.name=A",
                "-c",
                "user.email=a@mail.example",
                "-c",
                "init.defaultBranch=main",
            ])
            .args(arguments)
            .output()
            .unwrap();
        assert!(
            made.status.success(),
            "{arguments:?}: {}",
            String::from_utf8_lossy(&made.stderr)
        );
        String::from_utf8(made.stdout).unwrap().trim().to_owned()
    }

    fn path(&self, repository: &str) -> PathBuf {
        self.temp.path().join("mirrors").join(repository)
    }

    /// A repository with one commit for each tag.
    fn repository(&self, name: &str, tags: &[&str]) {
        std::fs::create_dir_all(self.path(name)).unwrap();
        self.git(name, &["init", "--quiet"]);
        self.commit(name, "begin");
        for (idx, tag) in tags.iter().enumerate() {
            self.commit(name, tag);
            match idx % 2 {
                0 => self.git(name, &["tag", tag]),
                _ => self.git(name, &["tag", "--annotate", "--message=release", tag]),
            };
        }
    }

    fn commit(&self, name: &str, message: &str) -> String {
        self.git(name, &["commit", "--quiet", "--allow-empty", "--message", message]);
        self.git(name, &["rev-parse", "HEAD"])
    }

    /// What a collector learns of `1.0.3`, published from `commit`, that names this repository.
    fn learn(&self, declared: &str, commit: Option<&str>) -> Collected<RepositoryFacts> {
        let mirrors = vec![(
            "https://code.example/".to_owned(),
            self.temp.path().join("mirrors").display().to_string(),
        )];
        self.learn_by(declared, commit, Repositories { ask: true, mirrors }, false)
    }

    fn learn_by(
        &self,
        declared: &str,
        commit: Option<&str>,
        by: Repositories,
        offline: bool,
    ) -> Collected<RepositoryFacts> {
        let env = Environment {
            vars: BTreeMap::from([("PATH".to_owned(), std::env::var("PATH").unwrap())]),
            cwd: self.temp.path().to_owned(),
            home: Some(self.temp.path().join("home")),
            npm: None,
        };
        let bar = Bar::default();
        let collector = Collector::new(env, offline, 1 << 20, &bar).asking(by);
        let release = |version: &str| Release {
            version: version.to_owned(),
            listed: true,
            git_head: commit.filter(|_| version == "1.0.3").map(str::to_owned),
            ..Release::default()
        };
        let history = PackageHistory {
            releases: ["1.0.0", "1.0.1", "1.0.2", "1.0.3"].map(release).into(),
            ..PackageHistory::default()
        };
        let of = OriginOf {
            files: Vec::new(),
            subject: Subject::Package(PackageRef {
                name: PackageName::parse("mail-server").unwrap(),
                version: "1.0.3".to_owned(),
            }),
            previous: None,
            integrity: None,
            manifest: Some(Manifest {
                repository: Some(declared.to_owned()),
                ..Manifest::default()
            }),
        };
        let learned = collector.repository(&of, Some(&history));
        assert!(
            !self.temp.path().join("touched").exists(),
            "{declared}: a program of the configuration ran"
        );
        learned
    }
}

#[track_caller]
fn facts_of(learned: Collected<RepositoryFacts>) -> RepositoryFacts {
    match learned {
        Collected::Present(facts) => facts,
        other => panic!("{other:?}"),
    }
}

#[track_caller]
fn refused(learned: &Collected<RepositoryFacts>, reason: &str) {
    let gap = learned.gap().unwrap_or_else(|| panic!("{learned:?}"));
    let expected = format!("the repository it names was not asked whether it knows this release: {reason}");
    assert_eq!(gap.reason, expected);
    assert_eq!(gap.weight, waxseal_model::GapWeight::Partial);
}

#[test]
fn tags_of_this_release_and_of_those_before_are_found() {
    let mirrors = Mirrors::new();
    mirrors.repository("user/one", &["v1.0.0", "v1.0.1", "v1.0.2"]);
    mirrors.repository("user/two", &["v1.0.0", "v1.0.1", "v1.0.2", "mail-server@1.0.3"]);
    mirrors.repository("user/none", &[]);
    let without = facts_of(mirrors.learn("git+https://code.example/user/one.git", None));
    assert_eq!(
        without,
        RepositoryFacts {
            url: "https://code.example/user/one".to_owned(),
            tags: 3,
            tag: None,
            previous_tag: Some("v1.0.2".to_owned()),
            earlier: 3,
            earlier_tagged: 3,
            ..RepositoryFacts::default()
        }
    );
    let with = facts_of(mirrors.learn("git@code.example:user/two.git#packages/mail", None));
    assert_eq!(
        (with.tag.as_deref(), with.earlier_tagged),
        (Some("mail-server@1.0.3"), 3)
    );
    let none = facts_of(mirrors.learn("https://code.example/user/none", None));
    assert_eq!((none.tags, none.tag, none.previous_tag), (0, None, None));
}

#[test]
fn a_commit_is_a_tip_or_is_there_or_is_not() {
    let mirrors = Mirrors::new();
    mirrors.repository("user/one", &["v1.0.2"]);
    let annotated = mirrors.commit("user/one", "released");
    mirrors.git("user/one", &["tag", "--annotate", "--message=x", "v1.0.3"]);
    let inner = mirrors.commit("user/one", "inner");
    let tip = mirrors.commit("user/one", "tip");
    let said = |commit: &str| {
        let facts = facts_of(mirrors.learn("https://code.example/user/one", Some(commit)));
        (facts.commit_is_a_tip, facts.commit_exists)
    };
    assert_eq!(said(&tip), (Some(true), Some(true)));
    assert_eq!(
        said(&annotated),
        (Some(true), Some(true)),
        "the commit an annotated tag names"
    );
    assert_eq!(said(&inner), (Some(false), Some(true)));
    assert_eq!(
        said("0123456789abcdef0123456789abcdef01234567"),
        (Some(false), Some(false))
    );
    assert_eq!(said("--upload-pack=touch"), (None, None), "no commit at all");
}

#[test]
fn what_a_hostile_package_names_is_never_handed_to_git() {
    let mirrors = Mirrors::new();
    let touch = mirrors.temp.path().join("touched").display().to_string();
    let kind = "its address is of a kind that is not asked";
    let private = "its address is not one of a public host by name";
    let unreadable = "its address cannot be read";
    for (declared, reason) in [
        (format!("--upload-pack=touch\u{a0}{touch}"), unreadable),
        (format!("--upload-pack=touch${{IFS}}{touch}"), kind),
        (format!("ext::sh -c touch% {touch}"), unreadable),
        (format!("ext::touch%20{touch}"), kind),
        (format!("file://{touch}"), kind),
        (touch.clone(), kind),
        ("https://127.0.0.1/a/b".to_owned(), private),
        ("https://[::1]/a/b".to_owned(), private),
        ("https://localhost/a/b".to_owned(), private),
        ("https://git.internal/a/b".to_owned(), private),
    ] {
        refused(&mirrors.learn(&declared, None), reason);
    }
}

#[test]
fn a_repository_that_is_gone_is_a_gap() {
    let mirrors = Mirrors::new();
    refused(
        &mirrors.learn("https://code.example/user/gone", None),
        "it does not exist, or not for everybody",
    );
}

#[test]
fn nothing_is_asked_without_a_network_or_where_the_user_says_so() {
    let mirrors = Mirrors::new();
    mirrors.repository("user/one", &["v1.0.3"]);
    let at = |instead: String| Repositories {
        ask: true,
        mirrors: vec![("https://code.example".to_owned(), instead)],
    };
    let local = at(mirrors.temp.path().join("mirrors").display().to_string());
    let ask = |by: Repositories, offline| mirrors.learn_by("https://code.example/user/one", None, by, offline);
    assert_eq!(
        facts_of(ask(local.clone(), true)).tag.as_deref(),
        Some("v1.0.3"),
        "a mirror on this disk is no network"
    );
    let offline = "only what was downloaded before is used";
    refused(&ask(Repositories::default(), true), offline);
    refused(&ask(at("https://mirror.example".to_owned()), true), offline);
    assert!(matches!(
        ask(Repositories { ask: false, ..local }, false),
        Collected::NotRequested
    ));
}

#[test]
fn a_mirror_stands_in_for_whole_parts_of_an_address() {
    let mirrors = [
        ("https://code.example/", "/srv/all"),
        ("https://code.example/user", "https://mirror.example/u/"),
    ]
    .map(|(beginning, instead)| (beginning.to_owned(), instead.to_owned()));
    let at = |address: &str| mirror(address, &mirrors);
    assert_eq!(at("https://code.example/other/x").as_deref(), Some("/srv/all/other/x"));
    assert_eq!(
        at("https://code.example/user/x").as_deref(),
        Some("https://mirror.example/u/x")
    );
    assert_eq!(at("https://code.example/users/x").as_deref(), Some("/srv/all/users/x"));
    assert_eq!(at("https://code.example.test/x"), None);
}

#[test]
fn three_hundred_thousand_bytes_of_tags_are_read() {
    let mirrors = Mirrors::new();
    mirrors.repository("user/many", &["v1.0.3"]);
    let commit = mirrors.git("user/many", &["rev-parse", "HEAD"]);
    let lines: String = (0..5000)
        .map(|idx| format!("{commit} refs/tags/build-{idx:08}\n"))
        .collect();
    let packed = format!("# pack-refs with: peeled fully-peeled sorted \n{lines}{commit} refs/tags/v1.0.3\n");
    assert!(packed.len() > 300_000);
    std::fs::remove_file(mirrors.path("user/many").join(".git/refs/tags/v1.0.3")).unwrap();
    std::fs::write(mirrors.path("user/many").join(".git/packed-refs"), packed).unwrap();
    let facts = facts_of(mirrors.learn("https://code.example/user/many", None));
    assert_eq!((facts.tags, facts.tag.as_deref()), (5001, Some("v1.0.3")));
}

/// A remote on the loopback address, which nothing but a test can name: `https` to it fails in the handshake.
fn loopback(listener: &TcpListener) -> Remote {
    Remote::Mirror(format!("https://{}/user/one", listener.local_addr().unwrap()))
}

fn environment() -> Environment {
    Environment {
        vars: BTreeMap::from([("PATH".to_owned(), std::env::var("PATH").unwrap())]),
        cwd: PathBuf::from("/"),
        home: None,
        npm: None,
    }
}

#[test]
fn a_host_that_never_answers_is_left_in_time() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let (remote, env) = (loopback(&listener), environment());
    let held = std::thread::spawn(move || {
        let (mut stream, _) = listener.accept().unwrap();
        // Until git is ended: then there is nothing more to read.
        let _ = stream.read_to_end(&mut Vec::new());
    });
    let begun = Instant::now();
    let git = Git::new(&env, &remote, begun + Duration::from_millis(600)).unwrap();
    assert_eq!(git.refs(), Err("its host did not answer in time"));
    assert!(begun.elapsed() < Duration::from_secs(3), "{:?}", begun.elapsed());
    // Ends only if the process that git started for HTTPS ended too.
    held.join().unwrap();
}

#[test]
fn a_host_that_talks_something_else_is_not_reached() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let (remote, env) = (loopback(&listener), environment());
    let server = std::thread::spawn(move || {
        let (mut stream, _) = listener.accept().unwrap();
        let _ = stream.write_all(b"HTTP/1.1 200 OK\r\n\r\n");
    });
    let git = Git::new(&env, &remote, Instant::now() + Duration::from_secs(10)).unwrap();
    let said = git.refs().unwrap_err();
    assert!(
        ["its host could not be reached", "its host's certificate does not hold"].contains(&said),
        "{said}"
    );
    server.join().unwrap();
}

#[test]
fn what_git_says_is_read_up_to_a_limit() {
    // A git of our own in front of the real one: it never stops talking.
    let temp = tempfile::tempdir().unwrap();
    let program = temp.path().join("git");
    std::fs::write(
        &program,
        "#!/bin/sh\nexec yes 0123456789abcdef0123456789abcdef01234567\trefs/tags/v1\n",
    )
    .unwrap();
    make_executable(&program);
    let mut env = environment();
    let path = format!("{}:{}", temp.path().display(), std::env::var("PATH").unwrap());
    env.vars.insert("PATH".to_owned(), path);
    let remote = Remote::Mirror("/nonexistent".to_owned());
    let git = Git::new(&env, &remote, Instant::now() + Duration::from_secs(20)).unwrap();
    assert_eq!(git.refs(), Err("it has more branches and tags than are read"));
}

#[test]
fn a_machine_without_git_says_so() {
    let mut env = environment();
    env.vars.insert("PATH".to_owned(), "/nonexistent".to_owned());
    let remote = Remote::Mirror("/nonexistent".to_owned());
    let git = Git::new(&env, &remote, Instant::now() + Duration::from_secs(5)).unwrap();
    assert_eq!(git.refs(), Err("there is no `git` on this machine"));
}

fn make_executable(path: &Path) {
    use std::os::unix::fs::PermissionsExt as _;
    std::fs::set_permissions(path, std::fs::Permissions::from_mode(0o755)).unwrap();
}
