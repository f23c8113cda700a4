//! Each saved lockfile, broken in thousands of ways: an answer each time, soon, and the two readers of YAML agree.

use std::time::{Duration, Instant};

use super::*;

/// xorshift64: the same mutations on every machine.
struct Chance(u64);

impl Chance {
    fn below(&mut self, bound: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        usize::try_from(self.0 % (bound.max(1) as u64)).unwrap()
    }
}

/// Changes, takes out, repeats or puts in something, once or a few times.
fn mutate(bytes: &[u8], chance: &mut Chance) -> Vec<u8> {
    let mut out = bytes.to_vec();
    for _ in 0..=chance.below(4) {
        let at = chance.below(out.len());
        let to = (at + chance.below(40)).min(out.len());
        match chance.below(6) {
            0 => out.truncate(at),
            1 => drop(out.drain(at..to)),
            2 => {
                let piece = out[at..to].to_vec();
                let place = chance.below(out.len());
                out.splice(place..place, piece);
            }
            3 => {
                let token = TOKENS[chance.below(TOKENS.len())];
                out.splice(at..at, token.iter().copied());
            }
            4 => {
                let token = TOKENS[chance.below(TOKENS.len())];
                out.splice(at..to, token.iter().copied());
            }
            _ => {
                if let Some(byte) = out.get_mut(at) {
                    *byte = u8::try_from(chance.below(256)).unwrap();
                }
            }
        }
    }
    out
}

#[test]
fn no_mutation_of_a_lockfile_ends_otherwise_than_in_an_answer() {
    let mut chance = Chance(0x9e37_79b9_7f4a_7c15);
    for saved in saved() {
        for round in 0..ROUNDS {
            let bytes = mutate(&saved.bytes, &mut chance);
            let started = Instant::now();
            let outcome = read(&saved.file, &bytes);
            // A thousand times what one takes: only what grows without measure fails.
            assert!(started.elapsed() < Duration::from_secs(10), "{} {round}", saved.id);
            if let Ok(lockfile) = outcome {
                for locked in &lockfile.packages {
                    assert!(waxseal_model::PackageName::parse(&locked.occurrence.name).is_ok());
                }
                let keys = lockfile.packages.iter().map(|locked| {
                    let it = &locked.occurrence;
                    (&it.name, &it.version, &it.path)
                });
                assert!(keys.is_sorted_by(|a, b| a < b), "{} {round}", saved.id);
            }
        }
    }
}

#[test]
fn the_readers_of_yaml_agree_on_every_mutation() {
    let mut chance = Chance(0x2545_f491_4f6c_dd1d);
    let mut regular = 0;
    for saved in saved()
        .iter()
        .filter(|it| !it.file.ends_with(".json") && it.file != "bun.lock")
    {
        let (from, to) = (chance.below(saved.bytes.len()), 3_000);
        // Parts, so that a mutation more often leaves a file that both can read.
        for part in [&saved.bytes[..], &saved.bytes[from..(from + to).min(saved.bytes.len())]] {
            for _ in 0..ROUNDS / 2 {
                let bytes = mutate(part, &mut chance);
                if let Ok(text) = std::str::from_utf8(&bytes) {
                    regular += usize::from(yaml::agree(text));
                }
            }
        }
    }
    assert!(regular > 1_000, "only {regular} were regular");
}

#[cfg(debug_assertions)]
const ROUNDS: usize = 1_000;
#[cfg(not(debug_assertions))]
const ROUNDS: usize = 4_000;

const TOKENS: [&[u8]; 40] = [
    b"{",
    b"}",
    b"[",
    b"]",
    b"\"",
    b"'",
    b":",
    b": ",
    b",",
    b"\n",
    b"\n  ",
    b"- ",
    b"? ",
    b"&a ",
    b"*a",
    b"<<: ",
    b"!!str ",
    b"|\n",
    b">-\n",
    b"#",
    b" #",
    b"---\n",
    b"...\n",
    b"\\",
    b"\\u0000",
    b"\\ud800",
    b"\0",
    b"\xff",
    b"\xef\xbb\xbf",
    b"\t",
    b"\r",
    b"\xe2\x80\xa8",
    b"null",
    b"true",
    b"1e999",
    b"-",
    b"../",
    b"__proto__",
    b"(a@1)",
    b"@npm:",
];
