use std::collections::BTreeSet;

use waxseal_model::{Asked, CallOutcome, DriverReport, RecipientPlace};

use super::*;

fn spec(name: &str) -> RunSpec {
    let step = |phase: Phase, command: &[&str]| Step {
        command: command.iter().map(|&word| word.to_owned()).collect(),
        phase,
        input: Input::Nothing,
    };
    RunSpec {
        steps: vec![
            step(Phase::Install, &["npm", "install"]),
            step(
                Phase::Import,
                &["node", "/opt/load.cjs", &format!("node_modules/{name}"), name],
            ),
        ],
        seed: 7,
        time: std::time::Duration::from_secs(60),
        linger: std::time::Duration::from_secs(1),
        memory: 1 << 30,
        ..RunSpec::default()
    }
}

fn drive(name: &str) -> Drive {
    let mut spec = spec(name);
    equip(&mut spec, None);
    spec.drive.expect("it loads a package")
}

fn began(call: u32, to: u8, bcc: u8) -> DriverReport {
    DriverReport::Began {
        call,
        variant: 1,
        name: "client.send".to_owned(),
        asked: Asked {
            sends: true,
            to,
            bcc,
            subject: true,
            ..Asked::default()
        },
    }
}

#[test]
fn what_will_be_asked_for_cannot_be_read_in_the_room_before() {
    let mut spec = spec("postmark");
    equip(&mut spec, None);
    let last = spec.steps.last().unwrap();
    assert_eq!((last.phase, last.command.len()), (Phase::Call, 3));
    let data = &spec.files.iter().find(|(path, _)| path == DATA).unwrap().1;
    let minted = Mint::new(7).call(1);
    let has = |bytes: &[u8], word: &str| bytes.windows(word.len()).any(|it| it == word.as_bytes());
    assert!(!has(data, &minted.to[0]) && !has(data, "recipient") && !has(data, "sendEmail"));
    // And with the key it can.
    let key: Vec<u8> = (0..KEY)
        .map(|at| u8::from_str_radix(&last.command[2][2 * at..2 * at + 2], 16).unwrap())
        .collect();
    let mut plain = data.clone();
    veil(&key.try_into().unwrap(), &mut plain);
    assert!(has(&plain, &minted.to[0]) && has(&plain, "sendEmail"));
    let program = &spec.files.iter().find(|(path, _)| path == PROGRAM).unwrap().1;
    assert!(!has(program, "waxseal"));
}

#[test]
fn a_command_is_not_driven() {
    let mut spec = spec("postmark");
    spec.steps.truncate(1);
    equip(&mut spec, None);
    assert!(spec.drive.is_none() && spec.steps.len() == 1);
}

#[test]
fn a_call_asks_for_what_was_minted_for_it() {
    let drive = drive("postmark");
    let calls = drive.calls(&[
        began(2, 1, 0),
        // More is asked for in the same breath.
        began(2, 2, 1),
        DriverReport::Ended {
            call: 2,
            outcome: CallOutcome::Returned,
        },
        began(3, 1, 0),
    ]);
    assert_eq!(calls.len(), 2);
    let minted = Mint::new(7).wordy(2);
    let asked: Vec<_> = calls[0]
        .requested
        .recipients
        .iter()
        .map(|it| it.mailbox.as_str())
        .collect();
    assert_eq!(asked, [&minted.to[0], &minted.to[1], &minted.bcc[0]]);
    assert_eq!(calls[0].requested.subject.as_ref(), Some(&minted.subject));
    assert!(calls[0].requested.contents.is_empty());
    assert_eq!(
        (calls[0].driver, calls[0].variant.as_str()),
        (Driver::Scenario, "one recipient")
    );
    assert_eq!(calls[0].outcome, CallOutcome::Returned);
    // One of which no end was told took too long.
    assert_eq!(calls[1].outcome, CallOutcome::TimedOut);
}

#[test]
fn a_forged_report_asks_for_nobody_else() {
    let drive = drive("some-package");
    let calls = drive.calls(&[
        began(0, 1, 0),
        began(4_000_000, 3, 1),
        // Numbers of a scenario that this package does not have.
        began(1, 3, 1),
        began(41, 255, 255),
        DriverReport::NotMade {
            call: 41,
            reason: 200,
            name: "archive@collector.example".to_owned(),
        },
    ]);
    assert_eq!(calls.len(), 2, "{calls:#?}");
    let minted = Mint::new(7).call(41);
    let all: BTreeSet<&String> = minted.to.iter().chain(&minted.cc).chain(&minted.bcc).collect();
    assert!(calls[0].requested.recipients.iter().all(|it| all.contains(&it.mailbox)));
    assert!(calls[1].requested.recipients.is_empty());
    assert!(matches!(&calls[1].outcome, CallOutcome::NotMade(why) if why.is_empty()));
    assert_eq!(calls[1].number, 147);
}

#[test]
fn a_persons_scenario_names_recipients_at_its_top() {
    let scenario = |text: &str| PersonScenario {
        name: "mine.mjs".to_owned(),
        text: text.as_bytes().to_vec(),
    };
    let text = "// What our shop sends.\n\n// recipients: owner@shop.example, b@shop.example, nonsense\nimport x from 'x'\n// recipients: late@shop.example\n";
    assert_eq!(scenario(text).recipients(), ["owner@shop.example", "b@shop.example"]);
    assert!(scenario("send('a@b.example')").recipients().is_empty());
    let mut spec = spec("postmark");
    equip(&mut spec, Some(&scenario(text)));
    assert!(spec.files.iter().any(|(path, _)| path == "mine.mjs"));
    let drive = spec.drive.unwrap();
    let calls = drive.calls(&[began(1, 1, 0)]);
    let named: Vec<_> = calls[0]
        .requested
        .recipients
        .iter()
        .filter(|it| matches!(it.place, RecipientPlace::Header(_)))
        .map(|it| it.mailbox.as_str())
        .collect();
    assert_eq!(named, ["b@shop.example", "owner@shop.example"]);
    assert_eq!(calls[0].driver, Driver::Person);
}

#[test]
fn whom_the_environment_names_was_named_by_the_person() {
    let mut spec = spec("postmark");
    spec.env = vec![
        ("ARCHIVE".to_owned(), "archive@shop.example".to_owned()),
        ("NODE_ENV".to_owned(), "production".to_owned()),
    ];
    equip(&mut spec, None);
    assert_eq!(spec.drive.unwrap().named, ["archive@shop.example"]);
}

#[test]
fn what_stands_beside_is_what_a_scenario_needs_or_a_clean_client() {
    assert_eq!(beside("nodemailer"), []);
    assert_eq!(beside("left-pad"), [("nodemailer", "*")]);
    assert!(beside("fastify-mailer").iter().any(|(name, _)| *name == "fastify"));
}

#[test]
fn what_is_handed_over_is_planted() {
    let canaries = Canaries::mint(7);
    let known: BTreeSet<&str> = canaries.iter().map(|it| it.id).collect();
    for id in ["mail-key", "smtp-user", "smtp-password", "aws-key-id", "aws-secret"] {
        assert!(known.contains(id) && handed().any(|it| it == id), "{id}");
    }
    let config = config(&canaries, &Mint::new(7));
    for (service, key) in config["keys"].as_object().unwrap() {
        let key = key.as_str().unwrap();
        assert!(canaries.iter().any(|it| it.value == key), "{service}");
    }
}
