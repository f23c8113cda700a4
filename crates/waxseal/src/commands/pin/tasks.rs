//! What of a configuration is to be pinned, or was and is looked at again.

use std::fs::File;
use std::io::Read as _;
use std::path::{Path, PathBuf};

use waxseal_npm::clients::launch::RequestedKind;
use waxseal_npm::clients::{self, Client, Launch, MAX_CONFIG, Requested, Server};

use super::super::screen::plain;
use super::found::Found;
use super::judged::Judgement;
use crate::exit::Exit;
use crate::pins::{Pins, Tools};

/// One configuration as it was read.
pub(super) struct Config {
    pub(super) client: &'static Client,
    pub(super) path: PathBuf,
    pub(super) bytes: Vec<u8>,
    pub(super) tasks: Vec<Task>,
    /// What could not be read, or cannot be pinned.
    pub(super) problems: Vec<String>,
}

/// One package of one server.
#[derive(Debug, Clone)]
pub(super) struct Task {
    /// The server, by its place among those of the configuration.
    pub(super) server: usize,
    /// The package, by its place among those of the server.
    pub(super) package: usize,
    /// The keys that lead to the server.
    pub(super) path: String,
    pub(super) name: String,
    pub(super) requested: Requested,
}

impl Config {
    /// Reads a configuration; what cannot be read is a problem.
    pub(super) fn read(found: Found, recorded: &Pins) -> Self {
        let client = found.client;
        let mut config = Self {
            client,
            path: found.path,
            bytes: Vec::new(),
            tasks: Vec::new(),
            problems: Vec::new(),
        };
        if found.outside {
            config.problems.push(OUTSIDE.to_owned());
            return config;
        }
        match regular(&config.path) {
            Ok(bytes) => config.bytes = bytes,
            Err(reason) => {
                config.problems.push(reason);
                return config;
            }
        }
        let found = clients::servers(client, &config.path, &config.bytes);
        for problem in found.problems {
            let place = if problem.path.is_empty() {
                String::new()
            } else {
                format!("`{}`: ", problem.path)
            };
            config.problems.push(format!("{place}{}", problem.reason));
        }
        for (at, server) in found.servers.iter().enumerate() {
            config.server(at, server, recorded);
        }
        config
    }

    fn server(&mut self, at: usize, server: &Server, recorded: &Pins) {
        let Launch::Package(launch) = &server.launch else {
            // Whatever is behind it is not pinned, and must not pass for it.
            let unread = server.launch.unread();
            self.problems
                .extend(unread.map(|reason| format!("`{}`: {reason}", server.name)));
            return;
        };
        let path = self.path.to_string_lossy();
        for (package, requested) in launch.packages.iter().enumerate() {
            let again = |name: &str| {
                let known =
                    |pin: &&crate::pins::Pin| pin.is_of(self.client.id, &path, &server.path) && pin.package == name;
                recorded.pins.iter().any(|pin| known(&pin))
            };
            match &requested.wanted {
                RequestedKind::Registry {
                    version: Some(_), name, ..
                } if !again(name) => {}
                RequestedKind::Registry { .. } => self.tasks.push(Task {
                    server: at,
                    package,
                    path: server.path.clone(),
                    name: server.name.clone(),
                    requested: requested.clone(),
                }),
                RequestedKind::Git { commit: None } => {
                    self.problems.push(format!(
                        "`{}` comes from a repository and is pinned by a commit, by hand",
                        server.name
                    ));
                }
                RequestedKind::Remote => {
                    self.problems.push(format!(
                        "`{}` comes from an address, which cannot be pinned",
                        server.name
                    ));
                }
                RequestedKind::Git { .. } | RequestedKind::Local => {}
            }
        }
    }

    /// The path, as it may be printed.
    pub(super) fn shown(&self) -> String {
        plain(&self.path.to_string_lossy())
    }
}

impl Task {
    /// It is to be pinned; else it was, and is looked at again.
    pub(super) fn is_unpinned(&self) -> bool {
        !self.requested.is_pinned()
    }

    /// What is asked for, as it is typed for `waxseal check`.
    pub(super) fn typed(&self) -> Option<String> {
        let RequestedKind::Registry { name, version, range } = &self.requested.wanted else {
            return None;
        };
        Some(match version.as_ref().or(range.as_ref()) {
            Some(wanted) => format!("{name}@{wanted}"),
            None => name.clone(),
        })
    }

    /// What is said of it, and how the command ends with it.
    pub(super) fn told(&self, judgement: &Judgement) -> (String, Exit) {
        let name = plain(&self.name);
        let (text, exit) = match judgement {
            Judgement::Fit { release, tools, .. } => {
                let done = if self.is_unpinned() {
                    "allow"
                } else {
                    "allow, as it was recorded"
                };
                let tools = match tools {
                    Tools::Listed { count, .. } => format!("{count} tools"),
                    Tools::Unknown(reason) => format!("no tools recorded: {reason}"),
                };
                (format!("{}: {done}; {tools}", plain(&release.to_string())), Exit::Clean)
            }
            Judgement::Unfit { subject, reasons, exit } => {
                let done = if self.is_unpinned() {
                    "not pinned"
                } else {
                    "not as it was"
                };
                let reasons: Vec<String> = reasons
                    .iter()
                    .map(|reason| format!("\n    {}", plain(reason)))
                    .collect();
                (format!("{}: {done}{}", plain(subject), reasons.concat()), *exit)
            }
        };
        (format!("  {name}: {text}\n"), exit)
    }
}

/// What a regular file holds, up to a byte more than is read of a configuration. A pipe or a device is not opened: it might never end.
fn regular(path: &Path) -> Result<Vec<u8>, String> {
    let cannot = |err: std::io::Error| format!("it cannot be read: {err}");
    if !std::fs::metadata(path).map_err(cannot)?.is_file() {
        return Err("it is no file".to_owned());
    }
    let mut bytes = Vec::new();
    let file = File::open(path).map_err(cannot)?;
    file.take(MAX_CONFIG + 1).read_to_end(&mut bytes).map_err(cannot)?;
    Ok(bytes)
}

const OUTSIDE: &str = "it leads out of the folder that was searched: name the file itself to have it pinned";

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    fn read(path: &Path, outside: bool) -> Config {
        let client = clients::CLIENTS.iter().find(|client| client.id == "cursor").unwrap();
        let found = Found {
            client,
            path: path.to_owned(),
            outside,
        };
        Config::read(found, &Pins::default())
    }

    #[test]
    fn only_a_regular_file_of_the_folder_is_read() {
        let place = tempfile::tempdir().unwrap();
        let path = place.path().join("mcp.json");
        let text = r#"{"mcpServers": {"mail": {"command": "npx", "args": ["mail-server"]}}}"#;
        std::fs::write(&path, text).unwrap();
        assert_eq!(read(&path, false).tasks.len(), 1);
        let refused = read(&path, true);
        assert_eq!(
            (refused.tasks.len(), refused.problems.as_slice()),
            (0, &[OUTSIDE.to_owned()][..])
        );
        assert_eq!(read(place.path(), false).problems, ["it is no file"]);
    }

    #[cfg(unix)]
    #[test]
    fn a_device_is_not_read() {
        assert_eq!(read(Path::new("/dev/zero"), false).problems, ["it is no file"]);
    }
}
