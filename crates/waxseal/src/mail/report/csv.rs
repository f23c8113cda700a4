//! For spreadsheets: a line for each application and address (RFC 4180). A cell that a spreadsheet would take for a formula begins with `'`
//! (OWASP, CSV injection).

use super::{MAX_SHOWN, MailReport, stamp};
use crate::report::escape::escape;

pub(super) fn render(report: &MailReport<'_>) -> String {
    let mut out = csv::Writer::from_writer(Vec::new());
    let mut rows: Vec<[String; 12]> = vec![COLUMNS.map(str::to_owned)];
    for sender in &report.senders {
        for finding in &sender.findings {
            let copied = sender.copies(&finding.recipient);
            let pace = copied.map(|it| it.pace).unwrap_or_default();
            let ids = copied.map_or_else(
                || finding.id.clone(),
                |it| {
                    it.first_ids
                        .iter()
                        .chain(&it.last_ids)
                        .cloned()
                        .collect::<Vec<_>>()
                        .join(" ")
                },
            );
            rows.push([
                cell(sender.application),
                sender.seen.mails.to_string(),
                finding.severity.id().to_owned(),
                finding.indicator.to_owned(),
                cell(&finding.recipient),
                copied.map_or("", |it| it.class.id()).to_owned(),
                copied.map_or(String::new(), |it| it.count.to_string()),
                pace.first.or(finding.at).map(stamp).unwrap_or_default(),
                pace.last.map(stamp).unwrap_or_default(),
                copied.map_or(String::new(), |it| it.beside.len().to_string()),
                cell(&ids),
                cell(&finding.summary),
            ]);
        }
        for (address, copied) in sender.seen.copies.iter().filter(|(_, it)| it.class.is_explained()) {
            if sender.findings.iter().any(|it| it.recipient == **address) {
                continue;
            }
            let ids: Vec<String> = copied.first_ids.iter().chain(&copied.last_ids).cloned().collect();
            rows.push([
                cell(sender.application),
                sender.seen.mails.to_string(),
                String::new(),
                String::new(),
                cell(address),
                copied.class.id().to_owned(),
                copied.count.to_string(),
                copied.pace.first.map(stamp).unwrap_or_default(),
                copied.pace.last.map(stamp).unwrap_or_default(),
                copied.beside.len().to_string(),
                cell(&ids.join(" ")),
                String::new(),
            ]);
        }
    }
    // What could not be looked at must not be missing from a table that somebody counts.
    for gap in &report.gaps {
        let mut row: [String; 12] = Default::default();
        row[3] = "not-looked-at".to_owned();
        row[11] = cell(gap);
        rows.push(row);
    }
    for row in rows {
        // Writing into memory does not fail.
        let _ = out.write_record(&row);
    }
    out.into_inner()
        .map_or_else(|_| String::new(), |bytes| String::from_utf8_lossy(&bytes).into_owned())
}

fn cell(text: &str) -> String {
    let text = escape(text, MAX_SHOWN * 4);
    match text.starts_with(['=', '+', '-', '@', '\t']) {
        true => format!("'{text}"),
        false => text,
    }
}

const COLUMNS: [&str; 12] = [
    "application",
    "mails",
    "severity",
    "indicator",
    "recipient",
    "class",
    "copies",
    "first",
    "last",
    "beside",
    "ids",
    "summary",
];
