//! One package of `check` or `diff`: its code is read while its install is found out, then it runs, and both are judged together.

use std::sync::Arc;
use std::thread::ScopedJoinHandle;

use waxseal_detect::Question;
use waxseal_model::{Anomaly, Collected, Gap, Manifest, PackageHistory, ReportEntry, ReportError, Subject};
use waxseal_npm::{PackageSpec, Wanted};

use super::assess::Bench;
use super::judging::Judging;
use super::room::{Candidate, Escaped, Kitchen, Ran, Rooms, Side, Steps};
use super::screen::{self, Screen};
use super::survey::Survey;
use crate::collect::{Bar, Collector, Found, Target};
use crate::pins::Pins;
use crate::run::{Install, Output};

/// What every package of a command is read, run and judged with.
#[derive(Clone, Copy)]
pub(super) struct Work<'a> {
    pub(super) bench: Bench<'a>,
    /// What is asked where a release comes from.
    pub(super) collector: &'a Collector<'a>,
    pub(super) bar: &'a Bar,
    /// Where it runs, if it does.
    pub(super) rooms: Option<&'a Rooms<'a>>,
    pub(super) screen: &'a Screen,
    /// What is asked of what it did.
    pub(super) question: Question,
    /// What was recorded of servers that were pinned.
    pub(super) pins: &'a Pins,
}

/// A release that was had, and what was asked for.
pub(super) struct Asked<'t> {
    pub(super) target: &'t Target,
    pub(super) found: Found,
}

impl<'a> Work<'a> {
    /// Judges one release; `missing` is the comparison that could not be made.
    pub(super) fn one(&self, mut asked: Asked<'_>, missing: Option<(Gap, Option<ReportError>)>) -> ReportEntry {
        let without = |judging: Judging<'a>| match missing {
            Some((gap, error)) => judging.without(gap, error),
            None => judging,
        };
        let Some(rooms) = self.rooms else {
            return std::thread::scope(|scope| {
                let history = self.history(scope, &asked.found);
                let mut judging = without(self.bench.read_one(asked.found, self.bar));
                judging.comes_from(self.collector.origin_with(&judging.asks(), joined(history)));
                judging.was_pinned(self.pins);
                judging.finish()
            });
        };
        let candidate = Candidate::of(asked.target, &mut asked.found);
        std::thread::scope(|scope| {
            let early = early(scope, &candidate, rooms.kitchen);
            let history = self.history(scope, &asked.found);
            let mut judging = without(self.bench.read_one(asked.found, self.bar));
            let (survey, _) = judging.surveys();
            let asks = judging.asks();
            let origin = scope.spawn(move || self.collector.origin_with(&asks, joined(history)));
            self.tell(&judging.settle());
            self.bar.doing(RUNNING);
            let side = side(judging.subject(), &candidate, early, &survey, rooms.kitchen);
            let outcome = rooms.run(side, self.output("", judging.subject()));
            judging.comes_from(joined(origin));
            judging.ran(Ran::alone(judging.subject(), outcome));
            judging.was_pinned(self.pins);
            judging.finish()
        })
    }

    /// Judges one release by what it is, without running it; `odd` is about how it was had.
    pub(super) fn read(&self, found: Found, odd: Option<Anomaly>) -> ReportEntry {
        std::thread::scope(|scope| {
            let history = self.history(scope, &found);
            let mut judging = self.bench.read_one(found, self.bar);
            if let Some(odd) = odd {
                judging.odd(odd);
            }
            judging.comes_from(self.collector.origin_with(&judging.asks(), joined(history)));
            judging.finish()
        })
    }

    /// Judges the newer of two releases by what differs.
    pub(super) fn two(&self, mut old: Asked<'_>, mut new: Asked<'_>) -> ReportEntry {
        let Some(rooms) = self.rooms else {
            return std::thread::scope(|scope| {
                let history = self.history(scope, &new.found);
                let mut judging = self.bench.read_two(old.found, new.found, self.bar);
                judging.comes_from(self.collector.origin_with(&judging.asks(), joined(history)));
                judging.was_pinned(self.pins);
                judging.finish()
            });
        };
        let before = Candidate::of(old.target, &mut old.found);
        let now = Candidate::of(new.target, &mut new.found);
        let older = old.found.subject.clone();
        std::thread::scope(|scope| {
            let early_before = early(scope, &before, rooms.kitchen);
            let early_now = early(scope, &now, rooms.kitchen);
            let history = self.history(scope, &new.found);
            let mut judging = self.bench.read_two(old.found, new.found, self.bar);
            let (survey_now, survey_before) = judging.surveys();
            let asks = judging.asks();
            let origin = scope.spawn(move || self.collector.origin_with(&asks, joined(history)));
            self.tell(&judging.settle());
            self.bar.doing(RUNNING);
            let survey_before = survey_before.unwrap_or_default();
            let first = side(&older, &before, early_before, &survey_before, rooms.kitchen);
            let second = side(judging.subject(), &now, early_now, &survey_now, rooms.kitchen);
            let outputs = [self.output("old ", &older), self.output("new ", judging.subject())];
            let (first, second) = rooms.run_both(first, second, outputs);
            judging.comes_from(joined(origin));
            judging.ran(Ran::of_both((older, first), (judging.subject(), second), self.question));
            judging.was_pinned(self.pins);
            judging.finish()
        })
    }

    /// Begins to ask what the registry says of a release's name over time, while the release is read.
    fn history<'scope, 'env>(
        &'env self,
        scope: &'scope std::thread::Scope<'scope, 'env>,
        found: &Found,
    ) -> ScopedJoinHandle<'scope, Collected<PackageHistory>> {
        let subject = found.subject.clone();
        scope.spawn(move || self.collector.history(&subject))
    }

    /// What is known before it runs, for whoever waits.
    fn tell(&self, entry: &ReportEntry) {
        if self.screen.progress || (self.bench.verbose && self.screen.shows_notes()) {
            let say = self.bar.speaker();
            crate::report::text::so_far(entry).iter().for_each(|line| say(line));
        }
    }

    fn output(&self, mark: &'static str, subject: &Subject) -> Arc<dyn Output> {
        if self.bench.verbose {
            return Arc::new(Escaped::new(self.screen, mark, self.bar.speaker()));
        }
        let shown = self.screen.progress;
        let say = self.bar.speaker();
        let say = move |line: &str| {
            if shown {
                say(line);
            }
        };
        Arc::new(Steps::new(screen::plain(&subject.to_string()), say))
    }
}

/// An install that is being found out while something else is done.
type Early<'scope> = Option<ScopedJoinHandle<'scope, Result<Install, ReportError>>>;

/// Begins to find out what an install needs, where that takes nothing but the release's name or its folder.
pub(super) fn early<'scope, 'env>(
    scope: &'scope std::thread::Scope<'scope, 'env>,
    candidate: &'env Result<Candidate, ReportError>,
    kitchen: Kitchen<'env>,
) -> Early<'scope> {
    let candidate = candidate.as_ref().ok().filter(|it| it.is_known_by_name())?;
    Some(scope.spawn(move || candidate.install(None, kitchen)))
}

fn joined<T>(handle: ScopedJoinHandle<'_, T>) -> T {
    handle.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic))
}

/// Makes a release ready to be run.
pub(super) fn side(
    subject: &Subject,
    candidate: &Result<Candidate, ReportError>,
    early: Early<'_>,
    survey: &Survey,
    kitchen: Kitchen<'_>,
) -> Side {
    let ready = |candidate: &Candidate| {
        let manifest: Option<&Manifest> = survey.manifest.as_ref();
        let install = match early {
            Some(handle) => joined(handle),
            None => candidate.install(manifest, kitchen),
        };
        Ok(candidate.spec(install?, survey, kitchen))
    };
    let candidate = candidate.as_ref().map_err(Clone::clone);
    Side {
        subject: subject.clone(),
        spec: candidate.and_then(ready),
    }
}

/// The release that was chosen, as it would be typed.
pub(super) fn target_of(found: &Found, like: &Target) -> Target {
    match (&found.subject, &like.spec) {
        (Subject::Package(release), PackageSpec::Registry { alias, .. }) => Target {
            typed: release.to_string(),
            spec: PackageSpec::Registry {
                name: release.name.clone(),
                wanted: Wanted::Version(release.version.clone()),
                alias: alias.clone(),
            },
        },
        _ => like.clone(),
    }
}

/// What the bar says from when it was read.
const RUNNING: &str = "running it in the locked room";
