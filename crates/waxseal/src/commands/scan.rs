//! `waxseal scan`: what is installed or would be started, and what of it is known to be malicious or was asked for.

use waxseal_detect::{Case, Policy, Question, detect, judge};
use waxseal_model::{
    Advisories, Collected, DatabaseInfo, Evidence, Gap, GapWeight, Moment, PlaceContents, PlaceKind, PlaceProblem,
    ReportEntry, Scan as Looked, Subject,
};

use waxseal_npm::installed::Surroundings;

use super::judging::{Extras, entry};
use super::report::{Outputs, assemble};
use super::screen::{Problem, Screen};
use super::settings;
use crate::cli::{Scan, Shared};
use crate::collect::{Bar, Collector};
use crate::exit::Exit;
use crate::reader::ReaderOptions;
use crate::report::openvex;
use crate::scan::{self, Inventory, Query, Request};

pub(super) fn run(arguments: &Scan, shared: &Shared, screen: &Screen) -> Result<Exit, Problem> {
    let (mut env, config) = settings::load(shared)?;
    let offline = settings::source(&arguments.source, &config, &mut env);
    let outputs = Outputs::new(&arguments.output, &config);
    let asked = queries(arguments)?;
    let now = settings::now();
    let bar = if screen.progress {
        Bar::on_terminal()
    } else {
        Bar::default()
    };
    let request = Request {
        folders: &arguments.folders,
        env: &env,
        user: !arguments.no_user,
    };
    let mut inventory = scan::gather(&request, &|what| bar.doing(&format!("looking into {what}")));
    if arguments.verify {
        let collector = Collector::new(env.clone(), offline, ReaderOptions::default().max_unpacked, &bar);
        let cache = Surroundings::new(env.clone()).npm.cache;
        scan::verify(&mut inventory.places, &collector, &cache, &|what| bar.doing(what));
    }
    drop(bar);
    let judging = Judging {
        policy: &config.policy,
        now,
        database: None,
    };
    let (entries, looked) = judging.all(inventory, &asked);
    let mut report = assemble("scan", entries, &config.policy, now, None);
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
    database: Option<&'a DatabaseInfo>,
}

impl Judging<'_> {
    /// An entry for each affected release, each place, and each folder on the way to which something could not be looked into.
    fn all(&self, inventory: Inventory, asked: &[Query]) -> (Vec<ReportEntry>, Looked) {
        let affected = scan::affected(&inventory.places, None, asked);
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
                database: self.database.cloned().unwrap_or_else(nothing),
                matches: it.matches,
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

    /// What could not be looked into on the way, and what nobody could be asked about.
    fn unseen(&self, roots: &[String], problems: Vec<PlaceProblem>, asked: &[Query]) -> Option<ReportEntry> {
        let subject = Subject::Place(roots.join(", "));
        let mut gaps = Vec::new();
        if self.database.is_none() && asked.is_empty() {
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
