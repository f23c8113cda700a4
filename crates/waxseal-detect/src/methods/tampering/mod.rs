//! Writing to what belongs to others: mail and network functions, module loaders, built-ins.

use std::collections::BTreeMap;

use waxseal_model::{Capability, CapabilityKind, Confidence, Finding, Novelty, Severity, SourceEvidence, Target};

use crate::capability::hides;
use crate::proof::{self, Values};
use crate::{Case, Indicator, Method, Need, Step};

pub(crate) const METHOD: Method = Method {
    id: "tampering",
    title: "Tampering with what belongs to others",
    summary: "Finds code that replaces functions of other packages or of the platform, or that gets between a program and its modules.",
    context: false,
    needs: &[Need::Source],
    indicators: &[
        Indicator {
            id: MAIL,
            title: "Replaces a mail library's functions",
            summary: "Code overwrites a function of a package that sends mail, so that it sees every message sent with it.",
            severity: Severity::High,
            attack: &["T1195.002", "T1574", "T1114"],
            controls: &["iso27001:A.8.30", "iso27001:A.5.14", "nist80053:SR-3", "nist80053:SI-7"],
        },
        Indicator {
            id: NETWORK,
            title: "Replaces network functions",
            summary: "Code overwrites `fetch` or a function of a network module, so that it sees everything sent with it.",
            severity: Severity::Medium,
            attack: &["T1195.002", "T1574", "T1557"],
            controls: &["iso27001:A.8.30", "iso27001:A.8.20", "nist80053:SR-3", "nist80053:SI-7"],
        },
        Indicator {
            id: LOADER,
            title: "Gets between a program and its modules",
            summary: "Code changes how modules are loaded, or swaps modules that are loaded already.",
            severity: Severity::Medium,
            attack: &["T1195.002", "T1574"],
            controls: &["iso27001:A.8.30", "nist80053:SR-3", "nist80053:SI-7"],
        },
        Indicator {
            id: BUILT_IN,
            title: "Changes built-ins or another package",
            summary: "Code overwrites a built-in, its prototype, or an export of another package.",
            severity: Severity::Low,
            attack: &["T1574"],
            controls: &["iso27001:A.8.30", "nist80053:SI-7"],
        },
    ],
    run,
    manual: include_str!("manual.md"),
};

const MAIL: &str = "tampering/mail";
const NETWORK: &str = "tampering/network";
const LOADER: &str = "tampering/loader";
const BUILT_IN: &str = "tampering/built-in";

fn run(case: &Case<'_>) -> Vec<Finding> {
    let Some(source) = case.source() else { return Vec::new() };
    let mut owners: BTreeMap<&'static str, Vec<&Capability>> = BTreeMap::new();
    for capability in source
        .capabilities
        .iter()
        .filter(|it| it.kind == CapabilityKind::Tampering)
    {
        owners.entry(indicator(capability)).or_default().push(capability);
    }
    owners
        .into_iter()
        .map(|(indicator, places)| describe(case, source, indicator, &places))
        .collect()
}

fn describe(case: &Case<'_>, source: &SourceEvidence, indicator: &'static str, places: &[&Capability]) -> Finding {
    let mut ordered = places.to_vec();
    ordered.sort_by_key(|it| (!is_new(case, it), !it.sensitive, !it.reach.is_reached()));
    let first = ordered[0];
    let new = places.iter().any(|it| is_new(case, it) && counts(it));
    let weight = weigh(case, indicator, places, new);
    let what = match &first.target {
        Target::Constant(key) | Target::Pattern(key) => format!(
            "`{}` of `{}`",
            proof::cut(key, MAX_NAME),
            proof::cut(&first.api, MAX_NAME)
        ),
        Target::None | Target::Dynamic => format!("`{}`", proof::cut(&first.api, MAX_NAME)),
    };
    let more = match places.len() {
        1 => String::new(),
        number => format!(" and more, in {number} places"),
    };
    let newly = if new { "newly " } else { "" };
    let summary = format!("{} {newly}writes to {what}{more}", source.path(first.location.file));
    let prove = |it: &&Capability| proof::of_capability(source, it).with_some("member", proof::target_text(&it.target));
    let proofs = ordered.iter().take(proof::MAX_PROOFS).map(prove).collect();
    proof::finding(case, indicator, weight, summary, proofs, case.change.map(|_| new))
}

/// Monitoring, mocking and polyfills do this openly in every release; to begin with it in a small step is another matter.
fn weigh(case: &Case<'_>, indicator: &str, places: &[&Capability], new: bool) -> (Severity, Confidence) {
    let counted: Vec<&&Capability> = places.iter().filter(|it| counts(it)).collect();
    if counted.is_empty() {
        return (Severity::Info, Confidence::High);
    }
    let hides = counted.iter().any(|it| hides(it));
    let first_ever = new && gained_kind(case);
    let small = case.step().is_some_and(Step::arrives_by_itself);
    match indicator {
        // Whoever patches a mail library reads the mail; a package that never did such a thing has no business to begin.
        MAIL if first_ever && small => (Severity::Critical, Confidence::Medium),
        MAIL if hides && (new || case.change.is_none()) => (Severity::Critical, Confidence::Medium),
        MAIL if new || case.change.is_none() => (Severity::High, Confidence::Medium),
        MAIL => (Severity::Medium, Confidence::Medium),
        NETWORK | LOADER if hides && (new || case.change.is_none()) => (Severity::High, Confidence::Medium),
        NETWORK | LOADER if first_ever && small => (Severity::High, Confidence::Medium),
        NETWORK | LOADER => (Severity::Medium, Confidence::Medium),
        _ if hides && new => (Severity::Medium, Confidence::Medium),
        _ => (Severity::Low, Confidence::Medium),
    }
}

/// Unguarded, of consequence, and in code that runs. A polyfill is guarded: it only fills what is missing.
fn counts(capability: &Capability) -> bool {
    capability.sensitive && capability.reach.is_reached()
}

fn is_new(case: &Case<'_>, capability: &Capability) -> bool {
    case.change.is_some_and(|change| {
        change
            .gained
            .iter()
            .any(|gained| gained.novelty != Novelty::More && gained.capability.key() == capability.key())
    })
}

/// The release before did nothing of the kind.
fn gained_kind(case: &Case<'_>) -> bool {
    case.change.is_some_and(|change| {
        change
            .gained
            .iter()
            .any(|gained| gained.novelty == Novelty::Kind && gained.capability.kind == CapabilityKind::Tampering)
    })
}

fn indicator(capability: &Capability) -> &'static str {
    let api = capability.api.as_str();
    let key = match &capability.target {
        Target::Constant(key) | Target::Pattern(key) => key.as_str(),
        Target::None | Target::Dynamic => "",
    };
    let owner = api.strip_suffix(".prototype").unwrap_or(api);
    let is_global = ["globalThis", "global", "window", "self", "this"].contains(&owner);
    if is_module_of(owner, &MAIL_MODULES) {
        MAIL
    } else if ["require.cache", "require.extensions", "node:module"]
        .iter()
        .any(|it| owner.starts_with(it))
    {
        LOADER
    } else if is_module_of(owner, &NETWORK_MODULES)
        || NETWORK_CLASSES.contains(&owner)
        || (is_global && NETWORK_CLASSES.contains(&key))
    {
        NETWORK
    } else {
        BUILT_IN
    }
}

/// Whether `owner` is one of the modules, or a member of one.
fn is_module_of(owner: &str, modules: &[&str]) -> bool {
    modules.iter().any(|module| {
        owner
            .strip_prefix(module)
            .is_some_and(|rest| rest.is_empty() || rest.starts_with(['.', '/', '(']))
    })
}

/// Packages that send mail. A write to one of them is rare enough that the list need not be complete: others are built-in's.
const MAIL_MODULES: [&str; 20] = [
    "nodemailer",
    "postmark",
    "resend",
    "@sendgrid/mail",
    "@sendgrid/client",
    "mailgun.js",
    "mailgun-js",
    "sparkpost",
    "@aws-sdk/client-ses",
    "@aws-sdk/client-sesv2",
    "@mailchimp/mailchimp_transactional",
    "mailersend",
    "mailtrap",
    "node-mailjet",
    "emailjs",
    "@emailjs/nodejs",
    "smtp-connection",
    "sendmail",
    "@getbrevo/brevo",
    "email-templates",
];

const NETWORK_MODULES: [&str; 14] = [
    "node:http",
    "node:https",
    "node:http2",
    "node:net",
    "node:tls",
    "node:dgram",
    "node:dns",
    "undici",
    "axios",
    "got",
    "node-fetch",
    "request",
    "superagent",
    "ws",
];

/// Globals that reach the network.
const NETWORK_CLASSES: [&str; 7] = [
    "fetch",
    "XMLHttpRequest",
    "WebSocket",
    "EventSource",
    "Request",
    "Response",
    "navigator",
];

/// The longest name worth a place in a sentence.
const MAX_NAME: usize = 120;

#[cfg(test)]
pub(crate) mod tests;
