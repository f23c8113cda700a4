//! Who published a release, compared with who published before and with whom the policy expects.

use waxseal_model::{Confidence, Finding, Person, Proof, Publisher, Release, Severity, Subject};

use crate::proof::{self, Values, cut};
use crate::step::numbers;
use crate::timeline::{DAY, Timeline, stretch};
use crate::{Case, Indicator, Method, Need};

pub(crate) const METHOD: Method = Method {
    id: "author",
    title: "Who published it",
    summary: "Compares the account that published a release with those that published before, and with the policy.",
    context: true,
    needs: &[Need::Publishers],
    indicators: &[
        indicator(
            UNEXPECTED,
            "Published by somebody the policy does not name",
            "The policy says who may publish the package, and somebody else published this release.",
            Severity::High,
        ),
        indicator(
            NEW,
            "First release of an account",
            "The account that published the release never published one of the package before.",
            Severity::Medium,
        ),
        indicator(
            REPLACED,
            "Another account, and the former one is gone",
            "An account published for the first time, and the one that published before may not publish any more.",
            Severity::Medium,
        ),
        indicator(
            RETURNED,
            "An account came back after long",
            "The account published nothing for a year or more, while others did.",
            Severity::Medium,
        ),
        indicator(
            BY_HAND,
            "By hand, after releases by a trusted publisher",
            "The releases before came from a build service the registry trusts, and this one from a person's account.",
            Severity::Medium,
        ),
        indicator(
            EMAIL,
            "The account has another address",
            "The account that published the release had another e-mail address when it was last named.",
            Severity::Low,
        ),
        indicator(
            PERSONAL,
            "A new name of one account",
            "The name is new, belongs to no scope, and one account alone publishes it.",
            Severity::Info,
        ),
    ],
    run,
    manual: include_str!("manual.md"),
};

const fn indicator(id: &'static str, title: &'static str, summary: &'static str, severity: Severity) -> Indicator {
    Indicator {
        id,
        title,
        summary,
        severity,
        attack: &["T1195.002", "T1078"],
        controls: &["iso27001:A.5.21", "iso27001:A.8.30", "nist80053:SR-3", "nist80053:SR-4"],
    }
}

const UNEXPECTED: &str = "author/unexpected-publisher";
const NEW: &str = "author/new-publisher";
const REPLACED: &str = "author/replaced";
const RETURNED: &str = "author/returned";
const BY_HAND: &str = "author/by-hand";
const EMAIL: &str = "author/changed-address";
const PERSONAL: &str = "author/personal";

fn run(case: &Case<'_>) -> Vec<Finding> {
    let (Some(timeline), Subject::Package(package)) = (Timeline::of(case), case.subject) else {
        return Vec::new();
    };
    let Some(publisher) = timeline.publisher() else {
        return Vec::new();
    };
    let view = View {
        case,
        timeline,
        publisher,
    };
    let mut findings = Vec::new();
    match case.policy.publishers_of(&package.name) {
        Some(expected) if expected.contains(&publisher.person.name) => {}
        Some(expected) => findings.push(view.unexpected(expected)),
        None => findings.extend(view.unusual()),
    }
    findings.extend(view.changed_address());
    if findings.is_empty() && package.name.scope().is_none() && case.policy.publishers_of(&package.name).is_none() {
        findings.extend(view.personal());
    }
    findings
}

/// A release of which it is known who published it.
struct View<'c, 'a> {
    case: &'c Case<'a>,
    timeline: Timeline<'a>,
    publisher: &'a Publisher,
}

impl<'a> View<'_, 'a> {
    fn name(&self) -> String {
        shown(&self.publisher.person)
    }

    fn finding(
        &self,
        indicator: &'static str,
        weight: (Severity, Confidence),
        summary: String,
        proof: Proof,
    ) -> Finding {
        let proof = proof
            .with("publisher", &self.publisher.person.name)
            .with("version", &self.timeline.release.version)
            .with_some("trusted", self.publisher.trusted.as_ref());
        proof::finding(self.case, indicator, weight, summary, vec![proof], None)
    }

    fn unexpected(&self, expected: &[String]) -> Finding {
        let list = proof::some_of(expected.iter().map(String::as_str));
        let summary = format!("`{}` published it, and the policy expects {list}", self.name());
        let proof = Proof::default().with("expected", expected.join(", "));
        self.finding(UNEXPECTED, (Severity::High, Confidence::High), summary, proof)
    }

    /// What is unusual about who published it: the one thing that says most.
    fn unusual(&self) -> Option<Finding> {
        let (last, before) = self.last_publisher(|_| true)?;
        // Whom the registry trusts was set up by somebody who could publish.
        if self.publisher.trusted.is_some() {
            return None;
        }
        let line = numbers(&self.timeline.release.version).map(|it| it[0]);
        let in_line = self.last_publisher(|release| numbers(&release.version).map(|it| it[0]) == line);
        if let Some((release, _)) = in_line.filter(|(_, before)| before.trusted.is_some()) {
            return Some(self.by_hand(release));
        }
        let earlier = self.last_publisher(|release| self.is_by_this(release));
        match earlier {
            Some((earlier, _)) => self.returned(earlier),
            None => Some(self.first_of_account(last, before)),
        }
    }

    /// The newest release before that somebody is known to have published, among those that pass.
    fn last_publisher(&self, pass: impl Fn(&Release) -> bool) -> Option<(&'a Release, &'a Publisher)> {
        let newest = self.timeline.before.iter().rev().copied();
        newest
            .filter(|it| pass(it))
            .find_map(|it| Some((it, it.publisher.as_ref()?)))
    }

    fn is_by_this(&self, release: &Release) -> bool {
        release
            .publisher
            .as_ref()
            .is_some_and(|it| it.person.name == self.publisher.person.name)
    }

    /// Trusted publishing was left. A person who could publish for long may have approved a staged release, which the registry then
    /// files under that person (<https://github.com/npm/cli/issues/9397>).
    fn by_hand(&self, before: &Release) -> Finding {
        let known = self.is_known(before);
        let severity = if known { Severity::Info } else { Severity::Medium };
        let tail = if known { "" } else { ", who could not publish before" };
        let summary = format!(
            "`{}` published it by hand{tail}, after `{}` came from a build service that the registry trusts",
            self.name(),
            before.version
        );
        let proof = Proof::default().with("before", &before.version);
        self.finding(BY_HAND, (severity, Confidence::Medium), summary, proof)
    }

    /// The account could publish when the release before came, under the same address, or published earlier.
    fn is_known(&self, before: &Release) -> bool {
        let now = &self.publisher.person;
        let same = |then: &Person| then.name == now.name && is_same_address(then, now).unwrap_or(true);
        before.maintainers.iter().flatten().any(same)
            || self
                .timeline
                .before
                .iter()
                .any(|it| it.publisher.as_ref().is_some_and(|then| same(&then.person)))
    }

    /// It published before, but long ago, while others did.
    fn returned(&self, earlier: &Release) -> Option<Finding> {
        let away = self.timeline.published()?.since(earlier.published?);
        let others = self
            .timeline
            .before
            .iter()
            .rev()
            .take_while(|it| it.version != earlier.version);
        let others = others.filter(|it| it.publisher.is_some()).count();
        if away < LONG || others == 0 {
            return None;
        }
        let summary = format!(
            "`{}` published it after {} without a release, while others published {}",
            self.name(),
            stretch(away),
            proof::count(others, "release")
        );
        let proof = Proof::default().with("before", &earlier.version);
        Some(self.finding(RETURNED, (Severity::Medium, Confidence::Medium), summary, proof))
    }

    /// It never published before.
    fn first_of_account(&self, last: &Release, before: &Publisher) -> Finding {
        let names = |people: &Option<Vec<Person>>, name: &str| {
            people.as_ref().map(|people| people.iter().any(|it| it.name == name))
        };
        let proof = Proof::default()
            .with("before", &last.version)
            .with("publisher-before", &before.person.name);
        if before.trusted.is_none() && names(&self.timeline.release.maintainers, &before.person.name) == Some(false) {
            let summary = format!(
                "`{}` published it for the first time, and `{}`, who published before, may not publish any more",
                self.name(),
                shown(&before.person)
            );
            return self.finding(REPLACED, (Severity::Medium, Confidence::Medium), summary, proof);
        }
        // For how long it could publish: since the oldest of the releases without a break before this one that name it.
        let since = self
            .timeline
            .before
            .iter()
            .rev()
            .take_while(|it| names(&it.maintainers, &self.publisher.person.name) != Some(false))
            .filter(|it| it.maintainers.is_some())
            .last();
        let could = since.and_then(|it| Some(self.timeline.published()?.since(it.published?)));
        let (severity, tail) = match could {
            Some(could) if could >= SETTLED => (Severity::Low, format!(", after {} as a maintainer", stretch(could))),
            _ if last.maintainers.is_some() => {
                let tail = format!(
                    ", and could not publish long before; `{}` published the one before",
                    shown(&before.person)
                );
                (Severity::Medium, tail)
            }
            _ => (
                Severity::Medium,
                format!("; `{}` published the one before", shown(&before.person)),
            ),
        };
        let summary = format!("`{}` published it for the first time{tail}", self.name());
        self.finding(NEW, (severity, Confidence::Medium), summary, proof)
    }

    /// The account's address is another than when it was last named.
    fn changed_address(&self) -> Option<Finding> {
        let now = &self.publisher.person;
        let named = |release: &'a Release| -> Option<&'a Person> {
            let publisher = release.publisher.as_ref().map(|it| &it.person);
            let people = publisher.into_iter().chain(release.maintainers.iter().flatten());
            people.into_iter().find(|it| it.name == now.name && it.email.is_some())
        };
        let mut newest = self.timeline.before.iter().rev();
        let (release, then) = newest.find_map(|release| Some((*release, named(release)?)))?;
        if is_same_address(then, now)? {
            return None;
        }
        let summary = format!(
            "`{}`, who published it, has another e-mail address than at `{}`",
            self.name(),
            release.version
        );
        let proof = Proof::default()
            .with("before", &release.version)
            .with_some("address-before", then.email.as_ref())
            .with_some("address", now.email.as_ref());
        Some(self.finding(EMAIL, (Severity::Low, Confidence::Medium), summary, proof))
    }

    /// One account, one new name, nobody beside.
    fn personal(&self) -> Option<Finding> {
        let people = self
            .timeline
            .history
            .maintainers
            .as_ref()
            .or(self.timeline.release.maintainers.as_ref())?;
        let days = self.timeline.age_of_name()?;
        let alone = people.len() == 1 && people[0].name == self.publisher.person.name;
        if !alone || days > NEW_NAME || self.timeline.before.iter().any(|it| !self.is_by_this(it) && it.listed) {
            return None;
        }
        let age = if days < 1 {
            "less than a day".to_owned()
        } else {
            stretch(days.saturating_mul(DAY))
        };
        let summary = format!(
            "one account, `{}`, publishes it, under a name that belongs to no scope and was {age} old",
            self.name()
        );
        Some(self.finding(PERSONAL, (Severity::Info, Confidence::High), summary, Proof::default()))
    }
}

/// Whether both have the same address; `None` where one is not told.
fn is_same_address(then: &Person, now: &Person) -> Option<bool> {
    let (then, now) = (then.email.as_ref()?, now.email.as_ref()?);
    Some(then.to_lowercase() == now.to_lowercase())
}

fn shown(person: &Person) -> String {
    cut(&person.name, MAX_SHOWN)
}

/// Whoever published nothing for this long came back.
const LONG: i64 = 365 * DAY;
/// Whoever could publish for this long was not added for this release.
const SETTLED: i64 = 30 * DAY;
/// A name is new for this many days.
const NEW_NAME: i64 = 90;
/// Enough of an account's name for a sentence.
const MAX_SHOWN: usize = 60;

#[cfg(test)]
pub(crate) mod tests;
