//! Lockfiles that nobody's tool wrote.

use super::*;

const NPM: &str = "package-lock.json";
const PNPM: &str = "pnpm-lock.yaml";

fn npm3(entries: &str) -> String {
    format!(r#"{{"lockfileVersion": 3, "packages": {{{entries}}}}}"#)
}

#[test]
fn a_huge_file_is_refused_by_its_size() {
    let bytes = vec![b' '; MAX_BYTES + 1];
    for file in [NPM, PNPM, "yarn.lock", "bun.lock", "bun.lockb"] {
        assert_eq!(refused(file, &bytes), LockfileError::TooLarge, "{file}");
    }
    assert_eq!(refused("Cargo.lock", b""), LockfileError::UnknownName);
}

#[test]
fn nesting_without_end_is_refused() {
    let deep = "[".repeat(100_000);
    let maps = r#"{"dependencies":"#.repeat(100_000);
    assert_eq!(refused(NPM, deep.as_bytes()), LockfileError::TooDeep(1));
    assert_eq!(refused(NPM, maps.as_bytes()), LockfileError::TooDeep(1));
    assert_eq!(refused("bun.lock", deep.as_bytes()), LockfileError::TooDeep(1));
    // The reader of YAML has a ceiling of its own, below ours.
    for text in [
        deep.clone(),
        format!("lockfileVersion: '9.0'\npackages: {deep}"),
        "- ".repeat(100_000),
        "? ".repeat(50_000),
        "a: {".repeat(50_000),
    ] {
        let error = refused(PNPM, text.as_bytes());
        assert!(
            matches!(error, LockfileError::TooDeep(_) | LockfileError::Broken(_)),
            "{error}"
        );
    }
    let blocks: String = (0..2_000).map(|depth| format!("{}a:\n", " ".repeat(depth))).collect();
    assert!(matches!(refused(PNPM, blocks.as_bytes()), LockfileError::TooDeep(_)));
}

#[test]
fn what_stands_for_more_than_it_says_is_refused() {
    let bomb = "lockfileVersion: '9.0'\na: &a [x, x]\nb: &b [*a, *a]\nc: [*b, *b]\n";
    let cycle = "lockfileVersion: '9.0'\npackages: &a\n  x: *a\n";
    let merge = "lockfileVersion: '9.0'\npackages:\n  <<: {evil@1.0.0: {}}\n";
    let tag = "lockfileVersion: '9.0'\npackages: !!map {}\n";
    for text in [bomb, cycle, merge, tag] {
        assert!(
            matches!(refused(PNPM, text.as_bytes()), LockfileError::Anchor(_)),
            "{text}"
        );
    }
}

#[test]
fn very_many_entries_end_in_an_answer() {
    let many: String = (0..1_000_000)
        .map(|at| format!("a{at}@1:\n  version \"1.0.0\"\n"))
        .collect();
    assert_eq!(refused("yarn.lock", many.as_bytes()), LockfileError::TooMany);
    let many: String = (0..1_000_000)
        .map(|at| format!("\"node_modules/a{at}\":{{\"version\":\"1.0.0\"}},"))
        .collect();
    let many = npm3(&format!("{many}\"\":{{}}"));
    assert_eq!(refused(NPM, many.as_bytes()), LockfileError::TooMany);
    let numbers = format!("[{}0]", "0,".repeat(5_000_000));
    assert_eq!(refused("bun.lock", numbers.as_bytes()), LockfileError::TooMany);
    let wrong: String = (0..100_000).map(|at| format!("\"node_modules/{at}\":1,")).collect();
    let lockfile = read(NPM, npm3(&format!("{wrong}\"\":{{}}")).as_bytes()).unwrap();
    assert_eq!(lockfile.problems.len(), 201);
    assert_eq!(lockfile.problems[200].reason, "99800 more entries were not understood");
}

#[test]
fn names_that_break_out_are_problems_and_no_packages() {
    for name in [
        "../../x",
        "a\\u0000b",
        "a\\u001b[2J",
        "a\\nb",
        ".bin",
        "@s",
        "@/x",
        "a b",
        "\\ud800",
        "%2e%2e",
    ] {
        let text = npm3(&format!(
            r#""node_modules/ok": {{"name": "{name}", "version": "1.0.0"}}"#
        ));
        assert_eq!(problems(NPM, &text), ["its name is none that npm accepts"], "{name}");
        let lockfile = read(NPM, text.as_bytes()).unwrap();
        assert_eq!(lockfile.packages, []);
    }
    let text = npm3(r#""node_modules/../../x": {"name": "x", "version": "1.0.0"}"#);
    assert_eq!(problems(NPM, &text), ["its place is none below the project"]);
    let text = npm3(r#""/etc/node_modules/x": {"version": "1.0.0"}"#);
    assert_eq!(problems(NPM, &text), ["its place is none below the project"]);
}

#[test]
fn names_of_prototypes_are_names_like_others() {
    let text =
        npm3(r#""node_modules/constructor": {"version": "1.0.0"}, "node_modules/__proto__": {"version": "1.0.0"}"#);
    assert_eq!(problems(NPM, &text), ["its name is none that npm accepts"]);
    let text = "lockfileVersion: '9.0'\n__proto__:\n  packages:\n    evil@1.0.0: {}\n";
    assert_eq!(shown(PNPM, text), [""; 0]);
}

#[test]
fn versions_that_are_none_are_problems() {
    for (version, reason) in [
        ("1", "it has no version"),
        ("{}", "it has no version"),
        ("null", "it has no version"),
        ("[\"1.0.0\"]", "it has no version"),
        ("\"\"", "its version is none that npm accepts"),
        ("\"latest\"", "its version is none that npm accepts"),
    ] {
        let text = npm3(&format!(r#""node_modules/a": {{"version": {version}}}"#));
        assert_eq!(problems(NPM, &text), [reason], "{version}");
        let lockfile = read(NPM, text.as_bytes()).unwrap();
        assert_eq!(lockfile.packages.len(), 1, "it is still listed");
        assert_eq!(lockfile.packages[0].occurrence.version, None);
    }
    for version in ["4", "\"x\"", "{}", "-1", "3.5"] {
        let text = format!(r#"{{"lockfileVersion": {version}, "packages": {{}}}}"#);
        assert_eq!(
            refused(NPM, text.as_bytes()),
            LockfileError::UnknownVersion("npm"),
            "{version}"
        );
    }
    assert_eq!(
        refused(PNPM, b"lockfileVersion: 10.0\n"),
        LockfileError::UnknownVersion("pnpm")
    );
    assert_eq!(
        refused("bun.lock", br#"{"lockfileVersion": "x"}"#),
        LockfileError::UnknownVersion("bun")
    );
    assert_eq!(
        refused("yarn.lock", b"# yarn lockfile v2\n\n"),
        LockfileError::UnknownVersion("yarn")
    );
    assert_eq!(
        refused("yarn.lock", b"__metadata:\n  version: x\n"),
        LockfileError::UnknownVersion("yarn")
    );
}

#[test]
fn of_two_equal_keys_the_one_that_npm_takes_counts() {
    let text =
        npm3(r#""node_modules/a": {"version": "1.0.0"}, "node_modules/a": {"version": "2.0.0", "version": "3.0.0"}"#);
    assert_eq!(shown(NPM, &text), ["a 3.0.0"]);
}

#[test]
fn text_is_utf_8_or_marked_utf_16() {
    let text = npm3(r#""node_modules/a": {"version": "1.0.0"}"#);
    let marked = [b"\xef\xbb\xbf".as_slice(), text.as_bytes()].concat();
    let little: Vec<u8> = [0xfeff]
        .into_iter()
        .chain(text.encode_utf16())
        .flat_map(u16::to_le_bytes)
        .collect();
    let big: Vec<u8> = [0xfeff]
        .into_iter()
        .chain(text.encode_utf16())
        .flat_map(u16::to_be_bytes)
        .collect();
    for bytes in [&marked, &little, &big] {
        assert_eq!(read(NPM, bytes).unwrap().packages.len(), 1);
        for file in [PNPM, "yarn.lock"] {
            assert!(read(file, bytes).is_err(), "{file}");
        }
    }
    assert_eq!(refused(NPM, &little[..little.len() - 1]), LockfileError::NotText);
    for bytes in [b"{\"a\": \"\xff\"}".as_slice(), b"\xff\xfe\x00\xd8", b"\xc3"] {
        assert_eq!(refused(NPM, bytes), LockfileError::NotText);
    }
    assert_eq!(refused(NPM, b"{\"a\0\": 1}"), LockfileError::Broken(1));
    assert!(read(PNPM, b"lockfileVersion: '9.0'\npackages:\n  a\0@1.0.0: {}\n").is_err());
}

#[test]
fn a_merge_that_was_not_finished_is_told() {
    let text = "{\n<<<<<<< HEAD\n\"lockfileVersion\": 3\n=======\n\"lockfileVersion\": 2\n>>>>>>> other\n}";
    assert_eq!(refused(NPM, text.as_bytes()), LockfileError::Unmerged(2));
}

#[test]
fn another_file_under_the_name_is_told() {
    assert_eq!(refused(NPM, b"{}"), LockfileError::OtherFormat("npm"));
    assert_eq!(refused(NPM, b"[1, 2]"), LockfileError::OtherFormat("npm"));
    assert_eq!(refused(NPM, b""), LockfileError::Broken(1));
    assert_eq!(refused(PNPM, b"a: b\n"), LockfileError::OtherFormat("pnpm"));
    assert_eq!(refused(PNPM, b""), LockfileError::OtherFormat("pnpm"));
    assert_eq!(refused("bun.lock", b"{}"), LockfileError::OtherFormat("bun"));
    assert_eq!(
        refused("yarn.lock", b"{\"lockfileVersion\": 3}"),
        LockfileError::Broken(1)
    );
    // A project without dependencies.
    assert_eq!(shown("yarn.lock", "# yarn lockfile v1\n\n\n"), [""; 0]);
}
