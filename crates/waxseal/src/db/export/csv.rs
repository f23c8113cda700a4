//! Comma-separated values (RFC 4180) that `waxseal db import` reads back.

use waxseal_npm::osv::{Affected, Record};

use super::Exported;
use crate::report::escape::escape;

pub(super) fn write(records: &[&Record]) -> Exported {
    let mut out = Exported {
        text: "name,version,reason,reference\n".to_owned(),
        left_out: 0,
    };
    for record in records {
        let reason = match record.summary.as_str() {
            "" => record.id.as_str(),
            summary => summary,
        };
        let reference = record.references.first().map_or("", String::as_str);
        for affected in &record.affected {
            match versions(affected) {
                Some(versions) => {
                    let cells = [cell(&affected.name), cell(&versions), prose(reason), prose(reference)];
                    out.text.push_str(&format!("{}\n", cells.join(",")));
                }
                None => out.left_out += 1,
            }
        }
        // A row begins with a name.
        out.left_out += u64::from(record.affected.is_empty());
    }
    out
}

/// `*`, or versions and ranges with `;` between them.
fn versions(affected: &Affected) -> Option<String> {
    if affected.is_every() {
        return Some("*".to_owned());
    }
    let ranges = affected.ranges.iter().map(ToString::to_string);
    let all: Vec<String> = affected.versions.iter().cloned().chain(ranges).collect();
    (!affected.unreadable && !all.is_empty()).then(|| all.join(";"))
}

/// A cell that is neither a name nor a version: a program for tables must not take it for a formula.
fn prose(text: &str) -> String {
    if text.trim_start().starts_with(['=', '+', '-', '@']) {
        cell(&format!("'{text}"))
    } else {
        cell(text)
    }
}

/// What a terminal would obey becomes visible.
fn cell(text: &str) -> String {
    let text = escape(text, usize::MAX);
    if text.contains(['"', ',', '\n', '\r']) {
        format!("\"{}\"", text.replace('"', "\"\""))
    } else {
        text
    }
}
