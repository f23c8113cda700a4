//! What is said of who published a release, how fast releases came and what was removed, by the documents of `fixtures/registry`.

use jiff::SignedDuration;
use serde_json::Value;

use crate::registry::Registry;

const HOUR: SignedDuration = SignedDuration::from_hours(1);
const TWO_DAYS: SignedDuration = SignedDuration::from_hours(48);

/// What is said of the history: each finding as `indicator severity decision`, sorted.
fn said(package: &Value) -> Vec<String> {
    let methods = ["author/", "velocity/", "removed/"];
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    let all = package["findings"].as_array().unwrap().iter();
    let mut said: Vec<String> = all
        .filter(|it| methods.iter().any(|method| text(&it["indicator"]).starts_with(method)))
        .map(|it| {
            format!(
                "{} {} {}",
                text(&it["indicator"]),
                text(&it["severity"]),
                text(&it["decision"])
            )
        })
        .collect();
    said.sort();
    said
}

/// Judges a package of its own registry, whose newest time is two days ago.
#[track_caller]
fn check(name: &str, arguments: &[&str], status: i32, expected: &[&str]) -> Value {
    let registry = Registry::of(name, TWO_DAYS);
    let package = registry.check(arguments, status);
    assert_eq!(said(&package), expected, "{:#}", package["findings"]);
    package
}

/// It is allowed, and nothing that is said of its history is more than a fact.
#[track_caller]
fn is_quiet(registry: &Registry, arguments: &[&str]) -> Value {
    let package = registry.check(arguments, 0);
    assert_eq!(package["decision"], "allow");
    let said = said(&package);
    assert!(said.iter().all(|it| it.ends_with(" info allow")), "{said:?}");
    package
}

fn summary(package: &Value, indicator: &str) -> String {
    let mut findings = package["findings"].as_array().unwrap().iter();
    let finding = findings.find(|it| it["indicator"] == indicator).unwrap();
    finding["summary"].as_str().unwrap().to_owned()
}

/// What the registry does not tell, or could not be asked: what else could not be looked at here is not what is asked.
fn gaps(package: &Value) -> Vec<String> {
    let gaps = package["gaps"].as_array().unwrap().iter();
    let gaps = gaps.filter(|it| it["method"] == "history");
    gaps.map(|it| it["reason"].as_str().unwrap().to_owned()).collect()
}

#[test]
fn the_incident_is_blocked_by_its_difference_and_its_history_is_told() {
    let package = check(
        "letterbox-mcp",
        &["letterbox-mcp@1.0.16", "--against", "previous"],
        1,
        &["author/personal info allow", "velocity/burst high review"],
    );
    assert_eq!(package["decision"], "block");
    let blocking = package["findings"]
        .as_array()
        .unwrap()
        .iter()
        .filter(|it| it["decision"] == "block");
    let blocking: Vec<&str> = blocking.map(|it| it["indicator"].as_str().unwrap()).collect();
    assert_eq!(blocking, ["recipients/hidden-copy"]);
    assert_eq!(
        summary(&package, "velocity/burst"),
        "it is the last of 16 releases within 47 hours, on a name that was 47 hours old; the release newly sends mail in another way"
    );
    assert_eq!(
        summary(&package, "author/personal"),
        "one account, `letterman`, publishes it, under a name that belongs to no scope and was 24 hours old"
    );
}

#[test]
fn the_clean_releases_before_it_have_the_same_history_and_are_allowed() {
    let expected = ["author/personal info allow", "velocity/burst medium allow"];
    check(
        "letterbox-mcp",
        &["letterbox-mcp@1.0.15", "--against", "previous"],
        0,
        &expected,
    );
    check(
        "letterbox-mcp",
        &["letterbox-mcp@1.0.3"],
        0,
        &["author/personal info allow"],
    );
}

#[test]
fn a_name_that_was_unpublished_is_told_by_its_tombstone() {
    let all = check(
        "letterbox-gone",
        &["letterbox-gone"],
        1,
        &["removed/unpublished high review"],
    );
    assert_eq!(all["complete"], false);
    let one = check(
        "letterbox-gone",
        &["letterbox-gone@1.0.16"],
        1,
        &["removed/unpublished high review"],
    );
    let said = summary(&one, "removed/unpublished");
    assert!(
        said.ends_with(" by `letterman`, this and 17 other releases; what was installed of it still runs"),
        "{said}"
    );
}

#[test]
fn a_name_held_for_security_reasons_is_told() {
    let held = check(
        "letterbox-held",
        &["letterbox-held"],
        1,
        &["removed/security-holder high review"],
    );
    assert_eq!(held["complete"], false);
    check(
        "letterbox-held",
        &["letterbox-held@4.2.1"],
        1,
        &["removed/security-holder high review"],
    );
}

#[test]
fn removed_releases_are_told_of_their_neighbours_and_of_themselves() {
    let near = check(
        "letterbox-pulled",
        &["letterbox-pulled"],
        0,
        &["removed/neighbour low allow"],
    );
    assert_eq!(
        summary(&near, "removed/neighbour"),
        "`5.6.1` above it was published lately and removed again"
    );
    let gone = check(
        "letterbox-pulled",
        &["letterbox-pulled@5.6.1"],
        1,
        &["removed/release high review"],
    );
    assert_eq!(gone["complete"], false);
}

#[test]
fn an_account_that_was_taken_over_is_a_reason_to_look_where_the_release_can_newly_do_something() {
    let raised = ["author/by-hand high review", "author/changed-address high review"];
    check(
        "letterbox-seized",
        &["letterbox-seized@1.14.1", "--against", "previous"],
        1,
        &raised,
    );
    // Without a comparison nothing is known to be new.
    let notes = ["author/by-hand medium allow", "author/changed-address low allow"];
    check("letterbox-seized", &["letterbox-seized@1.14.1"], 0, &notes);
    check("letterbox-seized", &["letterbox-seized@1.14.0"], 0, &[]);
}

#[test]
fn accounts_that_come_back_or_take_over_and_lines_that_come_at_once_are_notes() {
    let expected = ["author/returned medium allow", "velocity/dormant low allow"];
    check("letterbox-returned", &["letterbox-returned"], 0, &expected);
    check(
        "letterbox-given",
        &["letterbox-given"],
        0,
        &["author/replaced medium allow"],
    );
    let lines = ["velocity/dormant low allow", "velocity/several-lines low allow"];
    for version in ["1.2.9", "1.3.9", "2.3.9"] {
        check("letterbox-lines", &[&format!("letterbox-lines@{version}")], 0, &lines);
    }
}

#[test]
fn what_looks_like_it_and_is_harmless_stays_quiet() {
    for name in ["letterbox-staged", "letterbox-train", "letterbox-backport"] {
        let registry = Registry::of(name, TWO_DAYS);
        is_quiet(&registry, &[name]);
        is_quiet(&registry, &[name, "--against", "previous"]);
    }
    let registry = Registry::of("letterbox-backport", TWO_DAYS);
    for version in ["1.8.4", "2.6.2"] {
        is_quiet(
            &registry,
            &[&format!("letterbox-backport@{version}"), "--against", "previous"],
        );
    }
    let registry = Registry::of("letterbox-joined", TWO_DAYS);
    registry
        .world
        .write("waxseal.toml", "[publishers]\nletterbox-joined = [\"ann\", \"bob\"]\n");
    assert_eq!(said(&is_quiet(&registry, &["letterbox-joined"])), [""; 0]);
}

#[test]
fn the_policy_names_publishers_and_an_age() {
    let registry = Registry::of("letterbox-joined", HOUR);
    assert_eq!(
        said(&registry.check(&["letterbox-joined"], 0)),
        ["author/new-publisher medium allow", "velocity/fresh info allow"]
    );
    registry.world.write(
        "waxseal.toml",
        "[publishers]\n\"letterbox-joined\" = [\"ann\"]\n\n[origin]\nminimum-age-days = 3\n",
    );
    let package = registry.check(&["letterbox-joined"], 1);
    assert_eq!(
        said(&package),
        [
            "author/unexpected-publisher high review",
            "velocity/below-minimum-age high review"
        ]
    );
    assert_eq!(
        summary(&package, "author/unexpected-publisher"),
        "`bob` published it, and the policy expects `ann`"
    );
    assert_eq!(registry.check(&["letterbox-joined@2.2.0"], 0)["complete"], true);
}

#[test]
fn what_a_mirror_does_not_tell_is_said_in_one_sentence() {
    let registry = Registry::of("letterbox-mirrored", TWO_DAYS);
    let package = is_quiet(&registry, &["letterbox-mirrored"]);
    let expected = "the registry at hand does not tell who published it, when, which releases were removed or whether it is \
                    attested, so that `author`, `velocity`, `removed` and `provenance` could not look";
    assert_eq!(gaps(&package), [expected]);
    let ran: Vec<&str> = package["ran"]
        .as_array()
        .unwrap()
        .iter()
        .map(|it| it.as_str().unwrap())
        .collect();
    assert!(
        ["author", "velocity", "removed"]
            .iter()
            .all(|method| !ran.contains(method)),
        "{ran:?}"
    );
    registry.world.write("waxseal.toml", "[origin]\nminimum-age-days = 3\n");
    let package = registry.check(&["letterbox-mirrored"], 4);
    assert_eq!(
        gaps(&package)[1],
        "the policy says how old it must be (`minimum-age-days`), and its age is not known"
    );
}

#[test]
fn of_several_packages_it_is_said_once() {
    let registry = Registry::of("letterbox-mirrored", TWO_DAYS);
    let mut command = registry
        .world
        .command(&["check", "letterbox-mirrored@1.0.14", "letterbox-mirrored@1.0.15"]);
    command.env_remove("npm_config_registry");
    let ended = crate::support::ended(command.output().unwrap());
    let said = ended.stdout.split_whitespace().collect::<Vec<_>>().join(" ");
    assert_eq!(
        said.matches("the registry at hand does not tell").count(),
        1,
        "{}",
        ended.stdout
    );
    assert!(
        said.contains("could not look (history, 2 packages; the answers stand without it)"),
        "{}",
        ended.stdout
    );
    assert_eq!(
        said.matches("ALLOW letterbox-mirrored@1.0.1").count(),
        2,
        "{}",
        ended.stdout
    );
    assert_eq!(ended.status, 0);
}

#[test]
fn the_release_is_chosen_by_the_short_document_and_the_full_one_is_kept() {
    let registry = Registry::of("letterbox-train", TWO_DAYS);
    registry.check(&["letterbox-train@4.0.0"], 0);
    let forms = |registry: &Registry| -> Vec<bool> {
        let documents = registry
            .asked()
            .into_iter()
            .filter(|it| it.path() == "/letterbox-train");
        documents
            .map(|it| it.header("accept").unwrap().starts_with("application/vnd.npm"))
            .collect()
    };
    assert_eq!(forms(&registry), [true, false]);
    // What is stored will do offline, and its history is told.
    let package = registry.check(&["letterbox-train@4.0.0", "--offline"], 0);
    assert_eq!(forms(&registry).len(), 2);
    assert_eq!(gaps(&package), [""; 0]);
}

#[test]
fn what_is_not_stored_is_said_offline() {
    let registry = Registry::of("letterbox-train", TWO_DAYS);
    registry.check(&["letterbox-train@4.0.0"], 0);
    // Only the full document is taken away.
    let documents = registry.world.path("cache/waxseal/documents");
    for (path, bytes) in crate::support::read_tree(&documents) {
        if bytes.windows(5).any(|it| it == b"#full") {
            std::fs::remove_file(documents.join(path)).unwrap();
        }
    }
    let package = registry.check(&["letterbox-train@4.0.0", "--offline"], 0);
    assert_eq!(
        gaps(&package),
        [
            "nothing is known of who published it and when, or of what was removed: the full document of `letterbox-train` is not in \
          the cache, and the network is switched off"
        ]
    );
}

#[test]
fn a_folder_has_no_history_and_no_gap() {
    let registry = Registry::of("letterbox-train", TWO_DAYS);
    registry.world.folder(
        "tiny",
        &[("package.json", b"{\"name\":\"letterbox-train\",\"version\":\"4.0.0\"}")],
    );
    assert_eq!(gaps(&is_quiet(&registry, &["./tiny"])), [""; 0]);
    assert_eq!(registry.asked().len(), 0);
}
