//! JavaScript files that are run as they lie on this disk.

use super::shell::Word;
use super::spec::has_variable;
use super::{Launch, VARIABLE};

/// What Node, Bun or a TypeScript runner starts; `None` for other programs.
pub(super) fn of(name: &str, rest: &[Word]) -> Option<Launch> {
    match name {
        "node" | "nodejs" => Some(script(rest, NODE_WITH_VALUE)),
        "bun" => Some(script(strip_verb(rest, "run"), BUN_WITH_VALUE)),
        "tsx" | "ts-node" | "ts-node-esm" | "esno" => Some(script(rest, TSX_WITH_VALUE)),
        "nodemon" => Some(script(
            rest,
            &["--watch", "-w", "--ext", "-e", "--exec", "-x", "--delay", "-d"],
        )),
        _ => None,
    }
}

fn strip_verb<'w>(rest: &'w [Word], verb: &str) -> &'w [Word] {
    match rest.split_first() {
        Some((first, rest)) if first.text == verb => rest,
        _ => rest,
    }
}

/// The first word that is no option and no value of one.
fn script(rest: &[Word], with_value: &[&str]) -> Launch {
    let mut at = 0;
    while let Some(word) = rest.get(at) {
        let text = word.text.as_str();
        match text {
            "--" => {
                at += 1;
                break;
            }
            "-e" | "--eval" | "-p" | "--print" | "-pe" | "-i" | "-" | "--run" => return Launch::Unclear(INLINE),
            _ if with_value.contains(&text) => at += 2,
            _ if text.starts_with('-') => at += 1,
            _ => break,
        }
    }
    match rest.get(at) {
        None => Launch::Unclear(INLINE),
        Some(word) if word.is_open() || has_variable(&word.text.replace("%20", " ")) => Launch::Unclear(VARIABLE),
        Some(word) if word.text.contains("://") && !word.text.starts_with("file://") => Launch::Unclear(INLINE),
        Some(word) => Launch::Script(word.text.trim_start_matches("file://").to_owned()),
    }
}

/// Options of Node that take the next word (node(1)).
const NODE_WITH_VALUE: &[&str] = &[
    "-r",
    "--require",
    "--import",
    "--loader",
    "--experimental-loader",
    "-C",
    "--conditions",
    "--env-file",
    "--env-file-if-exists",
    "--title",
    "--input-type",
    "--stack-trace-limit",
    "--openssl-config",
    "--icu-data-dir",
    "--redirect-warnings",
    "--report-dir",
    "--watch-path",
];
const BUN_WITH_VALUE: &[&str] = &[
    "-r",
    "--preload",
    "--cwd",
    "--env-file",
    "-c",
    "--config",
    "--filter",
    "--tsconfig-override",
];
const TSX_WITH_VALUE: &[&str] = &[
    "-r",
    "--require",
    "--import",
    "--tsconfig",
    "-P",
    "--project",
    "--env-file",
    "-O",
    "--compiler-options",
    "-C",
    "--conditions",
];

const INLINE: &str = "it runs code that no file of its own holds";
