//! What is written, and where it is not written.

use std::os::unix::fs::{PermissionsExt as _, symlink};
use std::path::PathBuf;

use super::*;
use crate::run::samples::{HOSTILE, hostile, mailer, quiet};
use crate::run::summary::{Known, summarize};

mod har_schema;

/// One packet of five bytes, and one that was left out.
fn packets() -> Packets<'static> {
    let mut blocks = tempfile::tempfile().expect("a file");
    pcapng::packet(&mut blocks, Duration::new(1_767_322_800, 7), 9, b"\x00\x01\x02\x03\x04").expect("written");
    Packets {
        blocks: Box::leak(Box::new(blocks)),
        count: PacketCount {
            kept: 1,
            cut: 1,
            dropped: 0,
        },
    }
}

fn extras() -> Extras<'static> {
    Extras {
        started: "2026-01-02T03:04:05Z".parse().expect("a moment"),
        packets: Some(packets()),
        tls_keys: "CLIENT_RANDOM 00 11\n",
        versions: &[("node", "v20.20.2")],
        limit: 1 << 20,
    }
}

fn write(folder: &Path, run: &Run) -> Result<Saved, SaveError> {
    save(folder, run, &summarize(run, &Known::default()), &extras())
}

fn read(folder: &Path, name: &str) -> String {
    std::fs::read_to_string(folder.join(name)).unwrap_or_else(|err| panic!("{name}: {err}"))
}

fn room() -> (tempfile::TempDir, PathBuf) {
    let room = tempfile::tempdir().expect("a folder");
    let folder = room.path().join("out");
    (room, folder)
}

#[test]
fn every_file_is_there_and_listed_with_its_hash() {
    let (_room, folder) = room();
    let saved = write(&folder, &mailer()).expect("saved");
    let names: Vec<&str> = saved.files.iter().map(|file| file.name.as_str()).collect();
    let expected = [
        "events.jsonl",
        "traffic.har",
        "mail/0001.eml",
        "mail/0001.json",
        "mail/0002.eml",
        "mail/0002.json",
        "keys.log",
        "capture.pcapng",
        "index.html",
        "run.json",
    ];
    assert_eq!(names, expected);
    for file in &saved.files {
        let bytes = std::fs::read(folder.join(&file.name)).expect("it is there");
        assert_eq!(bytes.len() as u64, file.bytes, "{}", file.name);
        let mode = std::fs::metadata(folder.join(&file.name))
            .expect("it is there")
            .permissions()
            .mode();
        assert_eq!(mode & 0o777, 0o600, "{}", file.name);
    }
    let run: serde_json::Value = serde_json::from_str(&read(&folder, "run.json")).expect("JSON");
    assert_eq!(run["files"].as_array().map(Vec::len), Some(expected.len() - 1));
    assert_eq!(run["end"]["status"], 0);
    assert_eq!(run["counters"]["packets"], 412);
    assert!(std::fs::read_dir(&folder).expect("a folder").all(|entry| {
        !entry
            .expect("an entry")
            .file_name()
            .to_string_lossy()
            .starts_with(".part")
    }));
}

#[test]
fn a_message_is_saved_as_it_was_received() {
    let (_room, folder) = room();
    write(&folder, &mailer()).expect("saved");
    let message = read(&folder, "mail/0001.eml");
    assert!(message.starts_with("From: shop@shop.example\r\nTo: Ann") && message.ends_with("Hello\r\n"));
    let envelope: serde_json::Value = serde_json::from_str(&read(&folder, "mail/0001.json")).expect("JSON");
    assert_eq!(envelope["recipients"][1], "archive@collector.example NOTIFY=NEVER");
    assert_eq!(envelope["accepted"], true);
}

#[test]
fn every_line_of_events_is_what_its_schema_says() {
    let validator = jsonschema::validator_for(&schema()).expect("a schema");
    let mut kinds = std::collections::BTreeSet::new();
    for run in [mailer(), hostile()] {
        let (_room, folder) = room();
        write(&folder, &run).expect("saved");
        let text = read(&folder, "events.jsonl");
        assert_eq!(text.lines().count(), run.events.len());
        for line in text.lines() {
            let value: serde_json::Value = serde_json::from_str(line).expect("JSON");
            let errors: Vec<String> = validator.iter_errors(&value).map(|err| err.to_string()).collect();
            assert!(errors.is_empty(), "{line}\n{errors:?}");
            kinds.insert(value["kind"].as_str().expect("a kind").to_owned());
        }
    }
    assert_eq!(kinds.len(), 23, "{kinds:?}");
    assert!(!kinds.contains("other"));
    insta::assert_snapshot!(
        "events_schema",
        serde_json::to_string_pretty(&schema()).expect("a schema")
    );
}

#[test]
fn how_events_look() {
    let (_room, folder) = room();
    write(&folder, &mailer()).expect("saved");
    insta::assert_snapshot!("events", read(&folder, "events.jsonl"));
}

#[test]
fn bytes_that_are_no_text_are_base64() {
    let (_room, folder) = room();
    write(&folder, &mailer()).expect("saved");
    let text = read(&folder, "events.jsonl");
    assert!(text.contains(r#""payload":{"text":"FgAB/w==","encoding":"base64","length":4,"cut":false}"#));
}

#[test]
fn traffic_is_valid_har() {
    let validator = jsonschema::validator_for(&har_schema::har()).expect("a schema");
    for run in [mailer(), hostile(), quiet()] {
        let (_room, folder) = room();
        write(&folder, &run).expect("saved");
        let value: serde_json::Value = serde_json::from_str(&read(&folder, "traffic.har")).expect("JSON");
        let errors: Vec<String> = validator.iter_errors(&value).map(|err| err.to_string()).collect();
        assert!(errors.is_empty(), "{errors:?}");
    }
    let (_room, folder) = room();
    write(&folder, &mailer()).expect("saved");
    let value: serde_json::Value = serde_json::from_str(&read(&folder, "traffic.har")).expect("JSON");
    let entry = &value["log"]["entries"][0];
    assert_eq!(entry["startedDateTime"], "2026-01-02T03:04:05.004300Z");
    assert_eq!(entry["serverIPAddress"], "104.16.0.9");
    assert_eq!(entry["connection"], "1");
    assert_eq!(entry["request"]["postData"]["mimeType"], "application/json");
    assert_eq!(entry["request"]["queryString"][0]["value"], "a b");
    assert_eq!(entry["request"]["cookies"][1]["name"], "theme");
    assert_eq!(entry["response"]["content"]["text"], "{\"ok\":true}");
}

#[test]
fn an_address_is_one_for_every_reader_and_is_kept_as_it_was_too() {
    let check = |url: &str, expected: &str| {
        let mut run = mailer();
        for event in &mut run.events {
            if let Observation::Http(exchange) = &mut event.observation {
                url.clone_into(&mut exchange.url);
            }
        }
        let (_room, folder) = room();
        write(&folder, &run).expect("saved");
        let value: serde_json::Value = serde_json::from_str(&read(&folder, "traffic.har")).expect("JSON");
        let request = &value["log"]["entries"][0]["request"];
        assert_eq!(request["url"], expected);
        assert_eq!(request["_url"].as_str().unwrap_or(expected), url);
    };
    check("https://a.test/x?y=1#z", "https://a.test/x?y=1#z");
    check(
        "http://[2001:db8::1]:8/[x]?[y]#z#[",
        "http://[2001:db8::1]:8/%5Bx%5D?%5By%5D#z%23%5B",
    );
    check("https://a.test/%zz|`\"", "https://a.test/%25zz%7C%60%22");
    check("/only a path%", "invalid:/only%20a%20path%25");
}

#[test]
fn nothing_hostile_leaves_as_it_is() {
    let (_room, folder) = room();
    let saved = write(&folder, &hostile()).expect("saved");
    for file in saved
        .files
        .iter()
        .filter(|file| !file.name.ends_with(".eml") && file.name != "capture.pcapng")
    {
        let text = read(&folder, &file.name);
        let obeyed = |c: char| (c.is_control() && c != '\n') || c == '\u{202e}';
        assert!(!text.contains(obeyed), "{}", file.name);
        assert!(!text.contains(HOSTILE), "{}", file.name);
    }
    let page = read(&folder, "index.html");
    let tags = [
        "<script",
        "</script",
        "<img",
        "javascript:",
        "http://",
        "https://",
        "src=",
    ];
    for tag in tags.iter().filter(|tag| **tag != "https://" && **tag != "src=") {
        assert!(!page.to_lowercase().contains(tag), "{tag}");
    }
    assert!(page.contains("&lt;/script&gt;&lt;img src=x onerror=alert(1)&gt;&quot;&#39;&amp;amp;"));
    // Nothing is lost in the files for programs.
    let first = read(&folder, "events.jsonl").lines().next().expect("a line").to_owned();
    let value: serde_json::Value = serde_json::from_str(&first).expect("JSON");
    assert_eq!(value["host"], HOSTILE);
    let names: Vec<&str> = saved.files.iter().map(|file| file.name.as_str()).collect();
    assert!(names.contains(&"mail/0002.eml") && names.iter().all(|name| name.is_ascii() && !name.contains("..")));
}

#[test]
fn a_page_stands_alone() {
    let (_room, folder) = room();
    write(&folder, &mailer()).expect("saved");
    let page = read(&folder, "index.html");
    assert!(page.contains("default-src 'none'"));
    for part in page.split("href=\"").skip(1) {
        let target = part.split('"').next().expect("an end");
        match target.strip_prefix('#') {
            Some(id) => assert!(page.contains(&format!("id=\"{id}\"")), "{target}"),
            None => assert!(folder.join(target).is_file(), "{target}"),
        }
    }
    insta::assert_snapshot!("page", page);
}

#[test]
fn an_earlier_run_gives_way_and_other_files_stay() {
    let (_room, folder) = room();
    write(&folder, &mailer()).expect("saved");
    std::fs::write(folder.join("notes.txt"), "mine").expect("written");
    std::fs::write(folder.join("mail/notes.txt"), "mine").expect("written");
    std::fs::write(folder.join(".part-events.jsonl"), "half").expect("written");
    let bare = Extras {
        packets: None,
        tls_keys: "",
        ..extras()
    };
    let run = quiet();
    save(&folder, &run, &summarize(&run, &Known::default()), &bare).expect("saved again");
    for gone in [
        "keys.log",
        "capture.pcapng",
        "mail/0001.eml",
        "mail/0002.json",
        ".part-events.jsonl",
    ] {
        assert!(!folder.join(gone).exists(), "{gone}");
    }
    assert_eq!(
        read(&folder, "notes.txt") + &read(&folder, "mail/notes.txt"),
        "minemine"
    );
}

fn refused(folder: &Path, expected: &str) {
    let err = write(folder, &mailer()).expect_err("refused");
    let text = err.to_string().replace(&folder.display().to_string(), "OUT");
    assert_eq!(text, expected);
    assert!(!err.hint().is_empty());
}

#[test]
fn a_folder_of_somebody_else_is_left_alone() {
    let (_room, folder) = room();
    std::fs::create_dir(&folder).expect("made");
    std::fs::write(folder.join("events.jsonl"), "mine").expect("written");
    refused(&folder, "the folder `OUT` holds files that waxseal did not write");
    assert_eq!(read(&folder, "events.jsonl"), "mine");
    // A marker that is a link to a real one marks nothing.
    let (_other, ours) = room();
    write(&ours, &quiet()).expect("saved");
    symlink(ours.join(".waxseal-run"), folder.join(".waxseal-run")).expect("a link");
    refused(&folder, "the folder `OUT` holds files that waxseal did not write");
}

#[test]
fn no_link_is_followed_to_the_folder() {
    let (room, folder) = room();
    let real = room.path().join("real");
    std::fs::create_dir(&real).expect("made");
    symlink(&real, &folder).expect("a link");
    refused(&folder, "`OUT` is not a folder of its own");
    let err = write(&folder.join(""), &mailer()).expect_err("a slash at the end changes nothing");
    assert!(matches!(err, SaveError::NotAFolder { .. }));
    assert_eq!(std::fs::read_dir(&real).expect("a folder").count(), 0);
    std::fs::remove_file(&folder).expect("removed");
    std::fs::write(&folder, "a file").expect("written");
    refused(&folder, "`OUT` is not a folder of its own");
}

#[test]
fn a_planted_link_is_neither_followed_nor_removed() {
    for name in ["events.jsonl", "index.html", ".part-events.jsonl"] {
        let (room, folder) = room();
        write(&folder, &quiet()).expect("saved");
        let target = room.path().join("target");
        std::fs::write(&target, "precious").expect("written");
        let _ = std::fs::remove_file(folder.join(name));
        symlink(&target, folder.join(name)).expect("a link");
        refused(&folder, &format!("`OUT/{name}` was put there by somebody else"));
        assert_eq!(std::fs::read_to_string(&target).expect("there"), "precious");
    }
}

#[test]
fn a_planted_mail_folder_is_not_followed() {
    let (room, folder) = room();
    write(&folder, &quiet()).expect("saved");
    let target = room.path().join("target");
    std::fs::create_dir(&target).expect("made");
    std::fs::write(target.join("0001.eml"), "precious").expect("written");
    symlink(&target, folder.join("mail")).expect("a link");
    refused(&folder, "`OUT/mail` is not a folder of its own");
    assert_eq!(
        std::fs::read_to_string(target.join("0001.eml")).expect("there"),
        "precious"
    );
    assert_eq!(std::fs::read_dir(&target).expect("a folder").count(), 1);
}

#[test]
fn the_ceiling_names_the_file_that_was_not_written() {
    let (_room, folder) = room();
    let run = mailer();
    let events = {
        let saved = write(&folder, &run).expect("saved");
        saved.files[0].bytes
    };
    let tight = Extras {
        limit: events + 10,
        ..extras()
    };
    let err = save(&folder, &run, &summarize(&run, &Known::default()), &tight).expect_err("too large");
    let expected = format!(
        "`{}/traffic.har` would make the folder larger than {} bytes, and was not written",
        folder.display(),
        events + 10
    );
    assert_eq!(err.to_string(), expected);
    assert!(folder.join("events.jsonl").exists() && !folder.join("traffic.har").exists());
    assert!(!folder.join(".part-traffic.har").exists() && !folder.join("run.json").exists());
}

#[test]
fn a_capture_holds_the_keys_before_the_packets_and_says_what_is_missing() {
    let (_room, folder) = room();
    write(&folder, &quiet()).expect("saved");
    let bytes = std::fs::read(folder.join("capture.pcapng")).expect("there");
    let blocks = blocks(&bytes);
    let kinds: Vec<u32> = blocks.iter().map(|(kind, _)| *kind).collect();
    assert_eq!(kinds, [0x0a0d_0d0a, 1, 10, 6, 5]);
    assert_eq!(&blocks[0].1[..8], [0x4d, 0x3c, 0x2b, 0x1a, 1, 0, 0, 0]);
    assert_eq!(&blocks[2].1[..8], [b'K', b'S', b'L', b'T', 20, 0, 0, 0]);
    assert_eq!(&blocks[2].1[8..28], b"CLIENT_RANDOM 00 11\n");
    let at = 1_767_322_800_000_000_007_u64;
    let mut packet = Vec::new();
    for number in [0, (at >> 32) as u32, at as u32, 5, 9] {
        packet.extend(number.to_le_bytes());
    }
    packet.extend([0, 1, 2, 3, 4, 0, 0, 0]);
    assert_eq!(blocks[3].1, packet);
    // `isb_ifrecv` and `isb_ifdrop`.
    assert_eq!(
        blocks[4].1[12..36],
        [4, 0, 8, 0, 2, 0, 0, 0, 0, 0, 0, 0, 5, 0, 8, 0, 1, 0, 0, 0, 0, 0, 0, 0]
    );
    assert!(read(&folder, "index.html").contains("<p>1 of 2 packets are not in the capture"));
    let run: serde_json::Value = serde_json::from_str(&read(&folder, "run.json")).expect("JSON");
    assert_eq!(run["packets"]["cut"], 1);
}

#[test]
fn many_keys_are_many_blocks_that_are_whole_lines() {
    let keys = "CLIENT_RANDOM 0123456789abcdef fedcba9876543210\n".repeat(60_000);
    let mut out = Vec::new();
    pcapng::secrets(&mut out, &keys).expect("written");
    let mut together: Vec<u8> = Vec::new();
    for (kind, body) in blocks(&out) {
        assert!(kind == 10 && body.len() <= (1 << 20) + 8);
        let length = u32::from_le_bytes(*body[4..].first_chunk().expect("a number")) as usize;
        assert_eq!(body[7 + length], b'\n');
        together.extend(&body[8..8 + length]);
    }
    assert_eq!(together, keys.as_bytes());
}

/// Every block's type and body, whose lengths must agree.
fn blocks(mut bytes: &[u8]) -> Vec<(u32, &[u8])> {
    let number = |bytes: &[u8]| u32::from_le_bytes(*bytes.first_chunk().expect("a number"));
    let mut found = Vec::new();
    while !bytes.is_empty() {
        let length = number(&bytes[4..]) as usize;
        let (block, rest) = bytes.split_at(length);
        assert!(length.is_multiple_of(4) && number(&block[length - 4..]) as usize == length);
        found.push((number(block), &block[8..length - 4]));
        bytes = rest;
    }
    found
}
