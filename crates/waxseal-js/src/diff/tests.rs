use waxseal_model::{
    Capability, CapabilityKind, FileFacts, FileIdx, FileState, FlowKind, Location, MailFlow, Mailbox, MessageShape,
    Novelty, Origin, Reach, RecipientPlace, SourceEvidence, Target,
};

use super::compare;

/// `kind api target reach`, one place each; `file:` before it moves to another file.
fn evidence(places: &[&str]) -> SourceEvidence {
    let mut evidence = SourceEvidence::default();
    for (idx, place) in places.iter().enumerate() {
        let (file, rest) = place.split_once(": ").unwrap_or(("index.js", place));
        let known = evidence.files.iter().position(|it| it.path == file);
        let known = known.unwrap_or_else(|| {
            evidence.files.push(FileFacts {
                path: file.to_owned(),
                size: 1,
                digest: digest(file),
                state: FileState::Parsed,
            });
            evidence.files.len() - 1
        });
        let words: Vec<&str> = rest.split(' ').collect();
        let [kind, api, target, reach] = words[..] else {
            panic!("four words: {place}")
        };
        let kind = CapabilityKind::ALL
            .into_iter()
            .find(|it| it.id() == kind)
            .expect("a kind");
        evidence.capabilities.push(Capability {
            kind,
            api: api.to_owned(),
            target: match target {
                "-" => Target::None,
                "?" => Target::Dynamic,
                text if text.contains('*') => Target::Pattern(text.to_owned()),
                text => Target::Constant(text.to_owned()),
            },
            sensitive: false,
            hidden: false,
            location: Location {
                file: FileIdx(known as u32),
                line: idx as u32 + 1,
                column: 1,
                width: 1,
            },
            function: None,
            reach: match reach {
                "install" => Reach::Install(vec!["postinstall".to_owned()]),
                "import" => Reach::Import(vec!["main".to_owned()]),
                "call" => Reach::Call(vec!["main".to_owned()]),
                "loaded" => Reach::Loaded(vec!["main".to_owned()]),
                _ => Reach::Unreached,
            },
        });
    }
    evidence
}

fn digest(text: &str) -> [u8; 16] {
    let mut digest = [0; 16];
    text.bytes()
        .enumerate()
        .for_each(|(idx, byte)| digest[idx % 16] ^= byte.rotate_left(idx as u32));
    digest
}

/// What is gained, as `novelty kind api target more`, in order.
fn check(old: &[&str], new: &[&str], gained: &[&str]) {
    let change = compare(&evidence(old), &evidence(new), Vec::new());
    let found: Vec<String> = change
        .gained
        .iter()
        .map(|it| {
            let target = match &it.capability.target {
                Target::None => "-",
                Target::Dynamic => "?",
                Target::Constant(text) | Target::Pattern(text) => text,
            };
            format!(
                "{:?} {} {} {target} {}",
                it.novelty,
                it.capability.kind.id(),
                it.capability.api,
                it.more
            )
        })
        .collect();
    assert_eq!(found, gained);
}

const FETCH: &str = "network fetch https://api.example/v1 call";

#[test]
fn the_same_release_is_silent() {
    let places = [
        FETCH,
        FETCH,
        "a.js: process node:child_process.exec ? unreached",
        "environment process.env HOME import",
    ];
    let change = compare(&evidence(&places), &evidence(&places), Vec::new());
    assert_eq!(change.gained, []);
    assert_eq!(change.lost, []);
    assert_eq!(change.files.identical, 2);
}

#[test]
fn a_kind_never_seen_before_is_the_greatest_novelty() {
    check(
        &[FETCH],
        &[FETCH, "process node:child_process.exec ls call"],
        &["Kind process node:child_process.exec ls 1"],
    );
}

#[test]
fn an_api_never_used_before_is_less_new_than_a_kind() {
    check(
        &[FETCH],
        &[FETCH, "network WebSocket wss://x.example call"],
        &["Api network WebSocket wss://x.example 1"],
    );
}

#[test]
fn a_target_never_used_before_is_less_new_than_an_api() {
    check(
        &[FETCH],
        &[FETCH, "network fetch https://other.example call"],
        &["Target network fetch https://other.example 1"],
    );
}

#[test]
fn one_place_more_is_the_least_novelty() {
    check(
        &[FETCH],
        &[FETCH, FETCH],
        &["More network fetch https://api.example/v1 1"],
    );
}

#[test]
fn code_that_nothing_reached_and_now_something_does_is_new() {
    check(
        &["network fetch https://x.example unreached"],
        &["network fetch https://x.example call"],
        &["Reached network fetch https://x.example 0"],
    );
}

#[test]
fn code_that_now_runs_on_installing_is_new() {
    check(
        &[FETCH],
        &["network fetch https://api.example/v1 install"],
        &["Reached network fetch https://api.example/v1 0"],
    );
}

#[test]
fn code_reached_in_another_way_is_not_new() {
    check(&[FETCH], &["network fetch https://api.example/v1 import"], &[]);
    check(&[FETCH], &["network fetch https://api.example/v1 loaded"], &[]);
}

#[test]
fn moving_code_to_another_file_is_not_new() {
    check(
        &[FETCH],
        &["lib/moved.js: network fetch https://api.example/v1 call"],
        &[],
    );
}

#[test]
fn shipping_the_same_code_twice_is_not_new() {
    check(
        &[FETCH],
        &[FETCH, "index.mjs: network fetch https://api.example/v1 call"],
        &[],
    );
}

#[test]
fn shipping_other_code_beside_it_is_new() {
    let other = "index.mjs: network fetch https://api.example/v2 call";
    check(
        &[FETCH],
        &[FETCH, other],
        &["Target network fetch https://api.example/v2 1"],
    );
}

#[test]
fn a_version_inside_a_target_is_not_new() {
    check(
        &["network fetch https://cdn.example/lib@1.2.3/x.js call"],
        &["network fetch https://cdn.example/lib@1.3.0-rc.1/x.js call"],
        &[],
    );
    check(
        &["process node:child_process.exec x-1.2.3.sh call"],
        &["process node:child_process.exec x-1.3.0.sh call"],
        &[],
    );
}

#[test]
fn an_address_is_not_a_version() {
    check(
        &["network fetch http://203.0.113.1/ call"],
        &["network fetch http://203.0.113.2/ call"],
        &["Target network fetch http://203.0.113.2/ 1"],
    );
}

#[test]
fn the_hash_of_a_chunk_is_not_new() {
    for (old, new) in [
        ("./chunk-AB12CD34.js", "./chunk-ZZ98YY76.js"),
        ("./index.3f2a9c1b.js", "../x/index.99aa8b7c.js"),
    ] {
        check(
            &[&format!("dynamic-code require {old} call")],
            &[&format!("dynamic-code require {new} call")],
            &[],
        );
    }
}

#[test]
fn another_name_of_a_chunk_is_new() {
    check(
        &["dynamic-code require ./reader.js call"],
        &["dynamic-code require ./stealer.js call"],
        &["Target dynamic-code require ./stealer.js 1"],
    );
}

#[test]
fn a_hash_in_an_address_stays() {
    check(
        &["network fetch https://hooks.example/3f2a9c1b call"],
        &["network fetch https://hooks.example/99aa8b7c call"],
        &["Target network fetch https://hooks.example/99aa8b7c 1"],
    );
}

#[test]
fn what_is_new_comes_before_what_there_is_more_of() {
    check(
        &[FETCH],
        &[
            FETCH,
            FETCH,
            "environment process.env NPM_TOKEN unreached",
            "process node:child_process.exec ls unreached",
            "process eval x call",
        ],
        &[
            "Kind process eval x 1",
            "Kind process node:child_process.exec ls 1",
            "Kind environment process.env NPM_TOKEN 1",
            "More network fetch https://api.example/v1 1",
        ],
    );
}

#[test]
fn what_is_gone_is_lost() {
    let change = compare(
        &evidence(&[FETCH, "network WebSocket ? call"]),
        &evidence(&[FETCH]),
        Vec::new(),
    );
    let lost: Vec<&str> = change.lost.iter().map(|it| it.api.as_str()).collect();
    assert_eq!(lost, ["WebSocket"]);
    assert_eq!(change.gained, []);
}

#[test]
fn the_place_shown_is_in_a_file_that_changed() {
    let old = evidence(&["a.js: network fetch https://x.example call"]);
    let new = evidence(&[
        "a.js: network fetch https://x.example call",
        "b.js: network fetch https://x.example call",
        "b.js: network WebSocket ? call",
    ]);
    let change = compare(&old, &new, Vec::new());
    let more = change
        .gained
        .iter()
        .find(|it| it.novelty == Novelty::More)
        .expect("one more fetch");
    assert_eq!(new.path(more.capability.location.file), "b.js");
}

fn flow(place: RecipientPlace, origin: Origin, value: &str, beside_caller: bool, reach: Reach) -> MailFlow {
    MailFlow {
        kind: FlowKind::Recipient(place),
        origin,
        value: Some(value.to_owned()),
        mailbox: Mailbox::parse(value),
        channel: "message object".to_owned(),
        message: MessageShape {
            caller_recipients: beside_caller,
            ..MessageShape::default()
        },
        hidden: false,
        condition: None,
        location: Location {
            file: FileIdx(0),
            line: 1,
            column: 1,
            width: 1,
        },
        source: None,
        function: None,
        reach,
    }
}

fn new_flows(old: Vec<MailFlow>, new: Vec<MailFlow>) -> usize {
    let evidence = |flows| SourceEvidence {
        flows,
        ..SourceEvidence::default()
    };
    compare(&evidence(old), &evidence(new), Vec::new()).flows.len()
}

#[test]
fn a_recipient_that_was_there_before_is_not_new() {
    let make = || {
        flow(
            RecipientPlace::Bcc,
            Origin::Constant,
            "archive@corp.example",
            true,
            Reach::Unreached,
        )
    };
    assert_eq!(new_flows(vec![make()], vec![make()]), 0);
}

#[test]
fn a_recipient_is_new_by_its_mailbox_its_place_its_origin_and_its_message() {
    let old = || {
        vec![flow(
            RecipientPlace::To,
            Origin::Constant,
            "support@corp.example",
            false,
            Reach::Unreached,
        )]
    };
    let cases = [
        flow(
            RecipientPlace::To,
            Origin::Constant,
            "thief@collector.example",
            false,
            Reach::Unreached,
        ),
        flow(
            RecipientPlace::Bcc,
            Origin::Constant,
            "support@corp.example",
            false,
            Reach::Unreached,
        ),
        flow(
            RecipientPlace::To,
            Origin::Fetched,
            "support@corp.example",
            false,
            Reach::Unreached,
        ),
        flow(
            RecipientPlace::To,
            Origin::Constant,
            "support@corp.example",
            true,
            Reach::Unreached,
        ),
        flow(
            RecipientPlace::To,
            Origin::Constant,
            "support@corp.example",
            false,
            Reach::Import(Vec::new()),
        ),
    ];
    for case in cases {
        assert_eq!(new_flows(old(), vec![case.clone()]), 1, "{case:?}");
    }
}

#[test]
fn another_variable_to_configure_the_same_recipient_is_not_new() {
    let make = |name: &str| {
        flow(
            RecipientPlace::Bcc,
            Origin::Configured(name.to_owned()),
            "x",
            true,
            Reach::Unreached,
        )
    };
    assert_eq!(new_flows(vec![make("COPY_TO")], vec![make("MAIL_COPY_TO")]), 0);
}

#[test]
fn files_are_compared_by_path_and_content() {
    let mut old = evidence(&[
        "a.js: network fetch ? call",
        "b.js: network fetch ? call",
        "c.js: network fetch ? call",
    ]);
    let new = evidence(&[
        "b.js: network fetch ? call",
        "c.js: network fetch ? call",
        "d.js: network fetch ? call",
    ]);
    old.files[1].digest[0] ^= 1;
    let files = compare(&old, &new, Vec::new()).files;
    assert_eq!(
        (files.added, files.removed, files.changed, files.identical),
        (
            vec!["d.js".to_owned()],
            vec!["a.js".to_owned()],
            vec!["b.js".to_owned()],
            1
        )
    );
}
