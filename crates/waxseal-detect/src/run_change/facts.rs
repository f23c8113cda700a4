//! What was seen in a run, each thing with what it is known by.

use std::collections::BTreeMap;

use waxseal_model::{CanaryUse, Destination, FileChange, Leak, Mail, RunAspect, RunSummary, ToolServer};

use super::keys::{CallKey, Key, call_keys, plain_text};
use crate::asked::{Asked, Standing};
use crate::proof;

/// One thing that was seen.
#[derive(Debug, Clone, Default)]
pub(super) struct Fact {
    pub(super) what: String,
    pub(super) expected: bool,
    pub(super) values: BTreeMap<String, String>,
}

pub(super) type Facts = BTreeMap<Key, Fact>;

/// Everything that was seen in the runs of one release. Of what was seen more than once, the first is kept.
pub(super) fn facts(runs: &[RunSummary]) -> Facts {
    let mut facts = Facts::new();
    for run in runs {
        let calls: BTreeMap<u32, CallKey> = call_keys(run)
            .into_iter()
            .map(|(call, key)| (call.number, key))
            .collect();
        mails(run, &calls, &mut facts);
        orders(run, &mut facts);
        for used in &run.canaries {
            canary(used, &mut facts);
        }
        for leak in &run.leaks {
            leaked(run, leak, &calls, &mut facts);
        }
        for destination in run.destinations.iter().filter(|it| !is_registry(it)) {
            reached(destination, &mut facts);
        }
        for name in &run.unreached {
            let parts = vec![plain_text(&name.name)];
            add(&mut facts, RunAspect::Name, None, parts, fact(&name.name, false, &[]));
        }
        if let Some(server) = &run.server {
            tools(server, &mut facts);
        }
        rest(run, &mut facts);
    }
    facts
}

fn add(facts: &mut Facts, aspect: RunAspect, call: Option<CallKey>, parts: Vec<String>, fact: Fact) {
    if facts.len() < MAX_FACTS {
        facts.entry(Key { aspect, call, parts }).or_insert(fact);
    }
}

fn fact(what: &str, expected: bool, values: &[(&str, &str)]) -> Fact {
    let values = values.iter().filter(|(_, value)| !value.is_empty());
    Fact {
        what: proof::cut(what, MAX_TEXT),
        expected,
        values: values
            .map(|(name, value)| ((*name).to_owned(), proof::cut(value, MAX_TEXT)))
            .collect(),
    }
}

/// Every message by its call and server, and everybody whom it names by call and place.
fn mails(run: &RunSummary, calls: &BTreeMap<u32, CallKey>, facts: &mut Facts) {
    let asked = Asked::of(run);
    let mut times: BTreeMap<(Option<u32>, &str), u32> = BTreeMap::new();
    for mail in &run.mails {
        let mine = asked.calls_of(mail);
        let call = mine.first().copied();
        let key = call.and_then(|call| calls.get(&call.number)).cloned();
        let values = |place: &str| -> Vec<(&'static str, String)> {
            let mut values = vec![
                ("host", mail.server.clone()),
                ("channel", mail.message.channel.clone()),
                ("phase", mail.phase.id().to_owned()),
                ("place", place.to_owned()),
                ("frame", mail.frame.clone().unwrap_or_default()),
            ];
            if let Some(call) = call {
                values.push(("call", call.name.clone()));
                values.push(("variant", call.variant.clone()));
                values.push(("driver", call.driver.id().to_owned()));
            }
            values
        };
        let nth = times.entry((call.map(|it| it.number), &mail.server)).or_default();
        *nth += 1;
        let subject = mail.message.subject.clone().unwrap_or_default();
        let mut said = values("");
        said.push(("subject", subject));
        if *nth > 1 {
            said.push(("times", nth.to_string()));
        }
        let parts = vec![mail.server.clone(), nth.to_string()];
        add(
            facts,
            RunAspect::Message,
            key.clone(),
            parts,
            fact(&mail.server, call.is_some(), &borrowed(&said)),
        );
        for (mailbox, places) in mail.message.addressees() {
            let standing = asked.standing(mailbox, &mine);
            for place in places {
                let known = known_by(mailbox, standing, &mine, mail);
                let parts = vec![place.as_str().to_owned(), known];
                let expected = standing == Standing::Asked;
                let fact = fact(mailbox, expected, &borrowed(&values(place.as_str())));
                add(facts, RunAspect::Recipient, key.clone(), parts, fact);
            }
        }
    }
}

fn borrowed<'v>(values: &'v [(&'static str, String)]) -> Vec<(&'static str, &'v str)> {
    values.iter().map(|(name, value)| (*name, value.as_str())).collect()
}

/// A made-up mailbox by its place in what was asked for, any other by itself.
fn known_by(mailbox: &str, standing: Standing, calls: &[&waxseal_model::Call], mail: &Mail) -> String {
    match standing {
        Standing::Asked => calls
            .iter()
            .flat_map(|call| call.requested.recipients.iter().enumerate())
            .find(|(_, it)| Asked::is_same(mailbox, &it.mailbox))
            .map_or_else(
                || "(asked for)".to_owned(),
                |(idx, it)| format!("(asked for as {} {idx})", it.place),
            ),
        Standing::OfAnotherCall => "(another call's)".to_owned(),
        // A message to an API nobody knows is told of by what it looks like.
        _ => format!("{} {}", mailbox.to_lowercase(), mail.message.channel),
    }
}

fn orders(run: &RunSummary, facts: &mut Facts) {
    let asked = Asked::of(run);
    for (phase, order) in &run.forwards {
        for target in &order.targets {
            let ours = asked.is_ours(target);
            let known = if ours {
                "(asked for)".to_owned()
            } else {
                target.to_lowercase()
            };
            let values = [
                ("host", order.host.as_str()),
                ("channel", &order.channel),
                ("change", &order.what),
                ("phase", phase.id()),
            ];
            let parts = vec![order.channel.clone(), order.what.clone(), known];
            add(facts, RunAspect::Forward, None, parts, fact(target, ours, &values));
        }
    }
    for login in &run.logins {
        let account = login.account.as_deref().unwrap_or_default();
        let values = [("channel", login.channel.as_str()), ("account", account)];
        let parts = vec![login.host.clone(), login.channel.clone(), login.secret.clone()];
        add(
            facts,
            RunAspect::Login,
            None,
            parts,
            fact(&login.host, login.accepted, &values),
        );
    }
}

fn canary(used: &CanaryUse, facts: &mut Facts) {
    let values = [
        ("place", used.place.as_str()),
        ("change", used.deed.id()),
        ("phase", used.phase.id()),
    ];
    let parts = vec![used.canary.clone(), used.deed.id().to_owned(), used.place.clone()];
    add(
        facts,
        RunAspect::Canary,
        None,
        parts,
        fact(&used.canary, used.given, &values),
    );
}

fn leaked(run: &RunSummary, leak: &Leak, calls: &BTreeMap<u32, CallKey>, facts: &mut Facts) {
    let call = run.calls.iter().find(|call| call.number == leak.call);
    let name = call.map_or("", |call| call.name.as_str());
    let values = [
        ("place", leak.place.as_str()),
        ("encoding", &leak.encoding),
        ("call", name),
        ("phase", leak.phase.id()),
    ];
    let parts = vec![leak.what.clone(), leak.place.clone()];
    let key = calls.get(&leak.call).cloned();
    add(facts, RunAspect::Leak, key, parts, fact(&leak.what, false, &values));
}

fn reached(destination: &Destination, facts: &mut Facts) {
    let loopback = destination.name.is_none() && destination.addresses.iter().all(std::net::IpAddr::is_loopback);
    let place = destination.place();
    // A port of one's own machine is often taken from those that are free.
    let known = if loopback {
        "(this machine)".to_owned()
    } else {
        place.clone()
    };
    let phases: Vec<&str> = destination.phases.iter().map(|phase| phase.id()).collect();
    let protocols: Vec<&str> = destination.protocols.iter().map(String::as_str).collect();
    let first = |pick: fn(&waxseal_model::Author) -> Option<&String>| {
        destination.by.iter().find_map(pick).cloned().unwrap_or_default()
    };
    let host = match (&destination.name, destination.addresses.first()) {
        (Some(name), _) => name.clone(),
        (None, address) => address.map(ToString::to_string).unwrap_or_default(),
    };
    let (program, frame) = (first(|it| it.program.as_ref()), first(|it| it.frame.as_ref()));
    let values = [
        ("host", host.as_str()),
        ("protocol", &protocols.join(", ")),
        ("phase", &phases.join(", ")),
        ("program", &program),
        ("frame", &frame),
    ];
    let fact = fact(&place, destination.allowed || loopback, &values);
    add(facts, RunAspect::Destination, None, vec![known], fact);
}

/// A tool with what it says and takes, so that one that changes is a difference too.
fn tools(server: &ToolServer, facts: &mut Facts) {
    for tool in &server.tools {
        for (what, said) in [
            ("name", ""),
            ("description", &*tool.description),
            ("arguments", &*tool.schema),
        ] {
            let parts = vec![tool.name.clone(), what.to_owned(), said.to_owned()];
            let fact = fact(&tool.name, false, &[("change", what)]);
            add(facts, RunAspect::Tool, None, parts, fact);
        }
    }
}

fn rest(run: &RunSummary, facts: &mut Facts) {
    for process in &run.processes {
        let program = match process.arguments.as_slice() {
            [] => process.path.clone(),
            arguments => arguments.join(" "),
        };
        let fact = fact(&program, false, &[("phase", process.phase.id())]);
        add(facts, RunAspect::Program, None, vec![plain_text(&program)], fact);
    }
    for file in &run.files {
        let change = match file.change {
            FileChange::Made => "made",
            FileChange::Changed => "changed",
            FileChange::Removed => "removed",
        };
        let parts = vec![plain_text(&file.path), change.to_owned()];
        let fact = fact(&file.path, false, &[("change", change)]);
        add(facts, RunAspect::File, None, parts, fact);
    }
}

/// Only npm's registry answered there, with what the install needs.
fn is_registry(destination: &Destination) -> bool {
    let own = |by: &String| by == "registry" || by == "registry/optional";
    !destination.answered_by.is_empty() && destination.answered_by.iter().all(own)
}

/// A run keeps fewer events.
const MAX_FACTS: usize = 100_000;
/// The longest value that is shown.
const MAX_TEXT: usize = 1_024;
