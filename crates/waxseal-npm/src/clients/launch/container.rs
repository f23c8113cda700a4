//! Containers: which image, where every option before it is known.

use super::Launch;
use super::shell::Word;
use super::spec::{has_variable, looks_secret};

/// What `docker run` and its like start; `None` for other programs.
pub(super) fn of(name: &str, rest: &[Word]) -> Option<Launch> {
    matches!(name, "docker" | "podman" | "nerdctl" | "finch" | "container").then(|| Launch::Container(image(rest)))
}

/// The first word that is no option and no value of one, behind `run`; `None` where an option is not known.
fn image(rest: &[Word]) -> Option<String> {
    let run = rest.iter().take(MAX_BEFORE).position(|word| word.text == "run")?;
    let mut at = run + 1;
    while let Some(word) = rest.get(at) {
        let text = word.text.as_str();
        if !text.starts_with('-') {
            let plain =
                !word.is_open() && !has_variable(text) && !looks_secret(text) && !text.contains(['=', '?', ' ']);
            return (plain && text.len() <= MAX_IMAGE).then(|| text.to_owned());
        }
        let switch = SWITCHES.contains(&text)
            || (text.starts_with('-') && !text.starts_with("--") && text[1..].bytes().all(|b| b"itdPq".contains(&b)));
        if switch || text.contains('=') {
            at += 1;
        } else if WITH_VALUE.contains(&text) {
            at += 2;
        } else {
            return None;
        }
    }
    None
}

const SWITCHES: &[&str] = &[
    "--rm",
    "--init",
    "--interactive",
    "--tty",
    "--detach",
    "--privileged",
    "--read-only",
    "--no-healthcheck",
    "--quiet",
];

/// docker-run(1).
const WITH_VALUE: &[&str] = &[
    "-e",
    "--env",
    "--env-file",
    "-v",
    "--volume",
    "--mount",
    "-p",
    "--publish",
    "--name",
    "--network",
    "--net",
    "-w",
    "--workdir",
    "-u",
    "--user",
    "--entrypoint",
    "--add-host",
    "-h",
    "--hostname",
    "-m",
    "--memory",
    "--cpus",
    "--platform",
    "--pull",
    "-l",
    "--label",
    "--cap-add",
    "--cap-drop",
    "--security-opt",
    "--tmpfs",
    "--dns",
    "--ip",
    "--shm-size",
    "--restart",
    "--gpus",
    "--device",
    "--ulimit",
    "--log-driver",
    "--userns",
    "--pids-limit",
];

const MAX_BEFORE: usize = 8;
const MAX_IMAGE: usize = 300;
