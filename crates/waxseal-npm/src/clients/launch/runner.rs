//! Programs that fetch npm packages and run them: what of their arguments is a package, and what an option's value.

use super::shell::{Word, words};
use super::spec::requested;
use super::{Launch, PackageLaunch, Requested, Runner, UNREADABLE, VARIABLE, of_words};

/// What a runner starts; `None` where `name` is none, or is asked for something else.
pub(super) fn of(name: &str, rest: &[Word]) -> Option<Launch> {
    match name {
        "npx" => Some(npx(rest)),
        "pnpx" | "pnx" => Some(fetched(Runner::PnpmDlx, rest, &PNPM)),
        "bunx" => Some(fetched(Runner::Bunx, rest, &BUN)),
        "npm" => Some(npm(rest)),
        "pnpm" => Some(verb(Runner::PnpmDlx, rest, &PNPM, &["dlx"])),
        "yarn" | "yarnpkg" => Some(verb(Runner::YarnDlx, rest, &YARN, &["dlx"])),
        "bun" if rest.iter().any(|word| word.text == "x") => Some(verb(Runner::Bunx, rest, &BUN, &["x"])),
        "deno" => Some(deno(rest)),
        _ => None,
    }
}

/// How a runner's options are written.
struct Options {
    /// Options that take the next word, beside `-p` and `--package`.
    with_value: &'static [&'static str],
    /// `-p` names a package; else it takes nothing.
    short_package: bool,
    /// Of an unknown option, the next word is its value unless that begins with `-` (npm's rule, `npx-cli.js`); else it takes none.
    unknown_takes: bool,
}

const NPX: Options = Options {
    with_value: &[],
    short_package: true,
    unknown_takes: true,
};
/// `npm exec` itself reads `-p` as npm's `--parseable`, a switch; real npm 11 asked.
const NPM_EXEC: Options = Options {
    short_package: false,
    ..NPX
};
const PNPM: Options = Options {
    with_value: &[
        "-C",
        "--dir",
        "--reporter",
        "--allow-build",
        "--loglevel",
        "--filter",
        "-F",
        "--registry",
        "--store-dir",
        "--config",
    ],
    short_package: false,
    unknown_takes: false,
};
const YARN: Options = Options {
    with_value: &["--cwd"],
    short_package: true,
    unknown_takes: false,
};
const BUN: Options = Options {
    with_value: &["--cwd", "--registry", "-c", "--config"],
    short_package: true,
    unknown_takes: false,
};

/// `npx`, and what stands behind `npm exec`.
fn npx(rest: &[Word]) -> Launch {
    fetched(Runner::Npx, rest, &NPX)
}

/// `npm exec` and `npm x`; other verbs run what a project says.
fn npm(rest: &[Word]) -> Launch {
    verb(Runner::Npx, rest, &NPM_EXEC, &["exec", "x"])
}

/// Options may stand before the verb too.
fn verb(runner: Runner, rest: &[Word], options: &Options, verbs: &[&str]) -> Launch {
    let mut read = Read::default();
    let mut at = 0;
    while let Some(word) = rest.get(at) {
        if word.text.starts_with('-') && word.text != "--" {
            match read.option(rest, at, options) {
                Ok(next) => at = next,
                Err(launch) => return launch,
            }
        } else if verbs.contains(&word.text.as_str()) {
            return read.finish(runner, &rest[at + 1..], options);
        } else {
            return Launch::Unclear(PROJECT_SCRIPT);
        }
    }
    Launch::Unclear(PROJECT_SCRIPT)
}

fn fetched(runner: Runner, rest: &[Word], options: &Options) -> Launch {
    Read::default().finish(runner, rest, options)
}

/// What was read of a runner's options.
#[derive(Default)]
struct Read<'w> {
    /// Words that hold a package's spec, and where it begins in each.
    packages: Vec<(&'w Word, usize)>,
    /// A line of `-c`.
    call: Option<&'w Word>,
}

impl<'w> Read<'w> {
    /// Reads one option; the place of the next word.
    fn option(&mut self, rest: &'w [Word], at: usize, options: &Options) -> Result<usize, Launch> {
        let word = &rest[at];
        let text = word.text.as_str();
        if word.is_open() {
            return Err(Launch::Unclear(VARIABLE));
        }
        let (key, has_value) = match text.split_once('=') {
            Some((key, _)) => (key, true),
            None => (text, false),
        };
        let value_at = key.len() + 1;
        let bare = key.trim_start_matches('-');
        if key == "--package" || key == "-package" || (options.short_package && bare == "p") {
            if has_value {
                self.packages.push((word, value_at));
                return Ok(at + 1);
            }
            let value = rest.get(at + 1).ok_or(Launch::Unclear(UNREADABLE))?;
            self.packages.push((value, 0));
            return Ok(at + 2);
        }
        if matches!(key, "-c" | "--call") && options.unknown_takes {
            self.call = Some(if has_value {
                return Err(Launch::Unclear(UNREADABLE));
            } else {
                rest.get(at + 1).ok_or(Launch::Unclear(UNREADABLE))?
            });
            return Ok(at + 2);
        }
        let next = rest.get(at + 1);
        let takes = if options.unknown_takes {
            let is_switch =
                SWITCHES.contains(&bare) || bare.strip_prefix("no-").is_some_and(|it| SWITCHES.contains(&it));
            !is_switch && next.is_some_and(|word| VALUED.contains(&bare) || !word.text.starts_with('-'))
        } else {
            options.with_value.contains(&key)
        };
        Ok(if !has_value && takes { at + 2 } else { at + 1 })
    }

    /// The packages named by options, or the first word that is none.
    fn finish(mut self, runner: Runner, rest: &'w [Word], options: &Options) -> Launch {
        let mut at = 0;
        while let Some(word) = rest.get(at) {
            if word.text == "--" {
                at += 1;
                break;
            }
            if !word.text.starts_with('-') {
                break;
            }
            match self.option(rest, at, options) {
                Ok(next) => at = next,
                Err(launch) => return launch,
            }
        }
        let by_option = !self.packages.is_empty();
        if !by_option {
            match (rest.get(at), self.call) {
                (Some(word), None) => self.packages.push((word, 0)),
                (_, Some(call)) => return called(call),
                (None, None) => return Launch::Unclear(NO_PACKAGE),
            }
        }
        let mut packages = Vec::new();
        for (word, from) in self.packages {
            match requested(word, from) {
                Ok(requested) => packages.push(requested),
                Err(launch) => return launch,
            }
        }
        if by_option {
            match beside(rest.get(at..).unwrap_or_default(), self.call) {
                Ok(more) => packages.extend(more),
                Err(reason) => return Launch::Unclear(reason),
            }
        }
        Launch::Package(PackageLaunch { runner, packages })
    }
}

/// The packages that the command beside `--package` fetches in its turn: `npx -p mail -c "npx other"`.
fn beside(rest: &[Word], call: Option<&Word>) -> Result<Vec<Requested>, &'static str> {
    let launch = match call {
        Some(call) => of_words(&words(&call.text, call.argument, call.start)?, super::MAX_WRAPPERS),
        None if rest.is_empty() => return Ok(Vec::new()),
        // Each runner in a line may name another.
        None if rest.len() > MAX_BESIDE => return Err(super::TOO_LONG),
        None => of_words(rest, super::MAX_WRAPPERS),
    };
    match launch {
        Launch::Package(launch) => Ok(launch.packages),
        Launch::Unclear(reason) => Err(reason),
        // A program of the packages that are named, or of this disk.
        _ => Ok(Vec::new()),
    }
}

/// `npx -c "mail-server --stdio"` without a package runs what a project has.
fn called(call: &Word) -> Launch {
    match words(&call.text, call.argument, call.start) {
        Ok(line) => match of_words(&line, super::MAX_WRAPPERS) {
            launch @ Launch::Package(_) => launch,
            _ => Launch::Unclear(PROJECT_SCRIPT),
        },
        Err(reason) => Launch::Unclear(reason),
    }
}

/// `deno run [options] npm:package`; a script of its own is a file or an address.
fn deno(rest: &[Word]) -> Launch {
    let Some(word) = rest.iter().find(|word| word.text.starts_with("npm:")) else {
        return Launch::OtherLanguage("deno");
    };
    match requested(word, "npm:".len()) {
        Ok(requested) => Launch::Package(PackageLaunch {
            runner: Runner::Deno,
            packages: vec![requested],
        }),
        Err(launch) => launch,
    }
}

/// Words behind packages that are named by options.
const MAX_BESIDE: usize = 64;

const NO_PACKAGE: &str = "it names no package to fetch";
const PROJECT_SCRIPT: &str = "it runs what a project's package.json says";

/// npm's options that take nothing (npm 11, `@npmcli/config` definitions of type Boolean, and those of `npx-cli.js`), with their short forms.
const SWITCHES: &[&str] = &[
    "yes",
    "y",
    "no",
    "n",
    "no-install",
    "quiet",
    "q",
    "silent",
    "s",
    "verbose",
    "d",
    "dd",
    "ddd",
    "version",
    "v",
    "help",
    "h",
    "H",
    "usage",
    "?",
    "all",
    "a",
    "force",
    "f",
    "global",
    "g",
    "long",
    "l",
    "offline",
    "prefer-offline",
    "prefer-online",
    "ignore-scripts",
    "ignore-existing",
    "foreground-scripts",
    "audit",
    "fund",
    "progress",
    "color",
    "json",
    "parseable",
    "porcelain",
    "workspaces",
    "ws",
    "include-workspace-root",
    "iwr",
    "save",
    "S",
    "save-dev",
    "D",
    "save-exact",
    "E",
    "save-optional",
    "O",
    "save-prod",
    "P",
    "save-bundle",
    "B",
    "save-peer",
    "package-lock",
    "strict-ssl",
    "strict-peer-deps",
    "legacy-peer-deps",
    "legacy-bundling",
    "engine-strict",
    "dry-run",
    "update-notifier",
    "unicode",
    "timing",
    "always-spawn",
    "shell-auto-fallback",
    "bin-links",
    "install-links",
    "production",
    "optional",
    "dev",
    "link",
    "shrinkwrap",
    "browser",
    "package-lock-only",
    "prefer-dedupe",
    "global-style",
    "if-present",
    "read-only",
    "readonly",
    "description",
    "desc",
    "dangerously-allow-all-scripts",
    "rebuild-bundle",
    "omit-lockfile-registry-resolved",
    "provenance",
];

/// Options of `npx` that always take the next word (`npx-cli.js`).
const VALUED: &[&str] = &[
    "package",
    "p",
    "cache",
    "userconfig",
    "call",
    "c",
    "shell",
    "npm",
    "node-arg",
    "n",
];
