//! Programs that only start another: `env`, version managers, secret stores.

use super::shell::Word;
use super::{UNREADABLE, VARIABLE};

/// A program that starts another.
struct Wrapper {
    name: &'static str,
    /// The word that must follow; empty where none must.
    verbs: &'static [&'static str],
    /// Options that take the next word.
    with_value: &'static [&'static str],
    /// Words of its own before the other program.
    words: usize,
    /// The other program stands behind `--`, always.
    dashes: bool,
}

const fn wrapper(name: &'static str, verbs: &'static [&'static str], with_value: &'static [&'static str]) -> Wrapper {
    Wrapper {
        name,
        verbs,
        with_value,
        words: 0,
        dashes: false,
    }
}

const fn behind_dashes(name: &'static str, verbs: &'static [&'static str]) -> Wrapper {
    Wrapper {
        name,
        verbs,
        with_value: &[],
        words: 0,
        dashes: true,
    }
}

const fn after_words(name: &'static str, verbs: &'static [&'static str], words: usize) -> Wrapper {
    Wrapper {
        name,
        verbs,
        with_value: &[],
        words,
        dashes: false,
    }
}

/// Manual pages of each: env(1), nice(1), timeout(1), sudo(8); `mise exec`, `volta run`, `fnm exec`, `asdf exec`, `nodenv exec`, `proto run`.
const WRAPPERS: &[Wrapper] = &[
    wrapper("env", &[], &["-u", "--unset", "-C", "--chdir", "-P"]),
    wrapper("exec", &[], &["-a"]),
    wrapper("command", &[], &[]),
    wrapper("nohup", &[], &[]),
    wrapper("time", &[], &[]),
    wrapper("setsid", &[], &[]),
    wrapper("caffeinate", &[], &["-t", "-w"]),
    wrapper("start", &[], &["/d"]),
    wrapper("call", &[], &[]),
    wrapper("nice", &[], &["-n", "--adjustment"]),
    wrapper("ionice", &[], &["-c", "-n"]),
    wrapper("stdbuf", &[], &["-i", "-o", "-e"]),
    after_words("timeout", &[], 1),
    wrapper("sudo", &[], &["-u", "-g", "-h", "-p", "-C", "-D", "-r", "-t"]),
    wrapper("doas", &[], &["-u", "-C"]),
    wrapper(
        "xvfb-run",
        &[],
        &["-s", "-n", "-e", "-f", "-p", "--server-args", "--server-num"],
    ),
    wrapper("wsl", &[], &["-d", "--distribution", "-u", "--user", "--cd"]),
    wrapper("corepack", &[], &[]),
    behind_dashes("mise", &["exec", "x"]),
    behind_dashes("rtx", &["exec", "x"]),
    behind_dashes("nix", &["shell", "develop"]),
    behind_dashes("dotenv", &[]),
    behind_dashes("dotenvx", &["run"]),
    behind_dashes("op", &["run"]),
    behind_dashes("doppler", &["run"]),
    behind_dashes("infisical", &["run"]),
    behind_dashes("varlock", &["run"]),
    behind_dashes("aws-vault", &["exec"]),
    wrapper("volta", &["run"], &["--node", "--npm", "--pnpm", "--yarn"]),
    wrapper("fnm", &["exec"], &["--using", "--fnm-dir", "--log-level"]),
    after_words("nvm", &["exec", "run"], 1),
    wrapper("asdf", &["exec"], &[]),
    wrapper("nodenv", &["exec"], &[]),
    wrapper("n", &["exec"], &[]),
    wrapper("proto", &["run"], &[]),
    after_words("direnv", &["exec"], 1),
];

/// The line of the program that a wrapper starts; `None` where `name` is no wrapper, or is used for something else.
pub(super) fn inside<'w>(name: &str, rest: &'w [Word]) -> Option<Result<&'w [Word], &'static str>> {
    let wrapper = WRAPPERS.iter().find(|wrapper| wrapper.name == name)?;
    let rest = match wrapper.verbs {
        [] => rest,
        verbs => match rest.split_first() {
            Some((verb, rest)) if verbs.contains(&verb.text.as_str()) => rest,
            _ => return None,
        },
    };
    let dashes = rest.iter().position(|word| word.text == "--");
    if wrapper.dashes {
        return Some(match dashes {
            Some(at) => Ok(&rest[at + 1..]),
            None => Err(UNREADABLE),
        });
    }
    Some(behind_options(wrapper, rest))
}

fn behind_options<'w>(wrapper: &Wrapper, rest: &'w [Word]) -> Result<&'w [Word], &'static str> {
    let mut at = 0;
    let mut words = wrapper.words;
    while let Some(word) = rest.get(at) {
        let text = word.text.as_str();
        if text == "--" {
            at += 1;
            // `nvm exec 20 -- npx`: its own words may stand before the dashes too.
            return Ok(&rest[at.min(rest.len())..]);
        }
        if wrapper.with_value.contains(&text) {
            at += 2;
        } else if matches!(text, "-S" | "--split-string") {
            return Err(UNREADABLE);
        } else if text.starts_with('-') || (wrapper.name == "start" && text.starts_with('/')) || is_assignment(text) {
            at += 1;
        } else if words > 0 {
            words -= 1;
            at += 1;
        } else if word.is_open() {
            return Err(VARIABLE);
        } else {
            break;
        }
    }
    Ok(rest.get(at..).unwrap_or_default())
}

/// `NAME=value` before a program.
pub(super) fn is_assignment(text: &str) -> bool {
    let Some((name, _)) = text.split_once('=') else {
        return false;
    };
    let mut bytes = name.bytes();
    bytes
        .next()
        .is_some_and(|first| first.is_ascii_alphabetic() || first == b'_')
        && bytes.all(|byte| byte.is_ascii_alphanumeric() || byte == b'_')
}
