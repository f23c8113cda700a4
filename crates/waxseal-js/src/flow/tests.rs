use std::fmt::Write as _;

use oxc_allocator::Allocator;
use waxseal_model::{FlowKind, Origin};

use super::mail_flows;
use crate::capabilities::Candidates;
use crate::fold::{Folder, ModuleEnv};
use crate::local::{LocalCapability, LocalFlow};
use crate::module::Module;

mod sinks;

/// One case of `cases.txt`.
#[derive(Default)]
struct Case {
    name: String,
    file: String,
    expected: Vec<String>,
    /// What the clean twin has instead of what.
    twin: Option<(String, String)>,
    /// What is left in the twin.
    left: Vec<String>,
    code: String,
}

fn cases() -> Vec<Case> {
    let mut cases: Vec<Case> = Vec::new();
    for line in include_str!("tests/cases.txt").lines() {
        if let Some(name) = line.strip_prefix("== ") {
            cases.push(Case {
                name: name.to_owned(),
                file: "index.js".to_owned(),
                ..Case::default()
            });
            continue;
        }
        let Some(case) = cases.last_mut() else { continue };
        if let Some(text) = line.strip_prefix("expect: ") {
            case.expected.push(text.to_owned());
        } else if let Some(text) = line.strip_prefix("left: ") {
            case.left.push(text.to_owned());
        } else if let Some(text) = line.strip_prefix("file: ") {
            case.file = text.to_owned();
        } else if let Some(text) = line.strip_prefix("twin: ") {
            let (from, to) = text.split_once(" => ").unwrap_or((text.trim_end_matches(" =>"), ""));
            case.twin = Some((from.to_owned(), to.to_owned()));
        } else {
            case.code.push_str(line);
            case.code.push('\n');
        }
    }
    cases
}

fn analyse(file: &str, code: &str) -> (Vec<LocalFlow>, Vec<LocalCapability>) {
    let allocator = Allocator::default();
    let parsed = crate::parse::parse(&allocator, code, file).expect("the code of a case parses");
    let module = Module::new(&parsed);
    let env = ModuleEnv::default();
    let folder = Folder::new(&module, &env);
    let candidates = Candidates::new(crate::textual::Texts {
        module: &module,
        folder: &folder,
        exhaustive: false,
    });
    let facts = mail_flows(&module, &folder, sinks::SINKS, &candidates);
    (facts.flows, facts.capabilities)
}

/// One flow as a case writes it: place, origin, value, what is known of its message, and the line.
fn written(flow: &LocalFlow, code: &str) -> String {
    let kind = match &flow.kind {
        FlowKind::Recipient(place) => place.as_str().to_lowercase().replace(' ', "-"),
        FlowKind::Account(field) => format!("account:{field}"),
        FlowKind::SecondDestination => "copy".to_owned(),
    };
    let origin = match &flow.origin {
        Origin::Configured(name) => format!("configured:{name}"),
        origin => format!("{origin:?}").to_lowercase(),
    };
    let shape = &flow.message;
    let bits: String = [
        (shape.caller_recipients, 'r'),
        (shape.caller_content, 'c'),
        (shape.sent, 's'),
        (shape.beside_caller_message, 'b'),
        (flow.hidden, 'h'),
        (flow.condition.is_some(), '?'),
    ]
    .into_iter()
    .map(|(on, letter)| if on { letter } else { '-' })
    .collect();
    let line = code[..flow.span.start as usize].matches('\n').count() + 1;
    let value = flow.value.as_deref().unwrap_or("-").replace(' ', "_");
    format!("{kind} {origin} {value} {bits} @{line}")
}

/// What the package decided itself, which a clean twin has none of.
fn own(flows: &[LocalFlow], code: &str) -> Vec<String> {
    flows
        .iter()
        .filter(|flow| !matches!(flow.origin, Origin::Configured(_) | Origin::Unknown | Origin::Caller))
        .map(|flow| written(flow, code))
        .collect()
}

fn check(failures: &mut String, name: &str, file: &str, code: &str, expected: &[String]) {
    let (flows, _) = analyse(file, code);
    let all: Vec<String> = flows.iter().map(|flow| written(flow, code)).collect();
    let wanted_context = expected
        .iter()
        .any(|it| it.contains("configured:") || it.contains(" unknown "));
    let found = if wanted_context { all } else { own(&flows, code) };
    if found != expected {
        let _ = writeln!(failures, "== {name}\n  expected {expected:#?}\n  found    {found:#?}");
    }
}

#[test]
fn every_case_and_its_clean_twin() {
    let mut failures = String::new();
    let cases = cases();
    for case in &cases {
        check(&mut failures, &case.name, &case.file, &case.code, &case.expected);
        if let Some((from, to)) = &case.twin {
            assert!(case.code.contains(from), "the twin of `{}` changes nothing", case.name);
            let code = case.code.replacen(from, to, 1);
            check(
                &mut failures,
                &format!("{} (twin)", case.name),
                &case.file,
                &code,
                &case.left,
            );
        }
    }
    assert!(failures.is_empty(), "{failures}");
    assert!(cases.len() >= 80, "only {} cases", cases.len());
}

#[test]
fn a_call_of_a_client_is_a_capability_whatever_names_the_file_uses() {
    let check = |code: &str, expected: &[&str]| {
        let (_, capabilities) = analyse("index.js", code);
        let found: Vec<String> = capabilities
            .iter()
            .map(|it| format!("{} {:?}", it.api, it.target))
            .collect();
        assert_eq!(found, expected, "{code}");
    };
    check(
        "const postmark = require('postmark'); const c = new postmark.ServerClient(t); c.sendEmail({ To: to, Subject: s });",
        &["postmark.ServerClient.sendEmail Constant(\"api.postmarkapp.com\")"],
    );
    check(
        "import{ServerClient as a}from'postmark';const b=new a(t);b['send'+'Email']({To:c,Subject:d});",
        &["postmark.ServerClient.sendEmail Constant(\"api.postmarkapp.com\")"],
    );
    check(
        "fetch('https://api.resend.com/emails', { method: 'POST', body: JSON.stringify({ to, subject }) });",
        &["fetch Constant(\"api.resend.com\")"],
    );
    check("socket.write('RCPT TO:<' + to + '>\\r\\n');", &["SMTP RCPT TO Dynamic"]);
    check(
        "router.send({ to: '/x' }); socket.write('hello'); fetch('https://api.resend.com/domains');",
        &[],
    );
}

#[test]
fn a_file_full_of_messages_ends_within_its_limits() {
    let mut code = String::from("export function f(msg, to) {\n");
    for idx in 0..3_000 {
        let _ = writeln!(
            code,
            "msg.bcc = 'spy{idx}@stranger.example'; m{idx}({{ to, ...msg, bcc: [m{idx}, to] }});"
        );
    }
    code.push_str("}\n");
    let (flows, _) = analyse("index.js", &code);
    assert_eq!(flows.len(), super::MAX_FLOWS);
}
