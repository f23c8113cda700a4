//! Real npm against the answers: it packs, a closure is found out, fetched and installed, and nothing runs before the install.

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::sync::Mutex;

use serde_json::Value;
use waxseal_model::{PackageName, PackageRef};
use waxseal_npm::cache::Cache;
use waxseal_npm::config::NpmConfig;
use waxseal_npm::integrity::Integrity;
use waxseal_npm::{Environment, Registry, spec};

use super::*;
use crate::run::closure::{self, Archive, Options, Wanted, close, fetch, read};

/// A registry of the answers on the loopback.
struct Server {
    base: Url,
    asked: Arc<Mutex<Vec<(String, What)>>>,
}

impl Server {
    fn start(make: impl FnOnce(&Url) -> RegistryAnswers) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
        let port = listener.local_addr().expect("an address").port();
        let base = Url::parse(&format!("http://127.0.0.1:{port}/")).expect("an address");
        let (answers, asked) = (make(&base), Arc::new(Mutex::new(Vec::new())));
        let log = Arc::clone(&asked);
        std::thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let _ = serve(&stream, &answers, &log);
            }
        });
        Self { base, asked }
    }

    fn unknown(&self) -> Vec<String> {
        let asked = self.asked.lock().expect("nobody panicked");
        let unknown = asked.iter().filter(|(_, what)| matches!(what, What::Unknown { .. }));
        unknown.map(|(line, _)| line.clone()).collect()
    }
}

fn serve(stream: &TcpStream, answers: &RegistryAnswers, log: &Mutex<Vec<(String, What)>>) -> std::io::Result<()> {
    let mut reader = BufReader::new(stream);
    let (mut line, mut accept, mut length) = (String::new(), String::new(), 0);
    reader.read_line(&mut line)?;
    loop {
        let mut field = String::new();
        reader.read_line(&mut field)?;
        let Some((name, value)) = field.trim().split_once(':') else {
            break;
        };
        match name.to_ascii_lowercase().as_str() {
            "accept" => value.trim().clone_into(&mut accept),
            "content-length" => length = value.trim().parse().unwrap_or(0),
            _ => {}
        }
    }
    std::io::copy(&mut reader.take(length), &mut std::io::sink())?;
    let mut parts = line.split(' ');
    let (method, path) = (parts.next().unwrap_or_default(), parts.next().unwrap_or_default());
    let answer = answers.answer(method, path, &accept).unwrap_or_else(|| unknown(path));
    log.lock()
        .expect("nobody panicked")
        .push((line.trim().to_owned(), answer.what.clone()));
    let mut out = stream;
    write!(
        out,
        "HTTP/1.1 {} x\r\ncontent-type: {}\r\ncontent-length: {}\r\nconnection: close\r\n\r\n",
        answer.status,
        answer.content_type,
        answer.body.len()
    )?;
    out.write_all(&answer.body)
}

/// A place for npm with nothing of the user's.
struct Place {
    _folder: tempfile::TempDir,
    root: PathBuf,
    env: Environment,
}

impl Place {
    /// `None` where there is no npm, said once.
    fn new() -> Option<Self> {
        let current = Environment::current().expect("a working directory");
        let Some(npm) = current.npm.clone() else {
            let _ = writeln!(std::io::stderr(), "SKIPPED npm: there is no npm on the PATH");
            return None;
        };
        let folder = tempfile::tempdir().expect("a folder");
        let root = folder.path().to_owned();
        let mut env = Environment {
            cwd: root.clone(),
            home: Some(root.clone()),
            npm: Some(npm),
            ..Environment::default()
        };
        let inside = |name: &str| root.join(name).display().to_string();
        for (name, value) in [
            ("PATH", current.var("PATH").unwrap_or_default().to_owned()),
            ("HOME", inside("")),
            ("XDG_CACHE_HOME", inside("cache")),
            ("npm_config_cache", inside("npm")),
            ("npm_config_userconfig", inside("npmrc")),
            ("npm_config_globalconfig", inside("globalrc")),
            ("npm_config_update_notifier", "false".to_owned()),
            ("npm_config_fetch_retries", "0".to_owned()),
        ] {
            env.vars.insert(name.to_owned(), value);
        }
        Some(Self {
            _folder: folder,
            root,
            env,
        })
    }

    fn npm(&self, folder: &Path, arguments: &[&str]) -> Output {
        let npm = self.env.npm.as_ref().expect("npm is there");
        let mut command = Command::new(npm);
        command
            .args(arguments)
            .current_dir(folder)
            .env_clear()
            .envs(&self.env.vars);
        command.output().expect("npm starts")
    }

    /// Packs a package of ours.
    fn pack(&self, manifest: &Value) -> Archive {
        let folder = self
            .root
            .join("source")
            .join(manifest["name"].as_str().expect("a name").replace('/', "-"));
        std::fs::create_dir_all(&folder).expect("made");
        std::fs::write(folder.join("package.json"), manifest.to_string()).expect("written");
        std::fs::write(folder.join("index.js"), "module.exports = 1\n").expect("written");
        for bundled in manifest["bundleDependencies"].as_array().into_iter().flatten() {
            let inner = folder.join("node_modules").join(bundled.as_str().expect("a name"));
            std::fs::create_dir_all(&inner).expect("made");
            let script = "node -e \"require('fs').writeFileSync('mark','ran')\"";
            let manifest = json!({ "name": bundled, "version": "3.0.0", "scripts": { "postinstall": script } });
            std::fs::write(inner.join("package.json"), manifest.to_string()).expect("written");
        }
        let output = self.npm(&folder, &["pack", "--json", "--ignore-scripts"]);
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        let archive = std::fs::read_dir(&folder)
            .expect("a folder")
            .map(|entry| entry.expect("an entry").path())
            .find(|path| path.extension().is_some_and(|extension| extension == "tgz"))
            .expect("an archive");
        let bytes: Arc<[u8]> = std::fs::read(archive).expect("it is there").into();
        let verified = Integrity::sha512_of(&bytes);
        Archive { bytes, verified }
    }

    /// A registry of these packages.
    fn publish(&self, manifests: &[Value]) -> Server {
        let mut packages = serde_json::Map::new();
        let mut archives = Archives::default();
        for manifest in manifests {
            let archive = self.pack(manifest);
            let mut entry = manifest.clone();
            entry["integrity"] = json!(archive.verified);
            let name = manifest["name"].as_str().expect("a name");
            packages.insert(format!("node_modules/{name}"), entry);
            let release = PackageRef {
                name: PackageName::parse(name).expect("a name"),
                version: manifest["version"].as_str().expect("a version").to_owned(),
            };
            archives.archives.insert(release, archive);
        }
        let lockfile = json!({ "lockfileVersion": 3, "packages": packages });
        let mut closure = read(lockfile.to_string().as_bytes()).expect("a lockfile");
        // What a registry says of a package is what the package says, bad dependencies included.
        closure.refused.clear();
        Server::start(|base| RegistryAnswers::new(&closure, &archives, base))
    }

    /// A folder with a program of this name that leaves a file, and that file.
    fn touching(&self, name: &str) -> (PathBuf, PathBuf) {
        let (bin, touched) = (self.root.join("bin"), self.root.join("touched"));
        std::fs::create_dir(&bin).expect("made");
        let script = format!("#!/bin/sh\necho > {}\nexit 1\n", touched.display());
        std::fs::write(bin.join(name), script).expect("written");
        let executable = std::os::unix::fs::PermissionsExt::from_mode(0o755);
        std::fs::set_permissions(bin.join(name), executable).expect("changed");
        (bin, touched)
    }

    fn with_registry(&self, server: &Server) -> Environment {
        let mut env = self.env.clone();
        env.vars
            .insert("npm_config_registry".to_owned(), server.base.to_string());
        env
    }
}

/// The closure of what was typed, or of a project.
fn closed(wanted: Result<&str, &Path>, env: &Environment) -> Result<Closure, closure::ClosureError> {
    let config = NpmConfig::load(env).expect("a configuration");
    let options = Options {
        beside: &[],
        env,
        config: &config,
        offline: false,
    };
    match wanted {
        Ok(typed) => close(Wanted::Package(&spec::parse(typed).expect("a spec")), &options),
        Err(folder) => close(Wanted::Project(folder), &options),
    }
}

fn published() -> [Value; 3] {
    let leave =
        |mark: &str| json!({ "postinstall": format!("node -e \"require('fs').writeFileSync('{mark}','ran')\"") });
    [
        json!({
            "name": "tiny-a",
            "version": "1.2.0",
            "dependencies": { "@tiny/b": "^1.0.0" },
            "optionalDependencies": { "tiny-mac": "1.0.0" },
            "bin": { "tiny": "index.js" },
            "scripts": leave("mark"),
        }),
        json!({ "name": "@tiny/b", "version": "1.0.7", "scripts": leave("mark-b") }),
        json!({ "name": "tiny-mac", "version": "1.0.0", "os": ["darwin"] }),
    ]
}

#[test]
fn npm_installs_in_the_room_what_it_would_install_outside() {
    let Some(place) = Place::new() else { return };
    let outside = place.publish(&published());
    let env = place.with_registry(&outside);
    let closure = closed(Ok("tiny-a"), &env).expect("a closure");
    let names: Vec<&str> = closure.packages.iter().map(|it| it.name.as_str()).collect();
    assert_eq!(names, ["@tiny/b", "tiny-a", "tiny-mac"]);
    assert_eq!(closure.refused, []);
    assert!(
        !outside
            .asked
            .lock()
            .expect("fine")
            .iter()
            .any(|(_, what)| *what == What::Tarball)
    );

    let config = NpmConfig::load(&env).expect("a configuration");
    let cache = Cache::open(&place.root.join("cache/ours")).expect("a cache");
    let registry = Registry::new(config, cache, waxseal_npm::registry::Options::default()).expect("a client");
    let home = |name: &PackageName| registry.config().registry_for(name).ok();
    let archives = fetch(&closure, &registry, &home);
    assert_eq!(archives.refused, []);
    assert_eq!((archives.archives.len(), archives.skipped.len()), (2, 1));

    let inside = Server::start(|base| RegistryAnswers::new(&closure, &archives, base));
    let project = place.root.join("project");
    std::fs::create_dir(&project).expect("made");
    std::fs::write(project.join("package.json"), &closure.manifest).expect("written");
    install(&place, &project, &inside);
    // And once more from the lockfile, as a project would be.
    std::fs::remove_dir_all(project.join("node_modules")).expect("removed");
    let lockfile = closure.lockfile_for_room().expect("a lockfile");
    std::fs::write(project.join("package-lock.json"), lockfile).expect("written");
    install(&place, &project, &inside);
    assert_eq!(inside.unknown(), Vec::<String>::new());
}

/// Installs with scripts and audit on, and looks at what came of it.
fn install(place: &Place, project: &Path, server: &Server) {
    let registry = format!("--registry={}", server.base);
    let output = place.npm(
        project,
        &[
            "install",
            &registry,
            "--foreground-scripts",
            "--dangerously-allow-all-scripts",
        ],
    );
    let said = format!(
        "{}{}",
        String::from_utf8_lossy(&output.stdout),
        String::from_utf8_lossy(&output.stderr)
    );
    assert!(output.status.success(), "{said}");
    let modules = project.join("node_modules");
    for file in ["tiny-a/index.js", "tiny-a/mark", "@tiny/b/mark-b", ".bin/tiny"] {
        assert!(modules.join(file).exists(), "{file}: {said}");
    }
    assert!(!modules.join("tiny-mac").exists());
    assert!(said.contains("found 0 vulnerabilities"), "{said}");
}

#[test]
fn what_a_package_wants_from_git_or_a_url_is_refused_and_nobody_is_asked() {
    let Some(mut place) = Place::new() else { return };
    let (bin, touched) = place.touching("git");
    let path = format!("{}:{}", bin.display(), place.env.vars["PATH"]);
    place.env.vars.insert("PATH".to_owned(), path);
    let elsewhere = TcpListener::bind("127.0.0.2:0").expect("a port");
    elsewhere.set_nonblocking(true).expect("a socket");
    let url = format!("http://{}/u.tgz", elsewhere.local_addr().expect("an address"));
    let server = place.publish(&[
        json!({ "name": "wants-git", "version": "1.0.0", "dependencies": { "g": "git+https://git.invalid/x/y.git" } }),
        json!({ "name": "wants-url", "version": "1.0.0", "dependencies": { "u": url } }),
        json!({ "name": "may-want", "version": "1.0.0", "optionalDependencies": { "g": "owner/repository" } }),
    ]);
    let env = place.with_registry(&server);
    let check = |typed: &str, expected: &str| {
        let closure = closed(Ok(typed), &env).expect("a closure");
        let why: Vec<&str> = closure.refused.iter().map(|it| it.why.as_str()).collect();
        assert_eq!(why, [expected], "{typed}");
    };
    check("wants-git", "it comes from a git repository, which is not fetched");
    check("wants-url", "it comes from a URL, which is not fetched");
    check("may-want", "it comes from a git repository, which is not fetched");
    assert!(!touched.exists(), "git was run");
    assert!(elsewhere.accept().is_err(), "the URL was asked");
}

#[test]
fn nothing_of_a_project_runs_while_its_closure_is_found_out() {
    let Some(place) = Place::new() else { return };
    let server = place.publish(&published());
    let env = place.with_registry(&server);
    let project = place.root.join("hostile");
    std::fs::create_dir(&project).expect("made");
    let (bin, touched) = place.touching("evil");
    let touch = bin.join("evil").display().to_string();
    let manifest = json!({
        "name": "hostile",
        "dependencies": { "tiny-a": "^1", "g": "owner/repository" },
        "scripts": { "preinstall": touch, "install": touch, "postinstall": touch, "prepare": touch, "prepublish": touch },
    });
    std::fs::write(project.join("package.json"), manifest.to_string()).expect("written");
    let settings = format!(
        "ignore-scripts=false\ngit={touch}\nscript-shell={touch}\nshell={touch}\neditor={touch}\nviewer={touch}\n\
         node-options=--require {touch}\nallow-git=all\npackage-lock=false\nsave=false\n"
    );
    std::fs::write(project.join(".npmrc"), settings).expect("written");
    let closure = closed(Err(&project), &env).expect("a closure");
    assert_eq!(closure.packages.len(), 3);
    assert_eq!(closure.refused.len(), 1);
    assert!(!touched.exists());
    assert!(!project.join("package-lock.json").exists() && !project.join("node_modules").exists());
    let err = closed(Ok("tiny-none"), &env).expect_err("it is not there");
    assert!(
        matches!(&err, closure::ClosureError::Npm { code, .. } if code == "E404"),
        "{err}"
    );
}

#[test]
fn what_comes_inside_of_another_archive_is_had_with_it() {
    let Some(place) = Place::new() else { return };
    let outside = place.publish(&[json!({
        "name": "has-bundle",
        "version": "1.0.0",
        "dependencies": { "inner": "^3" },
        "bundleDependencies": ["inner"],
    })]);
    let env = place.with_registry(&outside);
    let closure = closed(Ok("has-bundle"), &env).expect("a closure");
    assert_eq!(closure.refused, []);
    let bundled: Vec<(&str, bool)> = closure
        .packages
        .iter()
        .map(|it| (it.name.as_str(), it.bundled))
        .collect();
    assert_eq!(bundled, [("has-bundle", false), ("inner", true)]);
}
