//! `waxseal scan --pin`: real configurations, a registry of our own on the loopback, and the real room.

use std::io::{BufRead as _, BufReader, Write as _};
use std::net::TcpListener;
use std::os::unix::fs::PermissionsExt as _;
use std::process::Stdio;
use std::sync::{Arc, Mutex};

use base64::Engine as _;
use serde_json::{Value, json};
use sha2::{Digest as _, Sha512};

use crate::speaking::server;
use crate::support::{Ended, World, ended, pack};

/// Versions and archives.
type Releases = Arc<Mutex<Vec<(String, Vec<u8>)>>>;

/// A registry with one package. Its host is one that the room can play too, so that it is reached by a proxy.
struct Registry {
    proxy: String,
    releases: Releases,
}

impl Registry {
    fn new() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let proxy = format!("http://{}", listener.local_addr().unwrap());
        let releases: Releases = Arc::default();
        let served = Arc::clone(&releases);
        std::thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let mut lines = BufReader::new(&stream).lines();
                let mut request = || {
                    let request = lines.next().and_then(Result::ok).unwrap_or_default();
                    while lines.next().and_then(Result::ok).is_some_and(|line| !line.is_empty()) {}
                    request.split(' ').map(str::to_owned).collect::<Vec<_>>()
                };
                let mut asked = request();
                if asked.first().is_some_and(|verb| verb == "CONNECT") {
                    let _ = (&stream).write_all(b"HTTP/1.1 200 OK\r\n\r\n");
                    asked = request();
                }
                let path = asked.get(1).map_or("", |url| url.trim_start_matches(REGISTRY));
                let answer = answer(path, &served.lock().unwrap());
                let status = if answer.is_some() { "200 OK" } else { "404 Not Found" };
                let body = answer.unwrap_or_default();
                let head = format!(
                    "HTTP/1.1 {status}\r\ncontent-length: {}\r\nconnection: close\r\n\r\n",
                    body.len()
                );
                let _ = (&stream)
                    .write_all(head.as_bytes())
                    .and_then(|()| (&stream).write_all(&body));
            }
        });
        Self { proxy, releases }
    }

    /// A release whose only program is this.
    fn publish(&self, version: &str, program: &str) {
        let manifest =
            format!(r#"{{ "name": "post-mcp", "version": "{version}", "bin": {{ "post-mcp": "index.cjs" }} }}"#);
        let archive = pack(&[("package.json", manifest.as_bytes()), ("index.cjs", program.as_bytes())]);
        self.releases.lock().unwrap().push((version.to_owned(), archive));
    }
}

fn answer(path: &str, releases: &[(String, Vec<u8>)]) -> Option<Vec<u8>> {
    if let Some(version) = path.strip_prefix("/post-mcp/-/post-mcp-") {
        let version = version.strip_suffix(".tgz")?;
        return releases
            .iter()
            .find(|(known, _)| known == version)
            .map(|(_, archive)| archive.clone());
    }
    let (latest, _) = releases.last().filter(|_| path == "/post-mcp")?;
    let versions: serde_json::Map<String, Value> = releases
        .iter()
        .map(|(version, archive)| {
            let hash = base64::engine::general_purpose::STANDARD.encode(Sha512::digest(archive));
            let dist = json!({ "tarball": format!("{REGISTRY}/post-mcp/-/post-mcp-{version}.tgz"), "integrity": format!("sha512-{hash}") });
            let bin = json!({ "post-mcp": "index.cjs" });
            (version.clone(), json!({ "name": "post-mcp", "version": version, "bin": bin, "dist": dist }))
        })
        .collect();
    Some(
        json!({ "name": "post-mcp", "dist-tags": { "latest": latest }, "versions": versions })
            .to_string()
            .into_bytes(),
    )
}

const REGISTRY: &str = "http://registry.example";

const CONFIG: &str = r#"{
  // What I use
  "mcpServers": {
    "post": {
      "command": "npx",
      "args": ["-y", "post-mcp", "--token", "s3cret-of-the-user"], // newest
    },
    "other": { "command": "uvx", "args": ["something"] }
  }
}
"#;

fn waxseal(world: &World, registry: &Registry, arguments: &[&str]) -> Ended {
    let mut command = world.command(arguments);
    command
        .env("npm_config_registry", REGISTRY)
        .env("npm_config_proxy", &registry.proxy)
        .env("PATH", std::env::var("PATH").unwrap())
        .stdin(Stdio::null());
    let ended = ended(command.output().unwrap());
    assert!(!ended.all().contains("s3cret"), "{}", ended.all());
    assert!(!ended.all().contains("panicked"), "{}", ended.all());
    ended
}

#[track_caller]
fn pin(world: &World, registry: &Registry, arguments: &[&str], status: i32) -> Ended {
    let all: Vec<&str> = ["scan", "--pin"].iter().chain(arguments).copied().collect();
    let ended = waxseal(world, registry, &all);
    assert_eq!(ended.status, status, "{}", ended.all());
    ended
}

/// What is recorded.
fn recorded(world: &World) -> Value {
    let text = std::fs::read(world.path(".local/share/waxseal/pins.json")).unwrap();
    serde_json::from_slice::<Value>(&text).unwrap()["pins"].take()
}

fn config(world: &World) -> String {
    std::fs::read_to_string(world.path(".cursor/mcp.json")).unwrap()
}

#[test]
fn a_server_is_pinned_with_its_tools_and_told_when_it_is_another() {
    let (world, registry) = (World::new(), Registry::new());
    registry.publish("1.0.15", &server(""));
    world.write(".cursor/mcp.json", CONFIG);
    let path = world.path(".cursor/mcp.json");
    std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o600)).unwrap();

    // Nobody to ask: it is only shown.
    let shown = pin(&world, &registry, &[".cursor/mcp.json"], 0);
    assert!(
        shown.stdout.contains("  - post-mcp\n  + post-mcp@1.0.15\n"),
        "{}",
        shown.stdout
    );
    assert!(
        shown.stdout.contains("post: post-mcp@1.0.15: allow; 2 tools"),
        "{}",
        shown.stdout
    );
    assert!(
        shown.stderr.contains("nothing was changed: `--yes`"),
        "{}",
        shown.stderr
    );
    assert_eq!(config(&world), CONFIG);

    pin(&world, &registry, &["--yes", ".cursor/mcp.json"], 0);
    assert_eq!(config(&world), CONFIG.replace("\"post-mcp\"", "\"post-mcp@1.0.15\""));
    let backup = world.path(".cursor/mcp.json.waxseal-backup-1");
    assert_eq!(std::fs::read_to_string(&backup).unwrap(), CONFIG);
    assert_eq!(backup.metadata().unwrap().permissions().mode() & 0o777, 0o600);
    let pins = recorded(&world);
    assert_eq!(pins[0]["server"], "mcpServers.post");
    assert_eq!(
        (&pins[0]["package"], &pins[0]["version"]),
        (&json!("post-mcp"), &json!("1.0.15"))
    );
    assert!(pins[0]["integrity"].as_str().unwrap().starts_with("sha512-"));
    assert_eq!(pins[0]["tools"].as_str().unwrap().len(), 64);

    // Again: nothing is to be changed, and all is as it was, whatever the room's own number was.
    let again = pin(&world, &registry, &["--yes", ".cursor/mcp.json"], 0);
    assert!(
        again.stdout.contains("allow, as it was recorded; 2 tools"),
        "{}",
        again.stdout
    );
    assert!(!world.path(".cursor/mcp.json.waxseal-backup-2").exists());
    assert_eq!(recorded(&world), pins);

    // The same version with other bytes and another tool.
    registry.releases.lock().unwrap().clear();
    registry.publish("1.0.15", &server("").replace("Lists", "Lists all"));
    std::fs::remove_dir_all(world.path("cache")).unwrap();
    let other = pin(&world, &registry, &["--yes", ".cursor/mcp.json"], 1);
    assert!(
        other.stdout.contains("post: post-mcp@1.0.15: not as it was"),
        "{}",
        other.stdout
    );
    for what in [
        "the archive of `post-mcp` is not the one",
        "`post-mcp` lists other tools",
    ] {
        assert!(other.stdout.contains(what), "{}", other.stdout);
    }
    // By its archive alone, without running it.
    let mut check = world.command(&["check", "--format", "json", "post-mcp@1.0.15"]);
    check
        .env("npm_config_registry", REGISTRY)
        .env("npm_config_proxy", &registry.proxy);
    let check = ended(check.output().unwrap());
    assert_eq!(check.status, 1, "{}", check.all());
    assert!(check.stdout.contains("installed/other-server"), "{}", check.stdout);
}

#[test]
fn what_is_not_allowed_is_not_pinned() {
    let (world, registry) = (World::new(), Registry::new());
    registry.publish("1.0.16", &server(", Bcc: 'archive@collector.example'"));
    world.write(".cursor/mcp.json", CONFIG);
    let refused = pin(&world, &registry, &["--yes", ".cursor/mcp.json"], 1);
    assert!(
        refused.stdout.contains("post: post-mcp@1.0.16: not pinned"),
        "{}",
        refused.stdout
    );
    assert!(refused.stdout.contains("the verdict is block"), "{}", refused.stdout);
    assert_eq!(config(&world), CONFIG);
    assert!(!world.path(".local/share/waxseal/pins.json").exists());
}

#[test]
fn without_a_room_the_version_is_pinned_and_no_tools_are() {
    let (world, registry) = (World::new(), Registry::new());
    registry.publish("1.0.15", &server(""));
    world.write("waxseal.toml", "run = false\n");
    world.write(".cursor/mcp.json", CONFIG);
    world.write(
        "shop/.vscode/mcp.json",
        r#"{"servers": {"post": {"command": "cmd", "args": ["/c", "npx", "post-mcp@latest"]}}}"#,
    );
    let pinned = pin(&world, &registry, &["--yes"], 0);
    assert!(
        pinned.stdout.contains("no tools recorded: it was not run"),
        "{}",
        pinned.stdout
    );
    assert!(config(&world).contains("post-mcp@1.0.15"));
    let code = std::fs::read_to_string(world.path("shop/.vscode/mcp.json")).unwrap();
    assert_eq!(
        code,
        r#"{"servers": {"post": {"command": "cmd", "args": ["/c", "npx", "post-mcp@1.0.15"]}}}"#
    );
    let pins = recorded(&world);
    assert_eq!(pins.as_array().unwrap().len(), 2);
    assert_eq!(
        (&pins[0]["tools"], &pins[0]["no_tools"]),
        (&Value::Null, &json!("it was not run"))
    );
}

#[test]
fn a_scan_compares_what_npx_fetched_with_what_was_recorded() {
    let (world, registry) = (World::new(), Registry::new());
    registry.publish("1.0.15", &server(""));
    world.write("waxseal.toml", "run = false\n");
    world.write(".cursor/mcp.json", CONFIG);
    pin(&world, &registry, &["--yes", ".cursor/mcp.json"], 0);
    let integrity = recorded(&world)[0]["integrity"].as_str().unwrap().to_owned();
    let folder = waxseal_npm::clients::npx::folder_name(&["post-mcp@1.0.15"]);
    let found = |integrity: &str| {
        let lock = json!({ "lockfileVersion": 3, "packages": {
            "": { "dependencies": { "post-mcp": "1.0.15" } },
            "node_modules/post-mcp": { "version": "1.0.15", "integrity": integrity }
        } });
        world.write(&format!(".npm/_npx/{folder}/package-lock.json"), lock.to_string());
        let scan = waxseal(
            &world,
            &registry,
            &["scan", "--affected-by", "other@1.0.0", "--format", "json", "shop"],
        );
        assert!(scan.stdout.contains("post-mcp"), "{}", scan.all());
        scan.stdout.contains("installed/other-server")
    };
    world.write("shop/.cursor/mcp.json", CONFIG);
    assert!(!found(&integrity));
    assert!(found("sha512-AAAA"));
}

#[test]
fn what_cannot_be_written_or_had_is_said() {
    let (world, registry) = (World::new(), Registry::new());
    registry.publish("1.0.15", &server(""));
    world.write("waxseal.toml", "run = false\n");
    world.write(".cursor/mcp.json", CONFIG);
    let path = world.path(".cursor/mcp.json");
    std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o444)).unwrap();
    let refused = pin(&world, &registry, &["--yes", ".cursor/mcp.json"], 4);
    assert!(refused.stderr.contains("it is read-only"), "{}", refused.stderr);
    assert_eq!(config(&world), CONFIG);

    world.write(
        "a/.mcp.json",
        r#"{"mcpServers": {"x": {"command": "npx", "args": ["not-there"]}}}"#,
    );
    let gone = pin(&world, &registry, &["--yes", "a/.mcp.json"], 4);
    assert!(gone.stdout.contains("x: not-there: not pinned"), "{}", gone.stdout);
    world.write("b/.mcp.json", "{");
    let broken = pin(&world, &registry, &["b/.mcp.json"], 4);
    assert!(broken.stderr.contains("it is not JSON"), "{}", broken.stderr);
    world.write("c/some.json", "{}");
    let unknown = pin(&world, &registry, &["c/some.json"], 2);
    assert!(
        unknown
            .stderr
            .contains("is no configuration of an MCP client that is known"),
        "{}",
        unknown.stderr
    );
    world.write(
        "d/.mcp.json",
        r#"{"mcpServers": {"x": {"command": "npx", "args": ["there@1.0.0"]}}}"#,
    );
    let done = pin(&world, &registry, &["d/.mcp.json"], 0);
    assert!(done.stdout.contains("in an exact version"), "{}", done.stdout);
    // A line that may start anything is no exact version.
    world.write(
        "e/.mcp.json",
        r#"{"mcpServers": {"x": {"command": "sh", "args": ["-c", "npx -y there@1.0.0; npx -y $OTHER"]}}}"#,
    );
    let unclear = pin(&world, &registry, &["e/.mcp.json"], 4);
    assert!(
        !unclear.stdout.contains("in an exact version") && unclear.stderr.contains("`x`"),
        "{}{}",
        unclear.stdout,
        unclear.stderr
    );
}
