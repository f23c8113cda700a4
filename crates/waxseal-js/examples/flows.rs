//! Prints the mail flows of files or of folders that hold a package: `cargo run -p waxseal-js --example flows -- FILE…`.
//!
//! The table of sinks is the small one of the tests; the product's own table knows more providers.
#![allow(
    clippy::disallowed_methods,
    clippy::print_stdout,
    reason = "an example reads files and prints"
)]

use std::error::Error;
use std::path::{Path, PathBuf};

use waxseal_js::package::{AnalysisCache, InputFile, Limits, in_order, scan};
use waxseal_model::MailFlow;

#[path = "../src/flow/tests/sinks.rs"]
mod sinks;

fn main() -> Result<(), Box<dyn Error>> {
    let paths: Vec<PathBuf> = std::env::args_os().skip(1).map(PathBuf::from).collect();
    let shown = std::thread::Builder::new()
        .stack_size(STACK)
        .spawn(move || show(&paths))?;
    match shown.join() {
        Ok(result) => result.map_err(Into::into),
        Err(_) => Err("the analysis panicked".into()),
    }
}

fn show(paths: &[PathBuf]) -> Result<(), String> {
    for path in paths {
        let mut found = Vec::new();
        gather(path, path, &mut found).map_err(|err| format!("{}: {err}", path.display()))?;
        let files: Vec<InputFile<'_>> = found
            .iter()
            .enumerate()
            .map(|(idx, (name, bytes))| InputFile {
                path: name,
                bytes,
                digest: (idx as u128).to_le_bytes(),
            })
            .collect();
        let result = scan(
            None,
            &files,
            sinks::SINKS,
            &Limits::default(),
            &AnalysisCache::default(),
            &in_order,
        );
        for flow in &result.flows {
            println!("{}", line(flow, &found));
        }
    }
    Ok(())
}

fn line(flow: &MailFlow, files: &[(String, Vec<u8>)]) -> String {
    let path = files
        .get(flow.location.file.0 as usize)
        .map_or("?", |(path, _)| path.as_str());
    let shape = &flow.message;
    format!(
        "{path}:{}:{} {:?} {:?} {} recipients={} content={} sent={} beside={} hidden={} via {}",
        flow.location.line,
        flow.location.column,
        flow.kind,
        flow.origin,
        flow.value.as_deref().unwrap_or("-"),
        shape.caller_recipients,
        shape.caller_content,
        shape.sent,
        shape.beside_caller_message,
        flow.hidden,
        flow.channel,
    )
}

/// Every file below a path, by its path below `root`.
fn gather(root: &Path, path: &Path, found: &mut Vec<(String, Vec<u8>)>) -> std::io::Result<()> {
    if path.is_dir() {
        let mut entries: Vec<PathBuf> = std::fs::read_dir(path)?
            .map(|entry| Ok(entry?.path()))
            .collect::<Result<_, std::io::Error>>()?;
        entries.sort();
        for entry in entries.iter().filter(|entry| !entry.is_symlink()) {
            gather(root, entry, found)?;
        }
        return Ok(());
    }
    let name = path
        .strip_prefix(root)
        .ok()
        .filter(|it| !it.as_os_str().is_empty())
        .unwrap_or(path);
    found.push((name.to_string_lossy().into_owned(), std::fs::read(path)?));
    Ok(())
}

/// What analysing a deeply nested file takes.
const STACK: usize = 64 << 20;
