//! The MCP clients we know: where each keeps its configuration, and how that names servers.
//!
//! Sources, each read: snyk/agent-scan `well_known_clients.py` and neondatabase/add-mcp `agents.ts` (both Apache-2.0) for most paths; the clients' own
//! documentation for Continue, Goose (`guides/config-files`), opencode (`docs/config`, and `mcp.servers` of its version 2), Zed
//! (`configuring-zed`), Roo Code (`using-mcp-in-roo`), Amazon Q (`qdev-mcp`: `cli-agents`), Kiro (`docs/mcp/configuration`) and Claude Code (`code.claude.com/docs/en/mcp`).

/// One MCP client.
#[derive(Debug, PartialEq, Eq)]
pub struct Client {
    /// Its stable id.
    pub id: &'static str,
    /// Its name.
    pub name: &'static str,
    /// Its files outside of projects.
    pub user: &'static [UserFile],
    /// Its files in projects, below the project's folder; `*` stands for one name or a part of it.
    pub project: &'static [&'static str],
    /// Keys that lead to its servers, each tried; `*` stands for any key, no key at all for the whole document. A list below holds entries that name themselves.
    pub keys: &'static [&'static [&'static str]],
    /// The key of an entry that holds the program. A list there holds program and arguments in one.
    pub command: &'static str,
}

/// A file outside of projects.
#[derive(Debug, PartialEq, Eq)]
pub struct UserFile {
    /// What its path begins at.
    pub base: Base,
    /// The path below; `*` stands for one name or a part of it, `**` for any number of folders.
    pub path: &'static str,
}

/// What a path begins at.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Base {
    /// The home folder.
    Home,
    /// Where programs keep their data: macOS `~/Library/Application Support`, Windows `%APPDATA%`, else `$XDG_CONFIG_HOME` or `~/.config`.
    AppData,
    /// `$XDG_CONFIG_HOME` or `~/.config`, on macOS too; Windows `%APPDATA%`.
    Config,
    /// The folder (or, where the path is empty, the file) that a variable names; without it, a folder below the home folder, where one is given.
    Variable(&'static str, Option<&'static str>),
    /// A folder of the whole machine: Linux, macOS, Windows.
    Machine(&'static str, &'static str, &'static str),
}

const fn at(base: Base, path: &'static str) -> UserFile {
    UserFile { base, path }
}

const MCP_SERVERS: &[&[&str]] = &[&["mcpServers"]];

/// Every client, in the order of their names' fame; the first that fits a project's file is taken.
pub static CLIENTS: &[Client] = &[
    Client {
        id: "claude-desktop",
        name: "Claude Desktop",
        user: &[at(Base::AppData, "Claude/claude_desktop_config.json")],
        project: &[],
        keys: MCP_SERVERS,
        command: "command",
    },
    Client {
        id: "claude-code",
        name: "Claude Code",
        user: &[
            at(Base::Home, ".claude.json"),
            at(Base::Variable("CLAUDE_CONFIG_DIR", None), ".claude.json"),
            at(
                Base::Variable("CLAUDE_CONFIG_DIR", Some(".claude")),
                "plugins/cache/**/.mcp.json",
            ),
            at(
                Base::Variable("CLAUDE_CONFIG_DIR", Some(".claude")),
                "plugins/cache/**/.claude-plugin/plugin.json",
            ),
            at(
                Base::Machine(
                    "/etc/claude-code",
                    "/Library/Application Support/ClaudeCode",
                    "C:\\Program Files\\ClaudeCode",
                ),
                "managed-mcp.json",
            ),
        ],
        // Copilot CLI, VS Code and Visual Studio read `.mcp.json` too, the last with `servers`; a plugin's may have no key around the servers.
        project: &[".mcp.json", ".claude-plugin/plugin.json"],
        keys: &[&["mcpServers"], &["projects", "*", "mcpServers"], &["servers"], &[]],
        command: "command",
    },
    Client {
        id: "cursor",
        name: "Cursor",
        user: &[at(Base::Home, ".cursor/mcp.json")],
        project: &[".cursor/mcp.json"],
        keys: MCP_SERVERS,
        command: "command",
    },
    Client {
        id: "vscode",
        name: "VS Code",
        user: &[
            at(Base::AppData, "Code*/User/mcp.json"),
            at(Base::AppData, "Code*/User/settings.json"),
            at(Base::AppData, "Code*/User/profiles/*/mcp.json"),
            at(Base::AppData, "Code*/User/profiles/*/settings.json"),
            at(Base::AppData, "VSCodium/User/mcp.json"),
            at(Base::AppData, "VSCodium/User/settings.json"),
            at(Base::AppData, "VSCodium/User/profiles/*/mcp.json"),
            at(Base::Home, ".vscode/mcp.json"),
            at(Base::Home, ".vscode-server*/data/*/mcp.json"),
        ],
        project: &[".vscode/mcp.json", ".vscode/settings.json"],
        keys: &[&["servers"], &["mcp", "servers"], &["mcp.servers"], &["mcpServers"]],
        command: "command",
    },
    Client {
        id: "copilot-cli",
        name: "Copilot CLI",
        user: &[at(Base::Variable("COPILOT_HOME", Some(".copilot")), "mcp-config.json")],
        project: &[],
        keys: MCP_SERVERS,
        command: "command",
    },
    Client {
        id: "windsurf",
        name: "Windsurf",
        user: &[
            at(Base::Home, ".codeium/windsurf*/mcp_config.json"),
            at(Base::Home, ".codeium/mcp_config.json"),
        ],
        project: &[],
        keys: MCP_SERVERS,
        command: "command",
    },
    Client {
        id: "zed",
        name: "Zed",
        user: &[
            at(Base::Config, "zed/settings.json"),
            at(Base::AppData, "Zed/settings.json"),
        ],
        project: &[".zed/settings.json"],
        keys: &[&["context_servers"]],
        command: "command",
    },
    Client {
        id: "cline",
        name: "Cline",
        user: &[
            at(
                Base::AppData,
                "*/User/globalStorage/saoudrizwan.claude-dev/settings/cline_mcp_settings.json",
            ),
            at(
                Base::Home,
                ".vscode-server*/data/User/globalStorage/saoudrizwan.claude-dev/settings/cline_mcp_settings.json",
            ),
            at(Base::Home, ".cline/data/settings/cline_mcp_settings.json"),
        ],
        project: &[],
        keys: MCP_SERVERS,
        command: "command",
    },
    Client {
        id: "roo-code",
        name: "Roo Code",
        user: &[
            at(
                Base::AppData,
                "*/User/globalStorage/rooveterinaryinc.roo-cline/settings/*mcp_settings.json",
            ),
            at(
                Base::Home,
                ".vscode-server*/data/User/globalStorage/rooveterinaryinc.roo-cline/settings/*mcp_settings.json",
            ),
        ],
        project: &[".roo/mcp.json"],
        keys: MCP_SERVERS,
        command: "command",
    },
    Client {
        id: "continue",
        name: "Continue",
        user: &[
            at(Base::Variable("CONTINUE_GLOBAL_DIR", Some(".continue")), "config.yaml"),
            at(Base::Variable("CONTINUE_GLOBAL_DIR", Some(".continue")), "config.json"),
            at(
                Base::Variable("CONTINUE_GLOBAL_DIR", Some(".continue")),
                "mcpServers/*.yaml",
            ),
            at(
                Base::Variable("CONTINUE_GLOBAL_DIR", Some(".continue")),
                "mcpServers/*.yml",
            ),
            at(
                Base::Variable("CONTINUE_GLOBAL_DIR", Some(".continue")),
                "mcpServers/*.json",
            ),
        ],
        project: &[
            ".continue/mcpServers/*.yaml",
            ".continue/mcpServers/*.yml",
            ".continue/mcpServers/*.json",
        ],
        keys: &[&["mcpServers"], &["experimental", "modelContextProtocolServers"]],
        command: "command",
    },
    Client {
        id: "gemini-cli",
        name: "Gemini CLI",
        user: &[
            at(Base::Home, ".gemini/settings.json"),
            at(Base::Home, ".gemini/extensions/*/gemini-extension.json"),
            at(
                Base::Machine(
                    "/etc/gemini-cli",
                    "/Library/Application Support/GeminiCli",
                    "C:\\ProgramData\\gemini-cli",
                ),
                "settings.json",
            ),
        ],
        project: &[".gemini/settings.json"],
        keys: MCP_SERVERS,
        command: "command",
    },
    Client {
        id: "antigravity",
        name: "Antigravity",
        user: &[at(Base::Home, ".gemini/antigravity/mcp_config.json")],
        project: &[],
        keys: MCP_SERVERS,
        command: "command",
    },
    Client {
        id: "codex",
        name: "Codex CLI",
        user: &[at(Base::Variable("CODEX_HOME", Some(".codex")), "config.toml")],
        project: &[".codex/config.toml"],
        keys: &[&["mcp_servers"]],
        command: "command",
    },
    Client {
        id: "goose",
        name: "Goose",
        user: &[
            at(Base::Home, ".config/goose/config.yaml"),
            at(Base::Config, "goose/config.yaml"),
            at(Base::AppData, "Block/goose/config/config.yaml"),
        ],
        project: &[],
        keys: &[&["extensions"]],
        command: "cmd",
    },
    Client {
        id: "opencode",
        name: "opencode",
        user: &[
            at(Base::Home, ".config/opencode/*.json*"),
            at(Base::Config, "opencode/*.json*"),
            at(Base::Variable("OPENCODE_CONFIG_DIR", None), "opencode.json*"),
            at(Base::Variable("OPENCODE_CONFIG", None), ""),
        ],
        project: &[
            ".opencode/opencode.json",
            ".opencode/opencode.jsonc",
            "opencode.json",
            "opencode.jsonc",
        ],
        keys: &[&["mcp"], &["mcp", "servers"]],
        command: "command",
    },
    Client {
        id: "kiro",
        name: "Kiro",
        user: &[
            at(Base::Home, ".kiro/settings/mcp.json"),
            at(Base::Home, ".kiro/agents/*.json"),
        ],
        project: &[".kiro/settings/mcp.json", ".kiro/agents/*.json"],
        keys: MCP_SERVERS,
        command: "command",
    },
    Client {
        id: "amazon-q",
        name: "Amazon Q",
        user: &[
            at(Base::Home, ".aws/amazonq/mcp.json"),
            at(Base::Home, ".aws/amazonq/default.json"),
            at(Base::Home, ".aws/amazonq/agents/*.json"),
            at(Base::Home, ".aws/amazonq/cli-agents/*.json"),
        ],
        project: &[
            ".amazonq/mcp.json",
            ".amazonq/default.json",
            ".amazonq/agents/*.json",
            ".amazonq/cli-agents/*.json",
        ],
        keys: MCP_SERVERS,
        command: "command",
    },
];
