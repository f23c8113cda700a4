//! Comma-separated values (RFC 4180): name, version or range, and perhaps a reason and a reference.

use waxseal_model::Moment;

use super::{Listed, MAX_SHOWN, Wrong, cut, name_of, of_line, versions};

/// Reads a list. A first line that names the columns says what stands where; else it is name, version, reason, reference. Empty lines and
/// those that begin with `#` are left out.
///
/// # Errors
/// A line cannot be read: then nothing of the list is taken.
pub(in crate::db) fn read(text: &str, now: Moment) -> Result<Listed, Wrong> {
    let mut listed = Listed::default();
    let mut columns = Columns::default();
    let mut first = true;
    for (line, cells) in rows(text)? {
        let is_empty = cells.iter().all(|cell| cell.trim().is_empty());
        if is_empty || cells[0].trim_start().starts_with('#') {
            continue;
        }
        if std::mem::take(&mut first)
            && let Some(named) = Columns::named(&cells)
        {
            columns = named;
            continue;
        }
        let cell = |idx: Option<usize>| idx.and_then(|idx| cells.get(idx)).map_or("", |cell| cell.trim());
        let typed = cell(Some(columns.name));
        let shown = cut(typed, MAX_SHOWN);
        let name = name_of(typed).ok_or_else(|| Wrong::at(line, format!("`{shown}` is no package name")))?;
        let version = cell(columns.version);
        let affected = versions::read(name, version).ok_or_else(|| {
            Wrong::at(
                line,
                format!("`{}` is neither a version nor a range", cut(version, MAX_SHOWN)),
            )
        })?;
        listed.records.push(of_line(
            line,
            affected,
            cell(columns.reason),
            cell(columns.reference),
            now,
        ));
    }
    Ok(listed)
}

/// Which column holds what.
struct Columns {
    name: usize,
    version: Option<usize>,
    reason: Option<usize>,
    reference: Option<usize>,
}

impl Default for Columns {
    fn default() -> Self {
        Self {
            name: 0,
            version: Some(1),
            reason: Some(2),
            reference: Some(3),
        }
    }
}

impl Columns {
    /// The columns that a first line names, if it names one for names.
    fn named(cells: &[String]) -> Option<Self> {
        let of = |known: &[&str]| {
            let is_known = |cell: &String| known.iter().any(|it| cell.trim().eq_ignore_ascii_case(it));
            cells.iter().position(is_known)
        };
        Some(Self {
            name: of(&["name", "package", "package_name", "package name"])?,
            version: of(&[
                "version",
                "versions",
                "range",
                "package_version",
                "package_versions",
                "package version",
            ]),
            reason: of(&["reason", "description", "summary", "note"]),
            reference: of(&["reference", "url", "link", "source"]),
        })
    }
}

/// The rows with the lines they begin on. A cell in quotes may hold commas, line ends, and quotes written twice (RFC 4180 §2).
fn rows(text: &str) -> Result<Vec<(usize, Vec<String>)>, Wrong> {
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let (mut rows, mut cells, mut cell) = (Vec::new(), Vec::new(), String::new());
    let (mut line, mut begun, mut quoted) = (1, 1, None);
    let mut chars = text.chars().peekable();
    while let Some(c) = chars.next() {
        line += usize::from(c == '\n');
        match c {
            '"' if quoted.is_some() && chars.peek() == Some(&'"') => {
                chars.next();
                cell.push('"');
            }
            '"' if quoted.is_some() => quoted = None,
            '"' if cell.trim().is_empty() => {
                cell.clear();
                quoted = Some(line);
            }
            _ if quoted.is_some() => cell.push(c),
            ',' => cells.push(std::mem::take(&mut cell)),
            '\r' if chars.peek() == Some(&'\n') => {}
            '\n' => {
                cells.push(std::mem::take(&mut cell));
                rows.push((begun, std::mem::take(&mut cells)));
                begun = line;
            }
            c => cell.push(c),
        }
    }
    if let Some(line) = quoted {
        return Err(Wrong::at(line, "a quote is never closed"));
    }
    if !cell.is_empty() || !cells.is_empty() {
        cells.push(cell);
        rows.push((begun, cells));
    }
    Ok(rows)
}
