//! For people, in a browser: one page that loads nothing and runs nothing.

use std::fmt::Write as _;

use waxseal_model::Severity;

use super::text::plural;
use super::{MAX_SHOWN, MailReport, Sender, minute};
use crate::report::escape::escape;

pub(super) fn render(report: &MailReport<'_>) -> String {
    let mut out = String::from(HEAD);
    let findings: usize = report.senders.iter().map(|it| it.findings.len()).sum();
    let judged = report.totals.mails - report.totals.elsewhere;
    let verdict = match findings {
        0 if judged == 0 => "No mail was judged".to_owned(),
        0 if !report.gaps.is_empty() => "Nothing was found in what could be read".to_owned(),
        0 => "Nobody got a copy that nobody accepted".to_owned(),
        1 => "1 finding".to_owned(),
        _ => format!("{findings} findings"),
    };
    let _ = write!(
        out,
        "<h1>{verdict}</h1>\n<p>{} of {}",
        plural(judged, "mail"),
        plural(report.senders.len() as u64, "application")
    );
    if let (Some(first), Some(last)) = (report.pace.first, report.pace.last) {
        let _ = write!(out, ", {} to {}", minute(first), minute(last));
    }
    if report.totals.elsewhere > 0 {
        let _ = write!(out, "; {} from elsewhere are not judged", report.totals.elsewhere);
    }
    let _ = writeln!(out, ". Made {}.</p>", minute(report.made));
    list(&mut out, "Not looked at", &report.gaps);
    list(&mut out, "Limits", &report.limits);
    let (loud, quiet): (Vec<&Sender<'_>>, Vec<&Sender<'_>>) =
        report.senders.iter().partition(|it| !it.findings.is_empty());
    for sender in loud {
        application(&mut out, sender);
    }
    if !quiet.is_empty() {
        let _ = writeln!(
            out,
            "<details class=\"quiet\">\n<summary>{} without findings</summary>",
            plural(quiet.len() as u64, "application")
        );
        for sender in quiet {
            application(&mut out, sender);
        }
        out.push_str("</details>\n");
    }
    out.push_str("</main>\n</html>\n");
    out
}

fn list(out: &mut String, heading: &str, items: &[String]) {
    if items.is_empty() {
        return;
    }
    let _ = writeln!(out, "<h2>{heading}</h2>\n<ul>");
    for item in items {
        let _ = writeln!(out, "<li>{}</li>", safe(item));
    }
    out.push_str("</ul>\n");
}

fn application(out: &mut String, sender: &Sender<'_>) {
    let seen = sender.seen;
    let _ = writeln!(
        out,
        "<section>\n<h2>{}</h2>\n<p>{}",
        safe(sender.application),
        plural(seen.mails, "mail")
    );
    if seen.undecided > 0 {
        let _ = writeln!(
            out,
            "; {} recipients undecided, since headers are missing or cut off",
            seen.undecided
        );
    }
    out.push_str("</p>\n");
    if !sender.findings.is_empty() {
        out.push_str("<table class=\"findings\">\n<tr><th>Severity<th>What<th>First<th>Last<th>Mails</tr>\n");
    }
    for finding in &sender.findings {
        let copied = sender.copies(&finding.recipient);
        let ids = copied.map_or_else(
            || vec![finding.id.clone()],
            |it| it.first_ids.iter().chain(&it.last_ids).cloned().collect(),
        );
        let class = match finding.severity {
            Severity::Critical | Severity::High => "bad",
            Severity::Medium => "look",
            Severity::Low | Severity::Info => "",
        };
        let pace = copied.map(|it| it.pace).unwrap_or_default();
        let _ = writeln!(
            out,
            "<tr><td class=\"{class}\">{}<td>{}<br><code>{}</code><td>{}<td>{}<td>{}</tr>",
            finding.severity.id(),
            quoted(&finding.summary),
            finding.indicator,
            pace.first.or(finding.at).map(minute).unwrap_or_default(),
            pace.last.map(minute).unwrap_or_default(),
            ids.iter()
                .map(|id| format!("<code>{}</code>", safe(id)))
                .collect::<Vec<_>>()
                .join(" "),
        );
    }
    if !sender.findings.is_empty() {
        out.push_str("</table>\n");
    }
    let known: Vec<_> = seen.copies.iter().filter(|(_, it)| it.class.is_explained()).collect();
    if !known.is_empty() {
        out.push_str("<details>\n<summary>Copies with a known reason</summary>\n<table>\n<tr><th>Address<th>Reason<th>Copies<th>Last</tr>\n");
        for (address, copied) in known {
            let _ = writeln!(
                out,
                "<tr><td>{}<td>{}<td>{}<td>{}</tr>",
                safe(address),
                copied.class.id(),
                copied.count,
                copied.pace.last.map(minute).unwrap_or_default()
            );
        }
        out.push_str("</table>\n</details>\n");
    }
    out.push_str("</section>\n");
}

/// A sentence whose words in backquotes are set as code.
fn quoted(sentence: &str) -> String {
    let mut out = String::new();
    for (at, part) in safe(sentence).split('`').enumerate() {
        let _ = match at % 2 {
            0 => write!(out, "{part}"),
            _ => write!(out, "<code>{part}</code>"),
        };
    }
    out
}

/// Text of others: what cannot be seen becomes visible, what is markup becomes text.
fn safe(text: &str) -> String {
    let mut out = String::new();
    for c in escape(text, MAX_SHOWN * 4).chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&#39;"),
            c => out.push(c),
        }
    }
    out
}

const HEAD: &str = r#"<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<title>Hidden recipients</title>
<style>
:root { color-scheme: light dark; font: 16px/1.5 system-ui, sans-serif; }
main { max-width: 70rem; margin: 2rem auto; padding: 0 1rem; }
h1 { font-size: 1.5rem; } h2 { font-size: 1.15rem; overflow-wrap: anywhere; }
section { border-top: 1px solid #8886; margin-top: 1.5rem; }
table { border-collapse: collapse; width: 100%; }
th, td { text-align: left; vertical-align: top; padding: .35rem .75rem .35rem 0; border-bottom: 1px solid #8884; overflow-wrap: anywhere; }
th { font-weight: 600; white-space: nowrap; }
code { font-size: .85em; }
.findings { table-layout: fixed; } .findings th:nth-child(1) { width: 6rem; } .findings th:nth-child(3), .findings th:nth-child(4) { width: 7rem; }
.findings th:nth-child(5) { width: 16rem; } .quiet { margin-top: 1.5rem; } td code { white-space: pre-wrap; }
.bad { color: #b3261e; font-weight: 700; } .look { color: #8a5a00; font-weight: 700; }
@media (prefers-color-scheme: dark) { .bad { color: #ff8a80; } .look { color: #ffca66; } }
</style>
<main>
"#;
