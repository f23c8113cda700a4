//! The reports that every format is tried on: one of each kind a reader can meet.

use std::collections::BTreeMap;

use waxseal_detect::{Case, Policy, detect, judge};
use waxseal_model::*;

use self::parts::*;
use crate::run::allow::Allowlist;
use crate::run::summary::{Known, summarize};

mod parts;
mod scan;
pub(crate) use scan::scanned;

/// Every sample with its name.
pub(crate) fn all() -> Vec<(&'static str, Report)> {
    vec![
        ("block", block()),
        ("allow", allow()),
        ("incomplete", incomplete()),
        ("missing", missing()),
        ("diff", diff()),
        ("self_diff", self_diff()),
        ("hostile", hostile()),
        ("many", many()),
        ("waived", waived()),
        ("run", ran(&crate::run::samples::mailer())),
        ("hostile_run", ran(&crate::run::samples::hostile())),
        ("compared", compared(|run| run.mails.truncate(1))),
        ("compared_same", compared(|_| {})),
        ("scan", scanned()),
        (
            "empty",
            Report {
                entries: Vec::new(),
                ..report("check", Vec::new())
            },
        ),
    ]
}

/// A command that was run, and judged by what it did.
pub(crate) fn ran(run: &Run) -> Report {
    let allow = Allowlist::parse(&["api.mail.example", "*.mail.example:587"]).expect("they can be used");
    let summary = summarize(
        run,
        &Known {
            allow: Some(&allow),
            resolver: "10.0.2.3".parse().ok(),
            stacks: true,
            ..Known::default()
        },
    );
    let mut evidence = Evidence::new(Subject::Command(run.command.join(" ")));
    evidence.runs = Collected::Present(vec![summary.clone()]);
    let policy = Policy::default();
    let case = Case {
        subject: &evidence.subject,
        current: &evidence,
        previous: None,
        change: None,
        run_change: None,
        question: waxseal_detect::Question::Release,
        policy: &policy,
        // 2026-11-22T00:00:00Z
        now: Moment(1_795_305_600),
    };
    let entry = ReportEntry {
        verdict: judge(detect(&case), &case),
        runs: vec![summary],
        counts: Counts::default(),
        capabilities: Vec::new(),
        ..allowed_entry("left-pad", "1.3.0")
    };
    report("run", vec![entry])
}

/// Two releases that were run: the older is what `change` makes of the newer.
pub(crate) fn compared(change: impl FnOnce(&mut RunSummary)) -> Report {
    let summary = summarize(&crate::run::samples::mailer(), &Known::default());
    let mut older = summary.clone();
    change(&mut older);
    let run_change = waxseal_detect::compare_runs(std::slice::from_ref(&older), std::slice::from_ref(&summary));
    let mut evidence = Evidence::new(release("postmark-mcp-replica", "1.0.16"));
    evidence.runs = Collected::Present(vec![summary.clone()]);
    let mut previous = Evidence::new(release("postmark-mcp-replica", "1.0.15"));
    previous.runs = Collected::Present(vec![older.clone()]);
    let policy = Policy::default();
    let case = Case {
        subject: &evidence.subject,
        current: &evidence,
        previous: Some(&previous),
        change: None,
        run_change: Some(&run_change),
        question: waxseal_detect::Question::Difference,
        policy: &policy,
        // 2026-11-22T00:00:00Z
        now: Moment(1_795_305_600),
    };
    let entry = ReportEntry {
        verdict: judge(detect(&case), &case),
        runs: vec![summary],
        old_runs: vec![older],
        run_change: Some(run_change.clone()),
        counts: Counts::default(),
        capabilities: Vec::new(),
        ..allowed_entry("left-pad", "1.3.0")
    };
    report("run", vec![entry])
}

/// A copy of every mail to a stranger, in one release.
pub(crate) fn block() -> Report {
    report("check", vec![blocked_entry()])
}

/// Nothing to mind.
pub(crate) fn allow() -> Report {
    report("check", vec![allowed_entry("left-pad", "1.3.0")])
}

/// A file that could not be parsed decides whether the package is harmless.
pub(crate) fn incomplete() -> Report {
    let mut entry = allowed_entry("big-bundle", "2.0.0");
    entry.verdict.complete = false;
    entry.counts = Counts {
        files: 9,
        code: 4,
        parsed: 3,
        bytes: 48_201_777,
    };
    entry.verdict.gaps = vec![
        gap(
            &entry,
            "recipients",
            "`dist/all.js` is larger than 32 MiB and was not read",
            GapWeight::Decisive,
        ),
        gap(
            &entry,
            "registry",
            "the registry lists no maintainers",
            GapWeight::Partial,
        ),
    ];
    report("check", vec![entry])
}

/// The registry has no such release.
pub(crate) fn missing() -> Report {
    report("check", vec![missing_entry()])
}

/// A rebuilt bundle: one new dependency, much noise, one hidden recipient.
pub(crate) fn diff() -> Report {
    let mut entry = blocked_entry();
    entry.verdict.compared_with = Some(release("postmark-mcp-replica", "1.0.15"));
    entry.verdict.findings[0].finding.new = Some(true);
    entry.verdict.findings.push(judged(
        finding(
            "package-diff/new-dependency",
            Severity::Low,
            Confidence::High,
            "now depends on `tiny-axios`",
            None,
        ),
        Decision::Allow,
    ));
    entry.paths = vec!["index.js".to_owned(), "lib/telemetry.js".to_owned()];
    entry.old_paths = vec!["index.js".to_owned()];
    entry.change = Some(change());
    entry.diff = Some(HumanDiff {
        hunks: vec![recipient_hunk(), dependency_hunk()],
        folded: vec![
            Folded {
                reason: "renamed identifiers".to_owned(),
                hunks: 212,
                lines: 1904,
                files: 3,
            },
            Folded {
                reason: "documentation".to_owned(),
                hunks: 1,
                lines: 2,
                files: 1,
            },
        ],
        same_code: 4,
    });
    report("diff", vec![entry])
}

/// A release compared with itself.
pub(crate) fn self_diff() -> Report {
    let mut entry = allowed_entry("left-pad", "1.3.0");
    entry.verdict.compared_with = Some(release("left-pad", "1.3.0"));
    entry.verdict.findings.clear();
    entry.change = Some(Change {
        files: FileChanges {
            identical: 4,
            ..FileChanges::default()
        },
        ..Change::default()
    });
    entry.diff = Some(HumanDiff::default());
    report("diff", vec![entry])
}

/// Every text that a package can write holds what would break a terminal, a page or a document.
pub(crate) fn hostile() -> Report {
    let mut entry = blocked_entry();
    let evil = HOSTILE.to_owned();
    entry.verdict.subject = Subject::Folder(format!("./{evil}"));
    let judged = &mut entry.verdict.findings[0];
    judged.finding.subject = entry.verdict.subject.clone();
    judged.finding.summary = format!("copies every message to {evil} and {evil}");
    let proof = &mut judged.finding.evidence[0];
    proof.path = Some(format!("../{evil}/a b%.js"));
    proof.function = Some(evil.clone());
    proof.reached_by = vec![evil.clone(), evil.clone()];
    proof.values = BTreeMap::from([("recipient".to_owned(), evil.clone()), (evil.clone(), evil.clone())]);
    judged.waived = None;
    let mut unknown = finding(
        &format!("recipients/{evil}"),
        Severity::High,
        Confidence::Low,
        &evil,
        None,
    );
    unknown.evidence[0].path = None;
    entry.verdict.findings.push(parts::judged(unknown, Decision::Review));
    let mut accepted = parts::judged(
        finding(
            "recipients/constant",
            Severity::Low,
            Confidence::Low,
            &evil,
            Some((evil.as_str(), 3, 1)),
        ),
        Decision::Allow,
    );
    accepted.waived = Some(evil.clone());
    entry.verdict.findings.push(accepted);
    entry.verdict.complete = false;
    entry.verdict.gaps = vec![
        gap(&entry, &evil, &evil, GapWeight::Decisive),
        gap(&entry, "x", &evil, GapWeight::Partial),
    ];
    entry.verdict.ran = vec!["recipients".to_owned(), evil.clone()];
    entry.exhibits[0].path = evil.clone();
    entry.exhibits[0].lines[1].text = format!("\t{evil}: '{evil}'");
    entry.exhibits[0].lines[2].text = format!("\tBcc: '{evil}', {}", "x".repeat(300));
    entry.exhibits[0].lines[2].mark = Some((7, 30));
    entry.error = Some(ReportError {
        message: evil.clone(),
        hint: Some(evil.clone()),
        kind: evil.clone(),
    });
    entry.paths = vec![evil.clone(), evil.clone()];
    entry.old_paths = vec![evil.clone()];
    let mut change = change();
    change.manifest[0].field = evil.clone();
    change.manifest[0].new = Some(evil.clone());
    change.gained[0].capability.api = evil.clone();
    change.gained[0].capability.target = Target::Constant(evil.repeat(20));
    change.files.added = vec![evil.clone()];
    entry.change = Some(change);
    let mut hunk = recipient_hunk();
    hunk.path = evil.clone();
    hunk.reasons = vec![evil.clone()];
    hunk.lines[1].text = evil.clone();
    entry.diff = Some(HumanDiff {
        hunks: vec![hunk],
        folded: vec![Folded {
            reason: evil.clone(),
            hunks: 1,
            lines: 1,
            files: 1,
        }],
        same_code: 0,
    });
    let mut report = report("check", vec![entry]);
    report.warnings = vec![evil];
    report
}

/// One of each answer, and more that are allowed.
pub(crate) fn many() -> Report {
    let mut review = allowed_entry("mailer-kit", "4.2.0");
    review.verdict.decision = Decision::Review;
    let places = (0..6).map(|idx| Proof {
        path: Some(format!("lib/send-{idx}.js")),
        location: Some(location(10 + idx, 3, 8)),
        values: BTreeMap::from([("env".to_owned(), "MAIL_TOKEN".to_owned())]),
        ..Proof::default()
    });
    let mut token = finding(
        "capabilities/environment-leak",
        Severity::Medium,
        Confidence::Medium,
        "reads `MAIL_TOKEN` and reaches the network",
        None,
    );
    token.evidence = places.collect();
    review.verdict.findings.insert(0, judged(token, Decision::Review));
    let mut report = report(
        "check",
        vec![
            allowed_entry("left-pad", "1.3.0"),
            missing_entry(),
            review,
            allowed_entry("@scope/quiet", "0.1.0"),
            blocked_entry(),
        ],
    );
    report.warnings =
        vec!["the waiver of `recipients/constant` for `old-mailer` matches no finding any more; remove it".to_owned()];
    report
}

/// A finding that the policy accepts.
pub(crate) fn waived() -> Report {
    let mut entry = blocked_entry();
    entry.verdict.decision = Decision::Allow;
    entry.verdict.findings[0].decision = Decision::Allow;
    entry.verdict.findings[0].waived =
        Some("our own archive, agreed with legal (mail-team, until 2027-03-31)".to_owned());
    report("check", vec![entry])
}

/// Terminal sequences, bidirectional overrides, invisible characters, and the metacharacters of every format.
pub(crate) const HOSTILE: &str = "\u{1b}[2J\u{9b}31m\r\n\u{0}\u{202e}gro\u{2066}\u{200b}\u{feff}\u{2028}\u{e0041}\u{fffd}\u{ffff}\
    <img src=x onerror=alert(1)>]]>&amp;|`` ` @everyone #1 [a](https://evil.example) ![](http://evil.example/x.png) \
    www.evil.example https://evil.example \\{0} */ --> $(id) \"'";
