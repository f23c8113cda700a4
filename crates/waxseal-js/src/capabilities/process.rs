//! Starting processes: which command.

use waxseal_model::CapabilityKind;

use super::aim::{Aim, Text, aims, plain_text, text_aims, texts};
use super::{Call, Family};
use crate::fold::{Folded, Value};

/// Everything known that starts a process or reaches into one.
#[rustfmt::skip]
pub(super) const FAMILIES: &[Family] = &[
    family("node:child_process.", &["node:child_process"], &["exec", "execSync"], command_line),
    family("node:child_process.", &["node:child_process"], &["spawn", "spawnSync", "execFile", "execFileSync", "fork"], command_and_list),
    family("", &["execa"], &["", "execa", "execaSync", "execaNode", "sync", "node"], command_and_list),
    family("", &["execa"], &["execaCommand", "execaCommandSync", "command", "commandSync", "shell", "shellSync", "$"], command_line),
    family("cross-spawn.", &["cross-spawn"], &["", "spawn", "sync"], command_and_list),
    family("", &["node-pty"], &["spawn", "fork"], command_and_list),
    family("", &["tinyexec"], &["x", "exec"], command_and_list),
    family("", &["nano-spawn", "tinyspawn", "foreground-child", "@npmcli/promise-spawn"], &["", "foregroundChild"], command_and_list),
    family("", &["shelljs"], &["exec", "cmd"], command_line),
    family("", &["zx", "dax-sh", "bun"], &["$"], command_line),
    family("", &[""], &["Bun.$", "Deno.run", "Deno.Command", "Bun.spawn", "Bun.spawnSync"], command_list),
    family("", &["node:worker_threads"], &["Worker"], worker),
    family("", &["node:cluster"], &["fork"], |_| vec![Aim::none()]),
    family("", &["process"], &["binding", "_linkedBinding", "kill", "execve"], |call| text_aims(call.argument(0))),
    family("", &["open", "opn", "sudo-prompt"], &["", "exec"], command_line),
];

const fn family(
    name: &'static str,
    modules: &'static [&'static str],
    members: &'static [&'static str],
    aim: fn(&Call<'_, '_, '_>) -> Vec<Aim>,
) -> Family {
    Family {
        kind: CapabilityKind::Process,
        name,
        modules,
        members,
        aim,
    }
}

/// `exec('git status')`.
fn command_line(call: &Call<'_, '_, '_>) -> Vec<Aim> {
    judged(text_aims(call.argument(0)))
}

/// `spawn('git', ['status'])`.
fn command_and_list(call: &Call<'_, '_, '_>) -> Vec<Aim> {
    let Some(command) = call.argument(0) else {
        return vec![Aim::none()];
    };
    let list = call
        .argument(1)
        .filter(|it| !Call::is_options(&it.value) && !matches!(it.value, Value::Function(_)));
    let hidden = command.hidden || list.is_some_and(|it| it.hidden);
    let join = |mut text: Text| {
        if let Some(list) = list {
            push_words(&mut text, list);
        }
        Aim {
            target: text.target(),
            hidden,
            ..Aim::none()
        }
    };
    judged(texts(&command.value, &plain_text).into_iter().map(join).collect())
}

/// `Bun.spawn(['git', 'status'])`.
fn command_list(call: &Call<'_, '_, '_>) -> Vec<Aim> {
    judged(aims(call.argument(0), &|value| match value {
        Value::Array(_) => {
            let mut text = Text::exact("");
            push_words(
                &mut text,
                &Folded {
                    value: value.clone(),
                    hidden: false,
                    source: None,
                },
            );
            text
        }
        value => plain_text(value),
    }))
}

fn push_words(text: &mut Text, list: &Folded) {
    let Value::Array(array) = &list.value else {
        if !matches!(list.value, Value::Undefined | Value::Null) {
            text.push(&Text::exact(" "));
            text.push(&Text::unknown());
        }
        return;
    };
    for item in array.items.iter().take(MAX_WORDS) {
        if !text.text.is_empty() {
            text.push(&Text::exact(" "));
        }
        text.push(&plain_text(item));
    }
    if array.open || array.items.len() > MAX_WORDS {
        text.push(&Text::exact(" "));
        text.push(&Text::unknown());
    }
}

/// `new Worker(code, { eval: true })` is code; without `eval` it is a file.
fn worker(call: &Call<'_, '_, '_>) -> Vec<Aim> {
    let evaluates = call
        .argument(1)
        .and_then(|it| call.property(&it.value, "eval"))
        .map(|it| it.value);
    let evaluates = !matches!(evaluates, None | Some(Value::Bool(false)));
    let mut found = text_aims(call.argument(0));
    for aim in &mut found {
        aim.sensitive = evaluates;
    }
    found
}

fn judged(found: Vec<Aim>) -> Vec<Aim> {
    let judged = |aim: Aim| Aim {
        sensitive_if_hidden: true,
        ..aim.sensitive_if(is_sensitive)
    };
    found.into_iter().map(judged).collect()
}

/// Commands that fetch, decode or run what came from elsewhere, or that make something start again later.
fn is_sensitive(command: &str) -> bool {
    let command = command.to_lowercase();
    let mut words = command.split(|c: char| !(c.is_alphanumeric() || matches!(c, '-' | '_' | '.')));
    words.any(|word| SENSITIVE_WORDS.contains(&word.strip_suffix(".exe").unwrap_or(word)))
        || SENSITIVE_PARTS.iter().any(|part| command.contains(part))
}

#[rustfmt::skip]
const SENSITIVE_WORDS: [&str; 27] = [
    "curl", "wget", "base64", "powershell", "pwsh", "rundll32", "bun", "bunx", "nc", "ncat", "netcat", "socat", "certutil", "mshta",
    "bitsadmin", "regsvr32", "schtasks", "crontab", "launchctl", "osascript", "wscript", "cscript", "nohup", "scp", "trufflehog", "xxd",
    "at.exe",
];

#[rustfmt::skip]
const SENSITIVE_PARTS: [&str; 13] = [
    "node -e", "node --eval", "node -p", "| sh", "|sh", "| bash", "|bash", "/dev/tcp/", "chmod +x", "systemctl enable", "reg add",
    "npm publish", "python -c",
];

/// Words of a command that are kept.
const MAX_WORDS: usize = 40;
