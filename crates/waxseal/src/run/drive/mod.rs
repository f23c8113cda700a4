//! The drivers: what gets a package to send mail inside the room, with values that we minted, so that the wire shows who gets it.
//!
//! The parent mints the calls and puts them, with the drivers' programs, into one veiled file of the room ([`equip`]); the last step of a run
//! uncovers it and works through it (`drive/supervisor.cjs`), each driver in processes of its own: a scenario where we have one for the
//! package, the examples of its documentation, what it exports, and clean clients beside it. What they say of their calls comes back over
//! the simulated internet, and `calls` makes of it what was asked for.

mod calls;
mod scenarios;
mod veil;

use std::hash::{BuildHasher as _, Hasher as _, RandomState};
use std::net::{Ipv4Addr, SocketAddr};
use std::ops::RangeInclusive;

use serde_json::{Value, json};
use waxseal_internet::Canaries;
use waxseal_model::{Call, CallOutcome, Driver, Mailbox, Phase};

use super::mint::{Mint, Minted};
use super::session::{Input, RunSpec, Step};
use veil::{KEY, veil};

/// What is done with the package of a run.
#[derive(Debug, Clone)]
pub struct Drive {
    /// Where in the room the drivers send what they say.
    pub(super) reports: SocketAddr,
    /// The numbers of each driver's calls.
    drivers: Vec<(Driver, RangeInclusive<u32>)>,
    mint: Mint,
    /// The highest number of a call.
    last: u32,
    /// Mailboxes that the person named: in a scenario, or in the environment the room is given.
    named: Vec<String>,
}

impl Drive {
    /// Whether clean clients send beside the package.
    pub fn is_beside(&self) -> bool {
        self.drivers.iter().any(|(driver, _)| *driver == Driver::Beside)
    }
}

/// Whether a call is a person's own scenario that failed or took too long.
pub(super) fn is_unfinished_scenario(call: &Call) -> bool {
    call.variant == PERSONS && call.outcome != CallOutcome::Returned
}

/// A person's own scenario.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PersonScenario {
    /// Its name in the project: `scenario.mjs`.
    pub name: String,
    /// The program.
    pub text: Vec<u8>,
}

impl PersonScenario {
    /// The recipients it names beside those that are minted: in a comment before its first statement, `// recipients: a@shop.example, …`.
    pub fn recipients(&self) -> Vec<String> {
        let text = String::from_utf8_lossy(&self.text);
        let comment = text
            .lines()
            .map(str::trim)
            .take_while(|line| line.is_empty() || line.starts_with("//") || line.starts_with("#!"));
        let lists = comment.filter_map(|line| line.trim_start_matches('/').trim().strip_prefix("recipients:"));
        lists
            .flat_map(|list| list.split(','))
            .filter_map(|it| Mailbox::parse(it.trim()))
            .map(|mailbox| mailbox.to_string())
            .collect()
    }
}

/// What must be installed beside a package so that drivers can use it, by name and range.
pub fn beside(package: &str) -> &'static [(&'static str, &'static str)] {
    match scenarios::of(package) {
        Some(scenario) => scenario.beside,
        None => &[("nodemailer", "*")],
    }
}

/// The planted secrets that drivers hand to a package as its keys and passwords.
pub fn handed() -> impl Iterator<Item = &'static str> {
    let keys = KEYS.iter().map(|(_, canary)| *canary);
    keys.chain(["smtp-user", "smtp-password", "aws-key-id", "aws-secret", "mail-key"])
}

/// Adds the drivers to a run that loads a package, or a person's scenario instead of them.
pub fn equip(spec: &mut RunSpec, person: Option<&PersonScenario>) {
    let loads = spec.steps.iter().find(|step| step.phase == Phase::Import);
    // What loads a package is called with its folder and its name; the folder again if it has none there.
    let package = match loads.map(|step| step.command.as_slice()) {
        Some([.., folder, name]) => (folder.clone(), name.clone()),
        _ if person.is_some() => (".".to_owned(), ".".to_owned()),
        _ => return,
    };
    let canaries = Canaries::mint(spec.seed);
    let mint = Mint::new(spec.seed).speaking(spec.hints.vocabulary.clone());
    let scenario = scenarios::of(&package.1).filter(|_| person.is_none());
    let drivers = ranges(scenario.is_some(), person.is_some());
    let reports = address();
    let plan = json!({
        "reports": { "host": reports.ip().to_string(), "port": reports.port() },
        "package": { "folder": package.0, "name": package.1, "installed": package.0 != package.1 },
        "config": config(&canaries, &mint),
        "drivers": drivers.iter().map(|(driver, range)| planned(*driver, range, &mint)).collect::<serde_json::Map<_, _>>(),
        "person": person.map(|it| &it.name),
        "ahead": spec.hints.ahead,
        "optional": spec.hints.optional,
        "budget": if person.is_some() { PERSON } else { BUDGET },
        "most": MOST,
        "parts": parts(scenario.map(|it| it.source)),
    });
    let key = key();
    let mut data = plan.to_string().into_bytes();
    veil(&key, &mut data);
    spec.files.push((PROGRAM.to_owned(), START.as_bytes().to_vec()));
    spec.files.push((DATA.to_owned(), data));
    spec.files.extend(person.map(|it| (it.name.clone(), it.text.clone())));
    let key: String = key.iter().map(|byte| format!("{byte:02x}")).collect();
    spec.steps.push(Step {
        command: vec!["node".to_owned(), PROGRAM.to_owned(), key],
        phase: Phase::Call,
        input: Input::Nothing,
    });
    spec.drive = Some(Drive {
        reports,
        last: drivers.iter().map(|(_, range)| *range.end()).max().unwrap_or(0),
        drivers,
        named: named(&spec.env, person),
        mint,
    });
}

/// How many calls each driver may make. Numbers are the same whatever drivers there are, so that two releases are asked for the same.
fn ranges(scenario: bool, person: bool) -> Vec<(Driver, RangeInclusive<u32>)> {
    if person {
        return vec![(Driver::Person, 1..=1)];
    }
    let all = [
        (Driver::Scenario, 1..=10),
        (Driver::Documentation, 11..=40),
        (Driver::Exports, 41..=140),
        (Driver::Beside, 141..=146),
    ];
    let chosen = all.into_iter().filter(|(driver, _)| match driver {
        Driver::Scenario => scenario,
        // Who has a scenario is a mail package: what it does to others is not what it is for.
        Driver::Beside => !scenario,
        _ => true,
    });
    chosen.collect()
}

fn planned(driver: Driver, range: &RangeInclusive<u32>, mint: &Mint) -> (String, Value) {
    let values: Vec<_> = range.clone().map(|number| minted(mint, number)).collect();
    (
        driver.id().to_owned(),
        json!({ "first": range.start(), "values": values }),
    )
}

/// The values of a call: every second is about what the code looks out for.
fn minted(mint: &Mint, number: u32) -> Minted {
    match number % 2 {
        0 => mint.wordy(number),
        _ => mint.call(number),
    }
}

/// What a package is configured with: planted values, so that it shows where they go.
fn config(canaries: &Canaries, mint: &Mint) -> Value {
    let (user, pass) = canaries.smtp_account();
    let other = canaries.value("mail-key");
    let keys: serde_json::Map<String, Value> = KEYS
        .iter()
        .map(|(service, canary)| match canaries.value(canary) {
            "" => (*service, other),
            value => (*service, value),
        })
        .chain([("other", other)])
        .map(|(service, value)| (service.to_owned(), value.into()))
        .collect();
    json!({
        "smtp": { "host": MAIL_SERVER, "port": 587, "user": user, "pass": pass },
        "from": mint.sender(),
        "domain": DOMAIN,
        "keys": keys,
        "aws": { "accessKeyId": canaries.value("aws-key-id"), "secretAccessKey": canaries.value("aws-secret") },
    })
}

/// Mailboxes that a person named. Those that the room makes up for variables the code reads are of its own domain.
fn named(env: &[(String, String)], person: Option<&PersonScenario>) -> Vec<String> {
    let values = env.iter().filter_map(|(_, value)| Mailbox::parse(value));
    let mut all: Vec<String> = values.map(|mailbox| mailbox.to_string()).collect();
    all.extend(person.map_or_else(Vec::new, PersonScenario::recipients));
    all.sort();
    all.dedup();
    all
}

fn parts(scenario: Option<&str>) -> Value {
    let mut parts: serde_json::Map<String, Value> = PARTS
        .iter()
        .map(|(name, text)| ((*name).to_owned(), (*text).into()))
        .collect();
    parts.extend(scenario.map(|text| ("scenario".to_owned(), text.into())));
    parts.into()
}

/// An address that nobody in the room knows beforehand: among those of carriers (RFC 6598), where nothing else of a room is.
fn address() -> SocketAddr {
    let [one, two, three, four, five, ..] = chance().to_ne_bytes();
    let port = u16::from_ne_bytes([four, five]);
    // Above what anything is registered for.
    (Ipv4Addr::new(100, 64 | (one & 0x3f), two, three | 1), port | 0xc000).into()
}

fn key() -> [u8; KEY] {
    let mut key = [0; KEY];
    for half in key.chunks_mut(8) {
        half.copy_from_slice(&chance().to_ne_bytes());
    }
    key
}

/// The standard library's hasher is seeded by the system.
fn chance() -> u64 {
    RandomState::new().build_hasher().finish()
}

/// How arguments were chosen, by the number that drivers name.
const VARIANTS: &[&str] = &[
    "an example of its documentation",
    "one recipient",
    "a recipient in every place",
    "several messages at once",
    "over a pool of connections",
    "a template",
    "a message that is written out",
    PERSONS,
    "arguments by their names and types",
    "a message in a form that libraries take",
    "through a clean client beside it",
    "a step on the way to sending",
    "the same again",
    "on a later day",
];

/// The variant that is a person's own.
const PERSONS: &str = "a person's scenario";

/// Why something was not used, by the number that drivers name.
const REASONS: &[&str] = &[
    "it does not look like what sends mail or makes what sends it",
    "there was no more time",
    "there were more than are tried",
    "the example is not written in JavaScript that could be understood",
    "the example does not use the package",
    "it could not be used at all",
    "nothing of the package is about mail",
];

/// Services, and the canary that is handed over as their key.
const KEYS: &[(&str, &str)] = &[
    ("postmark", "postmark-token"),
    ("sendgrid", "sendgrid-key"),
    ("mailgun", "mailgun-key"),
    ("resend", "resend-key"),
    ("google", "google-key"),
    ("brevo", "brevo-key"),
    ("mailersend", "mailersend-key"),
    ("sparkpost", "sparkpost-key"),
    ("mailjet", "mailjet-key"),
    ("mandrill", "mandrill-key"),
    ("zeptomail", "zeptomail-key"),
    ("azure", "azure-key"),
];

const PARTS: &[(&str, &str)] = &[
    ("supervisor", include_str!("supervisor.cjs")),
    ("child", include_str!("child.cjs")),
    ("clock", include_str!("clock.cjs")),
    ("person", include_str!("person.cjs")),
    ("beside", include_str!("beside.cjs")),
    ("names", include_str!("names.cjs")),
    ("open", include_str!("open.cjs")),
    ("about", include_str!("about.cjs")),
    ("lex", include_str!("lex.cjs")),
    ("readme", include_str!("readme.cjs")),
    ("documentation", include_str!("documentation.cjs")),
    ("declared", include_str!("declared.cjs")),
    ("shapes", include_str!("shapes.cjs")),
    ("exports", include_str!("exports.cjs")),
];
const START: &str = include_str!("start.cjs");
/// Where the room has them.
const PROGRAM: &str = "/opt/app/start.cjs";
const DATA: &str = "/opt/app/data.bin";
/// Where clean clients beside a package send to.
pub const HOSTS_BESIDE: [&str; 2] = [MAIL_SERVER, "api.postmarkapp.com"];
/// The mail server that packages are configured with: of the room's person, as its planted account is.
const MAIL_SERVER: &str = "smtp.brightfield.example";
const DOMAIN: &str = "brightfield.example";
/// Milliseconds for all drivers together, and for one of them.
const BUDGET: u64 = 7_500;
const MOST: u64 = 5_500;
/// Milliseconds for a person's scenario; `--max-time` ends it before.
const PERSON: u64 = 3_600_000;

#[cfg(test)]
mod tests;
