//! MCP clients: where each keeps its configuration, which servers that starts, and which npm packages those are.
//!
//! Read in this order: `table` is the list of clients, `places` says where their files are on this machine, `document` reads JSON, TOML and
//! YAML into one tree that knows where each value stands, `servers` finds the entries in it, [`launch`] reads what an entry starts,
//! `script` says which package a script on this disk belongs to, `contents` sums up, [`edit`] writes an exact version into a configuration.
//!
//! Configurations hold secrets: in `env`, in headers, in arguments, in addresses. None of that leaves this module: of an entry only its name,
//! what kind of thing it starts, and the spec of the package are kept.

pub mod edit;
pub mod launch;
pub mod npx;

mod contents;
mod document;
mod places;
mod script;
mod servers;
mod table;

use std::path::{Path, PathBuf};

use waxseal_model::{PlaceContents, PlaceProblem};

use crate::Environment;

pub use launch::{Launch, PackageLaunch, Requested, Runner};
pub use places::Os;
pub use script::{ScriptOwner, owner_of};
pub use table::{Base, CLIENTS, Client, UserFile};

/// The files of every client on this machine that exist now.
#[derive(Debug, Clone, Default)]
pub struct UserFiles {
    /// Each with the client whose it is.
    pub files: Vec<(&'static Client, PathBuf)>,
    /// Folders that could not be looked into.
    pub problems: Vec<PlaceProblem>,
}

/// Every server that one configuration starts.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Servers {
    /// In the order of the file; the same name may be there twice.
    pub servers: Vec<Server>,
    /// What of the file could not be read.
    pub problems: Vec<PlaceProblem>,
}

/// One server of a configuration.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Server {
    /// The name its client gives it; not safe to print raw.
    pub name: String,
    /// The keys that lead to it, joined by dots: `mcpServers.mail`; not safe to print raw.
    pub path: String,
    /// The client, by its name.
    pub client: &'static str,
    /// What it starts.
    pub launch: Launch,
    /// The configuration says not to start it.
    pub disabled: bool,
    /// The line it begins on, from 1.
    pub line: u32,
    /// For a script on this disk: the package it belongs to.
    pub owner: Option<ScriptOwner>,
}

/// The configurations of every known client that exist for this user on this machine.
pub fn user_files(env: &Environment) -> UserFiles {
    places::user_files(env, Os::current())
}

/// The client that reads a file of a project, by its path below the project's folder, with `/` between names: `.cursor/mcp.json`.
///
/// The path may have more names in front: only its end counts.
pub fn project_file(relative_path: &str) -> Option<&'static Client> {
    places::project_file(relative_path)
}

/// Every server that a configuration starts, npm package or not.
///
/// `bytes` are the file's; beside that only the `package.json` above a script that the configuration names is read from the disk.
pub fn servers(client: &'static Client, path: &Path, bytes: &[u8]) -> Servers {
    servers::read(client, path, bytes)
}

/// The npm packages that a configuration starts.
///
/// [`Presence::CouldHaveRun`](waxseal_model::Presence) where it names an exact version, `Present` where a script on this disk belongs to a package,
/// else `Unknown`. A package that is fetched without an exact version is an `Unpinned` difference too.
pub fn read(client: &'static Client, path: &Path, bytes: &[u8]) -> PlaceContents {
    contents(client, path, servers(client, path, bytes))
}

/// As [`read`], of what [`servers()`] gave.
pub fn contents(client: &'static Client, path: &Path, servers: Servers) -> PlaceContents {
    contents::of(client, path, servers)
}

/// Largest configuration that is read: `~/.claude.json` grows to some tens of megabytes, since it holds histories.
pub const MAX_CONFIG: u64 = 64 << 20;

#[cfg(test)]
mod tests;
