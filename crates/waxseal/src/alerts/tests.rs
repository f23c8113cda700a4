use std::time::Duration;

use waxseal_model::{Moment, Severity};

use super::alert::{Alert, Letter};
use super::pace::{Pace, Step};
use super::settings::TargetSettings;
use super::spool::{Admitted, Queue};
use super::window::{Judged, Window};

/// An alert as the milter makes one.
pub(super) fn alert(key: &str) -> Alert {
    Alert {
        key: key.to_owned(),
        severity: Severity::Critical,
        title: "Hidden recipient".to_owned(),
        summary: "app@sender.example sent a copy to archive@collector.example, whom no header names".to_owned(),
        subject: "app@sender.example".to_owned(),
        values: Vec::new(),
        at: Some(Moment(1_795_000_000)),
        source: "milter".to_owned(),
    }
    .with("recipient", "archive@collector.example")
    .with("queue id", "4jXB3H6c2Bz6nKb")
}

pub(super) fn letter(id: &str) -> Letter {
    Letter::new(id.to_owned(), &alert("a"), Moment(1_795_000_010))
}

fn settings(text: &str) -> Result<TargetSettings, String> {
    toml::from_str(text).map_err(|err: toml::de::Error| err.to_string())
}

#[test]
fn settings_are_read_and_mistakes_are_told() {
    let read =
        settings("kind = \"journald\"\nmin-severity = \"high\"\nrepeat-after = \"1h\"\nper-minute = 5\n").unwrap();
    assert_eq!(
        (
            read.name.as_str(),
            read.min_severity,
            read.repeat_after,
            read.per_minute,
            read.burst
        ),
        ("journald", Severity::High, 3600, 5, 20)
    );
    for (text, expected) in [
        ("", "an `[[alerts]]` table has a `kind`"),
        ("kind = \"pager\"", "there is no kind of alert `pager`"),
        ("kind = \"journald\"\ncolour = 1", "unknown field `colour`"),
        (
            "kind = \"journald\"\nmin-severity = \"bad\"",
            "`min-severity` is one of",
        ),
        ("kind = \"journald\"\nname = \"../x\"", "small letters"),
        ("kind = \"journald\"\nname = \"\"", "small letters"),
        ("kind = \"journald\"\nper-minute = 0", "at least 1"),
        ("kind = \"command\"\nargv = []", "absolute path"),
        ("kind = \"command\"\nargv = [\"sh\"]", "absolute path"),
        (
            "kind = \"syslog\"\naddress = \"udp:x\"",
            "no address of a syslog daemon",
        ),
        ("kind = \"syslog\"\nfacility = \"kern\"", "no facility"),
        (
            "kind = \"slack\"\nurl = \"https://hooks.example/T/B/verysecret\"",
            "a secret is not written into settings",
        ),
        (
            "kind = \"slack\"\nurl = { file = 3 }",
            "a secret is not written into settings",
        ),
        (
            "kind = \"slack\"\nurl = { file = \"a\", env = \"b\" }",
            "a secret is not written into settings",
        ),
        (
            "kind = \"webhook\"\nurl = \"http://hooks.example\"\nsecret = { env = \"X\" }",
            "is not https",
        ),
        (
            "kind = \"webhook\"\nurl = \"https://hooks.example\"\nsecret = \"whsec_verysecret\"",
            "a secret is not written into settings",
        ),
        ("kind = \"email\"\nfrom = \"a\"\nto = [\"b@c.example\"]", "no mailbox"),
        ("kind = \"email\"\nfrom = \"a@b.example\"\nto = []", "1 to 50"),
        (
            "kind = \"email\"\nfrom = \"a@b.example\"\nto = [\"b@c.example\"]\nhost = \"mx.example\"\ntls = \"none\"",
            "to this machine alone",
        ),
        (
            "kind = \"email\"\nfrom = \"a@b.example\"\nto = [\"b@c.example\"]\nuser = \"x\"",
            "come together",
        ),
    ] {
        let table: toml::Table = toml::from_str(text).unwrap();
        let err = TargetSettings::read(table).unwrap_err();
        assert!(err.contains(expected), "{text}\n{err}");
        // What was put in the place of a secret by mistake is not repeated.
        assert!(!err.contains("verysecret"), "{err}");
    }
}

#[test]
fn a_targets_own_mail_is_known_by_its_envelope_alone() {
    let email = settings(
        "kind = \"email\"\nfrom = \"Waxseal <wax@own.example>\"\nto = [\"ops@own.example\", \"b@own.example\"]",
    )
    .unwrap();
    assert!(email.is_own_mail("wax@OWN.example", &["ops@own.example"]));
    assert!(email.is_own_mail("wax@own.example", &["b@own.example", "ops@own.example"]));
    assert!(!email.is_own_mail("wax@own.example", &["ops@own.example", "spy@collector.example"]));
    assert!(!email.is_own_mail("app@own.example", &["ops@own.example"]));
    assert!(!email.is_own_mail("wax@own.example", &[]));
    assert!(
        !settings("kind = \"journald\"")
            .unwrap()
            .is_own_mail("wax@own.example", &["ops@own.example"])
    );
}

#[test]
fn hostile_text_is_bounded_and_visible_before_it_is_written() {
    let mut hostile = alert("k\u{202e}\n");
    hostile.title = format!("\u{1b}]0;x\u{7}{}", "A".repeat(5000));
    hostile.summary = "a\r\nBcc: spy@collector.example\r\n\r\nbody".to_owned();
    for at in 0..100 {
        hostile = hostile.with(format!("\u{feff}{at}"), "\0".repeat(100_000));
    }
    let letter = Letter::new("wx_1".to_owned(), &hostile, Moment(0));
    let json = letter.json();
    assert!(json.len() < 64 * 1024, "{}", json.len());
    assert!(!json.contains('\u{202e}') && !json.contains('\u{feff}'));
    let read: serde_json::Value = serde_json::from_str(&json).unwrap();
    let mut texts = vec![&read["data"]["title"], &read["data"]["summary"], &read["data"]["key"]];
    let values = read["data"]["values"].as_array().unwrap();
    assert_eq!(values.len(), 25);
    assert_eq!(values[24]["text"], "78 further facts");
    texts.extend(values.iter().flat_map(|value| [&value["name"], &value["text"]]));
    for text in texts {
        assert!(!text.as_str().unwrap().chars().any(char::is_control), "{text}");
    }
    assert_eq!(
        read["data"]["summary"],
        "a\\r\\nBcc: spy@collector.example\\r\\n\\r\\nbody"
    );
}

#[test]
fn a_bucket_lets_a_burst_through_and_puts_the_rest_together() {
    // 60 a minute, 3 at once.
    let mut pace = Pace::new(60, 3, 0);
    assert_eq!(pace.step(0, 10), Step::One);
    pace.delivered();
    assert_eq!(pace.step(0, 9), Step::One);
    pace.delivered();
    // The last token is for all that are left.
    assert_eq!(pace.step(0, 8), Step::Digest);
    pace.delivered();
    assert_eq!(pace.step(0, 1), Step::Wait(Duration::from_secs(1)));
    assert_eq!(pace.step(400, 1), Step::Wait(Duration::from_millis(600)));
    assert_eq!(pace.step(1000, 1), Step::One);
    pace.delivered();
    assert_eq!(pace.step(2000, 2), Step::Digest);
    // A quiet hour fills it to the burst, not beyond.
    pace.delivered();
    assert_eq!(pace.step(3_600_000, 10), Step::One);
    pace.delivered();
    pace.delivered();
    assert_eq!(pace.step(3_600_000, 10), Step::Digest);
}

#[test]
fn waits_double_up_to_five_minutes_and_begin_anew_after_a_success() {
    let mut pace = Pace::new(60, 3, 0);
    let waits: Vec<u64> = (0..12)
        .map(|_| u64::try_from(pace.failed(0, None, u64::MAX).as_millis()).unwrap())
        .collect();
    let bounds: Vec<u64> = (0..12).map(|at| (1000_u64 << at).min(300_000)).collect();
    for (wait, full) in waits.iter().zip(&bounds) {
        assert!((full / 2..=*full).contains(wait), "{waits:?}");
    }
    let mut other = Pace::new(60, 3, 0);
    assert_eq!(other.failed(0, None, 0), Duration::from_millis(500));
    assert_eq!(other.failed(0, None, 77), Duration::from_millis(1077));
    assert_eq!(other.step(1000, 1), Step::Wait(Duration::from_millis(77)));
    assert_eq!(other.step(1077, 1), Step::One);
    other.delivered();
    assert_eq!(other.failed(0, None, 0), Duration::from_millis(500));
    // What the target asks for counts, up to an hour.
    assert_eq!(
        other.failed(0, Some(Duration::from_secs(90)), 0),
        Duration::from_secs(90)
    );
    assert_eq!(
        other.failed(0, Some(Duration::from_secs(900_000)), 0),
        Duration::from_secs(3600)
    );
}

#[test]
fn what_comes_again_is_counted_until_the_window_is_over_or_it_is_worse() {
    let mut low = alert("a");
    low.severity = Severity::Medium;
    let mut window = Window::open(&low, Moment(100));
    assert_eq!(window.judge(&low, Moment(159), 60), Judged::Count);
    assert_eq!(window.judge(&low, Moment(160), 60), Judged::Tell);
    assert_eq!(window.judge(&alert("a"), Moment(101), 60), Judged::Tell);
    // A clock that was set back.
    assert_eq!(window.judge(&low, Moment(99), 60), Judged::Count);
    assert_eq!(window.judge(&low, Moment(0), 60), Judged::Tell);
    window.count(&low, Moment(110));
    assert!(
        window
            .follow_up()
            .summary
            .starts_with("came once more within 10 seconds: app@sender.example")
    );
    window.count(&low, Moment(130));
    assert!(
        window
            .follow_up()
            .summary
            .starts_with("came 2 more times within 30 seconds, the last time: app@")
    );
}

fn queue(folder: &std::path::Path, most: usize, window: u64) -> Queue {
    Queue::open(folder, most, window).unwrap()
}

fn numbered(at: usize) -> Letter {
    let mut letter = letter(&format!("wx_{at}"));
    letter.alert.summary = format!("number {at}");
    letter
}

#[test]
fn letters_come_out_in_the_order_they_went_in_over_two_writers() {
    let folder = tempfile::tempdir().unwrap();
    let (one, two) = (queue(folder.path(), 100, 60), queue(folder.path(), 100, 60));
    for at in 0..20 {
        let queue = if at % 3 == 0 { &one } else { &two };
        assert_eq!(
            queue.admit(&numbered(at), &format!("key {at}"), Moment(0)).unwrap(),
            Admitted::Queued
        );
    }
    let names = one.list().unwrap();
    let ids: Vec<String> = names.iter().map(|name| two.read(*name).unwrap().unwrap().id).collect();
    let expected: Vec<String> = (0..20).map(|at| format!("wx_{at}")).collect();
    assert_eq!(ids, expected);
}

#[test]
fn a_number_is_never_given_twice_even_where_the_counter_was_lost() {
    let folder = tempfile::tempdir().unwrap();
    let before = queue(folder.path(), 100, 0);
    for at in 0..3 {
        before.admit(&numbered(at), "k", Moment(0)).unwrap();
    }
    std::fs::write(folder.path().join("sequence"), "").unwrap();
    let after = queue(folder.path(), 100, 0);
    after.admit(&numbered(3), "k", Moment(0)).unwrap();
    assert_eq!(after.list().unwrap().len(), 4);
    assert_eq!(after.read(after.list().unwrap()[3]).unwrap().unwrap().id, "wx_3");
}

#[test]
fn repeats_are_counted_on_disk_and_told_once() {
    let folder = tempfile::tempdir().unwrap();
    let first = queue(folder.path(), 100, 60);
    assert_eq!(first.admit(&numbered(0), "k", Moment(0)).unwrap(), Admitted::Queued);
    for at in 1..8 {
        assert_eq!(
            first.admit(&numbered(at), "k", Moment(at as i64)).unwrap(),
            Admitted::Counted
        );
    }
    drop(first);
    // Another process goes on where that one ended.
    let later = queue(folder.path(), 100, 60);
    assert_eq!(later.admit(&numbered(8), "k", Moment(8)).unwrap(), Admitted::Counted);
    later.close_windows(Moment(59), false).unwrap();
    assert_eq!(later.list().unwrap().len(), 1);
    later.close_windows(Moment(60), false).unwrap();
    later.close_windows(Moment(61), false).unwrap();
    let names = later.list().unwrap();
    assert_eq!(names.len(), 2);
    let told = later.read(names[1]).unwrap().unwrap();
    assert_eq!((told.count, told.kind()), (8, "waxseal.alert.repeats"));
    assert_eq!(
        told.alert.summary,
        "came 8 more times within 8 seconds, the last time: number 8"
    );
    // Its time is over: the next one is told again.
    assert_eq!(later.admit(&numbered(9), "k", Moment(100)).unwrap(), Admitted::Queued);
}

#[test]
fn a_full_queue_folds_what_comes_and_loses_no_count() {
    let folder = tempfile::tempdir().unwrap();
    let small = queue(folder.path(), 10, 60);
    let mut folded = 0;
    for at in 0..500 {
        match small.admit(&numbered(at), &format!("key {at}"), Moment(0)).unwrap() {
            Admitted::Folded => folded += 1,
            Admitted::Queued => assert!(at < 10),
            Admitted::Counted => panic!("{at}"),
        }
    }
    assert_eq!(folded, 490);
    assert_eq!(small.list().unwrap().len(), 10);
    // Nothing is told while it is full; then one letter for all of them.
    small.unfold(Moment(1)).unwrap();
    assert_eq!(small.list().unwrap().len(), 10);
    for name in small.list().unwrap().into_iter().take(6) {
        small.remove(name).unwrap();
    }
    small.unfold(Moment(1)).unwrap();
    small.unfold(Moment(1)).unwrap();
    let names = small.list().unwrap();
    assert_eq!(names.len(), 5);
    let told = small.read(names[4]).unwrap().unwrap();
    assert_eq!((told.count, told.folded.len()), (490, 200));
    assert_eq!(told.alert.title, "490 alerts in one");
    assert!(told.alert.summary.ends_with(": 490 critical"), "{}", told.alert.summary);
    let bytes = std::fs::metadata(folder.path().join("queue/00000000000000000011.json"))
        .unwrap()
        .len();
    assert!(bytes < super::spool::MAX_LETTER, "{bytes}");
}

#[test]
fn a_digest_stands_for_its_letters_and_keeps_their_place() {
    let folder = tempfile::tempdir().unwrap();
    let queue = queue(folder.path(), 1000, 60);
    for at in 0..250 {
        queue.admit(&numbered(at), &format!("key {at}"), Moment(0)).unwrap();
    }
    let names = queue.list().unwrap();
    let (name, digest) = queue.fold(&names, Moment(5)).unwrap().unwrap();
    assert_eq!(name, names[0]);
    assert_eq!((digest.count, digest.folded.len()), (200, 200));
    assert_eq!(digest.folded[0], "wx_0");
    assert_eq!(queue.list().unwrap().len(), 51);
    assert_eq!(queue.read(queue.list().unwrap()[1]).unwrap().unwrap().id, "wx_200");
    // The same letters make the same id: told twice, it can be known.
    assert_eq!(queue.read(name).unwrap().unwrap(), digest);
    // It has no room for more, so it is sent as it is.
    assert!(queue.fold(&queue.list().unwrap(), Moment(6)).unwrap().is_none());
}

#[test]
fn a_broken_letter_is_put_aside_and_holds_nobody_up() {
    let folder = tempfile::tempdir().unwrap();
    let queue = queue(folder.path(), 10, 60);
    for at in 0..3 {
        queue.admit(&numbered(at), &format!("key {at}"), Moment(0)).unwrap();
    }
    let names = queue.list().unwrap();
    std::fs::write(folder.path().join("queue/00000000000000000001.json"), "{\"id\":").unwrap();
    assert!(queue.read(names[0]).unwrap().is_none());
    assert_eq!(queue.list().unwrap().len(), 2);
    assert!(folder.path().join("refused/00000000000000000001.json").exists());
}

#[test]
fn a_window_that_cannot_be_read_hides_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let queue = queue(folder.path(), 10, 60);
    queue.admit(&numbered(0), "k", Moment(0)).unwrap();
    let window = std::fs::read_dir(folder.path().join("windows"))
        .unwrap()
        .next()
        .unwrap()
        .unwrap()
        .path();
    std::fs::write(window, "").unwrap();
    assert_eq!(queue.admit(&numbered(1), "k", Moment(1)).unwrap(), Admitted::Queued);
}

#[test]
fn a_damaged_summary_is_told_and_stops_nobody() {
    let folder = tempfile::tempdir().unwrap();
    let queue = queue(folder.path(), 10, 60);
    std::fs::write(folder.path().join("full.json"), "{\"count\":").unwrap();
    queue.unfold(Moment(1)).unwrap();
    queue.unfold(Moment(2)).unwrap();
    let names = queue.list().unwrap();
    assert_eq!(names.len(), 1);
    let told = queue.read(names[0]).unwrap().unwrap();
    assert!(told.alert.values[0].text.contains("was damaged"), "{told:?}");
    assert!(!folder.path().join("full.json").exists());
}
