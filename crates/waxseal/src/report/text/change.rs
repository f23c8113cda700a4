//! What differs between two releases: new capabilities, the manifest, files, and the lines themselves.

use waxseal_model::{
    Capability, CapabilityKind, Change, Decision, Gained, HumanDiff, Hunk, LineTag, ManifestChange, Novelty,
    ReportEntry, Target,
};

use super::page::{BAD, FAINT, GOOD, PLAIN, Page, STRONG};
use crate::report::answer::{NAME_LIMIT, count};
use crate::report::escape::escape;
use crate::report::excerpt::hunk_rows;
use crate::report::width::{cut, pad, width};

/// Everything that differs, if the entry is a comparison.
pub(crate) fn show(page: &mut Page, entry: &ReportEntry) {
    if let Some(change) = &entry.change {
        if is_empty(change) {
            page.blank();
            page.line("  nothing differs");
            return;
        }
        gained(page, change, &entry.paths);
        lost(page, change);
        manifest(page, &change.manifest);
        files(page, change);
    }
    if let Some(diff) = &entry.diff {
        let pressing = entry.verdict.decision > Decision::Allow;
        lines(page, diff, hunks_shown(page, diff, pressing));
    }
}

fn is_empty(change: &Change) -> bool {
    let files = &change.files;
    change.manifest.is_empty()
        && change.gained.is_empty()
        && change.lost.is_empty()
        && change.flows.is_empty()
        && files.added.is_empty()
        && files.removed.is_empty()
        && files.changed.is_empty()
}

fn heading(page: &mut Page, text: &str) {
    page.blank();
    page.line(&page.paint(STRONG, &format!("  {text}")));
}

/// Capabilities the newer release has more of, by kind, the newest first.
fn gained(page: &mut Page, change: &Change, paths: &[String]) {
    if change.gained.is_empty() {
        return;
    }
    heading(page, "can newly do");
    let most = if page.verbose { usize::MAX } else { MAX_PER_KIND };
    for kind in CapabilityKind::ALL {
        let mut of_kind: Vec<&Gained> = change
            .gained
            .iter()
            .filter(|gained| gained.capability.kind == kind)
            .collect();
        of_kind.sort_by_key(|gained| std::cmp::Reverse((gained.novelty, gained.capability.sensitive)));
        for (idx, gained) in of_kind.iter().take(most).enumerate() {
            let label = if idx == 0 { kind.id() } else { "" };
            gained_line(page, label, gained, paths);
        }
        if of_kind.len() > most {
            page.line(&format!(
                "    {} and {} more",
                pad("", KIND_WIDTH),
                of_kind.len() - most
            ));
        }
    }
}

fn gained_line(page: &mut Page, label: &str, gained: &Gained, paths: &[String]) {
    let capability = &gained.capability;
    let path = paths
        .get(capability.location.file.0 as usize)
        .map_or("?", String::as_str);
    let place = format!("{}:{}", escape(path, NAME_LIMIT), capability.location.line);
    let mut text = api(capability);
    text.push_str(&format!(" at {place}"));
    if gained.more > 1 {
        text.push_str(&format!(" and {}", count(gained.more as usize - 1, "more place")));
    }
    text.push_str(&format!(", {}", novelty(gained.novelty)));
    page.labelled(&format!("    {} ", pad(label, KIND_WIDTH)), FAINT, &text);
}

fn novelty(novelty: Novelty) -> &'static str {
    match novelty {
        Novelty::More => "as before, in more places",
        Novelty::Reached => "newly reached",
        Novelty::Target => "a new target",
        Novelty::Api => "a new way",
        Novelty::Kind => "the first of its kind",
    }
}

/// `fetch collector.example`, escaped.
pub(crate) fn api(capability: &Capability) -> String {
    let mut text = escape(&capability.api, NAME_LIMIT);
    match &capability.target {
        Target::None => {}
        Target::Constant(target) | Target::Pattern(target) => {
            text.push_str(&format!(" {}", escape(target, TARGET_LIMIT)));
        }
        Target::Dynamic => text.push_str(" (computed)"),
    }
    if capability.hidden {
        text.push_str(" (hidden)");
    }
    text
}

/// Capabilities the newer release has less of: counted by kind.
fn lost(page: &mut Page, change: &Change) {
    let parts: Vec<String> = CapabilityKind::ALL
        .into_iter()
        .map(|kind| (kind, change.lost.iter().filter(|lost| lost.kind == kind).count()))
        .filter(|(_, places)| *places > 0)
        .map(|(kind, places)| format!("{} {places}", kind.id()))
        .collect();
    if !parts.is_empty() {
        page.blank();
        page.labelled("  no longer does  ", STRONG, &parts.join(", "));
    }
}

/// `dependencies.axios  added ^1.7.0`.
fn manifest(page: &mut Page, changes: &[ManifestChange]) {
    if changes.is_empty() {
        return;
    }
    heading(page, "package.json");
    let most = if page.verbose { usize::MAX } else { MAX_FIELDS };
    let column = changes
        .iter()
        .take(most)
        .map(|it| width(&escape(&it.field, NAME_LIMIT)))
        .max()
        .unwrap_or(0)
        .min(32);
    for change in changes.iter().take(most) {
        let value = |text: &String| escape(text, TARGET_LIMIT);
        let text = match (&change.old, &change.new) {
            (Some(old), Some(new)) => format!("{} → {}", value(old), value(new)),
            (None, Some(new)) => format!("added: {}", value(new)),
            (Some(old), None) => format!("removed: {}", value(old)),
            (None, None) => "changed".to_owned(),
        };
        let label = format!("    {}  ", pad(&escape(&change.field, NAME_LIMIT), column));
        page.labelled(&label, PLAIN, &text);
    }
    if changes.len() > most {
        page.line(&format!("    and {} more", changes.len() - most));
    }
}

fn files(page: &mut Page, change: &Change) {
    let files = &change.files;
    let lists = [
        ("changed", &files.changed),
        ("added", &files.added),
        ("removed", &files.removed),
    ];
    let mut parts: Vec<String> = lists
        .iter()
        .filter(|(_, list)| !list.is_empty())
        .map(|(word, list)| format!("{} {word}", list.len()))
        .collect();
    if files.identical > 0 {
        parts.push(format!("{} the same", files.identical));
    }
    page.blank();
    page.labelled("  files  ", STRONG, &parts.join(", "));
    for (word, list) in lists {
        if (word == "changed" && !page.verbose) || list.is_empty() {
            continue;
        }
        let most = if page.verbose { MAX_FILES_VERBOSE } else { MAX_FILES };
        for path in list.iter().take(most) {
            page.line(&format!(
                "    {} {}",
                page.paint(FAINT, &pad(word, 7)),
                escape(path, NAME_LIMIT)
            ));
        }
        if list.len() > most {
            page.line(&format!("    {} and {} more", pad("", 7), list.len() - most));
        }
    }
}

/// How many hunks to show. Where something presses, only those with a reason, so that the reader is not led away from it.
fn hunks_shown(page: &Page, diff: &HumanDiff, pressing: bool) -> usize {
    let all = diff.hunks.len();
    if page.verbose {
        return all;
    }
    let with_reason = diff.hunks.iter().take_while(|hunk| !hunk.reasons.is_empty()).count();
    if pressing && with_reason > 0 {
        with_reason.min(MAX_HUNKS_PRESSING)
    } else {
        all.min(MAX_HUNKS)
    }
}

/// The lines that differ, what matters first; what was folded away is counted.
fn lines(page: &mut Page, diff: &HumanDiff, most: usize) {
    if !diff.hunks.is_empty() {
        heading(
            page,
            if diff.hunks.iter().any(|hunk| !hunk.reasons.is_empty()) {
                "lines that matter first"
            } else {
                "lines"
            },
        );
    }
    for (idx, shown) in diff.hunks[..most].iter().enumerate() {
        if idx > 0 {
            page.blank();
        }
        hunk(page, shown);
    }
    page.blank();
    if diff.hunks.len() > most {
        let more = count(diff.hunks.len() - most, "more hunk");
        page.line(&format!("  and {more} (--verbose shows them)"));
    }
    for folded in &diff.folded {
        let text = format!(
            "{} of {} in {} ({})",
            count(folded.hunks as usize, "hunk"),
            escape(&folded.reason, NAME_LIMIT),
            count(folded.files as usize, "file"),
            count(folded.lines as usize, "line"),
        );
        page.labelled("  folded: ", FAINT, &text);
    }
    if diff.same_code > 0 {
        let text = format!(
            "{} with the same code in other words",
            count(diff.same_code as usize, "file")
        );
        page.labelled("  folded: ", FAINT, &text);
    }
}

fn hunk(page: &mut Page, hunk: &Hunk) {
    let last = hunk.new_start as usize + hunk.lines.len();
    let gutter = last.to_string().len().max(3) + 2;
    let mut at = format!("{}:{}", escape(&hunk.path, NAME_LIMIT), hunk.new_start);
    if hunk.formatted {
        at.push_str(" (formatted)");
    }
    let reasons: Vec<String> = hunk.reasons.iter().map(|reason| escape(reason, NAME_LIMIT)).collect();
    if !reasons.is_empty() {
        at.push_str(&format!(" · {}", reasons.join(", ")));
    }
    page.labelled(&format!("{}--> ", " ".repeat(gutter)), FAINT, &at);
    let columns = page.width.saturating_sub(gutter + 5);
    let rows = hunk_rows(hunk, columns);
    let most = if page.verbose {
        rows.len()
    } else {
        rows.len().min(MAX_HUNK_LINES)
    };
    for row in &rows[..most] {
        let number = row.number.map(|number| number.to_string()).unwrap_or_default();
        let bar = page.paint(FAINT, &format!("{number:>gutter$} |"));
        let line = match row.tag {
            Some(LineTag::Added) => page.paint(GOOD, &format!("+ {}", row.text)),
            Some(LineTag::Removed) => page.paint(BAD, &format!("- {}", row.text)),
            _ => format!("  {}", row.text),
        };
        page.line(&format!("{bar} {line}"));
    }
    if rows.len() > most {
        let text = cut(&format!("and {}", count(rows.len() - most, "more line")), columns);
        page.line(&format!("{} {text}", page.paint(FAINT, &format!("{:>gutter$} |", ""))));
    }
}

/// The longest kind is `dynamic-code`.
const KIND_WIDTH: usize = 12;
/// A command or URL is understood by its beginning.
const TARGET_LIMIT: usize = 160;
/// Capabilities of one kind.
const MAX_PER_KIND: usize = 6;
/// Fields of the manifest.
const MAX_FIELDS: usize = 20;
/// Paths per list of files.
const MAX_FILES: usize = 5;
/// The same when everything is asked for.
const MAX_FILES_VERBOSE: usize = 200;
/// Pieces of the difference where something presses.
const MAX_HUNKS_PRESSING: usize = 5;
/// Pieces of the difference otherwise.
const MAX_HUNKS: usize = 10;
/// Lines of one piece.
const MAX_HUNK_LINES: usize = 24;
