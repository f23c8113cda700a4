//! What `impersonation` says of names: `cargo run -p waxseal --example names < LIST`, one name a line, with a description behind a tab.
//!
//! Writes each that is raised, tab-separated (name, indicator, severity, sentence), and the counts to standard error. Nothing is fetched.

#![allow(clippy::print_stdout, clippy::print_stderr, reason = "an example that prints")]

use std::collections::BTreeMap;
use std::io::BufRead;

use waxseal_detect::{Case, Policy, Question, detect};
use waxseal_model::{Collected, Evidence, Manifest, Moment, Severity, SourceEvidence, Subject};

fn main() -> std::io::Result<()> {
    let policy = Policy::default();
    let (mut all, mut raised) = (0_u32, 0_u32);
    let mut counts: BTreeMap<(String, Severity), u32> = BTreeMap::new();
    for line in std::io::stdin().lock().lines() {
        let line = line?;
        let (name, description) = line.split_once('\t').unwrap_or((&line, ""));
        let evidence = evidence(name, description);
        let case = Case {
            subject: &evidence.subject,
            current: &evidence,
            previous: None,
            change: None,
            run_change: None,
            question: Question::Release,
            policy: &policy,
            now: Moment(0),
        };
        let mut found = detect(&case).findings;
        found.retain(|it| it.indicator.starts_with("impersonation/") && it.severity > Severity::Info);
        all += 1;
        raised += u32::from(!found.is_empty());
        for finding in found {
            println!(
                "{name}\t{}\t{}\t{}",
                finding.indicator,
                finding.severity.id(),
                finding.summary
            );
            *counts.entry((finding.indicator, finding.severity)).or_default() += 1;
        }
    }
    eprintln!("{raised} of {all} raised");
    for ((indicator, severity), count) in counts {
        eprintln!("{count:6} {indicator} {}", severity.id());
    }
    Ok(())
}

/// A folder of which nothing is known but this.
fn evidence(name: &str, description: &str) -> Evidence {
    let manifest = Manifest {
        name: Some(name.to_owned()),
        description: (!description.is_empty()).then(|| description.to_owned()),
        ..Manifest::default()
    };
    let mut evidence = Evidence::new(Subject::Folder(name.to_owned()));
    evidence.source = Collected::Present(SourceEvidence {
        manifest: Collected::Present(manifest),
        ..SourceEvidence::default()
    });
    evidence
}
