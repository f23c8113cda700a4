//! `waxseal scan`: what is installed or would be started, and what of it is known to be malicious or was asked for.

use std::cell::RefCell;

use waxseal_detect::{Case, Policy, Question, detect, judge};
use waxseal_model::{
    Advisories, AdvisoryMatch, Collected, DatabaseInfo, Evidence, Gap, GapWeight, Matched, Moment, PlaceContents,
    PlaceKind, PlaceProblem, ReportEntry, Scan as Looked, Subject,
};

use waxseal_npm::installed::Surroundings;
use waxseal_npm::osv::Hash;

use super::judging::{Extras, entry};
use super::pin;
use super::report::{Outputs, assemble};
use super::screen::{Problem, Screen, plain};
use super::settings;
use crate::cli::{Scan, Shared};
use crate::collect::{Bar, Collector, KnownMalicious, too_old};
use crate::db::{Database, DatabaseError, Hashes};
use crate::exit::Exit;
use crate::reader::ReaderOptions;
use crate::report::openvex;
use crate::scan::{self, Inventory, Query, Records, Release, Request};

pub(super) fn run(arguments: &Scan, shared: &Shared, screen: &Screen) -> Result<Exit, Problem> {
    if arguments.pin {
        return pin::run(arguments, shared, screen);
    }
    let (mut env, config) = settings::load(shared)?;
    let offline = settings::source(&arguments.source, &config, &mut env);
    let outputs = Outputs::new(&arguments.output, &config);
    let asked = queries(arguments)?;
    let now = settings::now();
    let pins = settings::pins(&env, screen);
    let bar = if screen.progress {
        Bar::on_terminal()
    } else {
        Bar::default()
    };
    let request = Request {
        folders: &arguments.folders,
        env: &env,
        user: !arguments.no_user,
        pins: &pins,
    };
    let mut inventory = scan::gather(&request, &|what| bar.doing(&format!("looking into {what}")));
    scan::unmask(&mut inventory.places);
    if arguments.verify {
        let collector = Collector::new(env.clone(), offline, ReaderOptions::default().max_unpacked, &bar);
        let cache = Surroundings::new(env.clone()).npm.cache;
        scan::verify(&mut inventory.places, &collector, &cache, &|what| bar.doing(what));
    }
    drop(bar);
    let options = settings::known(&arguments.known, &config, now);
    let (known, short) = lookup(Database::open(&Database::default_folder(&env)), options);
    let judging = Judging {
        policy: &config.policy,
        now,
        known: known.as_ref(),
        short,
    };
    let (entries, looked) = judging.all(inventory, &asked);
    let mut report = assemble(
        "scan",
        entries,
        &config.policy,
        now,
        known.as_ref().map(|it| it.database.info()),
    );
    report.scan = Some(looked);
    if let Some(path) = &arguments.vex {
        std::fs::write(path, openvex::render(&report))
            .map_err(|err| Problem::usage(format!("cannot write `{}`: {err}", path.display()), None))?;
    }
    outputs.write(&report, shared, screen)?;
    let nothing = report
        .scan
        .as_ref()
        .is_some_and(|looked| looked.places.is_empty() && looked.problems.is_empty());
    if nothing && asked.is_empty() {
        return Err(Problem::Sentence {
            exit: Exit::Nothing,
            message: "there is nothing to scan: no lockfile, no node_modules, no configuration of an MCP client"
                .to_owned(),
            hint: Some("name a folder that holds a project".to_owned()),
        });
    }
    Ok(outputs.exit(&report, &config))
}

/// Every question is read before anything is searched.
fn queries(arguments: &Scan) -> Result<Vec<Query>, Problem> {
    let read = |typed: &String| Query::parse(typed).map_err(|err| Problem::usage(&err, Some(err.hint())));
    arguments.affected_by.iter().map(read).collect()
}

/// What every part of a scan is judged with.
struct Judging<'a> {
    policy: &'a Policy,
    now: Moment,
    /// What is publicly known.
    known: Option<&'a Lookup>,
    /// What keeps that from being whole.
    short: Option<(String, GapWeight)>,
}

/// The database, and what failed while it was asked: then nobody was told everything.
struct Lookup {
    database: Database,
    failed: RefCell<Option<DatabaseError>>,
    /// Records of which it cannot be told whether they mean what was found, a sentence each.
    unclear: RefCell<Vec<String>>,
}

impl Lookup {
    fn ask(&self, name: &str, version: Option<&str>, archive: &[Hash]) -> Vec<AdvisoryMatch> {
        let hashes = Hashes {
            archive,
            ..Hashes::default()
        };
        let mut matches = self.database.matches(name, version, &hashes).unwrap_or_else(|err| {
            self.failed.replace(Some(err));
            Vec::new()
        });
        if let (Some(version), Some(it)) = (version, matches.iter().find(|it| is_unclear(it))) {
            let reason = format!(
                "whether `{}` means `{}` cannot be told from what it says",
                plain(&it.id),
                plain(&format!("{name}@{version}"))
            );
            self.unclear.borrow_mut().push(reason);
        }
        let names_it = |it: &AdvisoryMatch| !matches!(it.matched, Matched::Others(_) | Matched::Unknown(_));
        matches.retain(|it| names_it(it) && it.withdrawn.is_none());
        matches
    }
}

fn is_unclear(it: &AdvisoryMatch) -> bool {
    matches!(it.matched, Matched::Unknown(_)) && it.withdrawn.is_none()
}

impl Records for Lookup {
    fn of_releases(&self, releases: &[Release<'_>]) -> Vec<Vec<AdvisoryMatch>> {
        let ask = |release: &Release<'_>| {
            // A lockfile may give several hashes of one archive.
            let each = release.integrity.iter().flat_map(|text| text.split_whitespace());
            let archive: Vec<Hash> = each.filter_map(Hash::parse).collect();
            self.ask(release.name, Some(release.version), &archive)
        };
        releases.iter().map(ask).collect()
    }

    fn of_package(&self, name: &str) -> Vec<AdvisoryMatch> {
        self.ask(name, None, &[])
    }
}

/// The database as it can be asked, and what keeps it from being whole; that there is none is said elsewhere.
fn lookup(
    opened: Result<Database, DatabaseError>,
    options: KnownMalicious,
) -> (Option<Lookup>, Option<(String, GapWeight)>) {
    let said = |err: &DatabaseError| (format!("{err}; {}", err.hint()), GapWeight::Decisive);
    match opened {
        Ok(database) => {
            let short = match database.broken().first() {
                Some(err) => Some(said(err)),
                None => too_old(&database.info(), options),
            };
            let lookup = Lookup {
                database,
                failed: RefCell::default(),
                unclear: RefCell::default(),
            };
            (Some(lookup), short)
        }
        Err(DatabaseError::Absent) if options.max_age.is_none() => (None, None),
        Err(err) => (None, Some(said(&err))),
    }
}

impl Judging<'_> {
    /// An entry for each affected release, each place, and each folder on the way to which something could not be looked into.
    fn all(&self, inventory: Inventory, asked: &[Query]) -> (Vec<ReportEntry>, Looked) {
        let affected = scan::affected(&inventory.places, self.known.map(|it| it as &dyn Records), asked);
        let looked = Looked {
            asked: scan::answers(asked, &affected),
            places: scan::summaries(&inventory.places, &affected),
            releases: scan::releases(&inventory.places),
            problems: inventory.problems.clone(),
            roots: inventory.roots,
        };
        let mut entries = Vec::new();
        for it in affected {
            let mut evidence = Evidence::new(it.subject);
            evidence.places = Collected::Present(it.places);
            evidence.advisories = Collected::Present(Advisories {
                database: self.known.map_or_else(nothing, |it| it.database.info()),
                matches: it.matches,
                gap: None,
            });
            entries.push(self.judge(evidence, Vec::new()));
        }
        for contents in inventory.places {
            entries.push(self.place(contents));
        }
        let unseen = self.unseen(&looked.roots, inventory.problems, asked);
        entries.extend(unseen);
        (entries, looked)
    }

    /// A place, by what differs in it and what of it could not be looked into; what it holds was judged by itself.
    fn place(&self, contents: PlaceContents) -> ReportEntry {
        let mut evidence = Evidence::new(Subject::Place(contents.place.path.clone()));
        evidence.places = Collected::Present(vec![PlaceContents {
            packages: Vec::new(),
            ..contents
        }]);
        self.judge(evidence, Vec::new())
    }

    /// Why not everything that is known was told.
    fn unknown(&self) -> Vec<(String, GapWeight)> {
        let failed = self.known.and_then(|it| it.failed.take());
        let failed = failed.map(|err| (format!("{err}; {}", err.hint()), GapWeight::Decisive));
        let unclear = self.known.map(|it| it.unclear.take()).unwrap_or_default();
        let unclear = unclear.into_iter().take(MAX_UNCLEAR);
        let unclear = unclear.map(|reason| (reason, GapWeight::Decisive));
        self.short.clone().into_iter().chain(failed).chain(unclear).collect()
    }

    /// What could not be looked into on the way, and what nobody could be asked about.
    fn unseen(&self, roots: &[String], problems: Vec<PlaceProblem>, asked: &[Query]) -> Option<ReportEntry> {
        let subject = Subject::Place(roots.join(", "));
        let mut gaps = Vec::new();
        gaps.extend(self.unknown().into_iter().map(|(reason, weight)| Gap {
            subject: subject.clone(),
            method: "known-malicious".to_owned(),
            reason,
            weight,
        }));
        if self.known.is_none() && self.short.is_none() && asked.is_empty() {
            gaps.push(Gap {
                subject: subject.clone(),
                method: "known-malicious".to_owned(),
                reason:
                    "there is no database of known-malicious packages to compare with; `waxseal db update` gets one"
                        .to_owned(),
                weight: GapWeight::Decisive,
            });
        }
        if problems.is_empty() && gaps.is_empty() {
            return None;
        }
        let mut evidence = Evidence::new(subject);
        evidence.places = Collected::Present(vec![PlaceContents {
            place: waxseal_model::Place {
                kind: PlaceKind::Folder,
                tool: String::new(),
                path: roots.join(", "),
            },
            packages: Vec::new(),
            differences: Vec::new(),
            problems,
            notes: Vec::new(),
        }]);
        Some(self.judge(evidence, gaps))
    }

    fn judge(&self, evidence: Evidence, gaps: Vec<Gap>) -> ReportEntry {
        let case = Case {
            subject: &evidence.subject,
            current: &evidence,
            previous: None,
            change: None,
            run_change: None,
            question: Question::Release,
            policy: self.policy,
            now: self.now,
        };
        let mut detection = detect(&case);
        detection.gaps.extend(gaps);
        let verdict = judge(detection, &case);
        entry(verdict, &evidence, None, Extras::default())
    }
}

/// No database, where only a question was asked.
fn nothing() -> DatabaseInfo {
    DatabaseInfo {
        records: 0,
        updated: None,
        sources: Vec::new(),
    }
}

/// More are not read one by one.
const MAX_UNCLEAR: usize = 20;
