//! Bytes in any pieces and encodings, damage, limits.

use super::super::frame::{Decoder, Objects, Rows};
use super::super::{EXPORTS, Export, Outcome, Reading, sniff, value};
use super::Told;
use waxseal_model::Moment;

fn export_of(id: &str) -> &'static Export {
    EXPORTS.iter().find(|it| it.id == id).expect("an export")
}

fn read_in(export: &'static Export, bytes: &[u8], piece: usize) -> (Vec<Told>, Outcome) {
    let mut told = Vec::new();
    let mut reading = Reading::new(export);
    for chunk in bytes.chunks(piece) {
        reading.feed(chunk, &mut |mail| told.push(Told::of(mail)));
    }
    let outcome = reading.finish(&mut |mail| told.push(Told::of(mail)));
    (told, outcome)
}

const SES: &[u8] = include_bytes!("../samples/ses-firehose.hidden.jsonl");
const TRACE: &[u8] = include_bytes!("../samples/exchange-online-console.hidden.csv");
const TRACKING: &[u8] = include_bytes!("../samples/exchange-tracking.hidden.log");

#[test]
fn any_pieces_and_any_encoding_are_the_same_export() {
    for (id, bytes) in [("ses", SES), ("exchange-online", TRACE), ("exchange", TRACKING)] {
        let export = export_of(id);
        let (whole, outcome) = read_in(export, bytes, usize::MAX);
        assert!(outcome.unread.is_empty(), "{outcome:?}");
        let text = std::str::from_utf8(bytes).expect("UTF-8");
        let units = |to: fn(u16) -> [u8; 2]| text.encode_utf16().flat_map(to).collect::<Vec<u8>>();
        let encodings = [
            bytes.to_vec(),
            [b"\xef\xbb\xbf", bytes].concat(),
            [b"\xff\xfe".to_vec(), units(u16::to_le_bytes)].concat(),
            [b"\xfe\xff".to_vec(), units(u16::to_be_bytes)].concat(),
            units(u16::to_le_bytes),
            units(u16::to_be_bytes),
        ];
        for encoded in &encodings {
            assert_eq!(sniff(encoded).map(|it| it.id), Some(id));
            for piece in [1, 2, 3, 7, 64, usize::MAX] {
                let (told, outcome) = read_in(export, encoded, piece);
                assert_eq!((&told, outcome.unread.len()), (&whole, 0), "{id} in pieces of {piece}");
            }
        }
    }
}

#[test]
fn characters_beyond_the_first_plane_survive_every_cut() {
    let text = "a🦭b";
    let bytes: Vec<u8> = text.encode_utf16().flat_map(u16::to_le_bytes).collect();
    for piece in 1..=bytes.len() {
        let mut decoder = Decoder::default();
        let mut out = Vec::new();
        for chunk in [b"\xff\xfe".as_slice(), &bytes].concat().chunks(piece) {
            out.extend_from_slice(&decoder.feed(chunk));
        }
        out.extend(decoder.finish());
        assert_eq!(String::from_utf8_lossy(&out), text, "in pieces of {piece}");
    }
    let mut decoder = Decoder::default();
    let mut out = decoder.feed(b"\xff\xfea\0\x3e").into_owned();
    out.extend(decoder.finish());
    assert_eq!(String::from_utf8_lossy(&out), "a\u{fffd}", "half a character is said");
}

fn objects(text: &str) -> (Vec<String>, u64) {
    let mut found = Vec::new();
    let mut objects = Objects::default();
    let mut take = |object: &[u8]| found.push(String::from_utf8_lossy(object).into_owned());
    objects.feed(text.as_bytes(), &mut take);
    objects.finish(&mut take);
    (found, objects.broken)
}

#[test]
fn objects_are_found_in_whatever_holds_them() {
    for text in [
        "{\"a\":1}{\"b\":2}",
        "{\"a\":1}\n{\"b\":2}\n",
        "[{\"a\":1},{\"b\":2}]",
        "[[{\"a\":1}],\r\n[{\"b\":2}]]",
        "\u{1e}{\"a\":1}\n\u{1e}{\"b\":2}\n",
    ] {
        assert_eq!(
            objects(text),
            (vec!["{\"a\":1}".to_owned(), "{\"b\":2}".to_owned()], 0),
            "{text:?}"
        );
    }
    let nested = "{\"a\":[\n{\"b\":\"}{\\\"\"},\n{\"c\":{}}\n]}";
    assert_eq!(objects(nested), (vec![nested.to_owned()], 0));
}

#[test]
fn a_line_that_was_cut_off_costs_no_other_line() {
    for cut in [
        "{\"a\":\"x",
        "{\"a\":{\"b\":1",
        "{\"a\":[1,2",
        "{\"a\":1,",
        "{",
        "{\"a\":\"\\",
    ] {
        let (found, broken) = objects(&format!("{{\"a\":1}}\n{cut}\n{{\"b\":2}}\n{{\"c\":3}}\n"));
        assert_eq!(found.len(), 3, "behind {cut:?}: {found:?}");
        assert!(broken >= 1, "{cut:?}");
    }
    assert_eq!(objects("no JSON {\"a\":1}"), (vec!["{\"a\":1}".to_owned()], 1));
}

/// What was found by fuzzing: a quote inside a cell opened one when the text came byte by byte.
#[test]
fn rows_are_the_same_in_any_pieces() {
    let text = b"\"a\"x\"b,c\n\"d\"\"e\",f\"g\n#h\"\ni";
    for piece in 1..text.len() {
        let mut found = Vec::new();
        let mut rows = Rows::default();
        let mut take = |row: &[u8]| found.push(String::from_utf8_lossy(row).into_owned());
        for chunk in text.chunks(piece) {
            rows.feed(chunk, &mut take);
        }
        rows.finish(&mut take);
        assert_eq!(
            found,
            ["\"a\"x\"b,c", "\"d\"\"e\",f\"g", "#h\"", "i"],
            "in pieces of {piece}"
        );
    }
}

fn rows(text: &[u8]) -> Vec<String> {
    let mut found = Vec::new();
    let mut rows = Rows::default();
    let mut take = |row: &[u8]| found.push(String::from_utf8_lossy(row).into_owned());
    rows.feed(text, &mut take);
    rows.finish(&mut take);
    found
}

#[test]
fn rows_may_hold_line_breaks_in_quotes() {
    assert_eq!(
        rows(b"a,b\r\n\r\n\"c\nd\",\"e \"\"f\"\"\"\ng"),
        ["a,b", "\"c\nd\",\"e \"\"f\"\"\"", "g"]
    );
}

#[test]
fn a_quote_that_never_closes_swallows_one_row_and_says_so() {
    let mut table = String::from_utf8_lossy(TRACE).into_owned();
    let rest = table.clone();
    table.push_str("x,y,\"never closed");
    table.push_str(&"z".repeat(1 << 20));
    table.push_str("\r\n");
    table.push_str(rest.split_once('\n').expect("rows").1);
    let (told, outcome) = read_in(export_of("exchange-online"), table.as_bytes(), 4_096);
    assert_eq!(told.len(), 2);
    assert_eq!(outcome.unread, ["1 records are too long to be read"]);
}

#[test]
fn semicolons_and_tabs_part_cells_too() {
    for delimiter in [";", "\t"] {
        let table = [
            "MessageId,SenderAddress,RecipientAddress,Status",
            "<m@x.example>,a@x.example,\"b@y.example\",Delivered",
        ]
        .map(|row| row.replace(',', delimiter))
        .join("\n");
        assert_eq!(sniff(table.as_bytes()).map(|it| it.id), Some("exchange-online"));
        let (told, outcome) = read_in(export_of("exchange-online"), table.as_bytes(), 10);
        assert_eq!((told.len(), outcome.unread.len()), (1, 0));
        assert_eq!(told[0].recipients[0].address, "b@y.example");
    }
}

#[test]
fn what_is_not_read_is_said_and_nothing_is_made_up() {
    for export in EXPORTS {
        for (bytes, unread) in [
            (&b""[..], false),
            (b"{}", true),
            (b"[1,2,3]", true),
            (b"\0\xff\xfe{", true),
            (b"{\"a\":", true),
        ] {
            let (told, outcome) = read_in(export, bytes, 2);
            assert_eq!((told.len(), outcome.mails), (0, 0), "{}", export.id);
            let is_table = matches!(export.form, super::super::Form::Table { .. });
            assert_eq!(
                !outcome.unread.is_empty(),
                unread || is_table,
                "{}: {bytes:?} {outcome:?}",
                export.id
            );
        }
    }
    let deep = "[".repeat(500) + "{\"event\":" + &"[".repeat(500) + &"]".repeat(500) + "}";
    for export in EXPORTS {
        let (told, _) = read_in(export, deep.as_bytes(), 100);
        assert_eq!(told.len(), 0);
    }
}

#[test]
fn a_mail_with_too_many_recipients_says_how_many_there_are() {
    let mut feed = String::new();
    for number in 0..10_050 {
        feed.push_str(&format!(
            "{{\"email\":\"r{number}@x.example\",\"event\":\"delivered\",\"sg_message_id\":\"m.filter\"}}\n"
        ));
    }
    let (told, outcome) = read_in(export_of("sendgrid"), feed.as_bytes(), 1 << 16);
    assert_eq!(
        (told.len(), told[0].recipients.len(), told[0].announced),
        (1, 10_000, Some(10_050))
    );
    assert_eq!(
        outcome.unread,
        ["50 recipients could not be held, since there are too many with one id"]
    );
}

#[test]
fn a_second_stored_message_of_one_id_is_its_own_mail() {
    let hidden = include_str!("../samples/mailgun-stored.hidden.json");
    // The sender chooses the id: whom the first mail names, the second does not name.
    let named = hidden.replace(
        "bob@customer.example\"",
        "bob@customer.example, spy@collector.example\"",
    );
    let both = format!("{named}\n{hidden}\n{named}\n{hidden}");
    let (told, outcome) = read_in(export_of("mailgun"), both.as_bytes(), 1 << 16);
    assert_eq!((told.len(), outcome.unread.len()), (2, 0));
    assert_eq!(told[0].hidden(), Vec::<&str>::new());
    assert_eq!(told[1].hidden(), ["spy@collector.example"]);
}

#[test]
fn the_state_is_bounded_and_what_is_let_go_is_told_of() {
    let mut feed = String::new();
    for number in 0..100_010 {
        feed.push_str(&format!(
            "{{\"email\":\"r@x.example\",\"event\":\"delivered\",\"sg_message_id\":\"m{number}.filter\"}}\n"
        ));
    }
    let mut early = 0;
    let mut reading = Reading::new(export_of("sendgrid"));
    reading.feed(feed.as_bytes(), &mut |_| early += 1);
    let mut late = 0;
    let outcome = reading.finish(&mut |_| late += 1);
    assert_eq!((early, late, outcome.mails), (10, 100_000, 100_010));
    assert_eq!(outcome.unread.len(), 1, "{outcome:?}");
}

#[test]
fn points_in_time_are_read_as_they_are_written() {
    let at = Some(Moment(1_796_000_000));
    for text in [
        "1796000000",
        "1796000000.25",
        "1796000000123",
        "1796000000123456",
        "2026-11-30T00:53:20Z",
        "2026-11-30 00:53:20",
        "2026-11-30T00:53:20.1234567Z",
        "2026-11-30 00:53:20.123+00",
        "2026-11-29T19:53:20-05:00",
        "2026-11-30T01:53:20+0100",
        "2026/11/30 00:53:20 UTC",
    ] {
        assert_eq!(value::moment_of(text), at, "{text}");
    }
    for text in [
        "",
        "yesterday",
        "2026-11-30",
        "2026-13-30T00:53:20Z",
        "2026-11-30T00:53:20+1",
        "11/30/2026 12:53:20 AM",
        "-1",
        "99999999999999999999",
    ] {
        assert_eq!(value::moment_of(text), None, "{text}");
    }
}

#[test]
fn a_name_in_a_value_is_no_name() {
    assert!(value::has_name("{\"RecordType\" : 1}", "RecordType"));
    assert!(!value::has_name("{\"Subject\":\"\\\"RecordType\\\":\"}", "RecordType"));
    assert!(!value::has_name(
        "{\"XRecordType\":1, \"a\":\"RecordType\"}",
        "RecordType"
    ));
}

/// Every byte of every sample changed in turn to something that means something: no panic, and what is told stays within what was written.
#[test]
fn changed_samples_are_read_or_refused() {
    let samples: [(&str, &[u8]); 6] = [
        ("ses", SES),
        ("exchange", TRACKING),
        ("exchange-online", TRACE),
        ("mailgun", include_bytes!("../samples/mailgun-webhooks.hidden.jsonl")),
        (
            "sparkpost",
            include_bytes!("../samples/sparkpost-webhooks.hidden.jsonl"),
        ),
        ("postmark", include_bytes!("../samples/postmark-list.hidden.json")),
    ];
    for (id, bytes) in samples {
        for idx in (0..bytes.len()).step_by(7) {
            for byte in b"\"{}[],\n\\\0;\xff" {
                let mut changed = bytes.to_vec();
                changed[idx] = *byte;
                let (told, outcome) = read_in(export_of(id), &changed, 1 << 20);
                assert_eq!(told.len() as u64, outcome.mails);
                let lost = told
                    .iter()
                    .all(|mail| !mail.recipients.iter().any(|it| it.address.contains("spy@")));
                // A spy who is not told of any more was named by a record that is said to be damaged, or by another name.
                assert!(
                    !lost || !outcome.unread.is_empty() || within(bytes, idx),
                    "{id} {idx} {byte}: {outcome:?}"
                );
            }
        }
    }
}

/// Whether the change is inside the word `spy@`, or in a name or value beside it: then somebody else gets the mail.
fn within(bytes: &[u8], idx: usize) -> bool {
    let from = idx.saturating_sub(120);
    let to = bytes.len().min(idx + 120);
    memchr::memmem::find(&bytes[from..to], b"spy@").is_some()
}
