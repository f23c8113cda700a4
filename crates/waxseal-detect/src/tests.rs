//! What holds for every method, indicator, manual and case.

use std::collections::BTreeSet;

use waxseal_model::{
    AnomalyKind, CapabilityKind, Collected, Decision, DependencyKind, FileState, FlowKind, Gap, GapWeight, MailFlow,
    Novelty, Origin, Reach, RecipientPlace,
};

use crate::testing::*;
use crate::{METHODS, Need, explain, indicators, methods};

type Samples = fn() -> Vec<Sample>;

/// The cases of each method, in the order of the table.
const SAMPLES: &[(&str, Samples)] = &[
    ("known-malicious", methods::known_malicious::tests::samples),
    ("messages", methods::messages::tests::samples),
    ("recipients", methods::recipients::tests::samples),
    ("package-diff", methods::package_diff::tests::samples),
    ("install-scripts", methods::install_scripts::tests::samples),
    ("phantom-dependency", methods::phantom_dependency::tests::samples),
    ("impersonation", methods::impersonation::tests::samples),
    ("tampering", methods::tampering::tests::samples),
    ("capabilities", methods::capabilities::tests::samples),
    ("obfuscation", methods::obfuscation::tests::samples),
    ("archive", methods::archive::tests::samples),
    ("egress", methods::egress::tests::samples),
    ("canaries", methods::canaries::tests::samples),
    ("run-diff", methods::run_diff::tests::samples),
    ("provenance", methods::provenance::tests::samples),
    ("source-activity", methods::source_activity::tests::samples),
    ("installed", methods::installed::tests::samples),
    ("author", methods::author::tests::samples),
    ("velocity", methods::velocity::tests::samples),
    ("removed", methods::removed::tests::samples),
];

const HEADINGS: [&str; 8] = [
    "What it finds",
    "Why it matters",
    "Example (flagged)",
    "Example (clean)",
    "When it is wrong",
    "What to do",
    "Evidence it needs",
    "Controls and techniques",
];

#[test]
fn every_manual_has_the_fixed_headings_in_order() {
    for method in METHODS {
        let headings: Vec<&str> = method
            .manual
            .lines()
            .filter_map(|line| line.strip_prefix("## "))
            .collect();
        assert_eq!(headings, HEADINGS, "{}", method.id);
        assert!(
            method.manual.starts_with(&format!("# {}: ", method.id)),
            "{}",
            method.id
        );
        for section in method.manual.split("\n## ").skip(1) {
            assert!(
                section.lines().skip(1).any(|line| !line.trim().is_empty()),
                "{}: an empty section",
                method.id
            );
        }
    }
}

#[test]
fn every_manual_shows_both_examples_as_code() {
    for method in METHODS {
        for heading in ["## Example (flagged)", "## Example (clean)"] {
            let section = method
                .manual
                .split(heading)
                .nth(1)
                .unwrap()
                .split("\n## ")
                .next()
                .unwrap();
            assert_eq!(section.matches("```").count(), 2, "{}: {heading}", method.id);
        }
    }
}

#[test]
fn every_indicator_control_and_technique_is_in_its_manual() {
    for (method, indicator) in indicators() {
        let row = format!("\n| `{}` |", indicator.id);
        assert!(
            method.manual.contains(&row),
            "{} is not in the manual's table",
            indicator.id
        );
        let section = method.manual.split("## Controls and techniques").nth(1).unwrap();
        let words: BTreeSet<&str> = section
            .split([' ', ',', '\n', '(', ')'])
            .map(|word| word.trim_end_matches('.'))
            .collect();
        for id in indicator.attack {
            assert!(words.contains(id), "{}: {id}", indicator.id);
        }
        for control in indicator.controls {
            let (_, number) = control.split_once(':').expect("catalogue:number");
            assert!(words.contains(number), "{}: {control}", indicator.id);
        }
    }
}

#[test]
fn ids_are_unique_and_of_one_form() {
    let word = |text: &str| {
        !text.is_empty()
            && text
                .split('-')
                .all(|part| !part.is_empty() && part.chars().all(|c| c.is_ascii_lowercase()))
    };
    let mut seen = BTreeSet::new();
    for method in METHODS {
        assert!(word(method.id) && seen.insert(method.id), "{}", method.id);
        assert!(
            !method.indicators.is_empty() && !method.title.is_empty() && method.summary.ends_with('.'),
            "{}",
            method.id
        );
        for indicator in method.indicators {
            let what = indicator
                .id
                .strip_prefix(method.id)
                .and_then(|rest| rest.strip_prefix('/'));
            assert!(what.is_some_and(word) && seen.insert(indicator.id), "{}", indicator.id);
            assert!(
                !indicator.title.is_empty() && indicator.summary.ends_with('.'),
                "{}",
                indicator.id
            );
            assert!(!indicator.controls.is_empty(), "{}", indicator.id);
        }
    }
}

#[test]
fn every_indicator_has_a_flagged_and_a_clean_case() {
    let ids: Vec<&str> = METHODS.iter().map(|method| method.id).collect();
    assert_eq!(SAMPLES.iter().map(|(id, _)| *id).collect::<Vec<_>>(), ids);
    for (method, samples) in METHODS.iter().zip(SAMPLES.iter().map(|(_, samples)| samples())) {
        for indicator in method.indicators {
            let of_it = || samples.iter().filter(|sample| sample.indicator == indicator.id);
            assert!(of_it().any(Sample::is_flagged), "{} has no flagged case", indicator.id);
            assert!(
                of_it().any(|sample| !sample.is_flagged()),
                "{} has no clean case",
                indicator.id
            );
        }
        for sample in &samples {
            assert!(explain(sample.indicator).is_some(), "{}", sample.indicator);
        }
    }
}

#[test]
fn every_finding_is_of_the_table_and_has_proof() {
    for sample in SAMPLES.iter().flat_map(|(_, samples)| samples()) {
        for finding in sample.world().detect().findings {
            let explanation = explain(&finding.indicator).expect("an indicator of the table");
            assert!(explanation.indicator.is_some(), "{}", finding.indicator);
            assert!(
                !finding.evidence.is_empty() && !finding.summary.is_empty(),
                "{}",
                finding.indicator
            );
            assert!(
                !finding.summary.ends_with('.') && !finding.summary.contains('\n'),
                "{}",
                finding.summary
            );
        }
    }
}

#[test]
fn an_id_is_explained_and_another_is_not() {
    assert_eq!(explain("recipients").unwrap().method.id, "recipients");
    let explanation = explain("recipients/hidden-copy").unwrap();
    assert_eq!(
        (explanation.method.id, explanation.indicator.unwrap().id),
        ("recipients", "recipients/hidden-copy")
    );
    for id in ["", "hidden-copy", "recipients/", "recipients/nothing", "RECIPIENTS"] {
        assert!(explain(id).is_none(), "{id}");
    }
}

#[test]
fn a_method_without_its_evidence_does_not_run_and_the_gap_says_so() {
    let missing = |world: &World| Gap {
        subject: world.current.subject.clone(),
        method: "npm".to_owned(),
        reason: "the registry did not answer".to_owned(),
        weight: GapWeight::Partial,
    };
    let mut world = release();
    world.current.source = Collected::Missing(missing(&world));
    let verdict = world.judge();
    assert!(verdict.ran.is_empty() && !verdict.complete);
    assert_eq!(verdict.gaps[0].weight, GapWeight::Decisive);

    let mut world = release();
    world.source().manifest = Collected::Missing(missing(&release()));
    let verdict = world.judge();
    assert!(!verdict.complete);
    for method in METHODS {
        // Nothing but its files was looked at.
        let runs = method.needs.iter().all(|need| *need == Need::Source);
        assert_eq!(verdict.ran.contains(&method.id.to_owned()), runs, "{}", method.id);
    }

    let mut world = release();
    world.current.source = Collected::NotRequested;
    assert!(!world.judge().complete);
}

#[test]
fn a_registry_that_does_not_say_everything_is_a_partial_gap() {
    let mut world = release();
    let gap = Gap {
        subject: world.current.subject.clone(),
        method: "npm".to_owned(),
        reason: "the registry names no maintainers".to_owned(),
        weight: GapWeight::Decisive,
    };
    world.current.registry = Collected::Missing(gap);
    let verdict = world.judge();
    assert!(verdict.complete);
    assert_eq!(verdict.gaps[0].weight, GapWeight::Partial);
}

#[test]
fn a_comparison_that_was_not_made_is_a_gap() {
    let mut world = update();
    world.change = None;
    let verdict = world.judge();
    assert!(!verdict.complete);
    assert_eq!(verdict.gaps[0].reason, "it was not compared with the other release");
}

#[test]
fn equal_evidence_gives_equal_bytes_in_any_order() {
    let world = busy();
    let mut shuffled = world.clone();
    shuffled.source().flows.reverse();
    shuffled.change.as_mut().unwrap().flows.reverse();
    let bytes = |world: &World| serde_json::to_vec(&world.judge()).unwrap();
    assert_eq!(bytes(&world), bytes(&world));
    assert_eq!(bytes(&world), bytes(&shuffled));
}

#[test]
fn the_worst_comes_first() {
    let verdict = busy().judge();
    let weights: Vec<_> = verdict
        .findings
        .iter()
        .map(|it| (it.finding.severity, it.finding.confidence))
        .collect();
    assert!(weights.windows(2).all(|pair| pair[0] >= pair[1]), "{weights:?}");
    assert_eq!(verdict.findings[0].finding.indicator, "recipients/hidden-copy");
    assert_eq!(verdict.decision.id(), "block");
}

#[test]
fn a_hostile_package_cannot_make_the_answer_endless() {
    let mut world = update();
    for number in 0..5_000u32 {
        let mut flow = copy(RecipientPlace::Bcc, &format!("a{number}@collector.example"));
        flow.location = line(number + 1);
        world = world.new_flow(flow);
        let host = format!("https://h{number}.collector.example/{}", "x".repeat(200));
        world = world.gained(capability(CapabilityKind::Network, "fetch", &host), Novelty::Target);
        world.manifest().dependencies.push(waxseal_model::Dependency {
            name: format!("d{number}"),
            spec: "git+https://host.example/x.git".to_owned(),
            kind: DependencyKind::Optional,
            source: waxseal_model::DependencySource::Git,
        });
    }
    let detection = world.detect();
    assert!(detection.findings.len() <= 200 * METHODS.len());
    assert!(detection.findings.iter().all(|finding| finding.evidence.len() <= 20));
    assert_eq!(detection.findings[0].severity.id(), "critical");
}

/// Something of most methods.
fn busy() -> World {
    let mut world = update()
        .new_flow(copy(RecipientPlace::Bcc, "archive@collector.example"))
        .new_flow(MailFlow {
            location: line(7),
            reach: Reach::Unreached,
            ..copy(RecipientPlace::Cc, "b@collector.example")
        })
        .flow(MailFlow {
            location: line(9),
            ..copy(RecipientPlace::ReplyTo, "c@collector.example")
        })
        .gained(
            capability(CapabilityKind::Network, "fetch", "https://mirror.collector.example/"),
            Novelty::Kind,
        )
        .gained(
            capability(CapabilityKind::Process, "node:child_process.exec", "id"),
            Novelty::Kind,
        )
        .script("postinstall", "node setup.js")
        .needs("plain-helper", "^4.2.0", DependencyKind::Regular)
        .odd(waxseal_model::AnomalyKind::Link, Some("x"));
    world.source().loads = vec!["postmark".to_owned()];
    world
}

#[test]
fn a_file_that_cannot_be_worked_out_decides_only_where_its_mail_is_among_what_is_left() {
    let odd = || {
        release()
            .file("index.js", FileState::Parsed)
            .odd(AnomalyKind::Unfolded, Some("index.js"))
    };
    assert!(odd().judge().complete);
    let mut flow = copy(RecipientPlace::Bcc, "archive@collector.example");
    flow.origin = Origin::Unknown;
    flow.mailbox = None;
    flow.value = None;
    assert!(!odd().flow_in("index.js", flow.clone()).judge().complete);
    let elsewhere = odd()
        .file("other.js", FileState::Parsed)
        .flow_in("other.js", flow.clone());
    assert!(elsewhere.judge().complete);
    assert!(
        release()
            .file("index.js", FileState::Parsed)
            .flow_in("index.js", flow)
            .judge()
            .complete
    );
}

#[test]
fn a_list_that_is_not_followed_is_no_hidden_copy_unless_it_is_new_or_a_bcc() {
    let mut flow = copy(RecipientPlace::Envelope, "archive@collector.example");
    flow.origin = Origin::Derived;
    flow.mailbox = None;
    flow.value = None;
    assert_eq!(release().flow(flow.clone()).judge().decision, Decision::Allow);
    assert_eq!(update().new_flow(flow.clone()).judge().decision, Decision::Review);
    flow.kind = FlowKind::Recipient(RecipientPlace::Bcc);
    assert_eq!(release().flow(flow).judge().decision, Decision::Block);
}
