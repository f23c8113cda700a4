//! For people, on a terminal.

use anstyle::{AnsiColor, Style};
use waxseal_detect::mail::{Class, Copied, MailFinding};
use waxseal_model::Severity;

use super::{MAX_SHOWN, MailReport, Sender, minute};
use crate::db::number;
use crate::report::RenderOptions;
use crate::report::escape::escape;
use crate::report::text::page::Page;

pub(super) fn render(report: &MailReport<'_>, options: &RenderOptions) -> String {
    let mut page = Page::new(options);
    let (loud, quiet): (Vec<&Sender<'_>>, Vec<&Sender<'_>>) =
        report.senders.iter().partition(|it| !it.findings.is_empty());
    for sender in &loud {
        application(&mut page, sender);
    }
    if page.verbose {
        for sender in &quiet {
            application(&mut page, sender);
        }
    }
    page.blank();
    for gap in &report.gaps {
        page.labelled(
            "not looked at: ",
            AnsiColor::Yellow.on_default(),
            &escape(gap, MAX_LINE),
        );
    }
    for limit in &report.limits {
        page.labelled("limit: ", Style::new(), &escape(limit, MAX_LINE));
    }
    page.blank();
    sum(&mut page, report, loud.len());
    page.finish()
}

fn application(page: &mut Page, sender: &Sender<'_>) {
    page.blank();
    let seen = sender.seen;
    let span = match (seen.pace.first, seen.pace.last) {
        (Some(first), Some(last)) => format!(", {} to {}", minute(first), minute(last)),
        _ => String::new(),
    };
    let name = page.paint(Style::new().bold(), &escape(sender.application, MAX_SHOWN));
    page.line(&format!("{name}  {}{span}", plural(seen.mails, "mail")));
    if seen.undecided > 0 {
        page.labelled(
            "  ",
            Style::new(),
            &format!(
                "{} recipients are undecided: their mails' headers are not in what was read, or cut off",
                number(seen.undecided)
            ),
        );
    }
    for finding in &sender.findings {
        said(page, sender, finding);
    }
    explained(page, sender);
}

/// One finding, and the mails that show it.
fn said(page: &mut Page, sender: &Sender<'_>, finding: &MailFinding) {
    let color = match finding.severity {
        Severity::Critical => AnsiColor::Red.on_default().bold(),
        Severity::High => AnsiColor::Red.on_default(),
        Severity::Medium => AnsiColor::Yellow.on_default(),
        Severity::Low | Severity::Info => Style::new(),
    };
    page.labelled(
        &format!("  {:<9}", finding.severity.id()),
        color,
        &escape(&finding.summary, MAX_LINE),
    );
    let mut facts = vec![finding.indicator.to_owned()];
    match sender.copies(&finding.recipient) {
        Some(copied) => facts.extend(of_copies(copied)),
        None => {
            facts.extend(finding.at.map(|at| format!("first {}", minute(at))));
            if !finding.id.is_empty() {
                facts.push(format!("in {}", escape(&finding.id, MAX_SHOWN)));
            }
        }
    }
    page.labelled("           ", Style::new(), &facts.join(" · "));
}

fn of_copies(copied: &Copied) -> Vec<String> {
    let mut facts = Vec::new();
    if let (Some(first), Some(last)) = (copied.pace.first, copied.pace.last) {
        facts.push(format!("first {}, last {}", minute(first), minute(last)));
    }
    if copied.after_baseline {
        facts.push("began after the application was known".to_owned());
    }
    if copied.stopped > 0 {
        facts.push(format!("{} held or refused", number(copied.stopped)));
    }
    let ids: Vec<String> = copied
        .first_ids
        .iter()
        .take(3)
        .chain(copied.last_ids.last())
        .map(|id| escape(id, MAX_SHOWN))
        .collect();
    facts.push(format!("in {}", ids.join(", ")));
    facts
}

/// Copies that are known by name: one line each, all of them only where asked for.
fn explained(page: &mut Page, sender: &Sender<'_>) {
    let known: Vec<_> = sender
        .seen
        .copies
        .iter()
        .filter(|(_, copied)| copied.class.is_explained())
        .collect();
    if sender.seen.listed > 0 {
        let line = format!("{} to subscribers of mailing lists", plural(sender.seen.listed, "copy"));
        page.labelled("  known    ", Style::new(), &line);
    }
    if !page.verbose {
        if !known.is_empty() {
            let copies: u64 = known.iter().map(|(_, copied)| copied.count).sum();
            page.line(&format!(
                "  known    {} to {} with a known reason (--verbose)",
                plural(copies, "copy"),
                plural(known.len() as u64, "address")
            ));
        }
        return;
    }
    for (address, copied) in known {
        let reason = match copied.class {
            Class::SelfCopy => "the sender's own mailbox",
            Class::Journal => "a copy that the server adds",
            Class::List => "a mailing list",
            Class::Notice => "a notice from the null sender",
            Class::Approved => "signed in the policy",
            _ => "no header names anybody, which the policy allows",
        };
        let line = format!(
            "{} copies to {}: {reason}",
            number(copied.count),
            escape(address, MAX_SHOWN)
        );
        page.labelled("  known    ", Style::new(), &line);
    }
}

fn sum(page: &mut Page, report: &MailReport<'_>, loud: usize) {
    let mut line = format!(
        "{} of {}",
        plural(report.totals.mails - report.totals.elsewhere, "mail"),
        plural(report.senders.len() as u64, "application")
    );
    if let (Some(first), Some(last)) = (report.pace.first, report.pace.last) {
        line.push_str(&format!(", {} to {}", minute(first), minute(last)));
    }
    if report.totals.elsewhere > 0 {
        line.push_str(&format!(
            "; {} from elsewhere are not judged",
            number(report.totals.elsewhere)
        ));
    }
    page.labelled("", Style::new(), &line);
    let findings: usize = report.senders.iter().map(|it| it.findings.len()).sum();
    let verdict = match (findings, report.gaps.is_empty()) {
        (0, true) if report.totals.mails == report.totals.elsewhere => "no mail was judged".to_owned(),
        (0, false) if report.totals.mails == report.totals.elsewhere => "nothing could be judged".to_owned(),
        (0, true) => "nobody got a copy that nobody accepted".to_owned(),
        (0, false) => "nothing was found in what could be read".to_owned(),
        _ => format!(
            "{} in {}; `waxseal mail learn` asks about each copy, once (of logs: those read with --state)",
            plural(findings as u64, "finding"),
            plural(loud as u64, "application")
        ),
    };
    page.labelled("", Style::new().bold(), &verdict);
}

/// `1 copy`, `2,000 copies`.
pub(super) fn plural(count: u64, noun: &str) -> String {
    let nouns = match (count, noun) {
        (1, noun) => noun.to_owned(),
        (_, "copy") => "copies".to_owned(),
        (_, "address") => "addresses".to_owned(),
        (_, noun) => format!("{noun}s"),
    };
    format!("{} {nouns}", number(count))
}

/// Characters of a sentence that holds text of others.
const MAX_LINE: usize = 2_000;
