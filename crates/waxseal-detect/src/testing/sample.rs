//! One case of one indicator, and the check that every method's tests share.

use waxseal_model::Decision;

use super::World;

/// One case of one indicator: flagged with a severity, a confidence and a decision, or clean.
pub(crate) struct Sample {
    pub(crate) indicator: &'static str,
    name: &'static str,
    expected: Option<&'static str>,
    world: World,
}

/// The indicator is found; `expected` is severity, confidence and decision of that finding: `critical high block`.
pub(crate) fn flagged(indicator: &'static str, expected: &'static str, name: &'static str, world: World) -> Sample {
    Sample {
        indicator,
        name,
        expected: Some(expected),
        world,
    }
}

/// The indicator is not found, and nothing else asks for a person: the verdict is allow, and complete.
pub(crate) fn clean(indicator: &'static str, name: &'static str, world: World) -> Sample {
    Sample {
        indicator,
        name,
        expected: None,
        world,
    }
}

impl Sample {
    pub(crate) fn is_flagged(&self) -> bool {
        self.expected.is_some()
    }

    pub(crate) fn world(&self) -> &World {
        &self.world
    }
}

/// Judges every sample and reports all that come out differently.
#[track_caller]
pub(crate) fn check(samples: &[Sample]) {
    let mut wrong: Vec<String> = Vec::new();
    for sample in samples {
        let verdict = sample.world.judge();
        let found: Vec<String> = verdict
            .findings
            .iter()
            .filter(|judged| judged.finding.indicator == sample.indicator)
            .map(|judged| {
                let finding = &judged.finding;
                format!(
                    "{} {} {}",
                    finding.severity.id(),
                    finding.confidence.id(),
                    judged.decision.id()
                )
            })
            .collect();
        let right = match sample.expected {
            Some(expected) => found == [expected],
            None => found.is_empty() && verdict.decision == Decision::Allow && verdict.complete,
        };
        if !right {
            let all: Vec<&str> = verdict
                .findings
                .iter()
                .map(|it| it.finding.indicator.as_str())
                .collect();
            wrong.push(format!(
                "{}: {}\n  expected {:?}, found {found:?}; verdict {} of {all:?}",
                sample.indicator,
                sample.name,
                sample.expected.unwrap_or("nothing, allow, complete"),
                verdict.decision.id(),
            ));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
