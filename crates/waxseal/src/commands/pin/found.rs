//! Which configurations are meant.

use std::path::{Path, PathBuf};

use waxseal_model::{PlaceKind, PlaceProblem};
use waxseal_npm::Environment;
use waxseal_npm::clients::{self, CLIENTS, Client};

use super::super::screen::{Problem, Screen};
use crate::cli::Scan;
use crate::pins::Pins;
use crate::scan::{self, Request};

/// A configuration that is named by itself, those below a folder that is named, and this user's where a folder is.
pub(super) fn configs(
    arguments: &Scan,
    env: &Environment,
    screen: &Screen,
) -> Result<Vec<(&'static Client, PathBuf)>, Problem> {
    let user = clients::user_files(env);
    let mut all: Vec<(&'static Client, PathBuf)> = Vec::new();
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
        all.push((client, path));
    }
    if !folders.is_empty() {
        if !arguments.no_user {
            say(&user.problems, screen);
            all.extend(user.files);
        }
        let request = Request {
            folders: &folders,
            env,
            user: false,
            pins: &Pins::default(),
        };
        let inventory = scan::gather(&request, &|_| {});
        say(&inventory.problems, screen);
        let places = inventory.places.into_iter().map(|contents| contents.place);
        let configs = places.filter(|place| place.kind == PlaceKind::ClientConfig);
        all.extend(configs.filter_map(|place| {
            let client = CLIENTS.iter().find(|client| client.name == place.tool)?;
            Some((client, PathBuf::from(place.path)))
        }));
    }
    let mut seen = Vec::new();
    all.retain(|(_, path)| {
        let real = path.canonicalize().unwrap_or_else(|_| path.clone());
        let new = !seen.contains(&real);
        seen.push(real);
        new
    });
    Ok(all)
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
