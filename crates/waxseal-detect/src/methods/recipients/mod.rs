//! Who gets the mail: recipients, accounts and destinations that the caller of a package did not choose.

mod place;
mod servers;
mod weigh;

use std::collections::BTreeMap;

use waxseal_model::{
    Capability, CapabilityKind, Finding, FlowKind, MailFlow, Origin, Proof, Severity, SourceEvidence, Target,
};

use crate::proof::{self, Values};
use crate::{Case, Indicator, Method, Need};
use weigh::{Around, Weight, weigh};

pub(crate) const METHOD: Method = Method {
    id: "recipients",
    title: "Unrequested recipients",
    summary: "Finds recipients, accounts and destinations of mail that the package chose and its caller did not.",
    context: false,
    needs: &[Need::Source],
    indicators: &[
        Indicator {
            id: HIDDEN_COPY,
            title: "Hidden copy of the caller's mail",
            summary: "A recipient that the caller did not name is added to a message that the caller addresses.",
            severity: Severity::Critical,
            attack: &["T1195.002", "T1114.003", "T1048"],
            controls: &[
                "iso27001:A.8.30",
                "iso27001:A.5.14",
                "iso27001:A.8.12",
                "nist80053:SR-3",
                "nist80053:SI-4",
            ],
        },
        Indicator {
            id: SEPARATE_MESSAGE,
            title: "Separate message to a stranger",
            summary: "Beside or out of the caller's mail, a second message goes to a recipient that the caller did not name.",
            severity: Severity::Critical,
            attack: &["T1195.002", "T1048", "T1020"],
            controls: &[
                "iso27001:A.8.30",
                "iso27001:A.5.14",
                "iso27001:A.8.12",
                "nist80053:SR-3",
                "nist80053:SI-4",
            ],
        },
        Indicator {
            id: SECOND_DESTINATION,
            title: "Second destination of the caller's mail",
            summary: "The content of the caller's mail also goes to a host that has no part in sending it.",
            severity: Severity::Critical,
            attack: &["T1195.002", "T1567", "T1020"],
            controls: &[
                "iso27001:A.8.30",
                "iso27001:A.8.12",
                "iso27001:A.8.23",
                "nist80053:SR-3",
                "nist80053:SC-7",
            ],
        },
        Indicator {
            id: FOREIGN_ACCOUNT,
            title: "Mail sent from somebody else's account",
            summary: "The caller's mail is sent with a credential that the package brought, so its owner can read it.",
            severity: Severity::Critical,
            attack: &["T1195.002", "T1567", "T1586.002"],
            controls: &[
                "iso27001:A.8.30",
                "iso27001:A.5.17",
                "iso27001:A.5.14",
                "nist80053:SR-3",
                "nist80053:IA-5",
            ],
        },
        Indicator {
            id: FOREIGN_SERVER,
            title: "Mail handed to a server of the package's choice",
            summary: "The caller's mail is handed to a server that is written into the package and is no known mail provider.",
            severity: Severity::Critical,
            attack: &["T1195.002", "T1557", "T1048"],
            controls: &[
                "iso27001:A.8.30",
                "iso27001:A.5.14",
                "iso27001:A.8.23",
                "nist80053:SR-3",
                "nist80053:SC-7",
            ],
        },
        Indicator {
            id: REPLY_DIVERTED,
            title: "Answers diverted",
            summary: "Answers, receipts or bounces of the caller's mail go to an address that the caller did not name.",
            severity: Severity::High,
            attack: &["T1195.002", "T1114.003"],
            controls: &["iso27001:A.8.30", "iso27001:A.5.14", "nist80053:SR-3"],
        },
        Indicator {
            id: CONSTANT,
            title: "Fixed recipient of a message of the package's own",
            summary: "The package sends a message without any of the caller's content to a recipient of its own choice.",
            severity: Severity::Low,
            attack: &[],
            controls: &["iso27001:A.5.14"],
        },
        Indicator {
            id: DYNAMIC,
            title: "Recipient that could not be worked out",
            summary: "What reaches a place that decides who gets the mail could not be followed to where it comes from.",
            severity: Severity::Medium,
            attack: &[],
            controls: &["iso27001:A.8.30"],
        },
        Indicator {
            id: CONFIGURED,
            title: "Configuration decides who gets the mail",
            summary: "A recipient, account or destination is read from the user's own configuration.",
            severity: Severity::Info,
            attack: &[],
            controls: &["iso27001:A.8.9"],
        },
    ],
    run,
    manual: include_str!("manual.md"),
};

const HIDDEN_COPY: &str = "recipients/hidden-copy";
const SEPARATE_MESSAGE: &str = "recipients/separate-message";
const SECOND_DESTINATION: &str = "recipients/second-destination";
const FOREIGN_ACCOUNT: &str = "recipients/foreign-account";
const FOREIGN_SERVER: &str = "recipients/foreign-server";
const REPLY_DIVERTED: &str = "recipients/reply-diverted";
const CONSTANT: &str = "recipients/constant";
const DYNAMIC: &str = "recipients/dynamic";
const CONFIGURED: &str = "recipients/configured";

fn run(case: &Case<'_>) -> Vec<Finding> {
    let Some(source) = case.source() else { return Vec::new() };
    let new_flows = case.new_flows();
    let sends_mail = source.capabilities.iter().any(|it| it.kind == CapabilityKind::Mail)
        || source
            .flows
            .iter()
            .any(|flow| flow.message.sent && flow.channel != NO_CHANNEL);
    let mut groups: BTreeMap<Group<'_>, Vec<&MailFlow>> = BTreeMap::new();
    for flow in &source.flows {
        let new = new_flows.as_ref().map(|flows| flows.contains(flow));
        let around = Around {
            path: source.path(flow.location.file),
            new,
            sends_mail,
        };
        if let Some(weight) = weigh(flow, around) {
            groups.entry(Group::of(flow, weight, new)).or_default().push(flow);
        }
    }
    groups
        .into_iter()
        .map(|(group, flows)| describe(case, source, &group, &flows))
        .collect()
}

/// Flows that are one finding: a bundle often holds the same line twice, as CommonJS and as a module.
#[derive(PartialEq, Eq, PartialOrd, Ord)]
struct Group<'a> {
    weight: Weight,
    new: Option<bool>,
    what: Option<(&'a FlowKind, &'a Origin, Option<&'a str>)>,
}

impl<'a> Group<'a> {
    fn of(flow: &'a MailFlow, weight: Weight, new: Option<bool>) -> Self {
        // Context is one finding, however many places it has.
        let what = match weight.indicator {
            CONFIGURED | DYNAMIC => None,
            _ => Some((&flow.kind, &flow.origin, flow.value.as_deref())),
        };
        Self {
            weight,
            new: what.and(new),
            what,
        }
    }
}

fn describe(case: &Case<'_>, source: &SourceEvidence, group: &Group<'_>, flows: &[&MailFlow]) -> Finding {
    let Weight {
        indicator,
        severity,
        confidence,
    } = group.weight;
    let summary = match group.what {
        Some(_) => sentence(indicator, flows[0], source),
        None => context_sentence(indicator, flows),
    };
    let proofs = flows
        .iter()
        .take(proof::MAX_PROOFS)
        .flat_map(|flow| prove(source, flow))
        .collect();
    proof::finding(case, indicator, (severity, confidence), summary, proofs, group.new)
}

/// Where a value is put into its place, and where it is written, if that is elsewhere.
fn prove(source: &SourceEvidence, flow: &MailFlow) -> Vec<Proof> {
    let name = |proof: Proof| {
        let proof = proof.with("origin", origin_id(&flow.origin));
        let proof = match &flow.origin {
            Origin::Configured(name) => proof.with("env", name),
            _ => proof,
        };
        match &flow.kind {
            FlowKind::Recipient(place) => proof
                .with("place", place.as_str())
                .with_some("recipient", recipient(flow))
                .with_some("host", fetched_from(source, flow)),
            FlowKind::Account(field) if servers::is_server(field) => proof
                .with("field", field)
                .with_some("host", flow.value.as_deref().map(servers::host)),
            FlowKind::Account(field) => proof.with("field", field).with_some("credential", flow.value.as_ref()),
            FlowKind::SecondDestination => proof.with_some("host", flow.value.as_deref().map(servers::host)),
        }
    };
    let mut proofs = vec![name(proof::of_flow(source, flow))];
    if let Some(written) = flow.source.filter(|written| *written != flow.location) {
        proofs.push(name(proof::at(source, written)));
    }
    proofs
}

/// One sentence: the actor, the act and the object.
fn sentence(indicator: &str, flow: &MailFlow, source: &SourceEvidence) -> String {
    let path = source.path(flow.location.file);
    let actor = match &flow.function {
        Some(name) => format!("`{}` in {}", proof::cut(name, MAX_WORD), proof::cut(path, MAX_WORD)),
        None => proof::cut(path, MAX_WORD),
    };
    let object = object(source, flow);
    let act = match (&flow.kind, indicator) {
        (FlowKind::Recipient(place), HIDDEN_COPY) => {
            format!("adds {object} as {place} to mail that the caller addresses")
        }
        (FlowKind::Recipient(_), SEPARATE_MESSAGE) if flow.message.caller_content => {
            format!("sends {object} a message of its own with the caller's content")
        }
        (FlowKind::Recipient(_), SEPARATE_MESSAGE) => {
            format!("sends {object} a message of its own beside the caller's mail")
        }
        (FlowKind::Recipient(place), REPLY_DIVERTED) => format!("sets {place} of the caller's mail to {object}"),
        (FlowKind::Recipient(place), _) => format!("sends a message of its own to {object} ({place})"),
        (FlowKind::SecondDestination, _) => format!("also sends the content of the caller's mail to {object}"),
        (FlowKind::Account(_), FOREIGN_SERVER) => format!("hands mail to {object}, a server of the package's choice"),
        (FlowKind::Account(field), _) => {
            format!("sends mail from an account of the package's choice, {object} as `{field}`")
        }
    };
    let condition = if flow.condition.is_some() {
        ", if a condition holds"
    } else {
        ""
    };
    format!("{actor} {act}{}{condition}", tail(&flow.origin))
}

/// What is put into the place, in words.
fn object(source: &SourceEvidence, flow: &MailFlow) -> String {
    let named = match flow.kind {
        FlowKind::Recipient(_) => recipient(flow),
        _ => flow.value.as_ref().map(|value| proof::cut(value, MAX_WORD)),
    };
    let thing = match &flow.kind {
        FlowKind::Recipient(_) => "a recipient",
        FlowKind::Account(field) if servers::is_server(field) => "a server",
        FlowKind::Account(_) => "a credential",
        FlowKind::SecondDestination => "a host",
    };
    named.unwrap_or_else(|| match flow.origin {
        Origin::Fetched => match fetched_from(source, flow) {
            Some(host) => format!("{thing} fetched from {host}"),
            None => format!("{thing} fetched from the network"),
        },
        Origin::Shipped => format!("{thing} read from a file of the package"),
        Origin::Derived => format!("{thing} computed from constants"),
        _ => format!("{thing} of its own"),
    })
}

fn tail(origin: &Origin) -> &'static str {
    match origin {
        Origin::Default => " unless told otherwise",
        _ => "",
    }
}

fn context_sentence(indicator: &str, flows: &[&MailFlow]) -> String {
    if indicator == CONFIGURED {
        let mut names: Vec<&str> = flows.iter().filter_map(|flow| configured(flow)).collect();
        names.sort_unstable();
        names.dedup();
        return format!(
            "the user's configuration decides where mail goes or comes from: {}",
            proof::some_of(names)
        );
    }
    let places = proof::count(flows.len(), "place");
    format!("who gets the mail could not be worked out in {places}")
}

fn configured(flow: &MailFlow) -> Option<&str> {
    match &flow.origin {
        Origin::Configured(name) => Some(name),
        _ => None,
    }
}

fn recipient(flow: &MailFlow) -> Option<String> {
    let mailbox = flow.mailbox.as_ref().map(ToString::to_string);
    // What was fetched is known by its host at most.
    let value = flow
        .value
        .as_ref()
        .filter(|value| flow.origin != Origin::Fetched || value.contains('@'));
    mailbox.or_else(|| value.map(|value| proof::cut(value, MAX_WORD)))
}

/// The host that a recipient is fetched from: the flow's own word for it, or where the code at its source connects to.
fn fetched_from(source: &SourceEvidence, flow: &MailFlow) -> Option<String> {
    if flow.origin != Origin::Fetched || flow.mailbox.is_some() {
        return None;
    }
    if let Some(value) = flow
        .value
        .as_deref()
        .filter(|value| value.contains('.') && !value.contains('@'))
    {
        return Some(servers::host(value));
    }
    let written = flow.source?;
    let line = (written.file, written.line);
    let place = |capability: &Capability| (capability.location.file, capability.location.line);
    // Capabilities are sorted by location.
    let from = source.capabilities.partition_point(|it| place(it) < line);
    let on_line = source.capabilities[from..].iter().take_while(|it| place(it) == line);
    let mut targets = on_line
        .filter(|it| it.kind == CapabilityKind::Network)
        .filter_map(|it| match &it.target {
            Target::Constant(text) | Target::Pattern(text) => Some(servers::host(text)),
            Target::None | Target::Dynamic => None,
        });
    targets.find(|host| host.contains('.') && !host.starts_with('*'))
}

fn origin_id(origin: &Origin) -> &'static str {
    match origin {
        Origin::Constant => "constant",
        Origin::Default => "default",
        Origin::Fetched => "fetched",
        Origin::Shipped => "shipped",
        Origin::Derived => "derived",
        Origin::Configured(_) => "configured",
        Origin::Caller => "caller",
        Origin::Unknown => "unknown",
    }
}

/// What the channel of a flow says where no call, provider or library of mail was recognised, but only fields like a message's.
const NO_CHANNEL: &str = "message object";
/// The longest mailbox (RFC 5321 §4.5.3.1) is the longest word worth a place in a sentence.
const MAX_WORD: usize = 320;

#[cfg(test)]
pub(crate) mod tests;
