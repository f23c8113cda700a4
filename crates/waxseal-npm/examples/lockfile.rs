//! Prints what a lockfile holds, one package a line: name, version, path, where from, flags. `scripts/lockfiles` compares it with the tools.
#![allow(clippy::print_stdout, clippy::print_stderr, reason = "an example's output")]

use std::time::{Duration, Instant};

fn main() -> std::process::ExitCode {
    let Some(path) = std::env::args().nth(1) else {
        eprintln!("usage: lockfile FILE [TIMES]");
        return std::process::ExitCode::from(64);
    };
    let bytes = match std::fs::read(&path) {
        Ok(bytes) => bytes,
        Err(err) => {
            eprintln!("{path}: {err}");
            return std::process::ExitCode::from(66);
        }
    };
    let name = std::path::Path::new(&path).to_string_lossy();
    if let Some(times) = std::env::args().nth(2).and_then(|it| it.parse::<u32>().ok()) {
        let mut fastest = Duration::MAX;
        let mut packages = 0;
        for _ in 0..times {
            let started = Instant::now();
            packages = waxseal_npm::lockfile::read(&name, &bytes).map_or(0, |it| it.packages.len());
            fastest = fastest.min(started.elapsed());
        }
        println!("{packages} packages, {fastest:?} at best");
        return std::process::ExitCode::SUCCESS;
    }
    match waxseal_npm::lockfile::read(&name, &bytes) {
        Ok(lockfile) => {
            println!("# {} {} {}", lockfile.format, lockfile.tool, lockfile.version);
            for it in &lockfile.problems {
                println!("! {:?} {}", it.path, it.reason);
            }
            for locked in &lockfile.packages {
                let it = &locked.occurrence;
                let flags = [
                    (locked.dev, "dev"),
                    (locked.optional, "optional"),
                    (locked.peer, "peer"),
                ];
                let flags: Vec<&str> = flags.iter().filter(|(set, _)| *set).map(|(_, flag)| *flag).collect();
                println!(
                    "{}\t{}\t{}\t{:?}\t{}\t{}\t{}",
                    it.name,
                    it.version.as_deref().unwrap_or("-"),
                    it.path,
                    it.source,
                    it.alias.as_deref().unwrap_or("-"),
                    it.line.unwrap_or(0),
                    flags.join(",")
                );
            }
            std::process::ExitCode::SUCCESS
        }
        Err(err) => {
            eprintln!("{err}");
            std::process::ExitCode::from(65)
        }
    }
}
