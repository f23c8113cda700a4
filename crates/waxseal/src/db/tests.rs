//! The database as it lies on disk: what goes in comes out, and damage is an error.

use waxseal_model::{FileFacts, FileState, Matched, Moment};
use waxseal_npm::osv::Hash;

use super::import::Source;
use super::*;

const NOW: Moment = Moment(1_795_305_600);
const SHA256: &str = "54dc7ea54a1317cca0e890a2770630cf7fa6c97813e0cb9d2caa93012b350668";

fn record(id: &str, name: &str, rest: &str) -> String {
    format!(
        r#"{{"id":"{id}","modified":"2026-11-21T00:00:00Z","summary":"Malicious code in {name} (npm)","affected":[{{"package":{{"ecosystem":"npm","name":"{name}"}},{rest}}}]}}"#
    )
}

/// A folder with the database of these records, each a file.
fn database(records: &[String]) -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    let from = folder.path().join("records");
    std::fs::create_dir(&from).unwrap();
    for (idx, record) in records.iter().enumerate() {
        std::fs::write(from.join(format!("{idx}.json")), record).unwrap();
    }
    let done = import(folder.path(), &source(OSV), &[from], NOW, &|_| {}).unwrap();
    assert_eq!(done.meta.records, records.len() as u64);
    folder
}

fn source(name: &str) -> Source {
    Source {
        name: name.to_owned(),
        from: vec!["somewhere".to_owned()],
        asked: None,
        etag: None,
        last_modified: None,
    }
}

fn several() -> Vec<String> {
    let open = r#""ranges":[{"type":"SEMVER","events":[{"introduced":"1.0.16"}]}]"#;
    let hash = format!(r#""versions":["6.0.0"],"database_specific":{{"sha256":"{SHA256}"}}"#);
    let mut all = vec![
        record("MAL-1", "postmark-mcp", open),
        record(
            "MAL-2",
            "nodejs-smtp",
            r#""ranges":[{"type":"SEMVER","events":[{"introduced":"0"}]}]"#,
        ),
        record("MAL-3", "keyv", &hash),
        record("MAL-4", "Postmark-MCP", r#""versions":["0.0.1"]"#),
    ];
    // One that is longer than what is read at once.
    let versions: Vec<String> = (0..2_000).map(|minor| format!("\"1.{minor}.0\"")).collect();
    all.push(record(
        "MAL-5",
        "@scope/long",
        &format!("\"versions\":[{}]", versions.join(",")),
    ));
    all.extend((0..500).map(|idx| record(&format!("MAL-9{idx}"), &format!("pad-{idx}"), r#""versions":["1.0.0"]"#)));
    all
}

#[track_caller]
fn found(database: &Database, name: &str, version: &str) -> Vec<String> {
    let matches = database.matches(name, Some(version), &Hashes::default()).unwrap();
    matches.iter().map(|it| format!("{} {:?}", it.id, it.matched)).collect()
}

#[test]
fn what_goes_in_comes_out() {
    let folder = database(&several());
    let database = Database::open(folder.path()).unwrap();
    assert_eq!(
        found(&database, "postmark-mcp", "1.0.15"),
        ["MAL-1 Others(\">=1.0.16\")", "MAL-4 Others(\"0.0.1\")"]
    );
    assert_eq!(
        found(&database, "postmark-mcp", "1.0.18")[0],
        "MAL-1 Range(\">=1.0.16\")"
    );
    assert_eq!(found(&database, "nodejs-smtp", "9.9.9-rc.1"), ["MAL-2 Every"]);
    assert_eq!(found(&database, "%40scope%2flong", "1.1999.0"), ["MAL-5 Version"]);
    assert!(found(&database, "left-pad", "1.0.0").is_empty());
    assert!(found(&database, "", "1.0.0").is_empty());
    let info = database.info();
    assert_eq!((info.records, info.updated), (505, Some(Moment(NOW.0 - 86_400))));
    assert_eq!(database.lookup("postmark-mcp").unwrap().len(), 2);
    database.stores()[0].verify().unwrap();
}

fn by_file(files: &[FileFacts]) -> Hashes<'_> {
    Hashes { archive: &[], files }
}

#[test]
fn a_file_and_an_archive_are_found_by_their_hashes() {
    let folder = database(&several());
    let database = Database::open(folder.path()).unwrap();
    let hash = Hash::parse(SHA256).unwrap();
    let mut digest = [0; 16];
    digest.copy_from_slice(&hash.digest[..16]);
    let file = |size| FileFacts {
        path: "setup.mjs".to_owned(),
        size,
        digest,
        state: FileState::Parsed,
    };
    let files = [file(100)];
    let matches = database.matches("another", Some("1.0.0"), &by_file(&files)).unwrap();
    let expected = Matched::Hash {
        hash: format!("sha256:{SHA256}"),
        file: Some("setup.mjs".to_owned()),
    };
    assert_eq!((matches.len(), &matches[0].matched), (1, &expected));
    assert!(
        database
            .matches("another", None, &by_file(&[file(10)]))
            .unwrap()
            .is_empty(),
        "too plain to tell"
    );
    // The name is surer than a file, and a file surer than nothing.
    assert_eq!(
        database.matches("keyv", Some("6.0.0"), &by_file(&files)).unwrap()[0].matched,
        Matched::Version
    );
    assert_eq!(
        database.matches("keyv", Some("5.0.0"), &by_file(&files)).unwrap()[0].matched,
        expected
    );
    let archive = Hashes {
        archive: std::slice::from_ref(&hash),
        files: &[],
    };
    assert_eq!(database.matches("another", None, &archive).unwrap().len(), 1);
    let other = Hash::parse(&format!("{}00", &SHA256[..62])).unwrap();
    let archive = Hashes {
        archive: &[other],
        files: &[],
    };
    assert!(
        database.matches("another", None, &archive).unwrap().is_empty(),
        "only its beginning is the same"
    );
}

#[test]
fn damage_anywhere_is_an_error_and_never_nothing_found() {
    let folder = database(&several());
    let path = path_of(folder.path(), OSV);
    let whole = std::fs::read(&path).unwrap();
    let copy = tempfile::tempdir().unwrap();
    let broken = path_of(copy.path(), OSV);
    // Every byte that is looked at is checked: one in a few hundred is turned, the head's all.
    for at in (0..96).chain((96..whole.len()).step_by(211)) {
        let mut bytes = whole.clone();
        bytes[at] ^= 0x10;
        std::fs::write(&broken, &bytes).unwrap();
        let verified = Database::open(copy.path()).and_then(|database| {
            database.stores().iter().try_for_each(Store::verify)?;
            database.matches("nodejs-smtp", Some("1.0.0"), &Hashes::default())
        });
        match verified {
            Err(DatabaseError::Damaged { .. } | DatabaseError::Schema { .. }) => {}
            // Blanks between two parts mean nothing.
            Ok(matches) => assert_eq!((matches.len(), whole[at]), (1, 0), "byte {at}"),
            Err(err) => panic!("byte {at}: {err}"),
        }
    }
    for length in [0, 10, 87, 88, 1_000, whole.len() / 2, whole.len() - 1] {
        std::fs::write(&broken, &whole[..length]).unwrap();
        let err = Database::open(copy.path()).unwrap_err();
        assert!(matches!(err, DatabaseError::Damaged { .. }), "{length}: {err}");
        assert!(err.hint().contains("waxseal db update"), "{}", err.hint());
    }
    let mut longer = whole.clone();
    longer.push(0);
    std::fs::write(&broken, &longer).unwrap();
    assert!(matches!(
        Database::open(copy.path()),
        Err(DatabaseError::Damaged { .. })
    ));
}

#[test]
fn a_database_of_another_version_is_told_apart() {
    let folder = database(&several());
    let path = path_of(folder.path(), OSV);
    let mut bytes = std::fs::read(&path).unwrap();
    bytes[8] = 9;
    std::fs::write(&path, bytes).unwrap();
    let err = Database::open(folder.path()).unwrap_err();
    assert!(matches!(err, DatabaseError::Schema { .. }), "{err}");
    assert_eq!(
        Database::open(tempfile::tempdir().unwrap().path()).unwrap_err(),
        DatabaseError::Absent
    );
}

#[test]
fn whoever_has_it_open_goes_on_while_it_is_replaced() {
    let folder = database(&several());
    let before = Database::open(folder.path()).unwrap();
    let meta = Meta {
        updated: Some(NOW),
        ..before.stores()[0].meta().clone()
    };
    before.stores()[0]
        .describe_anew(&path_of(folder.path(), OSV), &meta)
        .unwrap();
    let touched = Database::open(folder.path()).unwrap();
    assert_eq!(touched.info().updated, Some(NOW));
    touched.stores()[0].verify().unwrap();
    assert_eq!(found(&touched, "nodejs-smtp", "1.0.0"), ["MAL-2 Every"]);
    let other = folder.path().join("other.json");
    std::fs::write(&other, record("MAL-7", "other", r#""versions":["1.0.0"]"#)).unwrap();
    import(folder.path(), &source(OSV), &[other], NOW, &|_| {}).unwrap();
    assert_eq!(found(&before, "nodejs-smtp", "1.0.0"), ["MAL-2 Every"]);
    assert!(found(&Database::open(folder.path()).unwrap(), "nodejs-smtp", "1.0.0").is_empty());
    // Nothing is left lying about.
    let names: Vec<_> = std::fs::read_dir(folder.path())
        .unwrap()
        .map(|it| it.unwrap().file_name())
        .collect();
    assert!(
        names.iter().all(|name| !name.to_string_lossy().starts_with(".part-")),
        "{names:?}"
    );
}

#[test]
fn an_import_that_fails_leaves_what_was_there() {
    let folder = database(&several());
    let list = folder.path().join("ours.csv");
    std::fs::write(&list, "x,1.0.0\ny,not a version!\n").unwrap();
    let err = import(
        folder.path(),
        &source("ours"),
        std::slice::from_ref(&list),
        NOW,
        &|_| {},
    )
    .unwrap_err();
    assert_eq!(
        err.to_string(),
        format!(
            "{}:2: `not a version!` is neither a version nor a range",
            list.display()
        )
    );
    assert_eq!(Database::open(folder.path()).unwrap().stores().len(), 1);
    std::fs::write(&list, "# nothing\n").unwrap();
    let err = import(folder.path(), &source(OSV), &[list], NOW, &|_| {}).unwrap_err();
    assert!(matches!(err, import::ImportError::Nothing { .. }), "{err}");
    assert_eq!(Database::open(folder.path()).unwrap().info().records, 505);
}

#[test]
fn a_list_stands_beside_what_osv_knows() {
    let folder = database(&several());
    let list = folder.path().join("ours.csv");
    std::fs::write(&list, "left-pad,1.3.0,seen at a customer's,https://notes.example/1\n").unwrap();
    import(folder.path(), &source("ours"), &[list], NOW, &|_| {}).unwrap();
    let database = Database::open(folder.path()).unwrap();
    let matches = database.matches("left-pad", Some("1.3.0"), &Hashes::default()).unwrap();
    assert_eq!(
        (matches[0].source.as_str(), matches[0].id.as_str(), matches[0].listed),
        ("ours", "line 1", true)
    );
    assert_eq!(database.info().sources, ["osv", "ours"]);
    // A list says nothing of how old the rest is.
    assert_eq!(database.info().updated, Some(Moment(NOW.0 - 86_400)));
    // A broken list is told, and the rest is still there.
    std::fs::write(path_of(folder.path(), "ours"), "not one").unwrap();
    let database = Database::open(folder.path()).unwrap();
    assert_eq!((database.stores().len(), database.broken().len()), (1, 1));
    assert!(
        database.broken()[0].hint().contains("--name ours"),
        "{}",
        database.broken()[0].hint()
    );
}

#[test]
fn ages_and_numbers_are_said_as_people_say_them() {
    for (seconds, expected) in [
        (-5, "less than a minute"),
        (59, "less than a minute"),
        (60, "1 minute"),
        (3_600, "1 hour"),
        (3 * 3_600 + 59, "3 hours"),
        (47 * 3_600, "47 hours"),
        (172_800, "2 days"),
        (400 * 86_400, "400 days"),
    ] {
        assert_eq!(age(seconds), expected);
    }
    assert_eq!(
        [0, 999, 1_000, 231_402, 1_234_567].map(number),
        ["0", "999", "1,000", "231,402", "1,234,567"]
    );
}

#[test]
fn an_archive_that_speaks_of_too_many_files_is_refused_by_its_end() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("all.zip");
    let mut bytes = b"PK\x06\x06".to_vec();
    bytes.extend_from_slice(&44_u64.to_le_bytes());
    bytes.extend_from_slice(&[45, 0, 45, 0, 0, 0, 0, 0, 0, 0, 0, 0]);
    bytes.extend_from_slice(&3_000_000_u64.to_le_bytes());
    bytes.extend_from_slice(&3_000_000_u64.to_le_bytes());
    bytes.extend_from_slice(&[0; 16]);
    bytes.extend_from_slice(b"PK\x06\x07\0\0\0\0\0\0\0\0\0\0\0\0\x01\0\0\0");
    bytes.extend_from_slice(b"PK\x05\x06\0\0\0\0");
    bytes.extend_from_slice(&[0xff; 12]);
    bytes.extend_from_slice(&[0; 2]);
    std::fs::write(&path, bytes).unwrap();
    let err = import(folder.path(), &source(OSV), &[path], NOW, &|_| {}).unwrap_err();
    assert!(err.to_string().contains("more than 2000000 files"), "{err}");
}

#[test]
fn json_that_is_no_record_has_a_lower_ceiling() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("x.json");
    std::fs::write(&path, record("MAL-1", "x", r#""versions":["1.0.0"]"#)).unwrap();
    assert!(import::is_osv(&path).unwrap());
    std::fs::write(&path, r#"{"type":"bundle","affected":"x"}"#).unwrap();
    assert!(!import::is_osv(&path).unwrap());
    let file = std::fs::File::options().write(true).open(&path).unwrap();
    file.set_len(65 << 20).unwrap();
    let err = import(folder.path(), &source("ours"), &[path], NOW, &|_| {}).unwrap_err();
    assert!(err.to_string().contains("holds more than 67108864 bytes"), "{err}");
}
