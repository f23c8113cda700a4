//! Attempts to leave the room of a package, and to block whoever looks at it. Each attempt first succeeds on this machine, then fails
//! in the room, in a process of its own whose real exit status is looked at; as every user that this test can become.

mod attempt;
mod attempts;
mod denials;
mod kernel;
mod stage;

use std::process::ExitCode;

use libtest_mimic::{Arguments, Trial};
use waxseal_sandbox::warden_main;

fn main() -> ExitCode {
    let words: Vec<String> = std::env::args().skip(1).collect();
    match words.split_first() {
        Some((role, [])) if role == stage::WARDEN => warden_main(),
        Some((role, words)) if role == stage::ACT => attempt::act(words),
        Some((role, words)) if role == stage::STARTER => attempt::start(words),
        Some((role, words)) if role == denials::STARTER => denials::start(words),
        Some((role, words)) if role == denials::ACT => denials::act(words),
        _ => test(),
    }
}

fn test() -> ExitCode {
    // What a generous machine would let its users do, the room must not.
    kernel::allow_real_time();
    let stage = match stage::Stage::new() {
        Ok(stage) => stage,
        Err(err) => {
            stage::say(&format!("no stage for the attempts: {err}"));
            return ExitCode::FAILURE;
        }
    };
    let mut trials = Vec::new();
    for attempt in attempts::ATTEMPTS {
        for user in stage::users() {
            let program = stage.program();
            trials.push(Trial::ignorable_test(
                format!("{}_fails_in_the_room_{user}", attempt.name),
                move || attempt::contained(attempt, *user, &program),
            ));
        }
    }
    for name in denials::names() {
        for user in stage::users() {
            let program = stage.program();
            trials.push(Trial::test(format!("{name}_{user}"), move || {
                denials::shown(name, *user, &program)
            }));
        }
    }
    let conclusion = libtest_mimic::run(&Arguments::from_args(), trials);
    drop(stage);
    conclusion.exit_code()
}
