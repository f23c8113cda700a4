//! `waxseal man`: the manual pages, made from the same tables as the help.

use std::path::Path;

use clap::CommandFactory;
use clap_mangen::Man as Page;

use super::screen::{Problem, Screen};
use crate::cli::{Cli, Man};
use crate::exit::Exit;

pub(super) fn run(arguments: &Man, screen: &Screen) -> Result<Exit, Problem> {
    let mut command = Cli::command();
    command.build();
    match &arguments.out {
        None => screen.write(&page(command)?)?,
        Some(folder) => {
            for page in write_all(&command, folder)? {
                screen.note(&format!("wrote {page}"));
            }
        }
    }
    Ok(Exit::Clean)
}

fn write_all(command: &clap::Command, folder: &Path) -> Result<Vec<String>, Problem> {
    let cannot =
        |path: &Path, err: std::io::Error| Problem::usage(format!("cannot write `{}`: {err}", path.display()), None);
    std::fs::create_dir_all(folder).map_err(|err| cannot(folder, err))?;
    let mut pages = vec![("waxseal".to_owned(), command.clone())];
    for sub in command.get_subcommands() {
        let name = format!("waxseal-{}", sub.get_name());
        pages.push((name.clone(), sub.clone().display_name(name.clone())));
        for inner in sub.get_subcommands().filter(|inner| inner.get_name() != "help") {
            let name = format!("{name}-{}", inner.get_name());
            pages.push((name.clone(), inner.clone().display_name(name)));
        }
    }
    let mut written = Vec::new();
    for (name, command) in pages {
        let path = folder.join(format!("{name}.1"));
        std::fs::write(&path, page(command)?).map_err(|err| cannot(&path, err))?;
        written.push(path.display().to_string());
    }
    Ok(written)
}

fn page(command: clap::Command) -> Result<Vec<u8>, Problem> {
    let mut out = Vec::new();
    Page::new(command).render(&mut out).map_err(Problem::fault)?;
    Ok(out)
}
