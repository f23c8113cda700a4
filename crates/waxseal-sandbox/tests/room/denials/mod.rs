//! Attempts to block this machine or whoever looks at a room. Each is made by a process of its own, which makes the room.

mod disk;
mod endings;
mod flood;
mod hiding;
mod keeping;
mod memory;
mod processes;
mod room;

use std::path::Path;
use std::process::ExitCode;

use libtest_mimic::Failed;

use crate::stage::{self, User};

/// What a denial is shown by.
type Denial = fn() -> Result<(), String>;
/// What is done in the room; gives the exit status.
type Act = fn(&[String]) -> u8;

/// Every denial: what must hold, what is looked at from this machine.
const SHOWN: &[(&str, Denial)] = &[
    ("a_fork_bomb_stops_at_the_ceiling", processes::fork_bomb),
    ("a_daemon_that_ignores_signals_ends_with_its_room", processes::daemon),
    ("a_command_that_never_ends_is_ended_by_close", processes::endless),
    ("too_many_open_files_are_refused", processes::open_files),
    ("one_process_cannot_fill_the_memory", memory::one),
    ("many_processes_cannot_fill_the_memory", memory::many),
    ("shared_memory_is_counted", memory::shared),
    ("memory_shared_by_many_is_counted_once", memory::shared_once),
    ("memory_in_files_without_a_name_is_counted", memory::memfd),
    (
        "memory_in_files_of_a_process_that_hides_is_counted",
        memory::memfd_hidden,
    ),
    ("memory_in_files_on_their_way_is_counted", memory::memfd_on_its_way),
    ("memory_of_system_v_is_counted", memory::system_v),
    ("all_folders_share_one_ceiling", disk::bytes),
    ("the_number_of_files_has_a_ceiling", disk::files),
    ("what_is_kept_is_what_the_room_left", keeping::kept),
    ("nothing_is_kept_through_a_link", keeping::linked_away),
    ("too_many_notices_are_counted_as_lost", flood::connects),
    ("too_many_opens_of_a_watched_file_are_counted_as_lost", flood::opens),
    (
        "opens_in_a_loop_do_not_blind_the_watch_over_memory",
        flood::opens_and_memory,
    ),
    (
        "a_parent_that_does_not_read_does_not_blind_the_watch_over_memory",
        flood::deaf_parent,
    ),
    ("a_process_that_hides_its_memory_is_told_of", hiding::not_dumpable),
    ("an_address_with_a_strange_length_is_told", hiding::strange_length),
    ("a_status_of_255_is_told", endings::status_255),
    ("a_command_that_is_not_there_is_told", endings::not_started),
    ("a_room_outlives_the_thread_that_made_it", endings::other_thread),
    ("a_killed_warden_leaves_nothing", endings::killed_warden),
    ("a_killed_starter_leaves_nothing", endings::killed_starter),
    ("a_hundred_rooms_leave_nothing", endings::hundred),
    ("a_forged_fault_does_not_end_the_room", endings::forged_fault),
];

/// What is done in rooms.
const ACTS: &[(&str, Act)] = &[
    ("sleep", processes::sleep),
    ("forks", processes::forks),
    ("daemonise", processes::daemonise),
    ("files", processes::files),
    ("fill", memory::fill),
    ("write", disk::write),
    ("create", disk::create),
    ("change", keeping::change),
    ("link", keeping::link),
    ("connect", flood::connect),
    ("open", flood::open),
    ("noise", flood::noise),
    ("hide", hiding::hide),
    ("stretch", hiding::stretch),
    ("end", endings::end),
    ("fault", endings::fault),
];

/// The names of all denials.
pub(crate) fn names() -> impl Iterator<Item = &'static str> {
    SHOWN.iter().map(|(name, _)| *name)
}

/// Shows one denial, by a process that a user starts.
pub(crate) fn shown(name: &str, user: User, program: &Path) -> Result<(), Failed> {
    let output = stage::command(program, user).args([STARTER, name]).output()?;
    if output.status.success() {
        return Ok(());
    }
    let said = String::from_utf8_lossy(&output.stderr);
    Err(format!("{} {said}", output.status).into())
}

/// The process that makes the room.
pub(crate) fn start(words: &[String]) -> ExitCode {
    if let [hold, mark] = words
        && hold == endings::HOLD
    {
        return endings::hold(mark);
    }
    let shown = SHOWN
        .iter()
        .find(|(name, _)| words.first().is_some_and(|it| it == name));
    match shown.map(|(_, shown)| shown()) {
        Some(Ok(())) => ExitCode::SUCCESS,
        Some(Err(err)) => {
            stage::say(&err);
            ExitCode::FAILURE
        }
        None => ExitCode::from(NOT_KNOWN),
    }
}

/// The process in the room.
pub(crate) fn act(words: &[String]) -> ExitCode {
    let act = words
        .split_first()
        .and_then(|(name, words)| Some((ACTS.iter().find(|(act, _)| act == name)?, words)));
    ExitCode::from(act.map_or(NOT_KNOWN, |((_, act), words)| act(words)))
}

pub(crate) const STARTER: &str = "denial-starter";
pub(crate) const ACT: &str = "denial-act";
const NOT_KNOWN: u8 = 254;
