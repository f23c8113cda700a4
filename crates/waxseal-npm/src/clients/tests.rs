//! One configuration of ours for each client, and what it starts.

#![allow(clippy::unwrap_used)]

use std::path::Path;

use waxseal_model::{DifferenceKind, OccurrenceSource, Presence};

use super::launch::RequestedKind;
use super::*;

/// The client of that id.
pub(super) fn client(id: &str) -> &'static Client {
    CLIENTS.iter().find(|client| client.id == id).unwrap()
}

/// A launch in a few words.
pub(super) fn shown(launch: &Launch) -> String {
    match launch {
        Launch::Package(launch) => {
            let packages: Vec<String> = launch.packages.iter().map(package).collect();
            format!("{} {}", launch.runner.id(), packages.join(" + "))
        }
        Launch::Script(path) => format!("script {path}"),
        Launch::Container(image) => format!("container {}", image.as_deref().unwrap_or("?")),
        Launch::OtherLanguage(tool) => format!("other {tool}"),
        Launch::Remote(host) => format!("remote {}", host.as_deref().unwrap_or("?")),
        Launch::Program(name) => format!("program {name}"),
        Launch::Unclear(reason) => format!("unclear: {reason}"),
    }
}

fn package(requested: &Requested) -> String {
    match &requested.wanted {
        RequestedKind::Registry { name, version, range } => match (version, range) {
            (Some(version), _) => format!("{name} = {version}"),
            (None, Some(range)) => format!("{name} ~ {range}"),
            (None, None) => format!("{name} ~"),
        },
        RequestedKind::Git { commit } => format!("git {} {}", requested.spec, commit.as_deref().unwrap_or("~")),
        RequestedKind::Remote => format!("archive {}", requested.spec),
        RequestedKind::Local => format!("local {}", requested.spec),
    }
}

fn listed(servers: &Servers) -> Vec<String> {
    let problems = servers
        .problems
        .iter()
        .map(|it| format!("problem {}: {}", it.path, it.reason));
    let servers = servers.servers.iter().map(|server| {
        let off = if server.disabled { " (off)" } else { "" };
        format!("{} {}{off}: {}", server.line, server.path, shown(&server.launch))
    });
    servers.chain(problems).collect()
}

#[track_caller]
fn check(id: &str, path: &str, text: &str, expected: &[&str]) {
    let servers = servers(client(id), Path::new(path), text.as_bytes());
    assert_eq!(listed(&servers), expected);
    let contents = contents(client(id), Path::new(path), servers.clone());
    // Whatever is secret in the files says so.
    for told in [format!("{servers:?}"), format!("{contents:?}")] {
        assert!(!told.contains("SECRET"), "{told}");
    }
}

#[test]
fn claude_desktop() {
    check(
        "claude-desktop",
        "/home/ada/.config/Claude/claude_desktop_config.json",
        include_str!("tests/files/claude_desktop_config.json"),
        &[
            "3 mcpServers.mail: npx mail-server ~",
            "8 mcpServers.files: npx @shop/files = 1.2.3",
            "12 mcpServers.windows: npx mail-server ~ latest",
            "16 mcpServers.image: container registry.example/mail:1",
            "20 mcpServers.python: other uvx",
        ],
    );
}

#[test]
fn claude_code_by_user_and_by_project() {
    check(
        "claude-code",
        "/home/ada/.claude.json",
        include_str!("tests/files/claude.json"),
        &[
            "6 projects./home/ada/shop.mcpServers.local: pnpm dlx shop-mcp ~ ^2.0.0",
            "11 mcpServers.remote: remote mcp.shop.example:8443",
            "12 mcpServers.user: bunx mail-server = 1.0.0",
        ],
    );
}

#[test]
fn a_plugin_without_a_key_around_its_servers() {
    check(
        "claude-code",
        "/home/ada/.claude/plugins/cache/shop/mail/1.0.0/.mcp.json",
        include_str!("tests/files/plugin.mcp.json"),
        &["2 mail: npx mail-server = 2.0.0", "3 far: remote mcp.shop.example"],
    );
}

#[test]
fn cursor_with_packages_named_by_options() {
    check(
        "cursor",
        "/shop/.cursor/mcp.json",
        include_str!("tests/files/cursor.json"),
        &[
            "3 mcpServers.mail: npx mail-server = 1.0.0 + helper ~",
            "4 mcpServers.far: remote localhost:3000",
        ],
    );
}

#[test]
fn vs_code_with_comments_and_inputs() {
    check(
        "vscode",
        "/shop/.vscode/mcp.json",
        include_str!("tests/files/vscode.json"),
        &[
            "5 servers.mail: npx mail-server ~",
            "11 servers.which: unclear: which program or package it starts depends on a variable",
        ],
    );
    check(
        "vscode",
        "/home/ada/.config/Code/User/settings.json",
        include_str!("tests/files/vscode-settings.json"),
        &["3 mcp.servers.mail: npx mail-server = 1.0.0"],
    );
}

#[test]
fn zed_in_both_forms() {
    check(
        "zed",
        "/home/ada/.config/zed/settings.json",
        include_str!("tests/files/zed.json"),
        &[
            "5 context_servers.mail: npx mail-server ~ ~1.2.0",
            "6 context_servers.older: npx mail-server = 1.0.0",
            "7 context_servers.extension: unclear: it names neither a program nor an address: the client itself or an extension of it starts it",
        ],
    );
}

#[test]
fn one_shape_for_many_clients() {
    for id in [
        "copilot-cli",
        "windsurf",
        "cline",
        "roo-code",
        "antigravity",
        "kiro",
        "amazon-q",
    ] {
        check(
            id,
            "/x/mcp.json",
            include_str!("tests/files/cline.json"),
            &["3 mcpServers.mail (off): npx mail-server ~"],
        );
        check(
            id,
            "/x/mcp.json",
            include_str!("tests/files/kiro.json"),
            &["1 mcpServers.mail: npx mail-server ~ 1.x"],
        );
    }
}

#[test]
fn continue_in_yaml() {
    check(
        "continue",
        "/home/ada/.continue/config.yaml",
        include_str!("tests/files/continue.yaml"),
        &[
            "5 mcpServers.0: npx mail-server ~",
            "13 mcpServers.1: npx @shop/files = 1.2.3",
        ],
    );
    let read = servers(
        client("continue"),
        Path::new("config.yaml"),
        include_bytes!("tests/files/continue.yaml"),
    );
    assert_eq!(read.servers[1].name, "quoted");
}

#[test]
fn gemini_with_npm_exec() {
    check(
        "gemini-cli",
        "/home/ada/.gemini/settings.json",
        include_str!("tests/files/gemini.json"),
        &[
            "3 mcpServers.mail: npx mail-server = 1.0.0",
            "4 mcpServers.far: remote mcp.shop.example",
        ],
    );
}

#[test]
fn codex_in_toml() {
    check(
        "codex",
        "/home/ada/.codex/config.toml",
        include_str!("tests/files/codex.toml"),
        &[
            "4 mcp_servers.mail: npx mail-server ~",
            "9 mcp_servers.off (off): yarn dlx mail-server ~ next",
        ],
    );
}

#[test]
fn goose_in_yaml() {
    check(
        "goose",
        "/home/ada/.config/goose/config.yaml",
        include_str!("tests/files/goose.yaml"),
        &[
            "3 extensions.developer: unclear: it names neither a program nor an address: the client itself or an extension of it starts it",
            "7 extensions.mail: npx mail-server = 1.0.0",
        ],
    );
}

#[test]
fn opencode_with_one_list() {
    check(
        "opencode",
        "/shop/opencode.jsonc",
        include_str!("tests/files/opencode.jsonc"),
        &[
            "4 mcp.mail: bunx mail-server ~",
            "5 mcp.far (off): remote mcp.shop.example",
        ],
    );
}

#[test]
fn what_is_unpinned_is_a_difference() {
    let path = Path::new("/x/claude_desktop_config.json");
    let read = read(
        client("claude-desktop"),
        path,
        include_bytes!("tests/files/claude_desktop_config.json"),
    );
    let packages: Vec<_> = read
        .packages
        .iter()
        .map(|it| (it.alias.as_deref().unwrap(), it.presence, it.line.unwrap()))
        .collect();
    assert_eq!(
        packages,
        [
            ("mail", Presence::Unknown, 3),
            ("files", Presence::CouldHaveRun, 8),
            ("windows", Presence::Unknown, 12)
        ]
    );
    let unpinned: Vec<_> = read
        .differences
        .iter()
        .map(|it| (it.kind, it.path.as_str(), it.found.as_deref()))
        .collect();
    assert_eq!(
        unpinned,
        [
            (DifferenceKind::Unpinned, "mcpServers.mail", None),
            (DifferenceKind::Unpinned, "mcpServers.windows", Some("latest"))
        ]
    );
    assert_eq!(read.place.tool, "Claude Desktop");
}

#[test]
fn what_nobody_can_read_is_a_problem_and_a_script_without_a_name_a_note() {
    let text = r#"{"mcpServers": {
        "a": {"command": "sh", "args": ["-c", ". ./evil.sh && npx mail@1.0.0"]},
        "b": {"command": "node", "args": ["/nowhere/at/all.js"]}
    }}"#;
    let read = read(client("cursor"), Path::new("/x/mcp.json"), text.as_bytes());
    let paths = |all: &[waxseal_model::PlaceProblem]| all.iter().map(|it| it.path.clone()).collect::<Vec<_>>();
    assert_eq!(paths(&read.problems), ["mcpServers.a"]);
    assert_eq!(paths(&read.notes), ["mcpServers.b"]);
}

#[test]
fn a_script_belongs_to_the_package_it_lies_in() {
    let place = tempfile::tempdir().unwrap();
    let package = place.path().join("node_modules/mail-server");
    std::fs::create_dir_all(package.join("dist")).unwrap();
    std::fs::write(package.join("dist/index.js"), "").unwrap();
    // A file that only says of what kind the files beside it are.
    std::fs::write(package.join("dist/package.json"), r#"{"type":"module"}"#).unwrap();
    std::fs::write(
        package.join("package.json"),
        r#"{"name":"mail-server","version":"1.0.9"}"#,
    )
    .unwrap();
    let config = place.path().join(".cursor/mcp.json");
    for script in [
        "./node_modules/mail-server/dist/index.js",
        &package.join("dist/index.js").to_string_lossy(),
    ] {
        let text = serde_json::json!({"mcpServers": {"mail": {"command": "node", "args": [script]}}}).to_string();
        let read = read(client("cursor"), &config, text.as_bytes());
        assert_eq!(read.packages.len(), 1, "{script}");
        let found = &read.packages[0];
        assert_eq!(
            (found.name.as_str(), found.version.as_deref()),
            ("mail-server", Some("1.0.9"))
        );
        assert_eq!(found.presence, Presence::Present);
        assert_eq!(found.source, OccurrenceSource::Local(script.to_owned()));
        assert_eq!(read.differences, []);
    }
    let gone = r#"{"mcpServers": {"mail": {"command": "node", "args": ["/nowhere/at/all.js"]}}}"#;
    assert_eq!(read(client("cursor"), &config, gone.as_bytes()).packages, []);
}

#[test]
fn a_name_that_is_there_twice_is_told_twice() {
    let text =
        r#"{"mcpServers": {"a": {"command": "npx", "args": ["one"]}, "a": {"command": "npx", "args": ["two"]}}}"#;
    check(
        "cursor",
        "m.json",
        text,
        &["1 mcpServers.a: npx one ~", "1 mcpServers.a: npx two ~"],
    );
    // Within an entry the last wins, as JSON's readers have it.
    let text = r#"{"mcpServers": {"a": {"command": "node", "command": "npx", "args": ["x"], "args": ["one"]}}}"#;
    check("cursor", "m.json", text, &["1 mcpServers.a: npx one ~"]);
}

#[test]
fn what_is_broken_is_a_problem_and_never_nothing() {
    let deep = "[".repeat(400) + &"]".repeat(400);
    for (name, text) in [
        ("a.json", r#"{"mcpServers": {"#),
        ("a.json", r#"{"mcpServers": {"a" {}}}"#),
        ("a.json", deep.as_str()),
        ("a.toml", "a = = 1"),
        ("a.yaml", "a: [1"),
        ("a.yaml", "a: *nobody"),
        ("a.json", "\0\0"),
    ] {
        let read = servers(client("cursor"), Path::new(name), text.as_bytes());
        assert_eq!((read.servers.len(), read.problems.len()), (0, 1), "{name} {text}");
    }
    let binary = servers(client("cursor"), Path::new("a.json"), &[0xc3, 0x28]);
    assert_eq!(binary.problems[0].reason, "it is neither UTF-8 nor UTF-16 text");
    let huge = vec![b' '; usize::try_from(MAX_CONFIG).unwrap() + 1];
    assert_eq!(
        servers(client("cursor"), Path::new("a.json"), &huge).problems[0].reason,
        "it is larger than is read (64 MB)"
    );
    check("cursor", "a.json", "", &[]);
    check("cursor", "a.json", "[]", &[]);
}

#[test]
fn aliases_are_told_and_not_followed() {
    let text = "base: &b {cmd: npx, args: [mail-server]}\nextensions:\n  mail: *b\n  other: {cmd: npx, args: [one]}\n";
    check(
        "goose",
        "config.yaml",
        text,
        &[
            "4 extensions.other: npx one ~",
            "problem extensions.mail: it is written with a YAML alias, which is not followed",
        ],
    );
    // An anchor that holds itself.
    let text = "extensions: &a\n  mail: *a\n  x: {cmd: npx, args: [&c one, *c]}\n";
    check(
        "goose",
        "config.yaml",
        text,
        &[
            "3 extensions.x: unclear: its command or an argument is no text",
            "problem extensions.mail: it is written with a YAML alias, which is not followed",
        ],
    );
    check(
        "goose",
        "config.yaml",
        "base: &b {extensions: {}}\n<<: *b\n",
        &["problem : it is written with a YAML alias, which is not followed"],
    );
}

#[test]
fn other_encodings() {
    let text = include_str!("tests/files/kiro.json");
    let expected = ["1 mcpServers.mail: npx mail-server ~ 1.x"];
    let with_mark = format!("\u{feff}{text}");
    check("kiro", "mcp.json", &with_mark, &expected);
    let little: Vec<u8> = with_mark.encode_utf16().flat_map(u16::to_le_bytes).collect();
    let big: Vec<u8> = with_mark.encode_utf16().flat_map(u16::to_be_bytes).collect();
    for bytes in [little, big] {
        assert_eq!(
            listed(&servers(client("kiro"), Path::new("mcp.json"), &bytes)),
            expected
        );
    }
}

#[test]
fn secrets_in_odd_places_stay_inside() {
    let text = r#"{"mcpServers": {
        "a": {"command": "npx", "args": ["-y", "https://ada:SECRET@host.example/x.tgz?token=SECRET#SECRET"]},
        "b": {"command": "npx", "args": ["git+https://SECRET@host.example/shop/mail.git#SECRET"]},
        "c": {"command": "npx", "args": ["--registry=https://ada:SECRET@host.example/", "--//host.example/:_authToken=SECRET", "mail"]},
        "d": {"command": "env", "args": ["TOKEN=SECRET", "npx", "mail", "SECRET"]},
        "e": {"command": "TOKEN=SECRET npx -y mail --key SECRET"},
        "f": {"command": "/opt/server?key=SECRET", "args": ["SECRET"]},
        "g": {"url": "https://host.example/SECRET/mcp?SECRET"},
        "h": {"command": "npx", "args": ["mail-remote", "https://host.example/?k=SECRET", "--header", "Authorization: SECRET"]},
        "i": {"command": "docker", "args": ["run", "--unknown", "SECRET", "image"]},
        "j": {"command": "npx", "args": ["--token", "SECRET", "mail"]},
        "k": {"command": "bash", "args": ["-lc", "TOKEN=SECRET npx -y mail --x SECRET"]},
        "l": {"command": "https://host.example/SECRET0123456789abcdef"},
        "m": {"command": "npx", "args": ["https://host.example/SECRET0123456789abcdef/mail.tgz"]}
    }}"#;
    check(
        "cursor",
        "m.json",
        text,
        &[
            "2 mcpServers.a: npx archive https://host.example/x.tgz",
            "3 mcpServers.b: npx git git+https://host.example/shop/mail.git ~",
            "4 mcpServers.c: npx mail ~",
            "5 mcpServers.d: npx mail ~",
            "6 mcpServers.e: npx mail ~",
            "7 mcpServers.f: program …",
            "8 mcpServers.g: remote host.example",
            "9 mcpServers.h: npx mail-remote ~",
            "10 mcpServers.i: container ?",
            "11 mcpServers.j: npx mail ~",
            "12 mcpServers.k: npx mail ~",
            "13 mcpServers.l: program …",
            "14 mcpServers.m: npx archive https://host.example/…/mail.tgz",
        ],
    );
}

#[test]
fn ids_are_told_apart() {
    let mut ids: Vec<&str> = CLIENTS.iter().map(|client| client.id).collect();
    ids.sort_unstable();
    ids.dedup();
    assert_eq!(ids.len(), CLIENTS.len());
}
