//! How the database and its age are told in a report.

use waxseal_model::{DatabaseInfo, Moment};

/// `known-malicious data: 231,402 records, 3 hours old`; what stands behind the colon.
pub fn described(database: Option<&DatabaseInfo>, now: Moment) -> String {
    let Some(info) = database else {
        return "none; `waxseal db update` gets it".to_owned();
    };
    let lists: Vec<&str> = info
        .sources
        .iter()
        .map(String::as_str)
        .filter(|it| *it != super::OSV)
        .collect();
    let records = format!(
        "{} record{}",
        number(info.records),
        if info.records == 1 { "" } else { "s" }
    );
    let lists = match lists.len() {
        0 => String::new(),
        1 => format!("; with the list {}", lists[0]),
        _ => format!("; with the lists {}", lists.join(", ")),
    };
    match info.updated {
        Some(updated) => format!("{records}, {} old{lists}", age(now.since(updated))),
        None => format!("{records} of lists only; `waxseal db update` gets what is publicly known"),
    }
}

/// Seconds as a person says them: `3 hours`, `2 days`. What lies ahead is no age.
pub fn age(seconds: i64) -> String {
    let seconds = seconds.max(0);
    let (number, unit) = match seconds {
        0..60 => return "less than a minute".to_owned(),
        60..3_600 => (seconds / 60, "minute"),
        3_600..172_800 => (seconds / 3_600, "hour"),
        _ => (seconds / 86_400, "day"),
    };
    format!("{number} {unit}{}", if number == 1 { "" } else { "s" })
}

/// `231,402`.
pub fn number(number: u64) -> String {
    let digits = number.to_string();
    let mut out = String::with_capacity(digits.len() + digits.len() / 3);
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    out
}
