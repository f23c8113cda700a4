//! Each kind of ending has its exit status.

use crate::support::{World, manifest, pack};

fn tiny(world: &World, name: &str) {
    world.folder(
        name,
        &[
            ("package.json", &manifest("1.0.0")),
            ("index.js", b"module.exports = 1;\n"),
        ],
    );
}

#[test]
fn a_clean_package_ends_with_0() {
    let world = World::new();
    tiny(&world, "tiny");
    world.archive(
        "tiny.tgz",
        &[
            ("package.json", &manifest("1.0.0")),
            ("index.js", b"module.exports = 1;\n"),
        ],
    );
    for spec in ["./tiny", "./tiny.tgz"] {
        let ended = world.check(&["check", spec], 0);
        assert!(ended.stdout.contains("ALLOW"), "{}", ended.stdout);
        assert_eq!(ended.stderr, "");
        let json = world.check(&["check", spec, "--format", "json"], 0).json();
        assert_eq!(json["packages"][0]["decision"], "allow");
        assert_eq!(json["packages"][0]["complete"], true);
        assert_eq!(json["packages"][0]["counts"]["parsed"], 1);
    }
}

#[test]
fn a_broken_archive_is_a_finding_and_ends_with_1() {
    let world = World::new();
    let whole = pack(&[
        ("package.json", &manifest("1.0.0")),
        ("index.js", &b"module.exports = 1;\n".repeat(500)),
    ]);
    world.write("short.tgz", &whole[..whole.len() / 2]);
    world.write("page.tgz", "<html>not found</html>");
    world.write("empty.tgz", "");
    for spec in ["short.tgz", "page.tgz", "empty.tgz"] {
        let ended = world
            .check(&["check", &format!("./{spec}"), "--format", "json"], 1)
            .json();
        let indicators: Vec<&str> = ended["packages"][0]["findings"]
            .as_array()
            .unwrap()
            .iter()
            .filter_map(|it| it["indicator"].as_str())
            .collect();
        assert!(indicators.contains(&"archive/corrupt"), "{spec}: {indicators:?}");
        assert_eq!(ended["packages"][0]["complete"], false, "{spec}");
    }
}

#[test]
fn more_than_the_limit_is_a_finding_and_ends_with_1() {
    let world = World::new();
    world.archive(
        "large.tgz",
        &[("package.json", &manifest("1.0.0")), ("data.txt", &vec![b'x'; 3 << 20])],
    );
    world.check(&["check", "./large.tgz"], 0);
    let ended = world.check(&["check", "./large.tgz", "--max-unpacked", "1MB"], 1);
    assert!(ended.stdout.contains("more than"), "{}", ended.stdout);
}

#[test]
fn wrong_usage_ends_with_2() {
    let world = World::new();
    tiny(&world, "tiny");
    for arguments in [
        &["check"][..],
        &[],
        &["chekc", "./tiny"],
        &["check", "./tiny", "--format", "yaml"],
        &["check", "./tiny", "--output", "sarif"],
        &["check", "./tiny", "--max-unpacked", "lots"],
        &["check", "./tiny", "--quiet", "--verbose"],
        &["check", "in valid"],
        &["check", "./tiny", "git+https://code.example/a.git"],
        &["diff", "./tiny"],
        &["diff", "./tiny", "./tiny", "--patch", "--format", "json"],
        &["explain", "nothing-like-it"],
        &["completions", "tcsh"],
    ] {
        let ended = world.check(arguments, 2);
        assert_eq!(ended.stdout, "", "{arguments:?}");
        assert!(
            ended.stderr.contains("error: ") || ended.stderr.contains("Usage"),
            "{arguments:?}: {}",
            ended.stderr
        );
    }
}

#[test]
fn an_output_that_cannot_be_written_ends_with_2() {
    let world = World::new();
    tiny(&world, "tiny");
    let ended = world.check(&["check", "./tiny", "--output", "json=no/such/folder.json"], 2);
    assert!(
        ended.stderr.contains("error: cannot write `no/such/folder.json`"),
        "{}",
        ended.stderr
    );
    world.check(
        &[
            "check",
            "./tiny",
            "--output",
            "json=here.json",
            "--output",
            "jsonl=there.jsonl",
            "--quiet",
        ],
        0,
    );
    assert!(world.path("here.json").exists() && world.path("there.jsonl").exists());
}

#[test]
fn an_empty_folder_is_nothing_to_check_and_ends_with_3() {
    let world = World::new();
    world.folder("empty", &[]);
    let ended = world.check(&["check", "./empty"], 3);
    assert!(ended.stderr.starts_with("error: "), "{}", ended.stderr);
}

#[test]
fn what_could_not_be_had_ends_with_4() {
    let world = World::new();
    for arguments in [
        &["check", "./missing"][..],
        &["check", "./missing.tgz"],
        &["check", "left-pad@1.3.0"],
        &["check", "left-pad@1.3.0", "--offline"],
        &["diff", "left-pad@1.2.0", "1.3.0", "--offline"],
        &["diff", "./missing", "./missing2"],
    ] {
        let ended = world.check(arguments, 4);
        assert!(ended.stdout.contains("INCOMPLETE"), "{arguments:?}\n{}", ended.stdout);
        let accepted = [arguments, &["--allow-incomplete"]].concat();
        world.check(&accepted, 0);
    }
}

#[test]
fn a_text_difference_that_could_not_be_made_ends_with_4_or_1() {
    let world = World::new();
    tiny(&world, "tiny");
    world.write("page.tgz", "<html>not found</html>");
    for mode in ["--patch", "--stat"] {
        let ended = world.check(&["diff", "./tiny", "./missing", mode], 4);
        assert!(
            ended.stdout.is_empty() && ended.stderr.starts_with("error: "),
            "{}",
            ended.all()
        );
        let ended = world.check(&["diff", "./tiny", "./page.tgz", mode], 1);
        assert!(
            ended.stdout.is_empty() && ended.stderr.starts_with("error: "),
            "{}",
            ended.all()
        );
        assert_eq!(world.check(&["diff", "./tiny", "./tiny", "--patch"], 0).stdout, "");
    }
}

#[test]
fn a_manifest_that_is_missing_is_a_gap_and_ends_with_4() {
    let world = World::new();
    world.folder("bare", &[("index.js", b"1;\n")]);
    let ended = world.check(&["check", "./bare"], 4);
    assert!(ended.stdout.contains("package.json"), "{}", ended.stdout);
}

#[test]
fn one_failing_package_does_not_stop_the_others() {
    let world = World::new();
    tiny(&world, "tiny");
    world.write("page.tgz", "<html>not found</html>");
    let json = world
        .check(&["check", "./missing", "./tiny", "./page.tgz", "--format", "json"], 1)
        .json();
    let seen: Vec<(&str, bool)> = json["packages"]
        .as_array()
        .unwrap()
        .iter()
        .map(|it| (it["decision"].as_str().unwrap(), it["complete"].as_bool().unwrap()))
        .collect();
    assert_eq!(seen, [("allow", false), ("allow", true), ("review", false)]);
    world.check(&["check", "./missing", "./tiny"], 4);
}

#[test]
fn fail_on_block_lets_a_review_pass_but_not_a_gap() {
    let world = World::new();
    world.write("page.tgz", "<html>not found</html>");
    world.check(&["check", "./page.tgz"], 1);
    world.check(&["check", "./page.tgz", "--fail-on", "block"], 4);
    world.check(&["check", "./page.tgz", "--fail-on", "block", "--allow-incomplete"], 0);
}

#[test]
fn a_release_without_a_registry_has_none_before_it() {
    let world = World::new();
    tiny(&world, "tiny");
    let ended = world.check(&["check", "./tiny", "--against", "previous"], 4);
    assert!(ended.stdout.contains("not compared"), "{}", ended.stdout);
    world.check(&["check", "./tiny", "--against", "./tiny"], 0);
}
