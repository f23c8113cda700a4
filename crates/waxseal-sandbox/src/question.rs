//! What the kernel asks about, read from the memory of whoever asks. It may change the memory afterwards: this is evidence, never a ground
//! to allow anything (`man 2 seccomp_unotify`).

use std::collections::HashMap;
use std::time::{Duration, Instant};

use crate::cell::Notice;
use crate::sys::{self, Question};

/// What a question is about. `None`: it cannot be read.
pub(crate) fn look_at(question: &Question, numbers: &mut Numbers) -> Option<Notice> {
    let pid = numbers.in_room(question);
    match question.call {
        libc::SYS_connect => {
            // The kernel takes a number of 32 bits, whatever is above them.
            let length = (question.arguments[2] & 0xffff_ffff) as usize;
            let mut address = vec![0; length.min(MAX_ADDRESS)];
            read_exact(question.pid, question.arguments[1], &mut address)?;
            Some(Notice::Connect { pid, address })
        }
        call => {
            let first = usize::from(call == libc::SYS_execveat);
            let path = text_at(question.pid, question.arguments[first], MAX_PATH)?;
            let arguments = arguments_at(question.pid, question.arguments[first + 1]);
            Some(Notice::Exec { pid, path, arguments })
        }
    }
}

/// The numbers that threads of this machine have in the room as processes. A thread keeps its process for as long as it lives; a number that
/// goes to another thread meanwhile is asked for anew when that starts a program, and in any case after a while.
#[derive(Debug, Default)]
pub(crate) struct Numbers(HashMap<u32, (u32, Instant)>);

impl Numbers {
    fn in_room(&mut self, question: &Question) -> u32 {
        let now = Instant::now();
        let known = self.0.get(&question.pid).filter(|(_, since)| now - *since < KNOWN_FOR);
        if let (Some((pid, _)), libc::SYS_connect) = (known, question.call) {
            return *pid;
        }
        if self.0.len() >= MAX_KNOWN {
            self.0.clear();
        }
        let pid = room_pid(question.pid).unwrap_or(question.pid);
        self.0.insert(question.pid, (pid, now));
        pid
    }
}

fn arguments_at(process: u32, mut at: u64) -> Vec<Vec<u8>> {
    let mut arguments = Vec::new();
    while arguments.len() < MAX_ARGUMENTS {
        let mut pointer = [0; 8];
        if read_exact(process, at, &mut pointer).is_none() || pointer == [0; 8] {
            break;
        }
        arguments.push(text_at(process, u64::from_ne_bytes(pointer), MAX_ARGUMENT).unwrap_or_default());
        at += 8;
    }
    arguments
}

/// Bytes up to a zero, a limit, or the end of what can be read. `None`: nothing can be read.
fn text_at(process: u32, at: u64, limit: usize) -> Option<Vec<u8>> {
    let mut text = Vec::new();
    let mut page = [0; 256];
    while text.len() < limit {
        let here = at.checked_add(text.len() as u64)?;
        // Never over the end of a page, behind which there may be none.
        let length = page.len().min(4_096 - usize::try_from(here % 4_096).unwrap_or(0));
        if read_exact(process, here, &mut page[..length]).is_none() {
            if text.is_empty() {
                return None;
            }
            break;
        }
        match page[..length].iter().position(|byte| *byte == 0) {
            Some(end) => {
                text.extend(&page[..end]);
                break;
            }
            None => text.extend(&page[..length]),
        }
    }
    text.truncate(limit);
    Some(text)
}

/// Not by `/proc/PID/mem`, which a process can give away to nobody (`PR_SET_DUMPABLE`).
fn read_exact(process: u32, at: u64, bytes: &mut [u8]) -> Option<()> {
    let read = sys::read_memory(process, at, bytes).ok()?;
    (read == bytes.len()).then_some(())
}

/// The number a process has in the room.
fn room_pid(pid: u32) -> Option<u32> {
    let status = std::fs::read_to_string(format!("/proc/{pid}/status")).ok()?;
    let numbers = status.lines().find_map(|line| line.strip_prefix("NStgid:"))?;
    numbers.split_whitespace().next_back()?.parse().ok()
}

/// Much shorter than it takes a machine to go through all its numbers.
const KNOWN_FOR: Duration = Duration::from_millis(200);
const MAX_KNOWN: usize = 4_096;
const MAX_PATH: usize = 4_096;
const MAX_ARGUMENTS: usize = 64;
const MAX_ARGUMENT: usize = 1_024;
/// Bytes of `sockaddr_un`, the longest.
const MAX_ADDRESS: usize = 110;
