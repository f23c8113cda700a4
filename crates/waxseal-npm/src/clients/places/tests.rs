//! The clients' files, on every system.

#![allow(clippy::unwrap_used)]

use std::path::Path;

use super::*;

fn world(files: &[&str]) -> (tempfile::TempDir, Environment) {
    let place = tempfile::tempdir().unwrap();
    for file in files {
        let path = place.path().join(file);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, "{}").unwrap();
    }
    let env = Environment {
        cwd: place.path().to_owned(),
        home: Some(place.path().to_owned()),
        ..Environment::default()
    };
    (place, env)
}

fn found(place: &Path, env: &Environment, os: Os) -> Vec<(&'static str, String)> {
    let found = user_files(env, os);
    assert_eq!(found.problems, []);
    let below = |path: &Path| path.strip_prefix(place).unwrap().to_string_lossy().into_owned();
    found
        .files
        .iter()
        .map(|(client, path)| (client.id, below(path)))
        .collect()
}

#[test]
fn every_client_on_linux() {
    let files = [
        ("claude-desktop", ".config/Claude/claude_desktop_config.json"),
        ("claude-code", ".claude.json"),
        ("claude-code", ".claude/plugins/cache/shop/mail/1.0.0/.mcp.json"),
        ("cursor", ".cursor/mcp.json"),
        ("vscode", ".config/Code/User/mcp.json"),
        ("vscode", ".config/Code - Insiders/User/mcp.json"),
        ("vscode", ".config/Code/User/settings.json"),
        ("vscode", ".config/Code/User/profiles/1a/mcp.json"),
        ("copilot-cli", ".copilot/mcp-config.json"),
        ("windsurf", ".codeium/windsurf/mcp_config.json"),
        ("zed", ".config/zed/settings.json"),
        (
            "cline",
            ".config/Code/User/globalStorage/saoudrizwan.claude-dev/settings/cline_mcp_settings.json",
        ),
        (
            "roo-code",
            ".config/Code/User/globalStorage/rooveterinaryinc.roo-cline/settings/mcp_settings.json",
        ),
        ("continue", ".continue/config.yaml"),
        ("continue", ".continue/mcpServers/mail.yaml"),
        ("gemini-cli", ".gemini/settings.json"),
        ("antigravity", ".gemini/antigravity/mcp_config.json"),
        ("codex", ".codex/config.toml"),
        ("goose", ".config/goose/config.yaml"),
        ("opencode", ".config/opencode/opencode.jsonc"),
        ("kiro", ".kiro/settings/mcp.json"),
        ("amazon-q", ".aws/amazonq/mcp.json"),
    ];
    let names: Vec<&str> = files.iter().map(|(_, path)| *path).collect();
    let (place, env) = world(&names);
    let expected: Vec<_> = files.iter().map(|(id, path)| (*id, (*path).to_owned())).collect();
    assert_eq!(found(place.path(), &env, Os::Linux), expected);
}

#[test]
fn other_systems() {
    let (place, env) = world(&["Library/Application Support/Claude/claude_desktop_config.json"]);
    assert_eq!(found(place.path(), &env, Os::MacOs).len(), 1);
    assert_eq!(found(place.path(), &env, Os::Linux), []);
    let (place, mut env) = world(&[
        "Roaming/Claude/claude_desktop_config.json",
        "Roaming/Block/goose/config/config.yaml",
    ]);
    let roaming = place.path().join("Roaming").to_string_lossy().into_owned();
    env.vars.insert(String::from("APPDATA"), roaming);
    assert_eq!(found(place.path(), &env, Os::Windows).len(), 2);
}

#[test]
fn variables_move_folders() {
    let (place, mut env) = world(&[
        "c/config.toml",
        ".codex/config.toml",
        "x/Claude/claude_desktop_config.json",
        "oc.json",
    ]);
    for (name, path) in [
        ("CODEX_HOME", "c"),
        ("XDG_CONFIG_HOME", "x"),
        ("OPENCODE_CONFIG", "oc.json"),
    ] {
        env.vars
            .insert(name.to_owned(), place.path().join(path).to_string_lossy().into_owned());
    }
    assert_eq!(
        found(place.path(), &env, Os::Linux),
        [
            ("claude-desktop", String::from("x/Claude/claude_desktop_config.json")),
            ("codex", String::from("c/config.toml")),
            ("opencode", String::from("oc.json")),
        ]
    );
}

#[test]
fn a_folder_that_cannot_be_looked_into_is_told() {
    let deep = format!(".claude/plugins/cache/{}.mcp.json", "x/".repeat(12));
    let (_place, env) = world(&[&deep]);
    let found = user_files(&env, Os::Linux);
    assert_eq!(found.files.len(), 0);
    assert_eq!(found.problems.len(), 1, "{:?}", found.problems);
    assert_eq!(
        found.problems[0].reason,
        "the folder is nested deeper than is looked into"
    );
}

#[test]
fn files_of_projects() {
    let id = |path: &str| project_file(path).map(|client| client.id);
    for (path, expected) in [
        (".mcp.json", "claude-code"),
        ("packages/a/.mcp.json", "claude-code"),
        (".cursor/mcp.json", "cursor"),
        (".vscode/mcp.json", "vscode"),
        (".zed/settings.json", "zed"),
        (".roo/mcp.json", "roo-code"),
        (".continue/mcpServers/mail.yaml", "continue"),
        (".gemini/settings.json", "gemini-cli"),
        (".codex/config.toml", "codex"),
        ("opencode.json", "opencode"),
        ("./opencode.jsonc", "opencode"),
        (".kiro/settings/mcp.json", "kiro"),
        (".amazonq/mcp.json", "amazon-q"),
    ] {
        assert_eq!(id(path), Some(expected), "{path}");
    }
    for path in [
        "mcp.json",
        "settings.json",
        ".cursor/mcp.json5",
        "x.mcp.json",
        "",
        ".continue/mcpServers/a/b.yaml",
    ] {
        assert_eq!(id(path), None, "{path}");
    }
}
