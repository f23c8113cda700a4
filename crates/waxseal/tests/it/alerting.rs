//! Alerts over the end of a process, a target that is away, and a full disk.

use std::collections::BTreeMap;
use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use waxseal::alerts::{Alert, AlertError, Alerts, Enqueued, Limits, TargetSettings, Targets, status};
use waxseal_model::Severity;

fn alert(number: usize) -> Alert {
    Alert {
        key: format!("key {number}"),
        severity: Severity::High,
        title: "Hidden recipient".to_owned(),
        summary: format!("app@sender.example sent number {number} to archive@collector.example too"),
        subject: "app@sender.example".to_owned(),
        values: Vec::new(),
        at: None,
        source: "test".to_owned(),
    }
    .with("number", number.to_string())
}

/// Settings of webhooks that may send as fast as they can, by name and port.
fn webhooks(folder: &Path, targets: &[(&str, u16)]) -> Vec<TargetSettings> {
    let secret = folder.join("secret");
    std::fs::write(&secret, "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSwMfKQ9r8GKYo=").unwrap();
    targets
        .iter()
        .map(|(name, port)| {
            toml::from_str(&format!(
                "kind = \"webhook\"\nname = \"{name}\"\nurl = \"http://127.0.0.1:{port}/\"\nsecret = {{ file = \"{}\" }}\n\
                 per-minute = 1000000\nburst = 100000\ntimeout = 5\n",
                secret.display()
            ))
            .unwrap()
        })
        .collect()
}

fn open(settings: &[TargetSettings], spool: &Path) -> Result<Alerts, AlertError> {
    Alerts::open(Targets::read(settings)?, spool, Limits::default())
}

/// What a receiver got: each letter's id and number, in order.
type Got = Arc<Mutex<Vec<(String, usize, u64)>>>;

/// Answers every request with 204.
fn receiver(listener: TcpListener) -> Got {
    let got = Got::default();
    let all = Arc::clone(&got);
    std::thread::spawn(move || {
        for stream in listener.incoming() {
            let (stream, all) = (stream.unwrap(), Arc::clone(&all));
            std::thread::spawn(move || serve(stream, &all));
        }
    });
    got
}

fn serve(mut stream: TcpStream, all: &Got) {
    let mut reader = BufReader::new(stream.try_clone().unwrap());
    loop {
        let mut length = 0;
        loop {
            let mut line = String::new();
            if reader.read_line(&mut line).unwrap_or(0) == 0 {
                return;
            }
            if let Some(text) = line.to_lowercase().strip_prefix("content-length: ") {
                length = text.trim().parse().unwrap();
            }
            if line == "\r\n" {
                break;
            }
        }
        let mut body = vec![0; length];
        if reader.read_exact(&mut body).is_err() {
            return;
        }
        let letter: serde_json::Value = serde_json::from_slice(&body).unwrap();
        let values = letter["data"]["values"].as_array().unwrap();
        let number = values.iter().find(|value| value["name"] == "number");
        let number = number.map_or(usize::MAX, |value| value["text"].as_str().unwrap().parse().unwrap());
        let count = letter["data"]["count"].as_u64().unwrap();
        all.lock()
            .unwrap()
            .push((letter["id"].as_str().unwrap().to_owned(), number, count));
        if stream.write_all(b"HTTP/1.1 204 No Content\r\n\r\n").is_err() {
            return;
        }
    }
}

fn until(what: &str, mut done: impl FnMut() -> bool) {
    let end = Instant::now() + Duration::from_secs(30);
    while !done() {
        assert!(Instant::now() < end, "{what}");
        std::thread::sleep(Duration::from_millis(5));
    }
}

fn numbers(got: &Got) -> Vec<usize> {
    got.lock().unwrap().iter().map(|(_, number, _)| *number).collect()
}

const CHILD: &str = "WAXSEAL_TEST_ALERTS_CHILD";

/// Not a test by itself: what the next one starts and kills. `FOLDER PORT FIRST`.
#[test]
fn child_that_enqueues_until_it_is_killed() {
    let Ok(text) = std::env::var(CHILD) else { return };
    let mut words = text.split(' ');
    let folder = Path::new(words.next().unwrap());
    let port = words.next().unwrap().parse().unwrap();
    let first: usize = words.next().unwrap().parse().unwrap();
    let alerts = open(&webhooks(folder, &[("hook", port)]), &folder.join("spool")).unwrap();
    let _sender = alerts.start().unwrap();
    let mut out = std::io::stdout();
    for number in first..first + 100_000 {
        alerts.enqueue(&alert(number)).unwrap();
        writeln!(out, "kept {number}").unwrap();
        out.flush().unwrap();
    }
}

#[test]
fn nothing_that_was_kept_is_lost_when_the_process_is_killed() {
    let folder = tempfile::tempdir().unwrap();
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    let got = receiver(listener);
    let mut kept = Vec::new();
    // Killed again and again, each time somewhere else in the middle of enqueuing and sending.
    for (round, lines) in [37, 1, 150, 88, 211].into_iter().enumerate() {
        let mut child = Command::new(std::env::current_exe().unwrap())
            .args([
                "alerting::child_that_enqueues_until_it_is_killed",
                "--exact",
                "--nocapture",
            ])
            .env(CHILD, format!("{} {port} {}", folder.path().display(), round * 100_000))
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let mut out = BufReader::new(child.stdout.take().unwrap()).lines();
        let mut take = |line: String| {
            // The harness begins the line.
            if let Some((_, number)) = line.split_once("kept ") {
                kept.push(number.parse::<usize>().unwrap());
            }
        };
        for line in out.by_ref().take(lines + 3) {
            take(line.unwrap());
        }
        // SIGKILL.
        child.kill().unwrap();
        child.wait().unwrap();
        out.for_each(|line| take(line.unwrap()));
    }
    assert!(kept.len() > 400, "{}", kept.len());
    let alerts = open(
        &webhooks(folder.path(), &[("hook", port)]),
        &folder.path().join("spool"),
    )
    .unwrap();
    let _sender = alerts.start().unwrap();
    assert_eq!(alerts.flush(Duration::from_secs(60)).unwrap(), 0);
    let mut ids: BTreeMap<usize, Vec<String>> = BTreeMap::new();
    for (id, number, _) in got.lock().unwrap().iter() {
        ids.entry(*number).or_default().push(id.clone());
    }
    for number in &kept {
        assert!(ids.contains_key(number), "{number} was kept and not told");
    }
    // What came twice came with the same id, and at most one a kill.
    let twice = ids.values().filter(|ids| ids.len() > 1).count();
    assert!(ids.values().all(|ids| ids.windows(2).all(|pair| pair[0] == pair[1])));
    assert!(twice <= 5, "{twice}");
}

#[test]
fn a_dead_target_holds_nobody_up_and_gets_everything_once_when_it_is_back() {
    let folder = tempfile::tempdir().unwrap();
    let live = TcpListener::bind("127.0.0.1:0").unwrap();
    let dead = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let settings = webhooks(
        folder.path(),
        &[("dead", dead.port()), ("live", live.local_addr().unwrap().port())],
    );
    let got = receiver(live);
    let spool = folder.path().join("spool");
    let alerts = open(&settings, &spool).unwrap();
    let sender = alerts.start().unwrap();
    for number in 0..50 {
        let done = alerts.enqueue(&alert(number)).unwrap();
        assert_eq!((done.queued, done.counted, done.folded), (2, 0, 0));
    }
    until("the live one gets all", || numbers(&got).len() == 50);
    assert_eq!(numbers(&got), (0..50).collect::<Vec<_>>());
    until("trouble is told", || status(&spool).unwrap()[0].trouble.is_some());
    let found = status(&spool).unwrap();
    assert_eq!(
        (found[0].target.as_str(), found[0].waiting, found[1].waiting),
        ("dead", 50, 0)
    );
    assert!(
        found[0].trouble.as_ref().unwrap().starts_with("it cannot be reached"),
        "{found:?}"
    );
    drop(sender);
    drop(alerts);

    // Another process, and the target is back.
    let back = receiver(TcpListener::bind(dead).unwrap());
    let alerts = open(&settings, &spool).unwrap();
    let _sender = alerts.start().unwrap();
    assert_eq!(alerts.flush(Duration::from_secs(20)).unwrap(), 0);
    assert_eq!(numbers(&back), (0..50).collect::<Vec<_>>());
    assert_eq!(numbers(&got).len(), 50);
    until("the trouble is over", || status(&spool).unwrap()[0].trouble.is_none());
}

#[test]
fn a_target_that_refuses_everything_empties_its_queue_slowly() {
    let folder = tempfile::tempdir().unwrap();
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let settings = webhooks(folder.path(), &[("hook", listener.local_addr().unwrap().port())]);
    std::thread::spawn(move || {
        for stream in listener.incoming() {
            // Answered before it is read: the client hears it all the same.
            let mut stream = stream.unwrap();
            let mut buffer = [0; 65536];
            let _ = stream.read(&mut buffer);
            let _ = stream.write_all(b"HTTP/1.1 422 No\r\nconnection: close\r\ncontent-length: 0\r\n\r\n");
        }
    });
    let spool = folder.path().join("spool");
    let alerts = open(&settings, &spool).unwrap();
    for number in 0..10 {
        alerts.enqueue(&alert(number)).unwrap();
    }
    let _sender = alerts.start().unwrap();
    until("four are refused", || status(&spool).unwrap()[0].refused >= 4);
    let found = &status(&spool).unwrap()[0];
    assert!(found.refused < 10 && found.waiting > 0, "{found:?}");
    assert!(
        found
            .trouble
            .as_ref()
            .unwrap()
            .starts_with("a letter was refused: it answered 422"),
        "{found:?}"
    );
}

#[test]
fn two_senders_on_one_spool_tell_everything_once() {
    let folder = tempfile::tempdir().unwrap();
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let settings = webhooks(folder.path(), &[("hook", listener.local_addr().unwrap().port())]);
    let got = receiver(listener);
    let spool = folder.path().join("spool");
    let (one, two) = (open(&settings, &spool).unwrap(), open(&settings, &spool).unwrap());
    let first = one.start().unwrap();
    let _second = two.start().unwrap();
    std::thread::scope(|scope| {
        scope.spawn(|| (0..100).for_each(|number| assert_eq!(one.enqueue(&alert(number)).unwrap().queued, 1)));
        scope.spawn(|| (100..200).for_each(|number| assert_eq!(two.enqueue(&alert(number)).unwrap().queued, 1)));
    });
    assert_eq!(one.flush(Duration::from_secs(20)).unwrap(), 0);
    let mut told = numbers(&got);
    told.sort_unstable();
    assert_eq!(told, (0..200).collect::<Vec<_>>());
    // The first one ends, and the other goes on.
    drop(first);
    two.enqueue(&alert(200)).unwrap();
    until("the second one sends", || numbers(&got).contains(&200));
}

#[test]
fn repeats_are_told_as_a_count_and_what_is_too_much_in_one_letter() {
    let folder = tempfile::tempdir().unwrap();
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    let got = receiver(listener);
    let mut settings = webhooks(folder.path(), &[("hook", port)]);
    let spool = folder.path().join("spool");
    let alerts = open(&settings, &spool).unwrap();
    let sender = alerts.start().unwrap();
    for _ in 0..30 {
        alerts.enqueue(&alert(1)).unwrap();
    }
    assert_eq!(alerts.flush(Duration::from_secs(20)).unwrap(), 0);
    let counts: Vec<u64> = got.lock().unwrap().iter().map(|(_, _, count)| *count).collect();
    assert_eq!(counts, [1, 29]);
    drop((sender, alerts));

    got.lock().unwrap().clear();
    settings[0].per_minute = 1;
    settings[0].burst = 3;
    let alerts = open(&settings, &folder.path().join("other")).unwrap();
    for number in 0..100 {
        alerts.enqueue(&alert(number)).unwrap();
    }
    let _sender = alerts.start().unwrap();
    assert_eq!(alerts.flush(Duration::from_secs(20)).unwrap(), 0);
    let counts: Vec<u64> = got.lock().unwrap().iter().map(|(_, _, count)| *count).collect();
    assert_eq!(counts, [1, 1, 98]);
}

#[test]
fn what_cannot_be_written_down_is_said_and_told_of_later() {
    let folder = tempfile::tempdir().unwrap();
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let settings = webhooks(folder.path(), &[("hook", listener.local_addr().unwrap().port())]);
    let got = receiver(listener);
    let spool = folder.path().join("spool");
    let alerts = open(&settings, &spool).unwrap();
    // Somebody has put links where the next three letters are written: they are not followed.
    let elsewhere = folder.path().join("elsewhere");
    std::fs::write(&elsewhere, "as it was").unwrap();
    for number in 1..=3 {
        std::os::unix::fs::symlink(&elsewhere, spool.join(format!("hook/queue/{number:020}.new"))).unwrap();
    }
    for number in 0..3 {
        let err = alerts.enqueue(&alert(number)).unwrap_err();
        assert!(matches!(&err, AlertError::Spool(_)), "{err:?}");
        assert!(err.to_string().contains("symbolic links"), "{err}");
    }
    assert_eq!(std::fs::read(&elsewhere).unwrap(), b"as it was");
    assert_eq!(alerts.enqueue(&alert(3)).unwrap().queued, 1);
    let _sender = alerts.start().unwrap();
    assert_eq!(alerts.flush(Duration::from_secs(20)).unwrap(), 0);
    let told: Vec<(usize, u64)> = got
        .lock()
        .unwrap()
        .iter()
        .map(|(_, number, count)| (*number, *count))
        .collect();
    assert_eq!(told, [(3, 1), (usize::MAX, 3)]);
}

#[test]
fn who_wants_less_is_told_less() {
    let folder = tempfile::tempdir().unwrap();
    let mut settings = webhooks(folder.path(), &[("all", 9), ("worst", 9)]);
    settings[1].min_severity = Severity::Critical;
    let alerts = open(&settings, &folder.path().join("spool")).unwrap();
    assert_eq!(
        alerts.enqueue(&alert(0)).unwrap(),
        Enqueued {
            queued: 1,
            ..Enqueued::default()
        }
    );
    settings[1].name = "all".to_owned();
    let err = open(&settings, &folder.path().join("spool")).err().unwrap();
    assert!(matches!(err, AlertError::SameName(_)), "{err}");
}
