//! Which configurations are meant.

use std::path::{Path, PathBuf};

use waxseal_model::{PlaceKind, PlaceProblem};
use waxseal_npm::Environment;
use waxseal_npm::clients::{self, CLIENTS, Client};

use super::super::screen::{Problem, Screen};
use crate::cli::Scan;
use crate::pins::Pins;
use crate::scan::{self, Request};

/// One configuration that is meant.
pub(super) struct Found {
    pub(super) client: &'static Client,
    pub(super) path: PathBuf,
    /// It was found below a folder, and its real path leads out of that.
    pub(super) outside: bool,
}

/// A configuration that is named by itself, those below a folder that is named, and this user's where a folder is.
pub(super) fn configs(arguments: &Scan, env: &Environment, screen: &Screen) -> Result<Vec<Found>, Problem> {
    let user = clients::user_files(env);
    let mut all: Vec<Found> = Vec::new();
    let mut folders = Vec::new();
    for typed in &arguments.folders {
        let path = env.cwd.join(typed);
        if path.is_dir() {
            folders.push(path);
            continue;
        }
        let client = client_of(&path, &user.files);
        let client = client.ok_or_else(|| {
            let message = format!(
                "`{}` is no configuration of an MCP client that is known",
                typed.display()
            );
            Problem::usage(message, Some("name it by the path its client reads it from".to_owned()))
        })?;
        all.push(Found::meant(client, path));
    }
    if !folders.is_empty() {
        if !arguments.no_user {
            say(&user.problems, screen);
            all.extend(user.files.into_iter().map(|(client, path)| Found::meant(client, path)));
        }
        let request = Request {
            folders: &folders,
            env,
            user: false,
            pins: &Pins::default(),
        };
        let inventory = scan::gather(&request, &|_| {});
        say(&inventory.problems, screen);
        let roots: Vec<PathBuf> = folders.iter().filter_map(|folder| folder.canonicalize().ok()).collect();
        let places = inventory.places.into_iter().map(|contents| contents.place);
        let configs = places.filter(|place| place.kind == PlaceKind::ClientConfig);
        all.extend(configs.filter_map(|place| {
            let client = CLIENTS.iter().find(|client| client.name == place.tool)?;
            let path = PathBuf::from(place.path);
            // What cannot be followed cannot be read either, which is told there.
            let real = path.canonicalize().ok();
            let outside = real.is_some_and(|real| !roots.iter().any(|root| real.starts_with(root)));
            Some(Found { client, path, outside })
        }));
    }
    let mut seen = Vec::new();
    // Each client reads a file its own way.
    all.retain(|found| {
        let real = found.path.canonicalize().unwrap_or_else(|_| found.path.clone());
        let key = (found.client.id, real);
        let new = !seen.contains(&key);
        seen.push(key);
        new
    });
    Ok(all)
}

impl Found {
    /// Named by itself, or this user's: wherever it leads.
    fn meant(client: &'static Client, path: PathBuf) -> Self {
        Self {
            client,
            path,
            outside: false,
        }
    }
}

/// The client that reads a file: one of this user's, or a project's by its name.
fn client_of(path: &Path, user: &[(&'static Client, PathBuf)]) -> Option<&'static Client> {
    let real = path.canonicalize().ok()?;
    let same = |(_, known): &&(&'static Client, PathBuf)| known.canonicalize().is_ok_and(|known| known == real);
    let of_user = user.iter().find(same).map(|(client, _)| *client);
    of_user.or_else(|| clients::project_file(&path.to_string_lossy()))
}

fn say(problems: &[PlaceProblem], screen: &Screen) {
    let sentences: Vec<String> = problems
        .iter()
        .map(|problem| format!("{}: {}", problem.path, problem.reason))
        .collect();
    screen.warn(&sentences);
}
