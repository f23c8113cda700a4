//! Lists what lies in a project's `node_modules` as JSON lines, then what differs from a lockfile, then the problems. For `scripts/installed` and benchmarks.
//!
//!     cargo run --release -p waxseal-npm --example installed -- DIR [LOCKFILE] | --verify DIR LOCKFILE | --places | --walk DIR

use std::io::{BufWriter, Write};
use std::path::Path;

use serde::Serialize;
use waxseal_model::{Difference, Occurrence, PlaceContents};
use waxseal_npm::Environment;
use waxseal_npm::installed::{self, Expected, Limits, PROJECT, Surroundings};
use waxseal_npm::integrity::Integrity;
use waxseal_npm::lockfile;

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
        ["--verify", project, lockfile] => {
            let surroundings = Surroundings::new(Environment::current()?);
            let contents = against(project, lockfile, &limits)?;
            for package in &contents.packages {
                out.line(&verify(project, package, &surroundings.npm.cache))?;
            }
        }
        [project, lockfile] => out.contents(&against(project, lockfile, &limits)?)?,
        [project] => out.contents(&installed::node_modules(Path::new(project), None, &limits))?,
        _ => {
            return Err(std::io::Error::other(
                "give a folder and perhaps a lockfile, `--places`, or `--walk` with a folder",
            ));
        }
    }
    out.0.flush()
}

/// What lies there, compared with the lockfile.
fn against(project: &str, lockfile: &str, limits: &Limits) -> std::io::Result<PlaceContents> {
    let bytes = std::fs::read(lockfile)?;
    let lockfile = lockfile::read(lockfile, &bytes).map_err(std::io::Error::other)?;
    let expected: Vec<Expected> = lockfile.packages.iter().map(Expected::from).collect();
    Ok(installed::node_modules(Path::new(project), Some(&expected), limits))
}

/// One package against its archive in npm's cache: the path, what differs, what of that an install may explain; or the path alone
/// where there is no archive.
fn verify(project: &str, package: &Occurrence, cache: &Path) -> (String, Option<[Vec<Difference>; 2]>) {
    let integrity = package
        .integrity
        .as_deref()
        .and_then(|text| Integrity::parse(text).ok());
    let archive = integrity.and_then(|integrity| installed::npm_tarball(cache, &integrity));
    let folder = Path::new(project).join(&package.path);
    let limits = waxseal_npm::Limits::default();
    let verified = archive.and_then(|archive| installed::verify(&folder, &archive, &limits, &Limits::default()).ok());
    let answer = verified.map(|it| [it.differences, it.explained]);
    (package.path.clone(), answer)
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
        contents
            .differences
            .iter()
            .try_for_each(|difference| self.line(difference))?;
        contents.problems.iter().try_for_each(|problem| self.line(problem))
    }
}
