//! What a registry does not tell of a name's history: which methods cannot look then, in one sentence.

use waxseal_model::{Gap, GapWeight, Subject, Unserved};

use crate::timeline::Timeline;
use crate::{Case, Need};

/// Whether the registry tells this of the release.
pub(crate) fn is_told(case: &Case<'_>, need: Need) -> bool {
    let Some(history) = case.history() else {
        return false;
    };
    if history.unpublished.is_some() || history.security_holder {
        return need == Need::Removals;
    }
    match need {
        Need::Publishers => Timeline::of(case).is_some_and(|it| it.publisher().is_some()),
        Need::Times => Timeline::of(case).is_some_and(|it| it.published().is_some()),
        Need::Provenance => !history.unserved.contains(&Unserved::Signatures),
        _ => !history.unserved.contains(&Unserved::Removed),
    }
}

/// One sentence for all that the registry does not tell. It decides where the policy asks for what is not told, or could not be had.
pub(crate) fn gaps(case: &Case<'_>, gaps: &mut Vec<Gap>) {
    let asked = asked(case);
    let mut gap = |reason, weight| {
        gaps.push(Gap {
            subject: case.subject.clone(),
            method: METHOD.to_owned(),
            reason,
            weight,
        });
    };
    if let Some(history) = case.history() {
        // Of what was removed there is nothing left to tell.
        if history.unpublished.is_some() || history.security_holder {
            return;
        }
        let silent: Vec<&Part> = PARTS.iter().filter(|part| !is_told(case, part.need)).collect();
        if silent.is_empty() {
            return;
        }
        let parts = listed(silent.iter().map(|part| part.untold), " or ");
        let methods = listed(silent.iter().map(|part| part.method), " and ");
        let reason = format!("the registry at hand does not tell {parts}, so that {methods} could not look");
        gap(reason, GapWeight::Partial);
    }
    for part in PARTS.iter().filter(|part| asked.contains(&part.need)) {
        if !is_told(case, part.need) {
            gap(part.asked.to_owned(), GapWeight::Decisive);
        }
    }
}

/// What the policy asks of this release, if its history was asked for at all.
fn asked(case: &Case<'_>) -> Vec<Need> {
    let was_asked = case.history().is_some() || case.current.history.gap().is_some();
    let Subject::Package(package) = case.subject else {
        return Vec::new();
    };
    let mut asked = Vec::new();
    if was_asked && case.policy.publishers_of(&package.name).is_some() {
        asked.push(Need::Publishers);
    }
    if was_asked && case.policy.minimum_age_days.is_some() {
        asked.push(Need::Times);
    }
    asked
}

fn listed<'t>(parts: impl ExactSizeIterator<Item = &'t str>, last: &str) -> String {
    let number = parts.len();
    let mut text = String::new();
    for (idx, part) in parts.enumerate() {
        if idx > 0 {
            text.push_str(if idx + 1 == number { last } else { ", " });
        }
        text.push_str(part);
    }
    text
}

/// A part of a history, and who needs it.
struct Part {
    need: Need,
    /// What is not told.
    untold: &'static str,
    /// The method that cannot look without.
    method: &'static str,
    /// What is said where the policy asks for it.
    asked: &'static str,
}

const PARTS: [Part; 4] = [
    Part {
        need: Need::Publishers,
        untold: "who published it",
        method: "`author`",
        asked: "the policy says who may publish it (`[publishers]`), and who did is not known",
    },
    Part {
        need: Need::Times,
        untold: "when",
        method: "`velocity`",
        asked: "the policy says how old it must be (`minimum-age-days`), and its age is not known",
    },
    Part {
        need: Need::Removals,
        untold: "which releases were removed",
        method: "`removed`",
        asked: "",
    },
    Part {
        need: Need::Provenance,
        untold: "whether it is attested",
        method: "`provenance`",
        asked: "",
    },
];

/// What these gaps go by, since they are of several methods.
const METHOD: &str = "history";

#[cfg(test)]
mod tests;
