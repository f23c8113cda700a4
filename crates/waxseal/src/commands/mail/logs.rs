//! `waxseal mail logs`: whom the mails of a log went to.

use std::io::IsTerminal as _;
use std::path::PathBuf;
use std::time::{Duration, Instant};

use waxseal_detect::mail::{Judgement, Ledger, MailPolicy};
use waxseal_mail::logs::{Counts, FORMATS, Format, Mode};
use waxseal_model::{MailSeen, Moment};

use super::{place, state_problem, write};
use crate::cli::{MailFormat, MailLogs as Arguments, Shared};
use crate::commands::screen::{Problem, Screen};
use crate::exit::Exit;
use crate::mail::logs::postconf::PostfixSettings;
use crate::mail::logs::{Bookmarks, Follower, LogReader, LogSet, ReadSettings, Wait, When, find};
use crate::mail::report::MailReport;
use crate::mail::settings::MailSettings;
use crate::mail::state::StateFolder;

/// What is read, judged and kept.
struct Review {
    settings: MailSettings,
    /// Where what was seen is kept, if it is.
    state: Option<StateFolder>,
    ledger: Ledger,
    bookmarks: Bookmarks,
    read: ReadSettings,
    gaps: Vec<String>,
}

pub(super) fn run(arguments: &Arguments, shared: &Shared, screen: &Screen) -> Result<Exit, Problem> {
    super::outputs(&arguments.output)?;
    let mut review = Review::new(arguments, screen)?;
    let paths = match arguments.logs.is_empty() {
        true if std::io::stdin().is_terminal() || arguments.follow => vec![PathBuf::from(USUAL_FOLDER)],
        true => vec![PathBuf::from("-")],
        false => arguments.logs.clone(),
    };
    let found = find(&paths, review.read.format);
    screen.warn(&found.notes);
    review.gaps.extend(found.gaps);
    if found.sets.is_empty() && review.gaps.is_empty() {
        return Err(Problem::Sentence {
            exit: Exit::Nothing,
            message: "there is no log of mail".to_owned(),
            hint: Some("name files, folders, or `-` for standard input".to_owned()),
        });
    }
    if arguments.follow {
        return review.follow(found.sets, arguments.output.format, screen);
    }
    for set in &found.sets {
        review.read(set, screen);
    }
    review.keep()?;
    let now = Moment(jiff::Timestamp::now().as_second());
    let report = MailReport::new(
        &review.ledger,
        &review.settings.policy,
        review.settings.path.clone(),
        review.gaps,
        now,
    );
    write(&report, &arguments.output, shared, screen)
}

impl Review {
    fn new(arguments: &Arguments, screen: &Screen) -> Result<Self, Problem> {
        let (mut settings, state) = place(&arguments.place)?;
        let state = (arguments.place.state.is_some() || arguments.follow).then_some(state);
        let mut gaps = Vec::new();
        if let Some(from) = &arguments.postconf {
            let postfix = PostfixSettings::load(from).map_err(|err| {
                Problem::usage(
                    format!("cannot read Postfix's settings from `{}`: {err}", from.display()),
                    None,
                )
            })?;
            postfix.explain(&mut settings.policy);
            screen.warn(&postfix.notes);
            gaps.extend(postfix.gaps);
        }
        let format = match &arguments.input {
            Some(id) => Some(Format::named(id).ok_or_else(|| unknown_format(id))?),
            None => None,
        };
        let now = Moment(jiff::Timestamp::now().as_second());
        let since = match &arguments.since {
            Some(text) => Some(When::parse(text, now).ok_or_else(|| unknown_moment(text))?.0),
            None => None,
        };
        let (mut ledger, mut bookmarks) = (Ledger::new(), Bookmarks::default());
        if let Some(state) = &state {
            state.make().map_err(|err| state_problem(&err))?;
            ledger = state
                .load(SOURCE)
                .map_err(|err| state_problem(&err))?
                .unwrap_or_default();
            bookmarks = Bookmarks::load(state.path()).map_err(|err| cannot_keep(state, &err))?;
        }
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
            gaps,
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

    fn keep(&self) -> Result<(), Problem> {
        let Some(state) = &self.state else { return Ok(()) };
        state.save(SOURCE, &self.ledger).map_err(|err| state_problem(&err))?;
        self.bookmarks
            .save(state.path())
            .map_err(|err| cannot_keep(state, &err))
    }

    /// Reads on as logs grow, and says what is found as it is found: a line for each finding, as text or as JSON.
    fn follow(mut self, sets: Vec<LogSet>, format: MailFormat, screen: &Screen) -> Result<Exit, Problem> {
        let mut followers = Vec::new();
        for set in sets {
            let mut reader = LogReader::new(&set, self.read);
            let place = self.resume(&mut reader, &set);
            followers.push(Follower::new(reader, set, place));
        }
        screen.warn(&self.gaps);
        let mut kept = Instant::now();
        loop {
            let mut wait = LONGEST_WAIT;
            for follower in &mut followers {
                let (next, gaps) = self.look(follower, format, screen)?;
                screen.warn(&gaps);
                wait = match next {
                    Wait::None => Duration::ZERO,
                    Wait::For(pause) => wait.min(pause),
                };
            }
            if kept.elapsed() >= KEEP_EVERY {
                for follower in &followers {
                    if let Some(place) = follower.place() {
                        let set = follower.set();
                        self.bookmarks
                            .set(&set.name, set.format.id, place.clone(), follower.reader().open_mails());
                    }
                }
                self.keep()?;
                kept = Instant::now();
            }
            std::thread::sleep(wait);
        }
    }

    fn look(
        &mut self,
        follower: &mut Follower,
        format: MailFormat,
        screen: &Screen,
    ) -> Result<(Wait, Vec<String>), Problem> {
        let mut outcome = Ok(());
        let (ledger, policy): (&mut Ledger, &MailPolicy) = (&mut self.ledger, &self.settings.policy);
        let looked = follower.look(&mut |mail| {
            let judgement = ledger.observe(mail, policy);
            if outcome.is_ok() {
                outcome = show(&judgement, format, screen);
            }
        });
        outcome.map(|()| looked)
    }
}

fn show(judgement: &Judgement, format: MailFormat, screen: &Screen) -> Result<(), Problem> {
    for finding in &judgement.findings {
        let at = finding
            .at
            .and_then(|at| jiff::Timestamp::from_second(at.0).ok())
            .map(|it| it.to_string());
        let line = match format {
            MailFormat::Json => serde_json::json!({
                "indicator": finding.indicator,
                "severity": finding.severity,
                "application": finding.application,
                "recipient": finding.recipient,
                "host": finding.host,
                "id": finding.id,
                "at": at,
                "summary": finding.summary,
            })
            .to_string(),
            _ => crate::report::escape::escape(
                &format!(
                    "{} {} {}: {}",
                    at.unwrap_or_default(),
                    finding.host,
                    finding.id,
                    finding.summary
                ),
                MAX_LINE,
            ),
        };
        screen.print(&format!("{line}\n"))?;
    }
    Ok(())
}

/// What a reading counted that leaves it incomplete.
fn counted(set: &LogSet, counts: Counts) -> Vec<String> {
    let name = set.name.display();
    let mut gaps = Vec::new();
    let mut gap = |count: u64, what: &str| {
        if count > 0 {
            gaps.push(format!("`{name}`: {count} {what}"));
        }
    };
    gap(
        counts.given_up,
        "mails were judged by what was known when too many were open at once",
    );
    gap(counts.malformed, "lines about recipients or headers could not be read");
    gap(counts.overlong, "lines were too long to be read to their end");
    gap(
        counts.recipients_lost,
        "recipients of mails with too many could not be kept",
    );
    if counts.lines > 0 && counts.understood == 0 {
        gaps.push(format!(
            "`{name}`: none of its {} lines is one of {} about a mail",
            counts.lines, set.format.name
        ));
    }
    gaps
}

/// What it counted that is worth knowing.
fn remarks(set: &LogSet, counts: Counts) -> Vec<String> {
    let name = set.name.display();
    let mut remarks = Vec::new();
    if counts.imitations > 0 {
        remarks.push(format!(
            "`{name}`: {} lines hold text of a sender's that imitates the log's own; fewer of its recipients count as named",
            counts.imitations
        ));
    }
    if counts.unfinished > 0 {
        remarks.push(format!(
            "`{name}`: {} mails were not done when the log ended; they are judged by what it says",
            counts.unfinished
        ));
    }
    remarks
}

fn unknown_format(id: &str) -> Problem {
    let known: Vec<&str> = FORMATS.iter().map(|format| format.id).collect();
    Problem::usage(
        format!("`{id}` is no format of logs"),
        format!("write one of {}", known.join(", ")),
    )
}

fn unknown_moment(text: &str) -> Problem {
    Problem::usage(
        format!("`--since {text}` is not understood"),
        "write a date such as 2026-11-20, a moment by RFC 3339, or 7d, 12h, 90m".to_owned(),
    )
}

fn cannot_keep(state: &StateFolder, err: &std::io::Error) -> Problem {
    Problem::Sentence {
        exit: Exit::Incomplete,
        message: format!("cannot use the bookmarks in `{}`: {err}", state.path().display()),
        hint: Some("move `logs.bookmarks` and `logs.ledger` away to begin anew".to_owned()),
    }
}

/// Under which name the ledger is kept.
const SOURCE: &str = "logs";
/// Where logs lie where nobody says otherwise (Filesystem Hierarchy Standard 3.0 §5.10).
const USUAL_FOLDER: &str = "/var/log";
/// How often what was seen is kept while a log is followed.
const KEEP_EVERY: Duration = Duration::from_secs(30);
const LONGEST_WAIT: Duration = Duration::from_secs(1);
/// Characters of a finding's line.
const MAX_LINE: usize = 1000;
