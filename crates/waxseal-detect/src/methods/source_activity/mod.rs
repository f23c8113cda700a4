//! Whether the source repository that a release names knows of that release.

use waxseal_model::{Confidence, Finding, Proof, RepositoryFacts, Severity, Subject};

use crate::proof::{self, Values};
use crate::{Case, Indicator, Method, Need};

pub(crate) const METHOD: Method = Method {
    id: "source-activity",
    title: "Source activity",
    summary: "Compares a release with the tags and commits of the repository it names.",
    context: true,
    needs: &[Need::Repository],
    indicators: &[
        Indicator {
            id: UNTAGGED,
            title: "Release without a tag",
            summary: "The releases before this one are tagged in their repository, and this one is not.",
            severity: Severity::Low,
            attack: &["T1195.002"],
            controls: CONTROLS,
        },
        Indicator {
            id: UNKNOWN_COMMIT,
            title: "Published from a commit that is not there",
            summary: "The commit that the registry noted for the release does not exist in the repository it names.",
            severity: Severity::Medium,
            attack: &["T1195.002"],
            controls: CONTROLS,
        },
    ],
    run,
    manual: include_str!("manual.md"),
};

const UNTAGGED: &str = "source-activity/untagged";
const UNKNOWN_COMMIT: &str = "source-activity/unknown-commit";
const CONTROLS: &[&str] = &["iso27001:A.8.30", "nist80053:SR-3", "nist80053:SR-4"];

fn run(case: &Case<'_>) -> Vec<Finding> {
    let Some(facts) = case.current.repository.present() else {
        return Vec::new();
    };
    let found = [untagged(case, facts), unknown_commit(case, facts)];
    found.into_iter().flatten().collect()
}

/// Where tagging is the rule: the release before has a tag, and of the few before it at most one lacks it. One earlier release alone
/// makes no rule.
fn untagged(case: &Case<'_>, facts: &RepositoryFacts) -> Option<Finding> {
    let before = facts.previous_tag.as_deref().filter(|_| facts.tag.is_none())?;
    if facts.earlier_tagged < 2 || facts.earlier_tagged + 1 < facts.earlier {
        return None;
    }
    let version = match case.subject {
        Subject::Package(package) => package.version.as_str(),
        _ => return None,
    };
    let summary = format!(
        "`{}` has no tag for `{version}`; the release before has `{before}`",
        facts.url
    );
    let proof = Proof::default()
        .with("repository", &facts.url)
        .with("previous-tag", before);
    let weight = (Severity::Low, Confidence::Medium);
    Some(proof::finding(case, UNTAGGED, weight, summary, vec![proof], None))
}

fn unknown_commit(case: &Case<'_>, facts: &RepositoryFacts) -> Option<Finding> {
    let commit = facts.commit.as_deref().filter(|_| facts.commit_exists == Some(false))?;
    let summary = format!(
        "the release was published from commit `{commit}`, which `{}` does not have",
        facts.url
    );
    let proof = Proof::default()
        .with("repository", &facts.url)
        .with("commit", commit)
        .with_some("tag", facts.tag.as_ref());
    let weight = (Severity::Medium, Confidence::Medium);
    Some(proof::finding(case, UNKNOWN_COMMIT, weight, summary, vec![proof], None))
}

#[cfg(test)]
pub(crate) mod tests;
