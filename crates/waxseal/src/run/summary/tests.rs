//! What is joined with what, and how it looks.

use waxseal_model::{
    Attribution, CanaryDeed, Destination, Event, FileChange, Observation, Phase, RecipientPlace, StackAct,
};

use super::*;
use crate::report::RenderOptions;
use crate::report::run::render;
use crate::report::width::width;
use crate::run::samples::{hostile, mailer, quiet};

const TOKEN: &str = "tok_0123456789";

fn planted() -> Vec<Planted> {
    vec![Planted {
        canary: "api-token".to_owned(),
        value: TOKEN.to_owned(),
    }]
}

fn allow(texts: &[&str]) -> Allowlist {
    Allowlist::parse(texts).expect("it can be used")
}

fn sum(run: &Run, texts: &[&str]) -> RunSummary {
    let (allow, planted) = (allow(texts), planted());
    summarize(
        run,
        &Known {
            own_folders: &[],
            find: None,
            stacks: true,
            given: &[],
            allow: Some(&allow),
            planted: &planted,
            resolver: "10.0.2.3".parse().ok(),
        },
    )
}

fn find<'s>(summary: &'s RunSummary, place: &str) -> &'s Destination {
    let found = summary.destinations.iter().find(|it| it.place() == place);
    found.unwrap_or_else(|| panic!("{place} is in {:?}", summary.destinations))
}

#[test]
fn a_connection_is_joined_with_its_process_and_its_stack() {
    let summary = sum(&mailer(), &[]);
    let author = find(&summary, "api.mail.example:443")
        .by
        .first()
        .expect("somebody")
        .clone();
    assert_eq!(author.program.as_deref(), Some("node test.js"));
    assert_eq!(author.pid, Some(12));
    assert_eq!(
        author.frame.as_deref(),
        Some("/project/node_modules/mailer/index.js:4:25 exports.send")
    );
    assert!(find(&summary, "smtp.mail.example:587").by.is_empty());
}

fn stack(at: u64, port: u16, act: StackAct, frame: &str) -> Event {
    Event {
        at,
        phase: Phase::Call,
        observation: Observation::Stack {
            from: ([10, 0, 2, 15], port).into(),
            act,
            frames: vec![frame.to_owned()],
        },
    }
}

/// The mailer, with one request more on the first connection, and these stacks.
fn twice_on_one_connection(stacks: Vec<Event>) -> Run {
    let mut run = mailer();
    let asked = run
        .events
        .iter()
        .find(|it| matches!(it.observation, Observation::Http(_)));
    let mut again = asked.expect("a request").clone();
    again.at = 4_900;
    run.events.push(again);
    run.events.extend(stacks);
    run.events.sort_by_key(|event| event.at);
    run
}

#[test]
fn each_request_on_a_connection_has_a_line_of_its_own() {
    const MAKER: &str = "/project/node_modules/mailer/index.js:4:25 exports.send";
    let check = |stacks: Vec<Event>, expected: [&str; 2], all: &[&str]| {
        let run = twice_on_one_connection(stacks);
        assert_eq!(request_frames(&run), expected.map(|it| Some(it.to_owned())));
        let summary = sum(&run, &[]);
        let by = &find(&summary, "api.mail.example:443").by;
        let frames: Vec<&str> = by.iter().filter_map(|it| it.frame.as_deref()).collect();
        assert_eq!(frames, all);
    };
    let first = || stack(4_150, 40_001, StackAct::Request, "/a.js:1:1");
    let second = || stack(4_600, 40_001, StackAct::Request, "/b.js:1:1");
    check(
        vec![first(), second()],
        ["/a.js:1:1", "/b.js:1:1"],
        &["/a.js:1:1", "/b.js:1:1", MAKER],
    );
    // One was not told: the first is not given to the second, and is as far as is known the connection's.
    check(vec![second()], [MAKER, "/b.js:1:1"], &["/b.js:1:1", MAKER]);
    check(vec![], [MAKER, MAKER], &[MAKER]);
}

#[test]
fn a_port_that_is_used_again_has_the_stack_of_its_time() {
    let mut run = mailer();
    for event in &mut run.events {
        if let Observation::Connect { ends, .. } = &mut event.observation {
            ends.from.set_port(40_001);
        }
    }
    run.events.push(stack(8_010, 40_001, StackAct::Connect, "/late.js:1:1"));
    let summary = sum(&run, &[]);
    let frame = |place: &str| find(&summary, place).by.first().and_then(|it| it.frame.clone());
    assert_eq!(frame("45.33.1.2:4444").as_deref(), Some("/late.js:1:1"));
    assert!(frame("api.mail.example:443").is_some_and(|it| it.contains("mailer/index.js")));
    assert_eq!(frame("smtp.mail.example:587"), None);
}

#[test]
fn connections_without_a_stack_and_stacks_without_a_connection_are_counted() {
    let mut run = mailer();
    run.events.push(stack(9_000, 1, StackAct::Connect, "/forged.js:1:1"));
    run.events.push(stack(9_000, 2, StackAct::Datagram, "/forged.js:1:1"));
    run.events
        .push(stack(9_000, 50_000, StackAct::Datagram, "/sent.js:1:1"));
    let summary = sum(&run, &[]);
    let expected = Attribution {
        connections: 4,
        unattributed: 3,
        strays: 2,
    };
    assert_eq!(summary.attribution, Some(expected));
    assert!(
        !summary
            .destinations
            .iter()
            .flat_map(|it| &it.by)
            .any(|it| { it.frame.as_deref().is_some_and(|frame| frame.contains("forged")) })
    );
    assert_eq!(summarize(&run, &Known::default()).attribution, None);
}

#[test]
fn one_host_and_port_is_one_destination() {
    let summary = sum(&mailer(), &[]);
    let api = find(&summary, "api.mail.example:443");
    assert_eq!((api.times, api.sent, api.received), (2, 2_440, 3_400));
    let protocols: Vec<&str> = api.protocols.iter().map(String::as_str).collect();
    assert_eq!(protocols, ["https", "quic", "tls"]);
    assert_eq!(summary.destinations.len(), 4);
}

#[test]
fn another_name_than_the_one_asked_for_is_not_allowed_with_it() {
    let pinned = |texts: &[&str]| find(&sum(&mailer(), texts), "pinned.example:443").allowed;
    assert!(!pinned(&["pinned.example"]));
    assert!(pinned(&["pinned.example", "front.example"]));
}

#[test]
fn a_tunnel_leads_to_where_it_was_asked_to() {
    let run = hostile();
    let mut plain = mailer();
    plain.events.truncate(0);
    for event in &run.events {
        let mut event = event.clone();
        match &mut event.observation {
            Observation::Connect { host, .. } => *host = Some("proxy.example".to_owned()),
            Observation::Tunnel { target, .. } => "hidden.example:8443".clone_into(target),
            Observation::SmtpAuth { .. } => {}
            _ => continue,
        }
        plain.events.push(event);
    }
    let summary = sum(&plain, &["proxy.example"]);
    assert!(find(&summary, "proxy.example:443").allowed);
    let hidden = find(&summary, "hidden.example:8443");
    assert!(!hidden.allowed && hidden.protocols.contains("smtp"));
}

#[test]
fn a_question_to_another_name_server_is_a_destination() {
    let mut run = mailer();
    for event in &mut run.events {
        if let Observation::DnsQuery { server, .. } = &mut event.observation {
            *server = "8.8.8.8:53".parse().expect("an address");
        }
    }
    assert_eq!(find(&sum(&run, &[]), "8.8.8.8:53").times, 3);
}

#[test]
fn names_that_led_nowhere() {
    let summary = sum(&mailer(), &[]);
    let names: Vec<&str> = summary.unreached.iter().map(|it| it.name.as_str()).collect();
    assert_eq!(names, ["a1b2c3.lookup.test"]);
    assert!(summary.unreached[0].denied);
}

#[test]
fn a_recipient_only_the_envelope_shows() {
    let summary = sum(&mailer(), &[]);
    let mail = &summary.mails[0];
    assert_eq!(mail.message.subject.as_deref(), Some("Your bücher"));
    let addressees = mail.message.addressees();
    let hidden: Vec<&str> = addressees
        .iter()
        .filter(|(_, places)| places.as_slice() == [&RecipientPlace::Envelope])
        .map(|(mailbox, _)| *mailbox)
        .collect();
    assert_eq!(hidden, ["archive@collector.example"]);
    let second = summary.mails[1].message.addressees();
    let fields: Vec<&str> = second
        .iter()
        .flat_map(|(_, places)| places)
        .map(|it| it.as_str())
        .collect();
    assert_eq!(fields, ["RCPT TO", "To", "RCPT TO", "Cc"]);
}

#[test]
fn a_search_along_the_path_is_one_program() {
    let paths: Vec<String> = sum(&mailer(), &[]).processes.into_iter().map(|it| it.path).collect();
    assert_eq!(paths, ["/usr/bin/sh", "/usr/bin/node"]);
}

#[test]
fn a_file_is_what_became_of_it_in_the_end() {
    let files = sum(&mailer(), &[]).files;
    let made = files.iter().find(|it| it.path.ends_with("dist/index.js")).expect("it");
    assert_eq!((made.change, made.size), (FileChange::Made, 2_100));
}

#[test]
fn a_planted_secret_is_found_in_every_form() {
    use base64::Engine as _;
    let check = |body: String, expected: bool| {
        let mut run = mailer();
        run.events
            .retain(|event| matches!(event.observation, Observation::Connect { .. } | Observation::Http(_)));
        for event in &mut run.events {
            if let Observation::Http(exchange) = &mut event.observation {
                exchange.body.bytes = body.clone().into_bytes();
            }
        }
        let uses = sum(&run, &[]).canaries;
        assert_eq!(!uses.is_empty(), expected, "{body}");
        if let Some(used) = uses.first() {
            assert_eq!(
                (used.deed, used.place.as_str()),
                (CanaryDeed::Sent, "api.mail.example:443")
            );
        }
    };
    let base64 = |text: String| base64::engine::general_purpose::STANDARD.encode(text);
    check(format!("a={TOKEN}"), true);
    check(base64(format!("{{{TOKEN}}}")), true);
    check(base64(format!("ab{TOKEN}cd")), true);
    check(base64(format!("abc{TOKEN}")), true);
    check(TOKEN.bytes().map(|byte| format!("{byte:02x}")).collect(), true);
    check(TOKEN.chars().rev().collect(), true);
    check(format!("tok_=\r\n{}", &TOKEN[4..]), true);
    let folded = base64(format!("abc{TOKEN}"));
    check(format!("{}\r\n{}", &folded[..10], &folded[10..]), true);
    check("tok_012345678".to_owned(), false);
}

#[test]
fn a_planted_secret_is_found_in_a_name() {
    let mut run = mailer();
    for event in &mut run.events {
        if let Observation::DnsQuery { name, .. } = &mut event.observation {
            let hex: String = TOKEN.bytes().map(|byte| format!("{byte:02x}")).collect();
            *name = format!("{}.{}.lookup.test", &hex[..9], &hex[9..]);
        }
    }
    let uses = sum(&run, &[]).canaries;
    assert!(
        uses.iter()
            .any(|used| used.place == "names below lookup.test" && used.times == 3),
        "{uses:?}"
    );
}

fn on_page(summary: &RunSummary, width: usize, color: bool) -> String {
    let options = RenderOptions {
        width,
        color,
        ..RenderOptions::default()
    };
    render(summary, &options)
}

fn page(summary: &RunSummary) -> String {
    let mut out = String::new();
    for (columns, color) in [(80, false), (160, false), (80, true), (160, true)] {
        let name = if color { "Ansi" } else { "None" };
        out.push_str(&format!("== {columns} {name}\n"));
        out.push_str(&on_page(summary, columns, color).replace('\u{1b}', "␛"));
    }
    out
}

#[test]
fn how_it_looks() {
    insta::assert_snapshot!(
        "mailer",
        page(&sum(&mailer(), &["api.mail.example", "*.mail.example:587"]))
    );
    insta::assert_snapshot!("unrestricted", on_page(&sum(&mailer(), &[]), 80, false));
    insta::assert_snapshot!("quiet", page(&sum(&quiet(), &[])));
    insta::assert_snapshot!("hostile", page(&sum(&hostile(), &[])));
}

#[test]
fn nothing_a_package_wrote_reaches_the_terminal_as_it_is() {
    for columns in [0, 40, 80, 160, usize::MAX] {
        let text = on_page(&sum(&hostile(), &["x.example"]), columns, false);
        assert!(text.chars().all(|c| c == '\n' || !c.is_control()), "{text:?}");
        assert!(!text.contains('\u{202e}'));
    }
}

#[test]
fn it_fits_its_page() {
    for run in [mailer(), quiet(), hostile()] {
        for columns in [40, 80, 160] {
            let text = on_page(&sum(&run, &["x.example"]), columns, false);
            for line in text.lines() {
                assert!(width(line) <= columns, "{columns}: {line}");
                assert_eq!(line, line.trim_end(), "{columns}");
            }
        }
    }
}

#[test]
fn long_lists_are_cut_with_a_count() {
    let mut run = quiet();
    let event = mailer().events[0].clone();
    for idx in 0..30 {
        let mut event = event.clone();
        event.observation = Observation::FileChanged {
            path: format!("/project/{idx:02}"),
            change: FileChange::Made,
            size: 1,
        };
        run.events.push(event);
    }
    let text = on_page(&sum(&run, &[]), 80, false);
    assert!(text.contains("/project/11") && !text.contains("/project/12"), "{text}");
    assert!(text.ends_with("    and 18 more\n"), "{text}");
}
