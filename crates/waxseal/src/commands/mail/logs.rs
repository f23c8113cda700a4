//! `waxseal mail logs`: whom the mails of a log went to, or of a provider's export.

mod said;

use std::io::IsTerminal as _;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use waxseal_detect::mail::{Ledger, MailFinding, MailPolicy};
use waxseal_mail::events::{EXPORTS, Export, Records};
use waxseal_mail::logs::{FORMATS, Format, Mode};
use waxseal_model::{MailSeen, Moment, Severity};
use waxseal_sandbox::Signals;

use super::{place, state_problem, write};
use crate::alerts::Targets;
use crate::cli::{MailFormat, MailLogs as Arguments, Shared};
use crate::commands::screen::{Problem, Screen};
use crate::exit::Exit;
use crate::mail::logs::exports::{self, ExportFile};
use crate::mail::logs::postconf::PostfixSettings;
use crate::mail::logs::{Bookmarks, Follower, LogReader, LogSet, ReadSettings, Wait, When, find};
use crate::mail::report::MailReport;
use crate::mail::settings::MailSettings;
use crate::mail::state::{StateError, StateFolder};
use crate::mail::teller::Teller;
use said::{counted, ended, remarks, show};

/// What is read, judged and kept.
struct Review {
    settings: MailSettings,
    /// Where what was seen is kept, if it is.
    state: Option<StateFolder>,
    ledger: Ledger,
    bookmarks: Bookmarks,
    read: ReadSettings,
    /// The source that exports were said to be of.
    export: Option<&'static Export>,
    /// What the sending side wrote down.
    records: Option<Records>,
    /// Who is told at once. Only where what was seen is kept: whoever reads a log twice is not told twice.
    teller: Option<Teller>,
    gaps: Vec<String>,
    /// The worst that was shown while logs were followed.
    worst: Option<Severity>,
}

pub(super) fn run(arguments: &Arguments, shared: &Shared, screen: &Screen) -> Result<Exit, Problem> {
    super::outputs(&arguments.output)?;
    // Before the first thread, which would take the signals itself.
    let signals = match arguments.follow {
        true => Some(Signals::take(&ENDS).map_err(|err| Problem::fault(format!("cannot take signals: {err}")))?),
        false => None,
    };
    let mut review = Review::new(arguments, screen)?;
    let paths = match arguments.logs.is_empty() {
        true if std::io::stdin().is_terminal() || arguments.follow => vec![PathBuf::from(USUAL_FOLDER)],
        true => vec![PathBuf::from("-")],
        false => arguments.logs.clone(),
    };
    let (paths, files) = match review.read.format {
        Some(_) => (paths, Vec::new()),
        None => exports::split(paths, review.export),
    };
    let found = find(&paths, review.read.format);
    screen.warn(&found.notes);
    review.gaps.extend(found.gaps);
    if found.sets.is_empty() && files.is_empty() && review.gaps.is_empty() {
        return Err(Problem::Sentence {
            exit: Exit::Nothing,
            message: "there is no log of mail".to_owned(),
            hint: Some("name files, folders, or `-` for standard input".to_owned()),
        });
    }
    if let Some(signals) = signals {
        if let Some(export) = files.first() {
            screen.warn(&[format!(
                "`{}` and other exports are not followed; read them without --follow",
                export.path.display()
            )]);
        }
        return review.follow(found.sets, arguments.output.format, signals, screen);
    }
    for set in &found.sets {
        review.read(set, screen);
    }
    for file in &files {
        review.export(file, screen);
    }
    // What was found is told even where it cannot be kept.
    match review.keep() {
        Err(Problem::Sentence { message, .. }) => review.gaps.push(message),
        kept => kept?,
    }
    let now = Moment(jiff::Timestamp::now().as_second());
    let (policy, file) = (&review.settings.policy, review.settings.path.clone());
    let gaps = std::mem::take(&mut review.gaps);
    let report = MailReport::new(&review.ledger, policy, file, gaps, now);
    let exit = write(&report, &arguments.output, shared, screen)?;
    // The report first: who is told may take its time.
    review.tell(screen);
    Ok(exit)
}

impl Review {
    fn new(arguments: &Arguments, screen: &Screen) -> Result<Self, Problem> {
        let (mut settings, state) = place(&arguments.place)?;
        let state = (arguments.place.state.is_some() || arguments.follow).then_some(state);
        let mut gaps = Vec::new();
        if let Some(from) = &arguments.postconf {
            explained(from, &mut settings.policy, &mut gaps, screen)?;
        }
        let records = arguments.sent.as_deref().map(sent).transpose()?;
        gaps.extend(records.iter().flat_map(|it| it.unread.iter().cloned()));
        let (format, export) = match &arguments.input {
            Some(id) => input(id)?,
            None => (None, None),
        };
        let now = Moment(jiff::Timestamp::now().as_second());
        let since = match &arguments.since {
            Some(text) => Some(When::parse(text, now).ok_or_else(|| unknown_moment(text))?.0),
            None => None,
        };
        let (ledger, bookmarks) = match &state {
            Some(state) => kept(state)?,
            None => Default::default(),
        };
        let teller = match &state {
            Some(state) if !settings.alerts.is_empty() => {
                let targets = Targets::read(&settings.alerts).map_err(|err| Problem::usage(err, None))?;
                Some(Teller::open(targets, state, &ledger, &settings.policy).map_err(Problem::fault)?)
            }
            None if !settings.alerts.is_empty() => {
                screen.warn(&["nobody is alerted without --state: what was told already is not known".to_owned()]);
                None
            }
            _ => None,
        };
        let read = ReadSettings {
            mode: if arguments.follow { Mode::Live } else { Mode::Review },
            since,
            goes_on: state.is_some(),
            format,
            ..ReadSettings::default()
        };
        Ok(Self {
            settings,
            state,
            ledger,
            bookmarks,
            read,
            export,
            records,
            teller,
            gaps,
            worst: None,
        })
    }

    /// Reads a log from where it was read to before.
    fn read(&mut self, set: &LogSet, screen: &Screen) {
        let mut reader = LogReader::new(set, self.read);
        let place = self.resume(&mut reader, set);
        let (ledger, policy) = (&mut self.ledger, &self.settings.policy);
        let mut sink = |mail: &MailSeen<'_>| {
            ledger.observe(mail, policy);
        };
        let progress = reader.read(set, place.as_ref(), &mut sink);
        match self.read.goes_on {
            true => reader.pause(&mut sink),
            false => reader.finish(&mut sink),
        }
        self.gaps.extend(progress.gaps);
        self.gaps.extend(counted(set, reader.counts()));
        screen.warn(&remarks(set, reader.counts()));
        if let Some(bookmark) = progress.bookmark {
            self.bookmarks
                .set(&set.name, set.format.id, bookmark, reader.open_mails());
        }
    }

    fn resume(&mut self, reader: &mut LogReader, set: &LogSet) -> Option<crate::mail::logs::Bookmark> {
        let (bookmark, open) = self.bookmarks.of(&set.name, set.format.id)?;
        if !reader.resume(open) {
            self.gaps.push(format!(
                "the mails of `{}` that were open last time cannot be read again",
                set.name.display()
            ));
        }
        Some(bookmark.clone())
    }

    /// Reads an export, unless it was read before.
    fn export(&mut self, file: &ExportFile, screen: &Screen) {
        let is_kept = self.state.is_some() && file.path.as_os_str() != "-";
        let hash = is_kept.then(|| exports::hash(&file.path));
        if let Some(Ok(hash)) = &hash
            && self.bookmarks.has_export(hash)
        {
            screen.note(&format!("`{}` was read before", file.path.display()));
            return;
        }
        let (ledger, policy, since) = (&mut self.ledger, &self.settings.policy, self.read.since);
        let gaps = exports::read(file, self.records.as_ref(), &mut |mail| {
            if mail.at.zip(since).is_none_or(|(at, since)| at >= since) {
                ledger.observe(mail, policy);
            }
        });
        // What could not be read wholly may be read wholly another time.
        if let Some(Ok(hash)) = hash
            && gaps.is_empty()
        {
            self.bookmarks.add_export(hash);
        }
        self.gaps.extend(gaps);
    }

    /// Keeps what was seen and how far was read: both or neither.
    fn keep(&self) -> Result<(), Problem> {
        let Some(state) = &self.state else { return Ok(()) };
        let bookmarks = self.bookmarks.to_bytes().map_err(Problem::fault)?;
        state
            .save(SOURCE, &self.ledger, &bookmarks)
            .map_err(|err| state_problem(&err))
    }

    /// Tells of what was not known before, and waits a while until it has got there.
    fn tell(&mut self, screen: &Screen) {
        let Some(teller) = &mut self.teller else { return };
        let trouble = teller.conclude(&self.ledger, &self.settings.policy, false);
        screen.warn(&trouble.into_iter().collect::<Vec<_>>());
        match teller.flush(LONGEST_TELLING) {
            Ok(0) => {}
            Ok(waiting) => screen.warn(&[format!(
                "{waiting} alerts wait for their targets; `waxseal mail alerts status` shows them"
            )]),
            Err(err) => screen.warn(&[err.to_string()]),
        }
    }

    /// Reads on as logs grow, and says what is found as it is found: a line for each finding, as text or as JSON. Ends when it is told to,
    /// with the status of what was seen until then.
    fn follow(
        mut self,
        sets: Vec<LogSet>,
        format: MailFormat,
        mut signals: Signals,
        screen: &Screen,
    ) -> Result<Exit, Problem> {
        let mut followers = Vec::new();
        for set in sets {
            let mut reader = LogReader::new(&set, self.read);
            let place = self.resume(&mut reader, &set);
            followers.push(Follower::new(reader, set, place));
        }
        screen.warn(&self.gaps);
        let mut is_incomplete = !self.gaps.is_empty();
        let mut kept = Instant::now();
        loop {
            let mut wait = LONGEST_WAIT;
            for follower in &mut followers {
                let (next, gaps) = self.look(follower, format, screen)?;
                is_incomplete |= !gaps.is_empty();
                screen.warn(&gaps);
                wait = match next {
                    Wait::None => Duration::ZERO,
                    Wait::For(pause) => wait.min(pause),
                };
            }
            let is_told = signals.pending().is_some();
            if is_told || kept.elapsed() >= KEEP_EVERY {
                self.keep_places(&followers)?;
                kept = Instant::now();
                if let Some(teller) = &mut self.teller {
                    let trouble = teller.conclude(&self.ledger, &self.settings.policy, true);
                    screen.warn(&trouble.into_iter().collect::<Vec<_>>());
                }
            }
            if is_told {
                for follower in &followers {
                    let gaps = counted(follower.set(), follower.reader().counts());
                    is_incomplete |= !gaps.is_empty();
                    screen.warn(&gaps);
                }
                return Ok(ended(self.worst, is_incomplete));
            }
            std::thread::sleep(wait);
        }
    }

    /// Keeps how far each log was followed, and what was seen in it.
    fn keep_places(&mut self, followers: &[Follower]) -> Result<(), Problem> {
        for follower in followers {
            if let Some(place) = follower.place() {
                let set = follower.set();
                self.bookmarks
                    .set(&set.name, set.format.id, place.clone(), follower.reader().open_mails());
            }
        }
        self.keep()
    }

    /// Reads what was added to one log; when to look again, and what could not be read.
    fn look(
        &mut self,
        follower: &mut Follower,
        format: MailFormat,
        screen: &Screen,
    ) -> Result<(Wait, Vec<String>), Problem> {
        let mut outcome = Ok(());
        let mut trouble = Vec::new();
        let worst = &mut self.worst;
        let (ledger, policy): (&mut Ledger, &MailPolicy) = (&mut self.ledger, &self.settings.policy);
        let mut tell = |finding: &MailFinding| self.teller.as_mut().and_then(|it| it.tell(finding));
        let (wait, gaps) = follower.look(&mut |mail| {
            let judgement = ledger.observe(mail, policy);
            if outcome.is_ok() {
                outcome = show(&judgement, format, screen);
            }
            *worst = judgement.findings.iter().map(|it| it.severity).max().max(*worst);
            trouble.extend(judgement.findings.iter().filter_map(&mut tell));
        });
        // That an alert could not be kept leaves nothing unread.
        screen.warn(&trouble);
        outcome.map(|()| (wait, gaps))
    }
}

/// What was seen before, and how far was read.
fn kept(state: &StateFolder) -> Result<(Ledger, Bookmarks), Problem> {
    state.make().map_err(|err| state_problem(&err))?;
    let Some((ledger, beside)) = state.load(SOURCE).map_err(|err| state_problem(&err))? else {
        return Ok(Default::default());
    };
    let damaged = StateError::Damaged {
        path: state.path().join("logs.ledger").display().to_string(),
    };
    let bookmarks = Bookmarks::from_bytes(&beside).ok_or_else(|| state_problem(&damaged))?;
    Ok((ledger, bookmarks))
}

/// What Postfix's own settings explain.
fn explained(from: &Path, policy: &mut MailPolicy, gaps: &mut Vec<String>, screen: &Screen) -> Result<(), Problem> {
    let postfix = PostfixSettings::load(from).map_err(|err| {
        let message = format!("cannot read Postfix's settings from `{}`: {err}", from.display());
        Problem::usage(message, None)
    })?;
    postfix.explain(policy);
    screen.warn(&postfix.notes);
    gaps.extend(postfix.gaps);
    Ok(())
}

fn sent(path: &Path) -> Result<Records, Problem> {
    let bytes = std::fs::read(path).map_err(|err| {
        let message = format!("cannot read the record of sends `{}`: {err}", path.display());
        Problem::usage(message, None)
    })?;
    Ok(Records::read(&bytes))
}

type Input = (Option<&'static Format>, Option<&'static Export>);

/// The format of logs or the source of exports with this id.
fn input(id: &str) -> Result<Input, Problem> {
    let export = EXPORTS.iter().find(|it| it.id == id);
    match (Format::named(id), export) {
        (None, None) => {
            let mut known: Vec<&str> = FORMATS
                .iter()
                .map(|it| it.id)
                .chain(EXPORTS.iter().map(|it| it.id))
                .collect();
            known.dedup();
            Err(Problem::usage(
                format!("`{id}` is no format of logs and no source of exports"),
                format!("write one of {}", known.join(", ")),
            ))
        }
        (format, export) => Ok((format, export.filter(|_| format.is_none()))),
    }
}

fn unknown_moment(text: &str) -> Problem {
    Problem::usage(
        format!("`--since {text}` is not understood"),
        "write a date such as 2026-11-20, a moment by RFC 3339, or 7d, 12h, 90m".to_owned(),
    )
}

/// Under which name the ledger is kept.
const SOURCE: &str = "logs";
/// Where logs lie where nobody says otherwise (Filesystem Hierarchy Standard 3.0 §5.10).
const USUAL_FOLDER: &str = "/var/log";
/// How often what was seen is kept while a log is followed.
const KEEP_EVERY: Duration = Duration::from_secs(30);
const LONGEST_WAIT: Duration = Duration::from_secs(1);
/// How long alerts are waited for at the end.
const LONGEST_TELLING: Duration = Duration::from_secs(15);
/// `SIGINT` and `SIGTERM`, the same numbers on every system.
const ENDS: [i32; 2] = [2, 15];
