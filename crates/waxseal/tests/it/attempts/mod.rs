//! Attempts from inside of a room to overwhelm whoever answers in it or looks at it. Each attempt is one file beside this; where there is
//! something to overwhelm, it first succeeds against a server without limits on this machine. In the room the run must end with the status
//! it should, tell of what was tried, and take no more memory than a fixed amount.

mod naive;
mod proof;

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Duration;

use serde_json::Value;

/// How an attempt in the room ended.
struct Ended {
    status: Option<i32>,
    summary: Value,
    /// What was shown of it.
    shown: String,
}

impl Ended {
    /// Some gap of this kind whose reason holds the text.
    #[track_caller]
    fn tells(&self, kind: &str, text: &str) {
        let gaps = self.summary["unclear"].as_array().unwrap();
        let found = gaps
            .iter()
            .any(|it| it["kind"] == kind && it["reason"].as_str().unwrap_or_default().contains(text));
        assert!(found, "{kind} with `{text}`: {gaps:#?}");
    }

    /// Every wall agrees, and the run went to its end.
    #[track_caller]
    fn is_whole(&self) {
        assert_eq!(self.status, Some(0), "{:#}\n{}", self.summary, self.shown);
        assert_eq!(self.summary["valid"], true, "{:#}", self.summary);
        assert!(self.shown.contains("made"), "it was not made: {}", self.shown);
    }
}

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/it/attempts")
}

/// Makes an attempt in the room at a port; it may take so long.
fn inside(attempt: &str, port: u16, time: &str) -> Ended {
    let mut command = Command::new(env!("CARGO_BIN_EXE_waxseal"));
    command
        .args(["run", "--format", "json", "--seed", "5", "--max-time", time, "--"])
        .args(["node", "run.cjs", attempt, &port.to_string(), "198.51.100.66"])
        .current_dir(folder());
    watched(&mut command)
}

/// Runs waxseal, and sees that neither it nor the process that plays the internet takes much memory.
fn watched(command: &mut Command) -> Ended {
    let (out, err) = (tempfile::tempfile().unwrap(), tempfile::tempfile().unwrap());
    command
        .stdin(Stdio::null())
        .stdout(out.try_clone().unwrap())
        .stderr(err.try_clone().unwrap());
    let mut child = command.spawn().unwrap();
    let (mut peak, mut looked, mut met) = (0, 0, false);
    let ended = loop {
        let children = format!("/proc/{0}/task/{0}/children", child.id());
        let children = std::fs::read_to_string(children).unwrap_or_default();
        // The first child is the internet; the warden holds the room and answers for its memory itself.
        let internet = children
            .split_whitespace()
            .find(|pid| std::fs::read(format!("/proc/{pid}/comm")).is_ok_and(|it| it == b"waxseal-net\n"));
        met |= internet.is_some();
        for pid in internet.map(str::to_owned).into_iter().chain([child.id().to_string()]) {
            if let Some(size) = most_resident(&pid) {
                peak = peak.max(size);
                looked += 1;
            }
        }
        if let Some(ended) = child.try_wait().unwrap() {
            break ended;
        }
        std::thread::sleep(Duration::from_millis(20));
    };
    assert!(met && looked > 2 && peak > 0, "nobody could be looked at");
    assert!(peak < MAX_RESIDENT, "{peak} kB resident");
    let text = |mut file: std::fs::File| {
        use std::io::{Read as _, Seek as _};
        let mut bytes = Vec::new();
        file.rewind().unwrap();
        file.read_to_end(&mut bytes).unwrap();
        String::from_utf8_lossy(&bytes).into_owned()
    };
    let (out, shown) = (text(out), text(err));
    let mut report: Value = serde_json::from_str(&out).unwrap_or_else(|err| panic!("{err}: {out} {shown}"));
    Ended {
        status: ended.code(),
        summary: report["packages"][0]["runs"][0].take(),
        shown,
    }
}

/// `VmHWM` in kB (`man 5 proc_pid_status`).
fn most_resident(pid: &str) -> Option<u64> {
    let status = std::fs::read_to_string(format!("/proc/{pid}/status")).ok()?;
    let line = status.lines().find(|it| it.starts_with("VmHWM"))?;
    line.split_whitespace().nth(1)?.parse().ok()
}

#[test]
fn bombs_are_told_and_not_unpacked() {
    naive::decodes("bombs", 384 << 20);
    let ended = inside("bombs", 80, "60s");
    ended.is_whole();
    ended.tells("undecoded", "decodes to more than");
}

#[test]
fn bodies_without_an_end_are_cut_and_that_is_told() {
    naive::keeps("endless_bodies", 256 << 20, 2);
    let ended = inside("endless_bodies", 80, "120s");
    ended.is_whole();
    ended.tells("limit", "bytes and was cut");
}

#[test]
fn slow_connections_end_with_the_time_that_a_run_has() {
    naive::keeps("slow_connections", 3_000, 900);
    let ended = inside("slow_connections", 80, "8s");
    assert_eq!(ended.status, Some(4), "{:#}", ended.summary);
    assert_eq!(ended.summary["valid"], true, "{:#}", ended.summary);
    assert_eq!(ended.summary["end"]["limit"], "time");
    ended.tells("raw", "GET / HTTP/1.1");
}

#[test]
fn handshakes_that_are_never_finished_end_with_the_time_that_a_run_has() {
    naive::keeps("unfinished_handshakes", 10_000, 900);
    let ended = inside("unfinished_handshakes", 443, "8s");
    assert_eq!(ended.status, Some(4), "{:#}", ended.summary);
    assert_eq!(ended.summary["valid"], true, "{:#}", ended.summary);
    assert_eq!(ended.summary["end"]["limit"], "time");
    ended.tells("raw", "16");
}

#[test]
fn heads_without_an_end_are_told() {
    naive::keeps("header_floods", 256 << 20, 2);
    let ended = inside("header_floods", 80, "60s");
    ended.is_whole();
    ended.tells("raw", "GET / HTTP/1.1");
}

#[test]
fn floods_of_http2_are_told() {
    naive::keeps("http2_floods", 8 << 20, 5);
    let ended = inside("http2_floods", 80, "60s");
    ended.is_whole();
    ended.tells("raw", "PRI * HTTP/2.0");
    assert_eq!(ended.summary["counters"]["accepted"], 5, "{:#}", ended.summary);
}

#[test]
fn floods_of_websocket_are_told() {
    naive::keeps("websocket_floods", 256 << 20, 3);
    let ended = inside("websocket_floods", 80, "60s");
    ended.is_whole();
    ended.tells("cut", "bytes were kept");
}

#[test]
fn floods_of_mail_are_told() {
    naive::keeps("smtp_floods", 256 << 20, 3);
    let ended = inside("smtp_floods", 25, "60s");
    ended.is_whole();
    ended.tells("cut", "bytes were kept");
}

#[test]
fn every_question_of_a_flood_is_told() {
    let ended = inside("dns_floods", 53, "60s");
    ended.is_whole();
    let sent = ended.summary["counters"]["datagrams"].as_u64().unwrap();
    assert_eq!(sent, 20_004, "{:#}", ended.summary["counters"]);
    assert_eq!(ended.summary["counters"]["datagrams_lost"], 0);
}

/// In kB: 256 MiB. Most of these take 20 to 70 MiB, as many events as are kept the most.
const MAX_RESIDENT: u64 = 256 << 10;
