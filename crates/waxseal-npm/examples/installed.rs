//! Lists what lies in a project's `node_modules` as JSON lines, then the problems. For `scripts/installed` and benchmarks.
//!
//!     cargo run --release -p waxseal-npm --example installed -- DIR | --places | --walk DIR

use std::io::{BufWriter, Write};
use std::path::Path;

use serde::Serialize;
use waxseal_model::PlaceContents;
use waxseal_npm::Environment;
use waxseal_npm::installed::{self, Limits, PROJECT, Surroundings};

fn main() -> std::io::Result<()> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let mut out = Output(BufWriter::new(std::io::stdout().lock()));
    let limits = Limits::default();
    match arguments.iter().map(String::as_str).collect::<Vec<_>>().as_slice() {
        ["--places"] => {
            let surroundings = Surroundings::new(Environment::current()?);
            for source in installed::PLACES {
                for place in installed::places(&surroundings, &[source.kind]) {
                    if place.source().id == source.id {
                        out.contents(&place.read(&limits))?;
                    }
                }
            }
        }
        ["--walk", root] => {
            let mut found = Vec::new();
            let problems = installed::walk(Path::new(root), &PROJECT, &limits, &mut |it| found.push(it));
            for it in found {
                out.line(&(it.folder.to_string_lossy(), it.holds))?;
            }
            problems.iter().try_for_each(|problem| out.line(problem))?;
        }
        [project] => out.contents(&installed::node_modules(Path::new(project), None, &limits))?,
        _ => {
            return Err(std::io::Error::other(
                "give one folder, `--places` or `--walk` with a folder",
            ));
        }
    }
    out.0.flush()
}

struct Output<W>(W);

impl<W: Write> Output<W> {
    fn line(&mut self, value: &impl Serialize) -> std::io::Result<()> {
        serde_json::to_writer(&mut self.0, value)?;
        self.0.write_all(b"\n")
    }

    fn contents(&mut self, contents: &PlaceContents) -> std::io::Result<()> {
        self.line(&contents.place)?;
        contents.packages.iter().try_for_each(|package| self.line(package))?;
        contents.problems.iter().try_for_each(|problem| self.line(problem))
    }
}
