//! Looks a list of releases up in a database of known-malicious packages, and says how long that takes. For benchmarks.
//!
//! `advisories FOLDER RELEASES`: RELEASES holds one `name@version` a line. Prints microseconds to open, then to look all of them up: the
//! first time and the median of more; then how many are listed.

use std::io::Write as _;
use std::path::Path;
use std::process::ExitCode;
use std::time::Instant;

use waxseal::db::{Database, Hashes};
use waxseal_model::Matched;

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [folder, releases] = arguments.as_slice() else {
        let _ = writeln!(std::io::stderr(), "usage: advisories FOLDER RELEASES");
        return ExitCode::from(2);
    };
    let text = std::fs::read_to_string(releases).expect("a list of releases");
    let releases: Vec<(&str, &str)> = text.lines().filter_map(|line| line.rsplit_once('@')).collect();
    let begun = Instant::now();
    let database = Database::open(Path::new(folder)).expect("a database");
    let opened = begun.elapsed();
    let look_up = || {
        let begun = Instant::now();
        let mut listed = 0;
        for (name, version) in &releases {
            let matches = database
                .matches(name, Some(version), &Hashes::default())
                .expect("it can be read");
            let names_it = |matched: &Matched| !matches!(matched, Matched::Others(_) | Matched::Unknown(_));
            listed += usize::from(matches.iter().any(|it| names_it(&it.matched)));
        }
        (begun.elapsed().as_micros(), listed)
    };
    let (first, listed) = look_up();
    let mut more: Vec<u128> = (0..REPEATS).map(|_| look_up().0).collect();
    more.sort_unstable();
    let done = writeln!(
        std::io::stdout(),
        "{} {first} {} {listed}",
        opened.as_micros(),
        more[REPEATS / 2]
    );
    ExitCode::from(u8::from(done.is_err()))
}

const REPEATS: usize = 21;
