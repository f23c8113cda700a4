//! What is noted about archives and where unpacking ends; which files come out is proven against npm in
//! `tests/npm_unpack_conformance.rs`.

#![allow(clippy::unwrap_used)]

#[path = "../../tests/hostile/mod.rs"]
mod hostile;

use std::time::{Duration, Instant};

use super::*;
use hostile::{Tar, gzip, gzip_tight};

/// The kinds of anomaly of the case with this name.
fn check_in(cases: &[hostile::Case], name: &str, expected: &[AnomalyKind]) {
    let case = cases.iter().find(|case| case.name == name).unwrap();
    let unpacked = unpack(&case.bytes, &Limits::default()).unwrap();
    let kinds: Vec<AnomalyKind> = unpacked.anomalies.iter().map(|anomaly| anomaly.kind).collect();
    assert_eq!(kinds, expected, "{name}: {:?}", unpacked.anomalies);
}

#[test]
fn every_trick_is_noted() {
    use AnomalyKind::*;
    let cases = hostile::archives();
    let check = |name: &str, expected: &[AnomalyKind]| check_in(&cases, name, expected);
    check("plain-tar", &[]);
    check("two-members", &[MultiMember]);
    check("zeros-behind-gzip", &[]);
    check("zeros-and-member-behind-gzip", &[TrailingData]);
    check("data-behind-the-end", &[TrailingData]);
    check("duplicate", &[Duplicate]);
    check("duplicate-by-folder", &[Duplicate]);
    check("file-then-folder", &[Duplicate]);
    check("parent-folder", &[Traversal; 3]);
    check("absolute", &[AbsolutePath; 3]);
    check("drive-letters", &[AbsolutePath; 3]);
    check("symbolic-link", &[Link]);
    check("hard-link", &[Link]);
    check("devices", &[SpecialFile; 3]);
    check("case-twins", &[CaseCollision]);
    check("control-characters", &[HostileName; 2]);
    check("long-part", &[HostileName]);
    check("pax-path", &[HeaderTrick]);
    check("pax-size-larger", &[HeaderTrick]);
    check("wrong-checksum-hides-a-header", &[HeaderTrick]);
    check("meta-too-long", &[HeaderTrick]);
    check("gnu-long-name", &[HeaderTrick; 2]);
    check("ustar-prefix", &[]);
    check("folders", &[SpecialFile]);
    check("gitignore", &[]);
}

fn refused(bytes: &[u8], limits: &Limits, expected: &str) {
    assert_eq!(unpack(bytes, limits).unwrap_err().to_string(), expected);
}

#[test]
fn each_limit_ends_the_unpacking() {
    let limits = Limits::default();
    let packed = Tar::package("x")
        .file("package/a.js", &[b'a'; 5000])
        .file("package/b.js", b"b")
        .gz();
    assert_eq!(unpack(&packed, &limits).unwrap().files.len(), 3);
    refused(
        &packed,
        &Limits { file: 4999, ..limits },
        "the archive holds more than 4999 bytes in one file",
    );
    refused(
        &packed,
        &Limits { entries: 2, ..limits },
        "the archive holds more than 2 entries",
    );
    refused(
        &packed,
        &Limits {
            inflated: 5000,
            ..limits
        },
        "the archive holds more than 5000 bytes",
    );
    refused(
        &Tar::package("x").end().0,
        &Limits {
            inflated: 100,
            ..limits
        },
        "the archive holds more than 100 bytes",
    );
}

#[test]
fn folders_count_as_entries() {
    let deep = format!("package/{}x.js", "d/".repeat(1000));
    let packed = Tar::package("x")
        .pax(b'x', &[("path", &deep)])
        .file("package/s.js", b"")
        .file("package/t.js", b"")
        .gz();
    refused(
        &packed,
        &Limits {
            entries: 900,
            ..Limits::default()
        },
        "the archive holds more than 900 entries",
    );
    assert!(
        unpack(
            &packed,
            &Limits {
                entries: 1100,
                ..Limits::default()
            }
        )
        .is_ok()
    );
}

#[test]
fn a_bomb_ends_at_the_limit_and_a_lying_size_changes_nothing() {
    let limits = Limits {
        inflated: 4 << 20,
        ..Limits::default()
    };
    let mut bomb = gzip_tight(&vec![0; 64 << 20]);
    let begun = Instant::now();
    refused(&bomb, &limits, "the archive holds more than 4194304 bytes");
    let end = bomb.len();
    bomb[end - 4..].copy_from_slice(&1u32.to_le_bytes());
    refused(&bomb, &limits, "the archive holds more than 4194304 bytes");
    assert!(begun.elapsed() < Duration::from_secs(2));
    refused(
        &gzip_tight(&vec![0; 16 << 20]),
        &Limits::default(),
        "the archive is damaged: it inflates more than a thousandfold, which npm refuses",
    );
}

#[test]
fn many_small_members_are_not_quadratic() {
    let member = gzip(b"");
    let begun = Instant::now();
    let packed = [gzip(&Tar::package("x").end().0), member.repeat(100_000)].concat();
    assert!(unpack(&packed, &Limits::default()).is_ok());
    assert!(begun.elapsed() < Duration::from_secs(10), "{:?}", begun.elapsed());
}

#[test]
fn any_cut_and_any_flipped_byte_ends_in_a_result() {
    let tar = Tar::package("x")
        .pax(b'x', &[("path", "package/long.js"), ("size", "3")])
        .file("package/a.js", b"abc")
        .end()
        .0;
    for at in 0..tar.len() {
        let _ = unpack(&tar[..at], &Limits::default());
        let mut spoiled = tar.clone();
        spoiled[at] ^= 0xff;
        let _ = unpack(&spoiled, &Limits::default());
    }
    let packed = gzip(&tar);
    for at in 0..packed.len() {
        assert!(unpack(&packed[..at], &Limits::default()).is_err(), "cut at {at}");
    }
}

#[test]
fn anomalies_of_one_kind_do_not_crowd_out_others() {
    let mut tar = Tar::package("x");
    for at in 0..500 {
        tar = tar.file(&format!("package/../{at}.js"), b"");
    }
    let unpacked = unpack(&tar.file("package/package.json", b"{}").gz(), &Limits::default()).unwrap();
    let count = |kind| unpacked.anomalies.iter().filter(|anomaly| anomaly.kind == kind).count();
    assert_eq!((count(AnomalyKind::Traversal), count(AnomalyKind::Duplicate)), (100, 1));
}

#[test]
fn files_are_found_by_path() {
    let unpacked = unpack(
        &Tar::package("x")
            .file("package/b.js", b"b()")
            .file("package/a/c.js", b"c()")
            .gz(),
        &Limits::default(),
    )
    .unwrap();
    assert_eq!(
        unpacked.files.iter().map(|file| file.path.as_str()).collect::<Vec<_>>(),
        ["a/c.js", "b.js", "package.json"]
    );
    assert_eq!(
        (unpacked.read("a/c.js"), unpacked.read("c.js")),
        (Some(b"c()".as_slice()), None)
    );
    assert_eq!(
        (unpacked.bytes(1), unpacked.bytes(99)),
        (b"b()".as_slice(), b"".as_slice())
    );
    assert_eq!(unpacked.unpacked_size, 6 + unpacked.files[2].size());
    assert_eq!(unpacked.files[0].mode, 0o644);
}

#[test]
fn windows_roots_are_stripped_as_node_strips_them() {
    for (path, stripped) in [
        ("a/b", "a/b"),
        ("/a", "a"),
        ("//a/b", "a/b"),
        ("c:/a", "a"),
        ("c:a", "a"),
        ("C:\\a", "a"),
        ("\\a", "a"),
        ("\\\\h\\s\\a", "a"),
        ("\\\\h", "h"),
        ("//?/c:/a", "a"),
        ("c:", ""),
        ("/", ""),
        ("", ""),
        ("c:/d:/e:a", "a"),
        ("1:/a", "1:/a"),
        ("\\\\h\\s", ""),
    ] {
        assert_eq!(place::strip_root(path), stripped, "{path}");
    }
}
